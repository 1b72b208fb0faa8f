import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from collaborators.models import Assignment
from reports.calendar import ensure_period
from reports.forms_rollup import period_key
from reports.models import ReportPeriod
from reports.tests.review_cast import make_cast
from reports.tests.rollup_cast import accepted, commune, send_back, submitted

pytestmark = pytest.mark.django_db
TABLE = "reports:rollup"


@pytest.fixture
def cast():
    cast = make_cast()
    Assignment.objects.all().delete()
    a, b, c = (commune(name) for name in ("Xã A", "Xã B", "Xã C"))
    commune("Xã D")
    accepted(cast, a, {"doanh_thu": 1_234_567_891, "lao_dong": 0, ("gtsx", "go"): 5})
    submitted(cast, b, {"doanh_thu": 50, "lao_dong": 3})
    send_back(submitted(cast, c, {"lao_dong": 1000}))
    return cast


def page(client, user, name=TABLE, args=(), **query):
    client.force_login(user)
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_table_says_how_many_reported_and_shows_totals(client, cast):
    text = page(client, cast.officer)
    assert "Đã nộp 3 trên 4 địa bàn · đã duyệt 1 · chờ kiểm tra 1 · trả lại 1" in text
    assert "1.234,567891" in text
    for word in ("chưa nộp", "chờ KT", "trả lại", "trống"):
        assert word in text


def test_pending_figures_on_request(client, cast):
    assert "1.234,567941" not in page(client, cast.officer)
    assert "1.234,567941" in page(client, cast.officer, so_lieu="ca-cho-duyet")


def test_figure_opens_its_cell_in_the_version_behind_it(client, cast):
    report = cast.period.reports.get(place__name="Xã A")
    address = reverse("reports:version", args=[report.pk, 1])
    text = page(client, cast.officer, mo="gtsx")
    assert f'href="{address}#o-doanh_thu"' in text
    assert f'href="{address}#o-gtsx-go"' in text
    version_page = client.get(address).content.decode()
    for anchor in ("o-gtsx", "o-gtsx-go", "phan-hoat_dong"):
        assert f"{address}#{anchor}" in text and f'id="{anchor}"' in version_page


def test_members_open_and_close(client, cast):
    closed, opened = page(client, cast.officer), page(client, cast.officer, mo="gtsx")
    assert 'id="dong-gtsx-go"' not in closed and "mo=gtsx#dong-gtsx" in closed
    assert 'id="dong-gtsx-go"' in opened


def test_part_can_be_chosen_and_nonsense_means_the_default(client, cast):
    text = page(client, cast.officer, phan="hoat_dong", ky="x", ban_do="y")
    assert "Số buổi, đợt tuyên truyền" in text and "Doanh thu tiêu thụ" not in text


def test_viewer_sees_what_is_accepted_and_nothing_of_the_rest(client, cast):
    text = page(client, cast.viewer, so_lieu="ca-cho-duyet")
    assert "Đã duyệt 1 trên 4 địa bàn" in text and "1.234,567891" in text
    assert "1.234,567941" not in text
    for word in ("chờ KT", "trả lại", "chưa nộp", "Chờ kiểm tra"):
        assert word not in text


@pytest.mark.parametrize("name", ["ctv", "accountant"])
@pytest.mark.parametrize(("url", "args"), [(TABLE, []), ("reports:rollup_indicator", ["lao_dong"])])
def test_others_are_refused_with_the_reason(client, cast, name, url, args):
    client.force_login(getattr(cast, name))
    response = client.get(reverse(url, args=args))
    assert response.status_code == 403
    assert "dành cho Trung tâm" in response.content.decode()


@pytest.mark.parametrize("name", ["officer", "leader", "administrator", "viewer"])
def test_centre_and_viewer_may_see_it(client, cast, name):
    page(client, getattr(cast, name))


def test_indicator_over_the_quarters(client, cast):
    text = page(client, cast.officer, "reports:rollup_indicator", ["doanh_thu"])
    assert "Đơn vị tính: triệu đồng" in text and "Xã D" in text and "1.234,567891" in text


