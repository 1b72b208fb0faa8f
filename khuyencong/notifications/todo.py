"""Mail that did not arrive, for "Việc cần làm" of the administrators."""

from django.urls import reverse

from khuyencong.core.enums import Role
from khuyencong.core.todo import TodoItem
from khuyencong.notifications.enums import TROUBLED
from khuyencong.notifications.models import Mail


def mail_todo_items(user) -> list[TodoItem]:
    """One line for all mails that were given up or are unclear."""
    if not user.has_role(Role.ADMINISTRATOR):
        return []
    count = Mail.objects.filter(status__in=TROUBLED).count()
    if not count:
        return []
    return [
        TodoItem(
            title=f"{count} thư thông báo không gửi được",
            url=reverse("admin:notifications_mail_changelist")
            + f"?status__in={','.join(TROUBLED)}",
            detail="Xem lỗi, sửa địa chỉ của người nhận rồi gửi lại",
            action="Xem thư",
            icon="mail",
        )
    ]
