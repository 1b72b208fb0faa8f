"""Writing a draft: nothing typed is lost, nothing is written over silently."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.forms_as_data.structure import structure_of
from reports.actions.draft import (
    remove_row,
    save_cells,
    save_form,
    save_row,
    start_report,
    state_nothing,
    withdraw_nothing,
)
from reports.enums import ReportStatus
from reports.models import DraftCell, DraftRow, DraftStatement, Report, ReportEvent
from reports.queries import draft_of
from reports.tests.factories import (
    ReportPeriodFactory,
    author_of,
    past_period,
    submitted_report,
)


@pytest.fixture
def report(db):
    place = PlaceFactory()
    author = author_of(place)
    report = start_report(actor=author, place_id=place.pk, period_id=ReportPeriodFactory().pk)
    report.author = author
    return report


def save(report, *cells, actor=None):
    return save_cells(
        actor=actor or report.author,
        report_id=report.pk,
        cells=[{"key": key, "text": text, "revision": seen} for key, text, seen in cells],
    )


def figure(report, key):
    return draft_of(Report.objects.get(pk=report.pk)).figure(key)


def test_start_writes_the_first_event_once(report):
    again = start_report(actor=report.author, place_id=report.place_id, period_id=report.period_id)
    assert again.pk == report.pk
    (event,) = ReportEvent.objects.filter(report=report)
    assert (event.from_status, event.to_status, event.actor) == ("", "draft", report.author)


def test_start_refuses_outsiders_and_closed_periods(db):
    assignment = AssignmentFactory()
    period = ReportPeriodFactory()
    for stranger in (AssignmentFactory().collaborator.user, UserFactory()):
        with pytest.raises(NotAllowed):
            start_report(actor=stranger, place_id=assignment.place_id, period_id=period.pk)
    with pytest.raises(WrongStatus, match="đã khóa"):
        start_report(
            actor=assignment.collaborator.user,
            place_id=assignment.place_id,
            period_id=past_period(2).pk,
        )
    period.opens_on = timezone.localdate() + timedelta(days=1)
    period.save()
    with pytest.raises(WrongStatus, match="mở nhập từ ngày"):
        start_report(
            actor=assignment.collaborator.user, place_id=assignment.place_id, period_id=period.pk
        )
    assert not Report.objects.exists()


def test_an_assignment_that_ended_no_longer_writes(report):
    assignment = report.place.assignments.get()
    assignment.valid_to = timezone.localdate() - timedelta(days=1)
    assignment.save()
    with pytest.raises(NotAllowed, match="Trung tâm"):
        save(report, ("lao_dong", "1", 0))
    assert not DraftCell.objects.exists()


def test_figures_are_kept_as_typed_and_read(report):
    result = save(
        report, ("doanh_thu", " 1.250,5 ", 0), ("lao_dong", "12,5", 0), ("lao_dong_nu", "-4", 0)
    )
    errors = {cell.key: cell.error for cell in result.saved}
    assert errors["doanh_thu"] == "" and "số nguyên" in errors["lao_dong"]
    assert "số âm" in errors["lao_dong_nu"]
    assert (figure(report, "doanh_thu").text, figure(report, "doanh_thu").value) == (
        "1.250,5",
        1_250_500_000,
    )
    assert (figure(report, "lao_dong").text, figure(report, "lao_dong").value) == ("12,5", None)


def test_a_cell_changed_elsewhere_is_not_written_over(report):
    deputy = AssignmentFactory(place=report.place, is_principal=False).collaborator.user
    save(report, ("lao_dong", "10", 0))
    save(report, ("lao_dong", "20", 1), actor=deputy)
    result = save(report, ("lao_dong", "11", 1), ("lao_dong_nu", "3", 0))
    (conflict,) = result.conflicts
    assert (conflict.sent.text, conflict.kept.text, conflict.kept.revision) == ("11", "20", 2)
    assert [cell.key for cell in result.saved] == ["lao_dong_nu"]
    assert figure(report, "lao_dong").text == "20"
    assert not save(report, ("lao_dong", "11", conflict.kept.revision)).conflicts
    assert figure(report, "lao_dong").text == "11"


def test_a_retry_after_a_lost_answer_is_no_conflict(report):
    first = save(report, ("lao_dong", "10", 0)).saved[0]
    again = save(report, ("lao_dong", "10", 0))
    assert not again.conflicts
    assert again.saved[0].revision == first.revision


def test_saving_counts_the_drafts_revision(report):
    assert save(report, ("lao_dong", "10", 0)).draft_revision == 1
    assert save(report, ("lao_dong", "11", 1)).draft_revision == 2


def test_unknown_and_counted_cells_are_refused(report):
    for key in ("khong_co", "cs_tong", "gtsx", "gtsx-khong_co"):
        with pytest.raises(InvalidInput):
            save(report, (key, "1", 0))
    assert not DraftCell.objects.exists()


def test_saving_costs_few_queries(report, django_assert_num_queries):
    structure_of(report.period.form_version_id)
    with django_assert_num_queries(5):
        save(report, ("lao_dong", "10", 0), ("lao_dong_nu", "3", 0), ("doanh_thu", "7", 0))


def test_outsiders_and_the_centre_cannot_write(report):
    for stranger in (
        AssignmentFactory().collaborator.user,
        UserFactory(),
        UserFactory(roles=[Role.ADMINISTRATOR]),
    ):
        with pytest.raises(NotAllowed):
            save(report, ("lao_dong", "1", 0), actor=stranger)
        with pytest.raises(NotAllowed):
            save_row(actor=stranger, report_id=report.pk, part_code="kho_khan", data={})
        with pytest.raises(NotAllowed):
            state_nothing(actor=stranger, report_id=report.pk, part_code="kho_khan")
    assert not DraftCell.objects.exists()
    assert not DraftRow.objects.exists()
    assert not DraftStatement.objects.exists()


def test_a_submitted_report_is_not_written(db):
    report = submitted_report()
    with pytest.raises(WrongStatus, match="đã được nộp"):
        save(report, ("lao_dong", "1", 10_000))
    with pytest.raises(WrongStatus):
        save_row(actor=report.author, report_id=report.pk, part_code="kho_khan", data={})
    assert Report.objects.get(pk=report.pk).status == ReportStatus.SUBMITTED


def row(report, data, **fields):
    return save_row(
        actor=report.author, report_id=report.pk, part_code="kho_khan", data=data, **fields
    )


def test_rows_are_added_changed_and_removed(report):
    first = row(report, {"nhom": "von", "noi_dung": "Thiếu  vốn", "la": "bỏ qua"})
    second = row(report, {"nhom": "khac"})
    assert first.data == {"nhom": "von", "noi_dung": "Thiếu vốn"}
    assert (first.position, second.position) == (1, 2)
    changed = row(report, {"nhom": "von", "noi_dung": "Cần vốn"}, uid=first.uid, revision=1)
    assert (changed.pk, changed.revision) == (first.pk, 2)
    with pytest.raises(Conflict):
        row(report, {"nhom": "khac"}, uid=first.uid, revision=1)
    remove_row(actor=report.author, report_id=report.pk, uid=first.uid)
    remove_row(actor=report.author, report_id=report.pk, uid=first.uid)
    with pytest.raises(Conflict, match="bị xóa"):
        row(report, {"nhom": "khac"}, uid=first.uid, revision=2)
    assert [r.uid for r in DraftRow.objects.filter(report=report)] == [second.uid]


def test_a_new_row_sent_twice_is_added_once(report):
    uid = uuid.uuid4()
    row(report, {"nhom": "von"}, uid=uid)
    row(report, {"nhom": "von"}, uid=uid)
    assert DraftRow.objects.count() == 1


def test_a_row_names_only_establishments_of_the_place(report):
    own, foreign = EstablishmentFactory(place=report.place), EstablishmentFactory()
    assert row(report, {"co_so": str(own.pk)}).establishment_id == own.pk
    assert row(report, {"co_so": str(foreign.pk)}).establishment_id is None


def test_nothing_is_stated_once_and_what_was_typed_stays(report):
    save(report, ("tt_buoi", "3", 0))
    stated = state_nothing(actor=report.author, report_id=report.pk, part_code="hoat_dong")
    again = state_nothing(actor=report.author, report_id=report.pk, part_code="hoat_dong")
    assert again.stated_at == stated.stated_at and again.stated_by == report.author
    withdraw_nothing(actor=report.author, report_id=report.pk, part_code="hoat_dong")
    assert not DraftStatement.objects.exists()
    assert figure(report, "tt_buoi").text == "3"
    with pytest.raises(InvalidInput):
        state_nothing(actor=report.author, report_id=report.pk, part_code="co_so")


def test_a_whole_form_keeps_cells_and_statements(report):
    save_form(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "9"}],
        nothing={"kho_khan", "de_xuat"},
    )
    save_form(actor=report.author, report_id=report.pk, cells=[], nothing={"kho_khan"})
    assert figure(report, "lao_dong").text == "9"
    assert [s.part.code for s in DraftStatement.objects.all()] == ["kho_khan"]
