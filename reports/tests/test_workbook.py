"""The Excel path: taken home, filled in, given back, looked at, taken over."""

import io
from dataclasses import replace
from threading import Thread

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.tests.factories import PlaceFactory
from programs.models import ActivityKind
from reports.actions.draft import save_cells, save_row, withdraw_nothing
from reports.actions.workbook import (
    differences_of,
    drop_workbook,
    marked_workbook,
    receive_workbook,
    take_workbook,
)
from reports.enums import UploadStatus
from reports.models import WorkbookUpload
from reports.queries.drafts import draft_of
from reports.tests.factories import filled_report, past_period, waiting_workbook
from reports.workbook.layout import FIGURES_SHEET, NOTHING, Identity
from reports.workbook.read import number_text
from reports.workbook.write import report_workbook

VALUE, NOTE, CHECK, FAULT = 8, 9, 10, 11


@pytest.fixture
def report(db):
    ActivityKind.objects.create(code="may-moc", label="Máy móc tiên tiến", valid_from="2012-01-01")
    return filled_report()


def workbook_of(report):
    return openpyxl.load_workbook(io.BytesIO(report_workbook(report)))


def lines(book, sheet=FIGURES_SHEET):
    """Line by name of a sheet."""
    return {row[0].value: row[0].row for row in book[sheet].iter_rows() if row[0].value}


def set_value(book, key, value, column=VALUE):
    book[FIGURES_SHEET].cell(lines(book)[key], column).value = value


def given_back(book, name="bao-cao.xlsx"):
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile(name, stream.getvalue())


def receive(report, book, **fields):
    return receive_workbook(
        actor=fields.get("actor", report.author), report_id=report.pk, upload=given_back(book)
    )


def take_all(report, upload):
    found, _ = differences_of(upload)
    return take_workbook(
        actor=report.author,
        upload_id=upload.pk,
        chosen={one.name: one.revision for one in found},
    )


def fill_row(book, sheet, position, values):
    for column, value in enumerate(values, start=3):
        book[sheet].cell(3 + position, column).value = value


def test_an_untouched_workbook_changes_nothing(report):
    upload = receive(report, workbook_of(report))
    assert differences_of(upload) == ([], [])


def test_the_workbook_shows_the_draft_and_locks_the_rest(report):
    book = workbook_of(report)
    sheet = book[FIGURES_SHEET]
    line = lines(book)["gtsx-co_khi"]
    assert sheet.cell(line, VALUE).value == 1250.5
    assert not sheet.cell(line, VALUE).protection.locked
    assert sheet.cell(line, 3).protection.locked
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    checks = [validation.type for validation in sheet.data_validations.dataValidation]
    assert {"decimal", "whole", "list"} <= set(checks)
    assert (
        "bằng tiêu thụ trong nước cộng xuất khẩu"
        in sheet.cell(lines(book)["doanh_thu"], CHECK).value
    )
    assert sheet.cell(lines(book)[f"{NOTHING}de_xuat"], VALUE).value == "Có"


def test_changed_cells_come_back_as_differences_and_are_taken_over(report):
    book = workbook_of(report)
    set_value(book, "lao_dong", 150)
    set_value(book, "gtsx-co_khi", "1.300,25")
    set_value(book, "lao_dong_nu", "Có hai tổ mới", NOTE)
    upload = receive(report, book)
    found, faults = differences_of(upload)
    assert {(one.name, one.now, one.book) for one in found} == {
        ("lao_dong", "120", "150"),
        ("gtsx-co_khi", "1.250,5", "1.300,25"),
        ("lao_dong_nu", "45", "45 – Có hai tổ mới"),
    }
    assert not faults
    # Until then the draft is as it was.
    assert draft_of(report).figure("lao_dong").text == "120"
    assert take_all(report, upload) == 3
    draft = draft_of(report)
    assert draft.figure("lao_dong").value == 150
    assert draft.figure("gtsx-co_khi").value == 1_300_250_000
    assert draft.figure("lao_dong_nu").note == "Có hai tổ mới"
    upload.refresh_from_db()
    assert (upload.status, upload.written) == (UploadStatus.TAKEN, 3)
    assert differences_of(upload)[0] == []


def test_only_the_chosen_differences_are_written(report):
    upload = waiting_workbook(report, lao_dong="150", tt_buoi="7")
    found = {one.name: one for one in differences_of(upload)[0]}
    with pytest.raises(InvalidInput, match="Chưa chọn"):
        take_workbook(actor=report.author, upload_id=upload.pk, chosen={})
    chosen = {"lao_dong": found["lao_dong"].revision}
    take_workbook(actor=report.author, upload_id=upload.pk, chosen=chosen)
    draft = draft_of(report)
    assert (draft.figure("lao_dong").text, draft.figure("tt_buoi").text) == ("150", "2")


