"""What the portal proposes to write: each section's text, figures and tables, from a basis.

A section's text is a list of (key, paragraph) pairs; the keys let a section be renewed while the
paragraphs that a person changed are kept (`renewing.py`). A line that begins with "- " is an item.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from django.conf import settings

from khuyencong.core.numbers import format_scaled
from khuyencong.documents.paper import Column, Table, amount_with_words
from khuyencong.forms_as_data.enums import ColumnKind, PartKind
from khuyencong.forms_as_data.structure import PartInfo
from reports.difficulties.models import Matter
from reports.difficulties.queries import matters_of_rows
from reports.editions.basis import Basis, LineFigures, ReportRow
from reports.editions.changes import Changes
from reports.queries.rollup import Entry, FigureState

INTRODUCTION, CHANGES, CONCLUSION = "mo_dau", "thay_doi", "kien_nghi"
PROPOSALS, DIFFICULTIES = "de_xuat", "kho_khan"


@dataclass
class SectionDraft:
    """A section as proposed. `figures` maps a key to label, unit, decimals, value, previous, last_year."""

    code: str
    title: str
    paragraphs: list[tuple[str, str]] = field(default_factory=list)
    figures: dict[str, dict] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)

    def say(self, key: str, text: str) -> None:
        """Add a paragraph."""
        self.paragraphs.append((key, text))

    def count(self, key: str, label: str, value: int, unit: str = "") -> None:
        """Keep a number that the text mentions, so that a later change of it is seen."""
        self.figures[key] = {"label": label, "unit": unit, "decimals": 0, "value": value}

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.paragraphs)

    @property
    def table_data(self) -> list[dict]:
        return json.loads(json.dumps([asdict(table) for table in self.tables]))


def draft_sections(basis: Basis, changes: Changes | None = None) -> list[SectionDraft]:
    """All sections in order; with `changes`, the edition corrects an earlier one and says how."""
    sections = [_introduction(basis)]
    if changes is not None:
        sections.append(_changes(changes))
    for part in basis.parts:
        if part.kind != PartKind.ROWS:
            sections.append(_figures(basis, part))
        elif part.code == PROPOSALS:
            sections.append(_proposals(basis, part))
        else:
            sections.append(_grouped_rows(basis, part))
    last = SectionDraft(CONCLUSION, "VI. ĐÁNH GIÁ CHUNG, KIẾN NGHỊ")
    last.say(
        "danh_gia",
        "Mạng lưới cộng tác viên khuyến công đã phối hợp với Trung tâm nắm tình hình sản xuất công nghiệp – "
        "tiểu thủ công nghiệp trên địa bàn, kịp thời phản ánh nhu cầu và khó khăn của các cơ sở.",
    )
    if basis.rows.get(DIFFICULTIES):
        last.say(
            "kien_nghi",
            f"Kính đề nghị {settings.DOCUMENT_SUPERIOR} xem xét, chỉ đạo hoặc kiến nghị cấp có thẩm quyền "
            "giải quyết các khó khăn, vướng mắc nêu tại phần IV.",
        )
    return [*sections, last]


def heading_of(part: PartInfo) -> str:
    """`I. TÌNH HÌNH SẢN XUẤT …`."""
    return f"{part.numeral}. {part.title.upper()}" if part.numeral else part.title.upper()


def places_sentence(entries: Iterable[Entry]) -> str:
    """The places' names, in Vietnamese order."""
    return ", ".join(entry.place for entry in entries)


