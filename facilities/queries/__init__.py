"""Reads of the registry: what a user may see, the list, the figures of a report, look-alikes."""

from facilities.queries.figures import (
    REGISTRY_SOURCES,
    counts_for_place,
    records_behind,
    registry_figures,
    registry_list_params,
)
from facilities.queries.listing import (
    COUNTED_UP_TO,
    FEW,
    LEVELS,
    ListFilters,
    answer_of,
    count_of,
    filtered_rows,
    list_rows,
    page_of,
)
from facilities.queries.lookalikes import possible_duplicates, tax_code_owner
from facilities.queries.scope import (
    establishments_visible_to,
    papers_visible_to,
    places_to_add_in,
    survivor_of,
    with_units_of_today,
)
from facilities.queries.searching import find, search
from facilities.queries.spelling import Meaning, did_you_mean

__all__ = [
    "COUNTED_UP_TO",
    "FEW",
    "LEVELS",
    "REGISTRY_SOURCES",
    "ListFilters",
    "Meaning",
    "answer_of",
    "count_of",
    "counts_for_place",
    "did_you_mean",
    "establishments_visible_to",
    "filtered_rows",
    "find",
    "list_rows",
    "page_of",
    "papers_visible_to",
    "places_to_add_in",
    "possible_duplicates",
    "records_behind",
    "registry_figures",
    "registry_list_params",
    "search",
    "survivor_of",
    "tax_code_owner",
    "with_units_of_today",
]
