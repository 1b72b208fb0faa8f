"""What a report's workbook holds and where: shared by the writer and the reader.

The first column of each sheet is hidden and names the line: a cell's key, `khong_phat_sinh:<part>`,
or a row's uid. So a sheet is read by names, and an added or moved line breaks nothing. The sheet
"Hướng dẫn" carries in its hidden column the signed identity: of which report this is, what the
draft held when it was taken (so that three sides can be compared), and the lists' codes.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from django.core import signing

from khuyencong.core.exceptions import InvalidInput
from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import PartInfo
from reports.models import Report

SALT = "reports.workbook"
GUIDE_SHEET, FIGURES_SHEET = "Hướng dẫn", "Số liệu"
NAME_COLUMN, NUMBER_COLUMN, LABEL_COLUMN, UNIT_COLUMN = 0, 1, 2, 3
BEFORE_COLUMN, YEAR_AGO_COLUMN, SOURCE_COLUMN, VALUE_COLUMN = range(4, 8)
NOTE_COLUMN, CHECK_COLUMN, FAULT_COLUMN = range(8, 11)
FIGURES_HEAD = ("", "STT", "Chỉ tiêu", "Đơn vị", "Quý trước", "Cùng kỳ năm trước", "Từ sổ",
                "Kỳ này", "Ghi chú", "Kiểm tra", "Chỗ sai khi nạp")  # fmt: skip
NOTHING = "khong_phat_sinh:"
YES, NO = "Có", "Không"
# A part of rows: the hidden uid, STT, then the form's columns.
FIRST_ROW_COLUMN = 2
BLANK_ROWS = 25
# A cell is read up to 4.000 characters (khuyencong.imports.reader).
PIECE = 3900


def rows_sheet(part: PartInfo) -> str:
    """The sheet of a part with rows."""
    return f"Phần {part.numeral or part.code}"[:31]


def row_parts(parts: Sequence[PartInfo]) -> list[PartInfo]:
    """The parts that have a sheet of their own."""
    return [part for part in parts if part.kind == PartKind.ROWS]


@dataclass
class Identity:
    """What a workbook is of, and the draft it was made from.

    `cells` maps keys to [revision, text, note], `rows` uids to [part code, revision, data],
    `blank` are the uids of the empty lines by part, so that a line sent twice is added once;
    `choices` maps a part's columns to {label: code}, `nothing` are codes of the parts stated.
    """

    report: int
    place: str
    period: str
    form: int
    form_number: int
    made_at: str
    cells: dict[str, list] = field(default_factory=dict)
    rows: dict[str, list] = field(default_factory=dict)
    blank: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    nothing: list[str] = field(default_factory=list)

    def pieces(self) -> list[str]:
        """The identity, signed, as texts that fit a cell each."""
        signed = signing.dumps(asdict(self), salt=SALT, compress=True)
        return [signed[start : start + PIECE] for start in range(0, len(signed), PIECE)]

    @classmethod
    def from_pieces(cls, pieces: Iterable[str], filename: str) -> "Identity":
        """The identity of a workbook; InvalidInput when it has none or somebody changed it."""
        signed = "".join(piece for piece in pieces if piece)
        if not signed:
            raise InvalidInput(
                f"“{filename}” không phải là bảng tính báo cáo tải từ cổng. "
                "Anh/chị tải bảng tính của báo cáo này rồi chép số liệu sang."
            )
        try:
            return cls(**signing.loads(signed, salt=SALT))
        except (signing.BadSignature, TypeError) as error:
            raise InvalidInput(
                f"Phần nhận dạng trong “{filename}” đã bị thay đổi nên không biết tệp thuộc báo cáo "
                "nào. Anh/chị tải lại bảng tính của báo cáo này rồi chép số liệu sang."
            ) from error


def check_belongs(identity: Identity, report: Report, filename: str) -> None:
    """Raise InvalidInput, saying whose it is, unless the workbook is of this report and form."""
    if identity.report != report.pk:
        raise InvalidInput(
            f"“{filename}” là bảng tính của {identity.place}, {identity.period}; báo cáo đang mở là "
            f"của {report.place}, {report.period}. Anh/chị mở đúng báo cáo rồi nạp lại."
        )
    if identity.form != report.period.form_version_id:
        raise InvalidInput(
            f"“{filename}” theo phiên bản {identity.form_number} của biểu mẫu; báo cáo này nay dùng "
            f"phiên bản {report.period.form_version.number}. Anh/chị tải bảng tính mới rồi chép số "
            "liệu sang."
        )


def spare_uid(report_id: int, place: str) -> uuid.UUID:
    """The uid of a line that lost its own: the same each time the same file is read."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"report-workbook:{report_id}:{place}")
