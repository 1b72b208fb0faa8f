"""The rule by which a year's reporting is scored: one place for the page, the sheet and the points.

A proposal of the portal, to be confirmed by the Centre; no published regulation was found.
"""

from dataclasses import dataclass
from fractions import Fraction

from khuyencong.core.numbers import format_scaled


@dataclass(frozen=True, slots=True)
class LeagueRule:
    """Points of one owed report, 100 at most; a report that was not submitted has none."""

    in_time: int = 50
    per_day_late: int = 5
    accepted: int = 30
    not_returned: int = 20
    per_return: int = 10

    def points_in_time(self, days_late: int) -> int:
        """For submitting first by the due date of the place; less for each day after it."""
        return max(0, self.in_time - self.per_day_late * days_late)

    def points_not_returned(self, returns: int) -> int:
        """For a report that was right; less for each time it was returned."""
        return max(0, self.not_returned - self.per_return * returns)

    @property
    def sentences(self) -> list[str]:
        """The rule in words, as the page and the sheet show it."""
        return [
            f"Nộp đúng hạn: {self.in_time} điểm; mỗi ngày nộp muộn trừ {self.per_day_late} điểm, "
            "không trừ quá số điểm này. Tính lần nộp đầu tiên so với hạn của địa bàn, kể cả gia hạn.",
            f"Đầy đủ, được duyệt: {self.accepted} điểm khi Trung tâm đã duyệt báo cáo.",
            f"Không bị trả lại: {self.not_returned} điểm; mỗi lần trả lại trừ {self.per_return} điểm, "
            "không trừ quá số điểm này.",
            "Báo cáo không nộp: 0 điểm. Báo cáo chưa đến hạn chưa tính.",
            "Điểm của năm là trung bình của các báo cáo phải nộp đã đến hạn. Bằng điểm thì cùng hạng, "
            "hạng sau lùi theo số người cùng hạng.",
        ]


RULE = LeagueRule()


def score_text(score: Fraction | None) -> str:
    """A score rounded to one decimal: `92,5`; empty for none."""
    return "" if score is None else format_scaled(round(score * 10), 1)
