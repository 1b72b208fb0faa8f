"""Matters for the tests of other apps."""

import uuid

from reports.difficulties.models import Authority, Matter, MatterEvent, MatterRow


def matter_of(officer, report) -> Matter:
    """A gathered matter of one row of a report, written directly."""
    authority, _ = Authority.objects.get_or_create(code="so", defaults={"name": "Sở Công Thương"})
    matter = Matter.objects.create(
        title="Thiếu vốn", kind="von", authority=authority, created_by=officer
    )
    MatterRow.objects.create(matter=matter, report=report, row_uid=uuid.uuid4())
    MatterEvent.objects.create(matter=matter, to_status=matter.status, actor=officer)
    return matter
