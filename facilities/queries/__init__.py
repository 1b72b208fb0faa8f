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
    count_of,
    list_rows,
    page_of,
    search,
)
from facilities.queries.lookalikes import possible_duplicates, tax_code_owner
from facilities.queries.scope import (
    establishments_visible_to,
    papers_visible_to,
    places_to_add_in,
    with_units_of_today,
)

__all__ = [
    "COUNTED_UP_TO",
    "FEW",
    "LEVELS",
    "REGISTRY_SOURCES",
    "ListFilters",
    "count_of",
    "counts_for_place",
    "establishments_visible_to",
    "list_rows",
    "page_of",
    "papers_visible_to",
    "places_to_add_in",
    "possible_duplicates",
    "records_behind",
    "registry_figures",
    "registry_list_params",
    "search",
    "tax_code_owner",
    "with_units_of_today",
]
