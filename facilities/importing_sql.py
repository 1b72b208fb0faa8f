"""The statements behind `facilities.importing`: every row of an import at once.

`imports_importrow` r is staged, `facilities_establishment` e is the book. Parameters: job, own
(ids of the places a collaborator may write in, or NULL), everywhere (true for the Centre).
"""

from facilities.enums import LegalForm
from facilities.models import Establishment

# Field of a row → column of the book and its type.
FIELDS = (
    ("name", "name", "text"),
    ("legal_form", "legal_form", "text"),
    ("tax_code", "tax_code", "text"),
    ("representative", "representative", "text"),
    ("phone", "phone", "text"),
    ("place", "place_id", "bigint"),
    ("address", "address", "text"),
    ("network_group", "network_group_id", "bigint"),
    ("industry", "industry_id", "bigint"),
    ("main_products", "main_products", "text"),
    ("founded_year", "founded_year", "integer"),
    ("labour_total", "labour_total", "integer"),
    ("labour_female", "labour_female", "integer"),
    ("revenue_vnd", "revenue_vnd", "bigint"),
    ("representative_position", "representative_position", "text"),
    ("email", "email", "text"),
    ("website", "website", "text"),
    ("contact_consent_on", "contact_consent_on", "date"),
    ("contact_consent_means", "contact_consent_means", "text"),
    ("household_licence_number", "household_licence_number", "text"),
    ("household_licence_on", "household_licence_on", "date"),
    ("household_licence_issuer", "household_licence_issuer", "text"),
    ("craft_village", "craft_village", "text"),
    ("latitude", "latitude", "numeric"),
    ("longitude", "longitude", "numeric"),
    ("labour_seasonal", "labour_seasonal", "integer"),
    ("capital_vnd", "capital_vnd", "bigint"),
    ("assets_vnd", "assets_vnd", "bigint"),
    ("electricity_kwh", "electricity_kwh", "integer"),
    ("fuel_use", "fuel_use", "text"),
    ("markets", "markets", "varchar(10)[]"),
    ("export_countries", "export_countries", "text"),
    ("note", "note", "text"),
)
EXPORT_SENTENCE = "Đã ghi nước xuất khẩu thì thị trường phải có “Xuất khẩu”."


def _said(value: str, kind: str) -> str:
    """A JSON value as a value of the column's type."""
    if kind.endswith("[]"):
        return f"ARRAY(SELECT jsonb_array_elements_text({value}))::{kind}"
    return f"({value}#>>'{{}}')::{kind}"


def _stated(name: str, kind: str) -> str:
    """What a row says of a field."""
    return _said(f"r.data->'{name}'", kind)


def _written(name: str, kind: str, which: int) -> str:
    """What a changed field was (0) or becomes (1)."""
    return _said(f"r.changes->'{name}'->{which}", kind)


CANDIDATE_TABLE = """
CREATE TEMP TABLE kc_candidate_name (establishment_id bigint, place_id bigint, name text) ON COMMIT DROP;
CREATE TEMP TABLE kc_candidate_key (establishment_id bigint, bare text, folded text) ON COMMIT DROP;
CREATE TEMP TABLE kc_wanted ON COMMIT DROP AS
    SELECT DISTINCT (data->>'place')::bigint AS unit FROM imports_importrow
    WHERE job_id = %(job)s AND state <> 'wrong';
ANALYZE kc_wanted;
"""
# The book's establishments of the communes in the sheet, and of the units these came from. The units
# stand in a counted table: guessed at, they look so many that the whole book would be read.
CANDIDATES_OF_JOB = """
WITH line AS MATERIALIZED (
    SELECT unit, unit AS place_id FROM kc_wanted
    UNION SELECT l.successor_id, l.place_id FROM core_placelineage l JOIN kc_wanted ON unit = l.successor_id
)
INSERT INTO kc_candidate_name
SELECT e.id, line.unit, e.name FROM line CROSS JOIN LATERAL (
    SELECT id, name FROM facilities_establishment WHERE place_id = line.place_id AND status <> 'merged' OFFSET 0
) e
"""
CANDIDATE_NAMES = """
SELECT DISTINCT establishment_id, name FROM kc_candidate_name WHERE establishment_id > %s
ORDER BY establishment_id LIMIT 5000
"""
CANDIDATES_KEYED = """
CREATE TEMP TABLE kc_candidate ON COMMIT DROP AS
SELECT n.establishment_id, n.place_id, k.bare, k.folded
FROM kc_candidate_name n JOIN kc_candidate_key k USING (establishment_id);
DROP TABLE kc_candidate_name, kc_candidate_key, kc_wanted;
CREATE INDEX ON kc_candidate (place_id, bare);
ANALYZE kc_candidate;
"""

