"""A form's version as plain values, read once: what the pages and checks of every report use.

A version that is not a draft never changes (triggers), so each process keeps its structure.
"""

from dataclasses import dataclass, field

from khuyencong.forms_as_data.enums import FormStatus, PartKind
from khuyencong.forms_as_data.models import (
    Column,
    DimensionMember,
    FormVersion,
    Indicator,
    Part,
    Rule,
)


def cell_key(indicator_code: str, member: str = "") -> str:
    """The name of a cell on pages and in answers: `gtsx-go`, or `doanh_thu` without a member.

    Codes hold no hyphen (check constraints), so a key names one cell.
    """
    return f"{indicator_code}-{member}" if member else indicator_code


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A check as declared; `target` and `operands` are codes of indicators."""

    code: str
    kind: str
    severity: str
    target: str
    operands: tuple[str, ...]
    percent: int | None
    message: str


@dataclass(frozen=True, slots=True)
class IndicatorInfo:
    """A figure asked for; `members` are (code, label) pairs, empty without a dimension."""

    id: int
    code: str
    label: str
    unit: str
    decimals: int
    part_code: str
    members: tuple[tuple[str, str], ...]
    source: str
    is_required: bool
    can_be_negative: bool
    is_stock: bool
    help_text: str

    @property
    def member_codes(self) -> tuple[str, ...]:
        """Codes of the members; one empty code without a dimension."""
        return tuple(code for code, _ in self.members) or ("",)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the indicator's cells, in order."""
        return tuple(cell_key(self.code, member) for member in self.member_codes)


@dataclass(frozen=True, slots=True)
class CellInfo:
    """One cell of the form."""

    key: str
    indicator: IndicatorInfo
    member: str
    member_label: str

    @property
    def label(self) -> str:
        """The cell's name for a sentence: `Giá trị sản xuất – Cơ khí`."""
        label = self.indicator.label
        return f"{label} – {self.member_label}" if self.member_label else label


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column of a part with rows, or a question; `choices` are (code, label) pairs."""

    code: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    source: str
    is_required: bool
    help_text: str
    id: int = 0
    unit: str = ""
    asked_if: str = ""
    proposes: str = ""


@dataclass(frozen=True, slots=True)
class PartInfo:
    """A part with its indicators or its columns."""

    id: int
    code: str
    numeral: str
    title: str
    kind: str
    help_text: str
    nothing_label: str
    indicators: tuple[IndicatorInfo, ...]
    columns: tuple[ColumnInfo, ...]
    cells: tuple[CellInfo, ...]

    @property
    def is_typed(self) -> bool:
        """Whether its figures are typed by the author (not counted from the registry)."""
        return self.kind == PartKind.FIGURES

    @property
    def heading(self) -> str:
        return f"Phần {self.numeral}. {self.title}" if self.numeral else self.title


@dataclass(frozen=True)
class FormStructure:
    """A version of a form: parts in order, and its cells and indicators by key."""

    version_id: int
    form_code: str
    number: int
    title: str
    parts: tuple[PartInfo, ...]
    rules: tuple[RuleInfo, ...]
    cells: dict[str, CellInfo] = field(repr=False)
    indicators: dict[str, IndicatorInfo] = field(repr=False)
    parts_by_code: dict[str, PartInfo] = field(repr=False)
    cells_by_id: dict[tuple[int, str], CellInfo] = field(repr=False)

    def part_of(self, key: str) -> PartInfo:
        """The part that holds a cell."""
        return self.parts_by_code[self.cells[key].indicator.part_code]


_KEPT: dict[int, FormStructure] = {}


def structure_of(version_id: int) -> FormStructure:
    """The structure of a version; raises FormVersion.DoesNotExist."""
    kept = _KEPT.get(version_id)
    if kept is not None:
        return kept
    version = FormVersion.objects.select_related("form").get(pk=version_id)
    structure = _load(version)
    if version.status != FormStatus.DRAFT:
        _KEPT[version_id] = structure
    return structure


def _load(version: FormVersion) -> FormStructure:
    members: dict[int, list[tuple[str, str]]] = {}
    indicators = list(Indicator.objects.filter(version=version).order_by("order", "id"))
    dimension_ids = {indicator.dimension_id for indicator in indicators} - {None}
    for member in DimensionMember.objects.filter(dimension__in=dimension_ids).order_by("order"):
        members.setdefault(member.dimension_id, []).append((member.code, member.label))
    columns = list(Column.objects.filter(version=version).order_by("order", "id"))
    parts = []
    for part in Part.objects.filter(version=version).order_by("order", "id"):
        part_indicators = tuple(
            IndicatorInfo(
                id=row.pk,
                code=row.code,
                label=row.label,
                unit=row.unit,
                decimals=row.decimals,
                part_code=part.code,
                members=tuple(members.get(row.dimension_id, ())),
                source=row.source,
                is_required=row.is_required,
                can_be_negative=row.can_be_negative,
                is_stock=row.is_stock,
                help_text=row.help_text,
            )
            for row in indicators
            if row.part_id == part.pk
        )
        parts.append(
            PartInfo(
                id=part.pk,
                code=part.code,
                numeral=part.numeral,
                title=part.title,
                kind=part.kind,
                help_text=part.help_text,
                nothing_label=part.nothing_label,
                indicators=part_indicators,
                columns=tuple(
                    ColumnInfo(
                        code=row.code,
                        label=row.label,
                        kind=row.kind,
                        choices=tuple((code, label) for code, label in row.choices),
                        source=row.source,
                        is_required=row.is_required,
                        help_text=row.help_text,
                        id=row.pk,
                        unit=row.unit,
                        asked_if=row.asked_if,
                        proposes=row.proposes,
                    )
                    for row in columns
                    if row.part_id == part.pk
                ),
                cells=tuple(
                    CellInfo(cell_key(row.code, code), row, code, label)
                    for row in part_indicators
                    for code, label in (row.members or (("", ""),))
                ),
            )
        )
    return FormStructure(
        version_id=version.pk,
        form_code=version.form.code,
        number=version.number,
        title=version.form.title,
        parts=tuple(parts),
        rules=tuple(
            RuleInfo(
                code=rule.code,
                kind=rule.kind,
                severity=rule.severity,
                target=rule.target,
                operands=tuple(rule.operands),
                percent=rule.percent,
                message=rule.message,
            )
            for rule in Rule.objects.filter(version=version).order_by("id")
        ),
        cells={cell.key: cell for part in parts for cell in part.cells},
        indicators={row.code: row for part in parts for row in part.indicators},
        parts_by_code={part.code: part for part in parts},
        cells_by_id={
            (cell.indicator.id, cell.member): cell for part in parts for cell in part.cells
        },
    )
