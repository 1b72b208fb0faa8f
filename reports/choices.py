"""Where a column's choices come from when they are not written in the form itself."""

from datetime import date

from khuyencong.core.models import in_force_on
from khuyencong.forms_as_data.structure import ColumnInfo
from programs.models import ActivityKind


def _activity_kinds(day: date) -> list[tuple[str, str]]:
    return list(ActivityKind.objects.filter(in_force_on(day)).values_list("code", "label"))


CHOICE_SOURCES = {"programs.activity_kinds": _activity_kinds}


def choices_of(column: ColumnInfo, day: date) -> list[tuple[str, str]]:
    """(code, label) pairs a choice column offers on a day."""
    if column.source:
        return CHOICE_SOURCES[column.source](day)
    return list(column.choices)
