"""Loads the places of `core/data` with their dates and successions; safe to run again.

A row of Place is one state of a unit: name, kind and parent are constant over its dates. The
files give the state before 2025 and since 2025-07-01; what happened between is told here, since
no file says it (`core/data/README.md`).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from khuyencong.core.enums import PlaceKind, PlaceLevel, SuccessionKind
from khuyencong.core.models import Place, Succession
from khuyencong.core.places import rebuild_lineage

DATA = Path(__file__).parent / "data"
OLD_PROVINCE, NEW_PROVINCE, AREA = "77", "79", "BRVT"
JANUARY, PHU_MY_CITY, JULY = date(2025, 1, 1), date(2025, 3, 1), date(2025, 7, 1)
DONG_NAI, DONG_NAI_CITY = "75", date(2026, 4, 30)
LONG_DIEN, DAT_DO, PHU_MY = "752", "753", "754"
KIM_LONG = "26608"
PHU_MY_WARDS = ("26707", "26710")  # Tân Hòa, Tân Hải

OLD_LIST = "Danh mục đơn vị hành chính trước năm 2025"
NEW_LIST = "Danh mục theo Quyết định 19/2025/QĐ-TTg, tình trạng ngày 30/4/2026"
RESOLUTION_1256 = "Nghị quyết 1256/NQ-UBTVQH15 ngày 24/10/2024"
PHU_MY_SOURCE = "Thành lập thành phố Phú Mỹ năm 2025; ngày 01/3/2025 cần đối chiếu văn bản"
TWO_LEVELS = "Sắp xếp đơn vị hành chính ngày 01/7/2025; danh mục theo Quyết định 19/2025/QĐ-TTg"
AREA_NOTE = "Khu vực để tổng hợp, không phải cấp hành chính: phần của tỉnh cũ trong thành phố mới"

Key = tuple[str, str, date | None]


@dataclass
class State:
    """A row of Place to be; `key` is (level, code, first day)."""

    level: str
    code: str
    valid_from: date | None
    valid_to: date | None
    name: str
    kind: str
    parent: Key | None = None
    province: Key | None = None
    source: str = ""
    point: tuple[Decimal, Decimal] | None = None
    area_km2: Decimal | None = None

    @property
    def key(self) -> Key:
        return (self.level, self.code, self.valid_from)


@dataclass
class Atlas:
    """States and successions, collected before anything is written."""

    states: dict[Key, State] = field(default_factory=dict)
    successions: dict[tuple[Key, Key], tuple[date, str, str]] = field(default_factory=dict)

    def add(self, state: State) -> State:
        if state.key in self.states:
            raise ValueError(f"{state.key} is given twice")
        self.states[state.key] = state
        return state

    def follow(self, old: State, new: State, day: date, kind: str, basis: str) -> None:
        """The old state passes whole into the new one on a day."""
        self.successions[old.key, new.key] = (day, kind, basis)


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _kind(words: str) -> str:
    """The code of a kind of unit from its Vietnamese words."""
    return next(kind.value for kind in PlaceKind if kind.label == words)


def _kind_of_name(name: str) -> str:
    """The kind of a district or commune, which its name starts with."""
    starts = {
        "Thành phố": PlaceKind.CITY,
        "Thị xã": PlaceKind.TOWN,
        "Thị trấn": PlaceKind.TOWNSHIP,
        "Huyện": PlaceKind.DISTRICT,
        "Phường": PlaceKind.WARD,
        "Xã": PlaceKind.RURAL_COMMUNE,
    }
    return next(kind.value for start, kind in starts.items() if name.startswith(start))


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def _point(row: dict[str, str]) -> tuple[Decimal, Decimal]:
    """Latitude and longitude as the table keeps them."""
    six = Decimal("0.000001")
    return Decimal(row["lat"]).quantize(six), Decimal(row["lon"]).quantize(six)


def _new_points() -> dict[str, tuple[tuple[Decimal, Decimal], Decimal | None]]:
    return {
        row["code"]: (
            _point(row),
            Decimal(row["area_km2"]).quantize(Decimal("0.01")) if row["area_km2"] else None,
        )
        for row in _read("place_points_2025.csv")
    }


def _provinces(atlas: Atlas) -> tuple[State, State]:
    """The old province and the city that it joined."""
    old = atlas.add(
        State(
            PlaceLevel.PROVINCE,
            OLD_PROVINCE,
            None,
            _day_before(JULY),
            "Tỉnh Bà Rịa – Vũng Tàu",
            PlaceKind.PROVINCE,
            source=OLD_LIST,
        )
    )
    new = atlas.add(
        State(
            PlaceLevel.PROVINCE,
            NEW_PROVINCE,
            None,
            None,
            "Thành phố Hồ Chí Minh",
            PlaceKind.CENTRAL_CITY,
            source=NEW_LIST,
        )
    )
    atlas.follow(old, new, JULY, SuccessionKind.MERGED, TWO_LEVELS)
    return old, new


def _districts(atlas: Atlas, province: State, area: State) -> dict[tuple[str, date | None], State]:
    """States of the districts by code and first day; all but Côn Đảo end in the area."""

    def add(code, name, start, end, source=OLD_LIST):
        return atlas.add(
            State(
                PlaceLevel.DISTRICT,
                code,
                start,
                end,
                name,
                _kind_of_name(name),
                province.key,
                province.key,
                source,
            )
        )

    names = {r["district_code_old"]: r["district_name_old"] for r in _read("admin_units_brvt.csv")}
    ends = {LONG_DIEN: JANUARY, DAT_DO: JANUARY, PHU_MY: PHU_MY_CITY}
    found = {
        (code, None): add(code, name, None, _day_before(ends.get(code, JULY)))
        for code, name in names.items()
    }
    long_dat = add(DAT_DO, "Huyện Long Đất", JANUARY, _day_before(JULY), RESOLUTION_1256)
    city = add(PHU_MY, "Thành phố Phú Mỹ", PHU_MY_CITY, _day_before(JULY), PHU_MY_SOURCE)
    for code in (LONG_DIEN, DAT_DO):
        atlas.follow(found[code, None], long_dat, JANUARY, SuccessionKind.MERGED, RESOLUTION_1256)
    atlas.follow(found[PHU_MY, None], city, PHU_MY_CITY, SuccessionKind.RECLASSIFIED, PHU_MY_SOURCE)
    found[DAT_DO, JANUARY], found[PHU_MY, PHU_MY_CITY] = long_dat, city
    for district in found.values():
        if district.valid_to == _day_before(JULY) and district.code != "755":
            atlas.follow(district, area, JULY, SuccessionKind.MERGED, f"Bỏ cấp huyện. {AREA_NOTE}")
    return found


def _change_kind(old: State, new: State) -> str:
    """What a unit that stays itself went through."""
    if old.kind != new.kind:
        return SuccessionKind.RECLASSIFIED
    return SuccessionKind.RENAMED if old.name != new.name else SuccessionKind.TRANSFERRED


def _old_communes(atlas: Atlas, province: State, districts: dict) -> dict[str, State]:
    """States of the old communes; returns each code's last state before 2025-07-01."""
    rows = [row for row in _read("admin_units_brvt.csv") if row["code_old"]]
    points = {row["code"]: _point(row) for row in _read("place_points_brvt_old.csv")}
    joined = {
        row["code_old"]: row["relation"].partition(":")[2]
        for row in rows
        if row["relation"].startswith("merged_twice")
    }
    # Two of the merged units took another name; the code is that of one of those that merged.
    renamed = {"26668": "Xã Tam An", "26689": "Thị trấn Phước Hải"}
    last: dict[str, State] = {}
    first: dict[str, State] = {}

    def add(code, name, district, start, end, source):
        own = points.get(code) or points[joined[code]]
        state = atlas.add(
            State(
                PlaceLevel.COMMUNE,
                code,
                start,
                end,
                name,
                _kind_of_name(name),
                district.key,
                province.key,
                source,
                own,
            )
        )
        last[code] = state
        return state

    for row in rows:
        code, district = row["code_old"], row["district_code_old"]
        changes_in_january = code in joined or district in (LONG_DIEN, DAT_DO) or code == KIM_LONG
        end = JANUARY if changes_in_january else PHU_MY_CITY if district == PHU_MY else JULY
        first[code] = add(
            code, row["name_old"], districts[district, None], None, _day_before(end), OLD_LIST
        )
    for row in rows:
        code, district = row["code_old"], row["district_code_old"]
        survives = joined.get(code, code) == code
        old = first[code]
        if old.valid_to == _day_before(JANUARY) and survives:
            name = renamed.get(code) or ("Thị trấn Kim Long" if code == KIM_LONG else old.name)
            parent = districts[district, None] if code == KIM_LONG else districts[DAT_DO, JANUARY]
            new = add(code, name, parent, JANUARY, _day_before(JULY), RESOLUTION_1256)
            if code not in joined:
                atlas.follow(old, new, JANUARY, _change_kind(old, new), RESOLUTION_1256)
        elif old.valid_to == _day_before(PHU_MY_CITY):
            name = old.name.replace("Xã", "Phường") if code in PHU_MY_WARDS else old.name
            new = add(
                code,
                name,
                districts[PHU_MY, PHU_MY_CITY],
                PHU_MY_CITY,
                _day_before(JULY),
                PHU_MY_SOURCE,
            )
            atlas.follow(old, new, PHU_MY_CITY, _change_kind(old, new), PHU_MY_SOURCE)
    for code, into in joined.items():
        atlas.follow(first[code], last[into], JANUARY, SuccessionKind.MERGED, RESOLUTION_1256)
    return {code: state for code, state in last.items() if state.valid_to == _day_before(JULY)}


