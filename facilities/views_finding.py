"""Pages for finding: saved views of the list, pairs that may be one, and their merge."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facilities import duplicates, merging, permissions, queries, saved_views
from facilities.enums import DuplicateState, EstablishmentStatus
from facilities.forms import DuplicateFilterForm, SavedViewForm, filter_places
from facilities.models import DuplicateCandidate, Establishment, MergeRecord
from facilities.queries import ListFilters
from facilities.record.pages import shows_personal_data
from khuyencong.audit.personal import log_page_access
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.numbers import format_scaled
from khuyencong.core.place_fields import asked_place
from khuyencong.core.places import with_predecessors

PAIRS_ON_PAGE = 20
OFFERED = 10
GET_OR_POST = require_http_methods(["GET", "POST"])


@require_GET
def view_list(request):
    """Bộ lọc đã lưu: the own ones to rename or delete, and those shared by others."""
    views = list(saved_views.views_visible_to(request.user))
    return render(
        request,
        "facilities/views.html",
        {
            "own": [view for view in views if view.owner_id == request.user.pk],
            "shared": [view for view in views if view.owner_id != request.user.pk],
        },
    )


@GET_OR_POST
def view_save(request):
    """Keep the filters of the address under a name."""
    filters = ListFilters.from_params(request.GET)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            saved = saved_views.save_view(
                actor=request.user, filters=filters, **_named(form.cleaned_data)
            )
        except InvalidInput as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"Đã lưu bộ lọc “{saved}”.")
            return redirect(f"{reverse('facilities:list')}?{saved.query}")
    return _form_page(
        request, form, None, f"{reverse('facilities:list')}?{request.GET.urlencode()}"
    )


@GET_OR_POST
def view_edit(request, pk: int):
    """Rename a view of one's own, or share it otherwise."""
    view = get_object_or_404(saved_views.views_visible_to(request.user), pk=pk)
    form = _form(request, {"name": view.name, "roles": view.roles})
    if request.method == "POST" and form.is_valid():
        try:
            saved_views.rename_view(actor=request.user, view_id=pk, **_named(form.cleaned_data))
        except InvalidInput as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "Đã lưu bộ lọc.")
            return redirect("facilities:views")
    elif request.method == "GET":
        saved_views.check_own(request.user, view)
    return _form_page(request, form, view, reverse("facilities:views"))


@require_POST
def view_delete(request, pk: int):
    """Put a view of one's own away."""
    view = get_object_or_404(saved_views.views_visible_to(request.user), pk=pk)
    saved_views.delete_view(actor=request.user, view_id=pk)
    messages.success(request, f"Đã xóa bộ lọc “{view}”.")
    return redirect("facilities:views")


def _form(request, initial=None) -> SavedViewForm:
    may_share = request.user.has_role(*permissions.WRITERS)
    return SavedViewForm(request.POST or None, initial=initial, may_share=may_share)


def _named(data: dict) -> dict:
    return {"name": data["name"], "roles": data.get("roles", [])}


def _form_page(request, form, view, cancel_url: str):
    return render(
        request,
        "facilities/view_form.html",
        {"form": form, "view": view, "cancel_url": cancel_url},
    )


@require_GET
def duplicate_list(request):
    """Hồ sơ có thể trùng: pairs to decide, the likeliest first, with what speaks for each."""
    permissions.check_can_merge(request.user)
    named = asked_place(request, "xa", lambda: filter_places(None))
    if named.url:
        return redirect(named.url)
    form = DuplicateFilterForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    place = asked.get("xa") if not named.text else ""
    pairs = duplicates.pairs_to_decide(
        place_ids=with_predecessors([int(place)]) if place else None,
        state=asked.get("trang_thai") or DuplicateState.OPEN,
        least=int(asked.get("diem") or 0),
    )
    page = Paginator(pairs, PAIRS_ON_PAGE).get_page(request.GET.get("trang"))
    for pair in page:
        pair.survivor, pair.other = merging.fuller_first(pair.first, pair.second)
    return render(
        request,
        "facilities/duplicates.html",
        {"form": form, "page": page, "filtered": bool(request.GET), "asked_place": named},
    )


@require_POST
def duplicate_dismiss(request, pk: int):
    """Không trùng: remembered, and asked no more."""
    permissions.check_can_merge(request.user)
    pair = get_object_or_404(DuplicateCandidate, pk=pk)
    return _decided(
        request,
        duplicates.decide_not_duplicate,
        pair,
        "Đã ghi: hai hồ sơ này không trùng nhau. Cổng không hỏi lại cặp này nữa.",
    )


