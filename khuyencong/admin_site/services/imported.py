"""Spreadsheets that were sent in: who, what, when, how it ended. Their rows are read on the pages."""

from django.contrib import admin

from khuyencong.admin_site.options import ReadOnlyAdmin
from khuyencong.imports.models import ColumnMapping, ImportJob, ImportRow


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "filename", "requested_by", "status", "rows_total", "applied_at")
    list_filter = ("status",)
    search_fields = ("filename", "requested_by__username")
    ordering = ("-created_at",)


admin.site.leave_out(ImportRow)
admin.site.leave_out(ColumnMapping)
