"""Reads of surveys."""

from facilities.surveys.queries.filling import fill_payload, photo_payload, photos_of
from facilities.surveys.queries.own import own_counts, own_targets
from facilities.surveys.queries.scope import campaigns_visible_to, targets_visible_to

__all__ = [
    "campaigns_visible_to",
    "fill_payload",
    "own_counts",
    "own_targets",
    "photo_payload",
    "photos_of",
    "targets_visible_to",
]
