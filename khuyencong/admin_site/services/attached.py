"""Attachments: what was filed to which record; the files themselves open only from their record."""

from django.contrib import admin

from khuyencong.admin_site.options import ReadOnlyAdmin
from khuyencong.files.models import Attachment


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ("uploaded_at", "title", "original_name", "owner_type", "size", "uploaded_by")
    list_filter = ("media_type",)
    search_fields = ("title", "original_name")
    ordering = ("-uploaded_at",)
    exclude = ("file",)
