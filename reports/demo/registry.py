"""The registry of the demo: the published rows of the province, and invented establishments."""

import csv
import random
from datetime import date
from pathlib import Path

from django.utils import timezone

from facilities.enums import AwardLevel, DataSource, LegalForm
from facilities.models import Award, Establishment, Industry, NetworkGroup, Product
from khuyencong.core.enums import PlaceLevel
from khuyencong.core.models import Place
from khuyencong.core.places_loader import JULY, OLD_PROVINCE
from programs.catalogue import MACHINES
from programs.enums import Fund
from programs.models import ActivityKind, SupportResult
from reports.demo.network import SET_UP_ON, demo_communes
from reports.demo.trades import Inventor, save_all

DATA = Path(__file__).parent / "data"
OF_TODAY_FROM = 101  # Numbers below are those of 2022.
LEVELS = {"huyện": AwardLevel.DISTRICT, "quốc gia": AwardLevel.NATION}
# Branch and legal form follow from the published name and product; nothing else is added.
PUBLISHED = {
    "Công ty Cổ phần SX DV & TM Thuận Huệ": (LegalForm.JOINT_STOCK_COMPANY, "che_bien", "10"),
    "Công ty TNHH Tùng Sơn BR-VT": (LegalForm.LIMITED_COMPANY, "khac", "26"),
    "DNTN Bình An": (LegalForm.PRIVATE_ENTERPRISE, "co_khi", "25"),
    "Cơ sở chả cá Mười": (LegalForm.UNKNOWN, "che_bien", "10"),
    "Quan Long investment, production, construction and trading company": (
        LegalForm.UNKNOWN,
        "khac",
        "22",
    ),
}
# "By 2022-02" says the page of early 2022, which reports on the projects of 2021.
QUAN_LONG_YEAR = 2021


def _rows(name: str):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _place(commune: str, district: str) -> Place:
    """The smallest published unit on the map of its time."""
    old = Place.objects.in_force_on(SET_UP_ON)
    if commune:
        return old.get(
            level=PlaceLevel.COMMUNE, name__iexact=commune, parent__name__iexact=district
        )
    if district:
        return old.get(level=PlaceLevel.DISTRICT, name__iexact=district)
    return old.get(level=PlaceLevel.PROVINCE, code=OLD_PROVINCE)


def _published_establishment(row: dict[str, str], products: str, note: str = "") -> Establishment:
    form, group, division = PUBLISHED[row["establishment"]]
    return Establishment.objects.create(
        name=row["establishment"],
        legal_form=form,
        place=_place(row["commune"], row["district"]),
        network_group=NetworkGroup.objects.get(code=group),
        industry=Industry.objects.filter(code=division).first(),
        main_products=products,
        note=note,
        source=DataSource.PUBLISHED,
        source_url=row["source"],
        registered_on=SET_UP_ON,
    )


def load_published_rows() -> None:
    """The published establishments, products, awards and support of the province."""
    if Establishment.objects.filter(source=DataSource.PUBLISHED).exists():
        return
    for row in _rows("awarded_products.csv"):
        establishment = _published_establishment(row, row["product"])
        product = Product.objects.create(
            establishment=establishment, name=row["product"], source_url=row["source"]
        )
        Award.objects.create(
            product=product,
            level=LEVELS[row["level"]],
            year=int(row["year"]),
            decision=row["decision"],
            source_url=row["source"],
        )
    for row in _rows("supported_facilities.csv"):
        establishment = _published_establishment(
            row,
            "Cửa nhựa lõi thép, cửa nhôm",
            "Tên ghi theo trang tin tiếng Anh; cần đối chiếu tên đăng ký và địa chỉ.",
        )
        SupportResult.objects.create(
            establishment=establishment,
            activity_kind=ActivityKind.objects.get(code=MACHINES),
            year=QUAN_LONG_YEAR,
            title="Ứng dụng máy móc sản xuất cửa nhôm, cửa nhựa lõi thép",
            fund=Fund.LOCAL,
            source_url=row["source"],
        )


def load_establishments_of_today() -> None:
    """8 to 25 invented establishments in each commune that has a collaborator."""
    inventor = Inventor(OF_TODAY_FROM)
    if Establishment.objects.filter(is_illustration=True, place__valid_from=JULY).exists():
        return
    chance = random.Random("co so minh hoa")
    registered = (date(2025, 7, 1), timezone.localdate())
    invented = []
    for place in demo_communes():
        invented += inventor.establishments(place, chance.randint(8, 25), registered)
    save_all(invented)
