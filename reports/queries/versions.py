"""The figures of a submitted version."""

from dataclasses import dataclass

from khuyencong.forms_as_data.enums import CellState
from khuyencong.forms_as_data.structure import cell_key
from reports.models import ReportVersion, VersionCell


@dataclass(frozen=True, slots=True)
class CellFigure:
    """A submitted figure: `value` is None when the author stated that there was nothing."""

    value: int | None
    state: str = CellState.VALUE
    note: str = ""

    @property
    def is_nothing(self) -> bool:
        return self.state == CellState.NOTHING


def cells_of_version(version: ReportVersion | int) -> dict[str, CellFigure]:
    """The figures of a version by cell key; a cell that is absent was not reported."""
    version_id = version if isinstance(version, int) else version.pk
    return {
        cell_key(code, member): CellFigure(value, state, note)
        for code, member, value, state, note in VersionCell.objects.filter(
            version=version_id
        ).values_list("indicator__code", "member", "value", "state", "note")
    }
