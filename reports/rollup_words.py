"""How the province's table speaks: short words for cells without a value, and the page behind a cell."""

from django.urls import reverse

from reports.enums import SpanKind
from reports.forms_rollup import RollupChoice
from reports.queries.rollup import Column, Entry, Figure, FigureState, Line, Rollup

# Short words in narrow cells; the legend gives them in full.
SHORT = {
    FigureState.NOTHING: "không PS",
    FigureState.EMPTY: "trống",
    FigureState.NOT_REPORTED: "chưa nộp",
    FigureState.PENDING: "chờ KT",
    FigureState.RETURNED: "trả lại",
    FigureState.ABSENT: "–",
}
LEGEND = [
    (SHORT[FigureState.NOT_REPORTED], "chưa nộp báo cáo"),
    (SHORT[FigureState.PENDING], "đã nộp, chờ kiểm tra, chưa tính vào tổng"),
    (SHORT[FigureState.RETURNED], "đã trả lại để sửa, chưa tính vào tổng"),
    (SHORT[FigureState.NOTHING], "đã nộp và khai không phát sinh"),
    (SHORT[FigureState.EMPTY], "báo cáo không có số liệu của chỉ tiêu này"),
    (SHORT[FigureState.ABSENT], "không phải báo cáo trong quý lấy số liệu"),
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
    """The page of a line over the spans before, keeping the choice."""
    address = reverse("reports:rollup_indicator", args=[line.indicator.code])
    return f"{address}?{choice.query(phan='', muc=line.member)}"


def source_url(line: Line, choice: RollupChoice, unit: int | str = "", **changes) -> str:
    """The page of what is behind a figure: the total's, or that of a unit of the map."""
    address = reverse("reports:rollup_figure", args=[line.indicator.code])
    return f"{address}?{choice.query(phan='', muc=line.member, don_vi=unit, **changes)}"


def figure_url(
    figure: Figure, line: Line, choice: RollupChoice, pages: dict[int, str], unit: int | str = ""
) -> str:
    """The page behind a figure: the cell in its version, or the list of those that it is a sum of."""
    if figure.version is not None:
        # A part stated as nothing shows no cells.
        place = f"o-{line.key}" if figure.value is not None else f"phan-{line.part.code}"
        return f"{pages[figure.version.id]}#{place}"
    return source_url(line, choice, unit) if len(figure.entries) > 1 else ""


def pages_of(entries: list[Entry]) -> dict[int, str]:
    """The page of each counted version, by the version's id."""
    return {entry.version.id: version_url(entry) for entry in entries if entry.version}


def reported_sentence(user, table: Rollup) -> str:
    """`Đã nộp 23 trên 25 · đã duyệt 20`; a viewer is told of what is accepted only."""
    noun = "địa bàn" if len(table.periods) == 1 else f"báo cáo của {len(table.periods)} quý"
    if not user.is_centre:
        return f"Đã duyệt {table.accepted} trên {table.expected} {noun}"
    return (
        f"Đã nộp {table.reported} trên {table.expected} {noun} · đã duyệt {table.accepted} · "
        f"chờ kiểm tra {table.pending} · trả lại {table.returned} · tính vào tổng {table.counted}"
    )


def standing(column: Column, user) -> str:
    """Where a column's reports stand, in a word or two."""
    if len(column.entries) > 1:
        counted = sum(entry.version is not None for entry in column.entries)
        return f"{counted} trên {len(column.entries)} báo cáo"
    entry = column.entries[0]
    if entry.version is None:
        return words(user)[entry.state]
    return "đã duyệt" if entry.version.is_accepted else "chờ KT"


def undivided_sentence(columns: list[Column]) -> str:
    """Which units stay undivided on the chosen map, and why; empty where there are none."""
    split = ", ".join(column.name for column in columns if column.was_split)
    joint = ", ".join(column.name for column in columns if column.is_joint)
    sentences = []
    if split:
        sentences.append(
            f"Đơn vị cũ đã tách sang nhiều đơn vị nên số liệu giữ nguyên cột: {split}."
        )
    if joint:
        sentences.append(
            f"Đơn vị gồm nhiều đơn vị của bản đồ này nên số liệu không chia, giữ nguyên cột: {joint}."
        )
    return " ".join(sentences)


def against(kind: str, is_before: bool) -> str:
    """What a span is held against, in words."""
    if not is_before:
        return "cùng kỳ năm trước"
    return "quý trước" if kind == SpanKind.QUARTER else "6 tháng trước"