@require_POST
def duplicate_reopen(request, pk: int):
    """Take "không trùng" back."""
    permissions.check_can_merge(request.user)
    pair = get_object_or_404(DuplicateCandidate, pk=pk)
    return _decided(
        request, duplicates.reopen_pair, pair, "Đã đưa cặp này trở lại danh sách cần xét."
    )


def _decided(request, action, pair, sentence: str):
    try:
        action(actor=request.user, pair_id=pair.pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("facilities:duplicates")


@require_GET
def merge_pick(request, pk: int):
    """With which record: the pairs already found, and a search."""
    establishment = _record(request, pk)
    permissions.check_can_merge(request.user)
    asked = ListFilters.from_params({"q": request.GET.get("q")})
    text = asked.q
    if text:
        answer = queries.answer_of(request.user, asked)
        offered = [(row, []) for row in answer.page.rows[: OFFERED + 1] if row.pk != pk][:OFFERED]
    else:
        offered = [
            (pair.second if pair.first_id == pk else pair.first, pair.reasons)
            for pair in duplicates.pairs_of(establishment)
        ]
    return render(
        request,
        "facilities/merge_pick.html",
        {"establishment": establishment, "offered": offered, "text": text},
    )


@GET_OR_POST
def merge(request, pk: int, other: int):
    """Two records side by side: `pk` stays, `other` goes into it, a choice for each fact."""
    survivor, merged = _record(request, pk), _record(request, other)
    permissions.check_can_merge(request.user)
    if pk == other or EstablishmentStatus.MERGED in (survivor.status, merged.status):
        messages.warning(request, "Một trong hai hồ sơ đã được hợp nhất; anh/chị chọn hồ sơ khác.")
        return redirect(survivor)
    choices = merging.choices_between(survivor, merged)
    if request.method == "POST":
        take = {c.field.name for c in choices if request.POST.get(f"chon-{c.field.name}") == "b"}
        seen = {pk: request.POST.get("seen_a", ""), other: request.POST.get("seen_b", "")}
        try:
            merging.merge_establishments(
                actor=request.user, survivor_id=pk, merged_id=other, take=take, seen_at=seen
            )
        except (Conflict, InvalidInput, WrongStatus) as refusal:
            messages.error(request, str(refusal))
            return redirect("facilities:merge", pk, other)
        messages.success(
            request, f"Đã hợp nhất “{merged}” vào hồ sơ này. Có thể hoàn tác ở cuối trang."
        )
        return redirect(survivor)
    for record in (survivor, merged):
        if shows_personal_data(record):
            log_page_access(request.user, record)
    return render(
        request,
        "facilities/merge.html",
        {
            "survivor": survivor,
            "merged": merged,
            "rows": [_shown(choice, survivor, merged) for choice in choices],
            "products": [(record, list(record.products.all())) for record in (survivor, merged)],
        },
    )


def _shown(choice, survivor: Establishment, merged: Establishment) -> dict:
    """A fact with both values in words."""
    name = choice.field.name
    return {
        "name": f"chon-{name}",
        "label": str(choice.field.verbose_name),
        "kept": _words(survivor, name),
        "other": _words(merged, name),
        "take_other": choice.take_other,
    }


def _words(record: Establishment, name: str) -> str:
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    if merging.is_missing(value):
        return "Chưa có"
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, list):
        labels = dict(Establishment._meta.get_field(name).base_field.choices or ())
        return ", ".join(str(labels.get(one, one)) for one in value)
    if isinstance(value, date):
        return date_format(value, "d/m/Y")
    if isinstance(value, int) and not name.endswith("year"):
        return format_scaled(value)
    return str(value)


@require_POST
def merge_undo(request, pk: int):
    """Make the two records two again."""
    permissions.check_can_merge(request.user)
    record = get_object_or_404(MergeRecord, pk=pk)
    try:
        merging.undo_merge(actor=request.user, merge_id=pk)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect(record.survivor)
    messages.success(request, f"Đã hoàn tác: “{record.merged}” lại là một hồ sơ riêng.")
    return redirect("facilities:detail", record.merged_id)


def _record(request, pk: int) -> Establishment:
    return get_object_or_404(queries.establishments_visible_to(request.user), pk=pk)
