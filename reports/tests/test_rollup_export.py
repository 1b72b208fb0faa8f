"""The table taken home: opened and compared cell by cell with the database."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from collaborators.models import Assignment
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.exports import actions, tasks
from khuyencong.exports.models import ExportJob, ExportStatus
from reports import exports_growth
from reports.exports_rollup import KIND
from reports.forms_rollup import period_key
from reports.models import VersionCell
from reports.queries.rollup import FigureState, leaf_lines, rollup
from reports.rollup_words import SHORT
from reports.tests.review_cast import make_cast
from reports.tests.rollup_cast import accepted, commune, send_back, submitted

pytestmark = pytest.mark.django_db
BASE = "https://cong.example"


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path, monkeypatch):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    monkeypatch.setattr(tasks.build, "apply_async", lambda *args, **options: None)


@pytest.fixture
def cast():
    """Reports in every state; one commune's name would be a formula."""
    cast = make_cast()
    Assignment.objects.all().delete()
    a, b, c, d = (commune(name) for name in ("Xã A", "=Xã B", "Xã C", "Xã D"))
    commune("Xã E")
    accepted(cast, a, {"doanh_thu": 1_234_567_891, "lao_dong": 10, ("gtsx", "go"): 5})
    accepted(cast, b, {"doanh_thu": 900_000_000_000_001, "lao_dong": 0, ("gtsx", "go"): None})
    submitted(cast, c, {"doanh_thu": 50, "lao_dong": 3})
    send_back(submitted(cast, d, {"lao_dong": 1000}))
    return cast


def exported(user, cast, format="xlsx", kind=KIND, **params) -> ExportJob:
    params = {"ky": period_key(cast.period), "base_url": BASE, **params}
    job = actions.request_export(actor=user, kind=kind, params=params, format=format)
    actions.build_export(job.pk)
    job.refresh_from_db()
    return job


def opened(job):
    assert job.status == ExportStatus.DONE, job.error
    with job.file.open() as stream:
        return openpyxl.load_workbook(io.BytesIO(stream.read()))


def inner(value, decimals):
    """The inner integer that a sheet's number stands for."""
    return round(value * 10**decimals)


@pytest.mark.parametrize("so_lieu", ["da-duyet", "ca-cho-duyet"])
def test_workbook_equals_the_database_cell_by_cell(cast, so_lieu):
    table = rollup(cast.period, include_pending=so_lieu == "ca-cho-duyet")
    sheet = opened(exported(cast.administrator, cast, so_lieu=so_lieu))["Tổng hợp"]
    rows = list(sheet.iter_rows(values_only=True))
    header = next(i for i, row in enumerate(rows) if row[0] == "Chỉ tiêu")
    assert list(rows[header][3:]) == [column.name for column in table.columns]
    labels = {line.label.strip() for line in table.lines}
    body = [row for row in rows[header + 1 :] if row[0].strip() in labels and row[1]]
    assert len(body) == len(table.lines)
    for line, row in zip(table.lines, body, strict=True):
        assert row[0].strip() == line.label and row[1] == line.indicator.unit
        total = table.totals[line.key]
        if total.value is None:
            assert row[2] == "chưa có"
        else:
            assert inner(row[2], line.indicator.decimals) == total.value
        expected = [table.figures[line.key, column.place_id] for column in table.columns]
        for figure, value in zip(expected, row[3:], strict=True):
            if figure.state == FigureState.VALUE:
                assert not isinstance(value, str)
                assert inner(value, line.indicator.decimals) == figure.value
            else:
                assert value == SHORT[figure.state]


def test_sheet_says_how_many_reported(cast):
    sheet = opened(exported(cast.officer, cast))["Tổng hợp"]
    assert sheet["A1"].value.startswith("Tổng hợp báo cáo quý III/2026")
    assert sheet["A2"].value == (
        "Đã nộp 4 trên 5 địa bàn · đã duyệt 2 · chờ kiểm tra 1 · trả lại 1 · tính vào tổng 2"
    )


