"""Codes of the registry."""

from django.db import models


class LegalForm(models.TextChoices):
    """Legal form of an establishment."""

    HOUSEHOLD = "household", "Hộ kinh doanh"
    COOPERATIVE_GROUP = "cooperative_group", "Tổ hợp tác"
    COOPERATIVE = "cooperative", "Hợp tác xã"
    PRIVATE_ENTERPRISE = "private_enterprise", "Doanh nghiệp tư nhân"
    LIMITED_COMPANY = "limited_company", "Công ty TNHH"
    JOINT_STOCK_COMPANY = "joint_stock_company", "Công ty cổ phần"
    OTHER = "other", "Loại hình khác"
    UNKNOWN = "unknown", "Chưa rõ"


# What a report counts as "doanh nghiệp".
ENTERPRISE_FORMS = (
    LegalForm.PRIVATE_ENTERPRISE,
    LegalForm.LIMITED_COMPANY,
    LegalForm.JOINT_STOCK_COMPANY,
)


class EstablishmentStatus(models.TextChoices):
    """Whether an establishment works."""

    ACTIVE = "active", "Đang hoạt động"
    PAUSED = "paused", "Tạm ngừng"
    STOPPED = "stopped", "Đã ngừng"
    MOVED = "moved", "Đã chuyển đi"
    MERGED = "merged", "Đã hợp nhất"


# What a new entry may start with.
FIRST_STATUSES = (
    EstablishmentStatus.ACTIVE,
    EstablishmentStatus.PAUSED,
    EstablishmentStatus.STOPPED,
)
# What a list shows unless asked otherwise: a merged record is found through the one it went into.
LISTED_STATUSES = (*FIRST_STATUSES, EstablishmentStatus.MOVED)
# Not counted as an establishment of the place any more.
GONE_STATUSES = (
    EstablishmentStatus.STOPPED,
    EstablishmentStatus.MOVED,
    EstablishmentStatus.MERGED,
)


# From a status to those a person may change it to. Merging two records is no change of status by
# hand, so nothing leads to or from MERGED here.
STATUS_TRANSITIONS = {
    EstablishmentStatus.ACTIVE: {
        EstablishmentStatus.PAUSED,
        EstablishmentStatus.STOPPED,
        EstablishmentStatus.MOVED,
    },
    EstablishmentStatus.PAUSED: {
        EstablishmentStatus.ACTIVE,
        EstablishmentStatus.STOPPED,
        EstablishmentStatus.MOVED,
    },
    EstablishmentStatus.STOPPED: {EstablishmentStatus.ACTIVE},
    EstablishmentStatus.MOVED: {EstablishmentStatus.ACTIVE},
    EstablishmentStatus.MERGED: set(),
}


class DuplicateState(models.TextChoices):
    """What was decided on two establishments that may be one."""

    OPEN = "open", "Chưa xét"
    NOT_DUPLICATE = "not_duplicate", "Không trùng"
    MERGED = "merged", "Đã hợp nhất"


class PointState(models.TextChoices):
    """Whether the point of an establishment on the map is known."""

    KNOWN = "known", "Đã có vị trí"
    MISSING = "missing", "Chưa có vị trí"


class LabourSize(models.TextChoices):
    """Class of size of an industrial establishment by labour alone (NĐ 80/2021/NĐ-CP, Điều 5)."""

    MICRO = "micro", "Siêu nhỏ: đến 10 lao động"
    SMALL = "small", "Nhỏ: 11 đến 100 lao động"
    MEDIUM = "medium", "Vừa: 101 đến 200 lao động"
    LARGE = "large", "Lớn: trên 200 lao động"
    UNKNOWN = "unknown", "Chưa rõ số lao động"


class DataSource(models.TextChoices):
    """Where a record's values come from."""

    SURVEY = "survey", "Khảo sát"
    ENTRY = "entry", "Cộng tác viên nhập"
    IMPORT = "import", "Nhập từ bảng tính"
    PUBLISHED = "published", "Nguồn công bố"
    ILLUSTRATION = "illustration", "Dữ liệu minh họa"


class AwardLevel(models.TextChoices):
    """Level of a title "sản phẩm công nghiệp nông thôn tiêu biểu" (TT 26/2014/TT-BCT)."""

    DISTRICT = "district", "Cấp huyện"
    PROVINCE = "province", "Cấp tỉnh"
    REGION = "region", "Cấp khu vực"
    NATION = "nation", "Cấp quốc gia"


class ChangeSource(models.TextChoices):
    """Where the value that a change writes comes from; kept with the history of the change."""

    ENTRY = "entry", "Nhập trực tiếp"
    SURVEY = "survey", "Phiếu khảo sát"
    REPORT = "report", "Báo cáo quý"
    REQUEST = "request", "Hồ sơ đề nghị hỗ trợ"
    IMPORT = "import", "Nhập từ bảng tính"
    CORRECTION = "correction", "Đính chính"


class ConsentMeans(models.TextChoices):
    """By what means an establishment agreed to be contacted."""

    WRITTEN = "written", "Văn bản"
    SURVEY_FORM = "survey_form", "Phiếu khảo sát"
    SPOKEN = "spoken", "Lời nói"
    ELECTRONIC = "electronic", "Thư điện tử, tin nhắn"


class Market(models.TextChoices):
    """Where an establishment sells."""

    COMMUNE = "commune", "Trong xã, phường"
    PROVINCE = "province", "Trong tỉnh, thành phố"
    COUNTRY = "country", "Trong nước"
    EXPORT = "export", "Xuất khẩu"


class CertificateKind(models.TextChoices):
    """What a certificate is about; the title CNNT tiêu biểu is an Award instead."""

    ISO = "iso", "ISO"
    HACCP = "haccp", "HACCP"
    OCOP = "ocop", "OCOP"
    FOOD_SAFETY = "food_safety", "An toàn thực phẩm"
    TRADEMARK = "trademark", "Nhãn hiệu"
    OTHER = "other", "Chứng nhận khác"


class NeedState(models.TextChoices):
    """Whether a support need still stands."""

    OPEN = "open", "Đang có nhu cầu"
    MET = "met", "Đã được đáp ứng"
    WITHDRAWN = "withdrawn", "Không còn nhu cầu"


NEED_TRANSITIONS = {
    NeedState.OPEN: {NeedState.MET, NeedState.WITHDRAWN},
    NeedState.MET: {NeedState.OPEN},
    NeedState.WITHDRAWN: {NeedState.OPEN},
}


class RequestKind(models.TextChoices):
    """What a person asks for about their own data (Luật 91/2025/QH15)."""

    CORRECTION = "correction", "Đính chính"
    ERASURE = "erasure", "Xóa dữ liệu cá nhân"


class RequestState(models.TextChoices):
    """Where such a request stands."""

    OPEN = "open", "Chờ giải quyết"
    DONE = "done", "Đã giải quyết"
    REFUSED = "refused", "Không chấp nhận"
