"""Damaged and hostile input is refused or cleaned, never an error of ours, and nothing is half done.

The test client raises what a view lets through, so a call that returns is a page that stood.
"""

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from facilities.models import Establishment
from facilities.record.forms import ROW_KINDS, SECTIONS
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory
from khuyencong.exports.models import ExportJob
from reports.models import DraftRow, Report
from reports.tests.factories import FIGURES, filled_report, submitted_report

NUL = "a\x00b"
LONG_NUMBER = "9" * 5000
JSON = {"content_type": "application/json", "headers": {"accept": "application/json"}}


@pytest.fixture
def report(db):
    return filled_report()


@pytest.fixture
def as_author(client, report):
    client.force_login(report.author)
    return client


def as_role(role):
    client = Client()
    client.force_login(UserFactory(roles=[role]))
    return client


CELL = {"key": "lao_dong", "text": "1", "note": "", "revision": 0}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"cells": [{**CELL, "key": ["a"]}]}),
        json.dumps({"cells": [{**CELL, "key": {"a": 1}}]}),
        json.dumps({"cells": [{**CELL, "revision": float("inf")}]}),
        json.dumps({"cells": [{**CELL, "revision": LONG_NUMBER}]}),
        json.dumps({"cells": [{**CELL, "revision": [1]}]}),
        '{"cells": [{"key": "lao_dong", "text": "\\ud800", "note": "\\udfff", "revision": 1}]}',
        '{"cells": [{"key": "lao_dong", "text": "a\\u0000b", "note": "\\u0000", "revision": 1}]}',
        json.dumps({"cells": [{**CELL, "text": {"a": 1}, "note": [1]}]}),
        '{"cells": ' + "[" * 20000 + "]" * 20000 + "}",
        '{"cells": [{"key": "lao_dong", "text": ' + LONG_NUMBER + "}]}",
        b'{"cells": "\xff\xfe"}',
        "null",
    ],
    ids=range(12),
)
def test_a_damaged_autosave_is_answered(as_author, report, body):
    answer = as_author.post(reverse("reports:save", args=[report.pk]), body, **JSON)
    assert answer.status_code in (200, 422)


def form_of(**changed):
    return {f"o.{key}": text for key, text in FIGURES.items()} | {
        "khong_phat_sinh": ["de_xuat", "kho_khan"],
        **changed,
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"lan_luu": LONG_NUMBER},
        {"lan_luu_o": f"lao_dong:{LONG_NUMBER}"},
        {"o.lao_dong": NUL, "g.lao_dong": NUL},
        {"o.lao_dong": LONG_NUMBER},
        {"o.": "1", "g.x\x00": "1", "ly_do.\x00": NUL, "khong_phat_sinh": [NUL]},
        {"sau_khi_luu": "dong:de_xuat:not-a-uid"},
        {"sau_khi_luu": "dong:không có:"},
        {"sau_khi_luu": "dong:"},
        {"sau_khi_luu": f"dong:de_xuat:{uuid.uuid4()}"},
    ],
    ids=range(9),
)
@pytest.mark.parametrize("what", ["save", "submit"])
def test_a_damaged_form_of_a_report_is_answered(as_author, report, what, changed):
    answer = as_author.post(reverse(f"reports:{what}", args=[report.pk]), form_of(**changed))
    assert answer.status_code in (302, 409, 422)


def test_a_reason_with_a_control_character_does_not_stop_the_submission(as_author, report):
    reasons = {f"ly_do.{rule}": NUL for rule in ("lao_dong_tang", "doanh_thu_tang")}
    answer = as_author.post(reverse("reports:submit", args=[report.pk]), form_of(**reasons))
    assert answer.status_code in (302, 422)


@pytest.mark.parametrize(
    "data",
    [{"revision": "abc"}, {"revision": LONG_NUMBER}, {"revision": "-1"}, {"uid": NUL}, {}],
    ids=range(5),
)
def test_a_damaged_row_is_answered(as_author, report, data):
    part = next(p for p in report.period.form_version.parts.all() if p.kind == "rows")
    columns = {column.code: NUL for column in part.columns.all()}
    url = reverse("reports:row_add", args=[report.pk, part.code])
    assert as_author.post(url, {**columns, **data}).status_code in (302, 422)
    columns = {column.code: LONG_NUMBER for column in part.columns.all()}
    answer = as_author.post(url, {**columns, **data})
    assert answer.status_code in (302, 422)
    assert "Exceeds the limit" not in answer.content.decode()


