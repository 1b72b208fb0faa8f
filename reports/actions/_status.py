"""The one place that writes a report's status, for the whole app."""

from django.db import connection
from django.db.models import F
from django.utils import timezone

from khuyencong.core.exceptions import WrongStatus
from reports.enums import REPORT_TRANSITIONS, ReportStatus
from reports.models import Report, ReportEvent, ReportVersion

WHAT_HAPPENED = {
    ReportStatus.DRAFT: "đang được soạn",
    ReportStatus.SUBMITTED: "đã được nộp và đang chờ kiểm tra",
    ReportStatus.RETURNED: "đã được trả lại để sửa",
    ReportStatus.ACCEPTED: "đã được duyệt",
    ReportStatus.IN_EDITION: "đã nằm trong báo cáo hợp nhất đã ký",
    ReportStatus.REOPENED: "đã được mở lại để sửa",
}


def wrong_status(report: Report) -> WrongStatus:
    """The refusal that says where the report stands, who moved it there and when."""
    sentence = f"Báo cáo này {WHAT_HAPPENED[ReportStatus(report.status)]}"
    last = (
        report.events.exclude(from_status=F("to_status"))
        .select_related("actor")
        .order_by("-created_at", "-id")
        .first()
    )
    if last is not None:
        who = last.actor or last.system_job
        moment = timezone.localtime(last.created_at)
        sentence += f" bởi {who} lúc {moment:%H:%M} ngày {moment:%d/%m/%Y}"
    return WrongStatus(f"{sentence}. Không có gì thay đổi.")


def check_can_move(report: Report, to_status: str) -> None:
    """Raise WrongStatus unless the transition table allows the move from where the report stands."""
    if to_status not in REPORT_TRANSITIONS[ReportStatus(report.status)]:
        raise wrong_status(report)


def note_event(report: Report, actor, note: str) -> ReportEvent:
    """A step that moves nothing but belongs to the report's life (an extension, a request)."""
    return ReportEvent.objects.create(
        report=report,
        version=report.latest_version,
        from_status=report.status,
        to_status=report.status,
        actor=actor,
        note=note,
    )


def _change_status(
    report: Report,
    to_status: str,
    *,
    actor=None,
    system_job: str = "",
    version: ReportVersion | None = None,
    note: str = "",
    **fields,
) -> ReportEvent:
    """Move a locked report along REPORT_TRANSITIONS and write its event row; returns the event.

    `fields` are further fields of the report that the move sets, saved in the same statement
    (`accepted_version` on acceptance). The event names a user or a system job. Raises WrongStatus.
    """
    check_can_move(report, to_status)
    from_status, now = report.status, timezone.now()
    fields |= {"status": to_status, "status_at": now}
    columns, values = [], []
    for name, value in fields.items():
        setattr(report, name, value)
        field = report._meta.get_field(name)
        columns.append(f"{connection.ops.quote_name(field.column)} = %s")
        values.append(field.get_db_prep_save(getattr(report, field.attname), connection))
    event = ReportEvent(
        report=report,
        version=version,
        from_status=from_status,
        to_status=to_status,
        actor=actor,
        system_job=system_job,
        note=note,
        created_at=now,
    )
    # One statement for both, since every submission of a quarter's last day passes here.
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH moved AS (UPDATE reports_report SET {', '.join(columns)} WHERE id = %s)"
            " INSERT INTO reports_reportevent (report_id, version_id, from_status, to_status,"
            " actor_id, system_job, note, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [
                *values,
                report.pk,
                report.pk,
                event.version_id,
                from_status,
                to_status,
                event.actor_id,
                system_job,
                note,
                now,
            ],
        )
        event.pk = cursor.fetchone()[0]
    event._state.adding = False
    event._state.db = connection.alias
    return event
