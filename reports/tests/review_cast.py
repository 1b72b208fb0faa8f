"""A small network with reports submitted, for the tests of the checker's side."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from collaborators.tests.factories import AssignmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import UserFactory
from khuyencong.forms_as_data.definition import install_form
from khuyencong.forms_as_data.enums import CellState
from reports.calendar import ensure_period
from reports.enums import ReportStatus
from reports.form_v1 import FORM_V1
from reports.models import (
    Report,
    ReportEvent,
    ReportPeriod,
    ReportVersion,
    VersionCell,
    VersionRow,
    VersionStatement,
)

QUARTER = Quarter(2026, 3)


@dataclass
class Cast:
    """One commune and its collaborator, a second pair, two officers, a leader, an administrator, a viewer."""

    period: ReportPeriod
    ctv: object
    place: object
    other_ctv: object
    other_place: object
    officer: object
    second_officer: object
    leader: object
    administrator: object
    viewer: object
    accountant: object
    places: list = field(default_factory=list)

    def everybody(self) -> dict[str, object]:
        """Name → account of each of the cast."""
        return {
            name: getattr(self, name)
            for name in (
                "ctv",
                "other_ctv",
                "officer",
                "second_officer",
                "leader",
                "administrator",
                "viewer",
                "accountant",
            )
        }


def make_cast(quarter: Quarter = QUARTER) -> Cast:
    """The cast, with the quarterly form in use and a period."""
    install_form(FORM_V1)
    period = ensure_period(quarter)
    first, second = AssignmentFactory(), AssignmentFactory()
    accounts = {
        name: UserFactory(username=name, display_name=label, roles=[role])
        for name, label, role in (
            ("officer", "Chuyên viên một", Role.OFFICER),
            ("second_officer", "Chuyên viên hai", Role.OFFICER),
            ("leader", "Lãnh đạo", Role.LEADER),
            ("administrator", "Quản trị", Role.ADMINISTRATOR),
            ("viewer", "Người xem", Role.VIEWER),
            ("accountant", "Kế toán", Role.ACCOUNTANT),
        )
    }
    return Cast(
        period=period,
        ctv=first.collaborator.user,
        place=first.place,
        other_ctv=second.collaborator.user,
        other_place=second.place,
        places=[first.place, second.place],
        **accounts,
    )


def submit_version(
    report: Report,
    user,
    *,
    figures: dict | None = None,
    nothing: tuple[str, ...] = ("de_xuat", "kho_khan"),
    rows: dict[str, list[dict]] | None = None,
    warnings: list[dict] | None = None,
    at: datetime | None = None,
) -> ReportVersion:
    """Write a version as submitted by a user: `figures` maps a code or (code, member) to a value, None for nothing."""
    at = at or timezone.now()
    form = report.period.form_version
    version = ReportVersion.objects.create(
        report=report,
        number=report.versions.count() + 1,
        form_version=form,
        submitted_by=user,
        submitted_at=at,
        author_ids=[user.pk, *(report.latest_version.author_ids if report.latest_version else [])],
        content_hash="0" * 64,
        warnings_kept=warnings or [],
    )
    indicators = {indicator.code: indicator for indicator in form.indicators.all()}
    parts = {part.code: part for part in form.parts.all()}
    for key, value in (figures or {}).items():
        code, member = key if isinstance(key, tuple) else (key, "")
        VersionCell.objects.create(
            version=version,
            indicator=indicators[code],
            member=member,
            value=value,
            state=CellState.NOTHING if value is None else CellState.VALUE,
        )
    for part, entries in (rows or {}).items():
        for position, data in enumerate(entries):
            data = dict(data)
            VersionRow.objects.create(
                version=version,
                part=parts[part],
                uid=data.pop("uid", None) or uuid.uuid4(),
                position=position,
                establishment=data.pop("establishment", None),
                data=data,
            )
    for part in nothing:
        VersionStatement.objects.create(
            version=version, part=parts[part], stated_by=user, stated_at=at
        )
    ReportEvent.objects.create(
        report=report,
        version=version,
        from_status=report.status,
        to_status=ReportStatus.SUBMITTED,
        actor=user,
        created_at=at,
    )
    report.status = ReportStatus.SUBMITTED
    report.status_at = at
    report.latest_version = version
    report.first_submitted_at = report.first_submitted_at or at
    report.save()
    return version


def submitted_report(cast: Cast, *, place=None, user=None, period=None, **version) -> Report:
    """A report of a place (default the first) with one submitted version."""
    place, user = place or cast.place, user or cast.ctv
    report = Report.objects.create(
        place=place, period=period or cast.period, created_at=timezone.now() - timedelta(days=3)
    )
    submit_version(report, user, **version)
    return report


def more_reports(cast: Cast, count: int, **version) -> list[Report]:
    """`count` further communes with a collaborator and a submitted report each."""
    made = []
    for _ in range(count):
        assignment = AssignmentFactory()
        cast.places.append(assignment.place)
        made.append(
            submitted_report(
                cast, place=assignment.place, user=assignment.collaborator.user, **version
            )
        )
    return made
