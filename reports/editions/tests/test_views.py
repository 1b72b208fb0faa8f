"""The pages of editions, their files and their spreadsheet."""

from io import BytesIO

import docx
import openpyxl
import pypdf
import pytest
from django.urls import reverse

from khuyencong.core.todo import todo_items
from khuyencong.exports.actions import build_export, request_export
from reports.editions.actions import draft_correction
from reports.editions.models import Edition
from reports.editions.tests.cast import BILLION, drafted, make_world, presented, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return make_world()


def log_in(client, user):
    client.force_login(user, backend="khuyencong.core.auth.PortalBackend")


def page(client, name, *args, **query) -> str:
    response = client.get(reverse(f"editions:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_from_the_list_to_the_signature(world, client):
    log_in(client, world.cast.officer)
    response = client.post(reverse("editions:create"), {"ky": world.period.pk}, follow=True)
    assert "Đã soạn dự thảo" in response.content.decode()
    edition = Edition.objects.get()
    section = edition.sections.get(code="kien_nghi")
    url = reverse("editions:section", args=[edition.pk, "kien_nghi"])
    answer = client.post(url, {"text": "Lời mới.\n\n- Ý một.", "revision": section.revision})
    assert answer.status_code == 302
    assert client.post(url, {"text": "Khác", "revision": section.revision}).status_code == 409
    assert "Đã sửa tay" in page(client, "detail", edition.pk)
    client.post(reverse("editions:present", args=[edition.pk]))
    titles = [item.title for item in todo_items(world.cast.leader)]
    assert f"Ký báo cáo hợp nhất {world.period.quarter}" in titles
    log_in(client, world.cast.leader)
    shown = client.get(reverse("editions:sign", args=[edition.pk]))
    form = shown.context["form"]
    response = client.post(
        reverse("editions:sign", args=[edition.pk]),
        {"office": "for_director", "shown_hash": form.initial["shown_hash"]},
        follow=True,
    )
    assert "Đã ký. Báo cáo mang số 01/BC-TTKC." in response.content.decode()
    assert "Ý một." in page(client, "detail", edition.pk)


def test_the_signed_document_reads_back_in_both_formats(world, client):
    edition = signed(world)
    log_in(client, world.cast.viewer)
    answer = client.get(reverse("editions:file", args=[edition.pk, "pdf"]))
    reader = pypdf.PdfReader(BytesIO(answer.content))
    text = " ".join(" ".join(p.extract_text() for p in reader.pages).split())
    file = client.get(reverse("editions:file", args=[edition.pk, "docx"]))
    word = docx.Document(BytesIO(file.content))
    paragraphs = "\n".join(p.text for p in word.paragraphs)
    cells = [c.text for table in word.tables for row in table.rows for c in row.cells]
    for words in ("quý III/2026", "từ 2 trên 4 địa bàn", "Xã Đông", edition.document.seal):
        assert words in text
        assert words in paragraphs
    assert "Số: 01/BC-TTKC" in text
    assert "DỰ THẢO" not in text
    assert any("Số: 01/BC-TTKC" in cell for cell in cells)
    assert "5.000" in cells
    assert "PHÓ" not in text
    assert client.get(reverse("editions:file", args=[edition.pk, "exe"])).status_code == 404


def test_the_spreadsheet_links_each_figure_to_its_version(
    world, django_capture_on_commit_callbacks
):
    edition = signed(world)
    # A later version changes nothing of what was signed.
    world.correct(world.second, {("gtsx", "go"): 9 * BILLION})
    with django_capture_on_commit_callbacks(execute=False):
        job = request_export(
            actor=world.cast.viewer,
            kind="reports.edition",
            params={"edition": str(edition.pk), "base_url": "https://cong.example"},
            format="xlsx",
        )
    build_export(job.pk)
    job.refresh_from_db()
    with job.file.open("rb") as stream:
        book = openpyxl.load_workbook(BytesIO(stream.read()))
    assert book.sheetnames[:2] == ["Số liệu", "Phần III"]
    sheet = book["Số liệu"]
    row = next(r for r in sheet.iter_rows() if r[0].value == "Giá trị sản xuất")
    assert row[2].value == 5000
    # The first place's figure opens its cell in the version that counted.
    first = row[7]
    assert first.value == 3000
    version = reverse("reports:version", args=[world.first.pk, 1])
    assert f"https://cong.example{version}" in first.hyperlink.target + "#" + (
        first.hyperlink.location or ""
    )
    versions = book["Các bản báo cáo"]
    assert [r[0].value for r in versions.iter_rows(min_row=4)] == [
        "Xã An",
        "Xã Bình",
        "Xã Cư",
        "Xã Đông",
    ]


def test_a_correction_is_offered_and_listed(world, client):
    first = signed(world)
    world.correct(world.second, {("gtsx", "go"): 4 * BILLION, "lao_dong": 50})
    log_in(client, world.cast.officer)
    text = page(client, "detail", first.pk)
    assert "Báo cáo không còn khớp: 2 số liệu đã thay đổi" in text
    assert "Không còn khớp" in page(client, "list")
    titles = [item.title for item in todo_items(world.cast.officer)]
    assert "Báo cáo số 01/BC-TTKC không còn khớp số liệu" in titles
    client.post(reverse("editions:correct", args=[first.pk]), {"kind": "replacement"})
    second = Edition.objects.get(corrects=first)
    text = page(client, "detail", second.pk)
    assert "NỘI DUNG THAY ĐỔI SO VỚI BÁO CÁO SỐ 01/BC-TTKC" in text


def test_a_viewer_sees_no_draft_and_no_process(world, client):
    edition = presented(world)
    log_in(client, world.cast.viewer)
    assert client.get(edition.get_absolute_url()).status_code == 404
    assert str(edition) not in page(client, "list")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_one_edition_as_for_three(
    world, client, count, django_assert_num_queries
):
    signed(world)
    for value in range(count - 1):
        world.correct(world.second, {("gtsx", "go"): (value + 5) * BILLION})
        signed(
            world,
            draft_correction(
                actor=world.cast.officer,
                edition_id=Edition.objects.get(status="signed").pk,
                kind="replacement",
            ),
        )
    log_in(client, world.cast.officer)
    page(client, "list")
    with django_assert_num_queries(7):
        page(client, "list")


def test_a_draft_says_so_in_the_pdf(world, client):
    edition = drafted(world)
    log_in(client, world.cast.officer)
    answer = client.get(reverse("editions:file", args=[edition.pk, "pdf"]))
    assert "DỰ THẢO" in pypdf.PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert answer["Cache-Control"] == "private, no-store"
