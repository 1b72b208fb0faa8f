"""The calendar of periods: dates, form, state; administrators create the next and change dates."""

import json
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from khuyencong.audit.readers import field_history
from khuyencong.core.exceptions import Conflict, InvalidInput
from khuyencong.core.numbers import whole_number
from khuyencong.core.quarters import ROMAN, Quarter
from reports import permissions_review as permissions
from reports.actions.periods import (
    DATE_FIELDS,
    change_period_dates,
    create_next_period,
    create_year,
)
from reports.calendar import (
    PeriodDates,
    WorkCalendar,
    differing_dates,
    drifted_periods,
    period_dates,
    plan_year,
)
from reports.enums import PeriodScheme, SpecialDayKind
from reports.forms_review import PeriodDatesForm
from reports.models import ReportPeriod, SpecialDay
from reports.queries.completeness import completeness_counts
from reports.queries.periods import next_quarter, period_state

PER_PAGE = 20


def _scheme(data) -> str:
    """The calendar asked for (`lich`): report quarters unless calendar quarters are named."""
    calendar = PeriodScheme.CALENDAR
    return calendar if data.get("lich") == calendar else PeriodScheme.REPORT


def calendar(request):
    """The periods of one of the two calendars, latest first."""
    permissions.check_can_see_periods(request.user)
    today, scheme = timezone.localdate(), _scheme(request.GET)
    periods = ReportPeriod.objects.filter(scheme=scheme).select_related("form_version__form")
    page = Paginator(periods, PER_PAGE).get_page(request.GET.get("trang"))
    shown = list(page.object_list)
    counts = completeness_counts(shown)
    can_manage = permissions.can_manage_periods(request.user)
    return render(
        request,
        "reports/periods.html",
        {
            "page": page,
            "lines": [
                (period, *period_state(period, today), counts[period.pk]) for period in shown
            ],
            "can_manage": can_manage,
            "next": next_quarter(scheme) if can_manage else None,
            "drifted": drifted_periods(scheme) if can_manage else [],
            "today": today,
            "scheme": scheme,
            "schemes": PeriodScheme.choices,
        },
    )


@require_POST
def create_next(request):
    """Create the period the person was shown as the next one."""
    try:
        quarter = Quarter(int(request.POST["nam"]), int(request.POST["quy"]))
    except (KeyError, ValueError):
        raise Http404 from None
    if quarter.number not in ROMAN:
        raise Http404
    scheme = _scheme(request.POST)
    try:
        period = create_next_period(actor=request.user, quarter=quarter, scheme=scheme)
    except (Conflict, InvalidInput) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            f"Đã tạo kỳ {period.quarter}: mở nhập từ {period.opens_on:%d/%m/%Y}, "
            f"hạn nộp {period.due_on:%d/%m/%Y}.",
        )
    return _to_calendar(scheme)


def _to_calendar(scheme: str, name: str = "reports:periods", **query):
    return redirect(f"{reverse(name)}?{urlencode({'lich': scheme, **query})}")


def _year(text: str | None) -> int:
    """The year asked for, else that of the next quarter to create; 404 for one out of all proportion."""
    year = whole_number(text)
    if text and (year is None or not 2000 <= year <= 2100):
        raise Http404
    return year or next_quarter().year


@require_GET
def year(request):
    """The dates of a year before its periods exist: by which rule, and past which days off."""
    permissions.check_can_see_periods(request.user)
    scheme, number = _scheme(request.GET), _year(request.GET.get("nam"))
    planned = plan_year(number, scheme)
    return render(
        request,
        "reports/period_year.html",
        {
            "year": number,
            "scheme": scheme,
            "schemes": PeriodScheme.choices,
            "planned": planned,
            "missing": [item for item in planned if item.period is None],
            "shown": _dates_text(planned),
            "days_off": WorkCalendar.load().days_off(date(number, 1, 1), date(number, 12, 31)),
            "worked": SpecialDay.objects.filter(
                day__year=number, kind=SpecialDayKind.WORKING
            ).order_by("day"),
            "can_manage": permissions.can_manage_periods(request.user),
        },
    )


def _dates_text(planned) -> str:
    """The dates of the missing quarters in one hidden field, to be compared when they are created."""
    return json.dumps(
        {
            item.quarter.number: {name: day.isoformat() for name, day in vars(item.dates).items()}
            for item in planned
            if item.period is None
        }
    )


@require_POST
def create_year_periods(request):
    """Create the quarters of the year that was looked at."""
    scheme, number = _scheme(request.POST), _year(request.POST.get("nam"))
    try:
        shown = {
            int(quarter): {name: date.fromisoformat(day) for name, day in dates.items()}
            for quarter, dates in json.loads(request.POST.get("ngay", "{}")).items()
        }
    except (AttributeError, TypeError, ValueError):
        shown = {}
    try:
        created = create_year(actor=request.user, year=number, scheme=scheme, shown=shown)
    except (Conflict, InvalidInput) as refusal:
        messages.warning(request, str(refusal))
        return _to_calendar(scheme, "reports:period_year", nam=number)
    if created:
        names = ", ".join(str(period.quarter) for period in created)
        messages.success(request, f"Đã tạo {len(created)} kỳ: {names}.")
    else:
        messages.info(request, f"Các kỳ của năm {number} đã có đủ, không tạo thêm.")
    return _to_calendar(scheme)


def edit(request, pk: int):
    """Change the dates of a period; the page shows who changed them before."""
    permissions.check_can_see_periods(request.user)
    permissions.check_can_manage_periods(request.user)
    period = get_object_or_404(ReportPeriod, pk=pk)
    dates = {name: getattr(period, name) for name in DATE_FIELDS}
    shown = " ".join(value.isoformat() if value else "-" for value in dates.values())
    by_rule = vars(period_dates(period.quarter, period.scheme))
    suggested = by_rule if request.GET.get("theo") == "quy-tac" else {}
    form = PeriodDatesForm(request.POST or None, initial={**dates, **suggested, "shown": shown})
    if request.method == "POST" and form.is_valid():
        try:
            change_period_dates(
                actor=request.user,
                period_id=pk,
                shown=_read_shown(form.cleaned_data["shown"]),
                dates={name: form.cleaned_data[name] for name in DATE_FIELDS},
            )
        except InvalidInput as refusal:
            form.add_error(None, str(refusal))
        except Conflict as refusal:
            messages.warning(request, str(refusal))
            return redirect("reports:period_edit", pk)
        else:
            messages.success(request, f"Đã lưu lịch {period.quarter}.")
            return _to_calendar(period.scheme)
    return render(
        request,
        "reports/period_edit.html",
        {
            "period": period,
            "form": form,
            "history": field_history(period),
            "differing": differing_dates(period, PeriodDates(**by_rule)),
            "is_suggested": bool(suggested),
        },
        status=422 if form.errors else 200,
    )


def _read_shown(text: str) -> dict[str, date | None]:
    """The dates the page was opened with; anything else compares unequal and is a conflict."""
    try:
        values = [None if word == "-" else date.fromisoformat(word) for word in text.split()]
    except ValueError:
        values = []
    values += [date.min] * (len(DATE_FIELDS) - len(values))
    return dict(zip(DATE_FIELDS, values, strict=False))