def test_a_row_of_another_part_is_not_written_over(as_author, report):
    first, second = [p for p in report.period.form_version.parts.all() if p.kind == "rows"][:2]
    uid = uuid.uuid4()
    column = first.columns.all()[0].code
    as_author.post(
        reverse("reports:row_add", args=[report.pk, first.code]), {column: "Máy", "uid": str(uid)}
    )
    kept = DraftRow.objects.get(report=report, uid=uid)
    as_author.post(
        reverse("reports:row_add", args=[report.pk, second.code]),
        {second.columns.all()[0].code: "x", "uid": str(uid), "revision": str(kept.revision)},
    )
    again = DraftRow.objects.get(pk=kept.pk)
    assert again.part_id == first.pk and again.data == kept.data


@pytest.mark.parametrize(
    "data",
    [
        {"version": LONG_NUMBER},
        {"version": "1", "note": NUL},
        {"version": "1", "o:lao_dong": NUL},
        {"version": "1", "p:\x00": "x", "d:\x00": "x", "o:\x00": "x"},
        {"version": "1", "p:tinh_hinh": "x" * 5000},
    ],
    ids=range(5),
)
@pytest.mark.parametrize("what", ["return", "accept"])
def test_a_damaged_decision_is_answered(db, what, data):
    report = submitted_report()
    officer = as_role(Role.OFFICER)
    answer = officer.post(reverse(f"reports:{what}", args=[report.pk]), data)
    assert answer.status_code in (302, 409, 422)


@pytest.mark.parametrize("item", ["9" * 30 + ":1", "1:" + "9" * 30, NUL, ":", "١:١", "²:²"])
def test_a_damaged_batch_is_answered(db, item):
    officer = as_role(Role.OFFICER)
    answer = officer.post(reverse("reports:accept_many"), {"bao_cao": item})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "data",
    [{}, {"place": LONG_NUMBER, "period": "1"}, {"place": "1", "period": "9" * 25}, {"place": "²"}],
    ids=range(4),
)
def test_a_damaged_beginning_is_answered(as_author, data):
    assert as_author.post(reverse("reports:start"), data).status_code in (403, 404)


@pytest.mark.parametrize("params", [{"q": NUL}, {"nhom": NUL}, {"nhom_dem": NUL, "chi_tieu": NUL}])
def test_an_export_with_a_control_character_is_answered(db, params):
    officer = as_role(Role.OFFICER)
    answer = officer.post(
        reverse("exports:request"), {"kind": "facilities.establishments", "format": "csv", **params}
    )
    assert answer.status_code in (302, 404)
    assert ExportJob.objects.count() <= 1


@pytest.mark.parametrize(
    "year,quarter", [(LONG_NUMBER, "1"), ("99999", "4"), ("2026", "9"), ("-1", "1")]
)
def test_a_damaged_period_is_answered(db, year, quarter):
    administrator = as_role(Role.ADMINISTRATOR)
    answer = administrator.post(reverse("reports:period_create"), {"nam": year, "quy": quarter})
    assert answer.status_code in (302, 404)


@pytest.mark.parametrize("header", ["referer", "hx-current-url"])
@pytest.mark.parametrize("address", ["http://[", "http://[::1", "//[", "http://a]b/"])
def test_an_address_that_cannot_be_read_leads_nowhere(db, client, header, address):
    headers = {header: address, **({"hx-request": "true"} if header == "hx-current-url" else {})}
    answer = client.post(reverse("reports:start"), {}, headers=headers)
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": NUL},
        {"name": "x" * 100_000},
        {"place": LONG_NUMBER},
        {"place": "9" * 25},
        {"place": NUL},
        {"revenue_vnd": "1e5"},
        {"revenue_vnd": LONG_NUMBER},
        {"labour_total": "99999999999"},
        {"labour_total": "-1"},
        {"founded_year": "٢٠٢٠"},
        {"tax_code": NUL},
        {"phone": "٠١٢"},
        {"network_group": "9" * 25},
        {"industry": NUL},
        {"legal_form": NUL},
        {"status": NUL},
        {"note": NUL},
        {"note": "x" * 100_000},
        {"seen_at": NUL},
        {"address": "\u202e<script>😀"},
    ],
    ids=range(20),
)
def test_a_damaged_establishment_is_answered(db, changed):
    record = EstablishmentFactory()
    data = {
        "name": "Cơ sở A",
        "legal_form": "household",
        "place": record.place_id,
        "status": "active",
        "seen_at": record.updated_at.isoformat(),
        **changed,
    }
    officer = as_role(Role.OFFICER)
    for url in (reverse("facilities:add"), reverse("facilities:edit", args=[record.pk])):
        answer = officer.post(url, data)
        assert answer.status_code in (200, 302, 422)
        assert "Exceeds the limit" not in answer.content.decode()


