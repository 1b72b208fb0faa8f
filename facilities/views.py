"""Pages of the registry."""

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collaborators.queries import own_place_ids
from facilities import actions, permissions, queries, saved_views
from facilities.enums import ChangeSource, EstablishmentStatus
from facilities.exports import ESTABLISHMENTS
from facilities.forms import (
    MORE_FILTERS,
    EstablishmentForm,
    FilterForm,
    ProductForm,
    StatusForm,
    filter_places,
)
from facilities.models import Award, Establishment, Product
from facilities.queries import ListFilters, mapping
from facilities.record.eligibility import assess
from facilities.record.elsewhere import told_of
from facilities.record.forms import SECTIONS
from facilities.record.history import changed_fields, changes_of
from facilities.record.pages import record_on_day, rows_of, shows_personal_data
from facilities.surveys.queries import surveys_of
from khuyencong.audit.personal import log_page_access
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.numbers import format_scaled, whole_number
from khuyencong.core.place_fields import AskedPlace, asked_place

GET_OR_POST = require_http_methods(["GET", "POST"])
HISTORY_ON_PAGE = 5


def _establishment(request, pk: int) -> Establishment:
    """The establishment with its `unit_of_today`, or 404 outside what the user may see."""
    record = get_object_or_404(queries.establishments_visible_to(request.user), pk=pk)
    return queries.with_units_of_today([record])[0]


def _own_places(user):
    """A collaborator's places; None for those whose list is not limited to places."""
    whole = user.has_role(*permissions.FULL_READERS) or not user.has_role(Role.COLLABORATOR)
    return None if whole else own_place_ids(user)


@require_GET
def establishment_list(request):
    """The book: search, filters, one page by key, count, and the same as a spreadsheet.

    A search that finds nothing shows what was likely meant, and says so.
    """
    place = asked_place(request, "xa", lambda: filter_places(_own_places(request.user)))
    if place.url:
        return redirect(place.url)
    asked = ListFilters.from_params(request.GET)
    filters, meant = asked, None
    marks = {
        "after": whole_number(request.GET.get("sau")),
        "before": whole_number(request.GET.get("truoc")),
    }
    if asked.q:
        answer = queries.answer_of(request.user, asked, **marks)
        if not answer.count:
            meant = queries.did_you_mean(queries.filtered_rows(request.user, asked), asked.q)
        if meant is not None:
            filters = replace(asked, q=meant.text)
            answer = queries.answer_of(request.user, filters, **marks)
        page, count, exact = answer.page, answer.count, answer.exact
    else:
        rows = queries.list_rows(request.user, asked)
        count, exact = queries.count_of(rows)
        page = queries.page_of(rows, **marks, few=exact and count <= queries.FEW)
    params = filters.as_params()
    saved = list(saved_views.views_visible_to(request.user))
    return render(
        request,
        "facilities/list.html",
        {
            "form": filter_form(request, asked, place),
            "asked_place": place,
            "page": page,
            "count_label": ("" if exact else "hơn ") + format_scaled(count) if count else "",
            "best_only": bool(asked.q) and not exact,
            "meant": meant,
            "meant_url": f"?{urlencode(params | {'q': meant.label})}" if meant else "",
            "asked_text": asked.q,
            "next_url": _page_url(params, "sau", page.next_after),
            "previous_url": _page_url(params, "truoc", page.previous_before),
            "filtered": bool(params),
            "more_filters": any(name in params for name in MORE_FILTERS),
            "behind_a_count": bool(filters.chi_tieu),
            "export_url": f"{reverse('exports:choose')}?{urlencode({'kind': ESTABLISHMENTS.kind, **params})}",
            "saved_views": saved,
            "save_url": f"{reverse('facilities:view_save')}?{urlencode(params)}" if params else "",
            "can_add": permissions.can_write(request.user),
            "can_merge": permissions.can_merge(request.user),
            "survey_url": f"{reverse('surveys:add')}?{urlencode(params)}",
            "masked": not permissions.can_see_contacts(request.user),
        },
    )


