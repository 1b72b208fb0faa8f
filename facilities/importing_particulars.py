"""Rows of their own that an import adds to a record: products, certificates, machines, figures of a
year, support needs.

An import only adds what the record does not have; it never changes or removes such a row. What it
added is kept in `ImportRow.made`, so that its undo takes away just that, unless somebody has worked
on it since.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.models import Model

from facilities.enums import CertificateKind, ChangeSource
from facilities.importing_columns import PARTICULARS
from facilities.models import Certificate, Machine, Product, SupportNeed, YearFigure
from khuyencong.core.numbers import format_scaled
from khuyencong.imports.models import ImportJob


@dataclass(frozen=True)
class Kind:
    """How rows of a kind are told from those the record has (`same`, of x the row said and t the
    row there) and written (`said`: column → what it is of x)."""

    model: type[Model]
    same: str
    said: dict[str, str]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def event_table(self) -> str:
        """Where the history of such rows stands."""
        return apps.get_model(
            self.model._meta.app_label, f"{self.model.__name__}Event"
        )._meta.db_table


_NEED = "COALESCE(NULLIF(x->>'what', ''), (SELECT k.label FROM facilities_needkind k WHERE k.id = (x->>'kind')::bigint))"
KINDS = {
    "products": Kind(
        Product,
        "lower(t.name) = lower(x->>'name')",
        {
            "name": "x->>'name'",
            "capacity_value": "(x->>'capacity_value')::numeric",
            "capacity_unit": "x->>'capacity_unit'",
        },
    ),
    "certificates": Kind(
        Certificate,
        "t.kind = x->>'kind' AND t.stars IS NOT DISTINCT FROM (x->>'stars')::smallint"
        " AND (x->>'name' = '' OR lower(t.name) = lower(x->>'name'))",
        {"kind": "x->>'kind'", "name": "x->>'name'", "stars": "(x->>'stars')::smallint"},
    ),
    "machines": Kind(
        Machine,
        "lower(t.name) = lower(x->>'name')",
        {
            "name": "x->>'name'",
            "maker": "x->>'maker'",
            "quantity": "(x->>'quantity')::integer",
            "year_made": "(x->>'year_made')::smallint",
        },
    ),
    "figures": Kind(
        YearFigure,
        "t.year = (x->>'year')::smallint",
        {
            "year": "(x->>'year')::smallint",
            "revenue_vnd": "(x->>'revenue_vnd')::bigint",
            "labour": "(x->>'labour')::integer",
            "electricity_kwh": "(x->>'electricity_kwh')::integer",
            "output_text": "x->>'output_text'",
            "output_value": "(x->>'output_value')::numeric",
            "output_unit": "x->>'output_unit'",
        },
    ),
    "needs": Kind(
        SupportNeed,
        "t.kind_id = (x->>'kind')::bigint AND t.state = 'open' AND"
        " t.wished_year IS NOT DISTINCT FROM (x->>'wished_year')::smallint"
        f" AND lower(t.what) = lower({_NEED})",
        {
            "kind_id": "(x->>'kind')::bigint",
            "what": _NEED,
            "wished_year": "(x->>'wished_year')::smallint",
            "estimated_vnd": "(x->>'estimated_vnd')::bigint",
            "source": f"'{ChangeSource.IMPORT.value}'",
            "created_at": "%(at)s",
        },
    ),
}


def _in_use(job: ImportJob) -> list[str]:
    """The kinds that a column of the sheet says something of."""
    matched = set(job.matching.values())
    return [key for key, columns in PARTICULARS.items() if matched.intersection(columns)]


def compare(cursor, job: ImportJob, *, decided: bool = False) -> None:
    """Note in the changes of each row what its record does not have; with `decided` only for the rows
    that a person said are the book's."""
    which = "s.decision = 'same'" if decided else "s.state <> 'wrong'"
    for key in _in_use(job):
        kind = KINDS[key]
        cursor.execute(
            f"""
            UPDATE imports_importrow r
            SET changes = r.changes || jsonb_build_object('{key}', jsonb_build_array(NULL, m.missing))
            FROM (
                SELECT s.id, jsonb_agg(x) AS missing
                FROM imports_importrow s CROSS JOIN LATERAL jsonb_array_elements(s.data->'{key}') x
                WHERE s.job_id = %(job)s AND s.target_id IS NOT NULL AND {which}
                  AND NOT EXISTS (SELECT 1 FROM {kind.table} t WHERE t.establishment_id = s.target_id AND {kind.same})
                GROUP BY s.id
            ) m WHERE m.id = r.id
            """,
            {"job": job.pk},
        )


