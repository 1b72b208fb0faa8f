"""Draw docs/states.md from the transition tables, so that the picture is never older than the code."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.enums import REPORT_TRANSITIONS, ReportStatus

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "states.md"
# What a person does to move a report from one status to another, and who that person is.
REPORT_MOVES = {
    (ReportStatus.DRAFT, ReportStatus.SUBMITTED): ("nộp", "cộng tác viên phụ trách địa bàn"),
    (ReportStatus.SUBMITTED, ReportStatus.RETURNED): (
        "trả lại để sửa",
        "chuyên viên, lãnh đạo Trung tâm; không phải người soạn, người nộp",
    ),
    (ReportStatus.SUBMITTED, ReportStatus.ACCEPTED): (
        "duyệt",
        "chuyên viên, lãnh đạo Trung tâm; không phải người soạn, người nộp",
    ),
    (ReportStatus.RETURNED, ReportStatus.SUBMITTED): (
        "sửa và nộp lại",
        "cộng tác viên phụ trách địa bàn",
    ),
}


def states_document() -> str:
    """The text of docs/states.md; raises KeyError for a transition that nobody has described."""
    moves = [
        (start, end, *REPORT_MOVES[start, end])
        for start in ReportStatus
        for end in ReportStatus
        if end in REPORT_TRANSITIONS[start]
    ]
    final = [status for status in ReportStatus if not REPORT_TRANSITIONS[status]]
    lines = [
        "# States",
        "",
        "Drawn by `python manage.py draw_states` from the transition tables; do not edit by hand.",
        "",
        "## Report (`reports/enums.py: REPORT_TRANSITIONS`)",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {status.value}: {status.label}" for status in ReportStatus),
        f"    [*] --> {ReportStatus.DRAFT.value}",
        *(f"    {start.value} --> {end.value}: {verb}" for start, end, verb, _ in moves),
        *(f"    {status.value} --> [*]" for status in final),
        "```",
        "",
        "| From | To | What is done | By whom |",
        "|---|---|---|---|",
        *(
            f"| {start.label} (`{start.value}`) | {end.label} (`{end.value}`) | {verb} | {who} |"
            for start, end, verb, who in moves
        ),
        "",
        "Final: " + ", ".join(f"{status.label} (`{status.value}`)" for status in final) + ".",
        "",
    ]
    return "\n".join(lines)


class Command(BaseCommand):
    """Write docs/states.md, or with --check say whether it is current."""

    help = "Draw docs/states.md from the transition tables."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="only compare")

    def handle(self, *args, check: bool = False, **options):
        text = states_document()
        if check:
            if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
                raise CommandError("docs/states.md is not current: run manage.py draw_states.")
            return
        DOCUMENT.write_text(text, encoding="utf-8")
        self.stdout.write(f"Wrote {DOCUMENT.name}.")
