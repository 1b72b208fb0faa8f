"""Giving a document its number, and freezing it."""

from datetime import date

from django.db import transaction

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.models import User
from khuyencong.core.permissions import check_has_role
from khuyencong.documents.models import IssuedDocument, NumberSeries
from khuyencong.documents.paper import Paper, data_hash, to_data


@transaction.atomic
def issue_document(*, actor: User, kind: str, paper: Paper, signed_on: date) -> IssuedDocument:
    """Give a signed document the next number of its symbol and year, and freeze it with its hash.

    Called within the transaction that signs the record; who may sign is that action's matter. The
    series' row is locked until the end of the transaction, so numbers have no gaps and no doubles:
    whoever fails gives the number back.
    """
    symbol, year = paper.letterhead.symbol, signed_on.year
    series = _locked_series(symbol, year)
    series.last_number += 1
    series.save(update_fields=["last_number"])
    content = to_data(paper.numbered(series.last_number, signed_on))
    return IssuedDocument.objects.create(
        kind=kind,
        symbol=symbol,
        year=year,
        number=series.last_number,
        signed_on=signed_on,
        signed_by=actor,
        abstract=paper.letterhead.abstract,
        content=content,
        content_hash=data_hash(content),
    )


def _locked_series(symbol: str, year: int) -> NumberSeries:
    NumberSeries.objects.bulk_create(
        [NumberSeries(symbol=symbol, year=year)], ignore_conflicts=True
    )
    return NumberSeries.objects.select_for_update().get(symbol=symbol, year=year)


@transaction.atomic
def move_series_forward(*, actor: User, symbol: str, year: int, last_number: int) -> NumberSeries:
    """Say that numbers up to `last_number` were given outside of the portal (an administrator's).

    Raises NotAllowed; InvalidInput for a number below the last one given.
    """
    check_has_role(actor, Role.ADMINISTRATOR)
    series = _locked_series(symbol, year)
    if last_number < series.last_number:
        raise InvalidInput(
            f"Dãy {series} đã cấp đến số {series.last_number}; chỉ có thể tăng, không thể lùi."
        )
    series.last_number = last_number
    series.save(update_fields=["last_number"])
    return series
