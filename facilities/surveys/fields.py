"""What of a record a question may propose to update: how it is read, said in words, and written.

Values are JSON of the question's kind (`facilities.surveys.questions`). The record is written through
its own actions, with the survey as the source in its history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from facilities.actions import add_product, change_status, locked, update_product, write_changes
from facilities.enums import (
    ChangeSource,
    ConsentMeans,
    EstablishmentStatus,
    LegalForm,
    Market,
    NeedState,
)
from facilities.models import Establishment, NeedKind, NetworkGroup, Product, SupportNeed
from facilities.record.actions import add_particular
from facilities.rules import check_founded_year, labour_errors
from khuyencong.audit.sources import recorded_as
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.identifiers import format_phone, parse_phone, parse_tax_code
from khuyencong.core.numbers import format_scaled, format_vnd
from khuyencong.core.text import fold
from khuyencong.forms_as_data.enums import ColumnKind as Kind

TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT})
# Where several answers make one row, such as a need: how many such rows a questionnaire may ask for.
ROWS_OF_A_KIND = 3


@dataclass(frozen=True, kw_only=True)
class RecordField:
    """A field of the record, as a question sees it. `kinds` are those of questions that fit."""

    code: str
    label: str
    kinds: frozenset[str]
    unit: str = ""
    is_personal: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    check: Callable | None = None

    def read(self, establishment: Establishment):
        """What the record says, as an answer would; None where it says nothing."""
        return _jsonable(getattr(establishment, self.code))

    def text(self, value) -> str:
        """A value in words; empty for None."""
        if value is None or value == []:
            return ""
        if self.choices:
            words = dict(self.choices)
            many = value if isinstance(value, list) else [value]
            return ", ".join(words.get(one, str(one)) for one in many)
        if isinstance(value, bool):
            return "Có" if value else "Không"
        if isinstance(value, int):
            return format_vnd(value) if self.unit == "đồng" else self._counted(value)
        return str(value)

    def _counted(self, value: int) -> str:
        if self.code == "founded_year":
            return str(value)
        return f"{format_scaled(value)} {self.unit}".strip()

    def values(self, establishment: Establishment, value) -> dict:
        """The columns that an accepted value writes."""
        return {self.code: "" if value is None and Kind.TEXT in self.kinds else value}

    def checked(self, value):
        """The value as it is kept; ValueError with the sentence that says what is wrong."""
        if self.check is not None:
            value = self.check(value)
        if self.code in _COLUMNS and not isinstance(value, list):
            try:
                Establishment._meta.get_field(self.code).run_validators(value)
            except ValidationError as error:
                raise ValueError(error.messages[0]) from error
        return value


_COLUMNS = {field.name for field in Establishment._meta.concrete_fields} - {"network_group"}


def _jsonable(value):
    if isinstance(value, str):
        return value or None
    if isinstance(value, list):
        return sorted(value) or None
    return value


class PhoneField(RecordField):
    """A telephone number, read in groups."""

    def text(self, value) -> str:
        return format_phone(value) if value else ""


class GroupField(RecordField):
    """The network's group of trades, by its code."""

    def read(self, establishment):
        return establishment.network_group.code if establishment.network_group else None

    def text(self, value) -> str:
        label = NetworkGroup.objects.filter(code=value).values_list("label", flat=True).first()
        return label or str(value or "")

    def values(self, establishment, value):
        return {"network_group": NetworkGroup.objects.get(code=value)}


class PositionField(RecordField):
    """The point on the map: {"lat", "lon", "accuracy", "taken_at"}; the record keeps the point."""

    def read(self, establishment):
        if establishment.latitude is None:
            return None
        return {"lat": float(establishment.latitude), "lon": float(establishment.longitude)}

    def text(self, value) -> str:
        if not value:
            return ""
        # As the record writes degrees: 10,411379; 107,136223.
        point = f"{value['lat']:.6f}; {value['lon']:.6f}".replace(".", ",")
        accuracy = value.get("accuracy")
        return f"{point} (sai số {accuracy} m)" if accuracy is not None else point

    def values(self, establishment, value):
        return {
            "latitude": Decimal(f"{value['lat']:.6f}"),
            "longitude": Decimal(f"{value['lon']:.6f}"),
        }


class ConsentField(RecordField):
    """Consent to be contacted, given in the survey."""

    def read(self, establishment):
        return True if establishment.may_be_contacted else None

    def values(self, establishment, value):
        if value:
            return {
                "contact_consent_on": timezone.localdate(),
                "contact_consent_means": ConsentMeans.SURVEY_FORM,
                "contact_consent_withdrawn_on": None,
            }
        if establishment.contact_consent_on is None:
            return {}
        return {"contact_consent_withdrawn_on": timezone.localdate()}


class StatusField(RecordField):
    """Whether the establishment works; written by the action that leaves its event."""

    def values(self, establishment, value):
        return {}


