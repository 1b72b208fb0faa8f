"""Four finished quarters and the open one, for the network of today: plausible, and the same each time.

Figures follow from the establishments of the commune, the season and chance with a seed. Most
reports are accepted; some are late, were returned once, are missing or still to be corrected.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from facilities.enums import EstablishmentStatus
from facilities.models import Establishment
from khuyencong.core.models import Place, User
from khuyencong.core.places import with_predecessors
from khuyencong.core.quarters import Quarter
from reports.calendar import ensure_period
from reports.demo.accounts import SHOWN_COLLABORATOR, collaborator_username
from reports.demo.filing import Filing, Paper, Row
from reports.demo.network import demo_communes
from reports.models import Report, ReportPeriod

MILLION = 1_000_000
FINISHED = 4
# Share of a year's output by network group in quarters I to IV, in per mille. Quarter I holds Tết.
SEASONS = {
    "che_bien": (290, 235, 225, 250),
    "co_khi": (225, 255, 255, 265),
    "go": (265, 240, 230, 265),
    "thu_cong": (270, 250, 240, 240),
    "khac": (240, 250, 255, 255),
}
PROPOSALS = (
    # kind of activity, item, total and support asked in triệu đồng
    ("may_moc", "Máy sấy năng lượng mặt trời", 420, 200),
    ("may_moc", "Máy đóng gói hút chân không", 260, 120),
    ("may_moc", "Máy cắt CNC", 580, 280),
    ("may_moc", "Dây chuyền chiết rót", 640, 300),
    ("nhan_hieu", "Đăng ký nhãn hiệu", 30, 15),
    ("bao_bi", "Thiết kế bao bì, nhãn sản phẩm", 50, 25),
    ("phong_trung_bay", "Phòng trưng bày, giới thiệu sản phẩm", 90, 45),
    ("hoi_cho", "Gian hàng hội chợ", 25, 20),
)
RETURNED_CELL = "gtsx-che_bien"
RETURN_NOTE = "Đề nghị rà soát lại số liệu chế biến rồi nộp lại."
RETURN_COMMENT = "Thiếu cơ sở mới hoạt động trong quý; hãy cộng thêm rồi nộp lại."
DIFFICULTIES = (
    ("von", "Cơ sở nhỏ khó vay vốn do thiếu tài sản thế chấp.", "Có gói vay ưu đãi.", "tinh"),
    ("mat_bang", "Cơ sở nằm xen trong khu dân cư, khó mở rộng xưởng.", "Bố trí đất.", "tinh"),
    ("moi_truong", "Nước thải chế biến chưa có nơi xử lý chung.", "Hỗ trợ xử lý chung.", "so"),
    ("lao_dong", "Thiếu thợ lành nghề, lao động trẻ đi làm xa.", "Mở lớp truyền nghề.", "so"),
    ("thi_truong", "Sản phẩm khó vào siêu thị vì thiếu tem truy xuất.", "Kết nối.", "trung_tam"),
    ("thu_tuc", "Chưa rõ nộp hồ sơ ở đâu sau khi bỏ cấp huyện.", "Hướng dẫn bằng văn bản.", "so"),
)


@dataclass
class Commune:
    """A commune with what its figures follow from."""

    place: Place
    author: User
    establishments: list[Establishment]
    yearly: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        for establishment in self.working:
            group = establishment.network_group.code if establishment.network_group else "khac"
            revenue = establishment.revenue_vnd or 0
            self.yearly[group] = self.yearly.get(group, 0) + revenue

    @property
    def working(self) -> list[Establishment]:
        return [e for e in self.establishments if e.status == EstablishmentStatus.ACTIVE]

    def figures(self, quarter: Quarter, in_book: int) -> dict[str, int]:
        """Every typed figure of a quarter, as integers of the form's units."""
        chance = random.Random(f"{self.place.code} {quarter.year} {quarter.number}")
        growth = 1000 + 12 * (quarter.year * 4 + quarter.number - 2025 * 4 - 4)
        # Now and then a large order: a change beyond the form's limit, kept with a reason.
        surge = 180 if chance.random() < 0.03 else 100
        output = {
            group: self.yearly.get(group, 0)
            * season[quarter.number - 1]
            // 1000
            * growth
            // 1000
            * chance.randint(94, 106)
            // 100
            * surge
            // 100
            // MILLION
            * MILLION
            for group, season in SEASONS.items()
        }
        sold = sum(output.values()) * chance.randint(90, 99) // 100 // MILLION * MILLION
        exported = (
            sold * chance.randint(2, 20) // 100 // MILLION * MILLION
            if int(self.place.code) % 3 == 0
            else 0
        )
        labour = sum(e.labour_total or 0 for e in self.working) * chance.randint(95, 104) // 100
        talks = chance.randint(0, 4)
        return {
            **{f"gtsx-{group}": value for group, value in output.items()},
            "doanh_thu": sold,
            "dt_trong_nuoc": sold - exported,
            "dt_xuat_khau": exported,
            "von_may_moc": chance.choice((0, 0, 60, 120, 350)) * MILLION,
            "cs_san_xuat": min(len(self.working), in_book),
            "lao_dong": labour,
            "lao_dong_nu": labour * chance.randint(35, 55) // 100,
            "tt_buoi": talks,
            "tt_luot": talks * chance.randint(15, 40),
            "ks_co_so": chance.randint(0, 8),
            "hd_ho_so": chance.randint(0, 2),
            "bc_san_pham": chance.randint(0, 3),
            "td_de_an": chance.randint(0, 2),
            "nt_de_an": chance.randint(0, 1),
        }

    def rows(self, quarter: Quarter) -> list[Row]:
        """Up to two proposals and one difficulty."""
        chance = random.Random(f"dong {self.place.code} {quarter.year} {quarter.number}")

        def uid():
            return uuid.UUID(int=chance.getrandbits(128), version=4)

        rows = []
        for establishment in chance.sample(self.working, chance.choice((0, 0, 1, 1, 2))):
            kind, item, total, asked = chance.choice(PROPOSALS)
            typed = {
                "co_so": str(establishment.pk),
                "noi_dung": kind,
                "hang_muc": item,
                "tong_von": f"{total}.000.000",
                "de_nghi": f"{asked}.000.000",
                "nam": str(quarter.year + (quarter.number > 2)),
                "san_sang": chance.choice(("ngay", "sau_thang", "can_tu_van")),
            }
            rows.append(Row("de_xuat", uid(), typed))
        if chance.random() < 0.4:
            kind, text, wish, authority = chance.choice(DIFFICULTIES)
            typed = {"nhom": kind, "noi_dung": text, "kien_nghi": wish, "cap": authority}
            rows.append(Row("kho_khan", uid(), typed))
        return rows


