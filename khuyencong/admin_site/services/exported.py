"""Spreadsheets that were asked for: who, what, when, how it ended."""

from django.contrib import admin

from khuyencong.admin_site.options import ReadOnlyAdmin
from khuyencong.exports.models import ColumnChoice, ExportJob


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "title", "format", "requested_by", "status", "rows_done")
    list_filter = ("status", "format")
    search_fields = ("title", "requested_by__username")
    ordering = ("-created_at",)


admin.site.leave_out(ColumnChoice)
