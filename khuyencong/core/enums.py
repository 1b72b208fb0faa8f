"""Codes of the core: roles and places. Imports nothing of ours."""

from django.db import models


class Role(models.TextChoices):
    """Who a person is to the portal (design.md, section 2). A person may hold several."""

    COLLABORATOR = "collaborator", "Cộng tác viên khuyến công"
    OFFICER = "officer", "Chuyên viên Trung tâm"
    LEADER = "leader", "Lãnh đạo Trung tâm"
    ACCOUNTANT = "accountant", "Kế toán"
    VIEWER = "viewer", "Người xem (Sở Công Thương, UBND)"
    ADMINISTRATOR = "administrator", "Quản trị hệ thống"


# The roles that see the whole province as it is, approved or not.
CENTRE_ROLES = (Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR)


class PlaceLevel(models.TextChoices):
    """Level of a unit. `area` is a grouping without government, for reading totals."""

    PROVINCE = "province", "Cấp tỉnh"
    DISTRICT = "district", "Cấp huyện (đến 30/6/2025)"
    AREA = "area", "Khu vực (không phải cấp hành chính)"
    COMMUNE = "commune", "Cấp xã"


class PlaceKind(models.TextChoices):
    """Legal kind of a unit on its dates; it decides eligibility (NĐ 45/2012)."""

    PROVINCE = "tinh", "tỉnh"
    CENTRAL_CITY = "thanh_pho_tw", "thành phố trực thuộc trung ương"
    CITY = "thanh_pho", "thành phố thuộc tỉnh"
    TOWN = "thi_xa", "thị xã"
    DISTRICT = "huyen", "huyện"
    AREA = "khu_vuc", "khu vực"
    WARD = "phuong", "phường"
    RURAL_COMMUNE = "xa", "xã"
    TOWNSHIP = "thi_tran", "thị trấn"
    SPECIAL_ZONE = "dac_khu", "đặc khu"


class SuccessionKind(models.TextChoices):
    """How a unit passed into its successor."""

    MERGED = "merged", "sáp nhập"
    RENAMED = "renamed", "đổi tên"
    RECLASSIFIED = "reclassified", "đổi loại đơn vị"
    TRANSFERRED = "transferred", "chuyển đơn vị cấp trên"
    SPLIT = "split", "chia tách"
