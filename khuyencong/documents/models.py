"""Numbers given out, and the documents that carry them, frozen as signed."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from khuyencong.documents.paper import Paper, data_hash, from_data

# A number follows the one before it, whoever writes the row.
_NUMBER_IS_NEXT = pgtrigger.Trigger(
    name="issued_document_number_is_next",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NOT EXISTS (
            SELECT FROM documents_numberseries s
            WHERE s.symbol = NEW.symbol AND s.year = NEW.year AND s.last_number = NEW.number
        ) THEN
            RAISE EXCEPTION 'number % of % is not the one just taken from its series', NEW.number, NEW.symbol
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


@pghistory.track()
class NumberSeries(models.Model):
    """The numbers of one symbol (`BC-TTKC`) in one year: each is given once, in order, from 1.

    An administrator may move it forward where the Centre has given numbers on paper; never back.
    """

    symbol = models.CharField("Ký hiệu", max_length=40)
    year = models.PositiveSmallIntegerField("Năm")
    last_number = models.PositiveIntegerField("Số đã cấp gần nhất", default=0)

    class Meta:
        verbose_name = "dãy số văn bản"
        verbose_name_plural = "các dãy số văn bản"
        ordering = ["-year", "symbol"]
        constraints = [
            models.UniqueConstraint(fields=["symbol", "year"], name="number_series_once")
        ]
        triggers = [
            pgtrigger.Protect(name="number_series_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="number_series_forward",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last_number__lt=pgtrigger.F("old__last_number"))
                | pgtrigger.Q(new__symbol__df=pgtrigger.F("old__symbol"))
                | pgtrigger.Q(new__year__df=pgtrigger.F("old__year")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} năm {self.year}"


class IssuedDocument(models.Model):
    """A document with its number, as signed; never changes (trigger). `content` is `paper.to_data`."""

    kind = models.CharField("Loại văn bản", max_length=40)
    symbol = models.CharField("Ký hiệu", max_length=40)
    year = models.PositiveSmallIntegerField("Năm")
    number = models.PositiveIntegerField("Số")
    signed_on = models.DateField("Ngày ký")
    signed_at = models.DateTimeField("Ký lúc", default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người ký"
    )
    abstract = models.CharField("Trích yếu", max_length=500)
    content = models.JSONField("Nội dung")
    content_hash = models.CharField("Mã băm nội dung", max_length=64, db_index=True)

    class Meta:
        verbose_name = "văn bản đã ban hành"
        verbose_name_plural = "văn bản đã ban hành"
        ordering = ["-signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "year", "number"], name="document_number_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="document_number_from_1"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="issued_document_immutable", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            _NUMBER_IS_NEXT,
        ]

    def __str__(self) -> str:
        return f"{self.full_number} ngày {self.signed_on:%d/%m/%Y}"

    @property
    def full_number(self) -> str:
        """`07/BC-TTKC`."""
        return f"{self.number:02}/{self.symbol}"

    @property
    def paper(self) -> Paper:
        return from_data(self.content)

    @property
    def is_intact(self) -> bool:
        """Whether the content is still the one that was hashed when it was signed."""
        return data_hash(self.content) == self.content_hash

    @property
    def seal(self) -> str:
        """The beginning of the hash, as printed on the document; enough to find it by."""
        return self.content_hash[:16]
