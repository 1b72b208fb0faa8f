"""The figures, in the order of design.md section 8. Each function yields Figure objects."""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection

from bench import baseline
from bench.dataset import YEARS
from bench.harness import (
    CSRF,
    Figure,
    generate_load,
    median_ms,
    query_ms,
    session_cookies,
    web_server,
)
from facilities.models import Establishment
from facilities.queries import (
    FEW,
    ListFilters,
    answer_of,
    count_of,
    did_you_mean,
    filtered_rows,
    list_rows,
    mapping,
    page_of,
)
from facilities.upkeep import refresh_words
from khuyencong.core.models import User
from khuyencong.exports.registry import ExportColumn, Sheet
from khuyencong.exports.writers import write_xlsx
from khuyencong.forms_as_data.models import Indicator
from reports.enums import PeriodScheme
from reports.form_v1 import FORM_CODE
from reports.models import Report, ReportPeriod, ReportVersion
from reports.queries.completeness import completeness_rows
from reports.queries.proof import accepted_cell_differences
from reports.queries.rollup_national import rollup_all, rollup_indicator_national

FIGURES: dict[str, Callable[[], Iterator[Figure]]] = {}
CLIENTS = 500


def figure(function):
    """Register a function under its name."""
    FIGURES[function.__name__] = function
    return function


def officer() -> User:
    return User.objects.get(username="chuyenvien")


