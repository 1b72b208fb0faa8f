"""Saved views of the list: whose they are, who sees them, and the writes."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.http import urlencode

from facilities import permissions
from facilities.models import SavedView
from facilities.queries import ListFilters
from khuyencong.core.exceptions import InvalidInput, NotAllowed
from khuyencong.core.models import User
from khuyencong.core.text import clean

NAME_ONCE = "Anh/chị đã có bộ lọc tên này; anh/chị chọn tên khác."
# More than this nobody finds their way in.
MOST = 50


def views_visible_to(user: User) -> QuerySet[SavedView]:
    """A user's own and those shared with one of their roles, in the order of names."""
    if not user.is_active:
        return SavedView.objects.none()
    return SavedView.objects.filter(
        Q(owner=user) | Q(roles__overlap=list(user.roles))
    ).select_related("owner")


@transaction.atomic
def save_view(*, actor: User, name: str, filters: ListFilters, roles=()) -> SavedView:
    """Keep a list's filters under a name. Only officers and administrators share with roles.

    Raises InvalidInput (no filter, no name, name taken, too many), NotAllowed.
    """
    params = filters.as_params()
    if not params:
        raise InvalidInput("Danh sách chưa lọc gì nên chưa có gì để lưu.")
    _check_may_share(actor, roles)
    own = SavedView.objects.filter(owner=actor)
    if own.count() >= MOST:
        raise InvalidInput(f"Anh/chị đã có {MOST} bộ lọc; hãy xóa bớt bộ lọc không dùng nữa.")
    view = SavedView(owner=actor, query=urlencode(params), roles=sorted(roles))
    return _named(view, name)


@transaction.atomic
def rename_view(*, actor: User, view_id: int, name: str, roles=()) -> SavedView:
    """Give an own view another name or other readers. Raises InvalidInput, NotAllowed."""
    view = _own(actor, view_id)
    if sorted(roles) != sorted(view.roles):
        _check_may_share(actor, roles)
    view.roles = sorted(roles)
    return _named(view, name)


@transaction.atomic
def delete_view(*, actor: User, view_id: int) -> None:
    """Put an own view away: it is a convenience, not a record. Raises NotAllowed."""
    _own(actor, view_id).delete()


def _named(view: SavedView, name: str) -> SavedView:
    view.name = clean(name)
    if not view.name:
        raise InvalidInput("Anh/chị đặt tên cho bộ lọc.", {"name": ["Anh/chị đặt tên cho bộ lọc."]})
    same = SavedView.objects.select_for_update().filter(owner=view.owner, name=view.name)
    if same.exclude(pk=view.pk).exists():
        raise InvalidInput(NAME_ONCE, {"name": [NAME_ONCE]})
    view.save()
    return view


def _own(actor: User, view_id: int) -> SavedView:
    view = SavedView.objects.select_for_update().get(pk=view_id)
    check_own(actor, view)
    return view


def check_own(actor: User, view: SavedView) -> None:
    """A view is changed by its owner alone, whoever else uses it."""
    if view.owner_id != actor.pk:
        raise NotAllowed("Bộ lọc này của người khác; anh/chị dùng được nhưng không sửa, xóa được.")


def _check_may_share(actor: User, roles) -> None:
    if roles and not actor.has_role(*permissions.WRITERS):
        raise NotAllowed("Chỉ chuyên viên Trung tâm và quản trị dùng chung bộ lọc cho người khác.")