def test_a_cell_changed_on_both_sides_is_pointed_out(report):
    book = workbook_of(report)
    set_value(book, "lao_dong", 150)
    revision = draft_of(report).figure("lao_dong").revision
    typed = [
        {"key": "lao_dong", "text": "130", "revision": revision},
        {"key": "tt_buoi", "text": "3", "revision": revision},
    ]
    save_cells(actor=report.author, report_id=report.pk, cells=typed)
    found, _ = differences_of(receive(report, book))
    # tt_buoi changed only in the draft: the workbook says nothing about it.
    assert [(one.name, one.taken, one.now, one.book, one.is_both) for one in found] == [
        ("lao_dong", "120", "130", "150", True)
    ]


def test_a_draft_that_changed_after_the_look_is_not_written_over(report):
    upload = waiting_workbook(report, lao_dong="150", tt_buoi="7")
    chosen = {one.name: one.revision for one in differences_of(upload)[0]}
    revision = draft_of(report).figure("lao_dong").revision
    save_cells(
        actor=report.author,
        report_id=report.pk,
        cells=[{"key": "lao_dong", "text": "131", "revision": revision}],
    )
    with pytest.raises(Conflict, match="vừa được sửa ở nơi khác"):
        take_workbook(actor=report.author, upload_id=upload.pk, chosen=chosen)
    draft = draft_of(report)
    assert (draft.figure("lao_dong").text, draft.figure("tt_buoi").text) == ("131", "2")


def test_statements_and_rows_come_back(report):
    shop = EstablishmentFactory(place=report.place, name="Cơ sở Minh họa")
    book = workbook_of(report)
    set_value(book, f"{NOTHING}de_xuat", "Không")
    fill_row(
        book, "Phần III", 1,
        ["Cơ sở Minh họa", "Máy móc tiên tiến", "Máy sấy", 500000000, "200.000.000", 2027, None],
    )  # fmt: skip
    upload = receive(report, book)
    found, faults = differences_of(upload)
    assert not faults
    assert [one.label for one in found] == [found[0].label, "Dòng 1 (mới)"]
    assert found[1].book == (
        "Cơ sở Minh họa · Máy móc tiên tiến · Máy sấy · 500.000.000 đồng · 200.000.000 đồng · 2027"
    )
    take_all(report, upload)
    draft = draft_of(report)
    assert "de_xuat" not in draft.statements
    [row] = draft.rows["de_xuat"]
    assert row.establishment_id == shop.pk
    # The same file once more adds nothing.
    again = receive(report, book)
    assert differences_of(again) == ([], [])


def test_a_row_wiped_out_in_the_workbook_is_taken_out(report):
    withdraw_nothing(actor=report.author, report_id=report.pk, part_code="kho_khan")
    for text in ("Thiếu vốn lưu động", "Thiếu mặt bằng"):
        save_row(
            actor=report.author,
            report_id=report.pk,
            part_code="kho_khan",
            data={"nhom": "von", "noi_dung": text},
        )
    book = workbook_of(report)
    fill_row(book, "Phần IV", 1, [None] * 5)
    upload = receive(report, book)
    [gone] = differences_of(upload)[0]
    assert gone.label == "Bỏ một dòng"
    assert "Thiếu vốn lưu động" in gone.now
    take_all(report, upload)
    assert [row.data["noi_dung"] for row in draft_of(report).rows["kho_khan"]] == ["Thiếu mặt bằng"]


def test_faults_come_back_marked_and_are_never_written(report):
    book = workbook_of(report)
    set_value(book, "lao_dong", "chừng trăm")
    set_value(book, "tt_buoi", 2.5)
    set_value(book, "tt_luot", 61)
    set_value(book, f"{NOTHING}de_xuat", "Không")
    fill_row(book, "Phần III", 1, ["Cơ sở lạ", "Máy móc tiên tiến", "Máy sấy", None, None, 2027])
    upload = receive(report, book)
    found, faults = differences_of(upload)
    assert [one.name for one in found] == [f"{NOTHING}de_xuat", "tt_luot"]
    line = lines(book)["lao_dong"]
    assert {(fault.sheet, fault.address) for fault in faults} >= {
        ("Số liệu", f"H{line}"),
        ("Phần III", "C4"),
    }
    assert any("“Cơ sở lạ” không có trong danh sách “Cơ sở”" in f.sentence for f in faults)
    marked = openpyxl.load_workbook(io.BytesIO(marked_workbook(upload)))
    sheet = marked[FIGURES_SHEET]
    assert sheet.cell(line, VALUE).value == "chừng trăm"
    assert "“chừng trăm” không phải là số" in sheet.cell(line, FAULT).value
    assert sheet.cell(line, VALUE).fill.fgColor.rgb == "FFFDE3E1"
    assert "không có trong danh sách" in marked["Phần III"].cell(4, 10).value
    # Mended and sent again, it is a workbook like any other.
    set_value(marked, "lao_dong", 100)
    set_value(marked, "tt_buoi", 3)
    fill_row(marked, "Phần III", 1, [None] * 7)
    found, faults = differences_of(receive(report, marked))
    assert not faults
    assert {one.name for one in found} == {f"{NOTHING}de_xuat", "tt_luot", "lao_dong", "tt_buoi"}


