"""What the Centre owes of matters: answers that are overdue, difficulties in no matter yet."""

from django.urls import reverse
from django.utils import timezone

from khuyencong.core.enums import Role
from khuyencong.core.todo import TodoItem
from reports.difficulties.enums import MatterStatus
from reports.difficulties.models import Matter
from reports.difficulties.queries import loose_difficulties


def matter_todo_items(user) -> list[TodoItem]:
    """To officers only."""
    if not user.has_role(Role.OFFICER):
        return []
    items = [
        TodoItem(
            title=f"Đôn đốc trả lời: {matter.title}",
            url=matter.get_absolute_url(),
            detail=f"Gửi {matter.authority}"
            + (f" ngày {matter.sent_on:%d/%m/%Y}" if matter.sent_on else ""),
            due_on=matter.due_on,
            since=matter.sent_on,
            action="Xem",
            icon="message-2",
        )
        for matter in Matter.objects.filter(
            status=MatterStatus.SENT, due_on__lt=timezone.localdate()
        ).select_related("authority")
    ]
    loose = loose_difficulties()
    if loose:
        items.append(
            TodoItem(
                title=f"{len(loose)} ý kiến vướng mắc chưa tổng hợp",
                url=reverse("difficulties:loose"),
                action="Tổng hợp",
                icon="message-2",
            )
        )
    return items
