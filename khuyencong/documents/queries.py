"""Finding issued documents."""

import re

from django.db.models import QuerySet

from khuyencong.core.text import clean
from khuyencong.documents.models import IssuedDocument

_NUMBER = re.compile(r"^(?:số:?\s*)?0*(\d{1,9})\s*/\s*(\S+)$", re.IGNORECASE)
_HASH = re.compile(r"^[0-9a-f]{8,64}$")
SHOWN = 20


def documents_matching(text: str) -> QuerySet[IssuedDocument]:
    """Documents by `12/BC-TTKC` or by the hash or its beginning (8 digits at least), newest first."""
    text = clean(text)
    documents = IssuedDocument.objects.select_related("signed_by")
    if found := _NUMBER.match(text):
        return documents.filter(number=int(found[1]), symbol__iexact=found[2])[:SHOWN]
    if _HASH.match(text.lower()):
        return documents.filter(content_hash__startswith=text.lower())[:SHOWN]
    return documents.none()
