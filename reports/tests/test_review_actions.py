"""Return, accept, accept many: who, when, and only once."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.quarters import Quarter
from reports.actions import review
from reports.actions.review import CommentInput, accept_many, accept_report, return_report
from reports.calendar import ensure_period
from reports.enums import ReportStatus
from reports.models import Report, ReportEvent, ReturnComment
from reports.tests.review_cast import make_cast, more_reports, submit_version, submitted_report


@pytest.fixture
def cast(db):
    return make_cast()


def reload(report) -> Report:
    return Report.objects.get(pk=report.pk)


def test_return_sends_it_back_with_pinned_comments(cast):
    uid = uuid.uuid4()
    report = submitted_report(
        cast,
        figures={"lao_dong": 120, ("gtsx", "co_khi"): 5_000_000},
        rows={"kho_khan": [{"uid": uid, "nhom": "von", "noi_dung": "Thiếu vốn"}]},
    )
    return_report(
        actor=cast.officer,
        report_id=report.pk,
        version_number=1,
        note="  Xem lại giúp. ",
        comments=[
            CommentInput("Lao động có đúng không?", indicator="lao_dong"),
            CommentInput("Nhầm đơn vị?", indicator="gtsx", member="co_khi"),
            CommentInput("Ghi rõ cơ sở nào", row_uid=uid),
            CommentInput("Thiếu đề xuất", part="de_xuat"),
        ],
    )
    report = reload(report)
    event = report.events.last()
    assert report.status == ReportStatus.RETURNED
    assert report.accepted_version is None
    assert (event.from_status, event.to_status) == ("submitted", "returned")
    assert (event.actor, event.note, event.version.number) == (cast.officer, "Xem lại giúp.", 1)
    pinned = [
        (c.indicator and c.indicator.code, c.member, c.row_uid, c.part and c.part.code, c.text)
        for c in event.comments.all()
    ]
    assert pinned == [
        ("lao_dong", "", None, None, "Lao động có đúng không?"),
        ("gtsx", "co_khi", None, None, "Nhầm đơn vị?"),
        (None, "", uid, None, "Ghi rõ cơ sở nào"),
        (None, "", None, "de_xuat", "Thiếu đề xuất"),
    ]


def test_note_alone_is_enough(cast):
    report = submitted_report(cast)
    return_report(actor=cast.leader, report_id=report.pk, version_number=1, note="Sai kỳ.")
    assert reload(report).status == ReportStatus.RETURNED


@pytest.mark.parametrize(
    "comments",
    [
        [],
        [CommentInput("   ", indicator="lao_dong")],
        [CommentInput("x" * 501, indicator="lao_dong")],
        [CommentInput("Không có chỉ tiêu này", indicator="khong_co")],
        [CommentInput("Chỉ tiêu này không phân tổ", indicator="lao_dong", member="co_khi")],
        [CommentInput("Phải nói ô nào", indicator="gtsx")],
        [CommentInput("Không có dòng này", row_uid=uuid.uuid4())],
        [CommentInput("Không có phần này", part="phu_luc")],
        [CommentInput("Không gắn vào đâu")],
        [CommentInput("Hai nơi một lúc", indicator="lao_dong", part="san_xuat")],
    ],
)
def test_return_refuses_comments_pinned_to_nothing_and_writes_nothing(cast, comments):
    report = submitted_report(cast, figures={"lao_dong": 1})
    with pytest.raises(InvalidInput):
        return_report(
            actor=cast.officer, report_id=report.pk, version_number=1, note=" ", comments=comments
        )
    assert reload(report).status == ReportStatus.SUBMITTED
    assert report.events.count() == 1
    assert not ReturnComment.objects.exists()


def test_accept_puts_the_version_in_force(cast):
    report = submitted_report(cast, figures={"lao_dong": 120})
    accept_report(actor=cast.officer, report_id=report.pk, version_number=1)
    report = reload(report)
    event = report.events.last()
    assert (report.status, report.accepted_version) == (
        ReportStatus.ACCEPTED,
        report.latest_version,
    )
    assert (event.from_status, event.to_status, event.actor) == (
        "submitted",
        "accepted",
        cast.officer,
    )
    assert report.status_at == event.created_at


def test_a_newer_version_is_a_conflict(cast):
    report = submitted_report(cast)
    return_report(actor=cast.officer, report_id=report.pk, version_number=1, note="Sửa.")
    submit_version(reload(report), cast.ctv)
    for decide in (accept_report, lambda **k: return_report(**k, note="Sửa nữa.")):
        with pytest.raises(Conflict, match="nộp lại \\(lần 2\\)"):
            decide(actor=cast.second_officer, report_id=report.pk, version_number=1)
    assert reload(report).status == ReportStatus.SUBMITTED


def test_second_decision_is_told_who_decided_and_when(cast):
    report = submitted_report(cast)
    accept_report(actor=cast.officer, report_id=report.pk, version_number=1)
    decided = reload(report)
    for decide in (accept_report, lambda **k: return_report(**k, note="Sửa.")):
        with pytest.raises(WrongStatus) as refusal:
            decide(actor=cast.second_officer, report_id=report.pk, version_number=1)
        assert "đã được duyệt bởi Chuyên viên một lúc" in str(refusal.value)
    after = reload(report)
    assert (after.status_at, after.events.count()) == (decided.status_at, 2)


@pytest.mark.parametrize("status", [ReportStatus.DRAFT, ReportStatus.RETURNED])
def test_only_submitted_reports_are_decided(cast, status):
    report = submitted_report(cast)
    Report.objects.filter(pk=report.pk).update(status=status)
    with pytest.raises(WrongStatus):
        accept_report(actor=cast.officer, report_id=report.pk, version_number=1)
    assert reload(report).status == status


@pytest.mark.parametrize("who", ["ctv", "other_ctv", "administrator", "viewer", "accountant"])
def test_others_decide_nothing(cast, who):
    report = submitted_report(cast)
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        accept_report(actor=actor, report_id=report.pk, version_number=1)
    with pytest.raises(NotAllowed):
        return_report(actor=actor, report_id=report.pk, version_number=1, note="Sửa.")
    with pytest.raises(NotAllowed):
        accept_many(actor=actor, items=[(report.pk, 1)])
    assert reload(report).status == ReportStatus.SUBMITTED
    assert report.events.count() == 1


def test_nobody_decides_on_their_own_whatever_roles_they_hold(cast):
    cast.ctv.roles = [Role.COLLABORATOR, Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR]
    cast.ctv.save()
    report = submitted_report(cast)
    with pytest.raises(NotAllowed, match="soạn hoặc nộp"):
        accept_report(actor=cast.ctv, report_id=report.pk, version_number=1)
    other = submitted_report(cast, place=cast.other_place, user=cast.ctv)
    submit_version(other, cast.other_ctv)
    with pytest.raises(NotAllowed, match="soạn hoặc nộp"):
        return_report(actor=cast.ctv, report_id=other.pk, version_number=2, note="Sửa.")
    result = accept_many(actor=cast.ctv, items=[(report.pk, 1), (other.pk, 2)])
    assert result.accepted == []
    assert [held[0].pk for held in result.held] == [report.pk, other.pk]


def test_batch_accepts_the_clean_and_tells_of_each_held_back(cast):
    previous = ensure_period(Quarter(2026, 2))
    clean, warned, jumped, stale, done = more_reports(cast, 5, figures={"lao_dong": 120})
    submit_version(
        warned, cast.ctv, warnings=[{"rule": "gtsx_bien_dong", "reason": "Đơn hàng lớn"}]
    )
    before = submitted_report(cast, place=jumped.place, period=previous, figures={"lao_dong": 90})
    accept_report(actor=cast.officer, report_id=before.pk, version_number=1)
    submit_version(stale, cast.ctv)
    accept_report(actor=cast.leader, report_id=done.pk, version_number=1)
    result = accept_many(
        actor=cast.officer,
        items=[(clean.pk, 1), (warned.pk, 2), (jumped.pk, 1), (stale.pk, 1), (done.pk, 1), (0, 1)],
    )
    assert [report.pk for report in result.accepted] == [clean.pk]
    reasons = {report and report.pk: reason for report, reason in result.held}
    assert reasons.keys() == {warned.pk, jumped.pk, stale.pk, done.pk, None}
    assert reasons[warned.pk] == "Cần xem riêng: có 1 cảnh báo được giữ lại."
    assert (
        reasons[jumped.pk] == "Cần xem riêng: biến động vượt ngưỡng so với quý trước: "
        "Lao động bình quân trong quý: 90 → 120 người (+33 %)."
    )
    assert "nộp lại (lần 2)" in reasons[stale.pk]
    assert "đã được duyệt bởi Lãnh đạo" in reasons[done.pk]
    assert {r.pk: r.status for r in Report.objects.filter(period=cast.period)} == {
        clean.pk: "accepted",
        warned.pk: "submitted",
        jumped.pk: "submitted",
        stale.pk: "submitted",
        done.pk: "accepted",
    }


def test_a_change_at_the_limit_is_clean(cast):
    previous = ensure_period(Quarter(2026, 2))
    submitted_report(cast, period=previous, figures={"lao_dong": 100})
    report = submitted_report(cast, figures={"lao_dong": 130})
    result = accept_many(actor=cast.officer, items=[(report.pk, 1)])
    assert [accepted.pk for accepted in result.accepted] == [report.pk]


def race(*decisions) -> list[str]:
    """Run decisions at the same moment in threads of their own; what each came to."""
    barrier, outcomes = threading.Barrier(len(decisions)), [""] * len(decisions)

    def run(index, decide):
        try:
            barrier.wait(timeout=10)
            decide()
            outcomes[index] = "done"
        except (WrongStatus, Conflict) as refusal:
            outcomes[index] = type(refusal).__name__
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=item, daemon=True) for item in enumerate(decisions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def two_officers(cast, report, second):
    """Two officers decide on the same report at once."""
    common = {"report_id": report.pk, "version_number": 1}
    return race(
        lambda: accept_report(actor=cast.officer, **common),
        (lambda: accept_report(actor=cast.second_officer, **common))
        if second == "accept"
        else (lambda: return_report(actor=cast.second_officer, note="Sửa.", **common)),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["accept", "return"])
def test_two_officers_at_once_decide_once(second):
    cast = make_cast()
    for report in more_reports(cast, 5):
        assert sorted(two_officers(cast, report, second)) == ["WrongStatus", "done"]
        assert ReportEvent.objects.filter(report=report).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["accept", "return"])
def test_without_the_lock_both_would_decide(monkeypatch, second):
    """The control: the race is real, and it is the lock that decides it."""
    cast = make_cast()
    (report,) = more_reports(cast, 1)
    both_have_read = threading.Barrier(2)

    def read_without_lock(report_id):
        found = Report.objects.get(pk=report_id)
        both_have_read.wait(timeout=10)
        return found

    monkeypatch.setattr(review, "_locked", read_without_lock)
    assert two_officers(cast, report, second) == ["done", "done"]
    assert ReportEvent.objects.filter(report=report).count() == 3


def test_the_database_refuses_another_reports_version_as_the_accepted_one(cast):
    report = submitted_report(cast)
    other = submitted_report(cast, place=cast.other_place)
    with pytest.raises(IntegrityError, match="is not one of report"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(accepted_version=other.latest_version)
    assert not report.accepted_cells.exists()