@cache
def _insert(key: str) -> tuple[str, dict]:
    """The insert of all rows of a kind, and the defaults of what a sheet does not say."""
    kind, columns, defaults = KINDS[key], {}, {}
    for field in kind.model._meta.concrete_fields:
        if field.primary_key or field.generated:
            continue
        if field.column not in kind.said:
            defaults[f"default_{field.column}"] = field.get_db_prep_save(
                field.get_default(), connection
            )
        columns[field.column] = kind.said.get(field.column, f"%(default_{field.column})s")
    columns["establishment_id"] = "r.result_id"
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f"""
        WITH made AS (
            INSERT INTO {kind.table} ({names}) SELECT {", ".join(columns.values())}
            FROM imports_importrow r CROSS JOIN LATERAL jsonb_array_elements(
                CASE WHEN r.target_id IS NULL THEN r.data->'{key}' ELSE r.changes->'{key}'->1 END) x
            WHERE r.job_id = %(job)s AND r.result_id IS NOT NULL
            RETURNING id, establishment_id
        ), together AS (
            SELECT establishment_id, jsonb_agg(id) AS ids FROM made GROUP BY establishment_id
        )
        UPDATE imports_importrow r SET made = r.made || jsonb_build_object('{key}', together.ids)
        FROM together WHERE r.job_id = %(job)s AND r.result_id = together.establishment_id
        """,
        defaults,
    )


def add(cursor, job: ImportJob, at) -> None:
    """Write the rows that belong to the records an import has written."""
    for key in _in_use(job):
        sql, defaults = _insert(key)
        cursor.execute(sql, {**defaults, "job": job.pk, "at": at})


_MADE = """
CREATE TEMP TABLE kc_made ON COMMIT DROP AS
SELECT r.result_id AS establishment_id, made.key, made_id::bigint AS id
FROM imports_importrow r CROSS JOIN LATERAL jsonb_each(r.made) made
    CROSS JOIN LATERAL jsonb_array_elements_text(made.value) made_id
WHERE r.job_id = %(job)s;
CREATE INDEX ON kc_made (key, id);
CREATE INDEX ON kc_made (establishment_id);
ANALYZE kc_made;
"""


def keep_used(cursor, job: ImportJob) -> None:
    """Mark the records whose added rows somebody has changed, removed or built on since."""
    cursor.execute(_MADE, {"job": job.pk})
    for key in _in_use(job):
        kind = KINDS[key]
        worked_on = [(kind.event_table, "pgh_obj_id", "t.pgh_label <> 'insert'")]
        worked_on += [
            (relation.related_model._meta.db_table, relation.field.column, "TRUE")
            for relation in kind.model._meta.related_objects
            if getattr(relation.field, "db_constraint", True)
        ]
        for table, column, only in worked_on:
            cursor.execute(
                f"""
                UPDATE kc_result w SET keep = 'used' WHERE w.keep = '' AND EXISTS (
                    SELECT 1 FROM kc_made m JOIN "{table}" t ON t."{column}" = m.id AND {only}
                    WHERE m.key = '{key}' AND m.establishment_id = w.id)
                """
            )


def not_made(model: type[Model]) -> str:
    """Which rows t of a model the import did not make itself, in SQL."""
    for key, kind in KINDS.items():
        if kind.model is model:
            return f"NOT EXISTS (SELECT 1 FROM kc_made m WHERE m.key = '{key}' AND m.id = t.id)"
    return "TRUE"


def remove(cursor) -> None:
    """Take away what the import added to the records that are taken back."""
    for key, kind in KINDS.items():
        cursor.execute(
            f"""
            DELETE FROM {kind.table} t USING kc_made m JOIN kc_result w ON w.id = m.establishment_id
            WHERE m.key = '{key}' AND t.id = m.id AND w.keep = ''
            """
        )


def words(key: str, rows: list[dict], need_kinds: dict) -> str:
    """Rows of a kind as people read them; empty for none."""
    return "; ".join(_word(key, row, need_kinds) for row in rows)


def _word(key: str, row: dict, need_kinds: dict) -> str:
    if key == "certificates":
        if row["stars"]:
            return f"OCOP {row['stars']} sao"
        return row["name"] or CertificateKind(row["kind"]).label
    if key == "machines":
        more = [f"{row['quantity']} cái"] if row["quantity"] > 1 else []
        more += [str(row[name]) for name in ("year_made", "maker") if row[name]]
        return f"{row['name']} ({', '.join(more)})" if more else row["name"]
    if key == "products":
        amount = _amount(row["capacity_value"], row["capacity_unit"])
        return f"{row['name']} ({amount})" if amount else row["name"]
    if key == "needs":
        year = f" (năm {row['wished_year']})" if row["wished_year"] else ""
        return f"{row['what'] or need_kinds.get(row['kind'], '')}{year}"
    said = [
        f"{label} {format_scaled(row[name])}"
        for name, label in (
            ("revenue_vnd", "doanh thu"),
            ("labour", "lao động"),
            ("electricity_kwh", "điện"),
        )
        if row[name] is not None
    ]
    output = row["output_text"] or _amount(row["output_value"], row["output_unit"])
    return f"năm {row['year']}: " + ", ".join([*said, *([f"sản lượng {output}"] if output else [])])


def _amount(value: str | None, unit: str) -> str:
    if value is None:
        return ""
    whole, _, decimals = value.partition(".")
    decimals = decimals.rstrip("0")
    return f"{format_scaled(int(whole))}{',' if decimals else ''}{decimals} {unit}"
