"""`{% load files %}{% attachments establishment can_change %}` on a record's page."""

from django import template
from django.conf import settings

from khuyencong.core.numbers import format_scaled
from khuyencong.files.access import attachments_of
from khuyencong.files.actions import MEGABYTE
from khuyencong.files.sniff import ALLOWED_IN_WORDS

register = template.Library()


@register.inclusion_tag("files/_attachments.html", takes_context=True)
def attachments(context, record, can_change=False):
    """The files of a record, with the form to add one where the reader may change the record."""
    found = list(attachments_of(record))
    return {
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "record": record,
        "owner_label": record._meta.label_lower,
        "photos": [one for one in found if one.is_photograph],
        "attachments": [one for one in found if not one.is_photograph],
        "can_change": can_change,
        "limit_mb": settings.ATTACHMENT_MAX_BYTES // MEGABYTE,
        "allowed": ALLOWED_IN_WORDS,
    }


@register.filter
def size_in_words(size: int) -> str:
    """Bytes as people read them: `350 KB`, `1,4 MB`."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))} KB"
    return f"{format_scaled(size * 10 // MEGABYTE, 1)} MB"