def brvt_atlas() -> Atlas:
    """The old province, its districts and communes, and the 30 units of today, with successions."""
    atlas = Atlas()
    old_province, city = _provinces(atlas)
    area = atlas.add(
        State(
            PlaceLevel.AREA,
            AREA,
            JULY,
            None,
            "Khu vực Bà Rịa – Vũng Tàu",
            PlaceKind.AREA,
            city.key,
            city.key,
            AREA_NOTE,
        )
    )
    districts = _districts(atlas, old_province, area)
    last = _old_communes(atlas, old_province, districts)
    points = _new_points()
    units: dict[str, State] = {}
    for row in _read("admin_units_brvt.csv"):
        code = row["code_new"]
        if code not in units:
            point, area_km2 = points[code]
            units[code] = atlas.add(
                State(
                    PlaceLevel.COMMUNE,
                    code,
                    JULY,
                    None,
                    row["name_new"],
                    _kind(row["kind_new"]),
                    area.key,
                    city.key,
                    NEW_LIST,
                    point,
                    area_km2,
                )
            )
        if row["relation"] == "district_to_special_zone":
            old, kind = districts[row["district_code_old"], None], SuccessionKind.RECLASSIFIED
        elif row["code_old"] in last:
            unchanged = row["relation"] == "unchanged"
            old = last[row["code_old"]]
            kind = SuccessionKind.TRANSFERRED if unchanged else SuccessionKind.MERGED
        else:
            continue
        atlas.follow(old, units[code], JULY, kind, TWO_LEVELS)
    return atlas