def filter_form(request, asked: ListFilters, place: AskedPlace) -> FilterForm:
    """The filters as they were asked, a place that is not understood as it was typed."""
    typed = {"xa": place.text} if place.text else {}
    return FilterForm(asked.as_params() | typed, own_places=_own_places(request.user))


def _page_url(params: dict, name: str, mark: int | None) -> str:
    return f"?{urlencode({**params, name: mark})}" if mark else ""


@require_GET
def establishment_detail(request, pk: int):
    """One establishment: the whole record of today, or with `?ngay=` as it stood on a day.

    A merged one leads to the one it went into, where the reader may see that; `?ho_so_cu=1` shows it.
    """
    establishment = _establishment(request, pk)
    if request.GET.get("ngay"):
        return record_on_day(request, establishment, request.GET["ngay"])
    survivor = queries.survivor_of(request.user, establishment)
    if survivor is not None and "ho_so_cu" not in request.GET:
        messages.info(
            request, f"Hồ sơ “{establishment}” đã được hợp nhất vào hồ sơ này, “{survivor}”."
        )
        return redirect(survivor)
    contacts = permissions.can_see_contacts(request.user)
    if contacts and shows_personal_data(establishment):
        log_page_access(request.user, establishment)
    return render(
        request,
        "facilities/detail.html",
        {
            "establishment": establishment,
            "products": _products(establishment),
            **rows_of(establishment),
            "sections": [(slug, section.title) for slug, section in SECTIONS.items()],
            "assessment": assess(establishment, timezone.localdate()),
            "can_change": permissions.can_change_establishment(request.user, establishment),
            "contacts": contacts,
            "ground": mapping.ground(),
            "history": changes_of(establishment)[:HISTORY_ON_PAGE] if contacts else [],
            "survivor": survivor,
            "is_merged": establishment.status == EstablishmentStatus.MERGED,
            "elsewhere": told_of(request.user, establishment),
            "surveys": surveys_of(request.user, establishment),
            "merges": establishment.merges.filter(undone_at=None).select_related("merged", "actor"),
            "can_merge": permissions.can_merge(request.user)
            and establishment.status != EstablishmentStatus.MERGED,
        },
    )


def _products(establishment: Establishment) -> list[Product]:
    """The products, each with its `titles`, highest first."""
    products = list(establishment.products.all())
    titles: dict[int, list[Award]] = {}
    for award in Award.objects.filter(product__in=products):
        titles.setdefault(award.product_id, []).append(award)
    for product in products:
        product.titles = sorted(
            titles.get(product.pk, []),
            key=lambda award: (queries.LEVELS.index(award.level), -award.year),
        )
    return products


@require_GET
def establishment_history(request, pk: int):
    """Lịch sử: who changed what, when, from what to what, from which source; `?truong=` one field."""
    establishment = _establishment(request, pk)
    permissions.check_can_see_contacts(request.user)
    names = changed_fields(establishment)
    chosen = request.GET.get("truong", "")
    if chosen not in dict(names):
        chosen = ""
    log_page_access(request.user, establishment)
    return render(
        request,
        "facilities/history.html",
        {
            "establishment": establishment,
            "history": changes_of(establishment, chosen),
            "fields": names,
            "chosen": chosen,
        },
    )


def picker_of(*places) -> dict:
    """What the map on which a point is set opens on: around places, else the mainland."""
    box = mapping.around_places(places) or mapping.MAINLAND
    return {"first_view": mapping.edges_text(box), "ground": mapping.ground()}


def places_to_begin_with(user):
    """Some communes that a user may add in: around these a map opens."""
    return queries.places_to_add_in(user)[:200]


