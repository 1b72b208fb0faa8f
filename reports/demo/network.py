"""The two networks of the demo: that of 2022, and that of today's communes."""

from datetime import date, timedelta

from collaborators.actions import appoint, assign_place, record_decision
from collaborators.models import AppointmentDecision, Assignment, Collaborator
from khuyencong.core.models import Place, User
from khuyencong.core.places import communes_on
from khuyencong.core.places_loader import JULY
from reports.demo.accounts import (
    collaborator_title,
    collaborator_username,
    create_accounts,
)

SET_UP_ON = date(2021, 10, 13)
# Which 25 of the 82 old communes had a collaborator was not published: this choice is an
# illustration, spread over the seven districts.
COMMUNES_OF_2022 = (
    ("26545", "26539", "26521"),  # Thành phố Vũng Tàu
    ("26560", "26572", "26567"),  # Thành phố Bà Rịa
    ("26575", "26584", "26590", "26602", "26608", "26617"),  # Huyện Châu Đức
    ("26620", "26638", "26647", "26656"),  # Huyện Xuyên Mộc
    ("26659", "26662", "26674"),  # Huyện Long Điền
    ("26680", "26695", "26701"),  # Huyện Đất Đỏ
    ("26704", "26710", "26728"),  # Thị xã Phú Mỹ
)
# Five of today's 30 units are left without a collaborator, as a network in change has it.
WITHOUT_COLLABORATOR = ("26526", "26542", "26638", "26641", "26710")
JOBS = (
    "Công chức văn phòng – thống kê",
    "Cán bộ thương mại – dịch vụ",
    "Chủ tịch Hội Nông dân",
    "Công chức văn phòng UBND",
    "Lãnh đạo UBND",
)
DECISIONS = (
    {
        "number": "1886/QĐ-UBND",
        "signed_on": date(2021, 7, 12),
        "issued_by": "UBND tỉnh Bà Rịa – Vũng Tàu",
        "subject": "Thành lập mạng lưới cộng tác viên khuyến công tỉnh Bà Rịa – Vũng Tàu",
    },
    {
        "number": "187/QĐ-SCT",
        "signed_on": SET_UP_ON,
        "issued_by": "Sở Công Thương tỉnh Bà Rịa – Vũng Tàu",
        "subject": "Danh sách 25 cộng tác viên khuyến công cấp xã",
    },
)


def demo_communes() -> list[Place]:
    """The 25 units of today that have a collaborator in the demo."""
    return [
        place
        for place in communes_on(JULY).filter(parent__code="BRVT")
        if place.code not in WITHOUT_COLLABORATOR
    ]


def load_network_of_today() -> dict[str, User]:
    """25 communes of today, each with an account and a collaborator; returns the accounts."""
    places = demo_communes()
    accounts = create_accounts(places)
    actor = accounts["quantri"]
    known = set(Assignment.objects.filter(valid_from=JULY).values_list("place_id", flat=True))
    for order, place in enumerate(places):
        if place.pk in known:
            continue
        collaborator = appoint(
            actor=actor,
            title=collaborator_title(place),
            user=accounts[collaborator_username(place)],
            main_job=JOBS[order % len(JOBS)],
            is_illustration=True,
        )
        assign_place(
            actor=actor,
            collaborator=collaborator,
            place=place,
            valid_from=JULY,
            is_illustration=True,
        )
    return accounts


def load_network_of_2022(actor: User) -> None:
    """25 collaborators of old communes, without accounts, under the two decisions of 2021."""
    decision = None
    for fields in DECISIONS:
        decision = AppointmentDecision.objects.filter(
            number=fields["number"]
        ).first() or record_decision(actor=actor, **fields)
    if Assignment.objects.filter(decision=decision).exists():
        return
    for code in (code for district in COMMUNES_OF_2022 for code in district):
        place = communes_on(SET_UP_ON).get(code=code)
        collaborator = appoint(
            actor=actor,
            title=f"{collaborator_title(place)} (2021–2025)",
            is_illustration=True,
        )
        for state, start, end in _states(place):
            assign_place(
                actor=actor,
                collaborator=collaborator,
                place=state,
                valid_from=start,
                valid_to=end,
                decision=decision,
                is_illustration=True,
            )


def _states(place: Place):
    """The states of a commune from the set-up to the end of the old province, with their days."""
    start = SET_UP_ON
    while place.valid_to < JULY:
        yield place, start, place.valid_to
        start = place.valid_to + timedelta(days=1)
        if start == JULY:
            return
        place = place.successions.get().successor


def collaborator_of(place: Place) -> Collaborator:
    """The demo collaborator of one of today's communes."""
    return Assignment.objects.get(place=place, valid_from=JULY).collaborator
