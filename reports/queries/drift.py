"""Where the records say something else now than a submitted report did."""

from dataclasses import dataclass

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.structure import structure_of
from reports.models import Report, ReportVersion
from reports.prefill import source_address, source_words, sourced_figures
from reports.queries.versions import CellFigure, cells_of_version


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure, as reported and as the records count it now, with the way to these records."""

    key: str
    label: str
    unit: str
    reported: str
    now: str
    words: str
    url: str
    reason: str


def drift_of(
    report: Report, version: ReportVersion, cells: dict[str, CellFigure] | None = None
) -> list[Drift]:
    """The cells of a version that differ from their records today, in the order of the form.

    The records are counted as of the end of the period, so what changed afterwards is no drift, and
    what was entered or corrected late is.
    """
    structure = structure_of(version.form_version_id)
    cells = cells_of_version(version) if cells is None else cells
    found = []
    for key, now in sourced_figures(report.period, report.place_id, structure).all.items():
        figure, cell = cells.get(key), structure.cells[key]
        if figure is None or figure.value is None or figure.value == now:
            continue
        found.append(
            Drift(
                key=key,
                label=cell.label,
                unit=cell.indicator.unit,
                reported=format_scaled(figure.value, cell.indicator.decimals),
                now=format_scaled(now, cell.indicator.decimals),
                words=source_words(cell),
                url=source_address(report.period, report.place_id, cell),
                reason=figure.note,
            )
        )
    return found
