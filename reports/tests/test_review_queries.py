"""What the checker's screen shows, and the order of the queue."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from khuyencong.core.models import PlaceLineage
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import PlaceFactory
from reports.actions.review import CommentInput, return_report
from reports.calendar import ensure_period
from reports.models import Report
from reports.queries.flags import report_flags
from reports.queries.queue import next_waiting, waiting_reports
from reports.queries.review import change_text, review_sheet
from reports.tests.review_cast import make_cast, more_reports, submit_version, submitted_report


@pytest.fixture
def cast(db):
    return make_cast()


def sheet_of(report):
    report = Report.objects.select_related("place", "period", "latest_version").get(pk=report.pk)
    return review_sheet(report, report.latest_version)


def figure(sheet, key):
    return next(f for part in sheet.parts for f in part.figures if f.cell.key == key)


def part(sheet, code):
    return next(part for part in sheet.parts if part.info.code == code)


def test_figures_stand_beside_the_quarter_before_and_last_year(cast):
    submitted_report(cast, period=ensure_period(Quarter(2026, 2)), figures={"lao_dong": 100})
    submitted_report(cast, period=ensure_period(Quarter(2025, 3)), figures={"lao_dong": 0})
    sheet = sheet_of(submitted_report(cast, figures={"lao_dong": 112, "lao_dong_nu": 40}))
    shown = figure(sheet, "lao_dong")
    assert (shown.now, shown.previous, shown.year_ago, shown.change) == ("112", "100", "0", "+12 %")
    assert not shown.is_changed


def test_zero_nothing_and_not_reported_are_said_apart(cast):
    submitted_report(cast, period=ensure_period(Quarter(2026, 2)), figures={"lao_dong": None})
    sheet = sheet_of(submitted_report(cast, figures={"lao_dong": 0}))
    shown = figure(sheet, "lao_dong")
    assert (shown.now, shown.previous, shown.year_ago) == (
        "0",
        "Không phát sinh",
        "Chưa báo cáo",
    )


def test_what_changed_since_the_last_version_is_marked(cast):
    kept, gone, added = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    report = submitted_report(
        cast,
        figures={"lao_dong": 120, "lao_dong_nu": 40},
        nothing=("de_xuat",),
        rows={
            "kho_khan": [
                {"uid": kept, "noi_dung": "Thiếu vốn"},
                {"uid": gone, "noi_dung": "Thiếu điện"},
            ]
        },
    )
    return_report(
        actor=cast.officer,
        report_id=report.pk,
        version_number=1,
        note="Xem lại.",
        comments=[
            CommentInput("Lao động?", indicator="lao_dong"),
            CommentInput("Nói rõ", row_uid=kept),
            CommentInput("Thiếu đề xuất", part="de_xuat"),
        ],
    )
    report.refresh_from_db()
    submit_version(
        report,
        cast.ctv,
        figures={"lao_dong": 135, "lao_dong_nu": 40},
        nothing=(),
        rows={
            "kho_khan": [
                {"uid": kept, "noi_dung": "Thiếu vốn lưu động"},
                {"uid": added, "noi_dung": "Thiếu mặt bằng"},
            ]
        },
    )
    sheet = sheet_of(report)
    labour = figure(sheet, "lao_dong")
    assert (labour.was, labour.now, labour.asked) == ("120", "135", ["Lao động?"])
    assert not figure(sheet, "lao_dong_nu").is_changed
    rows = part(sheet, "kho_khan").rows
    assert [(row.uid, row.mark) for row in rows] == [
        (str(kept), "changed"),
        (str(added), "new"),
        (str(gone), "removed"),
    ]
    assert rows[0].asked == ["Nói rõ"]
    assert [value.was for value in rows[0].values if value.was is not None] == ["Thiếu vốn"]
    proposals = part(sheet, "de_xuat")
    assert (proposals.statement_is_gone, proposals.asked) == (True, ["Thiếu đề xuất"])
    assert sheet.changes == 4
    assert (sheet.returned.note, sheet.before.number) == ("Xem lại.", 1)


def test_warnings_stand_at_their_cell_with_the_reason(cast):
    warning = {
        "rule": "lao_dong_bien_dong",
        "cell": "lao_dong",
        "sentence": "Lao động thay đổi quá 30 %.",
        "reason": "Xưởng mới",
    }
    sheet = sheet_of(submitted_report(cast, figures={"lao_dong": 9}, warnings=[warning]))
    assert figure(sheet, "lao_dong").warnings == [warning]
    assert sheet.loose_warnings == []


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (112, 100, "+12 %"),
        (100, 112, "−10,7 %"),
        (5, 5, "Không đổi"),
        (5, 0, "Trước đó là 0"),
        (0, 5, "−100 %"),
        (-5, -10, "+50 %"),
        (None, 5, ""),
        (5, None, ""),
    ],
)
def test_change_in_words(now, before, text):
    assert change_text(now, before) == text


def test_changes_are_held_against_the_units_that_became_the_place(cast):
    former = [PlaceFactory(), PlaceFactory()]
    previous = ensure_period(Quarter(2026, 2))
    for place in former:
        PlaceLineage.objects.create(place=place, successor=cast.place)
        submitted_report(cast, place=place, period=previous, figures={"lao_dong": 50})
    report = submitted_report(cast, figures={"lao_dong": 100})
    assert not report_flags([report])[report.pk]
    PlaceLineage.objects.filter(place=former[1]).delete()
    assert [str(change) for change in report_flags([report])[report.pk].changes] == [
        "Lao động bình quân trong quý: 50 → 100 người (+100 %)"
    ]


def test_the_queue_begins_with_the_longest_waiting(cast):
    now = timezone.now()
    newer, older, newest = (
        more_reports(cast, 1, at=now - timedelta(days=days))[0] for days in (2, 6, 1)
    )
    own = submitted_report(cast, user=cast.officer, at=now - timedelta(days=4))
    queue = list(waiting_reports(Report.objects.all()))
    assert queue == [older, own, newer, newest]

    def after(report, user=cast.officer):
        found = next_waiting(Report.objects.all(), user, (report.status_at, report.pk))
        return found and found.pk

    assert after(older) == newer.pk
    assert after(older, cast.leader) == own.pk
    assert after(newest) == older.pk
    Report.objects.exclude(pk=newest.pk).update(status="returned")
    assert after(newest) is None
