"""The calendar of periods: dates, form, state; administrators create the next and change dates."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from khuyencong.audit.readers import field_history
from khuyencong.core.exceptions import Conflict, InvalidInput
from khuyencong.core.quarters import ROMAN, Quarter
from reports import permissions_review as permissions
from reports.actions.periods import DATE_FIELDS, change_period_dates, create_next_period
from reports.enums import PeriodScheme
from reports.forms_review import PeriodDatesForm
from reports.models import ReportPeriod
from reports.queries.completeness import completeness_counts
from reports.queries.periods import next_quarter, period_state

PER_PAGE = 20


def calendar(request):
    """The periods of the reporting calendar, latest first."""
    permissions.check_can_see_periods(request.user)
    today = timezone.localdate()
    periods = ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT).select_related(
        "form_version__form"
    )
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
            "next": next_quarter() if can_manage else None,
            "today": today,
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
    try:
        period = create_next_period(actor=request.user, quarter=quarter)
    except (Conflict, InvalidInput) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            f"Đã tạo kỳ {period.quarter}: mở nhập từ {period.opens_on:%d/%m/%Y}, "
            f"hạn nộp {period.due_on:%d/%m/%Y}.",
        )
    return redirect("reports:periods")


def edit(request, pk: int):
    """Change the dates of a period; the page shows who changed them before."""
    permissions.check_can_see_periods(request.user)
    permissions.check_can_manage_periods(request.user)
    period = get_object_or_404(ReportPeriod, pk=pk)
    dates = {name: getattr(period, name) for name in DATE_FIELDS}
    shown = " ".join(value.isoformat() for value in dates.values())
    form = PeriodDatesForm(request.POST or None, initial={**dates, "shown": shown})
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
            return redirect("reports:periods")
    return render(
        request,
        "reports/period_edit.html",
        {"period": period, "form": form, "history": field_history(period)},
        status=422 if form.errors else 200,
    )


def _read_shown(text: str) -> dict[str, date | None]:
    """The dates the page was opened with; anything else compares unequal and is a conflict."""
    try:
        values = [date.fromisoformat(word) for word in text.split()]
    except ValueError:
        values = []
    values += [None] * (len(DATE_FIELDS) - len(values))
    return dict(zip(DATE_FIELDS, values, strict=False))
