"""The administrators' site: Django's admin under the portal's login and look."""

from django.contrib.admin import AdminSite


class PortalAdminSite(AdminSite):
    site_header = "Quản trị Cổng Khuyến công"
    site_title = "Quản trị"
    index_title = "Dữ liệu và cấu hình"
