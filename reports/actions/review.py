"""What a checker decides: return with comments, or accept; one by one, or many clean ones at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, Refusal
from khuyencong.core.numbers import parse_scaled
from khuyencong.core.text import clean
from khuyencong.notifications.notify import notify
from reports import permissions_review as permissions
from reports.actions._status import _change_status, check_can_move, wrong_status
from reports.actions.reopen import finish_reopening, lengthen_reopening
from reports.enums import ReportStatus
from reports.models import Report, ReportVersion, ReturnComment
from reports.people import people_of_place
from reports.queries.flags import report_flags

MAX_COMMENT = ReturnComment._meta.get_field("text").max_length
MAX_NOTE = 2000


@dataclass(frozen=True)
class CommentInput:
    """What to correct, pinned to exactly one of: a cell (indicator code, member), a row (uid), a part.

    `expected` is the figure the checker holds to be right, as typed; only a cell has one.
    """

    text: str
    indicator: str = ""
    member: str = ""
    row_uid: UUID | None = None
    part: str = ""
    expected: str = ""


@dataclass
class BatchResult:
    """What became of a batch: the reports accepted, and those held back with the reason of each."""

    accepted: list[Report] = field(default_factory=list)
    held: list[tuple[Report | None, str]] = field(default_factory=list)


def _clean_lines(text: str) -> str:
    """Text of several lines, each as people mean it."""
    return "\n".join(clean(line) for line in (text or "").splitlines()).strip()


def _locked(report_id: int) -> Report:
    """The report, locked until the decision is written; raises Report.DoesNotExist.

    Without joins: a row that another transaction changed while this one waited for the lock would
    come back beside the related rows of before.
    """
    return Report.objects.select_for_update().get(pk=report_id)


def _check_shown_version(report: Report, version_number: int) -> ReportVersion:
    """The latest version, if it is the one the person looked at; raises Conflict."""
    latest = report.latest_version
    if latest is None or latest.number != version_number:
        raise Conflict(
            f"Báo cáo đã được nộp lại (lần {latest.number if latest else 0}) sau khi anh/chị mở trang "
            f"(lần {version_number}). Hãy xem bản mới rồi quyết định."
        )
    return latest


def _build_comments(version: ReportVersion, comments: Iterable[CommentInput]):
    """ReturnComments without their event; raises InvalidInput on an empty, long or unknown target."""
    form = version.form_version
    indicators = {
        i.code: i
        for i in form.indicators.select_related("dimension").prefetch_related("dimension__members")
    }
    parts = {part.code: part for part in form.parts.all()}
    rows = set(version.rows.values_list("uid", flat=True))
    built = []
    for comment in comments:
        text = clean(comment.text)
        if not text:
            raise InvalidInput("Yêu cầu sửa không được để trống.")
        if len(text) > MAX_COMMENT:
            raise InvalidInput(f"Mỗi yêu cầu sửa dài nhất {MAX_COMMENT} ký tự.")
        targets = [bool(comment.indicator), comment.row_uid is not None, bool(comment.part)]
        indicator = indicators.get(comment.indicator)
        known = (
            (not comment.indicator or (indicator and _has_member(indicator, comment.member)))
            and (comment.row_uid is None or comment.row_uid in rows)
            and (not comment.part or comment.part in parts)
        )
        if sum(targets) != 1 or not known:
            raise InvalidInput(f"Yêu cầu “{text}” không gắn với ô, dòng hay phần nào của báo cáo.")
        built.append(
            ReturnComment(
                expected=_expected(comment, indicator),
                version=version,
                indicator=indicator,
                member=comment.member if indicator else "",
                row_uid=comment.row_uid,
                part=parts.get(comment.part),
                text=text,
            )
        )
    return built


def _expected(comment: CommentInput, indicator) -> int | None:
    """The figure the checker names; InvalidInput when it is none."""
    given = clean(comment.expected)
    if not given:
        return None
    if indicator is None:
        raise InvalidInput("Chỉ nêu được số cho một ô số liệu.")
    try:
        return parse_scaled(given, indicator.decimals)
    except ValueError as error:
        raise InvalidInput(f"Số nên là của “{indicator.label}”: {error}") from error


def _has_member(indicator, member: str) -> bool:
    if indicator.dimension is None:
        return member == ""
    return any(known.code == member for known in indicator.dimension.members.all())


@transaction.atomic
def return_report(
    *,
    actor,
    report_id: int,
    version_number: int,
    note: str = "",
    comments: Iterable[CommentInput] = (),
) -> Report:
    """Send a submitted report back to its author, with what to correct.

    Locks the report, checks the person, the state and that `version_number` is still the latest,
    then writes the status, its event and one ReturnComment per comment. Raises NotAllowed,
    WrongStatus (who decided and when), Conflict (a newer version) or InvalidInput (neither note
    nor comment, or a comment that is pinned to nothing of the version).
    """
    report = _locked(report_id)
    permissions.check_can_return_report(actor, report)
    check_can_move(report, ReportStatus.RETURNED)
    version = _check_shown_version(report, version_number)
    note = _clean_lines(note)
    built = _build_comments(version, comments)
    if not note and not built:
        raise InvalidInput("Hãy ghi ít nhất một yêu cầu sửa hoặc một ghi chú cho người soạn.")
    if len(note) > MAX_NOTE:
        raise InvalidInput(f"Ghi chú dài nhất {MAX_NOTE} ký tự.")
    event = _change_status(report, ReportStatus.RETURNED, actor=actor, version=version, note=note)
    for comment in built:
        comment.event = event
    ReturnComment.objects.bulk_create(built)
    if report.accepted_version_id is not None:
        lengthen_reopening(report)
    _tell_author(
        report,
        event,
        f"Báo cáo {report.period.quarter} – {report.place} được trả lại để sửa",
        (f"{len(built)} chỗ cần sửa. " if built else "") + note,
        reverse("reports:edit", args=[report.pk]),
    )
    return report


def _tell_author(report: Report, event, subject: str, text: str, link: str) -> None:
    """The people of the place today and whoever submitted the version; never the one who decided."""
    people = [
        *people_of_place(report.place_id, timezone.localdate()),
        report.latest_version.submitted_by,
    ]
    notify(
        to=[person for person in people if person is not None and person.pk != event.actor_id],
        matter=f"report:{report.pk}",
        occasion=f"{event.to_status}:{event.pk}",
        subject=subject,
        text=text,
        link=link,
    )


@transaction.atomic
def accept_report(*, actor, report_id: int, version_number: int, note: str = "") -> Report:
    """Accept the version shown: from now on its figures are in the totals.

    Locks, checks and raises as `return_report`; writes status, accepted version and event.
    """
    report = _locked(report_id)
    permissions.check_can_accept_report(actor, report)
    _check_waiting(report)
    version = _check_shown_version(report, version_number)
    _accept(actor, report, version, _clean_lines(note))
    return report


def _check_waiting(report: Report) -> None:
    """Only what was submitted is accepted; that an ended reopening leads there too is another matter."""
    if report.status != ReportStatus.SUBMITTED:
        raise wrong_status(report)


def _accept(actor, report: Report, version: ReportVersion, note: str = "") -> None:
    was_accepted = report.accepted_version_id is not None
    event = _change_status(
        report,
        ReportStatus.ACCEPTED,
        actor=actor,
        version=version,
        note=note,
        accepted_version=version,
    )
    if was_accepted:
        finish_reopening(report)
    _tell_author(
        report,
        event,
        f"Báo cáo {report.period.quarter} – {report.place} đã được duyệt",
        note,
        reverse("reports:detail", args=[report.pk]),
    )


@transaction.atomic
def accept_many(*, actor, items: Iterable[tuple[int, int]]) -> BatchResult:
    """Accept the clean ones of (report id, version number shown); hold back the others, each with its reason.

    Held back: not waiting any more, resubmitted since shown, the actor's own, a warning kept, a
    change above the form's limits. Locks all in order of pk. Raises NotAllowed if the actor does
    not review at all.
    """
    permissions.check_can_review(actor)
    shown = dict(items)
    reports = list(
        Report.objects.select_for_update()
        .filter(pk__in=shown)
        .order_by("pk")
        .prefetch_related("place", "period", "latest_version")
    )
    result = BatchResult()
    result.held += [
        (None, "Không tìm thấy báo cáo.") for _ in shown.keys() - {report.pk for report in reports}
    ]
    flags = report_flags(reports)
    for report in reports:
        try:
            permissions.check_not_own_report(actor, report)
            _check_waiting(report)
            version = _check_shown_version(report, shown[report.pk])
        except Refusal as refusal:
            result.held.append((report, str(refusal)))
            continue
        if flags[report.pk]:
            result.held.append((report, flags[report.pk].sentence))
            continue
        _accept(actor, report, version)
        result.accepted.append(report)
    return result
