"""Attaching a file to a record and taking it off again."""

import hashlib
import unicodedata
from pathlib import PurePath

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.files.access import check_can_change_files
from khuyencong.files.models import Attachment
from khuyencong.files.photos import read_photograph
from khuyencong.files.sniff import ALLOWED_IN_WORDS, EXTENSIONS, sniff

MEGABYTE = 1024 * 1024


@transaction.atomic
def attach_file(
    *, actor: User, record: models.Model, upload: UploadedFile, title: str = ""
) -> Attachment:
    """Keep a file with a record. The stored name is random; the person's own name is kept for
    giving it back. The same content attached to the record already is returned, not doubled.

    Raises NotAllowed; InvalidInput for an empty, too large or unknown kind of file.
    """
    # The owner's row is locked, so that two clicks cannot both find the file missing.
    record = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    check_can_change_files(actor, record)
    name = original_name(upload.name)
    if not upload.size:
        raise _refused(f"Tệp “{name}” rỗng; anh/chị chọn lại tệp.")
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        limit, size = settings.ATTACHMENT_MAX_BYTES // MEGABYTE, -(-upload.size // MEGABYTE)
        raise _refused(
            f"Tệp “{name}” nặng khoảng {size} MB, quá mức {limit} MB. "
            "Anh/chị chụp ở cỡ nhỏ hơn hoặc tách tệp rồi tải lên lại."
        )
    media_type = sniff(upload.file)
    if media_type is None:
        raise _refused(
            f"Tệp “{name}” không dùng được: hệ thống chỉ nhận {ALLOWED_IN_WORDS}, "
            "không nhận tệp có macro."
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    owner = {
        "owner_type": ContentType.objects.get_for_model(record),
        "owner_id": record.pk,
        "sha256": digest.hexdigest(),
    }
    there = Attachment.objects.filter(**owner, removed_at__isnull=True).first()
    if there is not None:
        return there
    upload.seek(0)
    attachment = Attachment(
        **owner,
        title=clean(title)[:200],
        original_name=_with_extension(name, media_type),
        media_type=media_type,
        size=upload.size,
        uploaded_by=actor,
    )
    attachment.file.save(name, upload, save=False)
    try:
        if media_type.startswith("image/"):
            _add_copies(attachment, upload)
        attachment.save()
    except Exception:
        for stored in (attachment.file, attachment.thumbnail, attachment.preview):
            if stored:
                stored.storage.delete(stored.name)
        raise
    return attachment


def _add_copies(attachment: Attachment, upload: UploadedFile) -> None:
    """The smaller copies of a photograph, when and where it was taken; nothing of a broken one."""
    photograph = read_photograph(upload.file)
    if photograph is None:
        return
    attachment.thumbnail.save("a", ContentFile(photograph.thumbnail), save=False)
    attachment.preview.save("a", ContentFile(photograph.preview), save=False)
    attachment.taken_at = photograph.taken_at
    attachment.latitude, attachment.longitude = photograph.latitude, photograph.longitude


@transaction.atomic
def remove_file(*, actor: User, attachment_id: int) -> Attachment:
    """Take a file off its record: nobody can open it any more; row and content are kept, since a
    paper taken off by mistake may be the only one. A second click changes nothing.
    Raises NotAllowed."""
    attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment_id)
    check_can_change_files(actor, attachment.owner)
    if attachment.removed_at is None:
        attachment.removed_at = timezone.now()
        attachment.save(update_fields=["removed_at"])
    return attachment


def original_name(name: str) -> str:
    """The person's name of a file, without folders and control characters, at most 200 letters."""
    name = PurePath((name or "").replace("\\", "/")).name
    name = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    path = PurePath(clean(name) or "tep")
    return path.stem[: 200 - len(path.suffix[:20])] + path.suffix[:20]


def _with_extension(name: str, media_type: str) -> str:
    """The name with the ending of what the file is, so that it opens where it should."""
    ending = EXTENSIONS[media_type]
    same = {".jpg": (".jpg", ".jpeg")}.get(ending, (ending,))
    return name if name.lower().endswith(same) else f"{name}{ending}"


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {"file": [sentence]})
