"""The registry for administrators, written by the registry's own actions."""

from django.contrib import admin

from facilities import actions
from facilities.models import (
    Award,
    Certificate,
    DuplicateCandidate,
    DuplicateSearch,
    EligibilityRule,
    Establishment,
    Industry,
    Machine,
    MergeRecord,
    NeedKind,
    NetworkGroup,
    PersonalDataRequest,
    Product,
    SavedView,
    SearchWord,
    StatusChange,
    SupportNeed,
    YearFigure,
)
from facilities.record.pages import shows_personal_data
from facilities.resources import (
    AwardResource,
    EstablishmentResource,
    IndustryResource,
    NetworkGroupResource,
    ProductResource,
    facts_of,
)
from khuyencong.admin_site.filters import YearFilter
from khuyencong.admin_site.imports import PortalImportMixin
from khuyencong.admin_site.options import (
    CatalogueAdmin,
    PortalModelAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
)
from khuyencong.audit.personal import log_export_access, log_page_access

# Written section by section on the record's own pages.
DETAIL_FIELDS = (
    "household_licence_number",
    "household_licence_on",
    "household_licence_issuer",
    "craft_village",
    "latitude",
    "longitude",
    "representative_position",
    "email",
    "website",
    "contact_consent_on",
    "contact_consent_means",
    "contact_consent_withdrawn_on",
    "labour_seasonal",
    "capital_vnd",
    "assets_vnd",
    "electricity_kwh",
    "fuel_use",
    "markets",
    "export_countries",
)


class ProductInline(ReadOnlyInline):
    model = Product
    fields = ("name", "capacity", "is_illustration")


class MachineInline(ReadOnlyInline):
    model = Machine
    fields = ("name", "maker", "year_made", "quantity", "is_main")


class NeedInline(ReadOnlyInline):
    model = SupportNeed
    fields = ("kind", "what", "wished_year", "estimated_vnd", "state")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("kind")


class StatusChangeInline(ReadOnlyInline):
    model = StatusChange
    fields = ("from_status", "to_status", "effective_on", "reason", "actor", "created_at")
    show_change_link = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor", "establishment")


@admin.register(Establishment)
class EstablishmentAdmin(PortalImportMixin, PortalModelAdmin):
    """The facts are written here; the status has its own page in the portal, which asks for day and reason."""

    import_resource = EstablishmentResource
    list_display = (
        "name",
        "place",
        "legal_form",
        "network_group",
        "status",
        "source",
        "updated_at",
    )
    list_filter = ("status", "legal_form", "network_group", "source", "is_illustration")
    search_fields = ("folded",)
    ordering = ("sort_key", "id")
    inlines = (ProductInline, MachineInline, NeedInline, StatusChangeInline)
    fieldsets = (
        (None, {"fields": ("name", "legal_form", "tax_code", "representative", "phone")}),
        ("Địa điểm", {"fields": ("place", "address")}),
        (
            "Sản xuất",
            {
                "fields": (
                    "network_group",
                    "industry",
                    "main_products",
                    "founded_year",
                    "labour_total",
                    "labour_female",
                    "revenue_vnd",
                )
            },
        ),
        (
            "Bổ sung",
            {
                "fields": DETAIL_FIELDS,
                "description": "Sửa các mục này ở trang của cơ sở trên cổng.",
            },
        ),
        (
            "Tình trạng",
            {
                "fields": ("status", "status_on", "status_reason", "merged_into"),
                "description": "Đổi tình trạng ở trang của cơ sở trên cổng, có ngày và lý do.",
            },
        ),
        ("Ghi chú", {"fields": ("note",)}),
        (
            "Nguồn",
            {
                "fields": (
                    "source",
                    "source_url",
                    "is_illustration",
                    "registered_on",
                    "created_by",
                    "created_at",
                    "updated_at",
                )
            },
        ),
    )
    readonly_fields = (
        *DETAIL_FIELDS,
        "status",
        "status_on",
        "status_reason",
        "merged_into",
        "source",
        "source_url",
        "is_illustration",
        "registered_on",
        "created_by",
        "created_at",
        "updated_at",
    )

    def get_fieldsets(self, request, obj=None):
        if obj is not None:
            return self.fieldsets
        return [f for f in self.fieldsets if f[0] not in ("Bổ sung", "Tình trạng", "Nguồn")]

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def render_change_form(self, request, context, obj=None, **kwargs):
        if obj is not None and shows_personal_data(obj):
            log_page_access(request.user, obj)
        return super().render_change_form(request, context, obj=obj, **kwargs)

    def note_export(self, user, records):
        log_export_access(
            user, kind=self.opts.label_lower, name="Sổ cơ sở (trang quản trị)", records=records
        )

    def through_action(self, request, obj, form, change):
        facts = facts_of(obj)
        if change:
            return actions.update_establishment(
                actor=request.user, establishment_id=obj.pk, facts=facts
            )
        return actions.add_establishment(actor=request.user, facts=facts)


