"""Renew a section from new figures while keeping what a person wrote."""

from dataclasses import dataclass

from khuyencong.core.numbers import format_scaled
from reports.editions.drafting import SectionDraft
from reports.editions.models import EditionSection

_WORDS = (("value", "kỳ này"), ("previous", "quý trước"), ("last_year", "cùng kỳ năm trước"))


@dataclass(frozen=True)
class FigureChange:
    """A figure that is not any more what the section was written from."""

    label: str
    before: str
    after: str
    unit: str


def renewed_text(section: EditionSection, fresh: SectionDraft) -> str:
    """The section's text with every paragraph that nobody changed put anew, others as they are.

    A proposed paragraph that a person took out stays out; one that is new comes after the one it
    follows in the proposal.
    """
    old = {key: text for key, text in section.draft}
    new = dict(fresh.paragraphs)
    by_text = {text: key for key, text in old.items()}
    lines: list[tuple[str, str]] = []
    for line in section.text.split("\n") if section.text else []:
        key = by_text.get(line)
        if key is None:
            lines.append(("", line))
        elif key in new:
            lines.append((key, new[key]))
    previous = ""
    for key, text in fresh.paragraphs:
        if key not in old:
            places = [
                place for place, (known, _) in enumerate(lines) if known and known == previous
            ]
            lines.insert(places[0] + 1 if places else len(lines), (key, text))
        previous = key
    return "\n".join(text for _, text in lines)


def figure_changes(section: EditionSection, fresh: SectionDraft) -> list[FigureChange]:
    """Figures that differ between what a section was written from and what holds now."""
    changes = []
    for key in list(dict.fromkeys([*section.figures, *fresh.figures])):
        before, after = section.figures.get(key, {}), fresh.figures.get(key, {})
        about = after or before
        for name, words in _WORDS:
            one, other = before.get(name), after.get(name)
            if one != other:
                label = about["label"] if name == "value" else f"{about['label']} ({words})"
                changes.append(
                    FigureChange(
                        label,
                        _text(one, about["decimals"]),
                        _text(other, about["decimals"]),
                        about["unit"],
                    )
                )
    return changes


def is_current(section: EditionSection, fresh: SectionDraft) -> bool:
    """Whether the section rests on the figures, tables and names that hold now."""
    return (
        section.figures == fresh.figures
        and section.tables == fresh.table_data
        and section.draft == [list(pair) for pair in fresh.paragraphs]
    )


def _text(value: int | None, decimals: int) -> str:
    return "chưa có" if value is None else format_scaled(value, decimals)
