"""Files of records: always through who may read the record."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect
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