@figure
def report_submission() -> Iterator[Figure]:
    """Full reports submitted over HTTP by 500 clients, with all checks; each found again afterwards."""
    period = ReportPeriod.objects.get(year=2099)
    _forget_submissions(period)
    codes = list(
        Indicator.objects.filter(version=period.form_version)
        .order_by("order")
        .values_list("code", flat=True)
    )
    collaborators = list(
        User.objects.filter(roles__contains=["collaborator"]).order_by("id").only("pk", "password")
    )
    reports = _drafts(period, collaborators)
    cookies = session_cookies(collaborators)
    cells = {f"o.{code}": str(40 + 100 * (order // 10)) for order, code in enumerate(codes)}
    reasons = {f"ly_do.b{number:02}": "Số liệu đúng." for number in range(20, 30)}
    body = urlencode({"csrfmiddlewaretoken": CSRF, **cells, **reasons})
    requests = [
        {
            "method": "POST",
            "path": f"/bao-cao/{reports[user.pk]}/nop/",
            "headers": {"Cookie": cookies[user.pk]},
            "body": body,
        }
        for user in collaborators
    ]
    with web_server() as base:
        result = generate_load(
            {"base": base, "clients": CLIENTS, "expect": [302], "requests": requests}
        )
    acknowledged = {reports[collaborators[index].pk] for index in result["done"]}
    lost = _not_found_again(acknowledged, len(codes))
    with web_server(port=8898, settings="bench.baseline_settings") as base:
        stock = generate_load(
            {
                "base": base,
                "clients": CLIENTS,
                "expect": [302],
                "requests": [
                    {
                        "method": "POST",
                        "path": f"/stock/{reports[user.pk]}/",
                        "headers": {"Cookie": cookies[user.pk]},
                        "body": urlencode(
                            {"csrfmiddlewaretoken": CSRF, **{c[2:]: v for c, v in cells.items()}}
                        ),
                    }
                    for user in collaborators[:1000]
                ],
            }
        )
    note = f"{len(acknowledged)} of {len(requests)} acknowledged, {lost} of them not found again, {result['failed']} failed, {result['statuses']}"
    yield Figure(
        "report_submission_per_second", result["per_second"], "1/s", 450, "higher",
        stock["per_second"], "stock Django view, one object per cell", note,
    )  # fmt: skip
    yield Figure(
        "report_submission_p95", result["p95_ms"], "ms", 1300, "lower", stock["p95_ms"],
        "stock Django view",
    )  # fmt: skip
    yield Figure("report_submission_lost", lost + result["failed"], "reports", 0, "lower")
    _forget_submissions(period)


def _drafts(period: ReportPeriod, collaborators) -> dict[int, int]:
    """A draft of the open period for each collaborator; report id by account id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO reports_report (place_id, period_id, status, status_at, draft_revision, created_at, is_illustration)
            SELECT a.place_id, %s, 'draft', now(), 0, now(), TRUE
            FROM collaborators_assignment a ORDER BY a.id
            """,
            [period.pk],
        )
        cursor.execute("ANALYZE reports_report")
        cursor.execute(
            """
            SELECT c.user_id, r.id FROM reports_report r
            JOIN collaborators_assignment a ON a.place_id = r.place_id
            JOIN collaborators_collaborator c ON c.id = a.collaborator_id
            WHERE r.period_id = %s
            """,
            [period.pk],
        )
        return dict(cursor.fetchall())


def _forget_submissions(period: ReportPeriod) -> None:
    """Take the measured period's reports away again, so that the cached data set stays as built."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in ("versioncell", "versionrow", "versionstatement", "reportevent"):
            cursor.execute(
                f"""
                DELETE FROM reports_{table} t USING reports_reportversion v, reports_report r
                WHERE t.version_id = v.id AND v.report_id = r.id AND r.period_id = %s
                """,
                [period.pk],
            )
        for table in ("reportversion", "draftcell", "draftrow", "draftstatement"):
            cursor.execute(
                f"DELETE FROM reports_{table} t USING reports_report r WHERE t.report_id = r.id AND r.period_id = %s",
                [period.pk],
            )
        cursor.execute("DELETE FROM reports_report WHERE period_id = %s", [period.pk])
        cursor.execute("DELETE FROM django_session")
        cursor.execute("SET session_replication_role = origin")


def _not_found_again(report_ids: set[int], cells: int) -> int:
    """How many acknowledged reports lack their version, its event or one of its cells."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM unnest(%s::bigint[]) AS wanted(id)
            LEFT JOIN reports_report r ON r.id = wanted.id AND r.status = 'submitted'
            WHERE r.id IS NULL
               OR (SELECT count(*) FROM reports_versioncell c WHERE c.version_id = r.latest_version_id) <> %s
               OR NOT EXISTS (SELECT 1 FROM reports_reportevent e WHERE e.version_id = r.latest_version_id)
            """,
            [list(report_ids), cells],
        )
        return cursor.fetchone()[0]


@figure
def autosave() -> Iterator[Figure]:
    """One cell saved per request by 50 clients, each in its own report."""
    period = ReportPeriod.objects.get(year=2099)
    _forget_submissions(period)
    collaborators = list(
        User.objects.filter(roles__contains=["collaborator"]).order_by("id").only("pk", "password")
    )[:400]
    everyone = list(User.objects.filter(roles__contains=["collaborator"]).only("pk"))
    reports = _drafts(period, everyone)
    cookies = session_cookies(collaborators)
    requests = [
        {
            "method": "POST",
            "path": f"/bao-cao/{reports[user.pk]}/luu/",
            "headers": {
                "Cookie": cookies[user.pk],
                "X-CSRFToken": CSRF,
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
            "body": json.dumps(
                {
                    "cells": [
                        {
                            "key": f"ct{number:02}",
                            "text": str(number + 100),
                            "note": "",
                            "revision": 0,
                        }
                    ]
                }
            ),
        }
        for number in range(1, 21)
        for user in collaborators
    ]
    with web_server() as base:
        result = generate_load({"base": base, "clients": 50, "expect": [200], "requests": requests})
    with web_server(port=8898, settings="bench.baseline_settings") as base:
        stock_requests = [
            {**request, "path": f"/stock/{request['path'].split('/')[2]}/cell/"}
            for request in requests[: len(requests) // 4]
        ]
        stock = generate_load(
            {"base": base, "clients": 50, "expect": [200], "requests": stock_requests}
        )
    note = f"{len(result['done'])} saves, {result['failed']} failed"
    yield Figure(
        "autosave_per_second", result["per_second"], "1/s", 800, "higher",
        stock["per_second"], "stock Django view, objects, no revision", note,
    )  # fmt: skip
    yield Figure(
        "autosave_p95", result["p95_ms"], "ms", 90, "lower", stock["p95_ms"], "stock Django view"
    )
    _forget_submissions(period)


@figure
def no_change_quarter() -> Iterator[Figure]:
    """Clicks and keys of a quarter without change, counted in a browser by the test that does it."""
    test = "reports/tests/test_fill_in_browser.py::test_a_quarter_without_change_takes_few_clicks"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-n", "0", test],
        capture_output=True,
        text=True,
    )
    found = re.search(r"interactions: (\d+)", run.stdout)
    if run.returncode or found is None:
        raise RuntimeError(run.stdout[-2000:])
    yield Figure("no_change_quarter", int(found[1]), "presses", 10, "lower")


@figure
def rollup_one_indicator() -> Iterator[Figure]:
    """One indicator, national, five years, by province and quarter."""
    years = {"from_year": YEARS.start, "to_year": YEARS.stop - 1}
    value = median_ms(lambda: rollup_indicator_national("ct05", **years))
    plain = query_ms(baseline.ROLLUP_ONE, ["ct05"])
    yield Figure(
        "rollup_one_indicator",
        value,
        "ms",
        30,
        "lower",
        plain,
        "plain SQL over the versions' cells",
    )


@figure
def rollup_all_indicators() -> Iterator[Figure]:
    """All 40 indicators by province and quarter, at once."""
    years = {"from_year": YEARS.start, "to_year": YEARS.stop - 1}
    value = median_ms(lambda: rollup_all(**years), runs=3)
    plain = query_ms(baseline.ROLLUP_ALL, [], runs=3)
    yield Figure(
        "rollup_all_indicators",
        value,
        "ms",
        450,
        "lower",
        plain,
        "plain SQL over the versions' cells",
    )


@figure
def completeness() -> Iterator[Figure]:
    """Who has reported, national, twelve periods."""
    periods = list(
        ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT, year__lt=2099).order_by(
            "-year", "-number"
        )[:12]
    )
    value = median_ms(lambda: completeness_counts_of(periods))
    plain = query_ms(baseline.COMPLETENESS, [[period.pk for period in periods]])
    yield Figure("completeness_12_periods", value, "ms", 120, "lower", plain, "plain SQL counts")


def completeness_counts_of(periods):
    """The counts behind the board's heads."""
    from reports.queries.completeness import completeness_counts

    return completeness_counts(periods)


@figure
def registry_list() -> Iterator[Figure]:
    """The registry's list at a million: first page and count, for every filter and exact search."""
    user = officer()
    refresh_words()
    place = Establishment.objects.order_by("id").values_list("place_id", flat=True)[500]
    asked = {
        "all": {},
        "commune": {"xa": str(place)},
        "form": {"loai": "cooperative"},
        "paused": {"tinh_trang": "paused"},
        "search_common": {"q": "bánh tráng"},
        "search_two_words": {"q": "banh trang yen"},
        "search_rare": {"q": "777777"},
        "tax_code": {"q": "1000000300"},
        "commune_and_search": {"xa": str(place), "q": "co so"},
        "form_and_search": {"loai": "cooperative", "q": "nước mắm"},
        "nothing_found": {"q": "khong he co dau"},
        "group_status_form": {"nhom": "go", "tinh_trang": "paused", "loai": "cooperative"},
        "paused_and_search": {"tinh_trang": "paused", "q": "banh trang"},
        "abbreviated": {"q": "cs banh trang"},
        "size": {"quy_mo": "small"},
        "entered_since": {"vao_tu": "2026-01-01"},
    }
    for name, params in asked.items():
        filters = ListFilters.from_params(params)

        def page(filters=filters):
            if filters.q:
                return answer_of(user, filters)
            rows = list_rows(user, filters)
            count, exact = count_of(rows)
            return page_of(rows, few=exact and count <= FEW)

        stock = list_rows(user, filters)

        def plain(stock=stock):
            len(stock[:50])
            stock.count()

        yield Figure(
            f"registry_list_{name}", median_ms(page), "ms", 50, "lower", median_ms(plain, 3),
            "stock queryset: slice and count()",
        )  # fmt: skip
    for name, text in (
        ("letters", "bnah tragn yen"),
        ("keyboard", "nuowcs mawms hoaf"),
        ("joined", "banhtrang binh"),
    ):
        filters = ListFilters(q=text)

        def corrected(filters=filters):
            meant = did_you_mean(filtered_rows(user, filters), filters.q)
            return answer_of(user, ListFilters(q=meant.text))

        def trigrams(text=text):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM facilities_establishment WHERE folded %% %s"
                    " ORDER BY similarity(folded, %s) DESC LIMIT 50",
                    [text, text],
                )
                return cursor.fetchall()

        yield Figure(
            f"registry_misspelt_{name}", median_ms(corrected), "ms", 150, "lower",
            median_ms(trigrams, 3), "trigram operator over the whole text",
        )  # fmt: skip


@figure
def registry_map_clusters() -> Iterator[Figure]:
    """What a window of the map shows at a million points: the country, a province, a commune; and
    the baseline, a plain grouping by rounded coordinates."""
    user = officer()
    views = {
        "country": ({}, "8.4,102.1,23.4,109.5", 6, 150),
        "country_form": ({"loai": "household"}, "8.4,102.1,23.4,109.5", 6, 150),
        "province": ({}, "10.3,106.3,11.3,107.6", 10, 50),
        "commune": ({}, "10.38,107.1,10.48,107.25", 14, 50),
        "commune_form": ({"loai": "household"}, "10.38,107.1,10.48,107.25", 14, 50),
    }
    for name, (params, edges, zoom, goal) in views.items():
        filters, box = ListFilters.from_params(params), mapping.Box.parse(edges)

        def window(filters=filters, box=box, zoom=zoom):
            return mapping.clusters_in(mapping.map_rows(user, filters).rows, box, zoom)

        south, west, north, east = box.degrees()
        plain = (
            "SELECT round(latitude / %s), round(longitude / %s), count(*), avg(latitude), avg(longitude)"
            " FROM facilities_establishment WHERE latitude BETWEEN %s AND %s"
            " AND longitude BETWEEN %s AND %s GROUP BY 1, 2"
        )
        size = mapping.cell_size(zoom, box) / mapping.E6
        yield Figure(
            f"registry_map_{name}", median_ms(window), "ms", goal, "lower",
            query_ms(plain, [size, size, south, north, west, east], 3),
            "plain SQL: grouped by rounded coordinates",
        )  # fmt: skip


@figure
def pages() -> Iterator[Figure]:
    """List and form pages over HTTP, 10 clients without pause."""
    period = ReportPeriod.objects.get(year=2099)
    _forget_submissions(period)
    collaborator = User.objects.filter(roles__contains=["collaborator"]).order_by("id").first()
    reports = _drafts(period, [])
    cookies = session_cookies([officer(), collaborator])
    paths = {
        officer().pk: ["/co-so/", "/co-so/?q=banh+trang", "/bao-cao/"],
        collaborator.pk: [f"/bao-cao/{reports[collaborator.pk]}/soan/", "/bao-cao/", "/"],
    }
    with web_server() as base:
        result = generate_load(
            {
                "base": base,
                "clients": 10,
                "seconds": 15,
                "expect": [200],
                "requests": [
                    {"method": "GET", "path": path, "headers": {"Cookie": cookies[user]}}
                    for user, several in paths.items()
                    for path in several
                ],
            }
        )
    note = f"{result['done']} pages, {result['failed']} failed, {result['statuses']}"
    yield Figure("pages_per_second", result["per_second"], "1/s", 250, "higher", note=note)
    yield Figure("pages_p95", result["p95_ms"], "ms", 56, "lower")
    _forget_submissions(period)


@figure
def export() -> Iterator[Figure]:
    """132,000 rows × 50 columns from the database to XLSX, beside stock import-export on a tenth of it."""
    rows = baseline.make_wide_table(132_000)
    columns = [
        ExportColumn(f"Cột {number}", "integer" if number % 2 else "text") for number in range(50)
    ]
    folder = Path(tempfile.mkdtemp())
    try:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        written = write_xlsx(
            folder / "rong.xlsx",
            [Sheet("Bảng", columns, baseline.stream_wide_table(), rows)],
            [("Tên bảng", "Đo")],
        )
        seconds = time.perf_counter() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
        stock = baseline.stock_export(13_200) * 10
    finally:
        shutil.rmtree(folder)
    yield Figure(
        "export_132000_rows_by_50", seconds, "s", 9, "lower", stock,
        "stock import-export, a tenth of the rows times ten", f"{written.total} rows written",
    )  # fmt: skip
    yield Figure("export_memory_grown", grown, "MB", 130, "lower")


@figure
def registry_import() -> Iterator[Figure]:
    """Establishments from a workbook, read to written with checks, duplicates and history, and taken
    back; 20,000 beside stock import-export, 100,000 for the memory."""
    folder = Path(tempfile.mkdtemp())
    try:
        small, large = folder / "nhap.xlsx", folder / "nhap-lon.xlsx"
        baseline.make_import_workbook(small, 20_000)
        baseline.make_import_workbook(large, 100_000)
        results = [_run_import(path) for path in (small, large)]
        stock = _run_import(small, "--stock")
    finally:
        shutil.rmtree(folder)
    for rows, result in zip((20_000, 100_000), results, strict=True):
        times = rows / 20_000
        note = (
            f"{result['added']} added, {result['steps']}, CPU {result['cpu_seconds']} s with the undo,"
            f" load before {result['load_before']}"
        )
        yield Figure(
            f"import_{rows}_rows_by_12", result["seconds"], "s", 6 * times, "lower",
            stock["seconds"] * times, "stock import-export, 20,000 rows, in proportion", note,
        )  # fmt: skip
        yield Figure(
            f"import_{rows}_memory_grown", result["grown_mb"] + result["reader_mb"], "MB", 150,
            "lower", stock["grown_mb"], "stock import-export, 20,000 rows",
            f"the reader's own process {result['reader_mb']:.0f} MB of it",
        )  # fmt: skip
        yield Figure(
            f"import_{rows}_undo", result["undo_seconds"], "s", 5 * times, "lower",
            note=f"{result['undone']} taken back",
        )  # fmt: skip


def _run_import(path: Path, *words: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "bench.import_run", str(path), *words],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


@figure
def totals_are_right() -> Iterator[Figure]:
    """The proof behind every total: the laid-out cells equal the accepted versions' cells."""
    yield Figure("cells_that_differ", len(accepted_cell_differences()), "cells", 0, "lower")


__all__ = ["CLIENTS", "FIGURES", "FORM_CODE", "Report", "ReportVersion", "completeness_rows"]
