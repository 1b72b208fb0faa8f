"""What is done with an edition: drafted, edited section by section, presented, signed, corrected."""

from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import User
from khuyencong.core.text import clean
from khuyencong.documents.actions import issue_document
from reports.actions._status import _change_status as change_report_status
from reports.difficulties.actions import send_with_document
from reports.editions import permissions
from reports.editions.changes import changes_since
from reports.editions.enums import (
    EDITION_TRANSITIONS,
    EditionKind,
    EditionStatus,
    SignatureOffice,
)
from reports.editions.models import Edition, EditionEntry, EditionEvent, EditionSection
from reports.editions.paper import edition_paper
from reports.editions.queries import DOCUMENT_KIND, open_edition, proposed
from reports.editions.renewing import renewed_text
from reports.enums import ReportStatus
from reports.models import Report, ReportPeriod

MAX_TEXT = 40_000
WHAT_HAPPENED = {
    EditionStatus.DRAFT: "đang được soạn",
    EditionStatus.PRESENTED: "đã được trình ký",
    EditionStatus.SIGNED: "đã được ký",
    EditionStatus.REPLACED: "đã được thay thế",
    EditionStatus.CANCELLED: "đã được bỏ",
}


def _locked(edition_id: int) -> Edition:
    return Edition.objects.select_for_update().get(pk=edition_id)


def _wrong_status(edition: Edition) -> WrongStatus:
    """Where the edition stands, who moved it there and when."""
    last = edition.events.select_related("actor").order_by("-created_at", "-id").first()
    moment = timezone.localtime(last.created_at)
    return WrongStatus(
        f"Báo cáo này {WHAT_HAPPENED[EditionStatus(edition.status)]} bởi {last.actor} "
        f"lúc {moment:%H:%M} ngày {moment:%d/%m/%Y}. Không có gì thay đổi."
    )


def _check_can_move(edition: Edition, to_status: str) -> None:
    if to_status not in EDITION_TRANSITIONS[EditionStatus(edition.status)]:
        raise _wrong_status(edition)


def _change_status(
    edition: Edition, to_status: str, *, actor: User, note: str = "", **fields
) -> None:
    """Move a locked edition along EDITION_TRANSITIONS and write its event. Raises WrongStatus."""
    _check_can_move(edition, to_status)
    from_status = edition.status
    for name, value in {**fields, "status": to_status}.items():
        setattr(edition, name, value)
    edition.save(update_fields=["status", *fields])
    EditionEvent.objects.create(
        edition=edition, from_status=from_status, to_status=to_status, actor=actor, note=note
    )


def _check_is_draft(edition: Edition) -> None:
    if edition.status != EditionStatus.DRAFT:
        raise _wrong_status(edition)


def _note_author(edition: Edition, actor: User) -> None:
    if actor.pk not in edition.author_ids:
        edition.author_ids = [*edition.author_ids, actor.pk]
        edition.save(update_fields=["author_ids"])


@transaction.atomic
def draft_edition(*, actor: User, period_id: int) -> Edition:
    """Begin the first edition of a period: all sections drafted from the accepted figures.

    Raises NotAllowed; Conflict where the period has an edition already; InvalidInput before the
    period's cut-off or without any accepted report.
    """
    permissions.check_can_write_edition(actor)
    period = ReportPeriod.objects.get(pk=period_id)
    if period.ends_on >= timezone.localdate():
        raise InvalidInput(
            f"Kỳ {period.quarter} chốt số liệu hết ngày {period.ends_on:%d/%m/%Y}; "
            "sau ngày đó mới lập báo cáo hợp nhất."
        )
    if not period.reports.filter(accepted_version__isnull=False).exists():
        raise InvalidInput(f"Kỳ {period.quarter} chưa có báo cáo nào được duyệt.")
    if period.editions.exclude(status=EditionStatus.CANCELLED).exists():
        raise Conflict(
            f"Kỳ {period.quarter} đã có báo cáo hợp nhất; nếu cần sửa báo cáo đã ký, "
            "anh/chị lập bản thay thế hoặc bổ sung."
        )
    return _begin(actor, period, EditionKind.ORIGINAL, None)


@transaction.atomic
def draft_correction(*, actor: User, edition_id: int, kind: str) -> Edition:
    """Begin an edition that replaces or supplements a signed one, with the differences listed.

    Raises NotAllowed, WrongStatus unless the edition is in force, Conflict where one is being
    written, InvalidInput for another kind or where no figure changed.
    """
    permissions.check_can_write_edition(actor)
    corrected = _locked(edition_id)
    if corrected.status != EditionStatus.SIGNED:
        raise _wrong_status(corrected)
    if kind not in (EditionKind.REPLACEMENT, EditionKind.SUPPLEMENT):
        raise InvalidInput("Hãy chọn bản thay thế hoặc bản bổ sung.")
    if not changes_since(corrected):
        raise InvalidInput("Số liệu không thay đổi so với báo cáo đã ký nên không cần lập bản mới.")
    return _begin(actor, corrected.period, kind, corrected)


