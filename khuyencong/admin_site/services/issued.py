"""Numbers and documents for administrators: to read; a series may be moved forward."""

from django.contrib import admin

from khuyencong.admin_site.options import PortalModelAdmin, ReadOnlyAdmin
from khuyencong.documents.actions import move_series_forward
from khuyencong.documents.models import IssuedDocument, NumberSeries


@admin.register(NumberSeries)
class NumberSeriesAdmin(PortalModelAdmin):
    """A series begins with its first document, or here when numbers were given on paper before."""

    list_display = ("symbol", "year", "last_number")
    list_filter = ("year",)
    fields = ("symbol", "year", "last_number")

    def get_readonly_fields(self, request, obj=None):
        return ("symbol", "year") if obj else ()

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def through_action(self, request, obj, form, change):
        return move_series_forward(
            actor=request.user,
            symbol=obj.symbol,
            year=obj.year,
            last_number=form.cleaned_data["last_number"],
        )


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(ReadOnlyAdmin):
    list_display = ("full_number", "kind", "signed_on", "signed_by", "abstract", "content_hash")
    list_filter = ("kind", "year")
    list_select_related = ("signed_by",)
    search_fields = ("abstract", "content_hash")
    ordering = ("-id",)
