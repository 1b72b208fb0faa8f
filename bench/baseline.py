"""What the figures are held against: plain SQL, a stock Django view, stock import-export."""

import time

from django.db import connection, models
from import_export import resources

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
