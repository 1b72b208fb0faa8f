"""The registry of rural industrial establishments (cơ sở công nghiệp nông thôn).

Rows that only describe an establishment further stand in `facilities.record.models`.
"""

from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.db.models.query import ModelIterable
from django.urls import reverse
from django.utils import timezone

from facilities.enums import (
    AwardLevel,
    ConsentMeans,
    DataSource,
    EstablishmentStatus,
    LegalForm,
    Market,
)
from facilities.models_finding import (
    DuplicateCandidate,
    DuplicateSearch,
    Marks,
    MergeRecord,
    SavedView,
    SearchWord,
    bare_name_of,
)
from facilities.record.models import (
    Certificate,
    EligibilityRule,
    Machine,
    NeedKind,
    PersonalDataRequest,
    SupportNeed,
    YearFigure,
)
from facilities.surveys.models import (
    ProposedUpdate,
    SurveyAnswer,
    SurveyCampaign,
    SurveyEvent,
    SurveyPhoto,
    SurveyTarget,
)
from khuyencong.core.models import Place
from khuyencong.core.text import Fold, SortKey

__all__ = [
    "Award",
    "Certificate",
    "DuplicateCandidate",
    "DuplicateSearch",
    "EligibilityRule",
    "Establishment",
    "EstablishmentQuerySet",
    "Industry",
    "Machine",
    "MergeRecord",
    "NeedKind",
    "NetworkGroup",
    "PersonalDataRequest",
    "Product",
    "ProposedUpdate",
    "SavedView",
    "SearchWord",
    "StatusChange",
    "SupportNeed",
    "SurveyAnswer",
    "SurveyCampaign",
    "SurveyEvent",
    "SurveyPhoto",
    "SurveyTarget",
    "YearFigure",
]

# A household's tax code is the twelve-digit identity number of its owner.
PERSONAL_TAX_CODE_DIGITS = 12
# Degrees that hold the mainland, the islands and the sea of Vietnam (Hoàng Sa, Trường Sa included).
VIETNAM_LATITUDES, VIETNAM_LONGITUDES = (Decimal(6), Decimal(24)), (Decimal(102), Decimal(118))
CONTACT_FIELDS = frozenset(
    {"representative", "representative_position", "phone", "email", "tax_code"}
)


def millionths(name: str) -> models.GeneratedField:
    """Degrees of a decimal column as whole millionths: what the map counts and sums quickly."""
    return models.GeneratedField(
        expression=Cast(F(name) * 1_000_000, models.IntegerField()),
        output_field=models.IntegerField(),
        db_persist=True,
    )


class MaskedIterable(ModelIterable):
    """Model instances without what identifies a person."""

    def __iter__(self):
        for establishment in super().__iter__():
            establishment.hide_contacts()
            yield establishment


class EstablishmentQuerySet(models.QuerySet):
    """Filters usable on any set of establishments."""

    def without_contacts(self) -> "EstablishmentQuerySet":
        """The same rows, every instance with its contacts blanked.

        `values()` and `values_list()` would go round it, so they are refused for those columns.
        """
        rows = self._chain()
        rows._iterable_class = MaskedIterable
        return rows

    # What the rows were filtered by, as the index of marks (`models_finding.Marks`) has it.
    marks: tuple[str, ...] = ()

    def marked(self, mark: str) -> "EstablishmentQuerySet":
        """The same rows, known to carry a mark: a search among them is helped by it."""
        rows = self._chain()
        rows.marks = (*self.marks, mark)
        return rows

    # Whether the rows are known to be few, so that reading them beats any index of words.
    is_narrow = False

    def narrowed(self) -> "EstablishmentQuerySet":
        """The same rows, known to be few (those of some communes)."""
        rows = self._chain()
        rows.is_narrow = True
        return rows

    def _clone(self):
        rows = super()._clone()
        rows.marks, rows.is_narrow = self.marks, self.is_narrow
        return rows

    @property
    def is_masked(self) -> bool:
        return self._iterable_class is MaskedIterable

    def _values(self, *fields, **expressions):
        if self.is_masked and (not fields or CONTACT_FIELDS.intersection(fields)):
            raise ValueError("contacts of a masked set of establishments")
        return super()._values(*fields, **expressions)


