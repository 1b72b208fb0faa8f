"""Draw docs/states.md from the transition tables, so that the picture is never older than the code."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from facilities.surveys.enums import (
    CAMPAIGN_TRANSITIONS,
    TARGET_TRANSITIONS,
    UPDATE_TRANSITIONS,
    CampaignState,
    TargetState,
    UpdateState,
)
from reports.difficulties.enums import MATTER_TRANSITIONS, MatterStatus
from reports.editions.enums import EDITION_TRANSITIONS, EditionStatus
from reports.enums import (
    ACCEPTED_STATUSES,
    REOPENING_TRANSITIONS,
    REPORT_TRANSITIONS,
    ReopeningState,
    ReportStatus,
)

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "states.md"
CHECKER = "chuyên viên, lãnh đạo Trung tâm; không phải người soạn, người nộp"
LEADER = "lãnh đạo Trung tâm; không phải người đề nghị, người soạn, người nộp"
# What a person does to move a report from one status to another, and who that person is.
REPORT_MOVES = {
    (ReportStatus.DRAFT, ReportStatus.SUBMITTED): ("nộp", "cộng tác viên phụ trách địa bàn"),
    (ReportStatus.SUBMITTED, ReportStatus.RETURNED): ("trả lại để sửa", CHECKER),
    (ReportStatus.SUBMITTED, ReportStatus.ACCEPTED): ("duyệt", CHECKER),
    (ReportStatus.ACCEPTED, ReportStatus.IN_EDITION): (
        "ký báo cáo hợp nhất của kỳ",
        "lãnh đạo Trung tâm",
    ),
    (ReportStatus.RETURNED, ReportStatus.SUBMITTED): (
        "sửa và nộp lại",
        "cộng tác viên phụ trách địa bàn",
    ),
    **{
        (start, end): (
            "mở lại kết thúc, bản đã duyệt giữ nguyên",
            "tự động khi hết thời gian; lãnh đạo Trung tâm",
        )
        for start in (ReportStatus.RETURNED, ReportStatus.REOPENED)
        for end in ACCEPTED_STATUSES
    },
    **{
        (start, ReportStatus.REOPENED): ("mở lại các phần nêu tên", LEADER)
        for start in ACCEPTED_STATUSES
    },
    (ReportStatus.REOPENED, ReportStatus.SUBMITTED): (
        "sửa các phần được mở và nộp lại",
        "cộng tác viên phụ trách địa bàn",
    ),
}
REOPENING_MOVES = {
    (ReopeningState.ASKED, ReopeningState.OPEN): ("mở lại, nêu các phần và thời gian", LEADER),
    (ReopeningState.ASKED, ReopeningState.REFUSED): ("không mở lại, có lý do", LEADER),
    (ReopeningState.ASKED, ReopeningState.WITHDRAWN): ("rút đề nghị", "người đề nghị"),
    (ReopeningState.OPEN, ReopeningState.DONE): ("duyệt bản sửa", CHECKER),
    (ReopeningState.OPEN, ReopeningState.EXPIRED): ("hết thời gian", "tự động"),
    (ReopeningState.OPEN, ReopeningState.CLOSED): ("kết thúc sớm", "lãnh đạo Trung tâm"),
}
SIGNER = "lãnh đạo Trung tâm; không phải người soạn"
WRITER = "chuyên viên, lãnh đạo Trung tâm"
EDITION_MOVES = {
    (EditionStatus.DRAFT, EditionStatus.PRESENTED): ("trình ký, khi số liệu là mới nhất", WRITER),
    (EditionStatus.DRAFT, EditionStatus.CANCELLED): ("bỏ bản thảo", WRITER),
    (EditionStatus.PRESENTED, EditionStatus.DRAFT): ("trả lại để sửa, có lý do", WRITER),
    (EditionStatus.PRESENTED, EditionStatus.SIGNED): ("ký, cấp số, giữ nguyên văn", SIGNER),
    (EditionStatus.SIGNED, EditionStatus.REPLACED): ("ký bản thay thế", SIGNER),
}
MATTER_MOVES = {
    **{
        (start, MatterStatus.SENT): (verb, WRITER)
        for start, verb in (
            (MatterStatus.GATHERED, "gửi bằng công văn, hoặc kèm báo cáo hợp nhất khi ký"),
            (MatterStatus.ANSWERED, "kiến nghị lại"),
        )
    },
    **{
        (start, MatterStatus.ANSWERED): ("ghi trả lời, báo cho người nêu", WRITER)
        for start in (MatterStatus.GATHERED, MatterStatus.SENT, MatterStatus.ANSWERED)
    },
    **{
        (start, MatterStatus.JOINED): ("gộp vào vấn đề khác", WRITER)
        for start in (MatterStatus.GATHERED, MatterStatus.SENT)
    },
    (MatterStatus.ANSWERED, MatterStatus.CLOSED): ("kết thúc theo dõi", WRITER),
}
RUNNER = "chuyên viên Trung tâm, quản trị"
ASKER = "cộng tác viên được giao hoặc của địa bàn; chuyên viên, quản trị"
SURVEY_CHECKER = "chuyên viên Trung tâm; không phải người điền phiếu"
CAMPAIGN_MOVES = {
    (CampaignState.DRAFT, CampaignState.OPEN): ("mở, chốt danh sách cơ sở", RUNNER),
    (CampaignState.OPEN, CampaignState.CLOSED): ("kết thúc", RUNNER),
}
UNREACHABLE = TargetState.UNREACHABLE
TARGET_MOVES = {
    (TargetState.TODO, TargetState.DOING): ("lưu câu trả lời đầu tiên", ASKER),
    **{
        (start, TargetState.SUBMITTED): ("gửi phiếu", ASKER)
        for start in (TargetState.TODO, TargetState.DOING, TargetState.RETURNED, UNREACHABLE)
    },
    **{
        (start, UNREACHABLE): ("ghi không gặp được, có lý do", ASKER)
        for start in (TargetState.TODO, TargetState.DOING, TargetState.RETURNED)
    },
    (UNREACHABLE, TargetState.DOING): ("hỏi lại", ASKER),
    **{
        (start, TargetState.REMOVED): ("rút khỏi danh sách, có lý do", RUNNER)
        for start in (TargetState.TODO, TargetState.DOING, TargetState.RETURNED, UNREACHABLE)
    },
    (TargetState.REMOVED, TargetState.TODO): ("đưa lại vào danh sách, có lý do", RUNNER),
    (TargetState.SUBMITTED, TargetState.RETURNED): ("trả lại để bổ sung", SURVEY_CHECKER),
    (TargetState.SUBMITTED, TargetState.APPROVED): (
        "duyệt, khi mọi đề xuất cập nhật đã xét",
        SURVEY_CHECKER,
    ),
}
UPDATE_MOVES = {
    (UpdateState.PROPOSED, UpdateState.ACCEPTED): ("ghi vào sổ", SURVEY_CHECKER),
    (UpdateState.PROPOSED, UpdateState.REFUSED): ("không ghi", SURVEY_CHECKER),
    (UpdateState.PROPOSED, UpdateState.SUPERSEDED): ("gửi lại phiếu", ASKER),
}


@dataclass(frozen=True)
class Table:
    """A transition table with what moves a record along it, and by whom."""

    title: str
    where: str
    states: type
    transitions: dict
    moves: dict


TABLES = (
    Table(
        "Report",
        "reports/enums.py: REPORT_TRANSITIONS",
        ReportStatus,
        REPORT_TRANSITIONS,
        REPORT_MOVES,
    ),
    Table(
        "Reopening of an accepted report",
        "reports/enums.py: REOPENING_TRANSITIONS",
        ReopeningState,
        REOPENING_TRANSITIONS,
        REOPENING_MOVES,
    ),
    Table(
        "Matter (difficulty)",
        "reports/difficulties/enums.py: MATTER_TRANSITIONS",
        MatterStatus,
        MATTER_TRANSITIONS,
        MATTER_MOVES,
    ),
    Table(
        "Edition",
        "reports/editions/enums.py: EDITION_TRANSITIONS",
        EditionStatus,
        EDITION_TRANSITIONS,
        EDITION_MOVES,
    ),
    Table(
        "Survey campaign",
        "facilities/surveys/enums.py: CAMPAIGN_TRANSITIONS",
        CampaignState,
        CAMPAIGN_TRANSITIONS,
        CAMPAIGN_MOVES,
    ),
    Table(
        "Establishment of a campaign",
        "facilities/surveys/enums.py: TARGET_TRANSITIONS",
        TargetState,
        TARGET_TRANSITIONS,
        TARGET_MOVES,
    ),
    Table(
        "Proposed update of a record",
        "facilities/surveys/enums.py: UPDATE_TRANSITIONS",
        UpdateState,
        UPDATE_TRANSITIONS,
        UPDATE_MOVES,
    ),
)


def states_document() -> str:
    """The text of docs/states.md; raises KeyError for a transition that nobody has described."""
    lines = [
        "# States",
        "",
        "Drawn by `python manage.py draw_states` from the transition tables; do not edit by hand.",
        "",
    ]
    for table in TABLES:
        lines += _drawn(table)
    return "\n".join(lines)


def _drawn(table: Table) -> list[str]:
    moves = [
        (start, end, *table.moves[start, end])
        for start in table.states
        for end in table.states
        if end in table.transitions[start]
    ]
    final = [state for state in table.states if not table.transitions[state]]
    first = next(iter(table.states))
    return [
        f"## {table.title} (`{table.where}`)",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {state.value}: {state.label}" for state in table.states),
        f"    [*] --> {first.value}",
        *(f"    {start.value} --> {end.value}: {verb}" for start, end, verb, _ in moves),
        *(f"    {state.value} --> [*]" for state in final),
        "```",
        "",
        "| From | To | What is done | By whom |",
        "|---|---|---|---|",
        *(
            f"| {start.label} (`{start.value}`) | {end.label} (`{end.value}`) | {verb} | {who} |"
            for start, end, verb, who in moves
        ),
        "",
        "Final: "
        + (", ".join(f"{state.label} (`{state.value}`)" for state in final) or "none")
        + ".",
        "",
    ]


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