@GET_OR_POST
def establishment_add(request):
    """Enter a new one; look-alikes are shown first, a second submit goes on."""
    permissions.check_can_write(request.user)
    form = EstablishmentForm(request.POST or None, user=request.user)
    go_on = request.method == "POST" and form.is_valid()
    if go_on and "van_them" not in request.POST:
        go_on = not [*form.find_duplicates(), *form.find_doubts()]
    if go_on:
        try:
            added = actions.add_establishment(
                actor=request.user,
                facts=form.facts(),
                status=form.cleaned_data["status"],
                point=form.point(),
            )
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        else:
            messages.success(request, f"Đã thêm “{added}” vào sổ.")
            return redirect(added)
    return render(
        request,
        "facilities/form.html",
        {
            "form": form,
            "cancel_url": reverse("facilities:list"),
            "keep_key": "co-so-moi",
            "picker": picker_of(*places_to_begin_with(request.user)),
        },
    )


@GET_OR_POST
def establishment_edit(request, pk: int):
    """Correct what the book says."""
    establishment = _establishment(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = EstablishmentForm(
        request.POST or None,
        user=request.user,
        establishment=establishment,
        initial=EstablishmentForm.initial_of(establishment),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_establishment(
                actor=request.user,
                establishment_id=establishment.pk,
                facts=form.facts(),
                seen_at=_moment(form.cleaned_data["seen_at"]),
                source=form.cleaned_data["source"] or ChangeSource.ENTRY,
            )
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        except Conflict as refusal:
            form.add_error(None, str(refusal))
            # The second submit is made knowing what stands there now.
            form.data = form.data.copy()
            form.data["seen_at"] = (
                Establishment.objects.values_list("updated_at", flat=True).get(pk=pk).isoformat()
            )
        else:
            messages.success(request, "Đã lưu thông tin cơ sở.")
            return redirect(establishment)
    if request.method == "GET" and shows_personal_data(establishment):
        log_page_access(request.user, establishment)
    return render(
        request,
        "facilities/form.html",
        {
            "form": form,
            "establishment": establishment,
            "cancel_url": establishment.get_absolute_url(),
            "keep_key": f"co-so-{establishment.pk}",
        },
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _show_errors(form, refusal: InvalidInput) -> None:
    """An action's sentences beside their fields; those without a field on top."""
    for name, sentences in (refusal.errors or {"__all__": [str(refusal)]}).items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)


@GET_OR_POST
def status_change(request, pk: int):
    """Đổi tình trạng: paused, stopped or at work again, since when and why."""
    establishment = _establishment(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = StatusForm(
        request.POST or None,
        establishment=establishment,
        initial={"on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_status(
                actor=request.user,
                establishment_id=pk,
                status=data["status"],
                on=data["on"],
                reason=data["reason"],
            )
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        except WrongStatus as refusal:
            messages.warning(request, str(refusal))
            return redirect(establishment)
        else:
            messages.success(request, "Đã ghi tình trạng mới của cơ sở.")
            return redirect(establishment)
    return render(
        request, "facilities/status_form.html", {"form": form, "establishment": establishment}
    )


@GET_OR_POST
def product_add(request, pk: int):
    """Add a product."""
    establishment = _establishment(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_product(actor=request.user, establishment_id=pk, **form.values())
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        else:
            messages.success(request, "Đã thêm sản phẩm.")
            return redirect(establishment)
    return render(
        request, "facilities/product_form.html", {"form": form, "establishment": establishment}
    )


def _product(request, pk: int) -> tuple[Product, Establishment]:
    product = Product.objects.filter(pk=pk).first()
    if product is None:
        raise Http404
    return product, _establishment(request, product.establishment_id)


@GET_OR_POST
def product_edit(request, pk: int):
    """Correct a product."""
    product, establishment = _product(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = ProductForm(request.POST or None, initial=ProductForm.initial_of(product))
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_product(actor=request.user, product_id=pk, **form.values())
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        else:
            messages.success(request, "Đã lưu sản phẩm.")
            return redirect(establishment)
    return render(
        request,
        "facilities/product_form.html",
        {"form": form, "establishment": establishment, "product": product},
    )


@require_POST
def product_remove(request, pk: int):
    """Take a product entered by mistake out of the book."""
    product, establishment = _product(request, pk)
    try:
        actions.remove_product(actor=request.user, product_id=pk)
    except WrongStatus as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Đã gỡ sản phẩm “{product}”.")
    return redirect(establishment)
