"""The catalogue of places and their successions, for administrators."""

from django.contrib import admin

from khuyencong.admin_site.imports import PortalImportMixin
from khuyencong.admin_site.options import PortalModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from khuyencong.admin_site.services.place_resource import PlaceResource
from khuyencong.core.models import Place, PlaceLineage, Succession
from khuyencong.core.places import rebuild_lineage


class ChildrenInline(ReadOnlyInline):
    model = Succession
    fk_name = "predecessor"
    fields = ("successor", "effective_on", "kind", "is_whole")
    verbose_name_plural = "trở thành"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("predecessor", "successor")


@admin.register(Place)
class PlaceAdmin(PortalImportMixin, PortalModelAdmin):
    """The catalogue of units; a new name, kind or parent is a new row with a succession."""

    import_resource = PlaceResource
    list_display = ("code", "name", "kind", "level", "parent", "valid_from", "valid_to")
    list_filter = ("level", "kind", "valid_from")
    search_fields = ("folded", "code")
    ordering = ("level", "code", "valid_from")
    inlines = (ChildrenInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("code", "name", "kind", "level", "parent", "province"),
                "description": "Chỉ sửa chỗ ghi nhầm. Đơn vị đổi tên, đổi loại hay đổi cấp trên là một dòng mới và một dòng kế thừa.",
            },
        ),
        ("Thời gian", {"fields": ("valid_from", "valid_to")}),
        ("Vị trí", {"fields": ("latitude", "longitude", "area_km2")}),
        ("Nguồn", {"fields": ("source",)}),
    )

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def through_action(self, request, obj, form, change):
        obj.save()
        rebuild_lineage()
        return obj


@admin.register(Succession)
class SuccessionAdmin(PortalModelAdmin):
    list_display = ("predecessor", "successor", "effective_on", "kind", "is_whole", "legal_basis")
    list_filter = ("kind", "is_whole", "effective_on")
    search_fields = ("predecessor__folded", "successor__folded")
    ordering = ("-effective_on", "successor__sort_key")

    def through_action(self, request, obj, form, change):
        obj.save()
        rebuild_lineage()
        return obj


@admin.register(PlaceLineage)
class PlaceLineageAdmin(ReadOnlyAdmin):
    list_display = ("place", "successor", "is_whole")
    list_filter = ("is_whole",)
    search_fields = ("place__folded", "successor__folded")
    ordering = ("id",)
