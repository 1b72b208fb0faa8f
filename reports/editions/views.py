"""The consolidated reports: list, preview, writing by section, signature, files."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.numbers import whole_number
from khuyencong.documents.views import file_response
from reports.editions import actions, permissions
from reports.editions.changes import changes_since, moved_on
from reports.editions.enums import ISSUED_STATUSES, EditionStatus, SignatureOffice
from reports.editions.forms import (
    CorrectionForm,
    DeliveryForm,
    SectionForm,
    SendBackForm,
    SignForm,
)
from reports.editions.models import Edition
from reports.editions.queries import (
    editions_visible_to,
    open_edition,
    periods_without_open_edition,
)


def _edition(request, pk: int) -> Edition:
    """The edition if it is in the person's scope: 403 without any business here, 404 out of scope."""
    permissions.check_can_see_editions(request.user)
    return get_object_or_404(
        editions_visible_to(request.user).select_related("corrects__document"), pk=pk
    )


@require_GET
def edition_list(request):
    """All editions, and the quarters that have none yet."""
    permissions.check_can_see_editions(request.user)
    editions = list(editions_visible_to(request.user))
    writes = permissions.can_write_edition(request.user)
    moved = moved_on([e.pk for e in editions if e.status == EditionStatus.SIGNED])
    return render(
        request,
        "editions/list.html",
        {
            "lines": [(edition, moved.get(edition.pk, 0)) for edition in editions],
            "periods": list(periods_without_open_edition()[:8]) if writes else [],
        },
    )


@require_POST
def create(request):
    """Draft the first edition of a quarter."""
    permissions.check_can_write_edition(request.user)
    period_id = whole_number(request.POST.get("ky"))
    if period_id is None or not periods_without_open_edition().filter(pk=period_id).exists():
        messages.warning(
            request, "Kỳ này đã có báo cáo hợp nhất hoặc chưa chốt số liệu; anh/chị chọn kỳ khác."
        )
        return redirect("editions:list")
    edition = actions.draft_edition(actor=request.user, period_id=period_id)
    messages.success(
        request, "Đã soạn dự thảo từ số liệu được duyệt. Anh/chị đọc, sửa từng phần rồi trình ký."
    )
    return redirect(edition)


@require_GET
def detail(request, pk: int):
    """The document as it will be printed, with what can be done with it now."""
    return _detail(request, _edition(request, pk))


def _detail(request, edition: Edition, status: int = 200, **extra):
    user = request.user
    context = {
        "edition": edition,
        "can_write": permissions.can_write_edition(user),
        "events": edition.events.select_related("actor").order_by("-created_at", "-id")
        if user.is_centre
        else [],
    }
    if edition.is_issued:
        context |= {
            "paper": edition.document.paper,
            "corrections": editions_visible_to(user).filter(corrects=edition),
            "entries": edition.entries.select_related(
                "place", "version", "report__accepted_version"
            ),
        }
        if edition.status == EditionStatus.SIGNED and user.is_centre:
            changes = changes_since(edition)
            context |= {"changes": changes, "correction_form": CorrectionForm()}
            context["open_correction"] = edition.period.editions.filter(
                status__in=(EditionStatus.DRAFT, EditionStatus.PRESENTED)
            ).first()
    else:
        opened = open_edition(edition)
        context |= {
            "opened": opened,
            "paper": opened.paper,
            "can_sign": edition.status == EditionStatus.PRESENTED
            and permissions.can_sign_edition(user, edition),
            "why_not": _why_not(user, edition),
            "send_back_form": SendBackForm(),
        }
    return render(request, "editions/detail.html", context | extra, status=status)


def _why_not(user, edition: Edition) -> str:
    """Why this leader cannot sign; empty for who can and for who is no leader."""
    if not user.has_role(Role.LEADER):
        return ""
    try:
        permissions.check_can_sign_edition(user, edition)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def section_edit(request, pk: int, code: str):
    """Write a section; beside it what the portal proposed and the figures that changed since."""
    edition = _edition(request, pk)
    permissions.check_can_write_edition(request.user)
    opened = open_edition(edition)
    state = next((s for s in opened.states if s.section.code == code), None)
    if state is None:
        raise Http404
    section, status = state.section, 200
    if request.method == "POST":
        form = SectionForm(request.POST)
        if form.is_valid():
            try:
                actions.edit_section(
                    actor=request.user,
                    edition_id=pk,
                    code=code,
                    revision=form.cleaned_data["revision"],
                    text=form.cleaned_data["text"],
                )
            except Conflict as refusal:
                messages.warning(request, str(refusal))
                typed = {"text": form.cleaned_data["text"], "revision": section.revision}
                form, status = SectionForm(typed), 409
            else:
                messages.success(request, f"Đã lưu phần “{section}”.")
                return redirect(edition)
        else:
            status = 422
    else:
        form = SectionForm(initial={"text": section.text, "revision": section.revision})
    context = {"edition": edition, "state": state, "form": form, "conflict": status == 409}
    return render(request, "editions/section.html", context, status=status)


