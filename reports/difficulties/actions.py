"""What is done with matters: gathered, sent, answered, joined, split, published."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.documents.models import IssuedDocument
from khuyencong.notifications.notify import notify
from reports.difficulties import permissions
from reports.difficulties.enums import MATTER_TRANSITIONS, MatterStatus
from reports.difficulties.models import Authority, Matter, MatterAnswer, MatterEvent, MatterRow
from reports.difficulties.queries import accepted_difficulties
from reports.models import Report


def _locked(matter_id: int) -> Matter:
    return Matter.objects.select_for_update().get(pk=matter_id)


def _change_status(
    matter: Matter, to_status: str, *, actor: User, note: str = "", **fields
) -> None:
    """Move a locked matter along MATTER_TRANSITIONS and write its event; says who moved it if it cannot."""
    if to_status not in MATTER_TRANSITIONS[MatterStatus(matter.status)]:
        last = matter.events.select_related("actor").order_by("-created_at", "-id").first()
        moment = timezone.localtime(last.created_at)
        raise WrongStatus(
            f"Vấn đề này ở trạng thái “{matter.get_status_display()}” "
            f"({last.actor}, {moment:%H:%M ngày %d/%m/%Y}). Không có gì thay đổi."
        )
    from_status = matter.status
    for name, value in {**fields, "status": to_status}.items():
        setattr(matter, name, value)
    matter.save(update_fields=["status", *fields])
    _note(matter, actor, note, from_status)


def _note(matter: Matter, actor: User, note: str, from_status: str | None = None) -> None:
    MatterEvent.objects.create(
        matter=matter,
        from_status=matter.status if from_status is None else from_status,
        to_status=matter.status,
        actor=actor,
        note=note,
    )


def _lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.splitlines()).strip()


def _add_rows(matter: Matter, keys: Iterable[tuple[int, str]]) -> int:
    """Link difficulties of accepted versions; raises InvalidInput, or Conflict where one is taken."""
    wanted = set(keys)
    known = {
        (row.version.report_id, str(row.uid))
        for row in accepted_difficulties().filter(version__report__in={pk for pk, _ in wanted})
    }
    if not wanted or wanted - known:
        raise InvalidInput("Hãy chọn ít nhất một ý kiến trong các báo cáo đã duyệt.")
    MatterRow.objects.bulk_create(
        [MatterRow(matter=matter, report_id=pk, row_uid=uid) for pk, uid in sorted(wanted)],
        ignore_conflicts=True,
    )
    own = {(pk, str(uid)) for pk, uid in matter.rows.values_list("report_id", "row_uid")}
    if wanted - own:
        raise Conflict("Có ý kiến vừa được đưa vào vấn đề khác; hãy tải lại trang rồi chọn lại.")
    return len(wanted)


@transaction.atomic
def gather_matter(
    *, actor: User, keys: Iterable[tuple[int, str]], title: str, kind: str, authority_id: int
) -> Matter:
    """Make a matter of difficulties (report id, row uid) of accepted reports."""
    permissions.check_can_follow(actor)
    title = clean(title)
    if not title:
        raise InvalidInput("Hãy ghi tên vấn đề.")
    matter = Matter.objects.create(
        title=title[:300],
        kind=kind,
        authority=Authority.objects.get(pk=authority_id),
        created_by=actor,
    )
    count = _add_rows(matter, keys)
    _note(matter, actor, f"Lập từ {count} ý kiến", "")
    return matter


@transaction.atomic
def add_to_matter(*, actor: User, matter_id: int, keys: Iterable[tuple[int, str]]) -> Matter:
    """Add further difficulties to a matter that is still followed."""
    permissions.check_can_follow(actor)
    matter = _locked(matter_id)
    if not MATTER_TRANSITIONS[MatterStatus(matter.status)]:
        raise WrongStatus(f"Vấn đề này ở trạng thái “{matter.get_status_display()}”.")
    _note(matter, actor, f"Thêm {_add_rows(matter, keys)} ý kiến")
    return matter


@transaction.atomic
def edit_matter(
    *,
    actor: User,
    matter_id: int,
    title: str,
    kind: str,
    authority_id: int,
    due_on: date | None,
    is_public: bool,
    public_text: str,
) -> Matter:
    """Change what a matter is called, whom it concerns, when the answer is due, what is published."""
    permissions.check_can_follow(actor)
    matter = _locked(matter_id)
    public_text = _lines(public_text)
    if is_public and not public_text:
        raise InvalidInput(
            "Muốn công khai, hãy ghi nội dung công khai, không nêu tên người, tên cơ sở."
        )
    matter.title, matter.kind, matter.authority_id = clean(title), kind, authority_id
    matter.due_on, matter.is_public, matter.public_text = due_on, is_public, public_text
    matter.save(update_fields=["title", "kind", "authority", "due_on", "is_public", "public_text"])
    _note(matter, actor, "Sửa thông tin" + ("; công khai" if is_public else ""))
    return matter


@transaction.atomic
def send_matter(
    *, actor: User, matter_id: int, letter_number: str, sent_on: date, due_on: date | None
) -> Matter:
    """Record that a matter went to its authority by a letter; again after an answer that solves nothing."""
    permissions.check_can_follow(actor)
    matter = _locked(matter_id)
    if sent_on > timezone.localdate():
        raise InvalidInput("Ngày gửi không thể sau hôm nay.")
    if due_on is not None and due_on < sent_on:
        raise InvalidInput("Hạn trả lời không thể trước ngày gửi.")
    number = clean(letter_number)
    if not number:
        raise InvalidInput("Hãy ghi số công văn.")
    _change_status(
        matter,
        MatterStatus.SENT,
        actor=actor,
        note=f"Công văn số {number} ngày {sent_on:%d/%m/%Y}",
        letter_number=number,
        document=None,
        sent_on=sent_on,
        due_on=due_on,
    )
    return matter


def send_with_document(*, actor: User, document: IssuedDocument, report_ids: list[int]) -> int:
    """Mark the gathered matters that these reports raised as sent with a signed document.

    Called within the transaction that signs it; who may sign is that action's matter.
    """
    matters = list(
        Matter.objects.select_for_update()
        .filter(
            status=MatterStatus.GATHERED,
            pk__in=MatterRow.objects.filter(report__in=report_ids).values("matter"),
        )
        .order_by("pk")
    )
    for matter in matters:
        _change_status(
            matter,
            MatterStatus.SENT,
            actor=actor,
            note=f"Gửi kèm Báo cáo số {document.full_number}",
            document=document,
            sent_on=document.signed_on,
        )
    return len(matters)


@transaction.atomic
def answer_matter(
    *, actor: User, matter_id: int, text: str, answered_on: date, document_number: str = ""
) -> MatterAnswer:
    """Record an authority's answer, and tell everybody whose report raised the matter."""
    permissions.check_can_follow(actor)
    matter = _locked(matter_id)
    text = _lines(text)
    if not text:
        raise InvalidInput("Hãy ghi nội dung trả lời.")
    if answered_on > timezone.localdate():
        raise InvalidInput("Ngày trả lời không thể sau hôm nay.")
    number = clean(document_number)
    answer = MatterAnswer.objects.create(
        matter=matter, text=text, answered_on=answered_on, document_number=number, recorded_by=actor
    )
    _change_status(
        matter,
        MatterStatus.ANSWERED,
        actor=actor,
        note=f"Trả lời ngày {answered_on:%d/%m/%Y}" + (f", văn bản số {number}" if number else ""),
    )
    reports = Report.objects.filter(matter_rows__matter=matter).select_related(
        "accepted_version__submitted_by"
    )
    for report in reports.distinct():
        version = report.accepted_version
        if version is None:
            continue
        row = matter.rows.filter(report=report).first()
        notify(
            to=[version.submitted_by],
            matter=f"difficulty:{matter.pk}",
            occasion=f"answer:{answer.pk}",
            subject=f"Đã có trả lời: {matter.title}",
            text=text[:1000],
            link=reverse("reports:version", args=[report.pk, version.number])
            + f"#dong-{row.row_uid}",
        )
    return answer