def _introduction(basis: Basis) -> SectionDraft:
    period, section = basis.period, SectionDraft(INTRODUCTION, "")
    section.say(
        "can_cu",
        f"Thực hiện chế độ báo cáo định kỳ, {settings.PORTAL_ORGANISATION} tổng hợp báo cáo của mạng lưới "
        f"cộng tác viên khuyến công {period.quarter} (số liệu từ ngày {period.starts_on:%d/%m/%Y} đến hết ngày "
        f"{period.ends_on:%d/%m/%Y}) như sau:",
    )
    total, counted = len(basis.entries), len(basis.counted)
    section.count("dia_ban", "Số địa bàn phải báo cáo", total, "địa bàn")
    section.count("da_duyet", "Số địa bàn có báo cáo được duyệt", counted, "địa bàn")
    section.say(
        "do_day_du",
        f"Báo cáo tổng hợp từ {counted} trên {total} địa bàn có báo cáo đã được Trung tâm kiểm tra, duyệt; "
        "danh sách và lần nộp ghi tại Phụ lục.",
    )
    missing = basis.without(FigureState.NOT_REPORTED)
    section.count("chua_nop", "Số địa bàn chưa nộp", len(missing), "địa bàn")
    if missing:
        section.say(
            "chua_nop",
            f"Chưa có số liệu của {len(missing)} địa bàn chưa nộp báo cáo: {places_sentence(missing)}.",
        )
    waiting = basis.without(FigureState.PENDING, FigureState.RETURNED)
    section.count("chua_chot", "Số địa bàn chưa được duyệt", len(waiting), "địa bàn")
    if waiting:
        section.say(
            "chua_chot",
            f"Số liệu của {len(waiting)} địa bàn đã nộp nhưng chưa được duyệt nên chưa tính vào báo cáo: "
            f"{places_sentence(waiting)}.",
        )
    return section


def _changes(changes: Changes) -> SectionDraft:
    document = changes.corrected.document
    section = SectionDraft(CHANGES, f"NỘI DUNG THAY ĐỔI SO VỚI BÁO CÁO SỐ {document.full_number}")
    section.say(
        "thay_doi",
        f"So với Báo cáo số {document.full_number} ngày {document.signed_on:%d/%m/%Y}, báo cáo này thay đổi "
        f"{changes.count} số liệu của {len(changes.places)} địa bàn"
        + ("; số liệu tổng hợp thay đổi như bảng sau." if changes.totals else "."),
    )
    if changes.added:
        section.say("them", f"Bổ sung số liệu của: {', '.join(changes.added)}.")
    if changes.removed:
        section.say("bot", f"Không còn tính số liệu của: {', '.join(changes.removed)}.")
    section.count("so_thay_doi", "Số số liệu thay đổi", changes.count)
    for key, label, unit, decimals, _, after in changes.totals:
        section.figures[key] = {"label": label, "unit": unit, "decimals": decimals, "value": after}
    if changes.totals:
        section.tables.append(
            Table(
                (
                    Column("Chỉ tiêu", 5),
                    Column("Đơn vị tính", 2),
                    Column("Đã báo cáo", 3, "right"),
                    Column("Nay báo cáo", 3, "right"),
                ),
                tuple(
                    (label, unit, _number(before, decimals), _number(after, decimals))
                    for _, label, unit, decimals, before, after in changes.totals
                ),
                caption="Số liệu tổng hợp thay đổi",
            )
        )
    if changes.cells:
        section.tables.append(
            Table(
                (
                    Column("Địa bàn", 3),
                    Column("Chỉ tiêu", 4),
                    Column("Đã báo cáo", 3, "right"),
                    Column("Nay báo cáo", 3, "right"),
                ),
                tuple(changes.cells),
                caption="Số liệu thay đổi theo địa bàn",
            )
        )
    return section


def _number(value: int | None, decimals: int) -> str:
    return "–" if value is None else format_scaled(value, decimals)


def _figures(basis: Basis, part: PartInfo) -> SectionDraft:
    section, rows, bold = SectionDraft(part.code, heading_of(part)), [], []
    for one in basis.lines_of(part):
        line = one.line
        decimals, unit = line.indicator.decimals, line.indicator.unit
        section.figures[line.key] = {
            "label": f"{line.indicator.label} – {line.member_label}" if line.member else line.label,
            "unit": unit,
            "decimals": decimals,
            "value": one.figure.value,
            "previous": one.previous.total,
            "last_year": one.last_year.total,
        }
        if not line.member:
            bold.append(len(rows))
            section.say(line.key, _sentence(one, basis))
        rows.append(
            (
                f"  {line.label}" if line.member else line.label,
                unit,
                one.text,
                _number(one.previous.total, decimals),
                _growth(one.previous.words),
                _number(one.last_year.total, decimals),
                _growth(one.last_year.words),
            )
        )
    section.tables.append(
        Table(
            (
                Column("Chỉ tiêu", 8),
                Column("Đơn vị", 4),
                Column("Kỳ này", 5, "right"),
                Column("Quý trước", 5, "right"),
                Column("Tăng, giảm", 4, "right"),
                Column("Cùng kỳ năm trước", 5, "right"),
                Column("Tăng, giảm", 4, "right"),
            ),
            tuple(rows),
            caption=f"Số liệu phần {part.numeral}, {basis.period.quarter}",
            # Stressed against the members of a dimension; without any, all rows are alike.
            bold_rows=tuple(bold) if len(bold) < len(rows) else (),
        )
    )
    return section


