"""The columns that a sheet of the registry may have: what each is called, who may have it, how it is read.

Columns of related rows are read from a `Batch`: the rows of some establishments, fetched once for all
of them and only where a chosen column needs them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from django.utils import timezone

from facilities import permissions
from facilities.enums import AwardLevel, CertificateKind, NeedState
from facilities.models import (
    Award,
    Certificate,
    Establishment,
    Machine,
    Product,
    SupportNeed,
    YearFigure,
)
from facilities.queries.listing import LEVELS
from facilities.queries.scope import successor_of
from facilities.record.eligibility import Assessor
from facilities.templatetags.facilities import market_labels, quantity
from khuyencong.core.models import Place
from khuyencong.exports.registry import Choice, ChoiceGroup, ExportColumn

# Years back from this one that a sheet may show figures of.
YEARS_BACK = 5


class Batch:
    """What stands beside some establishments, by their keys; each kind of row is fetched on first use."""

    def __init__(self, records: Sequence[Establishment], book: "Book"):
        self.ids = [record.pk for record in records]
        self.book = book

    def _rows(self, model, *related: str, **only) -> dict[int, list]:
        found = defaultdict(list)
        for row in model.objects.filter(establishment__in=self.ids, **only).select_related(
            *related
        ):
            found[row.establishment_id].append(row)
        return found

    @cached_property
    def products(self) -> dict[int, list[Product]]:
        return self._rows(Product)

    @cached_property
    def awards(self) -> dict[int, list[Award]]:
        found = defaultdict(list)
        titles = Award.objects.filter(product__establishment__in=self.ids).select_related("product")
        for title in titles:
            found[title.product.establishment_id].append(title)
        return found

    @cached_property
    def certificates(self) -> dict[int, list[Certificate]]:
        return self._rows(Certificate, "product")

    @cached_property
    def machines(self) -> dict[int, list[Machine]]:
        return self._rows(Machine)

    @cached_property
    def needs(self) -> dict[int, list[SupportNeed]]:
        return self._rows(SupportNeed, "kind", state=NeedState.OPEN)

    @cached_property
    def years(self) -> dict[tuple[int, int], YearFigure]:
        figures = YearFigure.objects.filter(establishment__in=self.ids)
        return {(figure.establishment_id, figure.year): figure for figure in figures}


@dataclass
class Book:
    """What is the same for all rows of a sheet."""

    full_numbers: bool
    units: dict[int, Place]
    base_url: str
    assessor: Assessor


@dataclass(frozen=True)
class Column:
    """A column of the registry. `personal` columns are for those who may see contacts."""

    key: str
    label: str
    read: Callable[[Establishment, Batch], object]
    kind: str = "text"
    width: int = 16
    default: bool = False
    personal: bool = False

    @property
    def sheet_column(self) -> ExportColumn:
        return ExportColumn(self.label, self.kind, self.width)


def of(name: str, key: str, label: str, kind: str = "text", width: int = 16, **more) -> Column:
    """A column that shows a field as it is."""
    return Column(key, label, lambda e, _: getattr(e, name), kind, width, **more)


def shown(name: str, key: str, label: str, width: int = 16, **more) -> Column:
    """A column that shows the words of a choice."""
    return Column(key, label, lambda e, _: getattr(e, f"get_{name}_display")(), width=width, **more)


def joined(rows: str, words: Callable) -> Callable[[Establishment, Batch], str]:
    """A reader of all rows of a kind, each in words."""
    return lambda e, batch: "; ".join(words(row) for row in getattr(batch, rows).get(e.pk, ()))


def counted(rows: str) -> Callable[[Establishment, Batch], int]:
    return lambda e, batch: len(getattr(batch, rows).get(e.pk, ()))


def _tax_code(e: Establishment, batch: Batch) -> str:
    return e.tax_code if batch.book.full_numbers else e.shown_tax_code


def _unit(e: Establishment, batch: Batch) -> str:
    unit = successor_of(e.place, batch.book.units)
    return unit.name if unit else ""


def _top_award(e: Establishment, batch: Batch) -> str:
    levels = {title.level for title in batch.awards.get(e.pk, ())}
    return AwardLevel(min(levels, key=LEVELS.index)).label if levels else ""


def _award_words(title: Award) -> str:
    return f"{title.product.name}: {title.get_level_display().lower()} năm {title.year}"


def _product_words(product: Product) -> str:
    capacity = product.capacity
    if product.capacity_value is not None:
        capacity = f"{quantity(product.capacity_value)} {product.capacity_unit}/năm"
    return f"{product.name} ({capacity})" if capacity else product.name


def _certificate_words(row: Certificate) -> str:
    parts = [f"cho {row.product.name}"] if row.product else []
    parts += [f"số {row.number}"] if row.number else []
    parts += [f"đến hết {row.valid_to:%d/%m/%Y}"] if row.valid_to else []
    return f"{row} ({', '.join(parts)})" if parts else str(row)


def _stars(e: Establishment, batch: Batch) -> int | None:
    rows = batch.certificates.get(e.pk, ())
    return max((row.stars for row in rows if row.kind == CertificateKind.OCOP), default=None)


def _machine_words(row: Machine) -> str:
    parts = [row.maker] if row.maker else []
    parts += [f"sản xuất năm {row.year_made}"] if row.year_made else []
    times = f" × {row.quantity}" if row.quantity > 1 else ""
    return f"{row.name}{times}" + (f" ({', '.join(parts)})" if parts else "")


def _need_words(row: SupportNeed) -> str:
    year = f" (năm {row.wished_year})" if row.wished_year else ""
    return f"{row.kind.label}: {row.what}{year}"


def _need_cost(e: Establishment, batch: Batch) -> int | None:
    costs = [
        row.estimated_vnd for row in batch.needs.get(e.pk, ()) if row.estimated_vnd is not None
    ]
    return sum(costs) if costs else None


def _verdict(e: Establishment, batch: Batch) -> str:
    assessment = batch.book.assessor.assess(e)
    return assessment.verdict.label if assessment.rule else ""


def _reasons(e: Establishment, batch: Batch) -> str:
    findings = batch.book.assessor.assess(e).findings
    return " ".join(f"{finding.label}: {finding.reason}" for finding in findings)


def _rule(e: Establishment, batch: Batch) -> str:
    rule = batch.book.assessor.rule
    return rule.legal_basis if rule else ""


def _of_year(name: str, year: int, e: Establishment, batch: Batch):
    figure = batch.years.get((e.pk, year))
    return getattr(figure, name) if figure else None


def _output_of(year: int, e: Establishment, batch: Batch) -> str:
    figure = batch.years.get((e.pk, year))
    if figure is None:
        return ""
    value = f"{quantity(figure.output_value)} {figure.output_unit}" if figure.output_value else ""
    return "; ".join(part for part in (value, figure.output_text) if part)


def _of_years(this_year: int) -> list[Column]:
    columns = []
    for year in range(this_year - 1, this_year - 1 - YEARS_BACK, -1):
        for name, title, width in (
            ("revenue_vnd", "Doanh thu năm {} (đồng)", 24),
            ("labour", "Lao động bình quân năm {} (người)", 20),
            ("electricity_kwh", "Điện tiêu thụ năm {} (kWh)", 18),
        ):
            columns.append(
                Column(
                    f"{name}_{year}", title.format(year), partial(_of_year, name, year),
                    "integer", width,
                )
            )  # fmt: skip
        columns.append(
            Column(f"output_{year}", f"Sản lượng năm {year}", partial(_output_of, year), width=24)
        )
    return columns


_GROUPS: tuple[tuple[str, tuple[Column, ...]], ...] = (
    (
        "Nhận dạng",
        (
            Column("name", "Tên cơ sở", lambda e, _: (e.name, e.get_absolute_url()), "link", 38, True),
            shown("legal_form", "legal_form", "Loại hình", 22, default=True),
            Column("tax_code", "Mã số thuế", _tax_code, default=True),
            of("household_licence_number", "licence_number", "Số giấy chứng nhận hộ kinh doanh", width=22),
            of("household_licence_on", "licence_on", "Ngày cấp giấy chứng nhận", "date"),
            of("household_licence_issuer", "licence_issuer", "Nơi cấp giấy chứng nhận", width=24),
            Column("founded_year", "Năm thành lập", lambda e, _: str(e.founded_year or ""), width=14, default=True),
            Column("network_group", "Nhóm ngành", lambda e, _: e.network_group.label if e.network_group else "", width=26, default=True),
            Column("industry_code", "Mã ngành", lambda e, _: e.industry.code if e.industry else "", width=10, default=True),
            Column("industry", "Ngành", lambda e, _: e.industry.label if e.industry else "", width=36, default=True),
            of("craft_village", "craft_village", "Làng nghề", width=22),
        ),
    ),
    (
        "Liên hệ",
        (
            of("representative", "representative", "Người đại diện", width=24, default=True, personal=True),
            of("representative_position", "representative_position", "Chức vụ", width=18, personal=True),
            of("phone", "phone", "Điện thoại", width=14, default=True, personal=True),
            of("email", "email", "Thư điện tử", width=26, personal=True),
            of("website", "website", "Trang thông tin điện tử", width=30),
            of("contact_consent_on", "consent_on", "Đồng ý cho liên hệ từ ngày", "date", 18, personal=True),
            shown("contact_consent_means", "consent_means", "Hình thức đồng ý", 18, personal=True),
            of("contact_consent_withdrawn_on", "consent_withdrawn_on", "Rút lại đồng ý ngày", "date", 18, personal=True),
        ),
    ),
    (
        "Vị trí",
        (
            Column("place", "Xã, phường khi vào sổ", lambda e, _: e.place.name, width=22, default=True),
            Column("unit_of_today", "Nay là", _unit, width=22, default=True),
            Column("province", "Thuộc", lambda e, _: e.place.parent.name if e.place.parent else "", width=22, default=True),
            of("address", "address", "Địa chỉ", width=32, default=True),
            of("latitude", "latitude", "Vĩ độ", "number", 12),
            of("longitude", "longitude", "Kinh độ", "number", 12),
        ),
    ),
    (
        "Sản phẩm",
        (
            of("main_products", "main_products", "Sản phẩm chính", width=32, default=True),
            Column("products", "Các sản phẩm và năng lực", joined("products", _product_words), width=44),
            Column("product_count", "Số sản phẩm", counted("products"), "integer", 12),
            Column("top_award", "Danh hiệu cao nhất", _top_award, width=20, default=True),
            Column("awards", "Các danh hiệu", joined("awards", _award_words), width=44),
            Column("markets", "Thị trường", lambda e, _: market_labels(e.markets), width=22),
            of("export_countries", "export_countries", "Nước xuất khẩu", width=24),
        ),
    ),
    (
        "Lao động",
        (
            of("labour_total", "labour_total", "Lao động (người)", "integer", default=True),
            of("labour_female", "labour_female", "Lao động nữ (người)", "integer", 18, default=True),
            of("labour_seasonal", "labour_seasonal", "Lao động thời vụ (người)", "integer", 20),
        ),
    ),
    (
        "Vốn, doanh thu, năng lượng",
        (
            of("revenue_vnd", "revenue_vnd", "Doanh thu năm gần nhất (đồng)", "integer", 28, default=True),
            of("capital_vnd", "capital_vnd", "Tổng nguồn vốn (đồng)", "integer", 22),
            of("assets_vnd", "assets_vnd", "Giá trị tài sản (đồng)", "integer", 22),
            of("electricity_kwh", "electricity_kwh", "Điện dùng một năm (kWh)", "integer", 18),
            of("fuel_use", "fuel_use", "Nhiên liệu dùng một năm", width=26),
        ),
    ),
    ("Số liệu theo năm", ()),
    (
        "Chứng nhận",
        (
            Column("certificates", "Các chứng nhận", joined("certificates", _certificate_words), width=44),
            Column("certificate_count", "Số chứng nhận", counted("certificates"), "integer", 14),
            Column("ocop_stars", "Số sao OCOP cao nhất", _stars, "integer", 14),
        ),
    ),
    (
        "Máy móc",
        (
            Column("machines", "Máy, thiết bị", joined("machines", _machine_words), width=44),
            Column(
                "machine_count", "Số máy, thiết bị",
                lambda e, batch: sum(row.quantity for row in batch.machines.get(e.pk, ())), "integer", 14,
            ),
        ),
    ),
    (
        "Nhu cầu hỗ trợ",
        (
            Column("needs", "Nhu cầu đang có", joined("needs", _need_words), width=50),
            Column("need_count", "Số nhu cầu", counted("needs"), "integer", 12),
            Column("need_cost_vnd", "Kinh phí dự kiến của nhu cầu (đồng)", _need_cost, "integer", 26),
        ),
    ),
    (
        "Hồ sơ",
        (
            shown("status", "status", "Tình trạng", 18, default=True),
            of("status_on", "status_on", "Tình trạng từ ngày", "date", 18, default=True),
            of("status_reason", "status_reason", "Lý do của tình trạng", width=30, personal=True),
            of("registered_on", "registered_on", "Vào sổ ngày", "date", 14, default=True),
            of("updated_at", "updated_at", "Sửa lần cuối lúc", "datetime", 18),
            shown("source", "source", "Nguồn số liệu", 20, default=True),
            Column("illustration", "Minh họa", lambda e, _: "Minh họa" if e.is_illustration else "", width=10, default=True),
            of("source_url", "source_url", "Địa chỉ nguồn", width=40, default=True),
            Column("record_url", "Địa chỉ hồ sơ", lambda e, batch: batch.book.base_url + e.get_absolute_url(), width=40),
            of("note", "note", "Ghi chú", width=40, personal=True),
        ),
    ),
    (
        "Điều kiện cơ sở công nghiệp nông thôn",
        (
            Column("verdict", "Điều kiện hôm nay", _verdict, width=20),
            Column("verdict_reasons", "Vì sao", _reasons, width=60),
            Column("verdict_rule", "Căn cứ điều kiện", _rule, width=40),
        ),
    ),
)  # fmt: skip
_HINTS = {
    "Liên hệ": "Dữ liệu cá nhân: chỉ lấy khi cần; việc xuất được ghi nhật ký.",
    "Số liệu theo năm": "Số liệu từng năm trong hồ sơ, năm gần nhất trước.",
}


def groups_for(user, today: date | None = None) -> list[tuple[str, list[Column]]]:
    """The columns that a user may have, by groups."""
    contacts = permissions.can_see_contacts(user)
    years = _of_years((today or timezone.localdate()).year)
    return [
        (label, [c for c in columns or years if contacts or not c.personal])
        for label, columns in _GROUPS
    ]


def choices_for(user) -> list[ChoiceGroup]:
    """The same as an export source offers them."""
    return [
        ChoiceGroup(
            label,
            [Choice(column.key, column.label, column.default) for column in columns],
            _HINTS.get(label, "") if any(c.personal for c in columns) or label != "Liên hệ" else "",
        )
        for label, columns in groups_for(user)
    ]


def columns_for(user, keys: Iterable[str]) -> list[Column]:
    """The columns of some keys in their order, of those the user may have; none known: the default."""
    known = {column.key: column for _, columns in groups_for(user) for column in columns}
    found = [known[key] for key in dict.fromkeys(keys) if key in known]
    return found or [column for column in known.values() if column.default]


def shows_personal_data(columns: Iterable[Column], book: Book) -> bool:
    """Whether a sheet of these columns identifies persons: by contacts, or by personal numbers in full."""
    return any(c.personal or (c.key == "tax_code" and book.full_numbers) for c in columns)
