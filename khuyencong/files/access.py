"""Who may read and change a record's files: whoever may read and change the record.

Each app registers its own records in AppConfig.ready(); a model nobody registered has no files.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import Http404

from khuyencong.core.permissions import as_bool
from khuyencong.files.models import Attachment


@dataclass(frozen=True)
class Owner:
    """`visible_to(user)` gives the records whose files a user may open; `check_can_change(user,
    record)` raises NotAllowed with the reason; the record's `get_absolute_url()` is its page."""

    model: type[models.Model]
    visible_to: Callable
    check_can_change: Callable


_owners: dict[str, Owner] = {}


def register_owner(model: type[models.Model], *, visible_to, check_can_change) -> None:
    """Let records of a model own files; a second registration of a model is a mistake."""
    label = model._meta.label_lower
    if label in _owners:
        raise ValueError(f"{label} is registered twice as an owner of files")
    _owners[label] = Owner(model, visible_to, check_can_change)


def owner_for(label: str) -> Owner:
    """The registration of `app_label.model`; Http404 when there is none."""
    if label not in _owners:
        raise Http404
    return _owners[label]


def readable_record(user, label: str, record_id: int):
    """The record, if the user may open its files; Http404 otherwise."""
    record = owner_for(label).visible_to(user).filter(pk=record_id).first()
    if record is None:
        raise Http404
    return record


def check_can_change_files(user, record) -> None:
    """Raise NotAllowed unless the user may change the record and with it its files."""
    owner_for(record._meta.label_lower).check_can_change(user, record)


can_change_files = as_bool(check_can_change_files)


def attachments_of(record) -> models.QuerySet:
    """The files of a record that are not removed. The caller has checked that it may be read."""
    return Attachment.objects.filter(
        owner_type=ContentType.objects.get_for_model(record),
        owner_id=record.pk,
        removed_at__isnull=True,
    ).select_related("uploaded_by")


def readable_attachment(user, attachment_id: int) -> Attachment:
    """A file that is not removed, of a record whose files the user may open; Http404 otherwise."""
    attachment = (
        Attachment.objects.filter(pk=attachment_id, removed_at__isnull=True)
        .select_related("owner_type")
        .first()
    )
    if attachment is None:
        raise Http404
    kind = attachment.owner_type
    attachment.record = readable_record(user, f"{kind.app_label}.{kind.model}", attachment.owner_id)
    return attachment
