"""Opening an accepted report again: asked for, decided by a leader, for named parts, until a time.

While it is open the accepted version's figures stay in the totals; only a new acceptance replaces
them. When the time is over without a submission, the accepted version stands as before.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.text import clean
from khuyencong.forms_as_data.structure import structure_of
from khuyencong.notifications.notify import notify
from reports import permissions_review as permissions
from reports.actions._status import _change_status, check_can_move, note_event
from reports.enums import REOPENING_TRANSITIONS, ReopeningState, ReportStatus
from reports.models import Reopening, Report
from reports.people import people_of_place

MAX_REASON = Reopening._meta.get_field("reason").max_length
MAX_DAYS = 30
# A returned report that was reopened gets at least so many days to be corrected.
DAYS_AFTER_RETURN = 5
SYSTEM_JOB = "Hết thời gian mở lại"


def end_of_day(day: date) -> datetime:
    """The first moment after a day, in local time."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def part_names(report: Report, codes: Collection[str]) -> str:
    """`phần I, phần III` in the order of the form."""
    structure = structure_of(report.period.form_version_id)
    return ", ".join(f"phần {part.numeral}" for part in structure.parts if part.code in codes)


def _locked(report_id: int) -> Report:
    """The report, locked; related rows are read afterwards, so that they are of after the wait."""
    return Report.objects.select_for_update().get(pk=report_id)


def _locked_reopening(reopening_id: int) -> tuple[Report, Reopening]:
    """The report first, as everybody locks it, then the reopening. Raises Reopening.DoesNotExist."""
    report_id = Reopening.objects.values_list("report_id", flat=True).get(pk=reopening_id)
    report = _locked(report_id)
    reopening = Reopening.objects.select_for_update().get(pk=reopening_id)
    reopening.report = report
    return report, reopening


def _move(reopening: Reopening, to_state: str, **fields) -> None:
    """Move a locked reopening along its table; raises WrongStatus, saying where it stands."""
    if to_state not in REOPENING_TRANSITIONS[ReopeningState(reopening.state)]:
        who = f", {reopening.decided_by}" if reopening.decided_by else ""
        raise WrongStatus(
            f"Đề nghị mở lại này hiện là “{reopening.get_state_display()}”{who}. Không có gì thay đổi."
        )
    fields["state"] = to_state
    for name, value in fields.items():
        setattr(reopening, name, value)
    reopening.save(update_fields=list(fields))


def _check_parts(report: Report, parts: Collection[str]) -> list[str]:
    """The codes in the order of the form; raises InvalidInput for none or an unknown one."""
    structure = structure_of(report.period.form_version_id)
    if not parts or set(parts) - set(structure.parts_by_code):
        message = "Hãy chọn ít nhất một phần cần sửa."
        raise InvalidInput(message, {"parts": [message]})
    return [part.code for part in structure.parts if part.code in parts]


def _check_reason(reason: str) -> str:
    reason = clean(reason)
    if not reason or len(reason) > MAX_REASON:
        message = f"Hãy ghi lý do, dài nhất {MAX_REASON} ký tự."
        raise InvalidInput(message, {"reason": [message]})
    return reason


def _tell(
    report: Report, reopening: Reopening, occasion: str, subject: str, text: str = ""
) -> None:
    """The people of the place and whoever asked."""
    notify(
        to=[*people_of_place(report.place_id, timezone.localdate()), reopening.asked_by],
        matter=f"report:{report.pk}",
        occasion=f"{occasion}:{reopening.pk}",
        subject=subject,
        text=text,
        link=reverse("reports:detail", args=[report.pk]),
    )


