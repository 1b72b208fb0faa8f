"""An edition's life: drafted, edited, renewed, signed once, never changed, corrected by another."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, connections, transaction

from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from reports.editions import actions
from reports.editions.changes import changes_since, moved_on
from reports.editions.enums import EditionKind, EditionStatus
from reports.editions.models import Edition, EditionSection
from reports.editions.queries import issued_basis, open_edition
from reports.editions.tests.cast import (
    BILLION,
    drafted,
    make_world,
    presented,
    second_leader,
    signed,
)
from reports.enums import ReportStatus
from reports.models import ReportEvent
from reports.queries.completeness import completeness_counts
from reports.tests.rollup_cast import accept

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return make_world()


def section(edition, code) -> EditionSection:
    return edition.sections.get(code=code)


def edit(world, edition, code, text, actor=None) -> EditionSection:
    own = section(edition, code)
    return actions.edit_section(
        actor=actor or world.cast.officer,
        edition_id=edition.pk,
        code=code,
        revision=own.revision,
        text=text,
    )


def renew(world, edition, code, **options) -> EditionSection:
    return actions.renew_section(
        actor=world.cast.officer,
        edition_id=edition.pk,
        code=code,
        revision=section(edition, code).revision,
        **options,
    )


def test_the_draft_speaks_of_the_accepted_figures_and_names_what_is_missing(world):
    edition = drafted(world)
    beginning = section(edition, "mo_dau").text
    assert "từ 2 trên 4 địa bàn" in beginning
    assert "1 địa bàn chưa nộp báo cáo: Xã Đông." in beginning
    assert "chưa tính vào báo cáo: Xã Cư." in beginning
    assert "Giá trị sản xuất: 5.000 triệu đồng" in section(edition, "san_xuat").text
    proposals = section(edition, "de_xuat").text
    assert "1 đề xuất của 0 cơ sở" in proposals
    assert "(Bằng chữ: Hai trăm triệu đồng)" in proposals
    difficulties = section(edition, "kho_khan").text
    assert "Vốn, tín dụng (2 ý kiến)" in difficulties
    assert "Thiếu tài sản thế chấp (Xã An, Xã Bình)." in difficulties
    assert edition.events.get().actor == world.cast.officer


def test_growth_is_reckoned_over_the_places_of_both_quarters():
    from reports.editions.basis import Comparison

    assert Comparison(100, then=100, now=105, places=2).words == "tăng 5 %"
    assert Comparison(100, then=300, now=200, places=2).words == "giảm 33,3 %"
    assert Comparison(100, then=100, now=100, places=2).words == "không đổi"
    assert Comparison(10**7, then=10**7, now=10**7 + 1, places=1).words == "tăng dưới 0,1 %"
    assert Comparison(None).words == Comparison(5, then=0, now=5, places=1).words == ""


def test_last_quarter_and_last_year_stand_beside(world):
    from khuyencong.core.quarters import Quarter
    from reports.calendar import ensure_period
    from reports.tests.review_cast import submit_version

    for quarter, value in ((Quarter(2026, 2), 2), (Quarter(2025, 3), 6)):
        earlier = ensure_period(quarter)
        report = world.first.__class__.objects.create(place=world.first.place, period=earlier)
        submit_version(
            report, world.authors[world.first.pk], figures={("gtsx", "go"): value * BILLION}
        )
        accept(report, world.cast.officer)
    text = section(drafted(world), "san_xuat").text
    # 3 billion of Xã An against its 2 and 6; Xã Bình has no earlier figure.
    assert "(tăng 50 % so với quý trước, giảm 50 % so với cùng kỳ năm trước)" in text


def test_only_the_centre_writes_and_one_edition_is_open_at_a_time(world):
    for name in ("ctv", "viewer", "accountant", "administrator"):
        with pytest.raises(NotAllowed):
            actions.draft_edition(actor=getattr(world.cast, name), period_id=world.period.pk)
    drafted(world)
    with pytest.raises(Conflict):
        drafted(world)


def test_renewing_keeps_what_a_person_wrote_and_says_what_changed(world):
    edition = drafted(world)
    old = section(edition, "san_xuat").text.split("\n")
    mine = [old[0], "- Nhận định của Trung tâm.", *old[1:]]
    mine = [line for line in mine if not line.startswith("- Doanh thu")]
    edit(world, edition, "san_xuat", "\n".join(mine))
    world.correct(world.second, {("gtsx", "go"): 4 * BILLION, "lao_dong": 50})
    state = next(s for s in open_edition(edition).states if s.section.code == "san_xuat")
    assert not state.is_current
    assert ("Giá trị sản xuất", "5.000", "7.000") in [
        (c.label, c.before, c.after) for c in state.changes
    ]
    lines = renew(world, edition, "san_xuat").text.split("\n")
    assert lines[0].startswith("- Giá trị sản xuất: 7.000 triệu đồng")
    assert lines[1] == "- Nhận định của Trung tâm."
    assert not any(line.startswith("- Doanh thu") for line in lines)
    assert not [s for s in open_edition(edition).outdated if s.section.code == "san_xuat"]
    again = renew(world, edition, "san_xuat", keep_edits=False)
    assert not again.is_edited


def test_two_writers_never_overwrite_each_other(world):
    edition = drafted(world)
    seen = section(edition, "kien_nghi").revision
    edit(world, edition, "kien_nghi", "Lời một", actor=world.cast.second_officer)
    with pytest.raises(Conflict, match="Chuyên viên hai"):
        actions.edit_section(
            actor=world.cast.officer,
            edition_id=edition.pk,
            code="kien_nghi",
            revision=seen,
            text="Lời hai",
        )
    assert section(edition, "kien_nghi").text == "Lời một"
    edition.refresh_from_db()
    assert edition.author_ids == [world.cast.officer.pk, world.cast.second_officer.pk]


def test_old_figures_are_neither_presented_nor_signed(world):
    edition = drafted(world)
    accept(world.waiting, world.cast.officer)
    with pytest.raises(Conflict, match="Số liệu đã thay đổi"):
        presented(world, edition)
    assert actions.renew_outdated(actor=world.cast.officer, edition_id=edition.pk) >= 2
    presented(world, edition)
    shown = open_edition(edition).shown_hash
    world.correct(world.second, {("gtsx", "go"): 9 * BILLION})
    with pytest.raises(Conflict):
        actions.sign_edition(actor=world.cast.leader, edition_id=edition.pk, shown_hash=shown)
    edition.refresh_from_db()
    assert edition.status == EditionStatus.PRESENTED
    assert not edition.entries.exists()


def test_signing_numbers_freezes_and_moves_the_reports(world):
    edition = signed(world)
    document = edition.document
    assert (edition.status, document.full_number) == (EditionStatus.SIGNED, "01/BC-TTKC")
    assert document.is_intact
    assert document.paper.signatures[0].name == "Lãnh đạo"
    assert document.paper.appendix[-1].rows[0][1] == "Xã An"
    entries = {entry.place.name: entry for entry in edition.entries.select_related("place")}
    assert entries["Xã An"].version == world.first.accepted_version
    assert (entries["Xã Cư"].version, entries["Xã Cư"].state) == (None, "pending")
    world.first.refresh_from_db()
    world.waiting.refresh_from_db()
    assert world.first.status == ReportStatus.IN_EDITION
    assert world.waiting.status == ReportStatus.SUBMITTED
    event = ReportEvent.objects.get(report=world.first, to_status=ReportStatus.IN_EDITION)
    assert (event.actor, event.version) == (world.cast.leader, world.first.accepted_version)
    assert completeness_counts([world.period])[world.period.pk].accepted == 2


def test_who_wrote_does_not_sign_and_who_is_no_leader_neither(world):
    edition = drafted(world)
    edit(world, edition, "kien_nghi", "Lời của lãnh đạo", actor=world.cast.leader)
    presented(world, edition)
    shown = open_edition(edition).shown_hash
    for name in ("leader", "officer", "administrator", "viewer", "ctv"):
        with pytest.raises(NotAllowed):
            actions.sign_edition(
                actor=getattr(world.cast, name), edition_id=edition.pk, shown_hash=shown
            )
    assert actions.sign_edition(actor=second_leader(), edition_id=edition.pk, shown_hash=shown)


def test_a_second_signature_changes_nothing_and_is_told_who_signed(world):
    edition = signed(world)
    with pytest.raises(WrongStatus, match="đã được ký bởi Lãnh đạo"):
        actions.sign_edition(actor=second_leader(), edition_id=edition.pk, shown_hash="x")
    with pytest.raises(WrongStatus):
        edit(world, edition, "kien_nghi", "Khác")


def test_the_leader_sends_back_with_a_reason(world):
    edition = presented(world)
    with pytest.raises(InvalidInput):
        actions.send_back_edition(actor=world.cast.leader, edition_id=edition.pk, note=" ")
    actions.send_back_edition(actor=world.cast.leader, edition_id=edition.pk, note="Nói rõ hơn.")
    edition.refresh_from_db()
    assert edition.status == EditionStatus.DRAFT
    actions.cancel_edition(actor=world.cast.officer, edition_id=edition.pk)
    assert drafted(world).ordinal == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE editions_edition SET recipients = 'khác'",
        "UPDATE editions_edition SET status = 'draft', document_id = NULL",
        "DELETE FROM editions_edition",
        "UPDATE editions_editionsection SET text = 'khác'",
        "DELETE FROM editions_editionsection",
        "UPDATE editions_editionentry SET state = 'x'",
        "DELETE FROM editions_editionentry",
        "UPDATE editions_editionevent SET note = 'x'",
    ],
)
def test_raw_sql_changes_nothing_of_a_signed_edition(world, statement):
    signed(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_later_correction_is_counted_and_makes_a_new_edition(world):
    first = signed(world)
    assert not changes_since(first)
    assert moved_on([first.pk]) == {first.pk: 0}
    with pytest.raises(InvalidInput):
        actions.draft_correction(
            actor=world.cast.officer, edition_id=first.pk, kind=EditionKind.REPLACEMENT
        )
    world.correct(world.second, {("gtsx", "go"): 4 * BILLION, "lao_dong": 50})
    accept(world.waiting, world.cast.officer)
    assert moved_on([first.pk]) == {first.pk: 2}
    changes = changes_since(first)
    assert (changes.places, changes.added) == (["Xã Bình", "Xã Cư"], ["Xã Cư"])
    assert ("Xã Bình", "Giá trị sản xuất – Sản xuất gỗ và đồ gỗ", "2.000", "4.000") in changes.cells
    assert changes.count == len(changes.cells) + 1  # and the row of part IV that fell away
    totals = {label: (before, after) for _, label, _, _, before, after in changes.totals}
    assert totals["Giá trị sản xuất"] == (5 * BILLION, 14 * BILLION)
    # What was signed stays as it was.
    assert issued_basis(first).lines["gtsx"].figure.value == 5 * BILLION
    second = actions.draft_correction(
        actor=world.cast.officer, edition_id=first.pk, kind=EditionKind.REPLACEMENT
    )
    assert "Bổ sung số liệu của: Xã Cư." in section(second, "thay_doi").text
    second = signed(world, second)
    first.refresh_from_db()
    assert (first.status, second.ordinal) == (EditionStatus.REPLACED, 2)
    assert second.document.full_number == "02/BC-TTKC"
    assert "thay thế Báo cáo số 01/BC-TTKC" in second.document.abstract
    assert not changes_since(second)


def test_a_supplement_leaves_the_first_in_force(world):
    first = signed(world)
    accept(world.waiting, world.cast.officer)
    second = actions.draft_correction(
        actor=world.cast.officer, edition_id=first.pk, kind=EditionKind.SUPPLEMENT
    )
    signed(world, second)
    first.refresh_from_db()
    assert first.status == EditionStatus.SIGNED


@pytest.mark.django_db(transaction=True)
def test_two_leaders_at_once_sign_once():
    world = make_world()
    edition = presented(world)
    leaders, barrier = [world.cast.leader, second_leader()], Barrier(2)
    shown = open_edition(edition).shown_hash

    def sign(leader):
        barrier.wait()
        try:
            actions.sign_edition(actor=leader, edition_id=edition.pk, shown_hash=shown)
            return "signed"
        except WrongStatus:
            return "told"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sign, leaders)) == ["signed", "told"]
    assert Edition.objects.get().document.number == 1