def _begin(actor: User, period: ReportPeriod, kind: str, corrects: Edition | None) -> Edition:
    last = period.editions.order_by("-ordinal").first()
    edition = Edition(
        period=period,
        ordinal=last.ordinal + 1 if last else 1,
        kind=kind,
        corrects=corrects,
        addressee=corrects.addressee if corrects else settings.DOCUMENT_SUPERIOR,
        recipients=corrects.recipients if corrects else "Như trên;\nBan Giám đốc;\nLưu: VT, NV.",
        author_ids=[actor.pk],
        created_by=actor,
    )
    try:
        with transaction.atomic():
            edition.save()
    except IntegrityError as error:
        raise Conflict(
            f"Kỳ {period.quarter} đang có một bản được soạn; anh/chị mở bản đó để làm tiếp."
        ) from error
    EditionEvent.objects.create(edition=edition, to_status=EditionStatus.DRAFT, actor=actor)
    _, drafts = proposed(edition)
    EditionSection.objects.bulk_create(
        EditionSection(
            edition=edition,
            code=draft.code,
            position=position,
            title=draft.title,
            text=draft.text,
            draft=draft.paragraphs,
            figures=draft.figures,
            tables=draft.table_data,
            updated_by=actor,
        )
        for position, draft in enumerate(drafts, start=1)
    )
    return edition


def _locked_section(actor: User, edition_id: int, code: str, revision: int) -> EditionSection:
    """A section of a draft, if it is still as the person saw it. Raises NotAllowed, WrongStatus, Conflict."""
    edition = _locked(edition_id)
    permissions.check_can_write_edition(actor)
    _check_is_draft(edition)
    section = EditionSection.objects.select_related("updated_by").get(edition=edition, code=code)
    if section.revision != revision:
        moment = timezone.localtime(section.updated_at)
        raise Conflict(
            f"{section.updated_by} đã lưu phần này lúc {moment:%H:%M ngày %d/%m/%Y}, sau khi anh/chị mở trang. "
            "Nội dung anh/chị gõ còn trong ô; hãy đối chiếu với bản đang lưu rồi lưu lại."
        )
    section.edition = edition
    return section


def _save_section(section: EditionSection, actor: User, *fields: str) -> EditionSection:
    section.revision += 1
    section.updated_by, section.updated_at = actor, timezone.now()
    section.save(update_fields=[*fields, "revision", "updated_by", "updated_at"])
    _note_author(section.edition, actor)
    return section


@transaction.atomic
def edit_section(
    *, actor: User, edition_id: int, code: str, revision: int, text: str
) -> EditionSection:
    """Write a section's text. `revision` is the one that was shown; whoever saves becomes an author.

    Raises NotAllowed, WrongStatus, Conflict, InvalidInput (longer than 40,000 letters).
    """
    section = _locked_section(actor, edition_id, code, revision)
    lines = [clean(line) for line in text.splitlines()]
    text = "\n".join(line for line in lines if line)
    if len(text) > MAX_TEXT:
        raise InvalidInput("Phần này dài quá 40.000 ký tự.")
    section.text = text
    return _save_section(section, actor, "text")


@transaction.atomic
def renew_section(
    *, actor: User, edition_id: int, code: str, revision: int, keep_edits: bool = True
) -> EditionSection:
    """Put a section on the figures of now. Paragraphs that a person changed are kept, unless
    `keep_edits` is False: then the whole text is the portal's proposal again."""
    section = _locked_section(actor, edition_id, code, revision)
    _, drafts = proposed(section.edition)
    fresh = next((draft for draft in drafts if draft.code == code), None)
    if fresh is None:
        raise InvalidInput("Biểu mẫu của kỳ này không có phần đó.")
    section.text = renewed_text(section, fresh) if keep_edits else fresh.text
    section.draft, section.figures = fresh.paragraphs, fresh.figures
    section.tables, section.title = fresh.table_data, fresh.title
    return _save_section(section, actor, "text", "draft", "figures", "tables", "title")


@transaction.atomic
def renew_outdated(*, actor: User, edition_id: int) -> int:
    """Put all sections that rest on old figures on those of now, keeping edits; returns how many."""
    edition = _locked(edition_id)
    permissions.check_can_write_edition(actor)
    _check_is_draft(edition)
    outdated = open_edition(edition).outdated
    for state in outdated:
        section, fresh = state.section, state.fresh
        section.edition = edition
        section.text = renewed_text(section, fresh)
        section.draft, section.figures = fresh.paragraphs, fresh.figures
        section.tables = fresh.table_data
        _save_section(section, actor, "text", "draft", "figures", "tables")
    return len(outdated)


