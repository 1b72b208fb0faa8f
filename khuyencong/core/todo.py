"""Việc cần làm: what a person owes, gathered from the apps.

The core may not know the apps, so each app's provider is named in `settings.TODO_PROVIDERS`
(a callable taking the user, returning TodoItems).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class TodoItem:
    """One thing owed. `title` is an order in plain words ("Nộp báo cáo quý IV/2026 – Xã Long Sơn")."""

    title: str
    url: str
    detail: str = ""
    due_on: date | None = None
    since: date | None = None
    action: str = "Mở"
    icon: str = "checklist"

    @property
    def days_left(self) -> int | None:
        """Days until due; negative when late; None without a due date."""
        return None if self.due_on is None else (self.due_on - timezone.localdate()).days

    @property
    def days_waiting(self) -> int | None:
        """Days since it became this person's turn."""
        return None if self.since is None else (timezone.localdate() - self.since).days

    @property
    def urgency(self) -> str:
        """`late`, `soon` (a week or less) or `normal`."""
        left = self.days_left
        if left is None:
            return "normal"
        return "late" if left < 0 else "soon" if left <= 7 else "normal"


@lru_cache
def _providers():
    return [import_string(path) for path in settings.TODO_PROVIDERS]


def todo_items(user) -> list[TodoItem]:
    """All that the user owes: late first, then by due date, then the longest waiting."""
    items = [item for provider in _providers() for item in provider(user)]
    far = date.max
    return sorted(items, key=lambda item: (item.due_on or far, item.since or far, item.title))


GROUPS = (("late", "Quá hạn"), ("soon", "Sắp đến hạn"), ("normal", "Còn lại"))


def grouped(items: list[TodoItem]) -> list[dict]:
    """The items under “Quá hạn”, “Sắp đến hạn”, “Còn lại”; groups without items are left out."""
    groups = [
        {"urgency": urgency, "label": label, "todos": [i for i in items if i.urgency == urgency]}
        for urgency, label in GROUPS
    ]
    return [group for group in groups if group["todos"]]
