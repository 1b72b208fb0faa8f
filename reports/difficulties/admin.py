"""Matters for administrators: the catalogue of authorities to keep, the rest to read."""

from django.contrib import admin

from khuyencong.admin_site.options import CatalogueAdmin, ReadOnlyAdmin
from reports.difficulties.models import Authority, Matter, MatterAnswer, MatterEvent, MatterRow


@admin.register(Authority)
class AuthorityAdmin(CatalogueAdmin):
    list_display = ("code", "name", "position")
    search_fields = ("name",)


@admin.register(Matter)
class MatterAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "authority", "status", "due_on", "is_public")
    list_filter = ("status", "kind", "is_public")
    list_select_related = ("authority", "document")
    search_fields = ("title",)
    ordering = ("-id",)


@admin.register(MatterRow)
class MatterRowAdmin(ReadOnlyAdmin):
    list_display = ("matter", "report", "row_uid")
    list_select_related = ("matter", "report__place", "report__period")
    ordering = ("-id",)


@admin.register(MatterAnswer)
class MatterAnswerAdmin(ReadOnlyAdmin):
    list_display = ("matter", "answered_on", "document_number", "recorded_by")
    list_select_related = ("matter", "recorded_by")
    ordering = ("-id",)


@admin.register(MatterEvent)
class MatterEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "matter", "from_status", "to_status", "actor", "note")
    list_select_related = ("matter", "actor")
    ordering = ("-id",)
