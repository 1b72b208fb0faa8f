"""The calendar of periods: the next one by rule, and dates changed by hand."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from khuyencong.core.exceptions import Conflict, InvalidInput
from khuyencong.core.quarters import Quarter
from khuyencong.forms_as_data.models import FormVersion
from reports import permissions_review as permissions
from reports.calendar import ensure_period
from reports.enums import PeriodScheme
from reports.models import Report, ReportPeriod
from reports.queries.periods import next_quarter

DATE_FIELDS = ("starts_on", "ends_on", "opens_on", "due_on", "locks_on")
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
    try:
        return ensure_period(quarter, scheme)
    except FormVersion.DoesNotExist:
        raise InvalidInput(
            f"Chưa có biểu mẫu nào áp dụng cho {quarter}; hãy đưa một biểu mẫu vào dùng trước."
        ) from None


@transaction.atomic
def change_period_dates(
    *, actor, period_id: int, shown: dict[str, date], dates: dict[str, date]
) -> ReportPeriod:
    """Change dates of a period; the history keeps who, when, from what to what.

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
    for name in changed:
        setattr(period, name, dates[name])
    try:
        period.full_clean(validate_unique=False)
    except ValidationError as error:
        raise InvalidInput("; ".join(error.messages)) from error
    period.save(update_fields=changed)
    return period
