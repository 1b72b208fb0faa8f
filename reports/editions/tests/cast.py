"""A quarter with accepted, missing and waiting reports, for the tests of editions."""

from dataclasses import dataclass

from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory
from reports.editions.actions import draft_edition, present_edition, sign_edition
from reports.editions.models import Edition
from reports.editions.queries import open_edition
from reports.models import Report
from reports.tests.review_cast import Cast, make_cast
from reports.tests.rollup_cast import accept, accepted, commune, corrected, submitted

BILLION = 10**9
DIFFICULTY = {
    "nhom": {"code": "von", "label": "Vốn, tín dụng"},
    "noi_dung": "Thiếu tài sản thế chấp.",
    "kien_nghi": "Có gói vay ưu đãi.",
    "cap": {"code": "tinh", "label": "UBND tỉnh, thành phố"},
}
PROPOSAL = {
    "noi_dung": {"code": "may_moc", "label": "Máy móc"},
    "hang_muc": "Máy sấy",
    "tong_von": 400_000_000,
    "de_nghi": 200_000_000,
    "nam": 2027,
    "san_sang": {"code": "ngay", "label": "Làm được ngay"},
}


@dataclass
class World:
    """The cast with four communes: two accepted, one waiting, one without a report."""

    cast: Cast
    first: Report
    second: Report
    waiting: Report
    authors: dict

    @property
    def period(self):
        return self.cast.period

    def correct(self, report: Report, figures: dict, **options) -> Report:
        """A further version of a report, accepted as if it had been reopened."""
        report.refresh_from_db()
        corrected(report, self.authors[report.pk], figures, **options)
        return accept(report, self.cast.officer)


def make_world() -> World:
    """The quarter; `gtsx` is 3 and 2 billion in the two that are accepted."""
    cast = make_cast()
    # The cast's own two communes owe nothing here.
    for place in cast.places:
        place.assignments.update(valid_from="2020-01-01", valid_to="2020-12-31")
    a, b, c, _ = (commune(name) for name in ("Xã An", "Xã Bình", "Xã Cư", "Xã Đông"))
    first = accepted(
        cast,
        a,
        {("gtsx", "go"): 3 * BILLION, "lao_dong": 100},
        rows={"kho_khan": [DIFFICULTY], "de_xuat": [PROPOSAL]},
        nothing=(),
    )
    second = accepted(
        cast, b, {("gtsx", "go"): 2 * BILLION, "lao_dong": 50}, rows={"kho_khan": [DIFFICULTY]}
    )
    waiting = submitted(cast, c, {("gtsx", "go"): 7 * BILLION})
    authors = {
        report.pk: one.collaborator.user for report, one in ((first, a), (second, b), (waiting, c))
    }
    return World(cast, first, second, waiting, authors)


def drafted(world: World) -> Edition:
    """A draft by the first officer."""
    return draft_edition(actor=world.cast.officer, period_id=world.period.pk)


def presented(world: World, edition: Edition | None = None) -> Edition:
    edition = edition or drafted(world)
    return present_edition(actor=world.cast.officer, edition_id=edition.pk)


def signed(world: World, edition: Edition | None = None, actor=None) -> Edition:
    """Signed by the leader, as shown."""
    edition = presented(world, edition)
    return sign_edition(
        actor=actor or world.cast.leader,
        edition_id=edition.pk,
        shown_hash=open_edition(edition).shown_hash,
    )


def second_leader():
    return UserFactory(username="leader2", display_name="Lãnh đạo hai", roles=[Role.LEADER])