@transaction.atomic
def ask_reopening(*, actor, report_id: int, parts: Collection[str], reason: str) -> Reopening:
    """Ask a leader to open an accepted report again for some of its parts; all leaders are told.

    Raises NotAllowed, WrongStatus (not accepted, or asked for already), InvalidInput.
    """
    report = _locked(report_id)
    permissions.check_can_ask_reopening(actor, report)
    check_can_move(report, ReportStatus.REOPENED)
    open_one = Reopening.objects.filter(report=report, state=ReopeningState.ASKED).first()
    if open_one is not None:
        raise WrongStatus(
            f"{open_one.asked_by} đã đề nghị mở lại báo cáo này lúc "
            f"{timezone.localtime(open_one.asked_at):%H:%M ngày %d/%m/%Y}, đang chờ lãnh đạo quyết định."
        )
    reopening = Reopening.objects.create(
        report=report, parts=_check_parts(report, parts), reason=_check_reason(reason), asked_by=actor
    )  # fmt: skip
    names = part_names(report, reopening.parts)
    note_event(report, actor, f"Đề nghị mở lại {names}. Lý do: {reopening.reason}")
    notify(
        to=[
            leader
            for leader in permissions.leaders()
            if permissions.can_decide_reopening(leader, reopening)
        ],
        matter=f"report:{report.pk}",
        occasion=f"reopening-asked:{reopening.pk}",
        subject=f"Đề nghị mở lại báo cáo {report.period.quarter} – {report.place}",
        text=f"{actor} đề nghị mở lại {names}. Lý do: {reopening.reason}",
        link=reverse("reports:reopening", args=[reopening.pk]),
    )
    return reopening


@transaction.atomic
def approve_reopening(
    *, actor, reopening_id: int, parts: Collection[str], expires_on: date, note: str = ""
) -> Reopening:
    """Open the report for the parts granted, until the end of a day; the author is told.

    Raises NotAllowed (not a leader, or own), WrongStatus (decided already, by whom), InvalidInput.
    """
    report, reopening = _locked_reopening(reopening_id)
    permissions.check_can_decide_reopening(actor, reopening)
    today = timezone.localdate()
    if not today <= expires_on <= today + timedelta(days=MAX_DAYS):
        message = f"Chọn ngày từ hôm nay đến {today + timedelta(days=MAX_DAYS):%d/%m/%Y}."
        raise InvalidInput(message, {"expires_on": [message]})
    granted = _check_parts(report, parts)
    if set(granted) - set(reopening.parts):
        message = "Chỉ mở lại được những phần đã được đề nghị."
        raise InvalidInput(message, {"parts": [message]})
    _move(
        reopening,
        ReopeningState.OPEN,
        parts=granted,
        decided_by=actor,
        decided_at=timezone.now(),
        decision_note=clean(note)[:MAX_REASON],
        expires_at=end_of_day(expires_on),
    )
    until = f"hết ngày {expires_on:%d/%m/%Y}"
    names = part_names(report, granted)
    _change_status(
        report,
        ReportStatus.REOPENED,
        actor=actor,
        version=report.accepted_version,
        note=f"Mở lại {names} đến {until}. Lý do: {reopening.reason}"
        + (f"\n{reopening.decision_note}" if reopening.decision_note else ""),
    )
    _tell(
        report,
        reopening,
        "reopened",
        f"Báo cáo {report.period.quarter} – {report.place} được mở lại đến {until}",
        f"Được sửa: {names}. Quá thời gian này mà chưa nộp lại thì bản đã duyệt giữ nguyên.",
    )
    return reopening


@transaction.atomic
def refuse_reopening(*, actor, reopening_id: int, note: str) -> Reopening:
    """Leave the report as it is, with the reason that whoever asked reads.

    Raises NotAllowed, WrongStatus, InvalidInput (no reason).
    """
    report, reopening = _locked_reopening(reopening_id)
    permissions.check_can_decide_reopening(actor, reopening)
    note = _check_reason(note)
    now = timezone.now()
    _move(
        reopening,
        ReopeningState.REFUSED,
        decided_by=actor,
        decided_at=now,
        decision_note=note,
        ended_at=now,
    )
    note_event(report, actor, f"Không mở lại báo cáo. Lý do: {note}")
    _tell(
        report,
        reopening,
        "reopening-refused",
        f"Đề nghị mở lại báo cáo {report.period.quarter} – {report.place} không được chấp nhận",
        f"Lý do: {note}",
    )
    return reopening


