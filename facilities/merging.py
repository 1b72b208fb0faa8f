"""Two records of one establishment become one, and can become two again."""

import json
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Field, Q
from django.utils import timezone

from facilities import permissions
from facilities.enums import ChangeSource, DuplicateState, EstablishmentStatus
from facilities.models import DuplicateCandidate, Establishment, MergeRecord, StatusChange
from facilities.movers import movers
from khuyencong.audit.sources import recorded_as
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import User

# Not chosen between two records: what says whose record it is, how it came and how it stands.
_OF_THE_RECORD = frozenset(
    "id merged_into status status_on status_reason source source_url is_illustration registered_on"
    " surveyed_on created_by created_at updated_at folded sort_key latitude_e6 longitude_e6".split()
)


def merge_fields() -> list[Field]:
    """The facts between which a merge chooses, in the model's order; new ones join by themselves."""
    return [
        field
        for field in Establishment._meta.concrete_fields
        if field.name not in _OF_THE_RECORD and not field.generated
    ]


def is_missing(value) -> bool:
    """Whether a value says nothing."""
    return value is None or value == "" or value == []


@dataclass(frozen=True)
class Choice:
    """A fact on which two records differ: what each says, and which one is proposed."""

    field: Field
    kept: object
    other: object
    take_other: bool


def choices_between(survivor: Establishment, merged: Establishment) -> list[Choice]:
    """The facts on which they differ. Proposed: what is there before what is missing, else what the
    record changed last says."""
    newer = merged.updated_at > survivor.updated_at
    found = []
    for field in merge_fields():
        kept, other = getattr(survivor, field.attname), getattr(merged, field.attname)
        if kept == other:
            continue
        take = not is_missing(other) and (is_missing(kept) or newer)
        if field.name == "legal_form":
            take = kept == "unknown" or (newer and other != "unknown")
        found.append(Choice(field, kept, other, take))
    return found


def fuller_first(one: Establishment, two: Establishment) -> tuple[Establishment, Establishment]:
    """The one that says more, proposed as the survivor, then the other; the earlier where equal."""

    def said(record):
        return sum(not is_missing(getattr(record, f.attname)) for f in merge_fields())

    earlier, later = sorted((one, two), key=lambda record: record.pk)
    return (later, earlier) if said(later) > said(earlier) else (earlier, later)


@recorded_as(ChangeSource.CORRECTION)
@transaction.atomic
def merge_establishments(
    *,
    actor: User,
    survivor_id: int,
    merged_id: int,
    take: frozenset[str] | set[str] = frozenset(),
    seen_at: dict[int, str] | None = None,
) -> MergeRecord:
    """Make two records one: `take` names the facts taken from the merged record, products are united,
    everything that points to it moves (`movers`). It stays readable, as merged into the survivor.

    `seen_at` holds what the actor saw (ISO times of `updated_at` by key). Raises NotAllowed,
    WrongStatus (one of them is merged already), Conflict (changed since), InvalidInput.
    """
    permissions.check_can_merge(actor)
    if survivor_id == merged_id:
        raise InvalidInput("Anh/chị chọn hai hồ sơ khác nhau.")
    survivor, merged = _locked(survivor_id, merged_id)
    for record in (survivor, merged):
        _check_stands(record)
        if seen_at and seen_at.get(record.pk) != record.updated_at.isoformat():
            raise Conflict(
                f"“{record}” vừa được sửa. Anh/chị xem lại hai hồ sơ rồi hợp nhất lần nữa."
            )
    former, written = {}, {}
    for field in merge_fields():
        value = getattr(merged, field.attname)
        if field.name in take and value != getattr(survivor, field.attname):
            former[field.name] = getattr(survivor, field.attname)
            written[field.name] = value
            setattr(survivor, field.attname, value)
    now, today = timezone.now(), timezone.localdate()
    former_status = {
        name: getattr(merged, name) for name in ("status", "status_on", "status_reason")
    }
    _set_status(
        merged, EstablishmentStatus.MERGED, actor, today, f"Hợp nhất vào “{survivor}”", survivor
    )
    _check(survivor)
    survivor.updated_at = now
    survivor.save(update_fields=[*written, "updated_at"])
    record = MergeRecord.objects.create(
        survivor=survivor,
        merged=merged,
        former=former,
        written=written,
        former_status=former_status,
        moved={name: mover.move(merged.pk, survivor.pk) for name, mover in movers().items()},
        actor=actor,
        created_at=now,
    )
    pairs = DuplicateCandidate.objects.filter(Q(first=merged) | Q(second=merged))
    of_both = Q(first=survivor) | Q(second=survivor)
    pairs.filter(of_both).update(state=DuplicateState.MERGED, decided_by=actor, decided_at=now)
    # What else it was like is asked again of the survivor, by the nightly search.
    pairs.exclude(of_both).filter(state=DuplicateState.OPEN).delete()
    return record


