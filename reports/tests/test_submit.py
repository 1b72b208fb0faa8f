"""Submission: what is kept, what is refused, and that nothing changes it afterwards."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.prepared import Prepared
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.forms_as_data.enums import CellState
from reports.actions import draft, submit
from reports.actions.draft import (
    save_cells,
    save_row,
    start_report,
    state_nothing,
    withdraw_nothing,
)
from reports.actions.review import return_report
from reports.actions.submit import submit_report
from reports.content import is_intact
from reports.enums import ReportStatus
from reports.form_v1 import FORM_V1
from reports.models import DraftCell, Report, ReportEvent, ReportVersion
from reports.queries import cells_of_version, draft_of
from reports.tests.factories import (
    FIGURES,
    ReportPeriodFactory,
    accepted_report,
    author_of,
    filled_report,
    past_period,
    submitted_report,
)
from reports.todo import author_todo_items


def test_submit_keeps_figures_statements_event_and_hash(db):
    report = filled_report()
    version = submit_report(actor=report.author, report_id=report.pk)
    report = Report.objects.get(pk=report.pk)
    cells = cells_of_version(version)
    assert (report.status, report.latest_version_id) == (ReportStatus.SUBMITTED, version.pk)
    assert report.first_submitted_at == version.submitted_at
    assert cells["gtsx-co_khi"].value == 1_250_500_000  # đồng: triệu with six decimals
    assert cells["lao_dong"].value == 120
    assert cells["cs_tong"].value == 0 and cells["cs_tong"].state == CellState.VALUE
    assert {s.part.code for s in version.statements.all()} == {"de_xuat", "kho_khan"}
    event = report.events.last()
    assert (event.from_status, event.to_status) == ("draft", "submitted")
    assert event.version_id == version.pk
    assert is_intact(ReportVersion.objects.get(pk=version.pk))
    assert not DraftCell.objects.filter(report=report).exists()


def test_submit_counts_part_two_from_the_registry(db):
    from facilities.tests.factories import EstablishmentFactory

    report = filled_report(cs_san_xuat="1")
    EstablishmentFactory(
        place=report.place,
        registered_on=report.period.starts_on,
        labour_total=120,
        labour_female=45,
    )
    version = submit_report(actor=report.author, report_id=report.pk)
    assert cells_of_version(version)["cs_tong"].value == 1


def test_a_figure_that_is_not_the_records_needs_a_reason(db):
    from facilities.tests.factories import EstablishmentFactory

    report = filled_report(cs_san_xuat="1", lao_dong="130")
    EstablishmentFactory(
        place=report.place,
        registered_on=report.period.starts_on,
        labour_total=120,
        labour_female=45,
    )
    with pytest.raises(InvalidInput) as refused:
        submit_report(actor=report.author, report_id=report.pk)
    assert list(refused.value.errors) == ["lao_dong"]
    assert "khác số từ sổ cơ sở (120 người)" in refused.value.errors["lao_dong"][0]
    cells = [{"key": "lao_dong", "text": "130", "note": "Thợ mùa vụ", "revision": 1}]
    save_cells(actor=report.author, report_id=report.pk, cells=cells)
    version = submit_report(actor=report.author, report_id=report.pk)
    assert cells_of_version(version)["lao_dong"].note == "Thợ mùa vụ"


def test_a_new_report_begins_with_what_the_records_say(db):
    from facilities.tests.factories import EstablishmentFactory

    place, period = PlaceFactory(), ReportPeriodFactory()
    EstablishmentFactory(
        place=place, registered_on=period.starts_on, labour_total=12, labour_female=5
    )
    report = start_report(actor=author_of(place), place_id=place.pk, period_id=period.pk)
    figures = draft_of(report).cells
    assert {key: figure.text for key, figure in figures.items()} == {
        "cs_san_xuat": "1",
        "lao_dong": "12",
        "lao_dong_nu": "5",
    }


def test_zero_nothing_and_not_reported_are_three_things(db):
    report = filled_report(tt_buoi="0", tt_luot="")
    with pytest.raises(InvalidInput) as refused:
        submit_report(actor=report.author, report_id=report.pk)
    assert list(refused.value.errors) == ["tt_luot"]
    assert "lượt người" in refused.value.errors["tt_luot"][0]
    assert not ReportVersion.objects.exists()
    state_nothing(actor=report.author, report_id=report.pk, part_code="hoat_dong")
    cells = cells_of_version(submit_report(actor=report.author, report_id=report.pk))
    assert cells["tt_luot"].is_nothing and cells["tt_buoi"].is_nothing
    assert cells["von_may_moc"].value == 0


def test_submit_names_each_wrong_cell_row_and_part(db):
    report = filled_report(nothing=(), lao_dong="mười", lao_dong_nu="-3", dt_xuat_khau="400")
    row = save_row(
        actor=report.author,
        report_id=report.pk,
        part_code="kho_khan",
        data={"nhom": "von", "kien_nghi": "Cho vay"},
    )
    with pytest.raises(InvalidInput) as refused:
        submit_report(actor=report.author, report_id=report.pk)
    assert set(refused.value.errors) == {
        "lao_dong",
        "lao_dong_nu",
        "doanh_thu",
        "part:de_xuat",
        f"row:{row.uid}:noi_dung",
    }
    assert Report.objects.get(pk=report.pk).status == ReportStatus.DRAFT
    assert report.events.count() == 1


def test_a_warning_needs_a_reason_that_is_kept(db):
    report = filled_report(cs_san_xuat="4")
    with pytest.raises(InvalidInput) as refused:
        submit_report(actor=report.author, report_id=report.pk)
    assert list(refused.value.errors) == ["rule:san_xuat_trong_so"]
    version = submit_report(
        actor=report.author,
        report_id=report.pk,
        warnings_reasons={"san_xuat_trong_so": "Sổ đang bổ sung."},
    )
    (kept,) = version.warnings_kept
    assert kept["reason"] == "Sổ đang bổ sung." and kept["cell"] == "cs_san_xuat"


def test_change_is_held_against_the_quarter_before(db):
    before = accepted_report(period=past_period(locks_on=ReportPeriodFactory().locks_on))
    report = filled_report(before.place, author=before.author, lao_dong="400")
    with pytest.raises(InvalidInput) as refused:
        submit_report(actor=report.author, report_id=report.pk)
    assert list(refused.value.errors) == ["rule:lao_dong_bien_dong"]
    assert "120 người" in refused.value.errors["rule:lao_dong_bien_dong"][0]


def test_submit_takes_what_the_page_held(db):
    report = filled_report()
    version = submit_report(
        actor=report.author,
        report_id=report.pk,
        typed={"lao_dong": {"text": "130", "note": "tăng ca"}},
        shown_revision=report.draft_revision,
    )
    cell = cells_of_version(version)["lao_dong"]
    assert (cell.value, cell.note) == (130, "tăng ca")


def test_submit_of_what_changed_meanwhile_is_refused(db):
    report = filled_report()
    shown = report.draft_revision
    save_cells(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "140", "revision": 1}],
    )
    with pytest.raises(Conflict) as refused:
        submit_report(
            actor=report.author,
            report_id=report.pk,
            typed={"lao_dong": {"text": "120"}},
            shown_revision=shown,
        )
    assert list(refused.value.errors) == ["lao_dong"]
    assert not ReportVersion.objects.exists()


def test_another_communes_collaborator_and_the_centre_cannot_submit(db):
    report = filled_report()
    other = AssignmentFactory().collaborator.user
    for stranger in (other, UserFactory(), UserFactory(roles=[Role.ADMINISTRATOR])):
        with pytest.raises(NotAllowed):
            submit_report(actor=stranger, report_id=report.pk)
    assert not ReportVersion.objects.exists() and ReportEvent.objects.count() == 1


def test_second_submit_is_told_who_and_when(db):
    report = submitted_report()
    with pytest.raises(WrongStatus, match=f"bởi {report.author}"):
        submit_report(actor=report.author, report_id=report.pk)
    assert ReportVersion.objects.count() == 1


def test_locked_period_is_refused(db):
    report = filled_report()
    report.period.locks_on = report.period.due_on = report.period.ends_on
    type(report.period).objects.filter(pk=report.period.pk).update(
        opens_on=report.period.starts_on, starts_on=report.period.starts_on
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_reportperiod SET starts_on = starts_on - 200, opens_on = opens_on - 200,"
            " ends_on = ends_on - 200, due_on = due_on - 200, locks_on = locks_on - 200"
        )
    with pytest.raises(WrongStatus, match="đã khóa"):
        submit_report(actor=report.author, report_id=report.pk)


def returned_report(**figures):
    report = submitted_report(**figures)
    return_report(actor=UserFactory(), report_id=report.pk, version_number=1, note="Xem lại")
    author = report.author
    report = Report.objects.get(pk=report.pk)
    report.author = author
    return report


def test_a_returned_report_is_corrected_cell_by_cell(db):
    report = returned_report()
    draft = draft_of(report)
    assert draft.figure("gtsx-co_khi").text == "1.250,5"
    seen = draft.figure("lao_dong").revision
    result = save_cells(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "121", "revision": seen}],
    )
    assert not result.conflicts
    version = submit_report(actor=report.author, report_id=report.pk)
    cells = cells_of_version(version)
    assert version.number == 2
    assert cells["lao_dong"].value == 121 and cells["gtsx-co_khi"].value == 1_250_500_000
    assert (
        cells_of_version(ReportVersion.objects.get(report=report, number=1))["lao_dong"].value
        == 120
    )


def test_a_page_from_before_the_submission_cannot_write_over_silently(db):
    report = returned_report()
    result = save_cells(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "99", "revision": 1}],
    )
    assert [c.kept.text for c in result.conflicts] == ["120"]
    assert draft_of(report).figure("lao_dong").text == "120"


def test_what_was_typed_in_a_stated_part_is_kept_through_submission(db):
    report = filled_report(nothing=("de_xuat", "kho_khan", "hoat_dong"))
    submit_report(actor=report.author, report_id=report.pk)
    return_report(actor=UserFactory(), report_id=report.pk, version_number=1, note="Có mà")
    withdraw_nothing(actor=report.author, report_id=report.pk, part_code="hoat_dong")
    assert draft_of(Report.objects.get(pk=report.pk)).figure("tt_luot").text == "60"


def test_everybody_who_typed_is_among_the_authors(db):
    report = filled_report()
    deputy = AssignmentFactory(place=report.place, is_principal=False).collaborator.user
    save_cells(
        actor=deputy,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "121", "revision": 1}],
    )
    version = submit_report(actor=report.author, report_id=report.pk)
    assert set(version.author_ids) == {report.author.pk, deputy.pk}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_reportversion SET content_hash = 'x'",
        "DELETE FROM reports_reportversion",
        "UPDATE reports_versioncell SET value = 1",
        "DELETE FROM reports_versioncell",
        "UPDATE reports_versionrow SET data = '{}'",
        "DELETE FROM reports_versionrow",
        "UPDATE reports_versionstatement SET stated_by_id = NULL",
        "DELETE FROM reports_versionstatement",
        "UPDATE reports_reportevent SET note = 'x'",
        "DELETE FROM reports_reportevent",
    ],
)
def test_a_version_is_immutable_to_raw_sql(db, statement):
    report = filled_report(nothing=("de_xuat",))
    save_row(
        actor=report.author,
        report_id=report.pk,
        part_code="kho_khan",
        data={"nhom": "von", "noi_dung": "Thiếu vốn"},
    )
    submit_report(actor=report.author, report_id=report.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def in_threads(count, work):
    """Run `work(number)` in threads behind a barrier; return what each returned or raised."""
    barrier, answers = threading.Barrier(count), [None] * count

    def run(number):
        try:
            barrier.wait(10)
            answers[number] = work(number)
        except Exception as error:  # the answer of a refused one
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_double_submit_makes_one_version():
    report = filled_report()
    answers = in_threads(2, lambda _: submit_report(actor=report.author, report_id=report.pk))
    assert sorted(type(answer).__name__ for answer in answers) == ["ReportVersion", "WrongStatus"]
    assert ReportVersion.objects.filter(report=report).count() == 1
    assert report.events.filter(to_status=ReportStatus.SUBMITTED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_double_submit_is_seen(monkeypatch):
    """Control: the race is real; only the unique constraint then stands between two versions."""
    report = filled_report()
    without = Prepared("kc_test_no_lock", draft._LOCK.removesuffix(" FOR UPDATE OF r"))
    monkeypatch.setattr(draft, "_LOCK_WITH_PERIOD", without)
    barrier = threading.Barrier(2)
    write = submit._write_version

    def write_together(*args):
        barrier.wait(10)
        write(*args)

    monkeypatch.setattr(submit, "_write_version", write_together)
    answers = in_threads(2, lambda _: submit_report(actor=report.author, report_id=report.pk))
    assert sorted(type(answer).__name__ for answer in answers) == [
        "IntegrityError",
        "ReportVersion",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_starts_make_one_report():
    place = AssignmentFactory().place
    author = place.assignments.get().collaborator.user
    deputy = AssignmentFactory(place=place, is_principal=False).collaborator.user
    period = ReportPeriodFactory()
    answers = in_threads(
        2,
        lambda number: start_report(
            actor=(author, deputy)[number], place_id=place.pk, period_id=period.pk
        ),
    )
    assert answers[0].pk == answers[1].pk
    assert Report.objects.count() == 1 and ReportEvent.objects.count() == 1


def test_submit_costs_few_queries(db, django_assert_num_queries):
    report = filled_report()
    typed = {key: {"text": text, "note": ""} for key, text in FIGURES.items()}
    with django_assert_num_queries(12):
        submit_report(actor=report.author, report_id=report.pk, typed=typed)


def test_a_report_returned_after_the_lock_has_a_way_out(db):
    report = submitted_report(lao_dong="120")
    officer = UserFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_reportperiod SET starts_on = starts_on - 200, opens_on = opens_on - 200,"
            " ends_on = ends_on - 200, due_on = due_on - 200, locks_on = locks_on - 200"
        )
    return_report(
        actor=officer,
        report_id=report.pk,
        version_number=1,
        note="Kiểm tra lại lao động.",
        comments=[],
    )
    (item,) = author_todo_items(report.author)
    assert item.title.startswith("Sửa báo cáo bị trả lại")
    save_cells(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "130", "revision": 10_000}],
    )
    reasons = dict.fromkeys((rule["code"] for rule in FORM_V1["rules"]), "Số liệu đúng.")
    version = submit_report(actor=report.author, report_id=report.pk, warnings_reasons=reasons)
    assert version.number == 2
    assert author_todo_items(report.author) == []


def test_cells_nobody_touched_follow_the_records_until_submission(db, client):
    from facilities.surveys.models import SurveyTarget
    from facilities.surveys.tests.factories import a_target

    target = a_target(labour_total=10, labour_female=4)
    period = ReportPeriodFactory()
    author = target.collaborator.user
    report = start_report(actor=author, place_id=target.place_id, period_id=period.pk)
    figures = draft_of(report).cells
    assert (figures["lao_dong"].text, figures["ks_co_so"].text) == ("10", "0")
    typed = [{"key": "lao_dong_nu", "text": "3", "note": "Một người nghỉ", "revision": 1}]
    save_cells(actor=author, report_id=report.pk, cells=typed)
    # The survey is done, and says otherwise than the book did.
    SurveyTarget.objects.filter(pk=target.pk).update(
        state="submitted", submitted_at=timezone.now(), submitted_by=author
    )
    target.establishment.labour_total, target.establishment.labour_female = 12, 5
    target.establishment.save()
    client.force_login(author)
    page = client.get(reverse("reports:edit", args=[report.pk])).context["page"]
    assert not page.is_behind
    figures = draft_of(report).cells
    assert {key: figures[key].text for key in ("lao_dong", "lao_dong_nu", "ks_co_so")} == {
        "lao_dong": "12",
        "lao_dong_nu": "3",
        "ks_co_so": "1",
    }
