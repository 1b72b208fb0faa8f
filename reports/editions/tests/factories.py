"""Editions for the tests of other apps."""

from reports.editions.actions import draft_edition, present_edition, sign_edition
from reports.editions.models import Edition, EditionEvent, EditionSection
from reports.editions.queries import open_edition


def signed_edition(officer, leader, period) -> Edition:
    """An edition written by an officer and signed by a leader, through the actions."""
    edition = draft_edition(actor=officer, period_id=period.pk)
    present_edition(actor=officer, edition_id=edition.pk)
    edition.refresh_from_db()
    return sign_edition(
        actor=leader, edition_id=edition.pk, shown_hash=open_edition(edition).shown_hash
    )


def open_edition_of(officer, period) -> Edition:
    """A draft with an introduction, of a period that may have no accepted report."""
    edition = Edition.objects.create(
        period=period, ordinal=1, created_by=officer, author_ids=[officer.pk]
    )
    EditionEvent.objects.create(edition=edition, to_status="draft", actor=officer)
    EditionSection.objects.create(
        edition=edition, code="mo_dau", position=1, text="Mở đầu.", updated_by=officer
    )
    return edition
