"""Writes of the registry. History is kept by triggers; a change of status also leaves its event."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facilities import permissions
from facilities.enums import (
    STATUS_TRANSITIONS,
    ChangeSource,
    DataSource,
    EstablishmentStatus,
    LegalForm,
)
from facilities.models import Establishment, Industry, NetworkGroup, Product, StatusChange
from khuyencong.audit.sources import recorded_as
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import Place, User
from khuyencong.core.text import clean

TAX_CODE_ONCE = "establishment_tax_code_once"
# How a new record's source is told in the history of its values.
_CHANGE_OF = {
    DataSource.SURVEY: ChangeSource.SURVEY,
    DataSource.IMPORT: ChangeSource.IMPORT,
}


@dataclass(frozen=True, kw_only=True)
class EstablishmentFacts:
    """What is known of an establishment, as a form or an import states it. Money in đồng."""

    name: str
    legal_form: str = LegalForm.UNKNOWN
    place: Place
    tax_code: str = ""
    representative: str = ""
    phone: str = ""
    address: str = ""
    network_group: NetworkGroup | None = None
    industry: Industry | None = None
    main_products: str = ""
    founded_year: int | None = None
    labour_total: int | None = None
    labour_female: int | None = None
    revenue_vnd: int | None = None
    note: str = ""


@transaction.atomic
def add_establishment(
    *,
    actor: User,
    facts: EstablishmentFacts,
    status: str = EstablishmentStatus.ACTIVE,
    status_on: date | None = None,
    source: str = DataSource.ENTRY,
    registered_on: date | None = None,
    point: tuple[Decimal, Decimal] | None = None,
) -> Establishment:
    """Enter an establishment in the book, today unless said otherwise; `source` is a `DataSource`,
    `point` latitude and longitude in degrees.

    Raises NotAllowed outside the actor's communes, InvalidInput where a rule is broken (the tax
    code is in the book already, female labour exceeds the total …).
    """
    permissions.check_can_add_establishment(actor, facts.place)
    establishment = Establishment(
        **_fields(facts),
        status=status,
        status_on=status_on,
        source=source,
        registered_on=registered_on or timezone.localdate(),
        created_by=actor,
    )
    if point is not None:
        establishment.latitude, establishment.longitude = point
    check_record(establishment)
    with recorded_as(_CHANGE_OF.get(source, ChangeSource.ENTRY)):
        _save(establishment)
    return establishment


@transaction.atomic
def update_establishment(
    *,
    actor: User,
    establishment_id: int,
    facts: EstablishmentFacts,
    seen_at: datetime | None = None,
    source: str = ChangeSource.ENTRY,
) -> Establishment:
    """Correct or complete what the book says; only the fields that differ are written.

    `source` is a `ChangeSource`, kept with the history of what changes. `seen_at` is the
    `updated_at` of what the actor saw: Conflict if it has changed since. Moving it to another commune
    needs the right to add there. Raises NotAllowed, InvalidInput.
    """
    establishment = locked(establishment_id)
    permissions.check_can_change_establishment(actor, establishment)
    if facts.place.pk != establishment.place_id:
        permissions.check_can_add_establishment(actor, facts.place)
    write_changes(establishment, _fields(facts), seen_at=seen_at, source=source)
    return establishment


@transaction.atomic
def change_status(
    *, actor: User, establishment_id: int, status: str, on: date, reason: str = ""
) -> Establishment:
    """Say that an establishment paused, stopped or works again since a day, and why.

    Leaves a StatusChange. Raises NotAllowed; WrongStatus when it has that status already or the way
    is not open; InvalidInput for a day in the future or before the last change, or without reason.
    """
    establishment = locked(establishment_id)
    permissions.check_can_change_establishment(actor, establishment)
    status, reason = EstablishmentStatus(status), clean(reason)
    if status == establishment.status:
        raise WrongStatus(_already(establishment))
    if status not in STATUS_TRANSITIONS[establishment.status]:
        raise WrongStatus(
            f"Cơ sở {establishment.get_status_display().lower()} không chuyển thẳng sang "
            f"“{status.label.lower()}” được; anh/chị ghi nhận hoạt động trở lại trước."
        )
    errors = {}
    if on > timezone.localdate():
        errors["on"] = [
            f"Ngày {on:%d/%m/%Y} chưa tới; hãy nhập ngày đã đổi tình trạng, muộn nhất là hôm nay."
        ]
    elif establishment.status_on and on < establishment.status_on:
        errors["on"] = [
            f"Ngày {on:%d/%m/%Y} trước lần đổi tình trạng gần nhất ({establishment.status_on:%d/%m/%Y})."
        ]
    if status != EstablishmentStatus.ACTIVE and not reason:
        errors["reason"] = ["Anh/chị ghi lý do, ví dụ: thiếu nguyên liệu, chủ cơ sở nghỉ."]
    if errors:
        raise InvalidInput("Chưa đổi được tình trạng.", errors)
    StatusChange.objects.create(
        establishment=establishment,
        from_status=establishment.status,
        to_status=status,
        effective_on=on,
        reason=reason,
        actor=actor,
    )
    establishment.status, establishment.status_on = status, on
    establishment.status_reason, establishment.updated_at = reason, timezone.now()
    establishment.save(update_fields=["status", "status_on", "status_reason", "updated_at"])
    return establishment


@transaction.atomic
def add_product(
    *,
    actor: User,
    establishment_id: int,
    name: str,
    capacity: str = "",
    capacity_value: Decimal | None = None,
    capacity_unit: str = "",
    source: str = ChangeSource.ENTRY,
) -> Product:
    """Add a product to an establishment; the capacity is of a year, with its unit.

    Raises NotAllowed, InvalidInput (name missing or doubled, a capacity without unit).
    """
    establishment = locked(establishment_id)
    permissions.check_can_change_establishment(actor, establishment)
    product = Product(
        establishment=establishment,
        name=clean(name),
        capacity=clean(capacity),
        capacity_value=capacity_value,
        capacity_unit=clean(capacity_unit),
    )
    check_record(product)
    with recorded_as(source):
        product.save()
    return product


@transaction.atomic
def update_product(
    *,
    actor: User,
    product_id: int,
    name: str,
    capacity: str = "",
    capacity_value: Decimal | None = None,
    capacity_unit: str = "",
    source: str = ChangeSource.ENTRY,
) -> Product:
    """Correct a product. Raises NotAllowed, InvalidInput."""
    product = _locked_product(product_id)
    permissions.check_can_change_establishment(actor, product.establishment)
    product.name, product.capacity = clean(name), clean(capacity)
    product.capacity_value, product.capacity_unit = capacity_value, clean(capacity_unit)
    check_record(product)
    with recorded_as(source):
        product.save(update_fields=["name", "capacity", "capacity_value", "capacity_unit"])
    return product


@transaction.atomic
def remove_product(*, actor: User, product_id: int) -> Establishment:
    """Take a product entered by mistake out of the book; history keeps it.

    Raises NotAllowed; WrongStatus when it holds a title, which is a fact to be kept.
    """
    product = _locked_product(product_id)
    permissions.check_can_change_establishment(actor, product.establishment)
    if product.awards.exists():
        raise WrongStatus(
            f"“{product.name}” có danh hiệu sản phẩm tiêu biểu nên không gỡ khỏi sổ được. "
            "Nếu ghi nhầm, anh/chị báo chuyên viên Trung tâm."
        )
    if product.certificates.exists():
        raise WrongStatus(
            f"“{product.name}” có chứng nhận trong sổ; anh/chị gỡ chứng nhận trước rồi gỡ sản phẩm."
        )
    product.delete()
    return product.establishment


def _fields(facts: EstablishmentFacts) -> dict:
    """The facts by field, texts cleaned."""
    values = {name: getattr(facts, name) for name in EstablishmentFacts.__dataclass_fields__}
    return {
        name: "\n".join(clean(line) for line in value.splitlines()).strip()
        if name == "note"
        else clean(value)
        if isinstance(value, str)
        else value
        for name, value in values.items()
    }


def write_changes(
    establishment: Establishment,
    values: dict,
    *,
    seen_at: datetime | None = None,
    source: str = ChangeSource.ENTRY,
) -> list[str]:
    """Write what differs of a locked establishment; returns the names of the fields that changed.

    Raises Conflict when it has changed since `seen_at`, InvalidInput where a rule is broken. Who may
    is the caller's to check.
    """
    if seen_at is not None and establishment.updated_at != seen_at:
        at = timezone.localtime(establishment.updated_at)
        raise Conflict(
            f"Cơ sở này vừa được người khác sửa lúc {at:%H:%M ngày %d/%m/%Y}. Những gì anh/chị nhập "
            "vẫn còn trong ô; anh/chị mở lại trang của cơ sở để đối chiếu rồi lưu lần nữa."
        )
    changed = []
    for name, value in values.items():
        if getattr(establishment, name) != value:
            setattr(establishment, name, value)
            changed.append(name)
    if not changed:
        return []
    check_record(establishment)
    establishment.updated_at = timezone.now()
    with recorded_as(source):
        _save(establishment, update_fields=[*changed, "updated_at"])
    return changed


def check_record(record) -> None:
    """Raise InvalidInput with the model's own sentences, field by field."""
    try:
        record.full_clean()
    except ValidationError as error:
        errors = error.message_dict
        first = next(iter(errors.values()))[0]
        raise InvalidInput(first, errors) from error