_WRONG = "state = 'wrong', errors = r.errors || jsonb_build_object({field}, {sentence}::text)"

SAME_TAX_CODE_IN_FILE = f"""
UPDATE imports_importrow r SET {_WRONG.format(field="'tax_code'", sentence="'Mã số thuế này đã có ở dòng ' || d.first || ' của bảng.'")}
FROM (
    SELECT id, number, min(number) OVER (PARTITION BY data->>'tax_code') AS first
    FROM imports_importrow WHERE job_id = %(job)s AND data ? 'tax_code'
) d WHERE d.id = r.id AND d.number <> d.first
"""
# Whole as the index that makes a tax code unique has it, or the whole book would be read.
BY_TAX_CODE = """
UPDATE imports_importrow r SET target_id = e.id
FROM facilities_establishment e
WHERE r.job_id = %(job)s AND r.state = 'new' AND r.data ? 'tax_code' AND e.tax_code = r.data->>'tax_code'
  AND e.tax_code <> '' AND e.status <> 'merged'
"""
BY_TAX_CODE_MERGED = """
UPDATE imports_importrow r SET target_id = e.id
FROM facilities_establishment e
WHERE r.job_id = %(job)s AND r.state = 'new' AND r.target_id IS NULL AND r.data ? 'tax_code'
  AND e.tax_code = r.data->>'tax_code' AND e.status = 'merged'
"""
TARGET_MERGED = f"""
UPDATE imports_importrow r SET target_id = NULL, {_WRONG.format(field="'tax_code'", sentence="'Mã số thuế này thuộc một hồ sơ đã gộp vào cơ sở khác; anh/chị sửa ở trang của cơ sở đó.'")}
FROM facilities_establishment e
WHERE r.job_id = %(job)s AND r.state = 'new' AND e.id = r.target_id AND e.status = 'merged'
  AND (%(everywhere)s OR e.place_id = ANY(%(own)s::bigint[]))
"""
# Full name and commune are the same, nothing contradicts it, and there is only one.
BY_NAME = """
UPDATE imports_importrow r SET target_id = f.establishment_id
FROM (
    SELECT s.id, min(c.establishment_id) AS establishment_id
    FROM imports_importrow s
    JOIN kc_candidate c ON c.place_id = (s.data->>'place')::bigint AND c.bare = s.data->>'_bare'
    WHERE s.job_id = %(job)s AND s.state = 'new' AND s.target_id IS NULL
    GROUP BY s.id HAVING count(*) = 1
) f
JOIN kc_candidate c ON c.establishment_id = f.establishment_id
JOIN facilities_establishment e ON e.id = f.establishment_id
WHERE r.id = f.id AND c.folded = r.data->>'_fold'
  AND (e.tax_code = '' OR NOT r.data ? 'tax_code')
  AND (e.phone = '' OR NOT r.data ? 'phone' OR e.phone = r.data->>'phone')
  AND (%(everywhere)s OR e.place_id = ANY(%(own)s::bigint[]))
"""
# The rule of `possible_duplicates`: the same bare name in the commune, or the same telephone.
DOUBTFUL = """
UPDATE imports_importrow r SET state = 'doubtful', candidates = f.ids, note = 'Có thể đã có trong sổ.'
FROM (
    SELECT alike.id, to_jsonb((array_agg(alike.establishment_id ORDER BY alike.establishment_id))[1:10]) AS ids
    FROM (
        SELECT s.id, c.establishment_id FROM imports_importrow s
        JOIN kc_candidate c ON c.place_id = (s.data->>'place')::bigint AND c.bare = s.data->>'_bare'
        WHERE s.job_id = %(job)s AND s.state = 'new' AND s.target_id IS NULL AND s.data->>'_bare' <> ''
        UNION
        SELECT s.id, e.id FROM imports_importrow s
        JOIN facilities_establishment e ON e.phone = s.data->>'phone' AND e.phone <> '' AND e.status <> 'merged'
        WHERE s.job_id = %(job)s AND s.state = 'new' AND s.target_id IS NULL
    ) alike
    JOIN facilities_establishment e ON e.id = alike.establishment_id
        AND (%(everywhere)s OR e.place_id = ANY(%(own)s::bigint[]))
    GROUP BY alike.id
) f WHERE f.id = r.id
"""
SAME_TARGET = f"""
UPDATE imports_importrow r SET {_WRONG.format(field="'name'", sentence="'Cùng nói về một cơ sở với dòng ' || d.first || ' của bảng.'")}
FROM (
    SELECT id, number, min(number) OVER (PARTITION BY target_id) AS first
    FROM imports_importrow WHERE job_id = %(job)s AND state = 'new' AND target_id IS NOT NULL
) d WHERE d.id = r.id AND d.number <> d.first
"""
ALIKE_IN_FILE = """
UPDATE imports_importrow r SET state = 'doubtful', note = 'Giống dòng ' || d.first || ' của bảng.'
FROM (
    SELECT id, number, min(number) OVER (PARTITION BY data->>'place', data->>'_bare') AS first
    FROM imports_importrow
    WHERE job_id = %(job)s AND state = 'new' AND target_id IS NULL AND data->>'_bare' <> ''
) d WHERE d.id = r.id AND d.number <> d.first
"""
COMPARE = (
    SAME_TAX_CODE_IN_FILE,
    BY_TAX_CODE,
    BY_TAX_CODE_MERGED,
    TARGET_MERGED,
    BY_NAME,
    DOUBTFUL,
    SAME_TARGET,
    ALIKE_IN_FILE,
)
# A tax code of an establishment that the person may not see.
TAKEN = f"""
UPDATE imports_importrow r SET target_id = NULL, {_WRONG.format(field="'tax_code'", sentence="replace(%(sentence)s, '?', r.data->>'tax_code')")}
FROM facilities_establishment e
WHERE r.job_id = %(job)s AND r.state = 'new' AND e.id = r.target_id
  AND NOT (%(everywhere)s OR e.place_id = ANY(%(own)s::bigint[]))
"""


