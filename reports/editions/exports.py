"""An edition as a spreadsheet: its figures by place, each with a link to the version it comes from."""

from django.http import Http404
from django.urls import reverse

from khuyencong.core.numbers import whole_number
from khuyencong.exports.registry import (
    ExportColumn,
    ExportSource,
    Heading,
    Sheet,
    register,
    scaled,
)
from reports.editions import permissions
from reports.editions.basis import Basis, basis_of
from reports.editions.models import Edition
from reports.editions.paper import STATES, abstract_of
from reports.editions.queries import editions_visible_to, issued_basis
from reports.queries.rollup import FigureState, accepted_times
from reports.rollup_words import version_url

KIND = "reports.edition"


def _edition(user, params: dict) -> Edition:
    permissions.check_can_see_editions(user)
    pk = whole_number(str(params.get("edition", "")))
    edition = editions_visible_to(user).filter(pk=pk).first() if pk else None
    if edition is None:
        raise Http404
    return edition


def describe(user, params: dict) -> str:
    """The title; refuses who may not see the edition."""
    edition = _edition(user, params)
    number = f"số {edition.document.full_number} " if edition.document else "(dự thảo) "
    return f"Báo cáo hợp nhất {number}{edition.period.quarter}"


def sheets(user, params: dict) -> list[Sheet]:
    """The figures by place, the proposals and difficulties one by one, the versions behind them."""
    edition = _edition(user, params)
    basis = issued_basis(edition) if edition.is_issued else basis_of(edition.period)
    if edition.document:
        document = edition.document
        about = f"Báo cáo số {document.full_number} ngày {document.signed_on:%d/%m/%Y}"
        heading = [[f"{about}: {document.abstract}"], [f"Mã kiểm chứng: {document.content_hash}"]]
    else:
        heading = [[f"DỰ THẢO: {abstract_of(edition)}"]]
    return [
        _figures(basis, heading, edition),
        *(_rows(basis, part, heading) for part in basis.parts if part.code in basis.rows),
        _versions(basis, heading),
    ]


def _figures(basis: Basis, heading, edition: Edition) -> Sheet:
    columns = [
        ExportColumn("Chỉ tiêu", width=46),
        ExportColumn("Đơn vị tính", width=13),
        ExportColumn("Kỳ này", kind="link", width=18),
        ExportColumn("Quý trước", kind="number", width=18),
        ExportColumn("So với quý trước", width=16),
        ExportColumn("Cùng kỳ năm trước", kind="number", width=18),
        ExportColumn("So với cùng kỳ", width=16),
        *(ExportColumn(entry.place, kind="link", width=16) for entry in basis.entries),
    ]
    return Sheet(
        "Số liệu",
        columns,
        _figure_rows(basis, edition),
        total=len(basis.lines),
        header_rows=heading,
        frozen_columns=3,
    )


def _figure_rows(basis: Basis, edition: Edition):
    part = None
    blanks = [""] * (6 + len(basis.entries))
    for one in basis.lines.values():
        line = one.line
        if line.part is not part:
            part = line.part
            yield Heading((part.heading, *blanks))
        decimals = line.indicator.decimals
        page = reverse("reports:rollup_figure", args=[line.indicator.code])
        page += f"?ky={edition.period.year}-{edition.period.number}"
        if line.member:
            page += f"&muc={line.member}"
        value = scaled(one.figure.value, decimals)
        yield (
            f"    {line.label}" if line.member else line.label,
            line.indicator.unit,
            (value, page) if value is not None else one.text,
            scaled(one.previous.total, decimals),
            one.previous.words,
            scaled(one.last_year.total, decimals),
            one.last_year.words,
            *(_cell(basis, entry, line) for entry in basis.entries),
        )


def _cell(basis: Basis, entry, line):
    figure, url = basis.cells.figure(entry, line), version_url(entry)
    if figure.state == FigureState.VALUE:
        return scaled(figure.value, line.indicator.decimals), f"{url}#o-{line.key}"
    if figure.state == FigureState.NOTHING:
        return "không PS", f"{url}#phan-{line.part.code}"
    return STATES.get(figure.state, "")


def _rows(basis: Basis, part, heading) -> Sheet:
    columns = [
        ExportColumn("Địa bàn", kind="link", width=22),
        *(
            ExportColumn(
                column.label,
                kind="integer" if column.kind in ("money", "integer") else "text",
                width=30,
            )
            for column in part.columns
        ),
    ]
    pages = {entry.place_id: version_url(entry) for entry in basis.entries if entry.version}
    rows = basis.rows[part.code]
    return Sheet(
        f"Phần {part.numeral}",
        columns,
        (
            (
                (row.place, f"{pages[row.place_id]}#dong-{row.uid}"),
                *(_typed(row.data.get(column.code)) for column in part.columns),
            )
            for row in rows
        ),
        total=len(rows),
        header_rows=heading,
    )


def _typed(value):
    if isinstance(value, dict):
        return value.get("label") or value.get("name")
    return value


def _versions(basis: Basis, heading) -> Sheet:
    columns = [
        ExportColumn("Địa bàn", width=24),
        ExportColumn("Lần nộp", kind="link", width=10),
        ExportColumn("Nộp lúc", kind="datetime", width=17),
        ExportColumn("Người nộp", width=26),
        ExportColumn("Duyệt lúc", kind="datetime", width=17),
        ExportColumn("Tình trạng", width=26),
    ]
    accepted = accepted_times(entry.version.id for entry in basis.counted)

    def rows():
        for entry in basis.entries:
            version = entry.version
            yield (
                entry.place,
                (version.number, version_url(entry)) if version else None,
                version.submitted_at if version else None,
                version.submitted_by if version else None,
                accepted.get(version.id) if version else None,
                "Đã tính" if version else STATES.get(entry.state, ""),
            )

    return Sheet("Các bản báo cáo", columns, rows(), total=len(basis.entries), header_rows=heading)


SOURCE = ExportSource(KIND, describe, sheets)


def register_source() -> None:
    """Called once the apps are loaded."""
    register(SOURCE)
