from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's own admin site, with the portal's look and one door."""

    default_site = "khuyencong.admin_site.site.PortalAdminSite"

    def ready(self):
        super().ready()
        from django.contrib import admin

        from khuyencong.admin_site import display, exporting
        from khuyencong.admin_site.services import (  # noqa: F401
            accounts,
            attached,
            exported,
            form_versions,
            imported,
            issued,
            notified,
            personal_accesses,
            places,
            safety,
        )
        from khuyencong.exports.registry import register

        display.install()
        register(exporting.SOURCE)
        admin.site.complete()