def _differs(name: str, column: str, kind: str) -> str:
    """Whether a row says something else of a field than the book."""
    if name == "name":  # in capitals or not is no news
        return "r.data ? 'name' AND lower(r.data->>'name') <> lower(e.name)"
    if name == "place":  # the unit that its own unit has become is no news either
        return (
            "(r.data->>'place')::bigint <> e.place_id AND NOT EXISTS (SELECT 1 FROM core_placelineage l"
            " WHERE l.place_id = e.place_id AND l.successor_id = (r.data->>'place')::bigint AND l.is_whole)"
        )
    if kind.endswith("[]"):  # in whatever order
        said = _stated(name, kind)
        return f"r.data ? '{name}' AND NOT ({said} <@ e.{column} AND {said} @> e.{column})"
    return f"r.data ? '{name}' AND (r.data->>'{name}')::{kind} IS DISTINCT FROM e.{column}"


_DIFFERENCES = " || ".join(
    f"CASE WHEN {_differs(name, column, kind)} THEN"
    f" jsonb_build_object('{name}', jsonb_build_array(e.{column}, r.data->'{name}')) ELSE '{{}}' END"
    for name, column, kind in FIELDS
)
CHANGES = f"""
UPDATE imports_importrow r SET changes = {_DIFFERENCES}, target_seen_at = e.updated_at,
    note = CASE WHEN r.data->>'status' <> e.status
        THEN 'Tình trạng trong sổ khác bảng; đổi tình trạng ở trang của cơ sở, vì cần ngày và lý do.' ELSE '' END
FROM facilities_establishment e
WHERE r.job_id = %(job)s AND e.id = r.target_id AND r.state <> 'wrong'
"""
_STILL = "r.job_id = %(job)s AND r.state <> 'wrong' AND e.id = r.target_id AND "
_MARKETS = "varchar(10)[]"
# What is wrong only together with the book: the field, the sentence, and when.
_BOOK_FAULTS = (
    (
        "labour_female",
        "Cùng với số liệu trong sổ thì lao động nữ nhiều hơn tổng số lao động.",
        """
        r.changes ?| ARRAY['labour_total', 'labour_female']
        AND COALESCE((r.data->>'labour_female')::bigint, e.labour_female)
            > COALESCE((r.data->>'labour_total')::bigint, e.labour_total, 0)
        """,
    ),
    (
        "contact_consent_on",
        "Cơ sở đã rút lại đồng ý sau ngày này; muốn ghi đồng ý mới, anh/chị sửa ở trang của cơ sở.",
        """
        r.changes ? 'contact_consent_on'
        AND e.contact_consent_withdrawn_on IS NOT NULL
        """,
    ),
    (
        "markets",
        EXPORT_SENTENCE,
        f"""
        r.changes ?| ARRAY['markets', 'export_countries']
        AND COALESCE(r.data->>'export_countries', e.export_countries) <> ''
        AND NOT CASE WHEN r.data ? 'markets' THEN {_stated("markets", _MARKETS)} ELSE e.markets END
            @> ARRAY['export']::{_MARKETS}
        """,
    ),
)
BOOK_FAULTS = tuple(
    "UPDATE imports_importrow r SET "
    + _WRONG.format(field=f"'{field}'", sentence=f"'{sentence}'")
    + f" FROM facilities_establishment e WHERE {_STILL} {when}"
    for field, sentence, when in _BOOK_FAULTS
)
STATES = (
    *BOOK_FAULTS,
    """
    UPDATE imports_importrow r SET state = CASE WHEN changes = '{}' THEN 'unchanged' ELSE 'changed' END
    WHERE r.job_id = %(job)s AND r.state = 'new' AND r.target_id IS NOT NULL
    """,
)

