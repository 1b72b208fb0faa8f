"""What the demo tells of its invented establishments beyond the facts: means, machines, years, needs."""

import random
from datetime import date
from decimal import Decimal

from facilities.enums import CertificateKind, ChangeSource, LegalForm, Market
from facilities.models import (
    Certificate,
    Establishment,
    Machine,
    NeedKind,
    SupportNeed,
    YearFigure,
)

MILLION = 1_000_000
MACHINES = {
    "che_bien": ("Máy sấy", "Máy đóng gói chân không", "Tủ cấp đông", "Nồi hơi"),
    "co_khi": ("Máy hàn", "Máy cắt plasma", "Máy tiện", "Máy chấn tôn"),
    "go": ("Máy cưa bàn trượt", "Máy bào bốn mặt", "Máy chà nhám"),
    "thu_cong": ("Máy khắc laser", "Lò nung", "Máy mài"),
    "khac": ("Máy ép", "Máy may công nghiệp", "Máy trộn"),
}
ORIGINS = ("Việt Nam", "Nhật Bản", "Đài Loan", "Trung Quốc", "Hàn Quốc")
# Kind of need, what, cost in millions of đồng.
NEEDS = (
    ("may_moc", "Đầu tư máy thay công đoạn thủ công", 250),
    ("may_moc", "Thay máy đã dùng trên mười năm", 400),
    ("bao_bi", "Thiết kế bao bì, nhãn sản phẩm", 35),
    ("hoi_cho", "Gian hàng tại hội chợ trong thành phố", 20),
    ("nhan_hieu", "Đăng ký nhãn hiệu cho sản phẩm chính", 30),
    ("tap_huan", "Lớp quản lý cho chủ cơ sở", 15),
    ("chuyen_doi_so", "Bán hàng trên sàn thương mại điện tử", 25),
)
# Degrees around the middle of the commune in which an invented establishment stands.
AROUND = 0.012


def add_means(establishment: Establishment) -> None:
    """Fill in labour by season, means, energy, markets and the point of an unsaved establishment."""
    chance = _chance(establishment)
    labour = establishment.labour_total or 1
    establishment.labour_seasonal = chance.choice((0, 0, labour // 3))
    establishment.capital_vnd = labour * chance.randint(40, 180) * MILLION
    establishment.assets_vnd = establishment.capital_vnd * chance.randint(50, 90) // 100
    establishment.electricity_kwh = labour * chance.randint(600, 2400)
    establishment.markets = [Market.COMMUNE, Market.PROVINCE]
    if establishment.legal_form != LegalForm.HOUSEHOLD:
        establishment.markets.append(Market.COUNTRY)
    if labour >= 40 and chance.random() < 0.4:
        establishment.markets.append(Market.EXPORT)
        establishment.export_countries = chance.choice(("Nhật Bản", "Hàn Quốc", "Lào, Cam-pu-chia"))
    place = establishment.place
    if place.latitude is not None and place.longitude is not None:
        for name in ("latitude", "longitude"):
            shift = Decimal(str(round(chance.uniform(-AROUND, AROUND), 6)))
            setattr(establishment, name, getattr(place, name) + shift)


def save_rows(establishments: list[Establishment], group_codes: dict[int, str]) -> None:
    """Machines, years, certificates and needs of saved establishments, in a statement for each kind.

    `group_codes` gives the code of a network group by its key.
    """
    kinds = {kind.code: kind for kind in NeedKind.objects.all()}
    rows = {Machine: [], YearFigure: [], Certificate: [], SupportNeed: []}
    for establishment in establishments:
        chance = _chance(establishment)
        owner = {"establishment": establishment, "is_illustration": True}
        names = MACHINES[group_codes.get(establishment.network_group_id, "khac")]
        rows[Machine] += [
            Machine(
                name=name,
                maker=chance.choice(ORIGINS),
                year_made=chance.randint(2005, 2024),
                quantity=chance.randint(1, 3),
                **owner,
            )
            for name in chance.sample(names, chance.randint(1, 2))
        ]
        revenue = establishment.revenue_vnd or 0
        rows[YearFigure] += [
            YearFigure(
                year=year,
                revenue_vnd=revenue * share // 100,
                labour=establishment.labour_total,
                electricity_kwh=(establishment.electricity_kwh or 0) * share // 100,
                **owner,
            )
            for year, share in ((2024, chance.randint(80, 105)), (2025, 100))
        ]
        if establishment.legal_form != LegalForm.HOUSEHOLD and chance.random() < 0.3:
            rows[Certificate].append(
                Certificate(
                    kind=CertificateKind.OCOP,
                    stars=chance.choice((3, 3, 4)),
                    valid_to=date(2027, 12, 31),
                    **owner,
                )
            )
        if kinds and chance.random() < 0.35:
            code, what, cost = chance.choice(NEEDS)
            rows[SupportNeed].append(
                SupportNeed(
                    kind=kinds[code],
                    what=what,
                    wished_year=2027,
                    estimated_vnd=cost * MILLION,
                    source=ChangeSource.SURVEY,
                    **owner,
                )
            )
    for model, instances in rows.items():
        model.objects.bulk_create(instances)


def _chance(establishment: Establishment) -> random.Random:
    """The same for an establishment at every loading, and apart from what invents its facts."""
    return random.Random(f"chi tiết {establishment.name}")