@require_POST
def section_renew(request, pk: int, code: str):
    """Put a section on the figures of now, with or without the person's own words."""
    edition = _edition(request, pk)
    permissions.check_can_write_edition(request.user)
    get_object_or_404(edition.sections, code=code)
    keep = request.POST.get("giu") != "khong"
    section = actions.renew_section(
        actor=request.user,
        edition_id=pk,
        code=code,
        revision=whole_number(request.POST.get("revision")) or 0,
        keep_edits=keep,
    )
    messages.success(
        request,
        f"Đã cập nhật phần “{section}” theo số liệu mới; các đoạn anh/chị đã sửa được giữ."
        if keep
        else f"Phần “{section}” trở lại như hệ thống dự thảo.",
    )
    return redirect("editions:section", pk, code)


@require_POST
def renew_all(request, pk: int):
    """Put every section that rests on old figures on those of now."""
    edition = _edition(request, pk)
    count = actions.renew_outdated(actor=request.user, edition_id=pk)
    messages.success(request, f"Đã cập nhật {count} phần; các đoạn đã sửa tay được giữ nguyên.")
    return redirect(edition)


def delivery(request, pk: int):
    """To whom the report goes."""
    edition = _edition(request, pk)
    permissions.check_can_write_edition(request.user)
    form = DeliveryForm(
        request.POST or None,
        initial={"addressee": edition.addressee, "recipients": edition.recipients},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_delivery(actor=request.user, edition_id=pk, **form.cleaned_data)
        messages.success(request, "Đã lưu nơi gửi, nơi nhận.")
        return redirect(edition)
    context = {"edition": edition, "form": form}
    return render(request, "editions/delivery.html", context, status=422 if form.errors else 200)


@require_POST
def present(request, pk: int):
    """Put the draft before the leader."""
    edition = _edition(request, pk)
    try:
        actions.present_edition(actor=request.user, edition_id=pk)
    except (Conflict, WrongStatus) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Đã trình ký. Lãnh đạo Trung tâm thấy việc này ở “Việc cần làm”.")
    return redirect(edition)


@require_POST
def send_back(request, pk: int):
    """Give a presented edition back to its authors."""
    edition = _edition(request, pk)
    permissions.check_can_write_edition(request.user)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _detail(request, edition, 422, send_back_form=form)
    try:
        actions.send_back_edition(actor=request.user, edition_id=pk, note=form.cleaned_data["note"])
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Đã trả lại để sửa.")
    return redirect(edition)


@require_POST
def cancel(request, pk: int):
    """Give a draft up."""
    edition = _edition(request, pk)
    try:
        actions.cancel_edition(actor=request.user, edition_id=pk)
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect(edition)
    messages.success(request, f"Đã bỏ bản thảo {edition.period.quarter}.")
    return redirect("editions:list")


def sign(request, pk: int):
    """Read the whole document once more, then sign it."""
    edition = _edition(request, pk)
    permissions.check_can_sign_edition(request.user, edition)
    if edition.status != EditionStatus.PRESENTED:
        messages.warning(
            request, f"Báo cáo này ở trạng thái “{edition.get_status_display()}”, không ký được."
        )
        return redirect(edition)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signed = actions.sign_edition(actor=request.user, edition_id=pk, **form.cleaned_data)
        except (Conflict, WrongStatus) as refusal:
            messages.warning(request, str(refusal))
            return redirect(edition)
        messages.success(request, f"Đã ký. Báo cáo mang số {signed.document.full_number}.")
        return redirect(signed)
    opened = open_edition(edition)
    if request.method != "POST":
        form = SignForm(
            initial={"office": SignatureOffice.DIRECTOR, "shown_hash": opened.shown_hash}
        )
    context = {"edition": edition, "opened": opened, "paper": opened.paper, "form": form}
    return render(request, "editions/sign.html", context, status=422 if form.errors else 200)


@require_POST
def correct(request, pk: int):
    """Begin an edition that replaces or supplements a signed one."""
    edition = _edition(request, pk)
    permissions.check_can_write_edition(request.user)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _detail(request, edition, 422, correction_form=form)
    try:
        corrected = actions.draft_correction(
            actor=request.user, edition_id=pk, kind=form.cleaned_data["kind"]
        )
    except (Conflict, InvalidInput, WrongStatus) as refusal:
        messages.warning(request, str(refusal))
        return redirect(edition)
    messages.success(request, "Đã soạn dự thảo, có liệt kê các số liệu thay đổi.")
    return redirect(corrected)


@require_GET
def file(request, pk: int, extension: str):
    """The document as DOCX or PDF: as signed, or the draft of now with a watermark."""
    edition = _edition(request, pk)
    if extension not in ("docx", "pdf"):
        raise Http404
    if edition.status in ISSUED_STATUSES:
        return file_response(edition.document.paper, extension, seal=edition.document.seal)
    return file_response(open_edition(edition).paper, extension, is_draft=True)
