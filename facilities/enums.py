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


# From a status to those a person may change it to.
STATUS_TRANSITIONS = {
    EstablishmentStatus.ACTIVE: {EstablishmentStatus.PAUSED, EstablishmentStatus.STOPPED},
    EstablishmentStatus.PAUSED: {EstablishmentStatus.ACTIVE, EstablishmentStatus.STOPPED},
    EstablishmentStatus.STOPPED: {EstablishmentStatus.ACTIVE},
}


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