def _save(establishment: Establishment, **kwargs) -> None:
    """Save; a tax code that somebody else entered since the check is refused as the check would."""
    try:
        with transaction.atomic():
            establishment.save(**kwargs)
    except IntegrityError as error:
        if TAX_CODE_ONCE not in str(error):
            raise
        sentence = "Mã số thuế này đã có trong sổ."
        raise InvalidInput(sentence, {"tax_code": [sentence]}) from error


def locked(establishment_id: int) -> Establishment:
    """The establishment with its place, locked until the transaction ends."""
    return (
        Establishment.objects.select_for_update(of=("self",))
        .select_related("place")
        .get(pk=establishment_id)
    )


def _locked_product(product_id: int) -> Product:
    return (
        Product.objects.select_for_update(of=("self",))
        .select_related("establishment__place")
        .get(pk=product_id)
    )


def _already(establishment: Establishment) -> str:
    """Who set the present status, and when: what a second click is told."""
    last = establishment.status_changes.select_related("actor").first()
    words = f"Cơ sở đã ở tình trạng “{establishment.get_status_display().lower()}”"
    if last is None:
        return f"{words} từ khi vào sổ."
    at = timezone.localtime(last.created_at)
    return f"{words}: {last.actor} ghi lúc {at:%H:%M ngày %d/%m/%Y}, kể từ {last.effective_on:%d/%m/%Y}."
