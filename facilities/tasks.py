"""Celery's side of the registry: what runs by the clock."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from facilities import duplicates, upkeep

# The runs overlap, so that a record saved while one ran is met by the next.
WORDS_BACK = timedelta(minutes=30)


@shared_task
def refresh_words() -> int:
    """Count the registry's words anew (nightly, by beat)."""
    return upkeep.refresh_words()


@shared_task
def add_new_words() -> int:
    """Add the words of records changed lately (every ten minutes, by beat)."""
    return upkeep.refresh_words(since=timezone.now() - WORDS_BACK)


@shared_task
def search_duplicates() -> int:
    """Find pairs of records that may be one (nightly, by beat)."""
    return duplicates.search_duplicates()
