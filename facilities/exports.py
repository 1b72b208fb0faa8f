"""The registry as a spreadsheet: exactly the rows of the list with the same filters."""

from collections.abc import Iterator

from facilities import permissions
from facilities.models import Award
from facilities.queries import ListFilters, list_rows
from facilities.queries.listing import LEVELS
from facilities.queries.scope import successor_of
from khuyencong.audit.personal import log_export_access
from khuyencong.core.models import Place
from khuyencong.core.places import units_of
from khuyencong.exports.registry import ExportColumn, ExportSource, Sheet

_FACTS = (
    ExportColumn("Tên cơ sở", "link", 38),
    ExportColumn("Loại hình", width=22),
    ExportColumn("Mã số thuế", width=16),
)
_CONTACTS = (
    ExportColumn("Người đại diện", width=24),
    ExportColumn("Điện thoại", width=14),
)
_REST = (
    ExportColumn("Xã, phường khi vào sổ", width=22),
    ExportColumn("Nay là", width=22),
    ExportColumn("Thuộc", width=22),
    ExportColumn("Địa chỉ", width=32),
    ExportColumn("Nhóm ngành", width=26),
    ExportColumn("Mã ngành", width=10),
    ExportColumn("Ngành", width=36),
    ExportColumn("Sản phẩm chính", width=32),
    ExportColumn("Danh hiệu cao nhất", width=20),
    ExportColumn("Năm thành lập", width=14),
    ExportColumn("Lao động (người)", "integer", 16),
    ExportColumn("Lao động nữ (người)", "integer", 18),
    ExportColumn("Doanh thu năm gần nhất (đồng)", "integer", 28),
    ExportColumn("Tình trạng", width=18),
    ExportColumn("Tình trạng từ ngày", "date", 18),
    ExportColumn("Vào sổ ngày", "date", 14),
    ExportColumn("Nguồn số liệu", width=20),
    ExportColumn("Minh họa", width=10),
    ExportColumn("Địa chỉ nguồn", width=40),
)
CHUNK = 2000


def _describe(user, params) -> str:
    """ "Sổ cơ sở công nghiệp nông thôn" with the commune, where one was chosen."""
    filters = ListFilters.from_params(params)
    place = Place.objects.filter(pk=filters.xa).first() if filters.xa else None
    return "Sổ cơ sở công nghiệp nông thôn" + (f" – {place}" if place else "")


def _sheets(user, params) -> list[Sheet]:
    """One sheet. Rows are streamed by a cursor of the server, a chunk at a time in memory."""
    rows = list_rows(user, ListFilters.from_params(params))
    contacts = permissions.can_see_contacts(user)
    full = permissions.can_see_personal_numbers(user)
    total = rows.order_by().count()
    if contacts and total:
        log_export_access(
            user, kind=ESTABLISHMENTS.kind, name=_describe(user, params), records=total
        )
    columns = (*_FACTS, *(_CONTACTS if contacts else ()), *_REST)
    return [
        Sheet(
            title="Cơ sở",
            columns=columns,
            rows=_values(rows, contacts, full),
            total=total,
            header_rows=_notes(contacts, full),
        )
    ]


def _notes(contacts: bool, full: bool) -> list[list[str]]:
    """What stands above the sheet about personal data."""
    if not contacts:
        return [["Không có thông tin cá nhân của cơ sở."]]
    kept = "Chỉ dùng cho hoạt động khuyến công (Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15)."
    return [[kept]] if full else [[kept, "Số định danh cá nhân được che."]]


def _values(rows, contacts: bool, full: bool) -> Iterator[tuple]:
    units = _all_units(rows)
    awards = _top_levels()
    for row in rows.iterator(chunk_size=CHUNK):
        unit = successor_of(row.place, units)
        yield (
            (row.name, row.get_absolute_url()),
            row.get_legal_form_display(),
            row.tax_code if full else row.shown_tax_code,
            *((row.representative, row.phone) if contacts else ()),
            row.place.name,
            unit.name if unit else "",
            row.place.parent.name if row.place.parent else "",
            row.address,
            row.network_group.label if row.network_group else "",
            row.industry.code if row.industry else "",
            row.industry.label if row.industry else "",
            row.main_products,
            awards.get(row.pk, ""),
            str(row.founded_year or ""),
            row.labour_total,
            row.labour_female,
            row.revenue_vnd,
            row.get_status_display(),
            row.status_on,
            row.registered_on,
            row.get_source_display(),
            "Minh họa" if row.is_illustration else "",
            row.source_url,
        )


def _all_units(rows) -> dict[int, Place]:
    return units_of(rows.order_by().values_list("place_id", flat=True).distinct())


def _top_levels() -> dict[int, str]:
    """The highest title of each establishment that has one (some thousands in the whole country)."""
    best: dict[int, str] = {}
    awards = Award.objects.order_by().values_list("product__establishment", "level").distinct()
    for establishment_id, level in awards:
        if establishment_id not in best or LEVELS.index(level) < LEVELS.index(
            best[establishment_id]
        ):
            best[establishment_id] = level
    labels = {level.value: level.label for level in LEVELS}
    return {key: labels[level] for key, level in best.items()}


ESTABLISHMENTS = ExportSource("facilities.establishments", _describe, _sheets)