def test_long_sheet_sums_to_the_total_to_the_dong(cast):
    table = rollup(cast.period)
    book = opened(exported(cast.officer, cast))
    rows = list(book["Từng số liệu"].iter_rows(min_row=5, values_only=True))
    assert len(rows) == len(list(leaf_lines(table.lines))) * len(table.entries)
    revenue = [row for row in rows if row[0] == "doanh_thu" and row[7] is not None]
    assert sum(inner(row[7], 6) for row in revenue) == table.totals["doanh_thu"].value
    assert table.totals["doanh_thu"].value == sum(
        VersionCell.objects.filter(
            indicator__code="doanh_thu", version__report__accepted_version__isnull=False
        ).values_list("value", flat=True)
    )
    first = next(row for row in revenue if row[5] == "Xã A")
    assert first[8:10] == ("có số liệu", 1) and first[10] is not None and first[12] is not None


def test_figures_link_to_their_cell_in_the_version_behind_them(cast):
    book = opened(exported(cast.officer, cast))
    report = cast.period.reports.get(place__name="Xã A")
    page = BASE + reverse("reports:version", args=[report.pk, 1])
    targets = {
        f"{cell.hyperlink.target}#{cell.hyperlink.location}": cell.value
        for row in book["Tổng hợp"].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert targets[f"{page}#o-lao_dong"] == 10
    assert targets[f"{page}#o-doanh_thu"] == 1234.567891
    totals = BASE + reverse("reports:rollup_figure", args=["lao_dong"])
    assert any(target.startswith(totals) and v == 10 for target, v in targets.items())


def test_growth_goes_home_with_both_sides_and_links(cast):
    sheet = opened(exported(cast.officer, cast, kind=exports_growth.KIND))["Tăng trưởng"]
    assert "quý III/2026: 2 trên 5 báo cáo" in sheet["A2"].value
    row = next(row for row in sheet.iter_rows() if row[0].value == "Lao động bình quân trong quý")
    assert (row[2].value, row[3].value) == (10, "2 trên 5")
    assert "/tong-hop/so-lieu/lao_dong/" in row[2].hyperlink.target
    with pytest.raises(NotAllowed):
        exported(cast.ctv, cast, kind=exports_growth.KIND)


def test_commune_whose_name_is_a_formula_stays_text(cast):
    book = opened(exported(cast.officer, cast))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == "=Xã B" for cell in cells)
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n", "d"}


def test_csv_equals_the_database(cast):
    table = rollup(cast.period)
    job = exported(cast.officer, cast, format="csv")
    with job.file.open() as stream:
        rows = list(csv.reader(io.StringIO(stream.read().decode("utf-8-sig"))))
    assert rows[0][3:] == ["'=Xã B", "Xã A", "Xã C", "Xã D", "Xã E"]
    for line, row in zip(table.lines, rows[1:], strict=True):
        for column, text in zip(table.columns, row[3:], strict=True):
            figure = table.figures[line.key, column.place_id]
            if figure.state == FigureState.VALUE:
                assert int(text.replace(".", "")) == figure.value
            else:
                assert text == SHORT[figure.state]


def test_viewer_takes_home_only_what_is_accepted(cast):
    job = exported(cast.viewer, cast, so_lieu="ca-cho-duyet")
    book = opened(job)
    texts = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row}
    assert not texts & {"chờ KT", "trả lại", "chờ kiểm tra", "trả lại để sửa"}
    assert book["Tổng hợp"]["A2"].value == "Đã duyệt 2 trên 5 địa bàn"


@pytest.mark.parametrize("name", ["ctv", "accountant"])
def test_others_may_not_ask(cast, name):
    with pytest.raises(NotAllowed):
        exported(getattr(cast, name), cast)


def test_requester_who_lost_the_role_gets_nothing(cast, client):
    done = exported(cast.officer, cast)
    waiting = actions.request_export(
        actor=cast.officer, kind=KIND, params={"ky": period_key(cast.period)}, format="csv"
    )
    cast.officer.roles = [Role.ACCOUNTANT]
    cast.officer.save()
    actions.build_export(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == ExportStatus.FAILED
    client.force_login(cast.officer)
    assert client.get(reverse("exports:download", args=[done.pk])).status_code == 403
