"""The programme of 2022: the figures of the interview as rows.

Counts, topics and levels are the interview's; which establishment and product stands behind each
count was not published, so those are invented and marked as illustration. The classes are the
interview's own and carry no mark.
"""

from datetime import date
from itertools import zip_longest

from facilities.enums import AwardLevel
from facilities.models import Award, Establishment, Product
from khuyencong.core.places import communes_on
from programs.catalogue import MACHINES, SHOWROOM
from programs.enums import Audience, Fund
from programs.models import ActivityKind, SupportResult, TrainingClass
from reports.demo.network import COMMUNES_OF_2022, SET_UP_ON
from reports.demo.trades import Inventor, save_all

YEAR = 2022
AWARDED = ((AwardLevel.DISTRICT, 78), (AwardLevel.PROVINCE, 35), (AwardLevel.REGION, 13))
MACHINE_SUPPORTS, SHOWROOM_SUPPORTS = 10, 3
INTERVIEW = "Theo phỏng vấn lãnh đạo Trung tâm, Tạp chí Công Thương năm 2022"
CLASSES = (
    (3, "Nâng cao nhận thức chuyển đổi số và thương mại điện tử", Audience.ESTABLISHMENTS),
    (1, "Bồi dưỡng kỹ thuật sản xuất sạch hơn", Audience.ESTABLISHMENTS),
    (
        3,
        "Nâng cao ý thức về sử dụng năng lượng tiết kiệm và hiệu quả",
        Audience.ESTABLISHMENTS,
    ),
    (
        2,
        "Tập huấn bồi dưỡng nâng cao năng lực cho cộng tác viên khuyến công",
        Audience.COLLABORATORS,
    ),
)


def load_programme_of_2022() -> None:
    """Awards, support and classes of 2022."""
    if TrainingClass.objects.filter(year=YEAR).exists():
        return
    establishments = _establishments()
    products = _products(establishments)[: AWARDED[0][1]]
    # A product climbs: those of the province were of a district, those of the region of the province.
    Award.objects.bulk_create(
        Award(product=product, level=level, year=YEAR, is_illustration=True)
        for level, count in AWARDED
        for product in products[:count]
    )
    kinds = {kind.code: kind for kind in ActivityKind.objects.all()}
    regional = [product.establishment for product in products[: AWARDED[-1][1]]]
    shown = regional[-SHOWROOM_SUPPORTS:]
    equipped = [e for e in establishments if e not in shown][::4][:MACHINE_SUPPORTS]
    SupportResult.objects.bulk_create(
        [
            SupportResult(
                establishment=establishment,
                activity_kind=kinds[MACHINES],
                year=YEAR,
                title="Hỗ trợ ứng dụng máy móc thiết bị tiên tiến trong sản xuất "
                + establishment.name.partition(" – ")[2],
                fund=Fund.LOCAL,
                is_illustration=True,
            )
            for establishment in equipped
        ]
        + [
            SupportResult(
                establishment=establishment,
                activity_kind=kinds[SHOWROOM],
                year=YEAR,
                title="Hỗ trợ đầu tư phòng trưng bày, giới thiệu sản phẩm",
                fund=Fund.LOCAL,
                is_illustration=True,
            )
            for establishment in shown
        ]
    )
    TrainingClass.objects.bulk_create(
        TrainingClass(title=title, audience=audience, year=YEAR, note=INTERVIEW)
        for count, title, audience in CLASSES
        for _ in range(count)
    )


def _establishments() -> list[Establishment]:
    """Invented establishments of the 25 communes of 2022, enough for 78 products."""
    inventor = Inventor(first_number=1)
    registered = (SET_UP_ON, date(YEAR, 3, 31))
    invented = []
    for code in (code for district in COMMUNES_OF_2022 for code in district):
        place = communes_on(date(YEAR, 12, 31)).get(code=code)
        invented += inventor.establishments(place, 2, registered)
    return save_all(invented)


def _products(establishments: list[Establishment]) -> list[Product]:
    """The first product of each establishment, then the second of each, and so on."""
    by_establishment = {establishment.pk: [] for establishment in establishments}
    for product in (
        Product.objects.filter(establishment__in=establishments)
        .select_related("establishment")
        .order_by("id")
    ):
        by_establishment[product.establishment_id].append(product)
    rounds = zip_longest(*by_establishment.values())
    return [product for one_round in rounds for product in one_round if product]