@transaction.atomic
def close_matter(*, actor: User, matter_id: int) -> Matter:
    """End the following of an answered matter."""
    permissions.check_can_follow(actor)
    matter = _locked(matter_id)
    _change_status(matter, MatterStatus.CLOSED, actor=actor)
    return matter


@transaction.atomic
def join_matters(*, actor: User, matter_id: int, into_id: int) -> Matter:
    """Put a matter's difficulties into another one; the first stays readable, without any of its own."""
    permissions.check_can_follow(actor)
    if matter_id == into_id:
        raise InvalidInput("Hãy chọn một vấn đề khác.")
    both = {
        m.pk: m
        for m in Matter.objects.select_for_update()
        .filter(pk__in=(matter_id, into_id))
        .order_by("pk")
    }
    matter, into = both[matter_id], both[into_id]
    if not MATTER_TRANSITIONS[MatterStatus(into.status)]:
        raise WrongStatus(f"Vấn đề “{into}” ở trạng thái “{into.get_status_display()}”.")
    count = matter.rows.update(matter=into)
    _change_status(
        matter,
        MatterStatus.JOINED,
        actor=actor,
        note=f"Gộp vào “{into}”",
        joined_to=into,
        is_public=False,
    )
    _note(into, actor, f"Nhận {count} ý kiến từ “{matter}”")
    return into


@transaction.atomic
def split_row(*, actor: User, matter_id: int, row_id: int) -> None:
    """Take a difficulty out of a matter; it waits to be put into another one."""
    permissions.check_can_follow(actor)
    matter = _locked(matter_id)
    row = matter.rows.select_related("report__place").get(pk=row_id)
    if matter.rows.count() == 1:
        raise InvalidInput("Đây là ý kiến duy nhất của vấn đề; hãy gộp vấn đề này vào vấn đề khác.")
    row.delete()
    _note(matter, actor, f"Tách ý kiến của {row.report.place}")
