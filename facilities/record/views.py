"""Pages that change a record's details and rows, and those about personal data."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facilities import permissions, queries
from facilities.enums import RequestKind, RequestState
from facilities.models import Establishment, PersonalDataRequest, SupportNeed
from facilities.record import actions, free_texts, personal
from facilities.record.forms import (
    ROW_KINDS,
    SECTIONS,
    AnswerForm,
    DataRequestForm,
    EraseForm,
    NeedStateForm,
    RowKind,
    source_of,
)
from facilities.record.models import Particular
from facilities.views import _establishment, _moment, _show_errors, picker_of
from khuyencong.audit.models import PersonalDataAccess
from khuyencong.audit.personal import log_page_access
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus

GET_OR_POST = require_http_methods(["GET", "POST"])
ACCESSES_ON_PAGE = 50


@GET_OR_POST
def section_edit(request, pk: int, section: str):
    """Correct one section of the record."""
    if section not in SECTIONS:
        raise Http404
    establishment = _establishment(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form, doubts = SECTIONS[section].form(request.POST or None, establishment=establishment), []
    go_on = request.method == "POST" and form.is_valid()
    if go_on and "van_luu" not in request.POST:
        doubts = form.find_doubts()
    if go_on and not doubts:
        try:
            actions.update_details(
                actor=request.user,
                establishment_id=pk,
                details=form.details(),
                seen_at=_moment(form.cleaned_data["seen_at"]),
                source=source_of(form),
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
    elif section == "lien-he":
        log_page_access(request.user, establishment)
    return render(
        request,
        "facilities/section_form.html",
        {
            "form": form,
            "establishment": establishment,
            "section": SECTIONS[section],
            "is_personal": section == "lien-he",
            "has_point": section == "vi-tri",
            "doubts": doubts,
            "picker": picker_of(establishment.place) if section == "vi-tri" else None,
            "keep_key": f"co-so-{pk}-{section}",
        },
        status=422 if form.errors or doubts else 200,
    )


def _kind(slug: str) -> RowKind:
    if slug not in ROW_KINDS:
        raise Http404
    return ROW_KINDS[slug]


def _row(request, slug: str, pk: int) -> tuple[RowKind, Particular, Establishment]:
    kind = _kind(slug)
    row = get_object_or_404(kind.model, pk=pk)
    return kind, row, _establishment(request, row.establishment_id)


@GET_OR_POST
def row_add(request, pk: int, kind: str):
    """Add a machine, a certificate, figures of a year, a need."""
    row_kind, establishment = _kind(kind), _establishment(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = row_kind.form(request.POST or None, establishment=establishment)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_particular(
                actor=request.user,
                row=row_kind.model(establishment=establishment, **form.values()),
                source=source_of(form),
            )
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        else:
            messages.success(request, f"Đã thêm {row_kind.noun}.")
            return redirect(f"{establishment.get_absolute_url()}#{kind}")
    return _row_page(request, form, establishment, row_kind, f"co-so-{pk}-{kind}-moi")


@GET_OR_POST
def row_edit(request, kind: str, pk: int):
    """Correct a row of the record."""
    row_kind, row, establishment = _row(request, kind, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = row_kind.form(
        request.POST or None,
        establishment=establishment,
        initial=row_kind.form.initial_of(row),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_particular(
                actor=request.user,
                model=row_kind.model,
                row_id=pk,
                values=form.values(),
                source=source_of(form),
            )
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        else:
            messages.success(request, f"Đã lưu {row_kind.noun}.")
            return redirect(f"{establishment.get_absolute_url()}#{kind}")
    return _row_page(request, form, establishment, row_kind, f"{kind}-{pk}", row)


def _row_page(request, form, establishment, row_kind: RowKind, keep_key: str, row=None):
    return render(
        request,
        "facilities/row_form.html",
        {
            "form": form,
            "establishment": establishment,
            "noun": row_kind.noun,
            "row": row,
            "keep_key": keep_key,
        },
        status=422 if form.errors else 200,
    )


@require_POST
def row_remove(request, kind: str, pk: int):
    """Take a row entered by mistake out of the record."""
    row_kind, row, establishment = _row(request, kind, pk)
    actions.remove_particular(actor=request.user, model=row_kind.model, row_id=pk)
    messages.success(request, f"Đã gỡ {row_kind.noun} “{row}”.")
    return redirect(f"{establishment.get_absolute_url()}#{kind}")


@require_POST
def need_state(request, pk: int):
    """Say that a need was met, no longer stands, or stands again."""
    need = get_object_or_404(SupportNeed, pk=pk)
    establishment = _establishment(request, need.establishment_id)
    permissions.check_can_change_establishment(request.user, establishment)
    form = NeedStateForm(request.POST)
    if form.is_valid():
        try:
            actions.change_need_state(
                actor=request.user, need_id=pk, state=form.cleaned_data["state"]
            )
        except WrongStatus as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "Đã ghi tình trạng của nhu cầu.")
    else:
        messages.error(request, "Chưa rõ tình trạng mới của nhu cầu; anh/chị chọn lại.")
    return redirect(f"{establishment.get_absolute_url()}#nhu-cau")


@GET_OR_POST
def personal_data(request, pk: int):
    """Dữ liệu cá nhân: purpose, requests and their answers; a new request is written down here."""
    establishment = _establishment(request, pk)
    permissions.check_can_change_establishment(request.user, establishment)
    form = DataRequestForm(request.POST or None, initial={"received_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            personal.record_data_request(
                actor=request.user, establishment_id=pk, **form.cleaned_data
            )
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        else:
            messages.success(request, "Đã ghi yêu cầu; người quản trị sẽ giải quyết.")
            return redirect("facilities:personal_data", pk)
    may_handle = permissions.can_handle_personal_data(request.user)
    return render(
        request,
        "facilities/personal_data.html",
        {
            "form": form,
            "establishment": establishment,
            "requests": establishment.data_requests.select_related("recorded_by", "handled_by"),
            "may_handle": may_handle,
            "keep_key": f"du-lieu-ca-nhan-{pk}",
        },
        status=422 if form.errors else 200,
    )


@GET_OR_POST
def data_request_answer(request, pk: int):
    """Answer a request for correction, or refuse one."""
    asked = get_object_or_404(
        PersonalDataRequest.objects.select_related("recorded_by", "handled_by"), pk=pk
    )
    establishment = _establishment(request, asked.establishment_id)
    permissions.check_can_handle_personal_data(request.user)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            personal.answer_data_request(actor=request.user, request_id=pk, **form.cleaned_data)
        except InvalidInput as refusal:
            _show_errors(form, refusal)
        except WrongStatus as refusal:
            messages.warning(request, str(refusal))
            return redirect("facilities:personal_data", establishment.pk)
        else:
            messages.success(request, "Đã ghi trả lời.")
            return redirect("facilities:personal_data", establishment.pk)
    return render(
        request,
        "facilities/data_request_form.html",
        {"form": form, "establishment": establishment, "asked": asked},
        status=422 if form.errors else 200,
    )


@GET_OR_POST
def personal_data_erase(request, pk: int):
    """Erase the personal part of a record, in the book and in its history."""
    establishment = _establishment(request, pk)
    permissions.check_can_handle_personal_data(request.user)
    open_request = establishment.data_requests.filter(
        kind=RequestKind.ERASURE, state=RequestState.OPEN
    ).first()
    form = EraseForm(
        request.POST or None,
        initial={"reason": open_request.what if open_request else ""},
        texts=free_texts.free_texts(establishment),
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = personal.erase_personal_data(
                actor=request.user,
                establishment_id=pk,
                reason=form.cleaned_data["reason"],
                decisions=form.decisions(),
                request_id=open_request.pk if open_request else None,
            )
        except InvalidInput as refusal:
            named = {f"thay-{key}": told for key, told in refusal.errors.items()}
            known = {name: told for name, told in named.items() if name in form.fields}
            _show_errors(form, InvalidInput(str(refusal), known or refusal.errors))
        except WrongStatus as refusal:
            messages.warning(request, str(refusal))
            return redirect("facilities:personal_data", pk)
        else:
            messages.success(
                request, f"Đã xóa dữ liệu cá nhân, che {done.redacted_rows} dòng lịch sử."
            )
            return redirect("facilities:personal_data", pk)
    if request.method == "GET":
        log_page_access(request.user, establishment)
    return render(
        request,
        "facilities/erase_form.html",
        {"form": form, "establishment": establishment, "open_request": open_request},
        status=422 if form.errors else 200,
    )


@require_GET
def personal_accesses(request):
    """Nhật ký xem dữ liệu cá nhân, and the requests that wait: for the administrator."""
    permissions.check_can_handle_personal_data(request.user)
    pages = Paginator(PersonalDataAccess.objects.select_related("user"), ACCESSES_ON_PAGE)
    visible = queries.establishments_visible_to(request.user)
    return render(
        request,
        "facilities/personal_accesses.html",
        {
            "page": pages.get_page(request.GET.get("trang")),
            "waiting": PersonalDataRequest.objects.filter(
                state=RequestState.OPEN, establishment__in=visible
            ).select_related("establishment", "recorded_by")[:50],
        },
    )
