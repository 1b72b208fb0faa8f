"""A document as PDF, laid out by Typst with the fonts kept here: no system package, no network."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import typst

from khuyencong.documents.paper import Paper, to_data

FOLDER = Path(__file__).parent


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[FOLDER / "fonts"],
    )


def render_pdf(paper: Paper, *, is_draft: bool = False, seal: str = "") -> bytes:
    """The document as a tagged PDF. A draft carries a watermark; `seal` is the hash printed at the end.

    The same document gives the same bytes: its time is the day of signing.
    """
    head = paper.letterhead
    day = head.signed_on
    return typst.compile(
        FOLDER / "layout.typ",
        root=FOLDER,
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={
            "paper": json.dumps(to_data(paper), ensure_ascii=False),
            "title": paper.title,
            "number": head.number_line if head.symbol else "",
            "date": head.date_line,
            "draft": "1" if is_draft else "",
            "seal": seal,
        },
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None,
    )