@recorded_as(ChangeSource.CORRECTION)
@transaction.atomic
def undo_merge(*, actor: User, merge_id: int) -> MergeRecord:
    """Make the two records two again, each with what it said and what pointed to it before.

    What was added to the survivor since stays there. Raises NotAllowed; WrongStatus with the reasons
    where later changes stand in the way, or when it was undone already.
    """
    permissions.check_can_merge(actor)
    ids = MergeRecord.objects.values_list("survivor_id", "merged_id").get(pk=merge_id)
    survivor, merged = _locked(*ids)
    record = MergeRecord.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if record.undone_at:
        at = timezone.localtime(record.undone_at)
        raise WrongStatus(
            f"Lần hợp nhất này đã được {record.undone_by} hoàn tác lúc {at:%H:%M ngày %d/%m/%Y}."
        )
    reasons = _in_the_way(record, survivor, merged)
    if reasons:
        raise WrongStatus("Chưa hoàn tác được: " + "; ".join(reasons) + ".")
    now = timezone.now()
    for name, value in record.former.items():
        field = Establishment._meta.get_field(name)
        setattr(survivor, field.attname, field.to_python(value))
    survivor.updated_at = now
    survivor.save(update_fields=[*record.former, "updated_at"])
    was = record.former_status
    _set_status(
        merged, was["status"], actor, timezone.localdate(), "Hoàn tác hợp nhất", None,
        on=StatusChange._meta.get_field("effective_on").to_python(was["status_on"]),
        reason=was["status_reason"],
    )  # fmt: skip
    for name, mover in movers().items():
        if name in record.moved:
            mover.restore(record.moved[name], merged.pk, survivor.pk)
    record.undone_by, record.undone_at = actor, now
    record.save(update_fields=["undone_by", "undone_at"])
    first, second = sorted((survivor.pk, merged.pk))
    DuplicateCandidate.objects.filter(first=first, second=second).update(
        state=DuplicateState.OPEN, decided_by=None, decided_at=None
    )
    return record


def _in_the_way(record: MergeRecord, survivor: Establishment, merged: Establishment) -> list[str]:
    reasons = []
    if survivor.status == EstablishmentStatus.MERGED:
        reasons.append(
            f"“{survivor}” đã được hợp nhất tiếp vào “{survivor.merged_into}”, cần hoàn tác lần đó trước"
        )
    for name, value in record.written.items():
        field = Establishment._meta.get_field(name)
        if _plain(getattr(survivor, field.attname)) != value:
            reasons.append(f"“{field.verbose_name}” đã được sửa sau khi hợp nhất")
    if merged.tax_code:
        holder = Establishment.objects.filter(tax_code=merged.tax_code)
        holder = holder.exclude(status=EstablishmentStatus.MERGED).exclude(
            pk__in=(survivor.pk, merged.pk)
        )
        if (found := holder.first()) is not None:
            reasons.append(f"mã số thuế của hồ sơ cũ nay thuộc “{found}”")
    for name, moved in record.moved.items():
        if (mover := movers().get(name)) is not None:
            reasons += mover.in_the_way(moved, survivor.pk)
    return reasons


def _set_status(
    record: Establishment, status: str, actor: User, day, note: str, into, *, on=None, reason=None
) -> None:
    """Write the status, where the record went, and the event; `on` and `reason` as they stood."""
    StatusChange.objects.create(
        establishment=record,
        from_status=record.status,
        to_status=status,
        effective_on=day,
        reason=note[:250],
        actor=actor,
    )
    record.status, record.merged_into = status, into
    record.status_on = day if into is not None else on
    record.status_reason = note[:250] if reason is None else reason
    record.updated_at = timezone.now()
    record.save(update_fields=["status", "status_on", "status_reason", "merged_into", "updated_at"])


def _locked(survivor_id: int, merged_id: int) -> tuple[Establishment, Establishment]:
    """Both, locked in the order of their keys: two merges crosswise wait instead of blocking."""
    rows = Establishment.objects.select_for_update(of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=(survivor_id, merged_id))}
    if len(found) < 2:
        raise Establishment.DoesNotExist
    return found[survivor_id], found[merged_id]


def _check_stands(record: Establishment) -> None:
    if record.status != EstablishmentStatus.MERGED:
        return
    last = record.merged_away.filter(undone_at=None).select_related("actor", "survivor").first()
    at = timezone.localtime(last.created_at) if last else None
    who = f": {last.actor} làm lúc {at:%H:%M ngày %d/%m/%Y}" if last else ""
    raise WrongStatus(f"“{record}” đã được hợp nhất vào “{record.merged_into}”{who}.")


def _check(survivor: Establishment) -> None:
    try:
        survivor.full_clean()
    except ValidationError as error:
        errors = error.message_dict
        raise InvalidInput(next(iter(errors.values()))[0], errors) from error


def _plain(value):
    """A value as the JSON of a merge holds it."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
