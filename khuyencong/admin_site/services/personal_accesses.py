"""The log of readings of personal data, for administrators."""

from django.contrib import admin

from khuyencong.admin_site.options import ReadOnlyAdmin
from khuyencong.audit.models import PersonalDataAccess


@admin.register(PersonalDataAccess)
class PersonalDataAccessAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "means", "subject_name", "subject", "records")
    list_filter = ("means",)
    search_fields = ("subject", "subject_name", "user__username")
    ordering = ("-id",)
