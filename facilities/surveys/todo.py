"""What surveys ask of a person (Việc cần làm)."""

from django.urls import reverse
from django.utils import timezone

from facilities.surveys import permissions, queries
from khuyencong.core.numbers import format_scaled
from khuyencong.core.todo import TodoItem


def survey_items(user) -> list[TodoItem]:
    """A collaborator's establishments to ask, one item a campaign; an officer's answers to check, and
    campaigns past their last day."""
    return [*_owed(user), *_waiting(user), *_overdue(user)]


def _owed(user) -> list[TodoItem]:
    return [
        TodoItem(
            title=f"Khảo sát {format_scaled(count['owed'])} cơ sở – {count['campaign__title']}",
            url=reverse("surveys:mine"),
            detail=f"{count['returned']} phiếu bị trả lại để bổ sung." if count["returned"] else "",
            due_on=count["campaign__closes_on"],
            since=count["campaign__opens_on"],
            action="Làm tiếp",
            icon="clipboard-list",
        )
        for count in queries.own_counts(user)
    ]


def _waiting(user) -> list[TodoItem]:
    if not permissions.can_check(user):
        return []
    return [
        TodoItem(
            title=f"Kiểm tra {format_scaled(one['waiting'])} phiếu khảo sát – {one['campaign__title']}",
            url=f"{reverse('surveys:queue')}?dot={one['campaign']}",
            since=timezone.localdate(one["since"]),
            action="Kiểm tra",
            icon="clipboard-check",
        )
        for one in queries.waiting_by_campaign()
    ]


def _overdue(user) -> list[TodoItem]:
    if not permissions.can_check(user):
        return []
    return [
        TodoItem(
            title=f"Kết thúc hoặc gia hạn đợt khảo sát – {one['title']}",
            url=reverse("surveys:detail", args=[one["pk"]]),
            detail=f"Còn {format_scaled(one['owed'])} cơ sở chưa làm." if one["owed"] else "",
            due_on=one["closes_on"],
            action="Xem",
            icon="clipboard-list",
        )
        for one in queries.overdue_by_campaign(timezone.localdate())
    ]