def load_reports_of_today(accounts: dict[str, User]) -> None:
    """File the four finished quarters before today's report quarter, and begin the open one."""
    places = demo_communes()
    if Report.objects.filter(place__in=places).exists():
        return
    communes = [
        Commune(
            place,
            accounts[collaborator_username(place)],
            list(
                Establishment.objects.filter(place__in=with_predecessors([place.pk]))
                .select_related("network_group")
                .order_by("pk")
            ),
        )
        for place in places
    ]
    officers = [accounts["chuyenvien1"], accounts["chuyenvien2"]]
    now = timezone.now()
    filings: dict[int, Filing] = {}
    for number, quarter in enumerate(_quarters(timezone.localdate())):
        period = ensure_period(quarter)
        filing = filings.setdefault(period.form_version_id, Filing(period.form_version_id))
        if number < FINISHED:
            _file_finished(filing, communes, period, number, officers, now)
        else:
            _file_open(filing, communes, period, now)
    for filing in filings.values():
        filing.save()


def _quarters(today: date) -> Iterator[Quarter]:
    """The four quarters before today's report quarter, and that one."""
    quarters = [Quarter.reporting(today)]
    for _ in range(FINISHED):
        quarters.insert(0, quarters[0].previous())
    yield from quarters


def moment_of(day: date, chance: random.Random, now: datetime) -> datetime:
    """A moment of office hours, never in the future."""
    at = datetime.combine(
        day, time(chance.randint(8, 16), chance.randint(0, 59)), timezone.get_current_timezone()
    )
    return min(at, now)


