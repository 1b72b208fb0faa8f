"""One signed consolidated report of the last quarter but one, a draft of the last, and some matters."""

from datetime import timedelta

from django.utils import timezone

from khuyencong.core.models import User
from khuyencong.core.quarters import Quarter
from reports.difficulties.actions import answer_matter, edit_matter, gather_matter
from reports.difficulties.models import Authority, Matter
from reports.difficulties.queries import loose_difficulties, suggestions
from reports.editions.actions import draft_edition, present_edition, sign_edition
from reports.editions.models import Edition
from reports.editions.queries import open_edition
from reports.enums import PeriodScheme
from reports.models import ReportPeriod


def load_editions(accounts: dict[str, User]) -> None:
    """Through the actions, as an officer and the leader would; nothing where an edition exists."""
    if Edition.objects.exists():
        return
    officer, leader = accounts["chuyenvien1"], accounts["lanhdao"]
    today = timezone.localdate()
    matters = _gather(officer)
    last = Quarter.reporting(today).previous()
    before = _period(last.previous())
    edition = draft_edition(actor=officer, period_id=before.pk)
    present_edition(actor=officer, edition_id=edition.pk)
    edition.refresh_from_db()
    sign_edition(
        actor=leader,
        edition_id=edition.pk,
        shown_hash=open_edition(edition).shown_hash,
        signed_on=min(before.due_on + timedelta(days=7), today),
    )
    draft_edition(actor=officer, period_id=_period(last).pk)
    _answer(officer, matters[0])


def _gather(officer: User) -> list[Matter]:
    """The three matters that most reports raise."""
    authorities = {authority.code: authority.pk for authority in Authority.objects.all()}
    return [
        gather_matter(
            actor=officer,
            keys=[(row.report.pk, row.uid) for row in group.rows],
            title=group.title,
            kind=group.rows[0].kind,
            authority_id=authorities[group.rows[0].authority],
        )
        for group in suggestions(loose_difficulties())[:3]
    ]


def _answer(officer: User, matter: Matter) -> None:
    """An illustration of an answer, published."""
    answer_matter(
        actor=officer,
        matter_id=matter.pk,
        text="(Minh họa) Đề nghị Trung tâm hướng dẫn các cơ sở theo quy định hiện hành; "
        "nội dung vượt thẩm quyền sẽ được tổng hợp, báo cáo cấp trên.",
        answered_on=timezone.localdate(),
    )
    edit_matter(
        actor=officer,
        matter_id=matter.pk,
        title=matter.title,
        kind=matter.kind,
        authority_id=matter.authority_id,
        due_on=None,
        is_public=True,
        public_text=f"(Minh họa) {matter.title}",
    )


def _period(quarter: Quarter) -> ReportPeriod:
    return ReportPeriod.objects.get(
        scheme=PeriodScheme.REPORT, year=quarter.year, number=quarter.number
    )
