"""Rows that belong to an establishment, and the dated rules it is measured by.

They name the establishment by its label, so that `facilities.models` can import them.
"""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from facilities.enums import (
    CertificateKind,
    ChangeSource,
    LegalForm,
    NeedState,
    RequestKind,
    RequestState,
)
from khuyencong.core.enums import PlaceKind

YEARS = (MinValueValidator(1900), MaxValueValidator(2100))
_YEAR_KNOWN = {"year__gte": 1900, "year__lte": 2100}


class Particular(models.Model):
    """A row that describes an establishment further; without workflow, with history."""

    establishment = models.ForeignKey(
        "facilities.Establishment", models.PROTECT, related_name="%(class)ss", verbose_name="Cơ sở"
    )
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False, editable=False)

    class Meta:
        abstract = True


@pghistory.track()
class YearFigure(Particular):
    """Figures of one year: revenue in đồng, output in words or with unit, people, electricity in kWh."""

    year = models.PositiveSmallIntegerField("Năm", validators=YEARS)
    revenue_vnd = models.BigIntegerField("Doanh thu (đồng)", null=True, blank=True)
    output_text = models.CharField("Sản lượng (ghi chữ)", max_length=200, blank=True)
    output_value = models.DecimalField(
        "Sản lượng", max_digits=15, decimal_places=3, null=True, blank=True
    )
    output_unit = models.CharField("Đơn vị sản lượng", max_length=30, blank=True)
    labour = models.PositiveIntegerField("Lao động bình quân", null=True, blank=True)
    electricity_kwh = models.PositiveIntegerField("Điện tiêu thụ (kWh)", null=True, blank=True)

    class Meta:
        verbose_name = "số liệu năm"
        verbose_name_plural = "số liệu năm"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "year"],
                name="year_figure_once",
                violation_error_message="Năm này đã có số liệu; anh/chị sửa dòng đã có.",
            ),
            models.CheckConstraint(condition=Q(**_YEAR_KNOWN), name="year_figure_year_known"),
            models.CheckConstraint(
                condition=Q(revenue_vnd__isnull=True) | Q(revenue_vnd__gte=0),
                name="year_figure_revenue_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(output_value__isnull=True)
                | (Q(output_value__gte=0) & ~Q(output_unit="")),
                name="year_figure_output_with_unit",
                violation_error_message="Sản lượng từ 0 trở lên và có đơn vị tính.",
            ),
        ]

    def __str__(self) -> str:
        return f"Năm {self.year}"


