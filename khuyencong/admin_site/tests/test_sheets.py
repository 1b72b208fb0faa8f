"""Sheets out and in: the right rows, the right words, all or nothing, and who did it."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from collaborators.models import Assignment, Collaborator
from collaborators.tests.factories import AssignmentFactory, CollaboratorFactory
from facilities.enums import DataSource
from facilities.models import Award, Establishment, NetworkGroup
from facilities.tests.factories import AwardFactory, EstablishmentFactory
from khuyencong.admin_site import options
from khuyencong.audit.journal import changes_of
from khuyencong.audit.models import PersonalDataAccess
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.exports import tasks
from khuyencong.exports.actions import build_export
from khuyencong.exports.models import ExportJob

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def local_cache(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def administrator(client):
    user = UserFactory(username="quantri1", display_name="Quản trị một", roles=[Role.ADMINISTRATOR])
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
    return user


def sheet(*rows) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return SimpleUploadedFile("bang.xlsx", stream.getvalue())


def preview(client, model: str, file):
    return client.post(reverse(f"admin:{model}_import"), {"import_file": file, "resource": "0"})


def confirm(client, model: str, response):
    form = response.context["confirm_form"]
    return client.post(reverse(f"admin:{model}_process_import"), form.initial, follow=True)


def exported(client, model: str, query="", format="0"):
    return client.post(
        reverse(f"admin:{model}_export") + query, {"format": format, "resource": "0"}
    )


def cells(response) -> list[tuple]:
    book = openpyxl.load_workbook(BytesIO(response.content))
    return list(book.active.iter_rows(values_only=True))


def test_export_holds_what_the_list_shows_in_words(client, administrator):
    EstablishmentFactory(
        name="Cơ sở Bánh Tráng", legal_form="cooperative", place__name="Xã An Ngãi"
    )
    EstablishmentFactory(name="Cơ khí Hòa Phát")
    head, *rows = cells(exported(client, "facilities_establishment", "?q=banh"))
    assert len(rows) == 1
    row = dict(zip(head, rows[0], strict=True))
    assert row["Tên cơ sở"] == "Cơ sở Bánh Tráng"
    assert row["Loại hình"] == "Hợp tác xã"
    assert row["Xã, phường"] == "Xã An Ngãi"
    assert row["Dữ liệu minh họa"] == "Không"


def test_export_never_holds_passwords_or_live_formulas(client, administrator):
    EstablishmentFactory(name="=HYPERLINK(1)")
    cell = openpyxl.load_workbook(
        BytesIO(exported(client, "facilities_establishment").content)
    ).active["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    text = exported(client, "facilities_establishment", format="1").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert not any(str(h).lower() == "mật khẩu" for h in cells(exported(client, "core_user"))[0])


def test_only_selected_rows_are_exported_from_the_action(client, administrator):
    one, two = EstablishmentFactory(), EstablishmentFactory()
    response = client.post(
        reverse("admin:facilities_establishment_changelist"),
        {"action": "export_admin_action", "_selected_action": [str(two.pk)]},
    )
    assert response.status_code == 200
    assert "Xuất 1 dòng đã chọn" in response.content.decode()
    response = client.post(
        reverse("admin:facilities_establishment_export"),
        {"format": "0", "resource": "0", "export_items": [str(two.pk)]},
    )
    assert [row[1] for row in cells(response)[1:]] == [two.name]
    assert one.name != two.name


def test_import_previews_then_writes_by_the_action_and_names_the_actor(client, administrator):
    place = PlaceFactory(name="Xã Long Sơn", code="26545")
    old = EstablishmentFactory(name="Cơ sở cũ", place=place, labour_total=3)
    file = sheet(
        ["Tên cơ sở", "Xã, phường", "Loại hình", "Tổng số lao động", "Cột lạ"],
        ["Cơ sở  mới", "long son", "hợp tác xã", "1.234", "x"],
        ["Cơ sở cũ", "26545", "Hộ kinh doanh", 5, ""],
    )
    response = preview(client, "facilities_establishment", file)
    text = response.content.decode()
    assert response.context["counts"] == {"new": 1, "update": 1, "skip": 0, "invalid": 0}
    assert "<del>3</del> <ins>5</ins>" in text
    assert Establishment.objects.count() == 1, "a preview writes nothing"
    response = confirm(client, "facilities_establishment", response)
    assert "Đã nhập xong: 1 dòng mới, 1 dòng sửa" in response.content.decode()
    new = Establishment.objects.get(name="Cơ sở mới")
    assert (new.place, new.labour_total, new.source) == (place, 1234, DataSource.IMPORT)
    assert new.created_by == administrator
    old.refresh_from_db()
    assert old.labour_total == 5
    entry = changes_of(Establishment, old.pk)[0]
    assert "quantri1" in entry.who
    assert [(c.label, c.before, c.after) for c in entry.changes] == [("Tổng số lao động", "3", "5")]


def test_wrong_rows_are_told_by_column_and_value_and_nothing_is_written(client, administrator):
    PlaceFactory(name="Xã Long Sơn")
    file = sheet(
        ["Tên cơ sở", "Xã, phường", "Loại hình", "Tổng số lao động"],
        ["Cơ sở một", "Xã Long Sơn", "Hộ kinh doanh", 1],
        ["Cơ sở hai", "Xã Không Có", "Hộ kinh doanh", 1],
        ["Cơ sở ba", "Xã Long Sơn", "Tập đoàn", "mười"],
        ["Cơ sở bốn", "Xã Long Sơn", "Hộ kinh doanh", "=1+1"],
        ["Cơ sở một", "Xã Long Sơn", "Hộ kinh doanh", 2],
    )
    response = preview(client, "facilities_establishment", file)
    text = response.content.decode()
    assert "confirm_form" not in response.context or response.context.get("confirm_form") is None
    assert response.context["counts"]["invalid"] == 4
    for words in (
        "Nhận được “Xã Không Có”",
        "Nhận được “Tập đoàn”; cần một trong",
        "Nhận được “mười”; cần số nguyên",
        "ô này chứa công thức",
        "Dòng này trùng với dòng 2 của tệp.",
    ):
        assert words in text
    assert "<td>Loại hình</td>" in text
    assert not Establishment.objects.exists()


def test_a_sheet_without_a_needed_column_is_refused_in_one_sentence(client, administrator):
    response = preview(client, "facilities_networkgroup", sheet(["Mã"], ["go"]))
    assert "Tệp thiếu cột “Tên nhóm ngành”" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content"), [("bang.xlsx", b"rac"), ("bang.exe", b"x"), ("bang.csv", b"")]
)
def test_a_file_that_is_no_sheet_is_refused(client, administrator, name, content):
    response = preview(client, "facilities_networkgroup", SimpleUploadedFile(name, content))
    assert response.status_code == 200
    assert "Chưa đọc được tệp" in response.content.decode()


def test_csv_with_semicolons_comes_in(client, administrator):
    file = SimpleUploadedFile("nhom.csv", "Mã;Tên nhóm ngành;Thứ tự\ngo;Chế biến gỗ;7\n".encode())
    confirm(client, "facilities_networkgroup", preview(client, "facilities_networkgroup", file))
    assert NetworkGroup.objects.get(code="go").label == "Chế biến gỗ"


def test_a_second_confirmation_changes_nothing(client, administrator):
    response = preview(
        client,
        "facilities_networkgroup",
        sheet(["Mã", "Tên nhóm ngành", "Thứ tự"], ["go", "Gỗ", 1]),
    )
    confirm(client, "facilities_networkgroup", response)
    again = confirm(client, "facilities_networkgroup", response)
    assert "đã hết hạn hoặc đã nhập rồi" in again.content.decode()
    assert NetworkGroup.objects.count() == 1


def test_assignments_come_in_by_name_and_the_taken_place_is_told(client, administrator):
    taken = AssignmentFactory(place__name="Xã Đất Đỏ")
    free = PlaceFactory(name="Xã Phước Hải")
    person = CollaboratorFactory(title="CTV xã Phước Hải")
    head = ["Cộng tác viên", "Địa bàn", "Từ ngày", "Phụ trách chính"]
    wrong = preview(
        client,
        "collaborators_assignment",
        sheet(head, [person.title, "Xã Đất Đỏ", "01/08/2025", "Có"]),
    )
    assert f"{taken.collaborator} đang phụ trách chính" in wrong.content.decode()
    right = preview(
        client,
        "collaborators_assignment",
        sheet(head, [person.title, "Xã Phước Hải", "01/08/2025", "Có"]),
    )
    confirm(client, "collaborators_assignment", right)
    assert Assignment.objects.get(place=free).collaborator == person


def test_collaborators_and_titles_round_trip(client, administrator):
    CollaboratorFactory(title="CTV xã A")
    award = AwardFactory()
    for model in ("collaborators_collaborator", "facilities_award"):
        file = SimpleUploadedFile("lai.xlsx", exported(client, model).content)
        response = preview(client, model, file)
        assert response.context["counts"] == {"new": 0, "update": 0, "skip": 1, "invalid": 0}
    assert Collaborator.objects.count() == Award.objects.count() == 1
    assert award.pk


def test_history_of_a_removed_record_is_still_read(client, administrator):
    group = AwardFactory()
    key = group.pk
    group.delete()
    text = client.get(reverse("admin:facilities_award_history", args=[key])).content.decode()
    assert "(đã xóa)" in text
    assert "Xóa" in text


def test_the_journal_tells_the_last_changes_of_a_kind(client, administrator):
    user = UserFactory(display_name="Tên cũ")
    client.post(
        reverse("admin:core_user_change", args=[user.pk]),
        {"display_name": "Tên mới", "roles": ["officer"], "is_active": "on"},
    )
    text = client.get(reverse("admin:journal"), {"loai": "core.user"}).content.decode()
    assert "<del>Tên cũ</del> → <ins>Tên mới</ins>" in text
    assert "Quản trị một" in text
    mine = client.get(reverse("admin:journal"), {"loai": "core.user", "ai": "khong-ai"})
    assert "không có thay đổi nào" in mine.content.decode()
    assert client.get(reverse("admin:journal"), {"loai": "core.nothing"}).status_code == 404


def test_an_import_without_a_cache_is_told_in_words(client, administrator, settings):
    down = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    settings.CACHES = {"default": {**down, "LOCATION": "redis://127.0.0.1:1/0"}}
    file = sheet(["Mã", "Tên nhóm ngành", "Thứ tự"], ["mau", "Mẫu", 90])
    response = client.post(
        reverse("admin:facilities_networkgroup_import"),
        {"import_file": file, "resource": "0"},
        follow=True,
    )
    assert "chưa nhập dòng nào" in response.content.decode()
    assert not NetworkGroup.objects.filter(code="mau").exists()


def test_a_long_list_is_built_by_the_worker_with_the_lists_filters(
    client, administrator, monkeypatch, settings, tmp_path
):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    monkeypatch.setattr(options, "MAX_EXPORT_ROWS", 1)
    monkeypatch.setattr(tasks.build, "apply_async", lambda args, **more: None)
    for name in ("Bánh một", "Bánh hai", "Gốm"):
        EstablishmentFactory(name=name)
    response = exported(client, "facilities_establishment", "?q=banh", format="2")
    job = ExportJob.objects.get()
    assert response["Location"] == reverse("exports:detail", args=[job.pk])
    assert job.format == "ods"
    build_export(job.pk)
    job.refresh_from_db()
    assert (job.status, job.rows_proven) == ("done", 2)
    with job.file.open() as stream:
        book = CalamineWorkbook.from_filelike(stream)
    head, *rows = book.get_sheet_by_name("Dữ liệu").to_python()
    assert sorted(row[head.index("Tên cơ sở")] for row in rows) == ["Bánh hai", "Bánh một"]
    assert "Hộ kinh doanh" in rows[0]
    assert PersonalDataAccess.objects.get(means="export").records == 2


def test_a_short_list_comes_at_once_as_opendocument_too(client, administrator):
    EstablishmentFactory(name="=Bánh")
    response = exported(client, "facilities_establishment", format="2")
    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    assert "=Bánh" in str(book.get_sheet_by_name("Dữ liệu").to_python())