_TO_CHANGE = "r.job_id = %(job)s AND r.target_id IS NOT NULL AND (r.state = 'changed' OR r.decision = 'same')"
_TO_ADD = (
    "r.job_id = %(job)s AND (r.state = 'new' OR (r.state = 'doubtful' AND r.decision = 'new'))"
)
LOCK_TARGETS = f"""
SELECT count(*) FROM (SELECT e.id FROM facilities_establishment e JOIN imports_importrow r ON r.target_id = e.id
WHERE {_TO_CHANGE} ORDER BY e.id FOR UPDATE OF e) locked
"""
# What a person calls the same keeps the name that the book has.
CHANGES_DECIDED = (
    CHANGES.replace(f"SET changes = {_DIFFERENCES},", f"SET changes = ({_DIFFERENCES}) - 'name',")
    + " AND r.decision = 'same'"
)
TWICE = f"""
SELECT string_agg(r.number::text, ', ' ORDER BY r.number) FROM imports_importrow r
WHERE {_TO_CHANGE} GROUP BY r.target_id HAVING count(*) > 1 LIMIT 1
"""
BOOK_FAULTS_DECIDED = tuple(
    (
        f"SELECT min(r.number) FROM imports_importrow r, facilities_establishment e WHERE {_STILL} {when}",
        sentence,
    )
    for _, sentence, when in _BOOK_FAULTS
)
MOVED_ON = f"""
SELECT count(*) FROM imports_importrow r JOIN facilities_establishment e ON e.id = r.target_id
WHERE {_TO_CHANGE} AND e.updated_at IS DISTINCT FROM r.target_seen_at
"""
NOT_ALLOWED_NOW = f"""
SELECT count(*) FROM imports_importrow r LEFT JOIN facilities_establishment e ON e.id = r.target_id
WHERE (({_TO_CHANGE}) OR ({_TO_ADD})) AND NOT %(everywhere)s
  AND NOT ((r.data->>'place')::bigint = ANY(%(own)s::bigint[])
      AND (e.id IS NULL OR e.place_id = ANY(%(own)s::bigint[])))
"""
NUMBER_NEW = f"""
UPDATE imports_importrow r SET result_id = nextval(pg_get_serial_sequence('facilities_establishment', 'id'))
WHERE {_TO_ADD}
"""
_NULLABLE = {field.column for field in Establishment._meta.concrete_fields if field.null}
_STATED = {
    column: f"(r.data->>'{name}')::{kind}"
    if column in _NULLABLE
    else f"CASE WHEN r.data ? '{name}' THEN {_stated(name, kind)}"
    f" ELSE %(default_{column})s::{kind} END"
    for name, column, kind in FIELDS
} | {
    "status": "COALESCE(r.data->>'status', %(default_status)s)",
    "id": "r.result_id",
    "source": "%(source)s",
    "registered_on": "%(today)s",
    "created_by_id": "%(user)s",
    "created_at": "%(at)s",
    "updated_at": "%(at)s",
}


