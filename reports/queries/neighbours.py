"""What the neighbours report: the middle figure of the communes around, to hold a report against."""

from dataclasses import dataclass

from django.db import connection

from khuyencong.forms_as_data.structure import FormStructure, cell_key

# Neighbours are what lay in the same district of the old map; a place without such a history has
# those under the same parent today. Few enough to be alike, and known to everybody.
_SQL = """
WITH districts AS (
    SELECT DISTINCT old.parent_id
    FROM core_placelineage l JOIN core_place old ON old.id = l.place_id
    WHERE l.successor_id = %(place)s AND old.id <> %(place)s AND old.parent_id IS NOT NULL
), parents AS (
    SELECT parent_id FROM districts
    UNION SELECT parent_id FROM core_place WHERE id = %(place)s AND NOT EXISTS (TABLE districts)
), near AS (
    SELECT coalesce(r.accepted_version_id, r.latest_version_id) AS version_id
    FROM reports_report r JOIN core_place p ON p.id = r.place_id
    WHERE r.period_id = %(period)s AND r.place_id <> %(place)s AND r.latest_version_id IS NOT NULL
      AND (p.parent_id IN (TABLE parents) OR EXISTS (
          SELECT 1 FROM core_placelineage l JOIN core_place old ON old.id = l.place_id
          WHERE l.successor_id = r.place_id AND old.parent_id IN (TABLE parents)))
)
SELECT i.code, c.member, i.decimals, percentile_disc(0.5) WITHIN GROUP (ORDER BY c.value), count(*)
FROM near JOIN reports_versioncell c ON c.version_id = near.version_id AND c.state = 'value'
JOIN forms_as_data_indicator i ON i.id = c.indicator_id
GROUP BY i.code, c.member, i.decimals
"""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The median of the neighbours' figures (10^-decimals units) and how many reported it."""

    median: int
    places: int


def neighbour_figures(
    place_id: int, period_id: int, structure: FormStructure
) -> dict[str, Neighbours]:
    """By cell key, what the neighbours reported for the period; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"place": place_id, "period": period_id})
        rows = cursor.fetchall()
    found = {}
    for code, member, decimals, median, places in rows:
        cell = structure.cells.get(cell_key(code, member))
        if cell is not None and cell.indicator.decimals == decimals:
            found[cell.key] = Neighbours(int(median), places)
    return found
