"""Plausible trades of the area, and establishments invented from them, the same at every loading."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from facilities.enums import DataSource, EstablishmentStatus, LegalForm
from facilities.models import Establishment, Industry, NetworkGroup, Product
from khuyencong.core.models import Place
from reports.demo.details import add_means, save_rows

MILLION = 1_000_000


@dataclass(frozen=True)
class Trade:
    """A trade with its network group, VSIC division and products; `where` weighs coast or inland."""

    group: str
    division: str
    name: str
    products: tuple[str, ...]
    where: str = ""


TRADES = (
    Trade("che_bien", "10", "nước mắm", ("Nước mắm cá cơm", "Nước mắm nhĩ", "Mắm ruốc"), "coast"),
    Trade("che_bien", "10", "cá khô", ("Cá một nắng", "Khô cá đù", "Mực khô"), "coast"),
    Trade("che_bien", "10", "chả cá", ("Chả cá thu", "Chả cá nhồng"), "coast"),
    Trade("che_bien", "10", "muối biển", ("Muối tinh", "Muối ớt"), "coast"),
    Trade("che_bien", "10", "bánh tráng", ("Bánh tráng mè", "Bánh tráng nướng", "Bánh tráng dẻo")),
    Trade("che_bien", "10", "bún, hủ tiếu", ("Bún tươi", "Hủ tiếu khô", "Bánh hỏi")),
    Trade("che_bien", "10", "hồ tiêu", ("Tiêu đen", "Tiêu sọ", "Tiêu xay"), "inland"),
    Trade("che_bien", "10", "ca cao", ("Bột ca cao", "Sô-cô-la", "Ca cao ngòi"), "inland"),
    Trade("che_bien", "10", "hạt điều", ("Điều rang muối", "Điều nhân"), "inland"),
    Trade("che_bien", "11", "rượu gạo", ("Rượu gạo", "Rượu nếp")),
    Trade("co_khi", "25", "cơ khí dân dụng", ("Cửa sắt", "Khung nhà thép", "Lan can inox")),
    Trade("co_khi", "28", "máy nông nghiệp", ("Máy tách hạt tiêu", "Máy sấy nông sản"), "inland"),
    Trade("co_khi", "33", "sửa chữa máy tàu", ("Chân vịt tàu cá", "Trục máy tàu"), "coast"),
    Trade("go", "31", "đồ gỗ", ("Bàn ghế gỗ", "Tủ gỗ", "Giường gỗ")),
    Trade("go", "16", "mộc dân dụng", ("Cửa gỗ", "Pa-lét gỗ", "Cầu thang gỗ")),
    Trade(
        "thu_cong",
        "32",
        "thủ công mỹ nghệ từ vỏ sò",
        ("Tranh vỏ sò", "Chuông gió vỏ ốc", "Đèn vỏ sò"),
        "coast",
    ),
    Trade("thu_cong", "16", "mây tre đan", ("Giỏ mây", "Khay tre", "Rổ tre")),
    Trade("thu_cong", "25", "đúc đồng", ("Lư đồng", "Chân đèn đồng"), "inland"),
    Trade("khac", "23", "gạch không nung", ("Gạch không nung", "Gạch tự chèn")),
    Trade("khac", "14", "may mặc", ("Quần áo bảo hộ", "Đồng phục học sinh")),
    Trade("khac", "13", "lưới đánh cá", ("Lưới đánh cá", "Dây neo"), "coast"),
)
COAST = {
    *("26506", "26526", "26536", "26542", "26545", "26620", "26647", "26656", "26662", "26686"),
    *("26701", "26710", "26713", "26732", "26521", "26539", "26674"),
}
FORMS = (
    (LegalForm.HOUSEHOLD, 70, (1, 12)),
    (LegalForm.LIMITED_COMPANY, 13, (8, 80)),
    (LegalForm.PRIVATE_ENTERPRISE, 6, (5, 40)),
    (LegalForm.COOPERATIVE, 5, (7, 30)),
    (LegalForm.COOPERATIVE_GROUP, 4, (3, 12)),
    (LegalForm.JOINT_STOCK_COMPANY, 2, (15, 120)),
)


class Inventor:
    """Invents establishments with their products; all are marked as illustration."""

    def __init__(self, first_number: int):
        self.number = first_number - 1
        self.groups = {group.code: group for group in NetworkGroup.objects.all()}
        self.industries = {industry.code: industry for industry in Industry.objects.all()}

    def establishments(
        self, place: Place, count: int, registered: tuple[date, date]
    ) -> list[tuple[Establishment, list[Product]]]:
        """Unsaved establishments of a place with their unsaved products."""
        chance = random.Random(f"{place.code} {place.valid_from}")
        here = "coast" if place.code in COAST else "inland"
        trades = [trade for trade in TRADES if trade.where in ("", here)]
        weights = [3 if trade.where else 2 for trade in trades]
        return [
            self._establishment(place, chance, chance.choices(trades, weights)[0], registered)
            for _ in range(count)
        ]

    def _establishment(self, place, chance, trade, registered):
        self.number += 1
        form, _, (fewest, most) = chance.choices(FORMS, [weight for _, weight, _ in FORMS])[0]
        labour = chance.randint(fewest, most)
        status = chance.choices(
            (EstablishmentStatus.ACTIVE, EstablishmentStatus.PAUSED, EstablishmentStatus.STOPPED),
            (93, 4, 3),
        )[0]
        start, end = registered
        # Most enter the book soon after the network starts, the others one by one.
        registered_on = start + timedelta(days=int((end - start).days * chance.random() ** 4))
        products = chance.sample(trade.products, chance.randint(1, len(trade.products)))
        establishment = Establishment(
            name=f"Cơ sở minh họa {self.number:03} – {trade.name}",
            legal_form=form,
            place=place,
            address=f"{chance.choice(('Ấp', 'Khu phố', 'Thôn'))} {chance.randint(1, 9)}",
            network_group=self.groups[trade.group],
            industry=self.industries[trade.division],
            main_products=", ".join(products),
            founded_year=chance.randint(1995, 2024),
            labour_total=labour,
            labour_female=chance.randint(labour // 4, labour * 2 // 3),
            revenue_vnd=labour * chance.randint(80, 260) * MILLION,
            status=status,
            source=DataSource.ILLUSTRATION,
            is_illustration=True,
            registered_on=registered_on,
        )
        if status != EstablishmentStatus.ACTIVE:
            establishment.status_on = registered_on + timedelta(
                days=chance.randint(0, (end - registered_on).days)
            )
            establishment.status_reason = chance.choice(
                ("Thiếu đơn hàng", "Chủ cơ sở chuyển nghề", "Thiếu nguyên liệu")
            )
        add_means(establishment)
        return establishment, [
            Product(establishment=establishment, name=name, is_illustration=True)
            for name in products
        ]


def save_all(invented: list[tuple[Establishment, list[Product]]]) -> list[Establishment]:
    """Write establishments with all their rows, a statement for each kind; returns the establishments."""
    establishments = Establishment.objects.bulk_create(
        establishment for establishment, _ in invented
    )
    products = [product for _, products in invented for product in products]
    for product in products:
        product.establishment_id = product.establishment.pk
    Product.objects.bulk_create(products)
    save_rows(establishments, dict(NetworkGroup.objects.values_list("pk", "code")))
    return establishments
