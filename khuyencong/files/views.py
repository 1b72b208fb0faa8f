"""Files of records: always through who may read the record."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from khuyencong.core.exceptions import InvalidInput
from khuyencong.files import access, actions
from khuyencong.files.sniff import INLINE


@require_GET
@cache_control(private=True, no_store=True)
def download(request, pk: int):
    """The file under its own name; images and PDF open in the browser, the rest is saved."""
    attachment = access.readable_attachment(request.user, pk)
    try:
        stream = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404("Tệp này không còn trên máy chủ.") from None
    response = FileResponse(
        stream,
        as_attachment=attachment.media_type not in INLINE,
        filename=attachment.original_name,
        content_type=attachment.media_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@cache_control(private=True, no_store=True)
def copy(request, pk: int, size: str):
    """A smaller copy of a photograph (`nho`, `lon`), without what the camera wrote into the file."""
    attachment = access.readable_attachment(request.user, pk)
    stored = {"nho": attachment.thumbnail, "lon": attachment.preview}.get(size)
    if not stored:
        raise Http404
    try:
        stream = stored.open("rb")
    except FileNotFoundError:
        raise Http404("Tệp này không còn trên máy chủ.") from None
    response = FileResponse(stream, content_type="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def photograph(request, pk: int):
    """One photograph on its own page: caption, when and where, the one before and after it."""
    attachment = access.readable_attachment(request.user, pk)
    if not attachment.is_photograph:
        raise Http404
    record = attachment.record
    keys = [one.pk for one in access.attachments_of(record) if one.is_photograph]
    at = keys.index(pk)
    return render(
        request,
        "files/photograph.html",
        {
            "photo": attachment,
            "record": record,
            "number": at + 1,
            "total": len(keys),
            "before": keys[at - 1] if at else None,
            "after": keys[at + 1] if at + 1 < len(keys) else None,
            "can_change": access.can_change_files(request.user, record),
        },
    )


@require_POST
def upload(request, owner: str, owner_id: int):
    """Attach the posted files to a record, then go back to its page."""
    record = access.readable_record(request.user, owner, owner_id)
    access.check_can_change_files(request.user, record)
    uploads = request.FILES.getlist("file")
    if not uploads:
        messages.error(request, "Anh/chị chưa chọn tệp nào.")
    attached = 0
    for one in uploads:
        try:
            actions.attach_file(
                actor=request.user, record=record, upload=one, title=request.POST.get("title", "")
            )
            attached += 1
        except InvalidInput as refusal:
            messages.error(request, str(refusal))
    if attached:
        messages.success(request, f"Đã lưu {attached} tệp.")
    # What was refused is said at the top of the page, so the page opens there.
    anchor = "#tep" if attached == len(uploads) and attached else ""
    return redirect(record.get_absolute_url() + anchor)


@require_POST
def remove(request, pk: int):
    """Take a file off its record, then go back to the record's page."""
    attachment = access.readable_attachment(request.user, pk)
    actions.remove_file(actor=request.user, attachment_id=pk)
    messages.success(request, f"Đã gỡ tệp “{attachment}”.")
    return redirect(attachment.record.get_absolute_url() + "#tep")