def _own(code: str, kinds, *, unit="", personal=False, choices=(), check=None, of=RecordField):
    field = Establishment._meta.get_field(code)
    return of(
        code=code,
        label=str(field.verbose_name),
        kinds=frozenset(kinds),
        unit=unit,
        is_personal=personal,
        choices=tuple(choices),
        check=check,
    )


def _fields() -> dict[str, RecordField]:
    integer, money, choice = {Kind.INTEGER}, {Kind.MONEY}, {Kind.CHOICE}
    statuses = tuple(
        (status.value, status.label)
        for status in (
            EstablishmentStatus.ACTIVE,
            EstablishmentStatus.PAUSED,
            EstablishmentStatus.STOPPED,
            EstablishmentStatus.MOVED,
        )
    )
    found = [
        _own("name", {Kind.TEXT}),
        _own("legal_form", choice, choices=LegalForm.choices),
        _own("tax_code", {Kind.TEXT}, personal=True, check=parse_tax_code),
        _own("representative", {Kind.TEXT}, personal=True),
        _own("representative_position", {Kind.TEXT}, personal=True),
        _own("phone", {Kind.TEXT}, personal=True, check=parse_phone, of=PhoneField),
        _own("email", {Kind.TEXT}, personal=True),
        _own("website", {Kind.TEXT}),
        _own("address", {Kind.TEXT}),
        _own("network_group", choice, of=GroupField),
        _own("main_products", TEXTS),
        _own("founded_year", integer, check=check_founded_year),
        _own("labour_total", integer, unit="người"),
        _own("labour_female", integer, unit="người"),
        _own("labour_seasonal", integer, unit="người"),
        _own("revenue_vnd", money, unit="đồng"),
        _own("capital_vnd", money, unit="đồng"),
        _own("assets_vnd", money, unit="đồng"),
        _own("electricity_kwh", integer, unit="kWh"),
        _own("fuel_use", TEXTS),
        _own("markets", {Kind.MULTIPLE}, choices=Market.choices),
        _own("export_countries", {Kind.TEXT}),
        _own("craft_village", {Kind.TEXT}),
        _own("household_licence_number", {Kind.TEXT}),
        _own("status", choice, choices=statuses, of=StatusField),
        PositionField(
            code="position", label="Vị trí trên bản đồ", kinds=frozenset({Kind.POSITION})
        ),
        ConsentField(
            code="contact_consent",
            label="Đồng ý cho liên hệ",
            kinds=frozenset({Kind.YES_NO}),
            is_personal=True,
        ),
    ]
    return {field.code: field for field in found}


FIELDS = _fields()


@dataclass(frozen=True)
class RowField:
    """A column of a row that several answers make together, such as the cost of a need."""

    label: str
    kinds: frozenset[str]
    is_needed: bool = False


# need1.kind, need1.what …: the answers of one number make one row of the record.
ROWS = {
    "need": {
        "kind": RowField("loại nhu cầu", frozenset({Kind.CHOICE}), is_needed=True),
        "what": RowField("nhu cầu cụ thể", TEXTS),
        "year": RowField("năm mong muốn", frozenset({Kind.INTEGER})),
        "cost": RowField("kinh phí dự kiến", frozenset({Kind.MONEY})),
    },
    "product": {
        "name": RowField("tên sản phẩm", frozenset({Kind.TEXT}), is_needed=True),
        "capacity": RowField("công suất một năm", frozenset({Kind.NUMBER, Kind.INTEGER})),
        "unit": RowField("đơn vị công suất", frozenset({Kind.TEXT})),
    },
}
ROW_WORDS = {"need": "Nhu cầu hỗ trợ", "product": "Sản phẩm"}


def row_of(proposes: str) -> tuple[str, str] | None:
    """("need1", "kind") of `need1.kind`; None for what is no column of a row that may be asked for."""
    row, _, name = proposes.partition(".")
    kind, number = row[:-1], row[-1:]
    known = kind in ROWS and name in ROWS[kind]
    return (row, name) if known and number in "123" and number else None


def proposable(proposes: str, kind: str) -> bool:
    """Whether a question of this kind may propose to update this."""
    if proposes in FIELDS:
        return kind in FIELDS[proposes].kinds
    row = row_of(proposes)
    return row is not None and kind in ROWS[row[0][:-1]][row[1]].kinds


def proposable_choices() -> list[tuple[str, str]]:
    """(code, label) of all that a question may propose to update."""
    found = [(field.code, field.label) for field in FIELDS.values()]
    for kind, names in ROWS.items():
        for number in range(1, ROWS_OF_A_KIND + 1):
            found += [
                (f"{kind}{number}.{name}", f"{ROW_WORDS[kind]} thứ {number}: {row.label}")
                for name, row in names.items()
            ]
    return found


