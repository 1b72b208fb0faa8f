"""What an administrator owes to those whose data the registry holds."""

from django.urls import reverse

from facilities import permissions
from facilities.enums import RequestState
from facilities.models import PersonalDataRequest
from khuyencong.core.todo import TodoItem


def data_request_items(user) -> list[TodoItem]:
    """Requests about personal data that wait for an answer, one item each."""
    if not permissions.can_handle_personal_data(user):
        return []
    waiting = PersonalDataRequest.objects.filter(state=RequestState.OPEN)
    return [
        TodoItem(
            title=f"Giải quyết yêu cầu {one.get_kind_display().lower()}: {one.establishment}",
            url=reverse("facilities:personal_data", args=[one.establishment_id]),
            detail=one.what,
            since=one.received_on,
            action="Giải quyết",
            icon="user-circle",
        )
        for one in waiting.select_related("establishment").order_by("received_on", "id")[:20]
    ]
