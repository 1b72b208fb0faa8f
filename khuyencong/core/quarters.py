"""Quarters of the two calendars, as objects, never as strings to be parsed."""

from dataclasses import dataclass
from datetime import date, timedelta

ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year. `start`/`end` are the calendar's; `report_start`/`report_end` those of
    NĐ 09/2019/NĐ-CP: from the 15th of the month before to the 14th of the quarter's last month."""

    year: int
    number: int

    @property
    def start(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        return self.next().start - timedelta(days=1)

    @property
    def report_start(self) -> date:
        return (self.start - timedelta(days=1)).replace(day=15)

    @property
    def report_end(self) -> date:
        return self.end.replace(day=14)

    def next(self) -> "Quarter":
        return Quarter(self.year + (self.number == 4), self.number % 4 + 1)

    def previous(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    def __str__(self) -> str:
        return f"quý {ROMAN[self.number]}/{self.year}"

    @classmethod
    def containing(cls, day: date) -> "Quarter":
        """The calendar quarter of a day."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def reporting(cls, day: date) -> "Quarter":
        """The report quarter (15th to 14th) of a day."""
        quarter = cls.containing(day)
        return quarter.next() if day > quarter.report_end else quarter
