"""Pages on which a report is read: where it stands, and each submission as it was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from khuyencong.core.numbers import format_scaled
from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import structure_of
from reports import permissions
from reports.actions.draft import report_is_open
from reports.difficulties.queries import matters_of_rows
from reports.enums import ACCEPTED_STATUSES, EDITABLE_STATUSES
from reports.fill import shown_value
from reports.models import ReportVersion, ReturnComment
from reports.permissions_review import can_ask_reopening
from reports.queries import cells_of_version, reports_visible_to, versions_visible_to
from reports.queries.drift import drift_of
from reports.queries.requests import with_anchors


@require_GET
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A report: where it stands, its last visible submission, what was asked, who did what."""
    report = get_object_or_404(reports_visible_to(request.user), pk=pk)
    versions = list(versions_visible_to(request.user).filter(report=report).order_by("-number"))
    sees_life = request.user.is_centre or permissions.can_view_whole_life(request.user, report)
    can_edit = (
        report.status in EDITABLE_STATUSES
        and report_is_open(report)
        and permissions.can_edit_report(request.user, report)
    )
    version = versions[0] if versions else None
    return render(
        request,
        "reports/detail.html",
        {
            "report": report,
            "version": version,
            "versions": versions,
            "parts": version_parts(version) if version else [],
            "can_edit": can_edit,
            "just_submitted": version is not None
            and version.submitted_by_id == request.user.pk
            and request.GET.get("da_nop") == str(version.number),
            "sees_life": sees_life,
            "drift": drift_of(report, version) if version and sees_life else [],
            "events": _events(report) if sees_life else [],
            "reopenings": list(report.reopenings.select_related("asked_by")) if sees_life else [],
            "reopened_parts": reopened_parts(report) if sees_life else [],
            "can_ask_reopening": report.status in ACCEPTED_STATUSES
            and sees_life
            and can_ask_reopening(request.user, report),
        },
    )


def reopened_parts(report) -> list:
    """The parts that may be corrected under the reopening in force."""
    if report.open_parts is None:
        return []
    structure = structure_of(report.period.form_version_id)
    return [part for part in structure.parts if part.code in report.open_parts]


def _events(report):
    """Steps of the report's life, newest first, each with what was asked in it."""
    events = list(report.events.select_related("actor", "version").order_by("-created_at", "-id"))
    comments: dict[int, list] = {}
    asked = ReturnComment.objects.filter(event__in=events).select_related(
        "indicator", "part", "version"
    )
    for comment in with_anchors(list(asked)):
        comments.setdefault(comment.event_id, []).append(comment)
    for event in events:
        event.asked = comments.get(event.pk, [])
    return events


@require_GET
def report_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One submission as it was; each figure has an address of its own (`#o-<cell>`)."""
    version = get_object_or_404(versions_visible_to(request.user), report=pk, number=number)
    return render(
        request,
        "reports/version.html",
        {
            "version": version,
            "report": version.report,
            "parts": version_parts(version),
            "is_latest": version.pk == version.report.latest_version_id,
            "is_accepted": version.pk == version.report.accepted_version_id,
        },
    )


def version_parts(version: ReportVersion) -> list[dict]:
    """A version part by part, ready for `_version.html`."""
    structure = structure_of(version.form_version_id)
    cells = cells_of_version(version)
    stated = {
        statement.part_id: statement for statement in version.statements.select_related("stated_by")
    }
    rows: dict[int, list] = {}
    matters = matters_of_rows([version.report_id])
    for row in version.rows.order_by("position", "id"):
        rows.setdefault(row.part_id, []).append(row)
    kept: dict[str, list[dict]] = {}
    for warning in version.warnings_kept:
        kept.setdefault(warning["cell"], []).append(warning)
    return [
        {
            "info": part,
            "statement": stated.get(part.id),
            "is_figures": part.kind != PartKind.ROWS,
            "groups": [
                {
                    "indicator": indicator,
                    "cells": [
                        {
                            "key": cell.key,
                            "label": cell.member_label or indicator.label,
                            "is_nothing": cell.key in cells and cells[cell.key].is_nothing,
                            "text": format_scaled(cells[cell.key].value, indicator.decimals)
                            if cell.key in cells
                            else "",
                            "note": cells[cell.key].note if cell.key in cells else "",
                            "warnings": kept.get(cell.key, []),
                        }
                        for cell in part.cells
                        if cell.indicator is indicator
                    ],
                }
                for indicator in part.indicators
            ],
            "rows": [
                {
                    "uid": row.uid,
                    "matter": matters.get((version.report_id, str(row.uid))),
                    "position": row.position,
                    "shown": [
                        (column.label, shown_value(column, row.data[column.code]))
                        for column in part.columns
                        if column.code in row.data
                    ],
                }
                for row in rows.get(part.id, [])
            ],
        }
        for part in structure.parts
    ]
