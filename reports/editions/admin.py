"""Editions for administrators: to read, search and export."""

from django.contrib import admin

from khuyencong.admin_site.filters import PeriodYearFilter
from khuyencong.admin_site.options import ReadOnlyAdmin
from reports.editions.models import Edition, EditionEntry, EditionEvent, EditionSection


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("period", "ordinal", "kind", "status", "document", "signed_by")
    list_filter = ("status", "kind", PeriodYearFilter)
    list_select_related = ("period", "document", "signed_by")
    ordering = ("-id",)


class PartAdmin(ReadOnlyAdmin):
    list_select_related = ("edition__period",)
    ordering = ("-id",)


@admin.register(EditionSection)
class EditionSectionAdmin(PartAdmin):
    list_display = ("edition", "position", "title", "updated_by", "updated_at")
    list_select_related = ("edition__period", "updated_by")


@admin.register(EditionEntry)
class EditionEntryAdmin(PartAdmin):
    list_display = ("edition", "place", "version", "state")
    list_select_related = (
        "edition__period",
        "place",
        "version__report__place",
        "version__report__period",
    )


@admin.register(EditionEvent)
class EditionEventAdmin(PartAdmin):
    list_display = ("created_at", "edition", "from_status", "to_status", "actor", "note")
    list_select_related = ("edition__period", "actor")
