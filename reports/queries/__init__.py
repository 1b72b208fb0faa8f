"""Reads: one function per question a page or a report asks."""

from reports.queries.comparison import comparison_figures, previous_values
from reports.queries.drafts import Draft, DraftFigure, draft_of
from reports.queries.establishments import establishments_of_place
from reports.queries.owed import OwedReport, owed_reports
from reports.queries.versions import CellFigure, cells_of_version
from reports.queries.visible import reports_visible_to, versions_visible_to

__all__ = [
    "CellFigure",
    "Draft",
    "DraftFigure",
    "OwedReport",
    "cells_of_version",
    "comparison_figures",
    "draft_of",
    "establishments_of_place",
    "owed_reports",
    "previous_values",
    "reports_visible_to",
    "versions_visible_to",
]
