"""What changed under an issued edition: versions accepted since, cell by cell."""

from dataclasses import dataclass, field

from khuyencong.core.numbers import format_scaled
from reports.editions.basis import entries_of_edition
from reports.editions.models import Edition, EditionEntry
from reports.models import Report, VersionRow
from reports.queries.rollup import Cells, Entry, FigureState, entries_of, leaf_lines, table_lines


@dataclass
class Changes:
    """Differences between an issued edition and the versions that count now.

    `totals` are (key, label, unit, decimals, before, after) of the lines whose sums differ; `cells`
    are (place, indicator, before, after) as words; `count` is the number of figures and rows that
    changed.
    """

    corrected: Edition
    count: int = 0
    places: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    totals: list[tuple[str, str, str, int, int | None, int | None]] = field(default_factory=list)
    cells: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.places)


def moved_on(edition_ids: list[int]) -> dict[int, int]:
    """By issued edition: how many places count by another version today than at its signature."""
    found = dict.fromkeys(edition_ids, 0)
    known: dict[int, set[int]] = {pk: set() for pk in edition_ids}
    periods = dict(Edition.objects.filter(pk__in=edition_ids).values_list("pk", "period_id"))
    for edition_id, place_id, version_id in EditionEntry.objects.filter(
        edition__in=edition_ids
    ).values_list("edition_id", "place_id", "version_id"):
        known[edition_id].add((place_id, version_id))
    now: dict[int, dict[int, int]] = {}
    for period_id, place_id, version_id in Report.objects.filter(
        period__in=set(periods.values()), accepted_version__isnull=False
    ).values_list("period_id", "place_id", "accepted_version_id"):
        now.setdefault(period_id, {})[place_id] = version_id
    for edition_id, entries in known.items():
        current = now.get(periods[edition_id], {})
        then = {place: version for place, version in entries if version}
        found[edition_id] = sum(
            then.get(place) != current.get(place) for place in then.keys() | current.keys()
        )
    return found


def changes_since(edition: Edition, entries: list[Entry] | None = None) -> Changes:
    """Compare an issued edition with what counts now (or with given entries)."""
    changes = Changes(edition)
    then = {entry.place_id: entry for entry in entries_of_edition(edition)}
    now = {
        entry.place_id: entry
        for entry in (entries_of([edition.period]) if entries is None else entries)
    }
    pairs = [
        (then.get(place_id), now.get(place_id))
        for place_id in sorted(
            then.keys() | now.keys(), key=lambda pk: (now.get(pk) or then[pk]).sort_key
        )
        if _version_of(then.get(place_id)) != _version_of(now.get(place_id))
    ]
    if not pairs:
        return changes
    before = Cells([one for one, _ in pairs if one])
    after = Cells([other for _, other in pairs if other])
    lines = table_lines(edition.period)
    sums: dict[str, list[int | None]] = {}
    for one, other in pairs:
        place = (other or one).place
        changes.places.append(place)
        if not _version_of(one):
            changes.added.append(place)
        elif not _version_of(other):
            changes.removed.append(place)
        for line in lines:
            old = before.figure(one, line).value if one else None
            new = after.figure(other, line).value if other else None
            pair = sums.setdefault(line.key, [0, 0])
            pair[0] += old or 0
            pair[1] += new or 0
        for line in leaf_lines(lines):
            old = before.figure(one, line) if one else None
            new = after.figure(other, line) if other else None
            if _said(old, line) != _said(new, line):
                changes.count += 1
                label = line.indicator.label
                changes.cells.append(
                    (
                        place,
                        f"{label} – {line.member_label}" if line.member else label,
                        _said(old, line),
                        _said(new, line),
                    )
                )
    changes.count += _rows_changed(pairs)
    whole = Cells(list(then.values()))
    for line in lines:
        old_sum, new_sum = sums[line.key]
        if old_sum != new_sum:
            figures = [whole.figure(entry, line) for entry in then.values()]
            values = [f.value for f in figures if f.state == FigureState.VALUE]
            total = sum(values)
            changes.totals.append(
                (
                    line.key,
                    f"{line.indicator.label} – {line.member_label}" if line.member else line.label,
                    line.indicator.unit,
                    line.indicator.decimals,
                    total if values else None,
                    total - old_sum + new_sum,
                )
            )
    return changes


def _version_of(entry: Entry | None) -> int | None:
    return entry.version.id if entry and entry.version else None


def _said(figure, line) -> str:
    if figure is None or figure.state == FigureState.NOT_REPORTED:
        return "–"
    if figure.state == FigureState.VALUE:
        return format_scaled(figure.value, line.indicator.decimals)
    return {FigureState.NOTHING: "không phát sinh"}.get(figure.state, "–")


def _rows_changed(pairs) -> int:
    """Rows of parts III and IV that came, went or read otherwise."""
    ids = {_version_of(entry) for pair in pairs for entry in pair} - {None}
    rows: dict[int, dict] = {}
    for version_id, uid, data in VersionRow.objects.filter(version__in=ids).values_list(
        "version_id", "uid", "data"
    ):
        rows.setdefault(version_id, {})[uid] = data
    count = 0
    for one, other in pairs:
        old, new = rows.get(_version_of(one), {}), rows.get(_version_of(other), {})
        count += sum(old.get(uid) != new.get(uid) for uid in old.keys() | new.keys())
    return count
