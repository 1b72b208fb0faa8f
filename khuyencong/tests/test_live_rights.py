"""Rights are those of this moment: a session that goes on keeps none that were taken away."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collaborators.models import Assignment
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory
from reports.models import Report
from reports.tests.factories import filled_report, submitted_report

JSON = {"content_type": "application/json", "headers": {"accept": "application/json"}}
CELL = '{"cells": [{"key": "lao_dong", "text": "999", "note": "", "revision": 1}]}'


@pytest.fixture
def report(db):
    return filled_report()


def test_an_account_shut_down_is_logged_out_in_the_middle(client, report):
    client.force_login(report.author)
    url = reverse("reports:edit", args=[report.pk])
    assert client.get(url).status_code == 200
    type(report.author).objects.filter(pk=report.author.pk).update(is_active=False)
    assert client.get(url).status_code == 302
    answer = client.post(reverse("reports:save", args=[report.pk]), CELL, **JSON)
    assert answer.status_code == 401
    assert not report.draft_cells.filter(text="999").exists()


@pytest.mark.parametrize("how", ["assignment", "role"])
def test_whoever_lost_the_commune_writes_and_reads_nothing_of_it(client, report, how):
    record = EstablishmentFactory(place=report.place)
    client.force_login(report.author)
    if how == "role":
        type(report.author).objects.filter(pk=report.author.pk).update(roles=[])
    else:
        yesterday = timezone.localdate() - timedelta(days=1)
        Assignment.objects.filter(place=report.place).update(
            valid_from=yesterday - timedelta(days=300), valid_to=yesterday
        )
    pages = [
        reverse("reports:detail", args=[report.pk]),
        reverse("reports:edit", args=[report.pk]),
        record.get_absolute_url(),
        reverse("facilities:edit", args=[record.pk]),
    ]
    assert [client.get(page).status_code for page in pages] == [404] * 4
    save = client.post(reverse("reports:save", args=[report.pk]), CELL, **JSON)
    submit = client.post(reverse("reports:submit", args=[report.pk]), {})
    assert (save.status_code, submit.status_code) == (404, 404)
    assert Report.objects.get(pk=report.pk).status == "draft"
    assert not report.draft_cells.filter(text="999").exists()


def test_an_officer_without_the_role_decides_nothing(client, db):
    report = submitted_report()
    officer = UserFactory(roles=[Role.OFFICER])
    client.force_login(officer)
    page = reverse("reports:review", args=[report.pk])
    assert client.get(page).status_code == 200
    type(officer).objects.filter(pk=officer.pk).update(roles=[Role.ACCOUNTANT])
    accept = client.post(reverse("reports:accept", args=[report.pk]), {"version": "1"})
    batch = client.post(reverse("reports:accept_many"), {"bao_cao": f"{report.pk}:1"})
    assert (accept.status_code, batch.status_code) == (404, 403)
    assert Report.objects.get(pk=report.pk).status == "submitted"


def test_a_page_of_one_person_is_not_shown_from_store(client, report):
    client.force_login(report.author)
    answer = client.get(reverse("reports:detail", args=[report.pk]))
    assert set(answer.headers["Cache-Control"].split(", ")) == {"private", "no-cache"}
