"""Codes of imports."""

from django.db import models


class ImportStatus(models.TextChoices):
    """Life of an import."""

    UPLOADED = "uploaded", "Chờ chọn cột"
    CHECKING = "checking", "Đang kiểm tra"
    CHECKED = "checked", "Chờ ghi vào sổ"
    APPLYING = "applying", "Đang ghi vào sổ"
    APPLIED = "applied", "Đã ghi vào sổ"
    UNDOING = "undoing", "Đang hoàn tác"
    UNDONE = "undone", "Đã hoàn tác"
    FAILED = "failed", "Không đọc được"


# From a status to those it may change to.
IMPORT_TRANSITIONS = {
    ImportStatus.UPLOADED: {ImportStatus.CHECKING},
    ImportStatus.CHECKING: {ImportStatus.CHECKED, ImportStatus.FAILED, ImportStatus.CHECKING},
    ImportStatus.CHECKED: {ImportStatus.CHECKING, ImportStatus.APPLYING},
    ImportStatus.APPLYING: {ImportStatus.APPLIED, ImportStatus.CHECKED},
    ImportStatus.APPLIED: {ImportStatus.UNDOING},
    ImportStatus.UNDOING: {ImportStatus.UNDONE, ImportStatus.APPLIED},
    ImportStatus.FAILED: {ImportStatus.CHECKING},
    ImportStatus.UNDONE: set(),
}
AT_WORK = (ImportStatus.CHECKING, ImportStatus.APPLYING, ImportStatus.UNDOING)
# Its rows are in the book, or were and have been taken back.
WRITTEN = (ImportStatus.APPLIED, ImportStatus.UNDOING, ImportStatus.UNDONE)


class RowState(models.TextChoices):
    """What a row of the sheet is, against the book."""

    NEW = "new", "Mới"
    CHANGED = "changed", "Thay đổi"
    UNCHANGED = "unchanged", "Không đổi"
    DOUBTFUL = "doubtful", "Cần xem"
    WRONG = "wrong", "Sai"


class Decision(models.TextChoices):
    """What a person said of a doubtful row."""

    SAME = "same", "Là cơ sở đã có"
    NEW = "new", "Là cơ sở mới"
    SKIP = "skip", "Bỏ qua dòng này"