def _growth(words: str) -> str:
    """The short form for a table: `+5,2 %`, `−3 %`."""
    if words == "không đổi":
        return "0 %"
    if "dưới" in words:
        return words.replace("tăng dưới", "< +").replace("giảm dưới", "< −")
    return words.replace("tăng ", "+").replace("giảm ", "−") or "–"


def _sentence(one: LineFigures, basis: Basis) -> str:
    """One indicator in words, with its members where it has some."""
    indicator = one.line.indicator
    if one.figure.state != FigureState.VALUE:
        return f"- {indicator.label}: {one.text}."
    compared = [
        f"{comparison.words} so với {what}"
        for comparison, what in (
            (one.previous, "quý trước"),
            (one.last_year, "cùng kỳ năm trước"),
        )
        if comparison.words
    ]
    sentence = f"- {indicator.label}: {one.text} {indicator.unit}"
    if compared:
        sentence += f" ({', '.join(compared)})"
    members = [
        f"{other.line.label.lower()} {other.text}"
        for key, other in basis.lines.items()
        if other.line.indicator.code == indicator.code
        and other.line.member
        and other.figure.state == FigureState.VALUE
        and other.figure.value
    ]
    return f"{sentence}; trong đó: {', '.join(members)}." if members else f"{sentence}."


def _of(row: ReportRow, code: str) -> str:
    """A cell of a row as words; a choice by its label, an establishment by its name."""
    value = row.data.get(code, "")
    if isinstance(value, dict):
        return value.get("label") or value.get("name", "")
    return str(value or "")


def _million(amount_vnd: int) -> str:
    return format_scaled(amount_vnd, 6)


def _proposals(basis: Basis, part: PartInfo) -> SectionDraft:
    section, rows = SectionDraft(part.code, heading_of(part)), basis.rows.get(part.code, [])
    establishments = {row.establishment_id for row in rows if row.establishment_id}
    total = sum(row.data.get("tong_von") or 0 for row in rows)
    asked = sum(row.data.get("de_nghi") or 0 for row in rows)
    section.count("dong", "Số đề xuất", len(rows), "đề xuất")
    section.count("co_so", "Số cơ sở có đề xuất", len(establishments), "cơ sở")
    section.figures["de_nghi"] = {
        "label": "Kinh phí đề nghị hỗ trợ",
        "unit": "triệu đồng",
        "decimals": 6,
        "value": asked,
    }
    if not rows:
        section.say("khong", "Trong kỳ, các địa bàn không có đề xuất hoạt động khuyến công.")
        return section
    section.say(
        "chung",
        f"Các địa bàn có {len(rows)} đề xuất của {len(establishments)} cơ sở; tổng vốn đầu tư dự kiến "
        f"{_million(total)} triệu đồng, đề nghị hỗ trợ {amount_with_words(asked)}. Chia theo nội dung:",
    )
    groups: dict[str, list[ReportRow]] = {}
    for row in rows:
        groups.setdefault(_of(row, "noi_dung") or "Nội dung khác", []).append(row)
    table, details = [], []
    for label in sorted(groups, key=lambda name: (-len(groups[name]), name)):
        own = groups[label]
        count = len({row.establishment_id for row in own if row.establishment_id})
        wanted = sum(row.data.get("de_nghi") or 0 for row in own)
        ready = sum((row.data.get("san_sang") or {}).get("code") == "ngay" for row in own)
        key = f"nhom:{label}"
        section.count(key, label, len(own), "đề xuất")
        section.say(
            key,
            f"- {label}: {len(own)} đề xuất của {count} cơ sở, đề nghị hỗ trợ {_million(wanted)} triệu đồng"
            + (f"; {ready} đề xuất đủ điều kiện làm được ngay." if ready else "."),
        )
        capital = sum(row.data.get("tong_von") or 0 for row in own)
        table.append((label, str(len(own)), str(count), _million(capital), _million(wanted)))
        details += [
            (
                row.place,
                _of(row, "co_so"),
                f"{label}: {_of(row, 'hang_muc')}",
                _number(row.data.get("de_nghi"), 6),
                _of(row, "nam"),
            )
            for row in own
        ]
    table.append(
        ("Tổng cộng", str(len(rows)), str(len(establishments)), _million(total), _million(asked))
    )
    section.tables += [
        Table(
            (
                Column("Nội dung hỗ trợ", 6),
                Column("Số đề xuất", 2, "right"),
                Column("Số cơ sở", 2, "right"),
                Column("Vốn đầu tư (triệu đồng)", 3, "right"),
                Column("Đề nghị hỗ trợ (triệu đồng)", 3, "right"),
            ),
            tuple(table),
            caption="Đề xuất theo nội dung",
            bold_rows=(len(table) - 1,),
        ),
        Table(
            (
                Column("Địa bàn", 3),
                Column("Cơ sở", 4),
                Column("Nội dung, hạng mục", 5),
                Column("Đề nghị (triệu đồng)", 2, "right"),
                Column("Năm", 1, "center"),
            ),
            tuple(details),
            caption="Danh mục đề xuất",
        ),
    ]
    return section


