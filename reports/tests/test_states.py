"""The transition table is whole, and its picture current."""

from django.core.management import call_command

from reports.editions.enums import EDITION_TRANSITIONS, EditionStatus
from reports.enums import (
    OPEN_REOPENINGS,
    REOPENING_TRANSITIONS,
    REPORT_TRANSITIONS,
    ReopeningState,
    ReportStatus,
)
from reports.management.commands.draw_states import EDITION_MOVES, REOPENING_MOVES, REPORT_MOVES

# Where a report rests; a leader may open it again from there, for a time.
FINAL = {ReportStatus.ACCEPTED, ReportStatus.IN_EDITION}


def test_every_status_is_in_the_table_and_has_a_way_out():
    assert set(REPORT_TRANSITIONS) == set(ReportStatus)
    assert all(REPORT_TRANSITIONS.values())
    assert set(REOPENING_TRANSITIONS) == set(ReopeningState)
    assert {state for state, ways in REOPENING_TRANSITIONS.items() if ways} == set(OPEN_REOPENINGS)


def test_every_status_can_be_reached_and_leads_to_a_final_one():
    def reached_from(status, seen):
        for target in REPORT_TRANSITIONS[status] - seen:
            seen |= {target} | reached_from(target, seen | {target})
        return seen

    assert reached_from(ReportStatus.DRAFT, {ReportStatus.DRAFT}) == set(ReportStatus)
    for status in ReportStatus:
        assert reached_from(status, {status}) & FINAL


def test_every_transition_is_described():
    assert set(REPORT_MOVES) == {
        (start, end) for start, ends in REPORT_TRANSITIONS.items() for end in ends
    }
    assert set(REOPENING_MOVES) == {
        (start, end) for start, ends in REOPENING_TRANSITIONS.items() for end in ends
    }


def test_the_table_of_editions_is_whole_and_described():
    assert set(EDITION_TRANSITIONS) == set(EditionStatus)
    assert set(EDITION_MOVES) == {
        (start, end) for start, ends in EDITION_TRANSITIONS.items() for end in ends
    }


def test_docs_states_is_current():
    call_command("draw_states", check=True)