def label_of(field: str) -> str:
    """The field of an update in words: of the record, or of a row that it adds."""
    if field in FIELDS:
        return FIELDS[field].label
    return f"{ROW_WORDS[field[:-1]]} (thêm vào hồ sơ)"


def text_of(field: str, value) -> str:
    """A value of an update in words."""
    if field in FIELDS:
        return FIELDS[field].text(value)
    if not value:
        return ""
    if field.startswith("need"):
        kind = NeedKind.objects.filter(code=value["kind"]).first()
        parts = [str(kind or value["kind"]), value.get("what") or ""]
        parts += [f"năm {value['year']}"] if value.get("year") else []
        parts += [format_vnd(value["cost"])] if value.get("cost") is not None else []
        return " · ".join(filter(None, parts))
    capacity = " ".join(filter(None, [_number(value.get("capacity")), value.get("unit")]))
    return " · ".join(filter(None, [value["name"], capacity and f"{capacity} một năm"]))


def _number(value) -> str:
    return str(value).replace(".", ",") if value not in (None, "") else ""


def read_of(field: str, establishment: Establishment):
    """What the record says of a field now. A row that would be added: the row it has already."""
    if field in FIELDS:
        return FIELDS[field].read(establishment)
    return None


def same(field: str, one, two) -> bool:
    """Whether two values of a field are one: positions within some ten metres are."""
    if field == "position" and one and two:
        return all(abs(one[axis] - two[axis]) < 0.0001 for axis in ("lat", "lon"))
    if field == "contact_consent":
        return bool(one) == bool(two)
    if isinstance(one, list) and isinstance(two, list):
        return sorted(one) == sorted(two)
    return one == two


def has_row(establishment: Establishment, field: str, row: dict) -> bool:
    """Whether the record has a need or product that says all that this row would."""
    if field.startswith("need"):
        return establishment.supportneeds.filter(
            kind__code=row["kind"],
            state=NeedState.OPEN,
            wished_year=row.get("year"),
            estimated_vnd=row.get("cost"),
        ).exists()
    figures = {}
    if row.get("capacity") is not None:
        figures = {"capacity_value": Decimal(str(row["capacity"]))}
    held = establishment.products.filter(**figures)
    return any(fold(product.name) == fold(row["name"]) for product in held)


def write(actor, establishment_id: int, values: dict, *, on: date) -> None:
    """Write accepted values into the record, all in one: plain fields together, since some are held
    against each other, then the status with its event, then rows. `on` is the day of the survey.

    Who may is asked by the record's own rules. Raises NotAllowed, InvalidInput, WrongStatus.
    """
    establishment = locked(establishment_id)
    columns = {}
    for field, value in values.items():
        if field in FIELDS:
            columns |= FIELDS[field].values(establishment, value)
    errors = labour_errors(
        columns.get("labour_total", establishment.labour_total),
        columns.get("labour_female", establishment.labour_female),
    )
    if errors and columns.keys() & {"labour_total", "labour_female"}:
        raise InvalidInput(next(iter(errors.values())), {k: [v] for k, v in errors.items()})
    write_changes(establishment, columns, source=ChangeSource.SURVEY)
    status = values.get("status")
    if status and status != establishment.status:
        with recorded_as(ChangeSource.SURVEY):
            change_status(
                actor=actor,
                establishment_id=establishment_id,
                status=status,
                on=max(on, establishment.status_on or on),
                reason="Theo phiếu khảo sát",
            )
    for field, value in values.items():
        if field not in FIELDS and not has_row(establishment, field, value):
            _WRITERS[field[:-1]](actor, establishment, value)


def _write_need(actor, establishment: Establishment, value: dict) -> None:
    kind = NeedKind.objects.get(code=value["kind"])
    add_particular(
        actor=actor,
        source=ChangeSource.SURVEY,
        row=SupportNeed(
            establishment=establishment,
            kind=kind,
            what=(value.get("what") or kind.label)[:300],
            wished_year=value.get("year"),
            estimated_vnd=value.get("cost"),
            source=ChangeSource.SURVEY,
            is_illustration=establishment.is_illustration,
        ),
    )


def _write_product(actor, establishment: Establishment, value: dict) -> None:
    capacity = value.get("capacity")
    figures = {
        "capacity_value": Decimal(str(capacity)) if capacity not in (None, "") else None,
        "capacity_unit": value.get("unit") or "",
    }
    held = Product.objects.filter(establishment=establishment)
    twin = next((p for p in held if fold(p.name) == fold(value["name"])), None)
    if twin is None:
        add_product(
            actor=actor,
            establishment_id=establishment.pk,
            name=value["name"],
            source=ChangeSource.SURVEY,
            **figures,
        )
        return
    update_product(
        actor=actor,
        product_id=twin.pk,
        name=twin.name,
        capacity=twin.capacity,
        source=ChangeSource.SURVEY,
        **figures,
    )


_WRITERS = {"need": _write_need, "product": _write_product}
