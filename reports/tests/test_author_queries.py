"""What a person may see, what an author owes, and the figures of other quarters."""

import pytest
from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.models import Succession
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.forms_as_data.structure import structure_of
from reports import permissions
from reports.actions.draft import start_report
from reports.actions.review import CommentInput, return_report
from reports.models import Report
from reports.queries import (
    comparison_figures,
    owed_reports,
    reports_visible_to,
    versions_visible_to,
)
from reports.queries.paging import PeriodPaginator
from reports.tests.factories import (
    ReportFactory,
    ReportPeriodFactory,
    accepted_report,
    author_of,
    filled_report,
    past_period,
    submitted_report,
)
from reports.todo import author_todo_items


@pytest.fixture
def three(db):
    """A draft, a submitted and an accepted report of three communes."""
    return {
        "draft": filled_report(),
        "submitted": submitted_report(),
        "accepted": accepted_report(),
    }


VISIBLE = [
    (Role.OFFICER, {"draft", "submitted", "accepted"}),
    (Role.LEADER, {"draft", "submitted", "accepted"}),
    (Role.ADMINISTRATOR, {"draft", "submitted", "accepted"}),
    (Role.VIEWER, {"accepted"}),
    (Role.ACCOUNTANT, set()),
    (Role.COLLABORATOR, set()),
]


@pytest.mark.parametrize(("role", "seen"), VISIBLE)
def test_who_sees_which_report(three, role, seen):
    user = UserFactory(roles=[role])
    names = {report.pk: name for name, report in three.items()}
    assert {names[report.pk] for report in reports_visible_to(user)} == seen
    for name, report in three.items():
        assert permissions.can_view_report(user, report) == (name in seen)
    inactive = UserFactory(roles=[role], is_active=False)
    assert not reports_visible_to(inactive).exists()
    assert not versions_visible_to(inactive).exists()


def test_a_collaborator_sees_own_places_and_what_they_came_from(three):
    old, new = PlaceFactory(), PlaceFactory()
    Succession.objects.create(
        predecessor=old, successor=new, effective_on="2025-07-01", kind="merged"
    )
    rebuild_lineage()
    past = ReportFactory(place=old, period=past_period(8))
    user = AssignmentFactory(place=new).collaborator.user
    assert list(reports_visible_to(user)) == [past]
    assert permissions.can_view_report(user, past)
    assert not permissions.can_edit_report(user, past)


def test_a_viewer_sees_only_the_accepted_version(three):
    viewer = UserFactory(roles=[Role.VIEWER])
    assert [version.report_id for version in versions_visible_to(viewer)] == [three["accepted"].pk]


WRITERS = [
    ("own", True),
    ("other", False),
    ("officer", False),
    ("leader", False),
    ("administrator", False),
    ("viewer", False),
    ("accountant", False),
]


@pytest.mark.parametrize(("who", "may"), WRITERS)
def test_who_may_write(three, who, may):
    report = three["draft"]
    user = {
        "own": lambda: report.author,
        "other": lambda: AssignmentFactory().collaborator.user,
    }.get(who, lambda: UserFactory(roles=[who]))()
    assert permissions.can_edit_report(user, report) == may
    assert permissions.can_submit_report(user, report) == may


def test_owed_is_one_report_for_each_principal_place_and_open_period(db):
    period = ReportPeriodFactory()
    past_period(3)
    first = AssignmentFactory()
    user = first.collaborator.user
    second = AssignmentFactory(collaborator=first.collaborator)
    AssignmentFactory(collaborator=first.collaborator, is_principal=False)
    AssignmentFactory()
    owed = owed_reports(user, timezone.localdate())
    assert {(item.place, item.period) for item in owed} == {
        (first.place, period),
        (second.place, period),
    }
    assert all(item.is_owed and item.report is None for item in owed)


def test_todo_names_what_to_do_until_it_is_done(db):
    place = PlaceFactory(name="Long Thử")
    author = author_of(place)
    period = ReportPeriodFactory()
    (item,) = author_todo_items(author)
    assert item.title == f"Nộp báo cáo {period.quarter} – {place}" and item.due_on == period.due_on
    report = start_report(actor=author, place_id=place.pk, period_id=period.pk)
    (item,) = author_todo_items(author)
    assert item.action == "Soạn tiếp"
    submitted = submitted_report(place=PlaceFactory(), author=None)
    assert author_todo_items(submitted.author) == []
    return_report(
        actor=UserFactory(),
        report_id=submitted.pk,
        version_number=1,
        comments=[CommentInput("Xem lại", indicator="lao_dong")],
    )
    (item,) = author_todo_items(submitted.author)
    assert item.title.startswith("Sửa báo cáo bị trả lại")
    assert item.url.endswith("#o-lao_dong")
    assert author_todo_items(UserFactory()) == []
    assert report.pk


def test_comparison_adds_up_the_units_a_new_place_came_from(db):
    locks = ReportPeriodFactory().locks_on
    before = past_period(1, locks_on=locks)
    parts = [accepted_report(period=before, lao_dong=n) for n in ("100", "223")]
    new = PlaceFactory()
    for part in parts:
        Succession.objects.create(
            predecessor=part.place, successor=new, effective_on="2025-07-01", kind="merged"
        )
    rebuild_lineage()
    report = filled_report(new)
    structure = structure_of(report.period.form_version_id)
    previous, year_ago = comparison_figures(report, structure)
    assert previous.values["lao_dong"] == 323 and previous.places == 2
    assert previous.values["gtsx-co_khi"] == 2 * 1_250_500_000
    assert not year_ago.is_reported


def test_comparison_takes_the_places_own_report_first_and_accepted_before_latest(db):
    locks = ReportPeriodFactory().locks_on
    own = submitted_report(period=past_period(1, locks_on=locks), lao_dong="77")
    filled_report(period=past_period(1, locks_on=locks), lao_dong="9999")
    report = filled_report(own.place, author=own.author)
    previous, _ = comparison_figures(report, structure_of(report.period.form_version_id))
    assert previous.values["lao_dong"] == 77 and previous.places == 1


def test_pages_of_a_long_list_hold_every_report_once_in_order(db):
    for quarters_ago in (1, 3, 2):
        period = past_period(quarters_ago)
        for name in ("Xã Đá Bạc", "Xã An Ngãi", "Xã Bưng Riềng"):
            ReportFactory(place=PlaceFactory(name=name), period=period)
    reports = Report.objects.all()
    expected = reports.order_by("-period__year", "-period__number", "place__sort_key", "pk")
    for per_page in (1, 2, 4, 9, 40):
        pages = PeriodPaginator(reports, per_page)
        assert [report for page in pages for report in page] == list(expected)
    assert list(PeriodPaginator(reports.none(), 4).get_page(3)) == []
