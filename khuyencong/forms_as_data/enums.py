"""Codes of forms kept as data."""

from django.db import models


class FormStatus(models.TextChoices):
    """A version in use is frozen by trigger; change it by copying it to a next one."""

    DRAFT = "draft", "Đang soạn"
    IN_USE = "in_use", "Đang dùng"
    RETIRED = "retired", "Ngừng dùng"


class PartKind(models.TextChoices):
    """What a part asks for."""

    FIGURES = "figures", "Bảng số liệu"
    COUNTED = "counted", "Số liệu đếm từ sổ cơ sở"
    ROWS = "rows", "Danh sách dòng"
    QUESTIONS = "questions", "Câu hỏi khảo sát"


class ColumnKind(models.TextChoices):
    """Kind of a column of a part with rows, or of a question of a part with questions."""

    TEXT = "text", "Chữ"
    LONG_TEXT = "long_text", "Đoạn văn"
    INTEGER = "integer", "Số nguyên"
    MONEY = "money", "Số tiền (đồng)"
    CHOICE = "choice", "Chọn một"
    ESTABLISHMENT = "establishment", "Cơ sở trong sổ"
    DATE = "date", "Ngày"
    NUMBER = "number", "Số có phần lẻ"
    MULTIPLE = "multiple", "Chọn nhiều"
    YES_NO = "yes_no", "Có hoặc không"
    PHOTO = "photo", "Ảnh chụp"
    POSITION = "position", "Vị trí trên bản đồ"


# What a row of a report may ask for, and what a question may.
ROW_KINDS = frozenset(
    {
        ColumnKind.TEXT,
        ColumnKind.LONG_TEXT,
        ColumnKind.INTEGER,
        ColumnKind.MONEY,
        ColumnKind.CHOICE,
        ColumnKind.ESTABLISHMENT,
        ColumnKind.DATE,
    }
)
QUESTION_KINDS = frozenset(ColumnKind) - {ColumnKind.ESTABLISHMENT}


class RuleKind(models.TextChoices):
    """Checks declared once, run on the server and in the browser."""

    SUM_OF = "sum_of", "Bằng tổng các chỉ tiêu"
    AT_LEAST = "at_least", "Không nhỏ hơn chỉ tiêu"
    AT_MOST = "at_most", "Không lớn hơn chỉ tiêu"
    CHANGE_LIMIT = "change_limit", "Biến động so với quý trước"
    REQUIRED_IF = "required_if", "Phải có nếu chỉ tiêu khác có"


class Severity(models.TextChoices):
    """An error stops submission; a warning may be kept with a reason."""

    ERROR = "error", "Lỗi"
    WARNING = "warning", "Cảnh báo"


class CellState(models.TextChoices):
    """Zero is a value; nothing to report and not yet reported are other things."""

    VALUE = "value", "Có số liệu"
    NOTHING = "nothing", "Không phát sinh"
