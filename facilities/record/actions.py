"""Writes of a record's details, of the rows that belong to it, and of requests about personal data."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from facilities import permissions
from facilities.actions import check_record, locked, write_changes
from facilities.enums import NEED_TRANSITIONS, ChangeSource, NeedState
from facilities.models import Establishment
from facilities.record.models import Particular, SupportNeed
from khuyencong.audit.sources import recorded_as
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean


@dataclass(frozen=True, kw_only=True)
class ContactDetails:
    """Position of the representative, how to reach the establishment, and its consent to that."""

    representative_position: str = ""
    email: str = ""
    website: str = ""
    contact_consent_on: date | None = None
    contact_consent_means: str = ""
    contact_consent_withdrawn_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class LicenceDetails:
    """The household business's licence: number, date, issuer."""

    household_licence_number: str = ""
    household_licence_on: date | None = None
    household_licence_issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class LocationDetails:
    """Craft village and point on the map (degrees, WGS 84)."""

    craft_village: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ProductionDetails:
    """Seasonal labour (people), means (đồng), energy of a year (kWh, words), markets."""

    labour_seasonal: int | None = None
    capital_vnd: int | None = None
    assets_vnd: int | None = None
    electricity_kwh: int | None = None
    fuel_use: str = ""
    markets: tuple[str, ...] = ()
    export_countries: str = ""


Details = ContactDetails | LicenceDetails | LocationDetails | ProductionDetails


@transaction.atomic
def update_details(
    *,
    actor: User,
    establishment_id: int,
    details: Details,
    seen_at: datetime | None = None,
    source: str = ChangeSource.ENTRY,
) -> Establishment:
    """Write one section of a record; only the fields that differ are written.

    The kind of `details` says which fields. `source` is kept with the history. Raises NotAllowed;
    InvalidInput (a point outside Vietnam, consent without means, a day in the future …); Conflict
    when the record has changed since `seen_at`.
    """
    establishment = locked(establishment_id)
    permissions.check_can_change_establishment(actor, establishment)
    values = {f.name: _cleaned(getattr(details, f.name)) for f in fields(details)}
    _refuse_future(values)
    write_changes(establishment, values, seen_at=seen_at, source=source)
    return establishment


@transaction.atomic
def add_particular(*, actor: User, row: Particular, source: str = ChangeSource.ENTRY) -> Particular:
    """Add a machine, certificate, yearly figure or need to its establishment.

    `row` is unsaved. Raises NotAllowed, InvalidInput (a year doubled, a product of another
    establishment, an amount without unit …).
    """
    permissions.check_can_change_establishment(actor, locked(row.establishment_id))
    _check_particular(row)
    with recorded_as(source):
        row.save()
    return row


@transaction.atomic
def update_particular(
    *,
    actor: User,
    model: type[Particular],
    row_id: int,
    values: dict,
    source: str = ChangeSource.ENTRY,
) -> Particular:
    """Correct a row of an establishment; only what differs is written. Raises as `add_particular`."""
    row = _locked_row(actor, model, row_id)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        _check_particular(row)
        with recorded_as(source):
            row.save(update_fields=changed)
    return row


@transaction.atomic
def remove_particular(*, actor: User, model: type[Particular], row_id: int) -> Establishment:
    """Take a row entered by mistake out of the record; history keeps it. Raises NotAllowed."""
    row = _locked_row(actor, model, row_id)
    establishment = row.establishment
    with recorded_as(ChangeSource.CORRECTION):
        row.delete()
    return establishment


@transaction.atomic
def change_need_state(
    *, actor: User, need_id: int, state: str, source: str = ChangeSource.ENTRY
) -> SupportNeed:
    """Say that a need was met or no longer stands, or stands again; from today.

    Raises NotAllowed, WrongStatus (a second click is told what stands).
    """
    need = _locked_row(actor, SupportNeed, need_id)
    state = NeedState(state)
    if state not in NEED_TRANSITIONS[need.state]:
        raise WrongStatus(f"Nhu cầu này đang ở tình trạng “{need.get_state_display().lower()}”.")
    need.state, need.state_on = state, timezone.localdate()
    with recorded_as(source):
        need.save(update_fields=["state", "state_on"])
    return need


def _locked_row(actor: User, model: type[Particular], row_id: int) -> Particular:
    row = (
        model.objects.select_for_update(of=("self",))
        .select_related("establishment__place")
        .get(pk=row_id)
    )
    permissions.check_can_change_establishment(actor, row.establishment)
    return row


def _check_particular(row: Particular) -> None:
    product = getattr(row, "product", None)
    if product is not None and product.establishment_id != row.establishment_id:
        sentence = "Sản phẩm này không phải của cơ sở."
        raise InvalidInput(sentence, {"product": [sentence]})
    check_record(row)


def _refuse_future(values: dict) -> None:
    today = timezone.localdate()
    errors = {
        name: [f"Ngày {value:%d/%m/%Y} chưa tới; hãy nhập ngày muộn nhất là hôm nay."]
        for name, value in values.items()
        if isinstance(value, date) and value > today
    }
    if errors:
        raise InvalidInput("Có ngày chưa tới.", errors)


def _cleaned(value):
    if isinstance(value, str):
        return clean(value)
    return list(value) if isinstance(value, tuple) else value
