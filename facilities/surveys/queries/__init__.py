"""Reads of surveys."""

from facilities.surveys.queries.filling import (
    fill_payload,
    photo_payload,
    photos_of,
    photos_of_all,
)
from facilities.surveys.queries.needs import in_order, needs_heard, totals_of
from facilities.surveys.queries.own import own_counts, own_targets
from facilities.surveys.queries.progress import (
    campaigns_with_counts,
    counts_of,
    coverage_of,
    listed_targets,
    overdue_by_campaign,
    queue_of,
    waiting_by_campaign,
)
from facilities.surveys.queries.results import answered_counts, results_of, states_read_by
from facilities.surveys.queries.scope import campaigns_visible_to, targets_visible_to
from facilities.surveys.queries.sheets import sheet_of, surveys_of, updates_of

__all__ = [
    "answered_counts",
    "campaigns_visible_to",
    "campaigns_with_counts",
    "counts_of",
    "coverage_of",
    "fill_payload",
    "in_order",
    "listed_targets",
    "needs_heard",
    "overdue_by_campaign",
    "own_counts",
    "own_targets",
    "photo_payload",
    "photos_of",
    "photos_of_all",
    "queue_of",
    "results_of",
    "sheet_of",
    "states_read_by",
    "surveys_of",
    "targets_visible_to",
    "totals_of",
    "updates_of",
    "waiting_by_campaign",
]
