"""What the checker asked to correct."""

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.structure import cell_key
from reports.enums import ReportStatus
from reports.models import Report, ReportEvent, ReturnComment


def with_anchors(comments: list[ReturnComment]) -> list[ReturnComment]:
    """Comments with `cell_key` and the `anchor` of what they are pinned to, on any page of the report."""
    for comment in comments:
        comment.cell_key = (
            cell_key(comment.indicator.code, comment.member) if comment.indicator_id else ""
        )
        comment.expected_text = (
            format_scaled(comment.expected, comment.indicator.decimals)
            if comment.expected is not None
            else ""
        )
        if comment.cell_key:
            comment.anchor = f"o-{comment.cell_key}"
        elif comment.row_uid:
            comment.anchor = f"dong-{comment.row_uid}"
        elif comment.part_id:
            comment.anchor = f"phan-{comment.part.code}"
        else:
            comment.anchor = "bao-cao"
    return comments


def requests_of(report: Report) -> list[ReturnComment]:
    """The requests of the last return, in the order of the form; none unless it is returned now."""
    if report.status != ReportStatus.RETURNED:
        return []
    event = last_return(report)
    if event is None:
        return []
    comments = list(event.comments.select_related("indicator__part", "part"))
    return sorted(with_anchors(comments), key=_order)


def last_return(report: Report) -> ReportEvent | None:
    """The event of the last return."""
    return (
        report.events.filter(to_status=ReportStatus.RETURNED)
        .exclude(from_status=ReportStatus.RETURNED)
        .select_related("actor")
        .order_by("-created_at", "-id")
        .first()
    )


def _order(comment: ReturnComment) -> tuple:
    if comment.indicator_id:
        return (comment.indicator.part.order, comment.indicator.order, comment.pk)
    if comment.part_id:
        return (comment.part.order, 0, comment.pk)
    return (99, 0, comment.pk)