@admin.register(Product)
class ProductAdmin(PortalImportMixin, PortalModelAdmin):
    import_resource = ProductResource
    list_display = ("name", "establishment", "capacity", "is_illustration")
    list_filter = ("is_illustration",)
    search_fields = ("name", "establishment__folded")
    ordering = ("name", "id")
    readonly_fields = ("source_url", "is_illustration")

    def get_readonly_fields(self, request, obj=None):
        return (*self.readonly_fields, "establishment") if obj else self.readonly_fields

    def through_action(self, request, obj, form, change):
        if change:
            return actions.update_product(
                actor=request.user,
                product_id=obj.pk,
                name=obj.name,
                capacity=obj.capacity,
                capacity_value=obj.capacity_value,
                capacity_unit=obj.capacity_unit,
            )
        return actions.add_product(
            actor=request.user,
            establishment_id=obj.establishment_id,
            name=obj.name,
            capacity=obj.capacity,
            capacity_value=obj.capacity_value,
            capacity_unit=obj.capacity_unit,
        )


@admin.register(Award)
class AwardAdmin(PortalImportMixin, PortalModelAdmin):
    import_resource = AwardResource
    list_display = ("product", "level", "year", "decision", "valid_to", "is_illustration")
    list_filter = ("level", YearFilter, "is_illustration")
    search_fields = ("product__name", "product__establishment__folded", "decision")
    ordering = ("-year", "level", "id")


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    list_display = ("establishment", "from_status", "to_status", "effective_on", "reason", "actor")
    list_filter = ("to_status",)
    search_fields = ("establishment__folded",)
    ordering = ("-id",)


@admin.register(NetworkGroup)
class NetworkGroupAdmin(PortalImportMixin, CatalogueAdmin):
    import_resource = NetworkGroupResource
    list_display = ("label", "code", "order")
    search_fields = ("label", "code")
    ordering = ("order",)

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(Industry)
class IndustryAdmin(PortalImportMixin, CatalogueAdmin):
    import_resource = IndustryResource
    list_display = ("code", "label", "valid_from", "valid_to", "is_verified")
    list_filter = ("is_verified", "valid_from")
    search_fields = ("code", "label")
    ordering = ("code", "valid_from")


@admin.register(NeedKind)
class NeedKindAdmin(CatalogueAdmin):
    list_display = ("label", "code", "group_number", "order")
    search_fields = ("label", "code")
    ordering = ("order", "code")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(EligibilityRule)
class EligibilityRuleAdmin(PortalModelAdmin):
    list_display = ("legal_basis", "valid_from", "valid_to", "max_labour", "is_verified")
    list_filter = ("is_verified",)
    search_fields = ("legal_basis",)
    ordering = ("-valid_from",)


class ParticularAdmin(ReadOnlyAdmin):
    """Rows written on the record's own pages: read, searched and exported here."""

    search_fields = ("establishment__folded",)
    ordering = ("-id",)


@admin.register(Machine)
class MachineAdmin(ParticularAdmin):
    list_display = ("name", "establishment", "maker", "year_made", "quantity", "is_main")
    list_filter = ("is_main", "is_illustration")
    search_fields = ("name", "establishment__folded")


@admin.register(Certificate)
class CertificateAdmin(ParticularAdmin):
    list_display = ("kind", "name", "establishment", "product", "number", "valid_to")
    list_filter = ("kind", "is_illustration")
    search_fields = ("name", "number", "establishment__folded")


@admin.register(YearFigure)
class YearFigureAdmin(ParticularAdmin):
    list_display = ("establishment", "year", "revenue_vnd", "labour", "electricity_kwh")
    list_filter = (YearFilter, "is_illustration")


@admin.register(SupportNeed)
class SupportNeedAdmin(ParticularAdmin):
    list_display = ("what", "establishment", "kind", "wished_year", "estimated_vnd", "state")
    list_filter = ("state", "kind", "source", "is_illustration")
    search_fields = ("what", "establishment__folded")


@admin.register(PersonalDataRequest)
class PersonalDataRequestAdmin(ParticularAdmin):
    list_display = ("establishment", "kind", "received_on", "state", "handled_by", "handled_at")
    list_filter = ("kind", "state")


@admin.register(DuplicateCandidate)
class DuplicateCandidateAdmin(ReadOnlyAdmin):
    list_display = ("first", "second", "score", "state", "decided_by", "decided_at")
    list_filter = ("state",)
    search_fields = ("first__folded", "second__folded")
    ordering = ("-score", "id")


@admin.register(DuplicateSearch)
class DuplicateSearchAdmin(ReadOnlyAdmin):
    list_display = ("ran_at", "until", "pairs_found")
    ordering = ("-id",)


@admin.register(MergeRecord)
class MergeRecordAdmin(ReadOnlyAdmin):
    list_display = ("merged", "survivor", "actor", "created_at", "undone_by", "undone_at")
    search_fields = ("merged__folded", "survivor__folded")
    ordering = ("-id",)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "query", "created_at")
    search_fields = ("name",)
    ordering = ("name", "id")


@admin.register(SearchWord)
class SearchWordAdmin(ReadOnlyAdmin):
    list_display = ("word", "uses")
    search_fields = ("word",)
    ordering = ("word",)
