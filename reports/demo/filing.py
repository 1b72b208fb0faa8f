"""Files the demo's past reports in bulk, with the dates they would have had.

The actions refuse a period that is locked and stamp everything with the present, so a past quarter
cannot go through them. This writes exactly the rows that they write (a test files one report both
ways and compares), checked by the same rules: `clean_row`, `evaluate`, `content_hash`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from facilities.models import Establishment
from facilities.queries import registry_figures
from khuyencong.core.models import Place, User
from khuyencong.core.numbers import format_scaled
from khuyencong.core.places import with_predecessors
from khuyencong.forms_as_data.enums import CellState, ColumnKind, PartKind
from khuyencong.forms_as_data.rules import evaluate
from khuyencong.forms_as_data.structure import FormStructure, structure_of
from reports.choices import choices_of
from reports.content import Content, content_hash
from reports.enums import ReportStatus
from reports.models import (
    DraftCell,
    DraftRow,
    DraftStatement,
    Report,
    ReportEvent,
    ReportPeriod,
    ReportVersion,
    ReturnComment,
    VersionCell,
    VersionRow,
    VersionStatement,
)
from reports.rows import Lookups, clean_row

OVERRIDE_REASON = "Số bình quân của cả quý, theo khai của các cơ sở."
WARNING_REASON = "Đã đối chiếu với các cơ sở: đơn hàng trong quý thay đổi theo mùa vụ."


@dataclass
class Row:
    """A row of part III or IV as typed."""

    part: str
    uid: uuid.UUID
    typed: dict[str, str]
    establishment_id: int | None = None


@dataclass
class Paper:
    """A report being filed, in memory, with all that its life leaves behind."""

    place: Place
    period: ReportPeriod
    author: User
    created_at: datetime
    status: str = ReportStatus.DRAFT
    status_at: datetime | None = None
    draft_revision: int = 0
    first_submitted_at: datetime | None = None
    figures: dict[str, int] = field(default_factory=dict)
    unsent: dict[str, int] = field(default_factory=dict)
    cells_at: datetime | None = None
    rows: list[Row] = field(default_factory=list)
    rows_at: datetime | None = None
    stated: dict[str, datetime] = field(default_factory=dict)
    versions: list[tuple[ReportVersion, Content]] = field(default_factory=list)
    accepted: ReportVersion | None = None
    events: list[tuple[ReportEvent, list[ReturnComment]]] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)


class Filing:
    """Papers of one form version; nothing is written before `save`."""

    def __init__(self, form_version_id: int):
        self.structure: FormStructure = structure_of(form_version_id)
        self.papers: list[Paper] = []
        self._choices: dict = {}
        self._origins: dict[int, set[int]] = {}
        self._names: dict[int, dict[int, str]] = {}

    def start(self, *, author: User, place: Place, period: ReportPeriod, at: datetime) -> Paper:
        """What `start_report` does."""
        paper = Paper(place, period, author, at, status_at=at)
        self._event(paper, ReportStatus.DRAFT, author, at, from_status="")
        self.papers.append(paper)
        return paper

    def write(
        self,
        paper: Paper,
        *,
        at: datetime,
        figures: Mapping[str, int],
        rows: list[Row] = (),
        stated: list[str] = (),
    ) -> None:
        """What one `save_cells`, and a `save_row` or `state_nothing` each, do."""
        paper.figures |= figures
        paper.unsent |= figures
        paper.cells_at = at
        paper.draft_revision += bool(figures) + len(rows) + len(stated)
        if rows:
            paper.rows, paper.rows_at = list(rows), at
        paper.stated |= dict.fromkeys(stated, at)

    def submit(self, paper: Paper, *, at: datetime, previous: Mapping[str, int]) -> None:
        """What `submit_report` does; a warning is kept with a reason, an error is a mistake here."""
        content = self._content(paper)
        for finding in evaluate(self.structure, paper.values, previous):
            if finding.is_error:
                raise ValueError(f"{paper.place}, {paper.period}: {finding.sentence}")
            content.warnings_kept.append(
                {
                    "rule": finding.rule,
                    "cell": finding.cell,
                    "sentence": finding.sentence,
                    "reason": WARNING_REASON,
                }
            )
        number = len(paper.versions) + 1
        version = ReportVersion(
            number=number,
            form_version_id=self.structure.version_id,
            submitted_by=paper.author,
            submitted_at=at,
            author_ids=[paper.author.pk],
            warnings_kept=content.warnings_kept,
            content_hash=content_hash(
                place_id=paper.place.pk,
                period_id=paper.period.pk,
                form_version_id=self.structure.version_id,
                number=number,
                content=content,
            ),
        )
        paper.versions.append((version, content))
        paper.unsent = {}
        paper.first_submitted_at = paper.first_submitted_at or at
        self._move(paper, ReportStatus.SUBMITTED, paper.author, at, version=version)

    def send_back(
        self, paper: Paper, *, actor: User, at: datetime, note: str, comments: Mapping[str, str]
    ) -> None:
        """What `return_report` does; `comments` map cell keys to sentences."""
        version, _ = paper.versions[-1]
        self._move(paper, ReportStatus.RETURNED, actor, at, version=version, note=note)
        event, pinned = paper.events[-1]
        for key, text in comments.items():
            cell = self.structure.cells[key]
            pinned.append(
                ReturnComment(
                    event=event,
                    version=version,
                    indicator_id=cell.indicator.id,
                    member=cell.member,
                    text=text,
                )
            )

    def accept(self, paper: Paper, *, actor: User, at: datetime) -> None:
        """What `accept_report` does."""
        paper.accepted, _ = paper.versions[-1]
        self._move(paper, ReportStatus.ACCEPTED, actor, at, version=paper.accepted)

    def _move(self, paper, to_status, actor, at, *, version=None, note="") -> None:
        self._event(paper, to_status, actor, at, paper.status, version, note)
        paper.status, paper.status_at = to_status, at

    @staticmethod
    def _event(paper, to_status, actor, at, from_status, version=None, note="") -> None:
        event = ReportEvent(
            version=version,
            from_status=from_status,
            to_status=to_status,
            actor=actor,
            note=note,
            created_at=at,
        )
        paper.events.append((event, []))

    def _content(self, paper: Paper) -> Content:
        """The content of a version, and `paper.values` for the rules."""
        content = Content()
        origins = self._origins_of(paper.place)
        counts = registry_figures(origins, paper.period.starts_on, paper.period.ends_on)
        paper.values = {}
        for part in self.structure.parts:
            for cell in part.cells:
                if part.code in paper.stated:
                    value, state = None, CellState.NOTHING
                elif part.kind == PartKind.COUNTED:
                    value = counts.get((cell.indicator.source, cell.member), 0)
                    state = CellState.VALUE
                else:
                    value, state = paper.figures[cell.key], CellState.VALUE
                if value is not None:
                    paper.values[cell.key] = value
                note = ""
                if part.is_typed and value is not None and counts["registry.total", ""]:
                    counted = counts.get((cell.indicator.source, cell.member), value)
                    note = OVERRIDE_REASON if counted != value else ""
                content.cells.append((cell.indicator.id, cell.member, value, state.value, note))
        for row, (position, values, establishment_id) in self._cleaned_rows(paper):
            part = self.structure.parts_by_code[row.part]
            row.establishment_id = establishment_id
            content.rows.append((part.id, str(row.uid), position, values, establishment_id))
        content.statements = [
            (self.structure.parts_by_code[code].id, paper.author.pk, at)
            for code, at in paper.stated.items()
        ]
        return content

    def _origins_of(self, place: Place) -> set[int]:
        """The place and the units it came from, asked for once with the names of their establishments."""
        if place.pk not in self._origins:
            self._origins[place.pk] = with_predecessors([place.pk])
            self._names[place.pk] = dict(
                Establishment.objects.filter(place__in=self._origins[place.pk]).values_list(
                    "pk", "name"
                )
            )
        return self._origins[place.pk]

    def _cleaned_rows(self, paper: Paper):
        if not paper.rows:
            return
        lookups = Lookups(
            lambda column: self._labels(column, paper.period), self._names[paper.place.pk]
        )
        positions: dict[str, int] = {}
        for row in paper.rows:
            part = self.structure.parts_by_code[row.part]
            values, establishment_id, errors = clean_row(part, row.typed, lookups)
            if errors:
                raise ValueError(f"{paper.place}, {paper.period}: {errors}")
            positions[row.part] = positions.get(row.part, 0) + 1
            yield row, (positions[row.part], values, establishment_id)

    def _labels(self, column, period) -> dict[str, str]:
        key = (column.code, column.source, period.pk)
        if key not in self._choices:
            self._choices[key] = dict(choices_of(column, period.ends_on))
        return self._choices[key]

    def save(self) -> list[Report]:
        """Write all papers, a few statements in all."""
        reports = Report.objects.bulk_create(
            Report(
                place=paper.place,
                period=paper.period,
                status=ReportStatus.DRAFT,
                status_at=paper.created_at,
                draft_revision=paper.draft_revision,
                created_at=paper.created_at,
                is_illustration=True,
            )
            for paper in self.papers
        )
        filed = list(zip(self.papers, reports, strict=True))
        self._save_versions(filed)
        self._save_drafts(filed)
        self._save_events(filed)
        for paper, report in filed:
            report.status, report.status_at = paper.status, paper.status_at
            report.first_submitted_at = paper.first_submitted_at
            report.accepted_version = paper.accepted
            if paper.versions:
                report.latest_version = paper.versions[-1][0]
        Report.objects.bulk_update(
            [report for paper, report in filed if paper.versions],
            ["status", "status_at", "first_submitted_at", "accepted_version", "latest_version"],
        )
        return reports

    def _save_versions(self, filed) -> None:
        pairs = []
        for paper, report in filed:
            for version, content in paper.versions:
                version.report = report
                pairs.append((version, content))
        ReportVersion.objects.bulk_create(version for version, _ in pairs)
        VersionCell.objects.bulk_create(
            (
                VersionCell(
                    version=version,
                    indicator_id=indicator_id,
                    member=member,
                    value=value,
                    state=state,
                    note=note,
                )
                for version, content in pairs
                for indicator_id, member, value, state, note in content.cells
            ),
            batch_size=2000,
        )
        VersionRow.objects.bulk_create(
            VersionRow(
                version=version,
                part_id=part_id,
                uid=uid,
                position=position,
                data=data,
                establishment_id=establishment_id,
            )
            for version, content in pairs
            for part_id, uid, position, data, establishment_id in content.rows
        )
        VersionStatement.objects.bulk_create(
            VersionStatement(
                version=version, part_id=part_id, stated_by_id=user_id, stated_at=stated_at
            )
            for version, content in pairs
            for part_id, user_id, stated_at in content.statements
        )

    def _save_drafts(self, filed) -> None:
        cells, rows, statements = [], [], []
        for paper, report in filed:
            for key, value in paper.unsent.items():
                cell = self.structure.cells[key]
                cells.append(
                    DraftCell(
                        report=report,
                        indicator_id=cell.indicator.id,
                        member=cell.member,
                        text=format_scaled(value, cell.indicator.decimals),
                        value=value,
                        revision=1,
                        updated_at=paper.cells_at,
                        updated_by=paper.author,
                    )
                )
            positions: dict[str, int] = {}
            for row in paper.rows:
                positions[row.part] = positions.get(row.part, 0) + 1
                rows.append(
                    DraftRow(
                        report=report,
                        part_id=self.structure.parts_by_code[row.part].id,
                        uid=row.uid,
                        position=positions[row.part],
                        data=row.typed,
                        establishment_id=self._named(row),
                        updated_at=paper.rows_at,
                        updated_by=paper.author,
                    )
                )
            statements += [
                DraftStatement(
                    report=report,
                    part_id=self.structure.parts_by_code[code].id,
                    stated_by=paper.author,
                    stated_at=at,
                )
                for code, at in paper.stated.items()
            ]
        DraftCell.objects.bulk_create(cells)
        DraftRow.objects.bulk_create(rows)
        DraftStatement.objects.bulk_create(statements)

    def _named(self, row: Row) -> int | None:
        """The establishment that a typed row names."""
        for column in self.structure.parts_by_code[row.part].columns:
            if column.kind == ColumnKind.ESTABLISHMENT and row.typed.get(column.code):
                return int(row.typed[column.code])
        return None

    @staticmethod
    def _save_events(filed) -> None:
        events, comments = [], []
        for paper, report in filed:
            for event, pinned in paper.events:
                event.report = report
                # The version has its key by now; the event took it before.
                event.version_id = event.version.pk if event.version else None
                events.append(event)
                comments += pinned
        ReportEvent.objects.bulk_create(events)
        for comment in comments:
            comment.event_id, comment.version_id = comment.event.pk, comment.version.pk
        ReturnComment.objects.bulk_create(comments)