@transaction.atomic
def set_delivery(*, actor: User, edition_id: int, addressee: str, recipients: str) -> Edition:
    """Say to whom the report is addressed and who receives it (nơi nhận, one a line)."""
    edition = _locked(edition_id)
    permissions.check_can_write_edition(actor)
    _check_is_draft(edition)
    edition.addressee = clean(addressee)
    edition.recipients = "\n".join(filter(None, (clean(r) for r in recipients.splitlines())))
    edition.save(update_fields=["addressee", "recipients"])
    _note_author(edition, actor)
    return edition


@transaction.atomic
def present_edition(*, actor: User, edition_id: int) -> Edition:
    """Put a draft before the leader; from now on nobody writes in it. Raises Conflict while a section
    rests on figures that have changed."""
    edition = _locked(edition_id)
    permissions.check_can_write_edition(actor)
    _check_can_move(edition, EditionStatus.PRESENTED)
    _check_current(edition)
    _change_status(edition, EditionStatus.PRESENTED, actor=actor)
    return edition


def _check_current(edition: Edition):
    """The open edition, if all its sections rest on the figures of now."""
    opened = open_edition(edition)
    if opened.outdated:
        names = "; ".join(str(state.section) for state in opened.outdated)
        raise Conflict(
            f"Số liệu đã thay đổi sau khi soạn ở các phần: {names}. "
            "Chuyên viên cập nhật các phần này rồi trình lại."
        )
    return opened


@transaction.atomic
def send_back_edition(*, actor: User, edition_id: int, note: str) -> Edition:
    """Give a presented edition back to be written on: by the leader, with the reason, or by an author."""
    edition = _locked(edition_id)
    permissions.check_can_write_edition(actor)
    _check_can_move(edition, EditionStatus.DRAFT)
    note = clean(note)
    if not note:
        raise InvalidInput("Hãy ghi lý do để người soạn biết cần sửa gì.")
    _change_status(edition, EditionStatus.DRAFT, actor=actor, note=note[:2000])
    return edition


@transaction.atomic
def cancel_edition(*, actor: User, edition_id: int) -> Edition:
    """Give a draft up; it stays readable, and another may be begun."""
    edition = _locked(edition_id)
    permissions.check_can_write_edition(actor)
    _change_status(edition, EditionStatus.CANCELLED, actor=actor)
    return edition


@transaction.atomic
def sign_edition(
    *,
    actor: User,
    edition_id: int,
    shown_hash: str,
    office: str = SignatureOffice.DIRECTOR,
    signed_on: date | None = None,
) -> Edition:
    """Sign a presented edition: numbered, frozen with its hash, never to change again.

    In order: locks the edition and the period's reports; checks the person (a leader who wrote
    nothing of it), the state, that the figures are still those of the text, and that the document is
    the one that was shown; writes the places with their versions, takes the number, freezes the
    document, moves the accepted reports to "trong báo cáo hợp nhất", marks their gathered matters as sent, and marks the edition that this
    one replaces. Raises NotAllowed, WrongStatus (who signed and when), Conflict, InvalidInput.
    """
    edition = _locked(edition_id)
    permissions.check_can_sign_edition(actor, edition)
    _check_can_move(edition, EditionStatus.SIGNED)
    if office not in SignatureOffice.values:
        raise InvalidInput("Hãy chọn chức vụ ký.")
    reports = list(
        Report.objects.select_for_update().filter(period=edition.period_id).order_by("pk")
    )
    opened = _check_current(edition)
    if opened.shown_hash != shown_hash:
        raise Conflict("Nội dung đã khác với bản anh/chị vừa xem; xin xem lại rồi ký.")
    EditionEntry.objects.bulk_create(
        EditionEntry(
            edition=edition,
            place_id=entry.place_id,
            report_id=entry.version.report_id if entry.version else None,
            version_id=entry.version.id if entry.version else None,
            state=entry.state,
            is_expected=entry.is_expected,
        )
        for entry in opened.basis.entries
    )
    edition.office, edition.signed_by = office, actor
    sections = [state.section for state in opened.states]
    document = issue_document(
        actor=actor,
        kind=DOCUMENT_KIND.code,
        paper=edition_paper(edition, sections, opened.basis.entries),
        signed_on=signed_on or timezone.localdate(),
    )
    _change_status(
        edition,
        EditionStatus.SIGNED,
        actor=actor,
        note=f"Số {document.full_number}",
        document=document,
        office=office,
        signed_by=actor,
    )
    for report in reports:
        if report.status == ReportStatus.ACCEPTED:
            change_report_status(
                report,
                ReportStatus.IN_EDITION,
                actor=actor,
                version=report.accepted_version,
                note=f"Báo cáo hợp nhất số {document.full_number}",
            )
    send_with_document(
        actor=actor,
        document=document,
        report_ids=[e.version.report_id for e in opened.basis.counted],
    )
    if edition.kind == EditionKind.REPLACEMENT:
        replaced = _locked(edition.corrects_id)
        _change_status(
            replaced,
            EditionStatus.REPLACED,
            actor=actor,
            note=f"Thay bằng Báo cáo số {document.full_number}",
        )
    return edition
