"""One signed consolidated report of the last quarter but one, and a draft of the last."""

from datetime import timedelta

from django.utils import timezone

from khuyencong.core.models import User
from khuyencong.core.quarters import Quarter
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


def _period(quarter: Quarter) -> ReportPeriod:
    return ReportPeriod.objects.get(
        scheme=PeriodScheme.REPORT, year=quarter.year, number=quarter.number
    )
