"""What the figures are held against: plain SQL, a stock Django view, stock import-export."""

import time
from pathlib import Path

import tablib
import xlsxwriter
from django.db import connection, models, transaction
from import_export import resources

from facilities.models import Establishment
from khuyencong.core.places import communes_on

ROLLUP_ONE = """
SELECT p.province_id, r.period_id, sum(c.value), count(*)
FROM reports_versioncell c
JOIN reports_report r ON r.accepted_version_id = c.version_id
JOIN core_place p ON p.id = r.place_id
JOIN forms_as_data_indicator i ON i.id = c.indicator_id
WHERE i.code = %s GROUP BY 1, 2
"""

ROLLUP_ALL = """
SELECT c.indicator_id, p.province_id, r.period_id, sum(c.value), count(*)
FROM reports_versioncell c
JOIN reports_report r ON r.accepted_version_id = c.version_id
JOIN core_place p ON p.id = r.place_id
GROUP BY 1, 2, 3
"""

COMPLETENESS = """
SELECT r.period_id, r.status, count(*) FROM reports_report r WHERE r.period_id = ANY(%s) GROUP BY 1, 2
"""

WIDE = 50


class WideRow(models.Model):
    """A table of 50 columns that only the benchmark has."""

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_wide"


for number in range(WIDE):
    field = models.IntegerField() if number % 2 else models.TextField()
    WideRow.add_to_class(f"c{number}", field)


def make_wide_table(rows: int) -> int:
    """Fill the table anew; returns the number of rows."""
    columns = ", ".join(f"c{n} {'integer' if n % 2 else 'text'}" for n in range(WIDE))
    values = ", ".join(
        f"(n * {n + 3}) % 100000" if n % 2 else f"'Bánh tráng ' || n || '-{n}'" for n in range(WIDE)
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_wide")
        cursor.execute(f"CREATE UNLOGGED TABLE bench_wide (id bigserial primary key, {columns})")
        names = ", ".join(f"c{n}" for n in range(WIDE))
        cursor.execute(
            f"INSERT INTO bench_wide ({names}) SELECT {values} FROM generate_series(1, {int(rows)}) AS n"
        )
        cursor.execute("ANALYZE bench_wide")
    return rows


def stream_wide_table():
    """The rows by a cursor of the server, as the product's own sources stream."""
    names = [f"c{n}" for n in range(WIDE)]
    return WideRow.objects.order_by("id").values_list(*names).iterator(chunk_size=2000)


def stock_export(rows: int) -> float:
    """Seconds of django-import-export's own XLSX export of so many rows."""

    class WideResource(resources.ModelResource):
        class Meta:
            model = WideRow

    started = time.perf_counter()
    len(WideResource().export(WideRow.objects.order_by("id")[:rows]).xlsx)
    return time.perf_counter() - started


IMPORT_HEADS = (
    "STT", "Tên cơ sở", "Loại hình", "Mã số thuế", "Người đại diện", "Điện thoại", "Xã, phường", "Địa chỉ",
    "Sản phẩm chính", "Tổng số lao động", "Lao động nữ", "Doanh thu (triệu đồng)",
)  # fmt: skip


def make_import_workbook(path: Path, rows: int) -> Path:
    """A workbook of new establishments in forty communes, twelve columns."""
    names = list(communes_on().values_list("province__name", "name", "pk"))
    count: dict[str, int] = {}
    for _, name, _ in names:
        count[name] = count.get(name, 0) + 1
    places = [name for _, name, _ in names if count[name] == 1][:40]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Danh sách")
    sheet.write_string(0, 0, "DANH SÁCH CƠ SỞ (MINH HỌA)")
    sheet.write_row(2, 0, IMPORT_HEADS)
    for n in range(rows):
        cells = (
            n + 1, f"Cơ sở minh họa nhập {n}", "Hộ kinh doanh", "", f"Người minh họa {n}",
            f"09{70_000_000 + n:08}", places[n % len(places)], f"Ấp {n % 9 + 1}, đường số {n % 30}",
            "bánh tráng, bún khô", n % 40 + 3, n % 3, f"{n % 900 + 100},5",
        )  # fmt: skip
        sheet.write_row(n + 3, 0, cells)
    book.close()
    return path


def stock_import(path: Path) -> float:
    """Seconds of django-import-export's own import of the workbook's rows, undone afterwards."""

    class StockResource(resources.ModelResource):
        class Meta:
            model = Establishment
            fields = ("id", "name", "legal_form", "place", "phone", "address", "labour_total")

    place = communes_on()[0].pk
    started = time.perf_counter()
    sheet = tablib.Dataset().load(path.read_bytes(), format="xlsx", headers=False)
    data = tablib.Dataset(headers=StockResource.Meta.fields)
    for row in list(sheet)[3:]:
        data.append(("", row[1], "household", place, row[5], row[7], row[9]))
    with transaction.atomic():
        result = StockResource().import_data(data, raise_errors=True)
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    assert result.totals["new"] > 0
    return seconds
