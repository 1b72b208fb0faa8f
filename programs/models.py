"""The programme, as far as the first issue reaches: kinds of activity and what was carried out."""

import pghistory
from django.db import models
from django.db.models import Q

from facilities.models import Establishment
from khuyencong.core.models import Place
from programs.enums import Audience, Fund


@pghistory.track()
class ActivityKind(models.Model):
    """A kind of activity that a programme may contain (Điều 4 NĐ 45/2012/NĐ-CP, as amended)."""

    code = models.SlugField("Mã", max_length=40, unique=True)
    label = models.CharField("Nội dung hoạt động", max_length=250)
    group_number = models.PositiveSmallIntegerField(
        "Thứ tự nội dung tại Điều 4", null=True, blank=True
    )
    legal_basis = models.CharField("Căn cứ", max_length=300, blank=True)
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến hết ngày", null=True, blank=True)
    is_verified = models.BooleanField(
        "Đã đối chiếu văn bản",
        default=False,
        help_text="Chưa đối chiếu: giao diện ghi “cần đối chiếu văn bản”.",
    )
    order = models.PositiveSmallIntegerField("Thứ tự", default=0)

    class Meta:
        verbose_name = "loại hoạt động khuyến công"
        verbose_name_plural = "loại hoạt động khuyến công"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class SupportResult(models.Model):
    """Support that an establishment received in a year. Amounts in đồng; empty = not published."""

    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="support_results",
        verbose_name="Cơ sở",
    )
    activity_kind = models.ForeignKey(
        ActivityKind,
        models.PROTECT,
        related_name="support_results",
        verbose_name="Nội dung",
    )
    year = models.PositiveSmallIntegerField("Năm")
    title = models.CharField("Tên nhiệm vụ", max_length=300)
    fund = models.CharField("Nguồn", max_length=10, choices=Fund.choices, default=Fund.LOCAL)
    total_vnd = models.BigIntegerField("Tổng kinh phí (đồng)", null=True, blank=True)
    support_vnd = models.BigIntegerField("Kinh phí hỗ trợ (đồng)", null=True, blank=True)
    decision = models.CharField("Quyết định", max_length=150, blank=True)
    source_url = models.URLField("Địa chỉ nguồn", max_length=500, blank=True)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "kết quả hỗ trợ"
        verbose_name_plural = "kết quả hỗ trợ"
        ordering = ["-year", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(support_vnd__gte=0), name="support_not_negative"),
            models.CheckConstraint(
                condition=Q(total_vnd__gte=0), name="support_total_not_negative"
            ),
            models.CheckConstraint(condition=Q(fund__in=Fund.values), name="support_fund_known"),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class TrainingClass(models.Model):
    """A class (lớp tập huấn, bồi dưỡng) that was held."""

    title = models.CharField("Chuyên đề", max_length=300)
    audience = models.CharField("Đối tượng", max_length=15, choices=Audience.choices)
    year = models.PositiveSmallIntegerField("Năm")
    held_on = models.DateField("Ngày mở lớp", null=True, blank=True)
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Địa điểm",
    )
    participants = models.PositiveIntegerField("Số người dự", null=True, blank=True)
    note = models.CharField("Ghi chú", max_length=300, blank=True)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "lớp tập huấn"
        verbose_name_plural = "lớp tập huấn"
        ordering = ["-year", "title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="class_audience_known"
            )
        ]

    def __str__(self) -> str:
        return self.title
