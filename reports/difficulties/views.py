"""Difficulties: gathered into matters, followed, and what of them is public."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.numbers import whole_number
from reports.difficulties import actions, permissions
from reports.difficulties.enums import MATTER_TRANSITIONS, MatterStatus
from reports.difficulties.forms import (
    AnswerForm,
    EditForm,
    GatherForm,
    JoinForm,
    MatterFilter,
    SendForm,
)
from reports.difficulties.models import Authority, Matter
from reports.difficulties.queries import (
    loose_difficulties,
    matter_list,
    matters_visible_to,
    public_matters,
    rows_of,
    suggestions,
)

PER_PAGE = 30


@login_not_required
@require_GET
def public(request):
    """Published matters with their answers, without any name; for everybody."""
    text = request.GET.get("tim", "").strip()[:100]
    page = Paginator(public_matters(text), PER_PAGE).get_page(request.GET.get("trang"))
    return render(request, "difficulties/public.html", {"page": page, "text": text})


@require_GET
def matter_page(request):
    """All matters a person may see."""
    permissions.check_can_see_matters(request.user)
    form = MatterFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    matters = matter_list(request.user, chosen.get("trang_thai", ""), chosen.get("tim", ""))
    follows = permissions.can_follow(request.user)
    return render(
        request,
        "difficulties/list.html",
        {
            "form": form,
            "filtered": any(chosen.values()),
            "clear_url": reverse("difficulties:list"),
            "page": Paginator(matters, PER_PAGE).get_page(request.GET.get("trang")),
            "can_follow": follows,
            "loose": len(loose_difficulties()) if follows else 0,
            "export_params": {name: value for name, value in chosen.items() if value},
        },
    )


def loose(request):
    """Difficulties in no matter yet, grouped as they seem to belong together; gather or add them."""
    permissions.check_can_follow(request.user)
    status, form = 200, None
    if request.method == "POST":
        form = GatherForm(request.POST)
        keys = _keys(request.POST.getlist("y_kien"))
        into = whole_number(request.POST.get("vao"))
        try:
            if into:
                get_object_or_404(matters_visible_to(request.user), pk=into)
                matter = actions.add_to_matter(actor=request.user, matter_id=into, keys=keys)
            elif form.is_valid():
                matter = actions.gather_matter(
                    actor=request.user,
                    keys=keys,
                    title=form.cleaned_data["title"],
                    kind=form.cleaned_data["kind"],
                    authority_id=form.cleaned_data["authority"].pk,
                )
            else:
                matter = None
        except (Conflict, InvalidInput, WrongStatus) as refusal:
            messages.warning(request, str(refusal))
            return redirect("difficulties:loose")
        if matter:
            messages.success(request, f"Đã ghi vào vấn đề “{matter}”.")
            return redirect(matter)
        messages.warning(request, "Hãy ghi tên vấn đề, nhóm và cơ quan giải quyết.")
        status = 422
    authorities = list(Authority.objects.all())
    codes = {authority.code: authority.pk for authority in authorities}
    groups = []
    for group in suggestions(loose_difficulties()):
        first = group.rows[0]
        groups.append(
            {
                "rows": group.rows,
                "form": GatherForm(
                    initial={
                        "title": group.title,
                        "kind": first.kind,
                        "authority": codes.get(first.authority),
                    },
                    auto_id=f"nhom-{first.key.replace(':', '-')}-%s",
                ),
            }
        )
    open_matters = matters_visible_to(request.user).filter(
        status__in=[status_ for status_, ways in MATTER_TRANSITIONS.items() if ways]
    )
    context = {"groups": groups, "open_matters": list(open_matters[:100])}
    return render(request, "difficulties/loose.html", context, status=status)


def _keys(values) -> list[tuple[int, str]]:
    keys = []
    for value in values:
        report, _, uid = value.partition(":")
        if whole_number(report) and len(uid) == 36:
            keys.append((int(report), uid))
    return keys


def _matter(request, pk: int) -> Matter:
    permissions.check_can_see_matters(request.user)
    return get_object_or_404(matters_visible_to(request.user), pk=pk)


@require_GET
def detail(request, pk: int):
    """A matter: who raised it, where it went, what was answered."""
    return _detail(request, _matter(request, pk))


def _detail(request, matter: Matter, status: int = 200, **forms):
    follows = permissions.can_follow(request.user)
    ways = MATTER_TRANSITIONS[MatterStatus(matter.status)]
    context = {
        "matter": matter,
        "rows": rows_of(matter),
        "answers": matter.answers.select_related("recorded_by"),
        "events": matter.events.select_related("actor").order_by("-created_at", "-id"),
        "can_follow": follows,
        "can_change": follows and bool(ways),
    }
    if follows:
        others = matters_visible_to(request.user).exclude(pk=matter.pk)
        others = others.filter(status__in=[s for s, w in MATTER_TRANSITIONS.items() if w])
        context |= {
            "send_form": SendForm() if MatterStatus.SENT in ways else None,
            "answer_form": AnswerForm() if MatterStatus.ANSWERED in ways else None,
            "join_form": JoinForm(others=others) if MatterStatus.JOINED in ways else None,
            "can_close": MatterStatus.CLOSED in ways,
        }
    return render(request, "difficulties/detail.html", context | forms, status=status)


def edit(request, pk: int):
    """A matter's particulars, and whether it is public."""
    matter = _matter(request, pk)
    permissions.check_can_follow(request.user)
    initial = {
        name: getattr(matter, name)
        for name in ("title", "kind", "authority", "due_on", "is_public", "public_text")
    }
    form = EditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["authority_id"] = given.pop("authority").pk
        try:
            actions.edit_matter(actor=request.user, matter_id=pk, **given)
        except InvalidInput as refusal:
            form.add_error("public_text", str(refusal))
        else:
            messages.success(request, "Đã lưu.")
            return redirect(matter)
    context = {"matter": matter, "form": form}
    return render(request, "difficulties/edit.html", context, status=422 if form.errors else 200)


