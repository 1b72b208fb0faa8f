"""What a person may see of editions, and how each stands against the figures of now."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from khuyencong.core.enums import Role
from khuyencong.documents.paper import Paper, data_hash, to_data
from khuyencong.documents.registry import DocumentKind
from reports.editions.basis import Basis, basis_of, entries_of_edition
from reports.editions.changes import changes_since
from reports.editions.drafting import SectionDraft, draft_sections
from reports.editions.enums import ISSUED_STATUSES, EditionStatus
from reports.editions.models import Edition, EditionSection
from reports.editions.paper import edition_paper
from reports.editions.renewing import FigureChange, figure_changes, is_current
from reports.enums import PeriodScheme
from reports.models import ReportPeriod


def editions_visible_to(user) -> QuerySet[Edition]:
    """The Centre: all; a viewer: those that are issued; others: none."""
    editions = Edition.objects.select_related("period", "document", "created_by", "signed_by")
    if not user.is_active:
        return editions.none()
    if user.is_centre:
        return editions
    if user.has_role(Role.VIEWER):
        return editions.filter(status__in=ISSUED_STATUSES)
    return editions.none()


def _page_for(user, document) -> str:
    edition = editions_visible_to(user).filter(document=document).first()
    return edition.get_absolute_url() if edition else ""


DOCUMENT_KIND = DocumentKind("reports.edition", "Báo cáo hợp nhất", _page_for)


@dataclass
class SectionState:
    """A section beside what the portal would propose now."""

    section: EditionSection
    fresh: SectionDraft
    changes: list[FigureChange]
    is_current: bool


@dataclass
class OpenEdition:
    """An edition being written: its sections against the figures of now, and its document."""

    edition: Edition
    basis: Basis
    states: list[SectionState]
    paper: Paper

    @property
    def outdated(self) -> list[SectionState]:
        return [state for state in self.states if not state.is_current]

    @property
    def shown_hash(self) -> str:
        """What stands in the document and under it; the leader signs what was shown."""
        return data_hash(to_data(self.paper))


def proposed(edition: Edition) -> tuple[Basis, list[SectionDraft]]:
    """The basis of an open edition's period as it is now, and the sections it would give."""
    basis = basis_of(edition.period)
    changes = changes_since(edition.corrects, basis.entries) if edition.corrects_id else None
    return basis, draft_sections(basis, changes)


def open_edition(edition: Edition) -> OpenEdition:
    """An edition being written with all that its pages show."""
    basis, drafts = proposed(edition)
    fresh = {draft.code: draft for draft in drafts}
    states = []
    for section in edition.sections.select_related("updated_by"):
        draft = fresh.get(section.code, SectionDraft(section.code, section.title))
        states.append(
            SectionState(section, draft, figure_changes(section, draft), is_current(section, draft))
        )
    paper = edition_paper(edition, [state.section for state in states], basis.entries)
    return OpenEdition(edition, basis, states, paper)


def issued_basis(edition: Edition) -> Basis:
    """The figures of an issued edition, from the versions it rests on."""
    return basis_of(edition.period, entries_of_edition(edition))


def periods_without_open_edition() -> QuerySet[ReportPeriod]:
    """Quarters that ended and have an accepted report, of which no edition is written or in force."""
    return ReportPeriod.objects.filter(
        scheme=PeriodScheme.REPORT,
        ends_on__lt=timezone.localdate(),
        pk__in=ReportPeriod.objects.filter(reports__accepted_version__isnull=False).values("pk"),
    ).exclude(
        pk__in=Edition.objects.exclude(status=EditionStatus.CANCELLED).values("period_id"),
    )