def test_a_workbook_of_another_commune_period_or_form_is_refused(report):
    other = filled_report(place=PlaceFactory(name="Xã Xuyên Mộc"))
    with pytest.raises(InvalidInput, match="là bảng tính của Xã Xuyên Mộc, Quý"):
        receive(report, workbook_of(other))
    past = filled_report(place=report.place, period=past_period(1, locks_on=report.period.locks_on))
    with pytest.raises(InvalidInput, match=f"là bảng tính của {report.place}, {past.period}"):
        receive(report, workbook_of(past))


def test_a_workbook_of_an_older_form_is_refused(report, monkeypatch):
    book = workbook_of(report)
    monkeypatch.setattr(
        Identity,
        "from_pieces",
        classmethod(lambda cls, *a: replace(kept, form=kept.form + 1, form_number=7)),
    )
    kept = Identity(report.pk, "", "", report.period.form_version_id, 1, "")
    with pytest.raises(InvalidInput, match="phiên bản 7 của biểu mẫu; báo cáo này nay dùng"):
        receive(report, book)


def test_foreign_broken_and_forged_files_are_refused(report):
    def send(content, name="a.xlsx"):
        return receive_workbook(
            actor=report.author, report_id=report.pk, upload=SimpleUploadedFile(name, content)
        )

    with pytest.raises(InvalidInput, match="không phải là bảng tính báo cáo tải từ cổng"):
        foreign = openpyxl.Workbook()
        receive(report, foreign)
    with pytest.raises(InvalidInput):
        send(b"PK\x03\x04 broken")
    with pytest.raises(InvalidInput, match="không phải là bảng tính"):
        send("lao động;120\n".encode(), "a.csv")
    forged = workbook_of(report)
    forged["Hướng dẫn"]["A1"].value = "x" + forged["Hướng dẫn"]["A1"].value
    with pytest.raises(InvalidInput, match="Phần nhận dạng"):
        receive(report, forged)
    torn = workbook_of(report)
    del torn["Phần IV"]
    with pytest.raises(InvalidInput, match="thiếu trang “Phần IV”"):
        receive(report, torn)
    assert not WorkbookUpload.objects.exists()


def test_text_is_never_a_formula(report):
    typed = [{"key": "lao_dong", "text": "120", "note": "=1+1", "revision": 1}]
    save_cells(actor=report.author, report_id=report.pk, cells=typed)
    cell = workbook_of(report)[FIGURES_SHEET].cell(lines(workbook_of(report))["lao_dong"], NOTE)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize(
    ("cell", "text"),
    [(1250.5, "1250,5"), (0.1 + 0.2, "0,3"), (12.0, "12"), (7, "7"), ("1.250,5", "1.250,5"),
     (1e15, "1000000000000000"), (None, "")],
)  # fmt: skip
def test_numbers_read_as_a_person_types_them(cell, text):
    assert number_text(cell) == text


def test_an_upload_is_closed_once(report):
    upload = waiting_workbook(report, lao_dong="150")
    take_all(report, upload)
    with pytest.raises(WrongStatus, match="đã ghi vào bản nháp lúc"):
        drop_workbook(actor=report.author, upload_id=upload.pk)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_take_a_workbook_over_once():
    report = filled_report()
    upload = waiting_workbook(report, lao_dong="150")
    chosen = {one.name: one.revision for one in differences_of(upload)[0]}
    answers = []

    def click():
        try:
            take_workbook(actor=report.author, upload_id=upload.pk, chosen=chosen)
            answers.append("taken")
        except WrongStatus:
            answers.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["refused", "taken"]


def test_the_pages_from_the_draft_to_the_draft(client, report):
    client.force_login(report.author)
    page = client.get(reverse("reports:edit", args=[report.pk]))
    address = reverse("reports:workbook", args=[report.pk])
    assert address in page.content.decode()
    response = client.get(reverse("reports:workbook_download", args=[report.pk]))
    assert response["Content-Disposition"].startswith('attachment; filename="bao-cao-quy-')
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    empty = client.post(address)
    assert empty.status_code == 422
    assert "Chưa chọn tệp" in empty.content.decode()
    set_value(book, "lao_dong", 150)
    response = client.post(address, {"tep": given_back(book)}, follow=True)
    page = response.content.decode()
    assert "1 chỗ khác bản nháp" in page
    one = response.context["differences"][0]
    upload = WorkbookUpload.objects.get()
    take = reverse("reports:workbook_take", args=[report.pk, upload.pk])
    refused = client.post(take, {"chon": [f"lao_dong|{one.revision + 1}"]})
    assert refused.status_code == 409
    response = client.post(take, {"chon": [one.value]}, follow=True)
    assert "Đã ghi 1 chỗ từ bảng tính vào bản nháp" in response.content.decode()
    assert draft_of(report).figure("lao_dong").value == 150


def test_the_page_of_differences_costs_few_queries(client, report, django_assert_num_queries):
    upload = waiting_workbook(report, lao_dong="150", tt_buoi="7")
    client.force_login(report.author)
    address = reverse("reports:workbook_upload", args=[report.pk, upload.pk])
    client.get(address)
    with django_assert_num_queries(14):
        client.get(address)
