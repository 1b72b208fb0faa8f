"""Files of records: kept, given back, refused, and never found by the neighbour."""

import hashlib
import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import ExifTags, Image

from collaborators.tests.factories import AssignmentFactory
from facilities.tests.factories import EstablishmentFactory
from khuyencong.audit.readers import field_history
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, NotAllowed
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.files import actions, photos
from khuyencong.files.access import attachments_of
from khuyencong.files.actions import original_name
from khuyencong.files.models import Attachment
from khuyencong.files.sniff import DOCX, XLSX, sniff

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PDF = b"%PDF-1.7\n%%EOF\n"


def office(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


WORD = office("[Content_Types].xml", "word/document.xml")
EXCEL = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    return tmp_path


@pytest.fixture
def people(db):
    place = PlaceFactory(name="Xã Phước Hải", valid_from=date(2025, 7, 1))
    own = AssignmentFactory(place=place).collaborator.user
    neighbour = AssignmentFactory().collaborator.user
    rebuild_lineage()
    return {
        "collaborator": own,
        "neighbour": neighbour,
        "officer": UserFactory(roles=[Role.OFFICER]),
        "leader": UserFactory(roles=[Role.LEADER]),
        "viewer": UserFactory(roles=[Role.VIEWER]),
        "establishment": EstablishmentFactory(place=place),
    }


def upload(content=PDF, name="giấy phép.pdf"):
    return SimpleUploadedFile(name, content)


def attached(people, **kwargs) -> Attachment:
    return actions.attach_file(
        actor=people["collaborator"], record=people["establishment"], upload=upload(**kwargs)
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (PDF, "application/pdf"),
        (WORD, DOCX),
        (EXCEL, XLSX),
        (office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), None),
        (office("a.txt"), None),
        (b"PK\x03\x04 broken", None),
        (b"<html><script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"MZ\x90\0", None),
        (b"", None),
    ],
)
def test_kind_is_told_by_content(content, kind):
    assert sniff(io.BytesIO(content)) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Giấy phép.pdf", "Giấy phép.pdf"),
        ("..\\..\\a/b/../ảnh.jpg", "ảnh.jpg"),
        ("a\r\nb\0.png", "ab.png"),
        ("", "tep"),
        ("x" * 300 + ".docx", "x" * 195 + ".docx"),
    ],
)
def test_original_name_is_a_bare_name(given, kept):
    assert original_name(given) == kept


def test_attach_keeps_the_file_its_name_and_its_hash(people, private_folder):
    attachment = attached(people)
    assert attachment.original_name == "giấy phép.pdf"
    assert attachment.sha256 == hashlib.sha256(PDF).hexdigest()
    stored = private_folder / attachment.file.name
    assert stored.read_bytes() == PDF
    assert re.fullmatch(r"[0-9a-f]{32}", stored.name)
    assert [entry.label for entry in field_history(attachment)] == ["Thêm"]


def test_attach_of_the_same_content_is_not_doubled(people):
    assert attached(people) == attached(people, name="lần hai.pdf")
    assert Attachment.objects.count() == 1


def test_attach_gives_the_right_ending_to_a_wrong_name(people):
    assert attached(people, content=JPEG, name="ảnh.png").original_name == "ảnh.png.jpg"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "rỗng"),
        (b"<html>", "chỉ nhận ảnh"),
        (PDF + b"0" * 2_000_000, "quá mức 1 MB"),
    ],
)
def test_attach_refuses_with_a_sentence_and_keeps_nothing(
    people, settings, private_folder, content, words
):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    with pytest.raises(InvalidInput, match=words):
        attached(people, content=content)
    assert not Attachment.objects.exists()
    assert not list(private_folder.rglob("*"))


@pytest.mark.parametrize("who", ["neighbour", "leader", "viewer"])
def test_attach_and_remove_refuse_the_outsider(people, who):
    attachment = attached(people)
    with pytest.raises(NotAllowed):
        actions.attach_file(
            actor=people[who], record=people["establishment"], upload=upload(PNG, "a.png")
        )
    with pytest.raises(NotAllowed):
        actions.remove_file(actor=people[who], attachment_id=attachment.pk)
    assert [a.pk for a in attachments_of(people["establishment"])] == [attachment.pk]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("collaborator", 200),
        ("officer", 200),
        ("leader", 200),
        ("neighbour", 404),
        ("viewer", 404),
    ],
)
def test_download_is_for_those_who_may_read_the_record(client, people, who, status):
    attachment = attached(people)
    client.force_login(people[who])
    response = client.get(reverse("files:download", args=[attachment.pk]))
    assert response.status_code == status
    if status == 200:
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith("inline; filename*=utf-8''gi%E1%BA%A5y")
        assert "no-store" in response["Cache-Control"]


def test_download_saves_what_a_browser_should_not_open(client, people):
    attachment = attached(people, content=WORD, name="Đơn đề nghị.docx")
    client.force_login(people["collaborator"])
    response = client.get(reverse("files:download", args=[attachment.pk]))
    assert response["Content-Disposition"].startswith("attachment;")
    response.close()


