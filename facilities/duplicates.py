"""Pairs of records that may be one: how alike they are, in words; the nightly search; decisions."""

from datetime import datetime, timedelta
from difflib import SequenceMatcher
from math import asin, cos, radians, sin, sqrt

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from facilities import permissions
from facilities.enums import DuplicateState, EstablishmentStatus
from facilities.models import DuplicateCandidate, DuplicateSearch, Establishment
from facilities.models_finding import LEADING_SQL
from facilities.words import bare_name
from khuyencong.core.exceptions import WrongStatus
from khuyencong.core.models import PlaceLineage, User
from khuyencong.core.text import fold

# A pair is shown from this score on.
WORTH_ASKING = 50
NEAR_METRES = 150
# A telephone that more records share is a shop's or a village's, and tells nothing.
SHARED_PHONE = 8
# Names are compared letter by letter within a commune only while this many records changed.
COMPARE_UP_TO = 50_000
CHUNK = 2_000


def likeness(one: Establishment, two: Establishment, *, same_line: bool) -> tuple[int, list[str]]:
    """How much speaks for two records being one (0 to 100), and what, in words.

    `same_line`: their places are the same, or one became the other.
    """
    score, reasons = 0, []

    def count(points: int, reason: str) -> None:
        nonlocal score
        score += points
        reasons.append(reason)

    names = bare_name(one.name), bare_name(two.name)
    near = SequenceMatcher(None, *names).ratio()
    if names[0] == names[1]:
        same = (
            "Cùng tên"
            if fold(one.name) == fold(two.name)
            else "Cùng tên khi bỏ loại hình, viết tắt"
        )
        count(45, same)
    elif near >= 0.8:
        count(30, "Tên gần giống nhau")
    if one.phone and one.phone == two.phone:
        count(35, "Cùng số điện thoại")
    roots = one.tax_code[:10], two.tax_code[:10]
    if all(roots):
        if roots[0] == roots[1]:
            count(30, "Cùng mã số thuế gốc")
        else:
            count(-30, "Nhưng hai mã số thuế khác nhau")
    if same_line:
        same = one.place_id == two.place_id
        count(20, f"Cùng ở {one.place}" if same else "Cùng địa bàn sau khi sáp nhập xã")
    if one.representative and fold(one.representative) == fold(two.representative):
        count(20, "Cùng người đại diện")
    if one.address and fold(one.address) == fold(two.address):
        count(10, "Cùng địa chỉ")
    metres = _metres(one, two)
    if metres is not None and metres <= NEAR_METRES:
        count(15, f"Cách nhau {metres} m trên bản đồ")
    return max(0, min(100, score)), reasons


def _metres(one, two) -> int | None:
    """How far apart two records are, where both have a point on the map."""
    points = [(getattr(r, "latitude", None), getattr(r, "longitude", None)) for r in (one, two)]
    if any(value is None for point in points for value in point):
        return None
    (lat1, lon1), (lat2, lon2) = (tuple(radians(float(v)) for v in point) for point in points)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * 6_371_000 * asin(sqrt(half)))


_BARE = f"regexp_replace(' ' || kc_fold({{0}}.name) || ' ', '{LEADING_SQL}', ' ')"
# The expression of the index establishment_by_bare_name, as Django wrote it there.
_INDEXED = (
    "regexp_replace(COALESCE(' ', '') || COALESCE((COALESCE(kc_fold(b.name), '') || COALESCE(' ', '')), ''),"
    f" '{LEADING_SQL}', ' ')"
)
_SAME_LINE = """(a.place_id = b.place_id OR EXISTS (
    SELECT 1 FROM core_placelineage x JOIN core_placelineage y ON y.successor_id = x.successor_id
    WHERE x.place_id = a.place_id AND y.place_id = b.place_id))"""
_STANDS = "b.id <> a.id AND b.status <> 'merged'"
_PAIRS = f"""
    WITH a AS MATERIALIZED (
        SELECT id, place_id, phone, tax_code, {_BARE.format("e")} AS bare
        FROM facilities_establishment e
        WHERE status <> 'merged' AND updated_at >= %(since)s
    )
    SELECT a.id, b.id FROM a JOIN facilities_establishment b
        ON {_INDEXED} = a.bare AND {_STANDS} AND {_SAME_LINE}
    UNION
    SELECT a.id, b.id FROM a JOIN facilities_establishment b
        ON b.phone = a.phone AND b.phone <> '' AND {_STANDS}
        WHERE a.phone <> '' AND (SELECT count(*) FROM facilities_establishment c
            WHERE c.phone = a.phone AND c.phone <> '') <= {SHARED_PHONE}
    UNION
    SELECT a.id, b.id FROM a JOIN facilities_establishment b
        ON b.tax_code = left(a.tax_code, 10) AND b.tax_code <> '' AND {_STANDS}
        WHERE length(a.tax_code) > 12
"""
_NEAR_PAIRS = f"""
    UNION
    SELECT a.id, b.id FROM a JOIN facilities_establishment b
        ON b.place_id = a.place_id AND {_STANDS} AND strict_word_similarity(a.bare, b.folded) > 0.65
"""


