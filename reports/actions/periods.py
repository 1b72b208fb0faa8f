"""The calendar of periods: the next one by rule, and dates changed by hand."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.models import FormVersion
from khuyencong.notifications.notify import NoticeInput, notify_many
from reports import permissions_review as permissions
from reports.calendar import ensure_period, plan_year
from reports.enums import PeriodScheme
from reports.models import Report, ReportPeriod
from reports.people import people_of_places
from reports.queries.completeness import completeness_rows
from reports.queries.periods import next_quarter

DATE_FIELDS = (
    "starts_on",
    "ends_on",
    "opens_on",
    "due_on",
    "centre_due_on",
    "department_due_on",
    "locks_on",
)
OPTIONAL_FIELDS = ("centre_due_on", "department_due_on")
FIGURE_FIELDS = ("starts_on", "ends_on")


@transaction.atomic
def create_next_period(
    *, actor, quarter: Quarter, scheme: str = PeriodScheme.REPORT
) -> ReportPeriod:
    """Create the period that follows the last one, with the dates the rule gives.

    `quarter` is the one the person was shown, so that a second click does not create another.
    Raises NotAllowed, Conflict (it exists already, or is not the next), InvalidInput (no form in force).
    """
    permissions.check_can_manage_periods(actor)
    expected = next_quarter(scheme)
    if quarter != expected:
        exists = ReportPeriod.objects.filter(
            scheme=scheme, year=quarter.year, number=quarter.number
        ).exists()
        raise Conflict(
            f"Kỳ {quarter} đã có trong lịch."
            if exists
            else f"Kỳ tiếp theo là {expected}, không phải {quarter}."
        )
    return _create(quarter, scheme)


@transaction.atomic
def create_year(
    *, actor, year: int, scheme: str, shown: dict[int, dict[str, date | None]]
) -> list[ReportPeriod]:
    """Create the quarters of a year that are missing, with the dates the person has just looked at.

    `shown` maps the number of each missing quarter to its dates; when rules or days off have changed
    since, nothing is created (Conflict). A second click creates nothing more. Raises NotAllowed,
    InvalidInput (no form in force).
    """
    permissions.check_can_manage_periods(actor)
    missing = [planned for planned in plan_year(year, scheme) if planned.period is None]
    for planned in missing:
        if shown.get(planned.quarter.number) != vars(planned.dates):
            raise Conflict(
                f"Ngày của {planned.quarter} đã khác so với khi anh/chị xem trước (quy tắc hoặc ngày "
                "nghỉ vừa thay đổi). Hãy xem lại rồi tạo."
            )
    return [_create(planned.quarter, scheme) for planned in missing]


def _create(quarter: Quarter, scheme: str) -> ReportPeriod:
    try:
        return ensure_period(quarter, scheme)
    except FormVersion.DoesNotExist:
        raise InvalidInput(
            f"Chưa có biểu mẫu nào áp dụng cho {quarter}; hãy đưa một biểu mẫu vào dùng trước."
        ) from None


@transaction.atomic
def change_period_dates(
    *, actor, period_id: int, shown: dict[str, date | None], dates: dict[str, date | None]
) -> ReportPeriod:
    """Change dates of a period; the history keeps who, when, from what to what.

    Waits for submissions under way and holds new ones back until it is done, so that none slips past
    a lock being moved. Whoever still owes a report of an open period is told of a new due date.
    `shown` are the dates the person saw. Raises NotAllowed, Conflict (changed meanwhile),
    InvalidInput (dates out of order, or the days the figures cover once something was submitted).
    """
    period = ReportPeriod.objects.select_for_update().get(pk=period_id)
    permissions.check_can_manage_periods(actor)
    if any(getattr(period, name) != shown[name] for name in DATE_FIELDS):
        raise Conflict("Lịch của kỳ này vừa được người khác sửa. Hãy xem lại rồi sửa tiếp.")
    changed = [name for name in DATE_FIELDS if getattr(period, name) != dates[name]]
    if not changed:
        return period
    if (
        set(changed) & set(FIGURE_FIELDS)
        and Report.objects.filter(period=period, latest_version__isnull=False).exists()
    ):
        raise InvalidInput(
            "Kỳ này đã có báo cáo nộp nên không đổi được ngày của số liệu.",
            {
                name: ["Đã có báo cáo nộp theo ngày này."]
                for name in FIGURE_FIELDS
                if name in changed
            },
        )
    due_before = period.due_on
    for name in changed:
        setattr(period, name, dates[name])
    try:
        period.full_clean(validate_unique=False)
    except ValidationError as error:
        raise InvalidInput("; ".join(error.messages)) from error
    period.save(update_fields=changed)
    if period.due_on != due_before and period.is_open_on(timezone.localdate()):
        _tell_new_due_date(period, due_before)
    return period


def _tell_new_due_date(period: ReportPeriod, before: date) -> None:
    """One notice for each place that has not submitted and has no date of its own."""
    rows = [
        row
        for row in completeness_rows([period])
        if row.is_expected and not row.is_reported and not row.is_extended
    ]
    people = people_of_places([row.place_id for row in rows], timezone.localdate())
    notify_many(
        NoticeInput(
            user.pk,
            f"period:{period.pk}:place:{row.place_id}",
            f"due-moved:{period.due_on:%Y-%m-%d}",
            f"Hạn nộp báo cáo {period.quarter} – {row.place} đổi thành {period.due_on:%d/%m/%Y}",
            f"Hạn trước đây là {before:%d/%m/%Y}. Khóa nhập sau ngày {period.locks_on:%d/%m/%Y}.",
            reverse("reports:list"),
        )
        for row in rows
        for user in people.get(row.place_id, [])
    )