@transaction.atomic
def withdraw_reopening(*, actor, reopening_id: int) -> Reopening:
    """Take back a request that nobody has decided. Raises NotAllowed, WrongStatus."""
    report, reopening = _locked_reopening(reopening_id)
    permissions.check_can_withdraw_reopening(actor, reopening)
    _move(reopening, ReopeningState.WITHDRAWN, ended_at=timezone.now())
    note_event(report, actor, "Rút đề nghị mở lại.")
    return reopening


@transaction.atomic
def close_reopening(*, actor, reopening_id: int) -> Reopening:
    """End a reopening before its time: the accepted version stands, the author is told.

    Raises NotAllowed, WrongStatus (not open, or what was corrected waits for the check).
    """
    report, reopening = _locked_reopening(reopening_id)
    permissions.check_can_close_reopening(actor, reopening)
    _end(report, reopening, ReopeningState.CLOSED, actor=actor)
    return reopening


def expire_reopenings(now: datetime | None = None) -> int:
    """Let the accepted versions of reopenings past their time stand again; returns how many.

    Each in its own transaction, behind the report's lock: what was submitted in the last moment stays
    submitted. Run by beat every few minutes; nothing can be written after the time either way.
    """
    now = now or timezone.now()
    due = Reopening.objects.filter(
        state=ReopeningState.OPEN,
        expires_at__lte=now,
        report__status__in=[ReportStatus.REOPENED, ReportStatus.RETURNED],
    ).values_list("pk", flat=True)
    return sum(_expire(reopening_id, now) for reopening_id in list(due))


@transaction.atomic
def _expire(reopening_id: int, now: datetime) -> bool:
    report, reopening = _locked_reopening(reopening_id)
    if (
        reopening.state != ReopeningState.OPEN
        or reopening.expires_at > now
        or report.status not in (ReportStatus.REOPENED, ReportStatus.RETURNED)
    ):
        return False
    _end(report, reopening, ReopeningState.EXPIRED, system_job=SYSTEM_JOB)
    return True


def _end(report: Report, reopening: Reopening, state: str, **who) -> None:
    """Back to the accepted version: it is the latest again, whatever was submitted and returned since."""
    if report.status == ReportStatus.SUBMITTED:
        raise WrongStatus(
            "Bản sửa đã được nộp và đang chờ kiểm tra; hãy duyệt hoặc trả lại bản đó trước."
        )
    # In an edition it stands where it stood.
    reopened = report.events.filter(to_status=ReportStatus.REOPENED).order_by("-id").first()
    before = ReportStatus(reopened.from_status) if reopened else ReportStatus.ACCEPTED
    check_can_move(report, before)
    _move(reopening, state, ended_at=timezone.now())
    words = "hết thời gian" if state == ReopeningState.EXPIRED else "kết thúc sớm"
    _change_status(
        report,
        before,
        version=report.accepted_version,
        note=f"Mở lại {words}; bản đã duyệt (lần nộp {report.accepted_version.number}) giữ nguyên.",
        latest_version=report.accepted_version,
        **who,
    )
    _tell(
        report,
        reopening,
        "reopening-ended",
        f"Mở lại báo cáo {report.period.quarter} – {report.place} đã {words}",
        "Bản đã duyệt giữ nguyên. Những gì đã nhập mà chưa nộp vẫn còn trong bản nháp; nếu vẫn cần "
        "sửa, anh/chị đề nghị mở lại lần nữa.",
    )


def finish_reopening(report: Report) -> None:
    """A corrected version was accepted: the reopening of a locked report, if any, is done."""
    reopening = Reopening.objects.filter(report=report, state=ReopeningState.OPEN).first()
    if reopening is not None:
        _move(reopening, ReopeningState.DONE, ended_at=timezone.now())


def lengthen_reopening(report: Report) -> None:
    """A corrected version was returned: its author has some days more, or could never finish."""
    reopening = Reopening.objects.filter(report=report, state=ReopeningState.OPEN).first()
    if reopening is not None:
        least = end_of_day(timezone.localdate() + timedelta(days=DAYS_AFTER_RETURN))
        if reopening.expires_at < least:
            reopening.expires_at = least
            reopening.save(update_fields=["expires_at"])