@transaction.atomic
def search_duplicates() -> int:
    """Look at what changed since the last run and note the pairs worth asking about; returns how many
    were new. Decisions stand; open pairs that changed are weighed again. One run at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('facilities.search_duplicates'))")
        if not cursor.fetchone()[0]:
            return 0
    last = DuplicateSearch.objects.first()
    started = timezone.now()
    # A record saved by a transaction that was open during the last run is met by this one.
    since = last.until - timedelta(hours=1) if last else datetime.min.replace(tzinfo=started.tzinfo)
    changed = Establishment.objects.filter(updated_at__gte=since).count()
    sql = _PAIRS + (_NEAR_PAIRS if changed <= COMPARE_UP_TO else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since})
        pairs = {tuple(sorted(pair)) for pair in cursor.fetchall()}
    open_pairs = DuplicateCandidate.objects.filter(state=DuplicateState.OPEN).filter(
        Q(first__updated_at__gte=since) | Q(second__updated_at__gte=since)
    )
    again = {(pair.first_id, pair.second_id): pair for pair in open_pairs}
    wanted = sorted(pairs | set(again))
    found = 0
    for start in range(0, len(wanted), CHUNK):
        found += _weigh(wanted[start : start + CHUNK], again)
    DuplicateSearch.objects.create(until=started, pairs_found=found)
    return found


def _weigh(pairs: list[tuple[int, int]], again: dict) -> int:
    """Score pairs and write what is worth asking about; returns how many were new."""
    ids = {pk for pair in pairs for pk in pair}
    records = Establishment.objects.select_related("place").in_bulk(ids)
    lines = _lines({record.place_id for record in records.values()})
    new = []
    for first_id, second_id in pairs:
        one, two = records[first_id], records[second_id]
        same = bool(lines[one.place_id] & lines[two.place_id])
        score, reasons = likeness(one, two, same_line=same)
        merged = EstablishmentStatus.MERGED in (one.status, two.status)
        known = again.get((first_id, second_id))
        if known is not None and (merged or score < WORTH_ASKING):
            known.delete()
        elif known is not None and (known.score, known.reasons) != (score, reasons):
            known.score, known.reasons = score, reasons
            known.save(update_fields=["score", "reasons"])
        elif known is None and score >= WORTH_ASKING:
            new.append(DuplicateCandidate(first=one, second=two, score=score, reasons=reasons))
    before = DuplicateCandidate.objects.count()
    DuplicateCandidate.objects.bulk_create(new, ignore_conflicts=True)
    return DuplicateCandidate.objects.count() - before


def _lines(place_ids: set[int]) -> dict[int, set[int]]:
    """Each place with itself and what it became."""
    lines = {pk: {pk} for pk in place_ids}
    rows = PlaceLineage.objects.filter(place__in=place_ids).values_list("place_id", "successor_id")
    for place_id, successor_id in rows:
        lines[place_id].add(successor_id)
    return lines


def same_line(one_place_id: int, two_place_id: int) -> bool:
    """Whether two places are one, or one became the other, or both the same."""
    lines = _lines({one_place_id, two_place_id})
    return bool(lines[one_place_id] & lines[two_place_id])


def pairs_to_decide(
    *, place_ids=None, state: str = DuplicateState.OPEN, least: int = 0
) -> QuerySet[DuplicateCandidate]:
    """Pairs in a state, the likeliest first, of some places and from a score on."""
    pairs = DuplicateCandidate.objects.filter(state=state, score__gte=least).select_related(
        "first__place", "second__place", "decided_by"
    )
    if place_ids is not None:
        pairs = pairs.filter(Q(first__place__in=place_ids) | Q(second__place__in=place_ids))
    return pairs.order_by("-score", "id")


def pairs_of(establishment: Establishment) -> QuerySet[DuplicateCandidate]:
    """The pairs of one record that wait for a decision."""
    return pairs_to_decide().filter(Q(first=establishment) | Q(second=establishment))


@transaction.atomic
def decide_not_duplicate(*, actor: User, pair_id: int) -> DuplicateCandidate:
    """Remember that two records are two establishments; the nightly search asks no more.

    Raises NotAllowed; WrongStatus when it was decided already, with who and when.
    """
    return _decide(actor, pair_id, DuplicateState.OPEN, DuplicateState.NOT_DUPLICATE)


@transaction.atomic
def reopen_pair(*, actor: User, pair_id: int) -> DuplicateCandidate:
    """Take "không trùng" back. Raises NotAllowed, WrongStatus."""
    return _decide(actor, pair_id, DuplicateState.NOT_DUPLICATE, DuplicateState.OPEN)


def _decide(actor: User, pair_id: int, from_state: str, to_state: str) -> DuplicateCandidate:
    permissions.check_can_merge(actor)
    pair = DuplicateCandidate.objects.select_for_update(of=("self",)).get(pk=pair_id)
    if pair.state != from_state:
        by = (
            f": {pair.decided_by} ghi lúc {timezone.localtime(pair.decided_at):%H:%M ngày %d/%m/%Y}"
        )
        raise WrongStatus(
            f"Cặp này đang ở trạng thái “{pair.get_state_display().lower()}”"
            + (by if pair.decided_by else "")
            + "."
        )
    pair.state = to_state
    decided = to_state != DuplicateState.OPEN
    pair.decided_by = actor if decided else None
    pair.decided_at = timezone.now() if decided else None
    pair.save(update_fields=["state", "decided_by", "decided_at"])
    return pair