def add_national(atlas: Atlas) -> None:
    """The other provinces and all their communes, as they stand now.

    They start on 2025-07-01; Đồng Nai, whose state before it became a city is in no file, on
    2026-04-30.
    """
    points = _new_points()
    for row in _read("communes_2025.csv"):
        start = DONG_NAI_CITY if row["province_code"] == DONG_NAI else JULY
        is_ours = row["province_code"] == NEW_PROVINCE
        province = (PlaceLevel.PROVINCE, row["province_code"], None if is_ours else start)
        if province not in atlas.states:
            is_city = row["province_name"].startswith("Thành phố")
            atlas.add(
                State(
                    PlaceLevel.PROVINCE,
                    row["province_code"],
                    start,
                    None,
                    row["province_name"],
                    PlaceKind.CENTRAL_CITY if is_city else PlaceKind.PROVINCE,
                    source=NEW_LIST,
                )
            )
        if (PlaceLevel.COMMUNE, row["code"], start) in atlas.states:
            continue
        point, area_km2 = points[row["code"]]
        atlas.add(
            State(
                PlaceLevel.COMMUNE,
                row["code"],
                start,
                None,
                row["name"],
                _kind(row["kind"]),
                province,
                province,
                NEW_LIST,
                point,
                area_km2,
            )
        )


@transaction.atomic
def load_places(*, national: bool = False) -> tuple[int, int]:
    """Write what is missing or differs; returns how many places and successions were written.

    With `national`, all communes of the 34 provinces too. Rows that an administrator added are
    left alone.
    """
    atlas = brvt_atlas()
    if national:
        add_national(atlas)
    stored = {(p.level, p.code, p.valid_from): p for p in Place.objects.all()}
    written = 0
    for level in (PlaceLevel.PROVINCE, PlaceLevel.AREA, PlaceLevel.DISTRICT, PlaceLevel.COMMUNE):
        new = []
        for state in (s for s in atlas.states.values() if s.level == level):
            values = {
                "name": state.name,
                "kind": state.kind,
                "parent_id": stored[state.parent].pk if state.parent else None,
                "province_id": stored[state.province].pk if state.province else None,
                "valid_to": state.valid_to,
                "latitude": state.point[0] if state.point else None,
                "longitude": state.point[1] if state.point else None,
                "area_km2": state.area_km2,
                "source": state.source,
            }
            place = stored.get(state.key)
            if place is None:
                new.append(
                    Place(level=level, code=state.code, valid_from=state.valid_from, **values)
                )
            elif any(getattr(place, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(place, name, value)
                place.save(update_fields=list(values))
                written += 1
        for place in Place.objects.bulk_create(new, batch_size=1000):
            stored[place.level, place.code, place.valid_from] = place
        written += len(new)
    known = set(Succession.objects.values_list("predecessor_id", "successor_id"))
    successions = [
        Succession(
            predecessor=stored[old],
            successor=stored[new],
            effective_on=day,
            kind=kind,
            legal_basis=basis,
        )
        for (old, new), (day, kind, basis) in atlas.successions.items()
        if (stored[old].pk, stored[new].pk) not in known
    ]
    Succession.objects.bulk_create(successions)
    if written or successions:
        rebuild_lineage()
    return written, len(successions)
