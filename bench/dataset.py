"""A nation of invented data: 3,321 communes, five years of quarters, 40 indicators, a million establishments.

Built by SQL with triggers and foreign keys asleep (they would write a million history rows that no
figure needs), then analysed. Cached: a second call finds the stamp and builds nothing.
"""

import csv
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection

DATA = Path(__file__).resolve().parent.parent / "khuyencong" / "core" / "data"
INDICATORS = 40
YEARS = range(2022, 2027)
VERSION = 5


@dataclass(frozen=True)
class Size:
    """How much to build; `small` is for trying the benchmark itself."""

    name: str
    communes: int
    establishments: int


SIZES = {"national": Size("national", 3321, 1_000_000), "small": Size("small", 120, 20_000)}


def ensure(size: Size) -> None:
    """Build the data set unless the database holds it already, of this size and this schema."""
    stamp = f"{size.name}-{VERSION}-{_schema_mark()}"
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_stamp (name text)")
        cursor.execute("SELECT name FROM bench_stamp")
        if cursor.fetchone() == (stamp,):
            return
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        _places(cursor, size)
        _people(cursor)
        _form(cursor)
        _reports(cursor)
        _establishments(cursor, size)
        cursor.execute("SET session_replication_role = origin")
        _reset_sequences(cursor)
        cursor.execute("CREATE TABLE bench_stamp (name text)")
        cursor.execute("INSERT INTO bench_stamp VALUES (%s)", [stamp])
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"# built the {size.name} data set in {time.monotonic() - started:.0f} s", flush=True)