def _grouped_rows(basis: Basis, part: PartInfo) -> SectionDraft:
    """Rows by the matters they are gathered in, the others by their first choice, equal texts once."""
    section, rows = SectionDraft(part.code, heading_of(part)), basis.rows.get(part.code, [])
    section.count("dong", "Số ý kiến", len(rows), "ý kiến")
    if not rows:
        section.say("khong", "Trong kỳ, các địa bàn không ghi nhận khó khăn, vướng mắc mới.")
        return section
    by = next((column.code for column in part.columns if column.kind == ColumnKind.CHOICE), "")
    places = {row.place_id for row in rows}
    section.say(
        "chung", f"Các địa bàn phản ánh {len(rows)} ý kiến từ {len(places)} địa bàn, theo nhóm:"
    )
    matters = matters_of_rows({row.report_id for row in rows}) if part.code == DIFFICULTIES else {}
    gathered: dict[int, list[ReportRow]] = {}
    groups: dict[str, list[ReportRow]] = {}
    for row in rows:
        matter = matters.get((row.report_id, row.uid))
        if matter:
            gathered.setdefault(matter.pk, []).append(row)
        else:
            groups.setdefault(_of(row, by) or "Khác", []).append(row)
    named = {matter.pk: matter for matter in matters.values()}
    for pk in sorted(gathered, key=lambda pk: (-len(gathered[pk]), pk)):
        matter, own = named[pk], gathered[pk]
        section.count(f"van_de:{pk}", matter.title, len(own), "ý kiến")
        section.say(f"van_de:{pk}", _matter_sentence(matter, own))
    for label in sorted(groups, key=lambda name: (-len(groups[name]), name)):
        own = groups[label]
        section.count(f"nhom:{label}", label, len(own), "ý kiến")
        section.say(f"nhom:{label}", f"- {label} ({len(own)} ý kiến): {_opinions(own)}")
    return section


def _matter_sentence(matter: Matter, rows: list[ReportRow]) -> str:
    """A matter with who raised it and what they wish, once each."""
    places = ", ".join(dict.fromkeys(row.place for row in rows))
    wishes = dict.fromkeys(
        _line(_of(row, "kien_nghi")).rstrip(".") for row in rows if _of(row, "kien_nghi")
    )
    sentence = f"- {matter.get_kind_display()}: {matter.title.rstrip('.')} ({places})."
    if wishes:
        sentence += f" Kiến nghị {matter.authority}: {'; '.join(wishes)}."
    return sentence


def _opinions(rows: list[ReportRow]) -> str:
    """`Nội dung (xã A, xã B). Kiến nghị: …`, equal texts once."""
    texts: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = (_of(row, "noi_dung"), _of(row, "kien_nghi"), _of(row, "cap"))
        texts.setdefault(key, []).append(row.place)
    sentences = []
    for (text, wish, authority), places in texts.items():
        sentence = f"{_line(text).rstrip('.')} ({', '.join(dict.fromkeys(places))})."
        if wish:
            sentence += (
                f" Kiến nghị{f' {authority}' if authority else ''}: {_line(wish).rstrip('.')}."
            )
        sentences.append(sentence)
    return " ".join(sentences)


def _line(text: str) -> str:
    return " ".join(text.split())