def test_growth_page_says_both_sides(client, cast):
    earlier = ensure_period(cast.period.quarter.previous())
    a = commune("Xã Trước", valid_from=date(2020, 1, 1))
    accepted(cast, a, {"lao_dong": 100}, period=earlier)
    accepted(cast, a, {"lao_dong": 150})
    text = page(client, cast.officer, "reports:rollup_growth")
    assert "quý III/2026 2 trên 5 báo cáo; quý II/2026 1 trên 5" in text
    assert "+50 %" in text and "1 địa bàn" in text
    viewer = page(client, cast.viewer, "reports:rollup_growth", so_lieu="ca-cho-duyet")
    assert "quý III/2026 2 trên 5 báo cáo" in viewer


def test_total_opens_the_reports_behind_it(client, cast):
    address = reverse("reports:rollup_figure", args=["doanh_thu"])
    assert f'href="{address}?ky=2026-3"' in page(client, cast.officer)
    text = page(client, cast.officer, "reports:rollup_figure", ["doanh_thu"], ky="2026-3")
    report = cast.period.reports.get(place__name="Xã A")
    assert f"{reverse('reports:version', args=[report.pk, 1])}#o-doanh_thu" in text
    assert "1 trên 4 báo cáo" in text and "chờ KT" in text
    viewer = page(client, cast.viewer, "reports:rollup_figure", ["doanh_thu"], ky="2026-3")
    assert "chờ KT" not in viewer and "chưa nộp" not in viewer


@pytest.mark.parametrize("query", [{"don_vi": "999999999"}, {"don_vi": "x"}, {"muc": "khong-co"}])
def test_what_is_behind_an_unknown_unit_is_not_found(client, cast, query):
    client.force_login(cast.officer)
    address = reverse("reports:rollup_figure", args=["gtsx"])
    assert client.get(address, query).status_code == 404


def test_spans_groupings_and_maps_stay_in_the_address(client, cast):
    text = page(client, cast.officer, ky="2026-9t", theo="khu-vuc", ban_do="nam-2024")
    assert "Tổng hợp 9 tháng đầu năm 2026" in text and "Số phát sinh cộng các quý" in text
    assert "ky=2026-9t&amp;ban_do=nam-2024&amp;theo=khu-vuc" in text
    assert "Gộp theo khu vực. Địa bàn theo bản đồ ngày 31/12/2024" in text


def test_unknown_indicator_is_not_found(client, cast):
    client.force_login(cast.officer)
    assert client.get(reverse("reports:rollup_indicator", args=["khong-co"])).status_code == 404
    address = reverse("reports:rollup_indicator", args=["gtsx"])
    assert client.get(address, {"muc": "khong-co"}).status_code == 404


def test_without_any_period_the_page_says_so(client, cast):
    ReportPeriod.objects.filter(pk=cast.period.pk).update(
        scheme="calendar", starts_on=cast.period.starts_on - timedelta(days=1)
    )
    assert "Chưa có kỳ báo cáo nào" in page(client, cast.officer)


def test_export_form_carries_the_choice(client, cast):
    text = page(client, cast.officer, so_lieu="ca-cho-duyet")
    assert f'name="ky" value="{period_key(cast.period)}"' in text
    assert 'name="so_lieu" value="ca-cho-duyet"' in text


@pytest.mark.parametrize("item_count", [1, 3])
def test_table_queries(client, cast, django_assert_num_queries, item_count):
    for number in range(item_count):
        accepted(cast, commune(f"Xã thêm {number}"), {"lao_dong": number})
    page(client, cast.officer)
    with django_assert_num_queries(9):
        client.get(reverse(TABLE))


@pytest.mark.parametrize(
    ("name", "args", "queries"),
    [
        ("reports:rollup_growth", [], 13),
        ("reports:rollup_indicator", ["gtsx"], 10),
        ("reports:rollup_figure", ["gtsx"], 12),
    ],
)
@pytest.mark.parametrize("item_count", [1, 3])
def test_page_queries(client, cast, django_assert_num_queries, name, args, queries, item_count):
    for number in range(item_count):
        accepted(cast, commune(f"Xã thêm {number}"), {("gtsx", "go"): number})
    page(client, cast.officer, name, args)
    with django_assert_num_queries(queries):
        client.get(reverse(name, args=args))
