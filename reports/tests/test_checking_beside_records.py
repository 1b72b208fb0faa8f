"""What a checker sees beside a report: neighbours, what the records say now, the figure to expect."""

import pytest
from django.urls import reverse

from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.forms_as_data.structure import structure_of
from reports.actions.review import CommentInput, return_report
from reports.models import ReturnComment
from reports.queries.drift import drift_of
from reports.queries.neighbours import neighbour_figures
from reports.tests.factories import ReportFactory, submitted_report

pytestmark = pytest.mark.django_db


def test_neighbours_are_those_around_and_their_middle_figure():
    district, far = PlaceFactory(), PlaceFactory()
    own = submitted_report(place=PlaceFactory(parent=district))
    for people in ("100", "140", "900"):
        submitted_report(place=PlaceFactory(parent=district), lao_dong=people)
    submitted_report(place=PlaceFactory(parent=far), lao_dong="5000")
    ReportFactory(place=PlaceFactory(parent=district))
    structure = structure_of(own.period.form_version_id)
    near = neighbour_figures(own.place_id, own.period_id, structure)
    assert (near["lao_dong"].median, near["lao_dong"].places) == (140, 3)


def test_what_the_records_say_later_is_shown_to_author_and_checker(client):
    report = submitted_report()
    assert drift_of(report, report.latest_version) == []
    EstablishmentFactory(
        place=report.place, registered_on=report.period.starts_on, labour_total=30, labour_female=0
    )
    drift = {one.key: (one.reported, one.now) for one in drift_of(report, report.latest_version)}
    assert drift["cs_tong"] == ("0", "1")
    assert drift["lao_dong"] == ("120", "30")
    for user, name in (
        (report.author, "reports:detail"),
        (UserFactory(roles=[Role.OFFICER]), "reports:review"),
    ):
        client.force_login(user)
        page = client.get(reverse(name, args=[report.pk])).content.decode()
        assert "Sổ cơ sở nay khác báo cáo" in page
        assert "báo cáo 120, từ sổ cơ sở nay" in page


def test_the_checker_names_the_figure_to_expect(client):
    report = submitted_report()
    client.force_login(UserFactory(roles=[Role.OFFICER]))
    client.post(
        reverse("reports:return", args=[report.pk]),
        {
            "version": 1,
            "o:lao_dong": "",
            "n:lao_dong": "135",
            "o:gtsx-go": "Xem lại",
            "n:gtsx-go": "1.250,5",
        },
    )
    asked = {
        comment.indicator.code: (comment.text, comment.expected)
        for comment in ReturnComment.objects.select_related("indicator")
    }
    assert asked == {
        "lao_dong": ("Số đúng là 135.", 135),
        "gtsx": ("Xem lại", 1_250_500_000),
    }
    client.force_login(report.author)
    page = client.get(reverse("reports:edit", args=[report.pk])).content.decode()
    assert 'data-put="lao_dong" data-text="135"' in page
    assert 'data-text="1.250,5"' in page


def test_an_expected_figure_that_is_none_is_refused():
    report = submitted_report()
    with pytest.raises(InvalidInput, match=r"Số nên là của “Lao động.*“nhiều” không phải là số"):
        return_report(
            actor=UserFactory(roles=[Role.OFFICER]),
            report_id=report.pk,
            version_number=1,
            comments=[CommentInput("Sai", indicator="lao_dong", expected="nhiều")],
        )
    with pytest.raises(InvalidInput, match="Chỉ nêu được số cho một ô"):
        return_report(
            actor=UserFactory(roles=[Role.OFFICER]),
            report_id=report.pk,
            version_number=1,
            comments=[CommentInput("Sai", part="san_xuat", expected="1")],
        )