def test_pages_refuse_the_neighbour_as_not_found(client, people):
    attachment = attached(people)
    owner = ["facilities.establishment", people["establishment"].pk]
    client.force_login(people["neighbour"])
    put = client.post(reverse("files:upload", args=owner), {"file": upload(PNG, "a.png")})
    off = client.post(reverse("files:remove", args=[attachment.pk]))
    assert (put.status_code, off.status_code) == (404, 404)
    assert attachments_of(people["establishment"]).count() == 1


def test_no_files_of_records_that_nobody_registered(client, people):
    client.force_login(people["officer"])
    for owner in ("core.user", "reports.report", "nothing.here"):
        url = reverse("files:upload", args=[owner, 1])
        assert client.post(url, {"file": upload()}).status_code == 404


def test_upload_and_remove_by_page(client, people):
    client.force_login(people["collaborator"])
    record = people["establishment"]
    url = reverse("files:upload", args=["facilities.establishment", record.pk])
    response = client.post(
        url, {"file": [upload(), upload(b"<html>", "a.html")], "title": "Giấy phép"}
    )
    # One was refused, and the top of the page says why.
    assert response.url == record.get_absolute_url()
    attachment = attachments_of(record).get()
    assert attachment.title == "Giấy phép"
    client.post(reverse("files:remove", args=[attachment.pk]))
    assert not attachments_of(record).exists()
    assert client.get(reverse("files:download", args=[attachment.pk])).status_code == 404
    attachment.refresh_from_db()
    assert attachment.removed_at is not None


def picture(*, position=True, size=(2400, 1800)) -> bytes:
    """A photograph as a phone makes it: turned, dated, with its position."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:20 08:15:00"
    if position:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
        gps[ExifTags.GPS.GPSLatitude] = (10.0, 24.0, 40.96)
        gps[ExifTags.GPS.GPSLongitude] = (107.0, 8.0, 10.4)
    stream = io.BytesIO()
    Image.new("RGB", size, "#1a4f8b").save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def test_a_photograph_gets_copies_without_what_the_camera_wrote(people):
    photo = attached(people, content=picture(), name="xưởng.jpg")
    assert (photo.latitude, photo.longitude) == (Decimal("10.411378"), Decimal("107.136222"))
    assert f"{timezone.localtime(photo.taken_at):%d/%m/%Y %H:%M}" == "20/11/2026 08:15"
    for stored, side in ((photo.thumbnail, 360), (photo.preview, 1600)):
        with stored.open() as stream, Image.open(stream) as copy:
            # Upright, although the phone was held sideways.
            assert (max(copy.size), copy.size[0] < copy.size[1]) == (side, True)
            assert not dict(copy.getexif())
    # What was handed in stays as it was.
    with photo.file.open() as stream:
        assert stream.read() == picture()


@pytest.mark.parametrize("content", [JPEG, PNG, picture()[:3000]])
def test_a_broken_picture_is_kept_as_a_file(people, content):
    photo = attached(people, content=content, name="hỏng.jpg")
    assert not photo.is_photograph and photo.latitude is None


def test_a_picture_that_claims_to_be_huge_is_not_taken_apart(people, monkeypatch):
    monkeypatch.setattr(photos, "MOST_PIXELS", 1000)
    assert not attached(people, content=picture(), name="to.jpg").is_photograph


def test_gallery_shows_photographs_beside_papers(client, people):
    record = people["establishment"]
    client.force_login(people["collaborator"])
    url = reverse("files:upload", args=["facilities.establishment", record.pk])
    pictures = [upload(picture(size=(400 + n, 300)), f"ảnh {n}.jpg") for n in range(3)]
    client.post(url, {"file": [*pictures, upload()], "title": ""})
    html = client.get(record.get_absolute_url()).content.decode()
    assert "Hình ảnh <span" in html and "(3)" in html and html.count("/anh/nho/") == 3
    middle = [one for one in attachments_of(record) if one.is_photograph][1]
    page = client.get(reverse("files:photograph", args=[middle.pk])).content.decode()
    assert "ảnh 2 trong 3" in page and "Ảnh trước" in page and "Ảnh sau" in page
    assert "20/11/2026" in page and "Gỡ ảnh" in page
    shown = client.get(reverse("files:copy", args=[middle.pk, "lon"]))
    assert shown["Content-Type"] == "image/jpeg" and b"Exif" not in shown.getvalue()
    assert client.get(reverse("files:copy", args=[middle.pk, "goc"])).status_code == 404
    for who, words in (("leader", "Chụp lúc"), ("neighbour", None), ("viewer", None)):
        client.force_login(people[who])
        response = client.get(reverse("files:photograph", args=[middle.pk]))
        assert response.status_code == (200 if words else 404)
        assert "Gỡ ảnh" not in response.content.decode()
