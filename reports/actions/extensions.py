"""A later due date for one place: granted with a reason, visible wherever the report is, taken back."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import Place
from khuyencong.core.text import clean
from khuyencong.notifications.notify import notify
from reports import permissions_review as permissions
from reports.actions._status import note_event
from reports.models import PeriodExtension, Report, ReportPeriod
from reports.people import people_of_place
from reports.queries.extensions import extension_of

MAX_REASON = PeriodExtension._meta.get_field("reason").max_length


def _locked(place_id: int, period_id: int) -> tuple[Report | None, ReportPeriod]:
    """The report as far as it exists, then the period: the order in which a submission locks them."""
    report = (
        Report.objects.select_for_update().filter(place=place_id, period=period_id).first()
    )  # fmt: skip
    return report, ReportPeriod.objects.select_for_update().get(pk=period_id)


@transaction.atomic
def grant_extension(
    *,
    actor,
    place_id: int,
    period_id: int,
    due_on: date,
    reason: str,
    locks_on: date | None = None,
    replaces: int | None = None,
) -> PeriodExtension:
    """Move the due date (and where needed the lock) of a period for one place; the author is told.

    `locks_on` defaults to the period's own lock, or the new due date where that is later. `replaces`
    is the extension the person saw in force. Also opens a period again that is locked. Raises
    NotAllowed (their own place), WrongStatus (submitted already), Conflict (another extension came
    between), InvalidInput.
    """
    report, period = _locked(place_id, period_id)
    permissions.check_can_extend(actor, place_id)
    if report is not None and report.latest_version_id is not None:
        raise WrongStatus(
            f"{report} đã được nộp nên không cần gia hạn. Nếu cần sửa, hãy trả lại hoặc mở lại báo cáo."
        )
    before = extension_of(place_id, period_id)
    if (before.pk if before else None) != replaces:
        raise Conflict("Gia hạn của địa bàn này vừa được người khác thay đổi. Hãy xem lại.")
    reason = clean(reason)
    locks_on = locks_on or max(period.locks_on, due_on)
    errors: dict[str, list[str]] = {}
    if due_on <= period.due_on:
        errors["due_on"] = [f"Hạn mới phải sau hạn chung của kỳ ({period.due_on:%d/%m/%Y})."]
    elif due_on < timezone.localdate():
        errors["due_on"] = ["Hạn mới không thể là ngày đã qua."]
    if locks_on < max(due_on, period.locks_on):
        errors["locks_on"] = [
            "Ngày khóa không thể trước hạn mới, cũng không trước ngày khóa của kỳ."
        ]
    if not reason or len(reason) > MAX_REASON:
        errors["reason"] = [f"Hãy ghi lý do, dài nhất {MAX_REASON} ký tự."]
    if errors:
        raise InvalidInput("Chưa gia hạn được.", errors)
    if before is not None:
        _withdraw(before, actor)
    extension = PeriodExtension.objects.create(
        period=period, place_id=place_id, due_on=due_on, locks_on=locks_on, reason=reason, granted_by=actor
    )  # fmt: skip
    if report is not None:
        note_event(report, actor, f"Gia hạn nộp đến hết ngày {due_on:%d/%m/%Y}. Lý do: {reason}")
    place = Place.objects.get(pk=place_id)
    notify(
        to=people_of_place(place_id, timezone.localdate()),
        matter=f"period:{period.pk}:place:{place_id}",
        occasion=f"extended:{extension.pk}",
        subject=f"Báo cáo {period.quarter} – {place} được gia hạn đến {due_on:%d/%m/%Y}",
        text=f"Lý do: {reason}",
        link=reverse("reports:list"),
    )
    return extension


@transaction.atomic
def withdraw_extension(*, actor, extension_id: int) -> PeriodExtension:
    """Take an extension back: the period's own dates count again, and the author is told.

    Raises NotAllowed, WrongStatus (taken back or replaced already, or used: submitted since).
    """
    known = PeriodExtension.objects.get(pk=extension_id)
    report, period = _locked(known.place_id, known.period_id)
    permissions.check_can_extend(actor, known.place_id)
    extension = PeriodExtension.objects.select_for_update().get(pk=extension_id)
    if extension.withdrawn_at is not None:
        raise WrongStatus("Gia hạn này đã được bỏ hoặc thay trước đó.")
    if report is not None and report.latest_version_id is not None:
        raise WrongStatus(
            "Báo cáo đã được nộp trong thời gian gia hạn nên không bỏ gia hạn được nữa."
        )
    _withdraw(extension, actor)
    if report is not None:
        note_event(report, actor, f"Bỏ gia hạn; hạn nộp trở lại {period.due_on:%d/%m/%Y}.")
    notify(
        to=people_of_place(known.place_id, timezone.localdate()),
        matter=f"period:{period.pk}:place:{known.place_id}",
        occasion=f"extension-withdrawn:{extension.pk}",
        subject=f"Gia hạn báo cáo {period.quarter} – {extension.place} đã được bỏ",
        text=f"Hạn nộp trở lại {period.due_on:%d/%m/%Y}, khóa sau ngày {period.locks_on:%d/%m/%Y}.",
        link=reverse("reports:list"),
    )
    return extension


def _withdraw(extension: PeriodExtension, actor) -> None:
    extension.withdrawn_at, extension.withdrawn_by = timezone.now(), actor
    extension.save(update_fields=["withdrawn_at", "withdrawn_by"])
