"""Proof that the cells laid out for totals are exactly those of the accepted versions."""

from django.db import connection

_DIFFERENCES = """
WITH source AS (
    SELECT r.id AS report_id, c.indicator_id, c.member, c.version_id, r.period_id, r.place_id,
        COALESCE(p.province_id, p.id) AS province_id, c.value, c.state
    FROM reports_report r
    JOIN core_place p ON p.id = r.place_id
    JOIN reports_versioncell c ON c.version_id = r.accepted_version_id
), laid_out AS (
    SELECT report_id, indicator_id, member, version_id, period_id, place_id, province_id, value, state
    FROM reports_acceptedcell
)
SELECT 'missing' AS what, missing.* FROM (TABLE source EXCEPT TABLE laid_out) AS missing
UNION ALL
SELECT 'surplus', surplus.* FROM (TABLE laid_out EXCEPT TABLE source) AS surplus
ORDER BY report_id, indicator_id, member
LIMIT %s
"""


def accepted_cell_differences(limit: int = 100) -> list[tuple]:
    """Rows that differ (`missing` or `surplus`, then the cell); empty when every total is right."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, [limit])
        return cursor.fetchall()
