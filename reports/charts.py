"""Small charts drawn on the server: shapes for an SVG that needs no script and prints as it stands.

The table beside it is the truth; the chart repeats it for the eye.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from khuyencong.core.numbers import format_scaled

WIDTH, HEIGHT, TOP, BOTTOM = 640, 220, 24, 44
MAX_BAR = 64


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in the units of the drawing; one without a value has no height and says so."""

    label: str
    text: str
    x: int
    y: int
    width: int
    height: int
    centre: int
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars above and below a zero line at `zero`; `label_y` and `note_y` are where names stand."""

    bars: list[Bar]
    zero: int
    width: int = WIDTH
    height: int = HEIGHT
    label_y: int = HEIGHT - 24
    note_y: int = HEIGHT - 8


def bars_of(points: Sequence[tuple[str, int | None, str]], decimals: int) -> BarChart | None:
    """A chart of (label, inner value or None, coverage); None when fewer than two have a value."""
    values = [value for _, value, _ in points if value is not None]
    if len(values) < 2:
        return None
    top, bottom = max(0, *values), min(0, *values)
    reach, room = max(1, top - bottom), HEIGHT - TOP - BOTTOM
    zero = TOP + top * room // reach
    step = WIDTH // len(points)
    width = min(MAX_BAR, step * 6 // 10)
    bars = []
    for order, (label, value, coverage) in enumerate(points):
        tall = abs(value or 0) * room // reach
        centre = order * step + step // 2
        bars.append(
            Bar(
                label=label,
                text="chưa có" if value is None else format_scaled(*_shown(value, decimals)),
                x=centre - width // 2,
                y=zero if (value or 0) < 0 else zero - tall,
                width=width,
                height=tall,
                centre=centre,
                coverage=coverage,
            )
        )
    return BarChart(bars, zero)


def _shown(value: int, decimals: int) -> tuple[int, int]:
    """A value rounded to what fits over a bar: no decimals from a hundred units on, else one."""
    keep = 0 if abs(value) >= 100 * 10**decimals else min(1, decimals)
    cut = 10 ** (decimals - keep)
    return (2 * value + cut) // (2 * cut), keep