def test_no_control_character_reaches_a_name(db):
    officer = as_role(Role.OFFICER)
    record = EstablishmentFactory()
    officer.post(
        reverse("facilities:edit", args=[record.pk]),
        {
            "name": "Cơ\x01 sở\x1b \ufffeA\uffff",
            "legal_form": "household",
            "place": record.place_id,
            "seen_at": record.updated_at.isoformat(),
        },
    )
    assert Establishment.objects.get(pk=record.pk).name == "Cơ sở A"


def test_reports_are_left_as_they_were_by_refused_posts(as_author, report):
    before = Report.objects.get(pk=report.pk).draft_revision
    as_author.post(reverse("reports:save", args=[report.pk]), '{"cells": [1]}', **JSON)
    as_author.post(reverse("reports:nothing", args=[report.pk]), '{"part": "\\u0000"}', **JSON)
    assert Report.objects.get(pk=report.pk).draft_revision == before


@pytest.mark.parametrize(
    "address",
    [
        "/tong-hop/chi-tieu/lao_dong/?muc=" + "x" * 40,
        "/tong-hop/chi-tieu/lao_dong/?muc=%00",
        "/tong-hop/?ky=9999999999999-9&phan=%00&mo=%00",
        "/co-so/?nhom=%00&sau=99999999999999999999&xa=999999999&tu=0001-01-01&den=9999-12-31",
        "/co-so/?chi_tieu=registry.stopped_in_period&nhom_dem=x&tu=0001-01-01&den=9999-12-31",
        "/co-so/?chi_tieu=registry.new&tu=9999-12-31&den=0001-01-01",
        "/dia-ban/?ngay=31/12/9999&tim=%00",
        "/mang-luoi/?ngay=01/01/0001&trong=x",
        "/bao-cao/?ky=99999999999999999999&trang=abc&trang_thai=%00",
        "/bao-cao/tinh-hinh-nop/?ky=99999999999999999999&trang=" + "9" * 5000,
    ],
)
def test_a_damaged_address_is_answered(db, address):
    submitted_report()
    officer = as_role(Role.OFFICER)
    assert officer.get(address).status_code in (200, 400, 404)


def test_a_year_that_no_number_holds_is_no_filter_of_the_admin(db):
    administrator = as_role(Role.ADMINISTRATOR)
    answer = administrator.get("/quan-tri/facilities/award/", {"nam": LONG_NUMBER})
    assert answer.status_code == 200


def test_an_address_with_nul_is_refused_in_the_admin_too(db):
    administrator = as_role(Role.ADMINISTRATOR)
    answer = administrator.get("/quan-tri/facilities/establishment/?status__exact=%00")
    assert answer.status_code == 400
    assert "Yêu cầu không đọc được" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "ngay=9999-12-31",
        "ngay=31/12/9999",
        "ngay=0001-01-01",
        "ngay=01/01/0001",
        "ngay=1e5",
        "ngay=²",
    ],
)
def test_a_record_of_an_impossible_day_is_answered(db, query):
    record = EstablishmentFactory()
    officer = as_role(Role.OFFICER)
    assert officer.get(f"{record.get_absolute_url()}?{query}").status_code in (200, 302, 404)
    history = reverse("facilities:history", args=[record.pk])
    assert officer.get(f"{history}?truong=x&{query}").status_code == 200


@pytest.mark.parametrize(
    "value", [NUL, LONG_NUMBER, "-1", "1e5", "x" * 5000, "\u202e😀", "31/12/9999"]
)
def test_damaged_details_of_a_record_are_answered(db, value):
    record = EstablishmentFactory()
    officer = as_role(Role.OFFICER)
    for slug, section in SECTIONS.items():
        names = section.form(establishment=record).fields
        answer = officer.post(
            reverse("facilities:section_edit", args=[record.pk, slug]),
            {**dict.fromkeys(names, value), "seen_at": record.updated_at.isoformat()},
        )
        assert answer.status_code in (302, 422), slug
    for slug, kind in ROW_KINDS.items():
        names = kind.form(establishment=record).fields
        url = reverse("facilities:row_add", args=[record.pk, slug])
        assert officer.post(url, dict.fromkeys(names, value)).status_code in (302, 422), slug
    asked = reverse("facilities:personal_data", args=[record.pk])
    answer = officer.post(asked, {"kind": value, "what": value, "received_on": value})
    assert answer.status_code in (302, 422)
