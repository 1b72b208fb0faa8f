"""How the province's table speaks: short words for cells without a value, and the page behind a cell."""

from django.urls import reverse

from reports.forms_rollup import RollupChoice, period_key
from reports.queries.rollup import Column, Entry, Figure, FigureState, Line, Rollup

# Short words in narrow cells; the legend gives them in full.
SHORT = {
    FigureState.NOTHING: "không PS",
    FigureState.EMPTY: "trống",
    FigureState.NOT_REPORTED: "chưa nộp",
    FigureState.PENDING: "chờ KT",
    FigureState.RETURNED: "trả lại",
}
LEGEND = [
    (SHORT[FigureState.NOT_REPORTED], "chưa nộp báo cáo"),
    (SHORT[FigureState.PENDING], "đã nộp, chờ kiểm tra, chưa tính vào tổng"),
    (SHORT[FigureState.RETURNED], "đã trả lại để sửa, chưa tính vào tổng"),
    (SHORT[FigureState.NOTHING], "đã nộp và khai không phát sinh"),
    (SHORT[FigureState.EMPTY], "báo cáo không có số liệu của chỉ tiêu này"),
]
# A viewer sees what is accepted and nothing of how far the rest is.
VIEWER_SHORT = SHORT | dict.fromkeys(
    (FigureState.NOT_REPORTED, FigureState.PENDING, FigureState.RETURNED), "chưa có"
)
VIEWER_LEGEND = [("chưa có", "chưa có số liệu được duyệt"), *LEGEND[3:]]


def words(user) -> dict:
    """The short words for cells without a value, as this user may see them."""
    return SHORT if user.is_centre else VIEWER_SHORT


def total_word(figure: Figure) -> str:
    """What a total without a value says."""
    return SHORT[FigureState.NOTHING] if figure.state == FigureState.NOTHING else "chưa có"


def legend(user) -> list[tuple[str, str]]:
    """The short words with what they mean, as this user may see them."""
    return LEGEND if user.is_centre else VIEWER_LEGEND


def version_url(entry: Entry) -> str:
    """The page of the version that counts for an entry; empty without one."""
    if entry.version is None:
        return ""
    return reverse("reports:version", args=[entry.version.report_id, entry.version.number])


def indicator_url(line: Line, choice: RollupChoice) -> str:
    """The page of a line over the quarters, keeping the choice."""
    pairs = {"ky": period_key(choice.period), "muc": line.member}
    pairs["so_lieu"] = "ca-cho-duyet" if choice.include_pending else ""
    pairs["ban_do"] = "hom-nay" if choice.map_date else ""
    address = reverse("reports:rollup_indicator", args=[line.indicator.code])
    return address + "?" + "&".join(f"{k}={v}" for k, v in pairs.items() if v)


def figure_url(figure: Figure, line: Line, choice: RollupChoice, pages: dict[int, str]) -> str:
    """The page behind a figure: the cell in its version, or the indicator where there are several."""
    if figure.version is not None:
        # A part stated as nothing shows no cells.
        place = f"o-{line.key}" if figure.value is not None else f"phan-{line.part.code}"
        return f"{pages[figure.version.id]}#{place}"
    return indicator_url(line, choice) if figure.value is not None else ""


def pages_of(entries: list[Entry]) -> dict[int, str]:
    """The page of each counted version, by the version's id."""
    return {entry.version.id: version_url(entry) for entry in entries if entry.version}


def reported_sentence(user, table: Rollup) -> str:
    """`Đã nộp 23 trên 25 · đã duyệt 20`; a viewer is told of what is accepted only."""
    if not user.is_centre:
        return f"Đã duyệt {table.accepted} trên {table.expected} địa bàn"
    return (
        f"Đã nộp {table.reported} trên {table.expected} địa bàn · đã duyệt {table.accepted} · "
        f"chờ kiểm tra {table.pending} · trả lại {table.returned} · tính vào tổng {table.counted}"
    )


def standing(column: Column, user) -> str:
    """Where a column's reports stand, in a word or two."""
    if len(column.entries) > 1:
        counted = sum(entry.version is not None for entry in column.entries)
        return f"{counted} trên {len(column.entries)} đơn vị cũ"
    entry = column.entries[0]
    if entry.version is None:
        return words(user)[entry.state]
    return "đã duyệt" if entry.version.is_accepted else "chờ KT"
