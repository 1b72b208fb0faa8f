"""Codes of editions, and the one table of their transitions."""

from django.db import models


class EditionKind(models.TextChoices):
    """The first report of a period, or one that corrects it."""

    ORIGINAL = "original", "Báo cáo"
    REPLACEMENT = "replacement", "Bản thay thế"
    SUPPLEMENT = "supplement", "Bản bổ sung"


class EditionStatus(models.TextChoices):
    """Where an edition stands."""

    DRAFT = "draft", "Đang soạn"
    PRESENTED = "presented", "Đã trình ký"
    SIGNED = "signed", "Đã ký ban hành"
    REPLACED = "replaced", "Đã được thay thế"
    CANCELLED = "cancelled", "Đã bỏ bản thảo"


EDITION_TRANSITIONS = {
    EditionStatus.DRAFT: {EditionStatus.PRESENTED, EditionStatus.CANCELLED},
    EditionStatus.PRESENTED: {EditionStatus.DRAFT, EditionStatus.SIGNED},
    EditionStatus.SIGNED: {EditionStatus.REPLACED},
    EditionStatus.REPLACED: set(),
    EditionStatus.CANCELLED: set(),
}
OPEN_STATUSES = (EditionStatus.DRAFT, EditionStatus.PRESENTED)
ISSUED_STATUSES = (EditionStatus.SIGNED, EditionStatus.REPLACED)


class SignatureOffice(models.TextChoices):
    """In what office the leader signs (Phụ lục I, NĐ 30/2020/NĐ-CP)."""

    DIRECTOR = "director", "Giám đốc"
    FOR_DIRECTOR = "for_director", "KT. Giám đốc, Phó Giám đốc"

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines above the signature."""
        return ("Giám đốc",) if self == self.DIRECTOR else ("KT. Giám đốc", "Phó Giám đốc")