class NetworkGroup(models.Model):
    """The network's own groups of trades (cơ khí, chế biến nông sản, gỗ, thủ công mỹ nghệ …)."""

    code = models.SlugField("Mã", max_length=30, unique=True)
    label = models.CharField("Tên nhóm ngành", max_length=100)
    order = models.PositiveSmallIntegerField("Thứ tự")

    class Meta:
        verbose_name = "nhóm ngành"
        verbose_name_plural = "nhóm ngành"
        ordering = ["order"]

    def __str__(self) -> str:
        return self.label


class Industry(models.Model):
    """A VSIC class with the dates of its edition (QĐ 27/2018/QĐ-TTg)."""

    code = models.CharField("Mã ngành", max_length=7)
    label = models.CharField("Tên ngành", max_length=300)
    valid_from = models.DateField("Áp dụng từ ngày")
    valid_to = models.DateField("Đến hết ngày", null=True, blank=True)
    legal_basis = models.CharField("Căn cứ", max_length=200, blank=True)
    is_verified = models.BooleanField(
        "Đã đối chiếu văn bản",
        default=False,
        help_text="Chưa đối chiếu: giao diện ghi “cần đối chiếu văn bản”.",
    )

    class Meta:
        verbose_name = "ngành kinh tế (VSIC)"
        verbose_name_plural = "ngành kinh tế (VSIC)"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="industry_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.label}"


