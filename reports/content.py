"""What a version holds, in one canonical form: its hash proves that nothing was changed."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reports.models import ReportVersion, VersionCell


@dataclass
class Content:
    """The content of a submission, as it is written and as it is hashed."""

    cells: list[tuple[int, str, int | None, str, str]] = field(default_factory=list)
    """(indicator id, member, value, state, note)"""
    rows: list[tuple[int, str, int, dict, int | None]] = field(default_factory=list)
    """(part id, uid, position, data, establishment id)"""
    statements: list[tuple[int, int | None, datetime]] = field(default_factory=list)
    """(part id, id of who stated it, when)"""
    warnings_kept: list[dict] = field(default_factory=list)


def content_hash(
    *, place_id: int, period_id: int, form_version_id: int, number: int, content: Content
) -> str:
    """SHA-256 over the canonical JSON of a submission, in hexadecimal."""
    canonical = {
        "place": place_id,
        "period": period_id,
        "form_version": form_version_id,
        "number": number,
        "cells": sorted(content.cells),
        "rows": sorted(content.rows, key=lambda row: row[1]),
        "statements": [
            [part_id, user_id, stated_at.astimezone(UTC).isoformat(timespec="microseconds")]
            for part_id, user_id, stated_at in sorted(content.statements, key=lambda row: row[0])
        ],
        "warnings": content.warnings_kept,
    }
    text = json.dumps(canonical, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def stored_content(version: ReportVersion) -> Content:
    """The content of a version read back from the database."""
    cells: Iterable = VersionCell.objects.filter(version=version).values_list(
        "indicator_id", "member", "value", "state", "note"
    )
    return Content(
        cells=list(cells),
        rows=[
            (part_id, str(uid), position, data, establishment_id)
            for part_id, uid, position, data, establishment_id in version.rows.values_list(
                "part_id", "uid", "position", "data", "establishment_id"
            )
        ],
        statements=list(version.statements.values_list("part_id", "stated_by_id", "stated_at")),
        warnings_kept=version.warnings_kept,
    )


def is_intact(version: ReportVersion) -> bool:
    """Whether a version still holds what was submitted."""
    report = version.report
    return version.content_hash == content_hash(
        place_id=report.place_id,
        period_id=report.period_id,
        form_version_id=version.form_version_id,
        number=version.number,
        content=stored_content(version),
    )