def insert_new(connection) -> tuple[str, dict]:
    """The insert of the new rows of a stretch of the sheet (`from`, `to`: numbers of rows), and the
    defaults of what a sheet does not say."""
    defaults, columns = {}, {}
    for field in Establishment._meta.concrete_fields:
        if field.generated:
            continue
        columns[field.column] = _STATED.get(field.column, f"%(default_{field.column})s")
        if field.column not in ("id", "created_at", "updated_at"):
            defaults[f"default_{field.column}"] = field.get_db_prep_save(
                field.get_default(), connection
            )
    defaults["default_legal_form"] = LegalForm.UNKNOWN.value
    names = ", ".join(f'"{column}"' for column in columns)
    sql = (
        f"INSERT INTO facilities_establishment ({names}) SELECT {', '.join(columns.values())}"
        f" FROM imports_importrow r WHERE {_TO_ADD} AND r.number BETWEEN %(from)s AND %(to)s ORDER BY r.number"
    )
    return sql, defaults


UPDATE_CHANGED = f"""
UPDATE facilities_establishment e SET updated_at = %(at)s, {
    ", ".join(
        f"{column} = CASE WHEN r.changes ? '{name}' THEN {_written(name, kind, 1)} ELSE e.{column} END"
        for name, column, kind in FIELDS
    )
}
FROM imports_importrow r WHERE e.id = r.target_id AND r.changes <> '{{}}' AND {_TO_CHANGE}
"""
MARK_CHANGED = f"""
UPDATE imports_importrow r SET result_id = r.target_id WHERE r.changes <> '{{}}' AND {_TO_CHANGE}
"""
COUNT_REST = """
SELECT count(*) FILTER (WHERE state = 'unchanged' OR (decision = 'same' AND changes = '{}')),
       count(*) FILTER (WHERE state = 'doubtful' AND decision = 'skip'),
       count(*) FILTER (WHERE state = 'wrong' OR (state = 'doubtful' AND decision = ''))
FROM imports_importrow WHERE job_id = %(job)s
"""

# What an import wrote, in a counted table of this transaction with what stands in the way of taking it
# back: `keep` is empty, 'changed' or 'used'. Joined through the rows as they lie, each record would
# be looked for among all rows of the import.
RESULTS = """
CREATE TEMP TABLE kc_result ON COMMIT DROP AS
SELECT result_id AS id, id AS row_id, number, target_id IS NULL AS is_new, ''::text AS keep
FROM imports_importrow WHERE job_id = %(job)s AND result_id IS NOT NULL;
CREATE UNIQUE INDEX ON kc_result (id);
ANALYZE kc_result;
"""
LOCK_RESULTS = """
SELECT count(*) FROM (SELECT e.id FROM facilities_establishment e JOIN kc_result w ON w.id = e.id
ORDER BY e.id FOR UPDATE OF e) locked
"""
KEEP_CHANGED = """
UPDATE kc_result w SET keep = 'changed' FROM facilities_establishment e
WHERE e.id = w.id AND e.updated_at <> %(at)s
"""
KEPT = """
SELECT w.number, e.name, w.keep, e.updated_at FROM kc_result w JOIN facilities_establishment e ON e.id = w.id
WHERE w.keep <> '' ORDER BY w.number
"""
# A pair that the nightly search noted and nobody has decided is no reason to keep a record.
FORGET_OPEN_PAIRS = """
DELETE FROM facilities_duplicatecandidate d USING kc_result w
WHERE w.is_new AND w.keep = '' AND w.id IN (d.first_id, d.second_id) AND d.state = 'open'
"""
UNDO_CHANGED = f"""
UPDATE facilities_establishment e SET updated_at = %(now)s, {
    ", ".join(
        f"{column} = CASE WHEN r.changes ? '{name}' THEN {_written(name, kind, 0)} ELSE e.{column} END"
        for name, column, kind in FIELDS
    )
}
FROM kc_result w JOIN imports_importrow r ON r.id = w.row_id
WHERE e.id = w.id AND NOT w.is_new AND w.keep = ''
"""
UNDO_NEW = """
DELETE FROM facilities_establishment e USING kc_result w WHERE e.id = w.id AND w.is_new AND w.keep = ''
"""


def keep_used_by(table: str, column: str, only: str = "TRUE") -> str:
    """Marks the new establishments that a table points to (`only` those of its rows)."""
    return (
        f"UPDATE kc_result w SET keep = 'used' WHERE w.is_new AND w.keep = ''"
        f' AND EXISTS (SELECT 1 FROM "{table}" t WHERE t."{column}" = w.id AND {only})'
    )
