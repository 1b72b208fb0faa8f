"""The page of a record names the reports that mention it, for those who may read them."""

import uuid

import pytest

from facilities.record.elsewhere import told_of
from facilities.tests.factories import EstablishmentFactory
from programs.tests.factories import SupportResultFactory
from reports.models import VersionRow
from reports.queries.mentions import reports_that_mention
from reports.tests.review_cast import make_cast, more_reports, submitted_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def mention(report, establishment, number=1):
    version = report.versions.get(number=number)
    for position, part in enumerate(version.form_version.parts.order_by("order")[:2]):
        VersionRow.objects.create(
            version=version,
            part=part,
            uid=uuid.uuid4(),
            position=position,
            data={},
            establishment=establishment,
        )


@pytest.mark.parametrize("item_count", [1, 3])
def test_each_report_once_with_its_parts_at_one_query(cast, item_count, django_assert_num_queries):
    shop = EstablishmentFactory(place=cast.place)
    for report in more_reports(cast, item_count):
        mention(report, shop)
    with django_assert_num_queries(1):
        told = reports_that_mention(cast.officer, shop)
    assert len(told.entries) == item_count
    assert told.entries[0].details[0] == "Lần nộp 1" and len(told.entries[0].details) == 3
    assert "/lan-nop/1/" in told.entries[0].url


def test_a_merged_record_is_mentioned_too_and_only_own_reports_are_told(cast):
    shop = EstablishmentFactory(place=cast.place)
    merged = EstablishmentFactory(place=cast.place, status="merged", merged_into=shop)
    (other,) = more_reports(cast, 1)
    mention(submitted_report(cast), merged)
    mention(other, shop)
    assert len(reports_that_mention(cast.officer, shop).entries) == 2
    assert len(reports_that_mention(cast.ctv, shop).entries) == 1
    assert reports_that_mention(cast.viewer, shop).entries == []


def test_the_page_of_the_record_tells_both(client, cast):
    shop = EstablishmentFactory(place=cast.place)
    mention(submitted_report(cast), shop)
    SupportResultFactory(establishment=shop, year=2022, title="Máy sấy cá", support_vnd=150_000_000)
    assert [told.anchor for told in told_of(cast.officer, shop)] == ["ho-tro", "bao-cao"]
    client.force_login(cast.officer)
    html = client.get(shop.get_absolute_url()).content.decode()
    assert "Năm 2022: Máy sấy cá" in html and "150.000.000 đồng" in html
    assert "Báo cáo có nhắc đến" in html and "/lan-nop/1/" in html