def _do(request, matter: Matter, form, name: str, action, done: str):
    """Run an action with a form's data; a refusal is told on the matter's page."""
    if form is not None and not form.is_valid():
        return _detail(request, matter, 422, **{name: form})
    try:
        action(**(form.cleaned_data if form is not None else {}))
    except (Conflict, InvalidInput, WrongStatus) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(matter)


@require_POST
def send(request, pk: int):
    """Record the letter that carried the matter."""
    matter = _matter(request, pk)
    permissions.check_can_follow(request.user)
    return _do(
        request,
        matter,
        SendForm(request.POST),
        "send_form",
        lambda **given: actions.send_matter(actor=request.user, matter_id=pk, **given),
        "Đã ghi việc gửi.",
    )


@require_POST
def answer(request, pk: int):
    """Record an answer; those who raised the matter are told."""
    matter = _matter(request, pk)
    permissions.check_can_follow(request.user)
    return _do(
        request,
        matter,
        AnswerForm(request.POST),
        "answer_form",
        lambda **given: actions.answer_matter(actor=request.user, matter_id=pk, **given),
        "Đã ghi trả lời và báo cho những người đã nêu.",
    )


@require_POST
def close(request, pk: int):
    """End the following of a matter."""
    matter = _matter(request, pk)
    return _do(
        request,
        matter,
        None,
        "",
        lambda: actions.close_matter(actor=request.user, matter_id=pk),
        "Đã kết thúc theo dõi.",
    )


@require_POST
def join(request, pk: int):
    """Put a matter into another one."""
    matter = _matter(request, pk)
    permissions.check_can_follow(request.user)
    others = matters_visible_to(request.user).exclude(pk=pk)
    return _do(
        request,
        matter,
        JoinForm(request.POST, others=others),
        "join_form",
        lambda into: actions.join_matters(actor=request.user, matter_id=pk, into_id=into.pk),
        "Đã gộp.",
    )


@require_POST
def split(request, pk: int, row: int):
    """Take a difficulty out of a matter."""
    matter = _matter(request, pk)
    permissions.check_can_follow(request.user)
    if not matter.rows.filter(pk=row).exists():
        raise Http404
    return _do(
        request,
        matter,
        None,
        "",
        lambda: actions.split_row(actor=request.user, matter_id=pk, row_id=row),
        "Đã tách ý kiến; ý kiến đó chờ đưa vào vấn đề khác.",
    )