def _file_finished(
    filing: Filing,
    communes: list[Commune],
    period: ReportPeriod,
    number: int,
    officers: list[User],
    now: datetime,
) -> None:
    """One finished quarter: one or two missing, three late, two returned once; in the last one a
    report still to be corrected and one that came late and waits."""
    chance = random.Random(f"quy {period.year} {period.number}")
    order = chance.sample([c for c in communes if c.author.username != SHOWN_COLLABORATOR], 9)
    missing = order[: 1 + number % 2]
    late, returned = order[2:5], order[5:7]
    to_correct, waiting = order[7:] if number == FINISHED - 1 else (None, None)
    for commune in communes:
        if commune in missing:
            commune.before = {}
            continue
        paper = write_paper(filing, commune, period, moment_of(period.ends_on, chance, now))
        span = (period.due_on - period.ends_on).days
        day = period.ends_on + timedelta(days=chance.randint(1, max(1, span)))
        if commune in late or commune is waiting:
            day = min(period.due_on + timedelta(days=chance.randint(1, 6)), period.locks_on)
        filing.submit(paper, at=moment_of(day, chance, now), previous=commune.before)
        if commune is not waiting:
            officer = officers[chance.randint(0, 1)]
            is_returned = commune in returned or commune is to_correct
            if is_returned:
                day += timedelta(days=1)
                filing.send_back(
                    paper,
                    actor=officer,
                    at=moment_of(day, chance, now),
                    note=RETURN_NOTE,
                    comments={RETURNED_CELL: RETURN_COMMENT},
                )
            if is_returned and commune is not to_correct:
                day += timedelta(days=1)
                at = moment_of(day, chance, now)
                corrected = paper.figures[RETURNED_CELL] + 5 * MILLION
                filing.write(paper, at=at, figures={RETURNED_CELL: corrected})
                filing.submit(paper, at=at, previous=commune.before)
            if commune is not to_correct:
                day += timedelta(days=chance.randint(1, 3))
                filing.accept(paper, actor=officer, at=moment_of(day, chance, now))
        commune.before = dict(paper.values)


def _file_open(
    filing: Filing, communes: list[Commune], period: ReportPeriod, now: datetime
) -> None:
    """The open quarter: five wait for the officer, four are being written, the others are to come."""
    chance = random.Random(f"quy {period.year} {period.number}")
    order = chance.sample([c for c in communes if c.author.username != SHOWN_COLLABORATOR], 9)
    for days, commune in enumerate(order):
        at = max(
            now - timedelta(days=days % 5, hours=chance.randint(1, 5)),
            datetime.combine(period.opens_on, time(0), timezone.get_current_timezone()),
        )
        if days < 5:
            paper = write_paper(filing, commune, period, at)
            filing.submit(paper, at=at, previous=commune.before)
        else:
            paper = filing.start(author=commune.author, place=commune.place, period=period, at=at)
            figures = commune.figures(period.quarter, len(commune.working))
            keys = list(figures)[: 3 + days]
            filing.write(paper, at=at, figures={key: figures[key] for key in keys})


def write_paper(
    filing: Filing, commune: Commune, period: ReportPeriod, at: datetime, *, with_rows: bool = True
) -> Paper:
    """A whole draft; a part of rows without any is stated to have nothing."""
    paper = filing.start(author=commune.author, place=commune.place, period=period, at=at)
    in_book = sum(e.registered_on <= period.ends_on for e in commune.working)
    rows = commune.rows(period.quarter) if with_rows else []
    filing.write(
        paper,
        at=at,
        figures=commune.figures(period.quarter, in_book),
        rows=rows,
        stated=[code for code in ("de_xuat", "kho_khan") if code not in {row.part for row in rows}],
    )
    return paper
