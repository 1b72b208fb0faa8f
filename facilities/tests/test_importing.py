"""Import of establishments: from a messy workbook to the book and back."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities import actions as registry
from facilities import importing, importing_sql
from facilities.enums import DataSource
from facilities.models import DuplicateCandidate, Establishment, Machine
from facilities.tests.factories import (
    AwardFactory,
    EstablishmentFactory,
    MachineFactory,
    NeedKindFactory,
    NetworkGroupFactory,
    ProductFactory,
)
from khuyencong.audit.readers import field_history
from khuyencong.core.exceptions import InvalidInput, NotAllowed, WrongStatus
from khuyencong.imports import actions
from khuyencong.imports.enums import ImportStatus, RowState
from khuyencong.imports.legacy_text import to_tcvn3, to_vni
from khuyencong.imports.models import ImportJob
from khuyencong.imports.tests.workbooks import messy_workbook, ods_workbook, xls_workbook

KIND = "facilities.establishments"
ROWS = [
    ("Cơ sở bánh tráng Hoa Sen", "HKD", None, "Nguyễn Thị A", "0912345678", "Phước Hải", "Ấp 1", "12", 7, "1.250,5"),
    ("Công ty TNHH Cơ khí Biển Xanh", "Cty TNHH MTV", "0100109106", "Trần B", 912345679, "xã Phước Hải", "Ấp 2", 30, 5, 4000.25),
    ("HTX Nước mắm Hòn Một", "HTX", "0100109107", "", "", "Phước Hải", "", 9, 10, 1),
    ("Xưởng mộc Tân Tiến", "hộ kinh doanh", "", "", "", "Lộc An", "", "", "", ""),
]  # fmt: skip


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }


def upload_of(content: bytes, name: str = "danh-sach.xlsx"):
    return SimpleUploadedFile(name, content)


def checked(actor, content: bytes, *, place=None, name: str = "danh-sach.xlsx") -> ImportJob:
    """A job sent, matched as proposed and checked."""
    job = actions.receive_file(
        actor=actor, kind_code=KIND, upload=upload_of(content, name), place=place
    )
    actions.match_columns(
        actor=actor,
        job_id=job.pk,
        matching=job.matching,
        converted=set(job.schemes),
        place=job.place,
    )
    actions.run_check(job.pk)
    job.refresh_from_db()
    assert job.status == ImportStatus.CHECKED, job.error
    return job


def applied(actor, job: ImportJob, *, only_right: bool = True) -> ImportJob:
    actions.start_apply(actor=actor, job_id=job.pk, only_right=only_right)
    actions.run_apply(job.pk)
    job.refresh_from_db()
    assert job.status == ImportStatus.APPLIED, job.error
    return job


def undone(actor, job: ImportJob) -> ImportJob:
    actions.start_undo(actor=actor, job_id=job.pk)
    actions.run_undo(job.pk)
    job.refresh_from_db()
    assert job.status == ImportStatus.UNDONE, job.error
    return job


def states(job) -> list[str]:
    return list(job.rows.order_by("number").values_list("state", flat=True))


def test_import_reads_a_messy_workbook(cast):
    job = checked(cast.officer, messy_workbook(ROWS))
    rows = list(job.rows.order_by("number"))
    assert [row.number for row in rows] == [7, 8, 9, 10]
    assert job.left_out["totals"] == [11]
    assert states(job) == [RowState.NEW, RowState.NEW, RowState.WRONG, RowState.NEW]
    assert set(rows[2].errors) == {"tax_code", "labour_female"}
    assert rows[0].data["revenue_vnd"] == 1_250_500_000
    assert rows[1].data["revenue_vnd"] == 4_000_250_000
    assert rows[1].data["phone"] == "0912345679"
    assert rows[1].data["legal_form"] == "limited_company"
    # The old commune is the one that it has become.
    assert rows[3].data["place"] == cast.phuoc_hai.pk


@pytest.mark.parametrize(("write", "name"), [(xls_workbook, "cu.xls"), (ods_workbook, "mo.ods")])
def test_import_reads_merged_headers_of_other_formats(cast, write, name):
    heads = [
        "STT",
        "Tên cơ sở",
        "Địa chỉ",
        None,
        "Lao động (người)",
        None,
        "Doanh thu (triệu đồng)",
    ]
    below = [None, None, "Ấp", "Xã, phường", "Tổng số", "Nữ", None]
    rows = [
        ["DANH SÁCH CƠ SỞ", *[None] * 6], heads, below,
        [1, "Cơ sở bánh tráng Hoa Sen", "Ấp 1", "Phước Hải", 12, 7, "1.250,5"],
        ["Tổng cộng", None, None, None, 12, 7, "1.250,5"],
    ]  # fmt: skip
    merged = [((0, 0), (0, 6)), ((1, 0), (2, 0)), ((1, 1), (2, 1)), ((1, 6), (2, 6))]
    merged += [((1, 2), (1, 3)), ((1, 4), (1, 5))]
    job = checked(cast.officer, write(rows, merged), name=name)
    labels = {c["label"]: c["index"] for c in job.sheets[0]["columns"]}
    assert labels["Lao động (người) – Nữ"] == 5 and labels["Doanh thu (triệu đồng)"] == 6
    assert job.left_out["totals"] == [5]
    row = job.rows.get()
    assert row.state == RowState.NEW, row.errors
    wanted = {
        "labour_total": 12,
        "labour_female": 7,
        "revenue_vnd": 1_250_500_000,
        "address": "Ấp 1",
    }
    assert wanted.items() <= row.data.items()


def test_import_writes_with_source_history_and_actor(cast):
    job = applied(cast.officer, checked(cast.officer, messy_workbook(ROWS)))
    assert job.result == {"added": 3, "changed": 0, "unchanged": 0, "skipped": 0, "left_out": 1}
    one = Establishment.objects.get(name="Cơ sở bánh tráng Hoa Sen")
    assert (one.source, one.created_by, one.labour_total) == (DataSource.IMPORT, cast.officer, 12)
    event = Establishment.pgh_event_models["insert"].objects.get(pgh_obj_id=one.pk)
    assert event.pgh_context["source"] == "import"
    assert event.pgh_context["username"] == cast.officer.username
    assert field_history(one)


def test_import_of_all_or_nothing_refuses_while_a_row_is_wrong(cast):
    job = checked(cast.officer, messy_workbook(ROWS))
    with pytest.raises(InvalidInput):
        actions.start_apply(actor=cast.officer, job_id=job.pk, only_right=False)
    assert not Establishment.objects.exists()


def test_import_twice_changes_nothing(cast):
    applied(cast.officer, checked(cast.officer, messy_workbook(ROWS[:2])))
    again = checked(cast.officer, messy_workbook(ROWS[:2]))
    assert states(again) == [RowState.UNCHANGED, RowState.UNCHANGED]


def test_import_shows_and_writes_only_what_differs(cast):
    book = EstablishmentFactory(
        name="CƠ SỞ BÁNH TRÁNG HOA SEN",
        place=cast.loc_an,
        labour_total=3,
        address="Ấp cũ",
        note="x",
    )
    job = checked(cast.officer, messy_workbook(ROWS[:1]), place=None)
    row = job.rows.get()
    assert row.state == RowState.CHANGED and row.target_id == book.pk
    assert row.changes["labour_total"] == [3, 12]
    assert not {"name", "place", "note"} & set(row.changes)
    applied(cast.officer, job)
    book.refresh_from_db()
    assert (book.labour_total, book.note, book.place) == (12, "x", cast.loc_an)


def test_import_asks_about_look_alikes_and_follows_the_decision(cast):
    book = EstablishmentFactory(name="Cơ sở Hoa Sen", place=cast.phuoc_hai)
    rows = [("HKD Hoa Sen", "HKD", "", "", "", "Phước Hải", "Ấp 9", 5, 1, "")]
    job = checked(cast.officer, messy_workbook(rows))
    row = job.rows.get()
    assert row.state == RowState.DOUBTFUL and row.candidates == [book.pk]
    with pytest.raises(InvalidInput):
        actions.start_apply(actor=cast.officer, job_id=job.pk, only_right=False)
    actions.decide_row(
        actor=cast.officer, job_id=job.pk, row_id=row.pk, decision="same", target_id=book.pk
    )
    job = applied(cast.officer, job, only_right=False)
    book.refresh_from_db()
    assert (job.result["changed"], book.labour_total, book.address) == (1, 5, "Ấp 9")
    assert book.name == "Cơ sở Hoa Sen"


@pytest.mark.parametrize(("decision", "count"), [("new", 2), ("skip", 1)])
def test_import_adds_or_skips_a_look_alike(cast, decision, count):
    EstablishmentFactory(name="Cơ sở Hoa Sen", place=cast.phuoc_hai)
    rows = [("HKD Hoa Sen", "HKD", "", "", "", "Phước Hải", "Ấp 9", 5, 1, "")]
    job = checked(cast.officer, messy_workbook(rows))
    actions.decide_row(
        actor=cast.officer,
        job_id=job.pk,
        row_id=job.rows.get().pk,
        decision=decision,
        target_id=None,
    )
    applied(cast.officer, job, only_right=False)
    assert Establishment.objects.count() == count


def test_import_names_rows_that_repeat_each_other(cast):
    rows = [ROWS[1], ROWS[1], ROWS[0], ROWS[0]]
    job = checked(cast.officer, messy_workbook(rows))
    assert states(job) == [RowState.NEW, RowState.WRONG, RowState.NEW, RowState.DOUBTFUL]


def test_import_undo_takes_all_back_and_keeps_what_changed_since(cast):
    book = EstablishmentFactory(name="Xưởng mộc Tân Tiến", place=cast.phuoc_hai, address="Cũ")
    rows = [ROWS[0], ROWS[1], ("Xưởng mộc Tân Tiến", "", "", "", "", "Phước Hải", "Mới", 4, 1, "")]
    job = applied(cast.officer, checked(cast.officer, messy_workbook(rows)))
    sen = Establishment.objects.get(name="Cơ sở bánh tráng Hoa Sen")
    sea = Establishment.objects.get(name="Công ty TNHH Cơ khí Biển Xanh")
    ProductFactory(establishment=sea)
    registry.change_status(
        actor=cast.collaborator,
        establishment_id=sen.pk,
        status="paused",
        on=sen.registered_on,
        reason="Thiếu nguyên liệu",
    )
    job = undone(cast.officer, job)
    book.refresh_from_db()
    assert (book.address, book.labour_total) == ("Cũ", None)
    assert job.result["undone"] == 1
    assert [(number, name) for number, name, _ in job.result["kept"]] == [
        (7, sen.name),
        (8, sea.name),
    ]
    assert Establishment.objects.count() == 3
    with pytest.raises(WrongStatus):
        actions.start_undo(actor=cast.officer, job_id=job.pk)


def test_import_undo_happens_once_and_is_told_so(cast):
    job = applied(cast.officer, checked(cast.officer, messy_workbook(ROWS[:1])))
    actions.start_undo(actor=cast.officer, job_id=job.pk)
    with pytest.raises(WrongStatus, match="đang được hoàn tác"):
        actions.start_undo(actor=cast.officer, job_id=job.pk)
    actions.run_undo(job.pk)
    actions.run_undo(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result["undone"]) == (ImportStatus.UNDONE, 1)


def test_import_undo_that_fails_leaves_everything_as_it_was(cast, monkeypatch):
    book = EstablishmentFactory(name="Xưởng mộc Tân Tiến", place=cast.phuoc_hai, address="Cũ")
    rows = [ROWS[0], ("Xưởng mộc Tân Tiến", "", "", "", "", "Phước Hải", "Mới", 4, 1, "")]
    job = applied(cast.officer, checked(cast.officer, messy_workbook(rows)))
    with monkeypatch.context() as patch:
        patch.setattr(importing_sql, "UNDO_NEW", "SELECT 1 / 0")
        actions.start_undo(actor=cast.officer, job_id=job.pk)
        actions.run_undo(job.pk)
    job.refresh_from_db()
    book.refresh_from_db()
    assert job.status == ImportStatus.APPLIED and "hoàn tác" in job.error
    assert (book.address, Establishment.objects.count()) == ("Mới", 2)
    assert undone(cast.officer, job).result["undone"] == 2


def test_import_undo_is_not_held_by_pairs_that_nobody_decided(cast):
    job = applied(cast.officer, checked(cast.officer, messy_workbook(ROWS[:2])))
    first, second = Establishment.objects.order_by("pk")
    pair = DuplicateCandidate.objects.create(first=first, second=second, score=60, reasons=["x"])
    assert undone(cast.officer, job).result["undone"] == 2
    assert not DuplicateCandidate.objects.filter(pk=pair.pk).exists()


def test_import_knows_tax_codes_of_merged_records(cast):
    kept = EstablishmentFactory(place=cast.phuoc_hai, name="Giữ lại")
    EstablishmentFactory(
        place=cast.phuoc_hai, tax_code="0100109106", status="merged", merged_into=kept
    )
    job = checked(cast.officer, messy_workbook(ROWS[1:2]))
    assert "đã gộp" in job.rows.get().errors["tax_code"]
    live = EstablishmentFactory(place=cast.phuoc_hai, tax_code="0100109106")
    job = checked(cast.officer, messy_workbook(ROWS[1:2]))
    row = job.rows.get()
    assert (row.state, row.target_id) == (RowState.CHANGED, live.pk)


def test_import_undo_leaves_history(cast):
    job = applied(cast.officer, checked(cast.officer, messy_workbook(ROWS[:1])))
    pk = Establishment.objects.get().pk
    undone(cast.officer, job)
    assert not Establishment.objects.exists()
    labels = Establishment.pgh_event_models["insert"].objects.filter(pgh_obj_id=pk)
    assert sorted(labels.values_list("pgh_label", flat=True)) == ["delete", "insert"]


def test_import_refuses_what_changed_since_the_preview(cast):
    book = EstablishmentFactory(name="Xưởng mộc Tân Tiến", place=cast.phuoc_hai)
    rows = [("Xưởng mộc Tân Tiến", "", "", "", "", "Phước Hải", "Mới", 4, 1, "")]
    job = checked(cast.officer, messy_workbook(rows))
    registry.change_status(
        actor=cast.collaborator,
        establishment_id=book.pk,
        status="paused",
        on=book.registered_on,
        reason="Nghỉ",
    )
    actions.start_apply(actor=cast.officer, job_id=job.pk, only_right=False)
    actions.run_apply(job.pk)
    job.refresh_from_db()
    assert job.status == ImportStatus.CHECKED and "Kiểm tra lại" in job.error
    book.refresh_from_db()
    assert book.address == ""


def test_collaborator_imports_only_own_communes(cast):
    rows = [*ROWS[:1], ("Cơ sở khác", "HKD", "", "", "", "Xã Long Sơn", "", 1, 0, "")]
    job = checked(cast.collaborator, messy_workbook(rows))
    assert states(job) == [RowState.NEW, RowState.WRONG]
    assert "địa bàn" in job.rows.last().errors["place"]


def test_collaborator_is_not_told_of_other_communes(cast):
    EstablishmentFactory(
        name="Bí mật", place=cast.long_son, tax_code="0100109106", phone="0912345678"
    )
    job = checked(cast.collaborator, messy_workbook(ROWS[:2]))
    assert states(job) == [RowState.NEW, RowState.WRONG]
    row = job.rows.last()
    assert "địa bàn khác" in row.errors["tax_code"] and row.target_id is None
    assert not job.rows.first().candidates


def test_readers_may_not_import(cast, client):
    for user in (cast.leader, cast.viewer, cast.accountant):
        with pytest.raises(NotAllowed):
            actions.receive_file(actor=user, kind_code=KIND, upload=upload_of(messy_workbook(ROWS)))
    assert not ImportJob.objects.exists()


def test_a_sheet_without_places_needs_one(cast):
    content = messy_workbook(ROWS[:1], place_column=False)
    job = actions.receive_file(actor=cast.officer, kind_code=KIND, upload=upload_of(content))
    matching = {i: f for i, f in job.matching.items() if f != "place"}
    with pytest.raises(InvalidInput):
        actions.match_columns(
            actor=cast.officer, job_id=job.pk, matching=matching, converted=set(), place=None
        )
    job = checked(cast.officer, content, place=cast.long_son)
    assert job.rows.get().data["place"] == cast.long_son.pk


def test_matching_is_remembered_for_the_same_headers(cast):
    content = messy_workbook(ROWS[:1])
    job = actions.receive_file(actor=cast.officer, kind_code=KIND, upload=upload_of(content))
    matching = {i: f for i, f in job.matching.items() if f != "phone"}
    actions.match_columns(
        actor=cast.officer, job_id=job.pk, matching=matching, converted=set(), place=None
    )
    again = actions.receive_file(actor=cast.officer, kind_code=KIND, upload=upload_of(content))
    assert "phone" not in again.matching.values()


def test_old_fonts_are_converted_after_asking(cast):
    text = "STT;Tên cơ sở;Xã, phường;Địa chỉ\n1;Cơ sở bánh tráng Hoa Sen;Phước Hải;ấp Hải Sơn\n2;Xưởng mộc Tân Tiến;Phước Hải;ấp Hải Tân\n"
    for encode in (to_tcvn3, to_vni):
        job = checked(cast.officer, encode(text).encode("latin-1"), name="cu.csv")
        assert job.rows.first().data["name"] == "Cơ sở bánh tráng Hoa Sen"
        assert job.rows.first().data["place"] == cast.phuoc_hai.pk


def test_wrong_rows_come_back_with_the_fault_beside_the_cell(cast, client):
    job = checked(cast.officer, messy_workbook(ROWS))
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    answer = client.get(reverse("imports:faults", args=[job.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    heads = [cell.value for cell in sheet[1]]
    at = heads.index("MST")
    assert heads[at + 1] == "Lỗi ở “MST”"
    assert sheet.cell(2, at + 1).value == "0100109107"
    assert "chữ số thứ mười" in sheet.cell(2, at + 2).value
    assert sheet.max_row == 2
    # Corrected, it can be sent as it is.
    sheet.cell(2, at + 1).value = "0100109106"
    sheet.cell(2, heads.index("Lao động (người) – Nữ") + 1).value = "5"
    stream = io.BytesIO()
    sheet.parent.save(stream)
    again = checked(cast.officer, stream.getvalue())
    assert states(again) == [RowState.NEW]


def test_template_can_be_filled_and_sent(cast, client):
    NetworkGroupFactory(label="Chế biến nông sản")
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    content = client.get(reverse("imports:template")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.worksheets[0].data_validations.dataValidation) == 5
    job = checked(cast.officer, content)
    assert states(job) == [RowState.NEW], job.rows.get().errors


def test_pages_from_upload_to_undo(cast, client, django_capture_on_commit_callbacks, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    answer = client.post(
        reverse("imports:upload"), {"place": "", "file": upload_of(messy_workbook(ROWS))}
    )
    job = ImportJob.objects.get()
    assert answer.url == reverse("imports:columns", args=[job.pk])
    page = client.get(answer.url).content.decode()
    assert "Lao động (người) – Tổng số" in page
    posted = {f"cot-{index}": field for index, field in job.matching.items()}
    client.post(answer.url, posted)
    actions.run_check(job.pk)
    detail = reverse("imports:detail", args=[job.pk])
    page = client.get(detail).content.decode()
    assert "chữ số thứ mười" in page and "dòng tổng cộng (dòng 11)" in page
    assert client.get(f"{detail}?loai=wrong").content.decode().count('id="dong-') == 1
    client.post(reverse("imports:apply", args=[job.pk]), {"cach": "dung"})
    actions.run_apply(job.pk)
    assert Establishment.objects.count() == 3
    assert "Kết quả" in client.get(detail).content.decode()
    client.post(reverse("imports:undo", args=[job.pk]))
    assert "Đang hoàn tác" in client.get(detail).content.decode()
    actions.run_undo(job.pk)
    assert "Đã hoàn tác" in client.get(detail).content.decode()
    assert not Establishment.objects.exists()
    client.force_login(cast.collaborator, backend="khuyencong.core.auth.PortalBackend")
    assert client.get(detail).status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_pages_ask_the_database_as_often_for_one_row_as_for_three(
    cast, client, django_assert_num_queries, item_count
):
    for number in range(item_count):
        EstablishmentFactory(name=f"Cơ sở Hoa Sen {number}", place=cast.phuoc_hai)
    rows = [
        (f"HKD Hoa Sen {number}", "HKD", "", "", "", "Phước Hải", "Ấp 9", 5, 1, "")
        for number in range(item_count)
    ]
    jobs = [checked(cast.officer, messy_workbook(rows)) for _ in range(item_count)]
    client.force_login(cast.officer, backend="khuyencong.core.auth.PortalBackend")
    client.get(reverse("imports:upload"))
    with django_assert_num_queries(6):
        page = client.get(reverse("imports:upload"))
    assert page.content.decode().count("danh-sach.xlsx") == item_count
    with django_assert_num_queries(10):
        page = client.get(reverse("imports:detail", args=[jobs[0].pk]))
    assert page.content.decode().count("(giữ tên trong sổ") == item_count
    with django_assert_num_queries(5):
        client.get(reverse("imports:columns", args=[jobs[0].pk]))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates().map(lambda day: ("d", day.isoformat())),
    st.text(max_size=40),
    st.sampled_from(
        ["0912345678", "OCOP 9 sao", "-1", "1e999", "=1+1", "²", "١٢", "99999999999999999999", "Xã Phước Hải", "10,5; 107,2"]
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from([column.name for column in importing.COLUMNS]), CELLS))
def test_any_cells_are_read_or_refused_with_a_sentence(cast, cells):
    checker = importing.EstablishmentChecker(cast.officer, ImportJob(place=None))
    data, errors = checker.check(cells, dict.fromkeys(cells, 1_000_000))
    json.dumps(data)
    assert all(isinstance(sentence, str) and sentence for sentence in errors.values())
    assert all(value not in (None, "") for name, value in data.items() if name[0] != "_")


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.lists(st.text("=+-@\t;\"'\\ aÁđ1.,%{}[]\r\n", max_size=12), min_size=4, max_size=6),
        max_size=5,
    )
)
def test_any_text_file_is_checked_or_refused_and_writes_nothing(cast, lines):
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(
        [["Tên cơ sở", "Xã, phường", "Điện thoại", "Lao động", "Ghi chú"], *lines]
    )
    before = Establishment.objects.count()
    try:
        checked(cast.officer, stream.getvalue().encode(), name="x.csv")
    except InvalidInput as refusal:
        assert str(refusal)
    assert Establishment.objects.count() == before


def test_refused_files_leave_nothing_behind(cast, settings, tmp_path):
    for content in (
        b"%PDF-1.7",
        messy_workbook(ROWS)[:900],
        b"a;b\nc;d\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ):
        with pytest.raises(InvalidInput):
            actions.receive_file(actor=cast.officer, kind_code=KIND, upload=upload_of(content))
    assert not ImportJob.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_formulas_in_cells_are_faults_of_their_rows(cast):
    rows = [
        ('=HYPERLINK("http://x")', "HKD", "", "", "", "Phước Hải", "", 5, 1, ""),
        ("+Cơ sở @SUM", "HKD", "", "=cmd|' /C calc'!A0", "", "Phước Hải", "", 5, 1, ""),
    ]
    text = "Tên cơ sở;Loại hình;MST;Chủ cơ sở;SĐT;Xã, phường;Địa chỉ;Lao động;Nữ;Doanh thu\n"
    text += "\n".join(";".join(map(str, row)) for row in rows)
    job = checked(cast.officer, text.encode(), name="x.csv")
    first, second = job.rows.order_by("number")
    assert "công thức" in first.errors["name"] and list(second.errors) == ["representative"]
    assert second.data["name"] == "+Cơ sở @SUM"


FULL_HEADS = (
    "STT", "Tên cơ sở", "Xã, phường", "Chức vụ", "Email", "Website", "Ngày đồng ý", "Hình thức đồng ý", "Số GCN ĐKKD",
    "Ngày cấp", "Nơi cấp", "Làng nghề", "Tọa độ", "Lao động", "Lao động thời vụ", "Vốn đầu tư (tỷ đồng)", "Tổng tài sản (triệu đồng)",
    "Điện năng (nghìn kWh)", "Nhiên liệu", "Thị trường tiêu thụ", "Các nước xuất khẩu", "Sản phẩm có công suất", "Công suất thiết kế",
    "Giấy chứng nhận", "Máy móc thiết bị", "Năm số liệu", "Sản lượng", "Loại hỗ trợ", "Nhu cầu", "Năm đề xuất", "Kinh phí (triệu đồng)",
)  # fmt: skip
FULL_ROW = (
    1, "Cơ sở bánh tráng Hoa Sen", "Phước Hải", "Chủ cơ sở", "hoasen@example.com", "hoasen.example.com", "02/03/2025", "Phiếu khảo sát",
    "49A8012345", "15/6/2019", "UBND huyện Đất Đỏ", "Làng bánh tráng An Ngãi", "10.345678, 107.2456", 12, 4, "1,5", 800, 24, "củi 5 tấn",
    "Trong tỉnh, xuất khẩu", "Lào", "Bánh tráng", "20 tấn/năm", "HACCP; OCOP 4 sao; ISO 9001:2015",
    "Máy tráng bánh (2 cái, 2019, Việt Nam); Lò hấp", 2025, "18,5 tấn", "Hỗ trợ máy móc", "Máy sấy", 2027, "150",
)  # fmt: skip


def full_workbook(**changed) -> bytes:
    """One row with every field of a record; `changed` are cells by their header."""
    return ods_workbook(
        [
            FULL_HEADS,
            [changed.get(head, cell) for head, cell in zip(FULL_HEADS, FULL_ROW, strict=True)],
        ]
    )


@pytest.fixture
def need_kind(db):
    return NeedKindFactory(label="Hỗ trợ máy móc")


def test_import_reads_and_writes_every_field_of_a_record(cast, need_kind):
    job = checked(cast.officer, full_workbook(), name="day-du.ods")
    assert set(job.matching.values()) == {
        column.name for column in importing.COLUMNS
    } - {
        "legal_form", "tax_code", "representative", "phone", "address", "network_group", "industry", "main_products",
        "founded_year", "labour_female", "revenue_vnd", "status", "note", "latitude", "longitude", "capacity_unit", "output_unit",
    }  # fmt: skip
    row = job.rows.get()
    assert row.state == RowState.NEW, row.errors
    applied(cast.officer, job, only_right=False)
    one = Establishment.objects.get()
    assert one.legal_form == "unknown"
    assert (one.representative_position, one.email) == ("Chủ cơ sở", "hoasen@example.com")
    assert (one.website, one.contact_consent_means) == ("https://hoasen.example.com", "survey_form")
    assert (one.contact_consent_on, one.household_licence_on) == (
        date(2025, 3, 2),
        date(2019, 6, 15),
    )
    assert (str(one.latitude), str(one.longitude)) == ("10.345678", "107.245600")
    assert (one.capital_vnd, one.assets_vnd) == (1_500_000_000, 800_000_000)
    assert (one.electricity_kwh, one.markets) == (24_000, ["province", "export"])
    product = one.products.get()
    assert (product.name, product.capacity_value, product.capacity_unit) == (
        "Bánh tráng",
        20,
        "tấn/năm",
    )
    assert sorted(map(str, one.certificates.all())) == ["HACCP", "ISO 9001:2015", "OCOP 4 sao"]
    machines = {m.name: (m.quantity, m.year_made, m.maker) for m in one.machines.all()}
    assert machines == {"Máy tráng bánh": (2, 2019, "Việt Nam"), "Lò hấp": (1, None, "")}
    figure = one.yearfigures.get()
    assert (figure.year, figure.labour, figure.output_unit) == (2025, 12, "tấn")
    need = one.supportneeds.get()
    assert (need.what, need.wished_year, need.estimated_vnd) == ("Máy sấy", 2027, 150_000_000)
    assert need.source == "import"
    event = Machine.pgh_event_models["insert"].objects.first()
    assert event.pgh_context["source"] == "import"

    again = checked(cast.officer, full_workbook(), name="day-du.ods")
    assert states(again) == [RowState.UNCHANGED], again.rows.get().changes


def test_import_adds_to_a_record_only_what_it_lacks_and_takes_just_that_back(cast, need_kind):
    one = EstablishmentFactory(name="Cơ sở bánh tráng Hoa Sen", place=cast.phuoc_hai)
    ProductFactory(establishment=one, name="bánh tráng")
    MachineFactory(establishment=one, name="Lò hấp")
    job = checked(cast.officer, full_workbook(), name="day-du.ods")
    row = job.rows.get()
    assert row.state == RowState.CHANGED and "products" not in row.changes
    importing.words_of(cast.officer, [row])
    told = {label: new for label, _, new in row.words}
    assert told["Máy, thiết bị"] == "Máy tráng bánh (2 cái, 2019, Việt Nam)"
    assert told["Số liệu năm"] == "năm 2025: lao động 12, điện 24.000, sản lượng 18,5 tấn"
    job = applied(cast.officer, job, only_right=False)
    assert one.machines.count() == 2
    job = undone(cast.officer, job)
    assert [machine.name for machine in one.machines.all()] == ["Lò hấp"]
    assert not one.certificates.exists() and one.products.count() == 1
    one.refresh_from_db()
    assert (one.markets, one.latitude, one.email, one.capital_vnd) == ([], None, "", None)


def test_import_undo_keeps_a_record_whose_added_rows_were_worked_on(cast, need_kind):
    job = applied(cast.officer, checked(cast.officer, full_workbook(), name="day-du.ods"))
    one = Establishment.objects.get()
    AwardFactory(product=one.products.get())
    job = undone(cast.officer, job)
    assert job.result["kept_count"] == 1 and one.machines.count() == 2


@pytest.mark.parametrize(("head", "cell", "field", "sentence"), [
    ("Giấy chứng nhận", "OCOP 6 sao", "certificates", "từ 3 đến 5"),
    ("Tọa độ", "107.2, 10.3", "point", "vĩ độ trong Việt Nam"),
    ("Tọa độ", "1154321, 421234", "point", "không phải là tọa độ"),
    ("Hình thức đồng ý", None, "contact_consent_means", "Ghi cả ngày và hình thức"),
    ("Ngày đồng ý", "31/12/2099", "contact_consent_on", "chưa tới"),
    ("Thị trường tiêu thụ", "trong nước", "markets", "phải có “Xuất khẩu”"),
    ("Công suất thiết kế", "nhiều", "capacity", "ghi như 20 tấn/năm"),
    ("Năm số liệu", None, "figure_year", "Ghi năm của sản lượng"),
    ("Loại hỗ trợ", "Cho tiền", "need_kind", "danh mục loại nhu cầu"),
    ("Email", "a@", "email", "thư điện tử"),
])  # fmt: skip
def test_import_says_what_is_wrong_with_a_field(cast, need_kind, head, cell, field, sentence):
    job = checked(cast.officer, full_workbook(**{head: cell}), name="day-du.ods")
    assert sentence in job.rows.get().errors.get(field, "")


def test_import_refuses_what_contradicts_the_book(cast, need_kind):
    EstablishmentFactory(
        name="Cơ sở bánh tráng Hoa Sen", place=cast.phuoc_hai, contact_consent_on=date(2024, 1, 1),
        contact_consent_means="written", contact_consent_withdrawn_on=date(2024, 6, 1),
    )  # fmt: skip
    job = checked(cast.officer, full_workbook(), name="day-du.ods")
    assert "đã rút lại đồng ý" in job.rows.get().errors["contact_consent_on"]
