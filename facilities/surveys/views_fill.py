"""Filling a survey sheet: the page for the telephone, which also works as a plain form, and the
service worker that lets it open without a connection."""

import uuid
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from facilities.surveys import actions, permissions, queries
from facilities.surveys.actions._state import check_fillable
from facilities.surveys.fill import fill_page, offline_settings, read_post
from facilities.surveys.models import SurveyTarget
from facilities.surveys.views_api import visible_target
from khuyencong.audit.personal import log_page_access
from khuyencong.core.exceptions import InvalidInput, Refusal, WrongStatus


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker's script, under the address whose pages it may serve."""
    script = Path(finders.find("js/survey-worker.js"))
    return HttpResponse(script.read_bytes(), content_type="text/javascript; charset=utf-8")


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet: to be filled, or as it stands where it can no longer be filled."""
    target = visible_target(request, pk)
    if request.method == "POST":
        return _receive(request, target)
    log_page_access(request.user, target.establishment)
    return _show(request, target)


def _why_not(user, target: SurveyTarget) -> str:
    """Why the sheet cannot be filled now by this person; empty when it can."""
    try:
        permissions.check_can_fill(user, target)
        check_fillable(target)
    except Refusal as refusal:
        return str(refusal).removesuffix(" Không có gì thay đổi.")
    return ""


def _show(request, target: SurveyTarget, status: int = 200, summary: str = "", **what):
    payload = queries.fill_payload(request.user, target)
    closed = _why_not(request.user, target)
    context = {
        "target": target,
        "page": fill_page(payload, **what),
        "payload": payload,
        "closed": closed,
        "summary": summary,
        "nonce": uuid.uuid4(),
        "offline": offline_settings(),
    }
    template = "facilities/surveys/fill_closed.html" if closed else "facilities/surveys/fill.html"
    return render(request, template, context, status=status)


def _receive(request, target: SurveyTarget) -> HttpResponse:
    """What a page without scripts posts: everything is kept, then what the pressed button says."""
    permissions.check_can_fill(request.user, target)
    try:
        typed, errors, conflicts = _keep(request, target)
        if not errors and not conflicts:
            return _act(request, target)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("surveys:fill", pk=target.pk)
    except InvalidInput as refusal:
        typed, errors, conflicts = {}, refusal.errors, {}
        summary = str(refusal)
    else:
        summary = "Có câu cần anh/chị xem lại; các câu khác đã lưu."
    target.refresh_from_db()
    status = 409 if conflicts and not errors else 422
    return _show(request, target, status, summary, typed=typed, errors=errors, conflicts=conflicts)


def _keep(request, target: SurveyTarget) -> tuple[dict, dict, dict]:
    """Save answers and photographs; what was typed of those that could not be saved, and why."""
    who = {"actor": request.user, "target_id": target.pk}
    typed = read_post(queries.fill_payload(request.user, target), request.POST)
    errors: dict[str, list[str]] = {}
    conflicts: dict[str, str] = {}
    if typed:
        result = actions.save_answers(
            **who,
            answers=[
                {
                    "question": code,
                    "value": one.value,
                    "declined": one.declined,
                    "revision": one.revision,
                    "client_id": str(uuid.uuid4()),
                }
                for code, one in typed.items()
            ],
        )
        errors |= result.errors
        conflicts = {
            one.question: f"{one.kept.by} vừa lưu câu trả lời khác. Câu trả lời của anh/chị đang ở "
            "trong ô; bấm lưu lần nữa thì dùng câu trả lời này."
            for one in result.conflicts
        }
    nonce = _uuid(request.POST.get("lan_gui"))
    for name, uploads in request.FILES.lists():
        for number, upload in enumerate(uploads):
            code = name.removeprefix("anh.")
            try:
                actions.attach_photo(
                    **who,
                    question_code=code,
                    client_id=uuid.uuid5(nonce, f"{code} {number}"),
                    upload=upload,
                )
            except InvalidInput as refusal:
                errors.setdefault(code, []).append(str(refusal))
    if client_id := request.POST.get("bo_anh"):
        actions.remove_photo(**who, client_id=_uuid(client_id))
    unsaved = {code: one for code, one in typed.items() if code in errors or code in conflicts}
    return unsaved, errors, conflicts


def _act(request, target: SurveyTarget) -> HttpResponse:
    who = {"actor": request.user, "target_id": target.pk}
    name = target.establishment.name
    match request.POST.get("viec"):
        case "gui":
            actions.submit_answers(**who)
            messages.success(request, f"Đã gửi phiếu của “{name}”.")
            return redirect("surveys:mine")
        case "khong_gap":
            actions.mark_unreachable(
                **who,
                reason=request.POST.get("ly_do", ""),
                note=request.POST.get("ghi_chu", ""),
            )
            messages.success(request, f"Đã ghi không gặp được “{name}”.")
            return redirect("surveys:mine")
    messages.success(request, "Đã lưu phiếu.")
    return redirect("surveys:fill", pk=target.pk)


def _uuid(text: str | None) -> uuid.UUID:
    """The id that the page sent; a new one for all else."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()
