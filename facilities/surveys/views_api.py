"""What the telephone's page sends and asks for: JSON, refused as JSON by the middleware."""

import uuid
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from facilities.surveys import actions, permissions, queries
from facilities.surveys.actions import Kept, SaveResult
from facilities.surveys.models import SurveyTarget
from facilities.surveys.questions import moment_of
from khuyencong.audit.personal import log_page_access
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.json_body import json_body


def visible_target(request: HttpRequest, pk: int) -> SurveyTarget:
    """The target, if the person may see it; 404 otherwise."""
    return get_object_or_404(queries.targets_visible_to(request.user), pk=pk)


@require_GET
@never_cache
def data(request: HttpRequest, pk: int) -> JsonResponse:
    """Everything to fill in a questionnaire with, also to keep for places without a network."""
    target = visible_target(request, pk)
    log_page_access(request.user, target.establishment)
    return JsonResponse(queries.fill_payload(request.user, target))


@require_POST
def save(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep answers; conflicts and faults are in the answer, the rest is saved."""
    target = visible_target(request, pk)
    permissions.check_can_fill(request.user, target)
    answers = json_body(request).get("answers")
    if not isinstance(answers, list):
        raise InvalidInput("Dữ liệu gửi lên không đọc được.")
    result = actions.save_answers(actor=request.user, target_id=target.pk, answers=answers)
    return JsonResponse(_saved(result))


def _saved(result: SaveResult) -> dict:
    return {
        "saved": [_kept(kept) for kept in result.saved],
        "conflicts": [
            {
                "question": conflict.question,
                "sent": conflict.sent,
                "kept": _kept(conflict.kept),
            }
            for conflict in result.conflicts
        ],
        "errors": result.errors,
        "state": result.state,
        "revision": result.revision,
        "saved_at": result.saved_at.isoformat(),
    }


def _kept(kept: Kept) -> dict:
    return {
        "question": kept.question,
        "value": kept.value,
        "declined": kept.declined,
        "revision": kept.revision,
        "client_id": str(kept.client_id),
        "updated_at": kept.updated_at.isoformat() if kept.updated_at else None,
        "by": kept.by,
    }


@require_POST
def photo(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep a photograph."""
    target = visible_target(request, pk)
    permissions.check_can_fill(request.user, target)
    upload = request.FILES.get("file")
    client_id = _uuid(request.POST.get("client_id"))
    if upload is None or client_id is None:
        raise InvalidInput("Chưa nhận được ảnh; anh/chị gửi lại.")
    kept = actions.attach_photo(
        actor=request.user,
        target_id=target.pk,
        question_code=request.POST.get("question", ""),
        client_id=client_id,
        upload=upload,
        taken_at=moment_of(request.POST.get("taken_at")),
        position=_position(request.POST),
    )
    return JsonResponse({"photo": queries.photo_payload(kept)})


def _position(posted) -> dict | None:
    try:
        return {
            "lat": Decimal(posted["lat"]),
            "lon": Decimal(posted["lon"]),
            "accuracy": posted.get("accuracy") or None,
        }
    except (KeyError, InvalidOperation):
        return None


@require_POST
def photo_remove(request: HttpRequest, pk: int, client_id: uuid.UUID) -> JsonResponse:
    """Take a photograph off."""
    target = visible_target(request, pk)
    actions.remove_photo(actor=request.user, target_id=target.pk, client_id=client_id)
    return JsonResponse({"removed": True})


@require_POST
def submit(request: HttpRequest, pk: int) -> JsonResponse:
    """Send the answers to the Centre."""
    target = visible_target(request, pk)
    sent = actions.submit_answers(
        actor=request.user,
        target_id=target.pk,
        client_id=_uuid(json_body(request).get("client_id")),
    )
    return _moved(sent, f"Đã gửi phiếu của “{target.establishment}”.")


@require_POST
def unreachable(request: HttpRequest, pk: int) -> JsonResponse:
    """Say that nobody could be asked."""
    target = visible_target(request, pk)
    body = json_body(request)
    marked = actions.mark_unreachable(
        actor=request.user,
        target_id=target.pk,
        reason=str(body.get("reason", "")),
        note=str(body.get("note") or ""),
        client_id=_uuid(body.get("client_id")),
    )
    return _moved(marked, f"Đã ghi không gặp được “{target.establishment}”.")


def _moved(target: SurveyTarget, message: str) -> JsonResponse:
    return JsonResponse(
        {
            "state": target.state,
            "state_label": target.get_state_display(),
            "next_url": reverse("surveys:mine"),
            "message": message,
        }
    )


def _uuid(text) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