@pghistory.track()
class Certificate(Particular):
    """A certificate of an establishment or of one of its products."""

    product = models.ForeignKey(
        "facilities.Product",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name="Cho sản phẩm",
    )
    kind = models.CharField("Loại", max_length=15, choices=CertificateKind.choices)
    name = models.CharField("Tên, tiêu chuẩn", max_length=150, blank=True)
    stars = models.PositiveSmallIntegerField("Số sao OCOP", null=True, blank=True)
    number = models.CharField("Số", max_length=80, blank=True)
    issued_on = models.DateField("Ngày cấp", null=True, blank=True)
    valid_to = models.DateField("Giá trị đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "chứng nhận"
        verbose_name_plural = "chứng nhận"
        ordering = ["kind", "-valid_to", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CertificateKind.values), name="certificate_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=CertificateKind.OCOP, stars__isnull=False, stars__range=(3, 5))
                | (~Q(kind=CertificateKind.OCOP) & Q(stars__isnull=True)),
                name="certificate_stars_of_ocop",
                violation_error_message="Chứng nhận OCOP có 3, 4 hoặc 5 sao; loại khác không ghi sao.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(issued_on__isnull=True)
                | Q(valid_to__gte=F("issued_on")),
                name="certificate_dates_in_order",
                violation_error_message="Ngày hết giá trị phải từ ngày cấp trở đi.",
            ),
        ]

    def __str__(self) -> str:
        if self.stars:
            return f"OCOP {self.stars} sao"
        return self.name or self.get_kind_display()

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed."""
        return self.valid_to is not None and self.valid_to < timezone.localdate()


@pghistory.track()
class Machine(Particular):
    """A machine or a line of an establishment."""

    name = models.CharField("Tên máy, thiết bị", max_length=200)
    maker = models.CharField("Hãng, nước sản xuất", max_length=150, blank=True)
    year_made = models.PositiveSmallIntegerField(
        "Năm sản xuất", null=True, blank=True, validators=YEARS
    )
    quantity = models.PositiveIntegerField("Số lượng", default=1, validators=[MinValueValidator(1)])
    is_main = models.BooleanField("Máy chính", default=True)

    class Meta:
        verbose_name = "máy, thiết bị"
        verbose_name_plural = "máy, thiết bị"
        ordering = ["-is_main", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="machine_at_least_one"),
            models.CheckConstraint(
                condition=Q(year_made__isnull=True) | Q(year_made__range=(1900, 2100)),
                name="machine_year_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NeedKind(models.Model):
    """A kind of support that an establishment may need; the code is the programme's kind of activity.

    The catalogue of activities belongs to the programme, which the registry does not know
    (docs/adr/0009): the codes are the same, and a test of `programs` holds them together.
    """

    code = models.SlugField("Mã", max_length=40, unique=True)
    label = models.CharField("Nội dung hỗ trợ", max_length=250)
    group_number = models.PositiveSmallIntegerField(
        "Thứ tự nội dung tại Điều 4", null=True, blank=True
    )
    order = models.PositiveSmallIntegerField("Thứ tự", default=0)

    class Meta:
        verbose_name = "loại nhu cầu hỗ trợ"
        verbose_name_plural = "loại nhu cầu hỗ trợ"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class SupportNeed(Particular):
    """What support an establishment wishes, for which year, at what cost in đồng."""

    kind = models.ForeignKey(
        NeedKind, models.PROTECT, related_name="needs", verbose_name="Nội dung"
    )
    what = models.CharField("Nhu cầu cụ thể", max_length=300)
    wished_year = models.PositiveSmallIntegerField(
        "Năm mong muốn", null=True, blank=True, validators=YEARS
    )
    estimated_vnd = models.BigIntegerField("Kinh phí dự kiến (đồng)", null=True, blank=True)
    state = models.CharField(
        "Tình trạng", max_length=10, choices=NeedState.choices, default=NeedState.OPEN
    )
    state_on = models.DateField("Tình trạng từ ngày", null=True, blank=True)
    source = models.CharField(
        "Nguồn", max_length=15, choices=ChangeSource.choices, default=ChangeSource.ENTRY
    )
    created_at = models.DateTimeField("Ghi lúc", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "nhu cầu hỗ trợ"
        verbose_name_plural = "nhu cầu hỗ trợ"
        ordering = ["wished_year", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NeedState.values), name="need_state_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=ChangeSource.values), name="need_source_known"
            ),
            models.CheckConstraint(
                condition=Q(estimated_vnd__isnull=True) | Q(estimated_vnd__gte=0),
                name="need_cost_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(wished_year__isnull=True) | Q(wished_year__range=(1900, 2100)),
                name="need_year_known",
            ),
        ]
        indexes = [models.Index(fields=["state", "kind", "wished_year"], name="need_by_state")]

    def __str__(self) -> str:
        return self.what


@pghistory.track()
class EligibilityRule(models.Model):
    """Who counted as "cơ sở công nghiệp nông thôn" between two days: the decree's text as data.

    A business is within the size when either limit holds. What is not certain in `place_kinds` but
    depends on more than the kind of unit (a phường) stands in `conditional_kinds`.
    """

    legal_basis = models.CharField("Căn cứ", max_length=300)
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến hết ngày", null=True, blank=True)
    place_kinds = ArrayField(
        models.CharField(max_length=15, choices=PlaceKind.choices),
        verbose_name="Loại đơn vị thuộc địa bàn",
        default=list,
    )
    conditional_kinds = ArrayField(
        models.CharField(max_length=15, choices=PlaceKind.choices),
        verbose_name="Loại đơn vị thuộc địa bàn khi có điều kiện",
        default=list,
        blank=True,
    )
    condition_text = models.CharField("Điều kiện của địa bàn", max_length=400, blank=True)
    converted_within_years = models.PositiveSmallIntegerField(
        "Phường chuyển từ xã chưa quá (năm)", null=True, blank=True
    )
    max_capital_vnd = models.BigIntegerField("Tổng vốn tối đa (đồng)", null=True, blank=True)
    max_labour = models.PositiveIntegerField("Lao động tối đa (người)", null=True, blank=True)
    legal_forms = ArrayField(
        models.CharField(max_length=25, choices=LegalForm.choices),
        verbose_name="Đối tượng thụ hưởng",
        default=list,
    )
    beneficiaries = models.CharField("Đối tượng theo văn bản", max_length=500, blank=True)
    is_verified = models.BooleanField(
        "Đã đối chiếu văn bản",
        default=False,
        help_text="Chưa đối chiếu: giao diện ghi “cần đối chiếu văn bản”.",
    )

    class Meta:
        verbose_name = "điều kiện cơ sở công nghiệp nông thôn"
        verbose_name_plural = "điều kiện cơ sở công nghiệp nông thôn"
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["valid_from"], name="eligibility_rule_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="eligibility_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(max_capital_vnd__isnull=True) | Q(max_capital_vnd__gt=0),
                name="eligibility_capital_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.legal_basis} (từ {self.valid_from:%d/%m/%Y})"


@pghistory.track()
class PersonalDataRequest(models.Model):
    """A person's request about their own data in a record, and what was done about it."""

    establishment = models.ForeignKey(
        "facilities.Establishment",
        models.PROTECT,
        related_name="data_requests",
        verbose_name="Cơ sở",
    )
    kind = models.CharField("Yêu cầu", max_length=12, choices=RequestKind.choices)
    what = models.CharField("Nội dung yêu cầu", max_length=500)
    received_on = models.DateField("Nhận ngày", default=timezone.localdate)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Người ghi"
    )
    state = models.CharField(
        "Tình trạng", max_length=10, choices=RequestState.choices, default=RequestState.OPEN
    )
    answer = models.CharField("Trả lời, lý do", max_length=500, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người giải quyết",
    )
    handled_at = models.DateTimeField("Giải quyết lúc", null=True, blank=True)
    redacted_rows = models.PositiveIntegerField("Số dòng lịch sử đã che", null=True, blank=True)

    class Meta:
        verbose_name = "yêu cầu về dữ liệu cá nhân"
        verbose_name_plural = "yêu cầu về dữ liệu cá nhân"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RequestKind.values), name="data_request_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=RequestState.OPEN, handled_by__isnull=True, handled_at__isnull=True
                )
                | (
                    Q(state__in=[RequestState.DONE, RequestState.REFUSED])
                    & Q(handled_by__isnull=False, handled_at__isnull=False)
                    & ~Q(answer="")
                ),
                name="data_request_handled_whole",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="data_request_by_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.establishment}"
