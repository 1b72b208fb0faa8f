"""What officers and leaders owe of editions."""

from django.urls import reverse
from django.utils import timezone

from khuyencong.core.enums import Role
from khuyencong.core.todo import TodoItem
from reports.editions.changes import moved_on
from reports.editions.enums import EditionStatus
from reports.editions.models import Edition
from reports.editions.queries import periods_without_open_edition
from reports.queries.completeness import completeness_counts


def edition_todo_items(user) -> list[TodoItem]:
    """To the leader: what waits for the signature. To officers: drafts, quarters without one, and
    editions that do not match any more."""
    items = []
    if user.has_role(Role.LEADER):
        items += [
            _item(
                edition, f"Ký báo cáo hợp nhất {edition.period.quarter}", "Xem và ký", "certificate"
            )
            for edition in Edition.objects.filter(status=EditionStatus.PRESENTED).select_related(
                "period"
            )
            if user.pk not in edition.author_ids
        ]
    if user.has_role(Role.OFFICER):
        items += [
            _item(
                edition, f"Soạn báo cáo hợp nhất {edition.period.quarter}", "Soạn tiếp", "file-text"
            )
            for edition in Edition.objects.filter(status=EditionStatus.DRAFT).select_related(
                "period"
            )
        ]
        items += _to_begin() + _to_correct()
    return items


def _item(edition: Edition, title: str, action: str, icon: str, detail: str = "") -> TodoItem:
    last = edition.events.order_by("-created_at", "-id").first()
    return TodoItem(
        title=title,
        url=edition.get_absolute_url(),
        detail=detail or (last.note if last and last.note else ""),
        since=timezone.localdate(last.created_at) if last else None,
        action=action,
        icon=icon,
    )


def _to_begin() -> list[TodoItem]:
    """The latest quarter that is due, where nothing waits for a check any more."""
    today = timezone.localdate()
    period = periods_without_open_edition().filter(due_on__lt=today).first()
    if period is None or (today - period.due_on).days > 90:
        return []
    counts = completeness_counts([period])[period.pk]
    return [
        TodoItem(
            title=f"Lập báo cáo hợp nhất {period.quarter}",
            url=reverse("editions:list"),
            detail=f"Đã duyệt {counts.accepted} trên {counts.expected} địa bàn",
            since=period.due_on,
            action="Lập báo cáo",
            icon="file-text",
        )
    ]


def _to_correct() -> list[TodoItem]:
    issued = {
        edition.pk: edition
        for edition in Edition.objects.filter(status=EditionStatus.SIGNED).select_related(
            "period", "document"
        )
    }
    moved = moved_on(list(issued))
    return [
        _item(
            issued[pk],
            f"Báo cáo số {issued[pk].document.full_number} không còn khớp số liệu",
            "Xem thay đổi",
            "alert-triangle",
            f"{count} địa bàn có bản được duyệt khác",
        )
        for pk, count in moved.items()
        if count
    ]
