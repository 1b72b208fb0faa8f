"""Codes of reports, and the one table of their transitions."""

from django.db import models


class PeriodScheme(models.TextChoices):
    """The two calendars: reports run from the 15th to the 14th (NĐ 09/2019/NĐ-CP), statistics by calendar quarter."""

    REPORT = "report", "Quý báo cáo (ngày 15 đến ngày 14)"
    CALENDAR = "calendar", "Quý dương lịch"


class DayUnit(models.TextChoices):
    """How days are counted in a rule of the calendar."""

    WORKING = "working", "Ngày làm việc"
    CALENDAR = "calendar", "Ngày theo lịch"


class SpecialDayKind(models.TextChoices):
    """What a day of the administrators' table is."""

    OFF = "off", "Nghỉ (nghỉ thêm, nghỉ hoán đổi)"
    WORKING = "working", "Làm việc (làm bù)"


class ReportStatus(models.TextChoices):
    """Where a report stands."""

    DRAFT = "draft", "Đang soạn"
    SUBMITTED = "submitted", "Chờ kiểm tra"
    RETURNED = "returned", "Trả lại để sửa"
    ACCEPTED = "accepted", "Đã duyệt"
    IN_EDITION = "in_edition", "Trong báo cáo hợp nhất"
    REOPENED = "reopened", "Mở lại để sửa"


REPORT_TRANSITIONS = {
    ReportStatus.DRAFT: {ReportStatus.SUBMITTED},
    ReportStatus.SUBMITTED: {ReportStatus.RETURNED, ReportStatus.ACCEPTED},
    # Back without a check: a reopening has ended, the accepted version stands where it stood.
    ReportStatus.RETURNED: {
        ReportStatus.SUBMITTED,
        ReportStatus.ACCEPTED,
        ReportStatus.IN_EDITION,
    },
    ReportStatus.ACCEPTED: {ReportStatus.IN_EDITION, ReportStatus.REOPENED},
    ReportStatus.IN_EDITION: {ReportStatus.REOPENED},
    ReportStatus.REOPENED: {
        ReportStatus.SUBMITTED,
        ReportStatus.ACCEPTED,
        ReportStatus.IN_EDITION,
    },
}
EDITABLE_STATUSES = (ReportStatus.DRAFT, ReportStatus.RETURNED, ReportStatus.REOPENED)
REPORTED_STATUSES = (
    ReportStatus.SUBMITTED,
    ReportStatus.RETURNED,
    ReportStatus.ACCEPTED,
    ReportStatus.IN_EDITION,
    ReportStatus.REOPENED,
)
# The checker has agreed; an edition changes nothing about that.
ACCEPTED_STATUSES = (ReportStatus.ACCEPTED, ReportStatus.IN_EDITION)


class ReopeningState(models.TextChoices):
    """Where a request to open an accepted report again stands."""

    ASKED = "asked", "Chờ lãnh đạo quyết định"
    OPEN = "open", "Đang mở"
    DONE = "done", "Đã sửa và được duyệt"
    EXPIRED = "expired", "Hết thời gian"
    CLOSED = "closed", "Kết thúc sớm"
    REFUSED = "refused", "Không chấp nhận"
    WITHDRAWN = "withdrawn", "Đã rút"


REOPENING_TRANSITIONS = {
    ReopeningState.ASKED: {
        ReopeningState.OPEN,
        ReopeningState.REFUSED,
        ReopeningState.WITHDRAWN,
    },
    ReopeningState.OPEN: {ReopeningState.DONE, ReopeningState.EXPIRED, ReopeningState.CLOSED},
    ReopeningState.DONE: set(),
    ReopeningState.EXPIRED: set(),
    ReopeningState.CLOSED: set(),
    ReopeningState.REFUSED: set(),
    ReopeningState.WITHDRAWN: set(),
}
OPEN_REOPENINGS = (ReopeningState.ASKED, ReopeningState.OPEN)


class BoardState(models.TextChoices):
    """Where a place stands for a period, whether its report exists or not."""

    MISSING = "missing", "Chưa bắt đầu"
    DRAFT = "draft", "Đang soạn"
    SUBMITTED = "submitted", "Chờ kiểm tra"
    RETURNED = "returned", "Trả lại để sửa"
    ACCEPTED = "accepted", "Đã duyệt"
    REOPENED = "reopened", "Mở lại để sửa"
    PENDING = "pending", "Chưa được duyệt"


class UploadStatus(models.TextChoices):
    """What became of a workbook that came back."""

    WAITING = "waiting", "Chờ ghi vào bản nháp"
    TAKEN = "taken", "Đã ghi vào bản nháp"
    DROPPED = "dropped", "Đã bỏ"


class SpanKind(models.TextChoices):
    """How many quarters are read together."""

    QUARTER = "quarter", "Quý"
    HALF = "half", "6 tháng"
    NINE_MONTHS = "nine_months", "9 tháng"
    YEAR = "year", "Cả năm"


class Grouping(models.TextChoices):
    """What the figures of communes are grouped by; BRANCH is the indicator's own dimension."""

    COMMUNE = "xa", "Xã, phường, đặc khu"
    DISTRICT = "huyen", "Huyện cũ"
    AREA = "khu-vuc", "Khu vực, tỉnh"
    BRANCH = "nhom", "Nhóm ngành"