def _schema_mark() -> str:
    """Changes with any migration, so that a cached data set of an older schema is built anew."""
    ours = [
        Path(app.path)
        for app in apps.get_app_configs()
        if DATA.parents[2] in Path(app.path).parents
    ]
    files = sorted(
        file for path in ours if ".venv" not in path.parts for file in path.glob("migrations/0*.py")
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _places(cursor, size: Size) -> None:
    with (DATA / "communes_2025.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    # Every n-th commune, so that a small set still has all provinces.
    rows = rows[:: max(1, len(rows) // size.communes)][: size.communes]
    with (DATA / "place_points_2025.csv").open(encoding="utf-8") as lines:
        points = {row["code"]: row for row in csv.DictReader(lines)}
    provinces = {row["province_code"]: row["province_name"] for row in rows}
    cursor.executemany(
        "INSERT INTO core_place (code, name, kind, level, valid_from, source)"
        " VALUES (%s, %s, 'tinh', 'province', '2025-07-01', '')",
        list(provinces.items()),
    )
    kinds = {"xã": "xa", "phường": "phuong", "đặc khu": "dac_khu"}
    cursor.executemany(
        "INSERT INTO core_place (code, name, kind, level, parent_id, province_id, valid_from, source,"
        " latitude, longitude, area_km2)"
        " SELECT %s, %s, %s, 'commune', id, id, '2020-01-01', '', %s, %s, %s FROM core_place"
        " WHERE level = 'province' AND code = %s",
        [
            (
                row["code"],
                row["name"],
                kinds.get(row["kind"].lower(), "xa"),
                *(points[row["code"]][name] or None for name in ("lat", "lon", "area_km2")),
                row["province_code"],
            )
            for row in rows
        ],
    )
    cursor.execute(
        "INSERT INTO core_placelineage (place_id, successor_id, is_whole) SELECT id, id, TRUE FROM core_place"
    )


def _people(cursor) -> None:
    cursor.execute(
        """
        INSERT INTO core_user (password, username, display_name, position, email, phone, roles, is_active,
                               must_change_password, created_at)
        SELECT '!', 'ctv.' || id, 'CTV ' || name, '', '', '', ARRAY['collaborator'], TRUE, FALSE, now()
        FROM core_place WHERE level = 'commune' ORDER BY id
        """
    )
    cursor.execute(
        """
        INSERT INTO core_user (password, username, display_name, position, email, phone, roles, is_active,
                               must_change_password, created_at)
        VALUES ('!', 'chuyenvien', 'Chuyên viên', '', '', '', ARRAY['officer'], TRUE, FALSE, now()),
               ('!', 'quantri', 'Quản trị', '', '', '', ARRAY['administrator'], TRUE, FALSE, now())
        """
    )
    cursor.execute(
        """
        INSERT INTO collaborators_collaborator (title, user_id, main_job, phone, is_illustration)
        SELECT display_name, id, '', '', TRUE FROM core_user WHERE 'collaborator' = ANY(roles)
        """
    )
    cursor.execute(
        """
        INSERT INTO collaborators_assignment (collaborator_id, place_id, is_principal, valid_from, is_illustration)
        SELECT c.id, substr(u.username, 5)::bigint, TRUE, '2020-01-01', TRUE
        FROM collaborators_collaborator c JOIN core_user u ON u.id = c.user_id
        """
    )


def _form(cursor) -> None:
    from khuyencong.forms_as_data.definition import install_form
    from reports.form_v1 import FORM_CODE

    codes = [f"ct{number:02}" for number in range(1, INDICATORS + 1)]
    cursor.execute("SET session_replication_role = origin")
    install_form(
        {
            "code": FORM_CODE,
            "title": "Biểu đo",
            "number": 1,
            "valid_from": "2020-01-01",
            "parts": [
                {
                    "code": f"phan{part}",
                    "numeral": numeral,
                    "title": f"Phần {numeral}",
                    "kind": "figures",
                    "indicators": [
                        {"code": code, "label": f"Chỉ tiêu {code}", "unit": "người"}
                        for code in codes[part * 20 : part * 20 + 20]
                    ],
                }
                for part, numeral in enumerate(("I", "II"))
            ],
            "rules": [
                {
                    "code": f"q{number:02}",
                    "kind": "at_most",
                    "severity": "error",
                    "target": codes[number],
                    "operands": [codes[number + 10]],
                    "message": "Không lớn hơn.",
                }
                for number in range(10)
            ]
            + [
                {
                    "code": f"b{number:02}",
                    "kind": "change_limit",
                    "severity": "warning",
                    "target": codes[number],
                    "percent": 50,
                    "message": "Thay đổi nhiều.",
                }
                for number in range(20, 30)
            ],
        }
    )
    cursor.execute("SET session_replication_role = replica")


def _reports(cursor) -> None:
    cursor.execute(
        """
        INSERT INTO reports_reportperiod (scheme, year, number, starts_on, ends_on, opens_on, due_on, locks_on, form_version_id)
        SELECT 'report', y, q, s, e, s, e + 5, e + 20, (SELECT min(id) FROM forms_as_data_formversion)
        FROM generate_series(%s, %s) AS y, generate_series(1, 4) AS q,
        LATERAL (SELECT make_date(y, 3 * q - 2, 1) - 17 AS s, make_date(y, 3 * q, 14) AS e) AS d
        ORDER BY y, q
        """,
        [YEARS.start, YEARS.stop - 1],
    )
    # One more period, open now, for the submissions to be measured.
    cursor.execute(
        """
        INSERT INTO reports_reportperiod (scheme, year, number, starts_on, ends_on, opens_on, due_on, locks_on, form_version_id)
        SELECT 'report', 2099, 4, current_date - 30, current_date + 10, current_date - 30, current_date + 20,
               current_date + 60, (SELECT min(id) FROM forms_as_data_formversion)
        """
    )
    cursor.execute(
        """
        INSERT INTO reports_report (place_id, period_id, status, first_submitted_at, status_at, draft_revision,
                                    created_at, is_illustration)
        SELECT p.id, t.id, 'draft', t.ends_on + 1, t.ends_on + 2, 1, t.starts_on, TRUE
        FROM reports_reportperiod t CROSS JOIN core_place p
        WHERE p.level = 'commune' AND t.year < 2099
        ORDER BY t.id, p.id
        """
    )
    cursor.execute(
        """
        INSERT INTO reports_reportversion (report_id, number, form_version_id, submitted_by_id, submitted_at,
                                           author_ids, content_hash, warnings_kept)
        SELECT r.id, 1, t.form_version_id, c.user_id, r.first_submitted_at, ARRAY[c.user_id], repeat('0', 64), '[]'
        FROM reports_report r
        JOIN reports_reportperiod t ON t.id = r.period_id
        JOIN collaborators_assignment a ON a.place_id = r.place_id
        JOIN collaborators_collaborator c ON c.id = a.collaborator_id
        ORDER BY r.id
        """
    )
    cursor.execute(
        """
        UPDATE reports_report r SET status = 'accepted', latest_version_id = v.id, accepted_version_id = v.id
        FROM reports_reportversion v WHERE v.report_id = r.id
        """
    )
    cursor.execute(
        """
        INSERT INTO reports_versioncell (version_id, indicator_id, member, value, state, note)
        SELECT v.id, i.id, '', 20 + (v.id * 7 + i.id * 13) % 80 + 100 * (i."order" / 11), 'value', ''
        FROM reports_reportversion v CROSS JOIN forms_as_data_indicator i
        ORDER BY v.id, i.id
        """
    )

    cursor.execute(
        """
        INSERT INTO reports_acceptedcell (report_id, indicator_id, member, version_id, period_id, place_id,
                                          province_id, value, state)
        SELECT r.id, c.indicator_id, c.member, c.version_id, r.period_id, r.place_id, p.province_id, c.value, c.state
        FROM reports_report r
        JOIN core_place p ON p.id = r.place_id
        JOIN reports_versioncell c ON c.version_id = r.accepted_version_id
        ORDER BY c.indicator_id, r.period_id, r.place_id
        """
    )


def _establishments(cursor, size: Size) -> None:
    from facilities.catalogue import load_network_groups

    load_network_groups()
    # Indexes are built once over the whole table, several times faster than row by row.
    cursor.execute(
        """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE tablename = 'facilities_establishment' AND indexname NOT IN (
            SELECT conname FROM pg_constraint WHERE conrelid = 'facilities_establishment'::regclass)
        """
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    cursor.execute(
        """
        INSERT INTO facilities_establishment (name, legal_form, tax_code, representative, phone, place_id, address,
            network_group_id, main_products, founded_year, labour_total, labour_female, revenue_vnd, status,
            status_reason, note, source, source_url, is_illustration, registered_on, created_at, updated_at,
            household_licence_number, household_licence_issuer, craft_village, representative_position, email, website,
            contact_consent_means, fuel_use, markets, export_countries, latitude, longitude)
        SELECT
            (ARRAY['Cơ sở', 'Hộ kinh doanh', 'Công ty TNHH', 'Hợp tác xã', 'DNTN', 'Công ty CP'])[1 + n %% 6] || ' '
              || (ARRAY['Bánh tráng', 'Nước mắm', 'Cơ khí', 'Mộc', 'Gốm', 'Đan lát', 'Chả cá', 'Hồ tiêu', 'Ca cao', 'Đúc đồng',
                        'Rèn', 'Dệt chiếu'])[1 + (n * 5) %% 12] || ' '
              || (ARRAY['Hòa', 'Đức', 'Phước', 'Thịnh', 'Ánh', 'Ưng', 'Ngọc', 'Tân', 'Long', 'Bình', 'Sơn', 'Hải', 'Đông', 'Nghĩa',
                        'Thắng', 'Lợi', 'Yến'])[1 + (n * 11) %% 17] || ' ' || n,
            (ARRAY['household', 'household', 'limited_company', 'cooperative', 'private_enterprise',
                   'joint_stock_company'])[1 + n %% 6],
            CASE WHEN n %% 3 = 0 THEN lpad((1000000000 + n)::text, 10, '0') ELSE '' END,
            '', '', p.ids[at], '', 1 + n %% 5,
            (ARRAY['bánh tráng', 'nước mắm', 'cửa sắt', 'bàn ghế', 'gốm sứ', 'chiếu cói'])[1 + (n * 3) %% 6],
            1980 + n %% 45, n %% 60, (n %% 60) / 3, (n %% 1000) * 1000000::bigint,
            (ARRAY['active', 'active', 'active', 'active', 'active', 'active', 'active', 'active', 'paused', 'stopped'])[1 + (n / 7) %% 10],
            '', '', 'entry', '', TRUE, '2022-01-01'::date + n %% 1500, now(), now(),
            '', '', '', '', '', '', '', '', '{}', '',
            -- One in thirty has no point; the others lie around the middle of their commune.
            CASE WHEN n %% 30 > 0 THEN round((p.points[at][1] + p.points[at][3] * ((n * 7) %% 1000 - 500))::numeric, 6) END,
            CASE WHEN n %% 30 > 0 THEN round((p.points[at][2] + p.points[at][3] * ((n * 13) %% 997 - 498))::numeric, 6) END
        FROM generate_series(1, %s) AS n,
             (SELECT array_agg(id ORDER BY id) AS ids,
                     array_agg(ARRAY[latitude, longitude, sqrt(coalesce(area_km2, 10)) / 111000]::float[] ORDER BY id) AS points
              FROM core_place WHERE level = 'commune') AS p,
             LATERAL (SELECT (1 + (n::bigint * 7919) %% array_length(p.ids, 1))::int AS at) AS x
        """,
        [size.establishments],
    )
    cursor.execute("SET maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        cursor.execute(definition)


def _reset_sequences(cursor) -> None:
    cursor.execute(
        """
        SELECT format('SELECT setval(%L, COALESCE((SELECT max(id) FROM %I), 1))',
                      pg_get_serial_sequence(quote_ident(table_name), 'id'), table_name)
        FROM information_schema.columns
        WHERE column_name = 'id' AND table_schema = 'public' AND is_identity = 'YES'
        """
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
