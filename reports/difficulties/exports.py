"""The list of matters as a spreadsheet, as the page shows it."""

from khuyencong.exports.registry import ExportColumn, ExportSource, Sheet
from reports.difficulties import permissions
from reports.difficulties.queries import matter_list


def describe(user, params: dict) -> str:
    """The title; refuses who may not see matters."""
    permissions.check_can_see_matters(user)
    return "Vướng mắc, kiến nghị"


def sheets(user, params: dict) -> list[Sheet]:
    """One row a matter, with its last answer."""
    permissions.check_can_see_matters(user)
    matters = matter_list(
        user, str(params.get("trang_thai", "")), str(params.get("tim", ""))
    ).prefetch_related("answers")
    columns = [
        ExportColumn("Vấn đề", kind="link", width=60),
        ExportColumn("Nhóm", width=22),
        ExportColumn("Cơ quan giải quyết", width=24),
        ExportColumn("Số ý kiến", kind="integer", width=10),
        ExportColumn("Trạng thái", width=20),
        ExportColumn("Gửi bằng", width=28),
        ExportColumn("Ngày gửi", kind="date", width=12),
        ExportColumn("Hạn trả lời", kind="date", width=12),
        ExportColumn("Ngày trả lời", kind="date", width=12),
        ExportColumn("Trả lời", width=60),
    ]

    def rows():
        for matter in matters:
            answers = list(matter.answers.all())
            last = answers[-1] if answers else None
            yield (
                (matter.title, matter.get_absolute_url()),
                matter.get_kind_display(),
                matter.authority.name,
                matter.raised,
                matter.get_status_display(),
                matter.sent_by_words,
                matter.sent_on,
                matter.due_on,
                last.answered_on if last else None,
                last.text if last else None,
            )

    return [Sheet("Vướng mắc", columns, rows())]


SOURCE = ExportSource("difficulties.matters", describe, sheets)
