"""Kinds of activity and what was carried out, for administrators."""

from django.contrib import admin

from khuyencong.admin_site.filters import YearFilter
from khuyencong.admin_site.imports import PortalImportMixin
from khuyencong.admin_site.options import PortalModelAdmin
from programs.models import ActivityKind, SupportResult, TrainingClass
from programs.resources import ActivityKindResource


@admin.register(ActivityKind)
class ActivityKindAdmin(PortalImportMixin, PortalModelAdmin):
    import_resource = ActivityKindResource
    list_display = ("label", "code", "group_number", "valid_from", "valid_to", "is_verified")
    list_filter = ("is_verified", "valid_from")
    search_fields = ("label", "code", "legal_basis")
    ordering = ("order", "code")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(SupportResult)
class SupportResultAdmin(PortalModelAdmin):
    list_display = ("title", "establishment", "activity_kind", "year", "fund", "support_vnd")
    list_filter = (YearFilter, "fund", "activity_kind", "is_illustration")
    search_fields = ("title", "establishment__folded", "decision")
    ordering = ("-year", "id")


@admin.register(TrainingClass)
class TrainingClassAdmin(PortalModelAdmin):
    list_display = ("title", "audience", "year", "held_on", "place", "participants")
    list_filter = (YearFilter, "audience", "is_illustration")
    search_fields = ("title",)
    ordering = ("-year", "id")
