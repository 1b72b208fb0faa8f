"""What the registry counts for Part II of the report, and the rows behind each count.

A count is taken at the end of a period from the rows themselves: who was in the book, and in what
status the dated status changes say they were on that day.
"""

from datetime import date, timedelta
from functools import lru_cache

from django.db import connection
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from facilities.catalogue import OTHER_GROUP
from facilities.enums import (
    ENTERPRISE_FORMS,
    GONE_STATUSES,
    EstablishmentStatus,
    LegalForm,
)
from facilities.models import Establishment, EstablishmentQuerySet, StatusChange
from khuyencong.core.prepared import Prepared

_IN_BOOK = ~Q(status_at_end__in=GONE_STATUSES)
_NAMED_FORMS = (
    *ENTERPRISE_FORMS,
    LegalForm.COOPERATIVE,
    LegalForm.COOPERATIVE_GROUP,
    LegalForm.HOUSEHOLD,
)

# Source code of an indicator → which rows it counts. `status_at_end` and `status_before` are
# annotated by `_at`; `new` also needs the period's first day.
_CONDITIONS: dict[str, Q] = {
    "registry.total": _IN_BOOK,
    "registry.active": Q(status_at_end=EstablishmentStatus.ACTIVE),
    "registry.paused": Q(status_at_end=EstablishmentStatus.PAUSED),
    "registry.stopped": Q(status_at_end=EstablishmentStatus.STOPPED),
    "registry.new": Q(registered_on__gte=F("period_start")),
    "registry.stopped_in_period": Q(status_at_end=EstablishmentStatus.STOPPED)
    & ~Q(status_before=EstablishmentStatus.STOPPED),
    "registry.enterprises": _IN_BOOK & Q(legal_form__in=ENTERPRISE_FORMS),
    "registry.cooperatives": _IN_BOOK & Q(legal_form=LegalForm.COOPERATIVE),
    "registry.cooperative_groups": _IN_BOOK & Q(legal_form=LegalForm.COOPERATIVE_GROUP),
    "registry.households": _IN_BOOK & Q(legal_form=LegalForm.HOUSEHOLD),
    "registry.other_forms": _IN_BOOK & ~Q(legal_form__in=_NAMED_FORMS),
    "registry.labour": _IN_BOOK & Q(labour_total__gt=0),
    "registry.labour_female": _IN_BOOK & Q(labour_female__gt=0),
}
_SUMS = {"registry.labour": "labour_total", "registry.labour_female": "labour_female"}
REGISTRY_SOURCES = tuple(_CONDITIONS)


def _status_on(day: date):
    """The status on a day: what the first later change came from, else the status of now."""
    later = (
        StatusChange.objects.filter(establishment=OuterRef("pk"), effective_on__gt=day)
        .order_by("effective_on", "id")
        .values("from_status")[:1]
    )
    return Coalesce(
        Subquery(later),
        Case(
            # Loaded from elsewhere with a later date and without its change: it was at work before.
            When(status_on__gt=day, then=Value(EstablishmentStatus.ACTIVE.value)),
            default=F("status"),
        ),
    )


def _at(rows: EstablishmentQuerySet, period_start: date, period_end: date):
    """Rows that were in the book by the end, with their status then and before the period."""
    return rows.filter(registered_on__lte=period_end).alias(
        status_at_end=_status_on(period_end),
        status_before=_status_on(period_start - timedelta(days=1)),
        period_start=Value(period_start),
    )


def registry_figures(place_ids, period_start: date, period_end: date) -> dict[tuple[str, str], int]:
    """All registry counts of places (with the units that passed into them whole) at the end of a period.

    An establishment still filed under a unit that was split counts nowhere until somebody files it
    under the unit where it stands: counted in every successor it would count twice.

    Keys are (source code, code of the network group), the group '' for the total; an establishment
    without a group counts under `khac`. Every source has its '' key, zero included; labour is in
    people. `total` and what is split from it leave out the stopped ones, as the form says. New:
    entered in the book in the period. One query.
    """
    statement, parameters = _compiled_figures()
    given = {
        _PLACES: list(place_ids),
        _START: period_start,
        _END: period_end,
        _BEFORE: period_start - timedelta(days=1),
    }
    figures = {(source, ""): 0 for source in REGISTRY_SOURCES}
    with connection.cursor() as cursor:
        statement.run(
            cursor,
            [
                given[value] if isinstance(value, str | date) and value in given else value
                for value in parameters
            ],
        )
        names = [column.name for column in cursor.description]
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            for source in REGISTRY_SOURCES:
                value = row[source.removeprefix("registry.")]
                figures[source, row["group"]] = figures.get((source, row["group"]), 0) + value
                figures[source, ""] += value
    return figures


# Stand-ins for the parameters of the one query behind every submission: Django takes longer to
# write it than PostgreSQL to answer it, so it is written once per process.
_PLACES, _START, _END, _BEFORE = "places", date(1, 1, 2), date(1, 1, 3), date(1, 1, 1)


@lru_cache(maxsize=1)
def _compiled_figures() -> tuple[Prepared, tuple]:
    """Statement and parameters of `registry_figures`, with the stand-ins among the parameters."""
    places = RawSQL(
        "SELECT unnest(%s::bigint[])"
        " UNION SELECT place_id FROM core_placelineage"
        " WHERE is_whole AND successor_id = ANY(%s::bigint[])",
        [_PLACES, _PLACES],
    )
    rows = _at(Establishment.objects.filter(place_id__in=places), _START, _END)
    measures = {
        source.removeprefix("registry."): (
            Sum(_SUMS[source], filter=condition, default=0)
            if source in _SUMS
            else Count("pk", filter=condition)
        )
        for source, condition in _CONDITIONS.items()
    }
    by_group = (
        rows.order_by()
        .values(group=Coalesce("network_group__code", Value(OTHER_GROUP)))
        .annotate(**measures)
    )
    sql, parameters = by_group.query.sql_with_params()
    return Prepared("kc_registry_figures", sql), parameters


def counts_for_place(place_ids, starts_on: date, ends_on: date) -> dict[str, int]:
    """The totals of `registry_figures` alone, by source code without its `registry.` prefix."""
    return {
        source.removeprefix("registry."): value
        for (source, member), value in registry_figures(place_ids, starts_on, ends_on).items()
        if not member
    }


def records_behind(
    rows: EstablishmentQuerySet,
    source_code: str,
    member: str = "",
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> EstablishmentQuerySet:
    """Those of `rows` (already in the reader's scope and place) that a count is made of.

    Without dates: as of today. Raises KeyError for an unknown source code.
    """
    condition = _CONDITIONS[source_code]
    ends_on = ends_on or timezone.localdate()
    found = _at(rows, starts_on or ends_on, ends_on).filter(condition)
    if member == OTHER_GROUP:
        return found.filter(Q(network_group__code=member) | Q(network_group__isnull=True))
    return found.filter(network_group__code=member) if member else found


def registry_list_params(
    source_code: str,
    member: str = "",
    *,
    place_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> dict[str, str]:
    """Query parameters of `facilities:list` that show exactly the rows behind a count."""
    params = {"chi_tieu": source_code, "nhom_dem": member}
    if place_id:
        params["xa"] = str(place_id)
    if starts_on:
        params["tu"] = starts_on.isoformat()
    if ends_on:
        params["den"] = ends_on.isoformat()
    return {name: value for name, value in params.items() if value}
