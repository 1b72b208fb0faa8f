from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's own admin site, with the portal's look and one door."""

    default_site = "khuyencong.admin_site.site.PortalAdminSite"