@pghistory.track(exclude=["folded", "sort_key", "surveyed_on", "latitude_e6", "longitude_e6"])
class Establishment(models.Model):
    """An establishment of the registry.

    `place` is the unit of the map in force when the place was last stated; questions on another
    map go through the lineage of places. A place above commune level means that the commune is
    not known yet. Money is in đồng, labour in people.
    """

    name = models.CharField("Tên cơ sở", max_length=250)
    legal_form = models.CharField("Loại hình", max_length=25, choices=LegalForm.choices)
    tax_code = models.CharField("Mã số thuế", max_length=14, blank=True)
    representative = models.CharField("Người đại diện", max_length=150, blank=True)
    phone = models.CharField("Điện thoại", max_length=20, blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="establishments", verbose_name="Xã, phường"
    )
    address = models.CharField("Địa chỉ (ấp, khu phố, đường)", max_length=250, blank=True)
    network_group = models.ForeignKey(
        NetworkGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="establishments",
        verbose_name="Nhóm ngành",
    )
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="establishments",
        verbose_name="Ngành (VSIC)",
    )
    main_products = models.CharField("Sản phẩm chính", max_length=300, blank=True)
    founded_year = models.PositiveSmallIntegerField(
        "Năm thành lập",
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
    )
    labour_total = models.PositiveIntegerField("Tổng số lao động", null=True, blank=True)
    labour_female = models.PositiveIntegerField("Trong đó lao động nữ", null=True, blank=True)
    revenue_vnd = models.BigIntegerField("Doanh thu năm gần nhất (đồng)", null=True, blank=True)
    household_licence_number = models.CharField(
        "Số giấy chứng nhận đăng ký hộ kinh doanh", max_length=50, blank=True
    )
    household_licence_on = models.DateField("Ngày cấp giấy chứng nhận", null=True, blank=True)
    household_licence_issuer = models.CharField(
        "Nơi cấp giấy chứng nhận", max_length=150, blank=True
    )
    craft_village = models.CharField("Làng nghề", max_length=150, blank=True)
    latitude = models.DecimalField("Vĩ độ", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        "Kinh độ", max_digits=9, decimal_places=6, null=True, blank=True
    )
    representative_position = models.CharField("Chức vụ người đại diện", max_length=100, blank=True)
    email = models.EmailField("Thư điện tử", blank=True)
    website = models.URLField("Trang thông tin điện tử", max_length=300, blank=True)
    contact_consent_on = models.DateField("Đồng ý cho liên hệ từ ngày", null=True, blank=True)
    contact_consent_means = models.CharField(
        "Hình thức đồng ý", max_length=15, choices=ConsentMeans.choices, blank=True
    )
    contact_consent_withdrawn_on = models.DateField("Rút lại đồng ý ngày", null=True, blank=True)
    labour_seasonal = models.PositiveIntegerField("Lao động thời vụ", null=True, blank=True)
    capital_vnd = models.BigIntegerField("Tổng nguồn vốn (đồng)", null=True, blank=True)
    assets_vnd = models.BigIntegerField("Giá trị tài sản (đồng)", null=True, blank=True)
    electricity_kwh = models.PositiveIntegerField("Điện dùng một năm (kWh)", null=True, blank=True)
    fuel_use = models.CharField("Nhiên liệu dùng một năm", max_length=200, blank=True)
    markets = ArrayField(
        models.CharField(max_length=10, choices=Market.choices),
        verbose_name="Thị trường",
        default=list,
        blank=True,
    )
    export_countries = models.CharField("Nước xuất khẩu", max_length=200, blank=True)
    status = models.CharField(
        "Tình trạng",
        max_length=10,
        choices=EstablishmentStatus.choices,
        default=EstablishmentStatus.ACTIVE,
    )
    status_on = models.DateField("Tình trạng từ ngày", null=True, blank=True)
    status_reason = models.CharField("Lý do", max_length=250, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="Đã hợp nhất vào",
    )
    note = models.TextField("Ghi chú", blank=True)
    source = models.CharField(
        "Nguồn số liệu",
        max_length=15,
        choices=DataSource.choices,
        default=DataSource.ENTRY,
    )
    source_url = models.URLField("Địa chỉ nguồn", max_length=500, blank=True)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)
    registered_on = models.DateField("Vào sổ ngày", default=timezone.localdate)
    # Kept by surveys alone (the day of the latest answers sent), beside the record's own changes.
    surveyed_on = models.DateField("Khảo sát gần nhất", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Người nhập",
    )
    created_at = models.DateTimeField("Nhập lúc", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("Sửa lúc", default=timezone.now, editable=False)
    folded = models.GeneratedField(
        # The blank in front lets "% an%" find the start of any word, the first one too.
        expression=Concat(
            Value(" "),
            Fold(
                Concat(
                    F("name"),
                    Value(" "),
                    F("main_products"),
                    Value(" "),
                    F("tax_code"),
                    Value(" "),
                    F("phone"),
                )
            ),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    sort_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.CharField(max_length=600, db_collation="C"),
        db_persist=True,
    )
    latitude_e6 = millionths("latitude")
    longitude_e6 = millionths("longitude")

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        verbose_name = "cơ sở"
        verbose_name_plural = "cơ sở"
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_code"],
                condition=~Q(tax_code="") & ~Q(status=EstablishmentStatus.MERGED),
                name="establishment_tax_code_once",
                violation_error_message="Mã số thuế này đã có trong sổ.",
            ),
            models.CheckConstraint(
                condition=Q(labour_female__isnull=True)
                | Q(labour_total__isnull=False, labour_female__lte=F("labour_total")),
                name="establishment_female_within_total",
                violation_error_message="Lao động nữ không thể nhiều hơn tổng số lao động.",
            ),
            models.CheckConstraint(
                condition=Q(revenue_vnd__gte=0),
                name="establishment_revenue_not_negative",
            ),
            models.CheckConstraint(
                condition=(Q(capital_vnd__isnull=True) | Q(capital_vnd__gte=0))
                & (Q(assets_vnd__isnull=True) | Q(assets_vnd__gte=0)),
                name="establishment_means_not_negative",
                violation_error_message="Vốn, tài sản không thể nhỏ hơn 0.",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=VIETNAM_LATITUDES,
                    longitude__range=VIETNAM_LONGITUDES,
                ),
                name="establishment_point_in_vietnam",
                violation_error_message="Vị trí phải có cả vĩ độ, kinh độ và nằm trong Việt Nam.",
            ),
            models.CheckConstraint(
                condition=Q(contact_consent_on__isnull=True, contact_consent_means="")
                | Q(
                    contact_consent_on__isnull=False,
                    contact_consent_means__in=ConsentMeans.values,
                ),
                name="establishment_consent_whole",
                violation_error_message="Ghi cả ngày và hình thức đồng ý.",
            ),
            models.CheckConstraint(
                condition=Q(contact_consent_withdrawn_on__isnull=True)
                | Q(
                    contact_consent_on__isnull=False,
                    contact_consent_withdrawn_on__gte=F("contact_consent_on"),
                ),
                name="establishment_consent_in_order",
                violation_error_message="Ngày rút lại đồng ý phải từ ngày đồng ý trở đi.",
            ),
            models.CheckConstraint(
                condition=Q(markets__contained_by=list(Market.values)),
                name="establishment_markets_known",
            ),
            models.CheckConstraint(
                condition=Q(export_countries="") | Q(markets__contains=[Market.EXPORT]),
                name="establishment_countries_of_export",
                violation_error_message="Đã ghi nước xuất khẩu thì chọn thị trường “Xuất khẩu”.",
            ),
            models.CheckConstraint(
                condition=Q(legal_form__in=LegalForm.values),
                name="establishment_form_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=EstablishmentStatus.values),
                name="establishment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(source__in=DataSource.values),
                name="establishment_source_known",
            ),
            models.CheckConstraint(
                condition=Q(status=EstablishmentStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=EstablishmentStatus.MERGED) & Q(merged_into__isnull=True)),
                name="establishment_merged_knows_where",
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="establishment_order"),
            models.Index(fields=["place", "sort_key", "id"], name="establishment_by_place"),
            models.Index(fields=["network_group", "sort_key", "id"], name="establishment_by_group"),
            models.Index(fields=["status", "sort_key", "id"], name="establishment_by_status"),
            models.Index(fields=["legal_form", "sort_key", "id"], name="establishment_by_form"),
            models.Index(fields=["source", "sort_key", "id"], name="establishment_by_source"),
            # Counts of any of these together are read from here alone.
            models.Index(
                fields=["status", "legal_form", "network_group", "source", "place"],
                name="establishment_facets",
            ),
            models.Index(
                OpClass(bare_name_of("name"), name="text_pattern_ops"),
                name="establishment_by_bare_name",
            ),
            models.Index(fields=["updated_at"], name="establishment_by_change"),
            models.Index(fields=["registered_on"], name="establishment_by_entry"),
            models.Index(fields=["surveyed_on"], name="establishment_by_survey"),
            models.Index(fields=["labour_total"], name="establishment_by_labour"),
            models.Index(fields=["industry", "sort_key", "id"], name="establishment_by_industry"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="establishment_by_phone"),
            # Parts of numbers; words are found by the other one.
            GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="establishment_search"),
            GinIndex(Marks(), name="establishment_marks"),
            # The map's clusters are counted from here alone; latitude first: the country is tall.
            models.Index(
                fields=["latitude_e6", "longitude_e6"],
                include=["id", "status", "place"],
                condition=Q(latitude_e6__isnull=False),
                name="establishment_by_point",
            ),
            # A view of half the country is counted by communes, from these alone.
            models.Index(
                fields=["place", "status", "legal_form", "network_group", "source"],
                condition=Q(latitude_e6__isnull=False),
                name="establishment_on_map",
            ),
            models.Index(
                fields=["place", "status", "legal_form", "network_group", "source"],
                condition=Q(latitude_e6__isnull=True),
                name="establishment_off_map",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("facilities:detail", args=[self.pk])

    @property
    def may_be_contacted(self) -> bool:
        """Whether the establishment agreed to be contacted and has not taken it back."""
        return bool(self.contact_consent_on) and self.contact_consent_withdrawn_on is None

    @property
    def shown_tax_code(self) -> str:
        """The tax code for lists: a personal number shows its last four digits only."""
        return mask_tax_code(self.tax_code)

    def hide_contacts(self) -> None:
        """Mask what identifies a person; for readers who may not know it. Never save afterwards."""
        self.representative = self.representative_position = self.email = ""
        # Written by the network for the network, often about the owner.
        self.note = self.status_reason = ""
        self.phone = mask_phone(self.phone)
        self.tax_code = mask_tax_code(self.tax_code)


def mask_tax_code(tax_code: str) -> str:
    """`••••••••1234` for a twelve-digit code, which is a person's identity number; others as they are."""
    if len(tax_code) != PERSONAL_TAX_CODE_DIGITS:
        return tax_code
    return "•" * 8 + tax_code[-4:]


def mask_phone(phone: str) -> str:
    """`•••••••678`: enough to tell two numbers apart, too little to call."""
    return "•" * (len(phone) - 3) + phone[-3:] if len(phone) > 3 else ""


class StatusChange(models.Model):
    """A change of an establishment's status: from, to, by whom, since when, why. Never edited."""

    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="status_changes",
        verbose_name="Cơ sở",
    )
    from_status = models.CharField("Từ", max_length=10, choices=EstablishmentStatus.choices)
    to_status = models.CharField("Sang", max_length=10, choices=EstablishmentStatus.choices)
    effective_on = models.DateField("Từ ngày")
    reason = models.CharField("Lý do", max_length=250, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="Người ghi",
    )
    created_at = models.DateTimeField("Ghi lúc", default=timezone.now)

    class Meta:
        verbose_name = "lần đổi tình trạng"
        verbose_name_plural = "lần đổi tình trạng"
        ordering = ["-effective_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_status__in=EstablishmentStatus.values)
                & Q(to_status__in=EstablishmentStatus.values)
                & ~Q(from_status=F("to_status")),
                name="status_change_known",
            )
        ]
        indexes = [
            models.Index(fields=["establishment", "effective_on", "id"], name="status_change_order")
        ]
        triggers = [
            pgtrigger.Protect(
                name="status_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.establishment}: {self.get_to_status_display()}"


@pghistory.track()
class Product(models.Model):
    """A product of an establishment."""

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="products", verbose_name="Cơ sở"
    )
    name = models.CharField("Tên sản phẩm", max_length=250)
    capacity = models.CharField("Năng lực sản xuất", max_length=100, blank=True)
    capacity_value = models.DecimalField(
        "Công suất một năm", max_digits=15, decimal_places=3, null=True, blank=True
    )
    capacity_unit = models.CharField("Đơn vị công suất", max_length=30, blank=True)
    source_url = models.URLField("Địa chỉ nguồn", max_length=500, blank=True)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "sản phẩm"
        verbose_name_plural = "sản phẩm"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "name"],
                name="product_name_once",
                violation_error_message="Sản phẩm này đã có trong danh sách của cơ sở.",
            ),
            models.CheckConstraint(
                condition=Q(capacity_value__isnull=True)
                | (Q(capacity_value__gte=0) & ~Q(capacity_unit="")),
                name="product_capacity_with_unit",
                violation_error_message="Công suất từ 0 trở lên và có đơn vị tính.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Award(models.Model):
    """A title "sản phẩm công nghiệp nông thôn tiêu biểu" of a product at a level in a year."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="awards", verbose_name="Sản phẩm"
    )
    level = models.CharField("Cấp", max_length=10, choices=AwardLevel.choices)
    year = models.PositiveSmallIntegerField("Năm")
    decision = models.CharField("Quyết định", max_length=120, blank=True)
    valid_to = models.DateField("Giá trị đến hết ngày", null=True, blank=True)
    source_url = models.URLField("Địa chỉ nguồn", max_length=500, blank=True)
    is_illustration = models.BooleanField("Dữ liệu minh họa", default=False)

    class Meta:
        verbose_name = "danh hiệu sản phẩm tiêu biểu"
        verbose_name_plural = "danh hiệu sản phẩm tiêu biểu"
        ordering = ["-year", "level"]
        constraints = [
            models.UniqueConstraint(fields=["product", "level", "year"], name="award_once"),
            models.CheckConstraint(
                condition=Q(level__in=AwardLevel.values), name="award_level_known"
            ),
        ]
        indexes = [models.Index(fields=["year", "level"], name="award_by_year")]

    def __str__(self) -> str:
        return f"{self.product} – {self.get_level_display()} năm {self.year}"
