"""Spans of quarters that figures are read over: a quarter, six months, nine months, a year."""

from collections.abc import Iterable
from dataclasses import dataclass

from khuyencong.core.quarters import Quarter
from reports.enums import SpanKind
from reports.models import ReportPeriod

_QUARTERS = {
    (SpanKind.HALF, 1): (1, 2),
    (SpanKind.HALF, 2): (3, 4),
    (SpanKind.NINE_MONTHS, 1): (1, 2, 3),
    (SpanKind.YEAR, 1): (1, 2, 3, 4),
}
_KEYS = {
    (SpanKind.HALF, 1): "6t1",
    (SpanKind.HALF, 2): "6t2",
    (SpanKind.NINE_MONTHS, 1): "9t",
    (SpanKind.YEAR, 1): "nam",
}
_LABELS = {
    (SpanKind.HALF, 1): "6 tháng đầu năm",
    (SpanKind.HALF, 2): "6 tháng cuối năm",
    (SpanKind.NINE_MONTHS, 1): "9 tháng đầu năm",
    (SpanKind.YEAR, 1): "cả năm",
}


@dataclass(frozen=True, slots=True)
class Span:
    """One to four quarters of a year. `number` counts quarters and halves, and is 1 otherwise.

    Over a span a flow is summed, a figure of a moment (`Indicator.is_stock`) is that of its last
    quarter."""

    year: int
    kind: SpanKind
    number: int = 1

    @classmethod
    def of_quarter(cls, quarter: Quarter) -> "Span":
        """The span of one quarter."""
        return cls(quarter.year, SpanKind.QUARTER, quarter.number)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        numbers = _QUARTERS.get((self.kind, self.number), (self.number,))
        return tuple(Quarter(self.year, number) for number in numbers)

    @property
    def key(self) -> str:
        """The span in an address: `2026-4`, `2026-6t1`, `2026-9t`, `2026-nam`."""
        return f"{self.year}-{_KEYS.get((self.kind, self.number), self.number)}"

    @property
    def before(self) -> "Span | None":
        """The span just before; None for nine months, and for a year, whose one is `year_ago`."""
        if self.kind == SpanKind.QUARTER:
            return Span.of_quarter(self.quarters[0].previous())
        if self.kind == SpanKind.HALF:
            return Span(self.year - (self.number == 1), SpanKind.HALF, 3 - self.number)
        return None

    @property
    def year_ago(self) -> "Span":
        """The same span of the year before."""
        return Span(self.year - 1, self.kind, self.number)

    def earlier(self, count: int) -> list["Span"]:
        """This span and those of its kind before it, `count` in all, latest first."""
        spans = [self]
        while len(spans) < count:
            spans.append(spans[-1].before or spans[-1].year_ago)
        return spans

    def periods(self, periods: Iterable[ReportPeriod]) -> list[ReportPeriod]:
        """Those of the periods that are its quarters, in order."""
        wanted = set(self.quarters)
        found = [period for period in periods if period.quarter in wanted]
        return sorted(found, key=lambda period: period.quarter)

    def __str__(self) -> str:
        if self.kind == SpanKind.QUARTER:
            return str(self.quarters[0])
        return f"{_LABELS[self.kind, self.number]} {self.year}"

    @property
    def title(self) -> str:
        """The name at the beginning of a sentence."""
        text = str(self)
        return text[:1].upper() + text[1:]


def spans_of(periods: Iterable[ReportPeriod]) -> dict[str, list[Span]]:
    """The spans that the periods make up at least in part, latest first, by the label of their kind."""
    known = {period.quarter for period in periods}
    spans: dict[str, list[Span]] = {
        SpanKind.QUARTER.label: [Span.of_quarter(q) for q in sorted(known, reverse=True)]
    }
    years = sorted({quarter.year for quarter in known}, reverse=True)
    for kind, numbers in (
        (SpanKind.HALF, (2, 1)),
        (SpanKind.NINE_MONTHS, (1,)),
        (SpanKind.YEAR, (1,)),
    ):
        several = [Span(year, kind, number) for year in years for number in numbers]
        found = [span for span in several if known & set(span.quarters)]
        if found:
            spans[kind.label] = found
    return spans
