"""Reports for administrators: to read, search and export. What a workflow wrote is changed by it only."""

from django.contrib import admin

from khuyencong.admin_site.filters import PeriodYearFilter, YearFilter
from khuyencong.admin_site.options import (
    CatalogueAdmin,
    PortalModelAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
)
from reports.actions.periods import DATE_FIELDS, change_period_dates
from reports.models import (
    AcceptedCell,
    CalendarRule,
    DraftCell,
    DraftRow,
    DraftStatement,
    PeriodExtension,
    Reopening,
    Report,
    ReportEvent,
    ReportPeriod,
    ReportVersion,
    ReturnComment,
    SpecialDay,
    VersionCell,
    VersionRow,
    VersionStatement,
)

# The cells of accepted versions again, laid out for totals; VersionCell is what was submitted.
admin.site.leave_out(AcceptedCell)

REPORT = ("report__place", "report__period")
VERSION = ("version__report__place", "version__report__period")


class EventInline(ReadOnlyInline):
    model = ReportEvent
    fields = ("created_at", "from_status", "to_status", "actor", "system_job", "note")
    show_change_link = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor", *REPORT)


class VersionInline(ReadOnlyInline):
    model = ReportVersion
    fields = ("number", "submitted_at", "submitted_by", "form_version")

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("submitted_by", "form_version__form", *REPORT)
        )


@admin.register(ReportPeriod)
class ReportPeriodAdmin(PortalModelAdmin):
    """The dates may be moved, by the calendar's own action; new periods come on the portal's page."""

    list_display = ("__str__", "scheme", "starts_on", "ends_on", "opens_on", "due_on", "locks_on")
    list_filter = ("scheme", YearFilter)
    list_select_related = ("form_version__form",)
    ordering = ("-year", "-number", "scheme")
    fields = ("scheme", "year", "number", *DATE_FIELDS, "form_version")
    readonly_fields = ("scheme", "year", "number", "form_version")

    def has_add_permission(self, request) -> bool:
        return False

    def through_action(self, request, obj, form, change):
        stored = ReportPeriod.objects.get(pk=obj.pk)
        return change_period_dates(
            actor=request.user,
            period_id=obj.pk,
            shown={name: form.initial.get(name, getattr(stored, name)) for name in DATE_FIELDS},
            dates={name: form.cleaned_data[name] for name in DATE_FIELDS},
        )


@admin.register(CalendarRule)
class CalendarRuleAdmin(CatalogueAdmin):
    """Rules of dates. They make new periods; an existing one is moved on the page of the calendar."""

    list_display = ("scheme", "valid_from", "due_after", "due_unit", "lock_after", "lock_unit")
    list_filter = ("scheme",)
    ordering = ("scheme", "-valid_from")
    fieldsets = (
        (None, {"fields": ("scheme", "valid_from", "legal_basis")}),
        (
            "Các ngày",
            {
                "fields": (
                    "opens_after",
                    ("due_after", "due_unit"),
                    ("centre_due_after", "centre_due_unit"),
                    ("department_due_after", "department_due_unit"),
                    ("lock_after", "lock_unit"),
                ),
                "description": "Quy tắc dùng khi tạo kỳ mới. Kỳ đã tạo giữ nguyên ngày; trang "
                "“Lịch báo cáo” chỉ ra kỳ nào khác quy tắc để anh/chị quyết định.",
            },
        ),
        ("Nhắc hạn", {"fields": ("remind_before", "remind_after", "escalate_after")}),
    )


@admin.register(SpecialDay)
class SpecialDayAdmin(CatalogueAdmin):
    list_display = ("day", "kind", "name", "legal_basis")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("-day",)


@admin.register(PeriodExtension)
class PeriodExtensionAdmin(ReadOnlyAdmin):
    list_display = ("place", "period", "due_on", "locks_on", "reason", "granted_by", "withdrawn_at")
    search_fields = ("place__folded", "reason")
    ordering = ("-id",)


@admin.register(Reopening)
class ReopeningAdmin(ReadOnlyAdmin):
    list_display = ("asked_at", "report", "state", "asked_by", "decided_by", "expires_at")
    list_filter = ("state",)
    list_select_related = (*REPORT, "asked_by", "decided_by")
    search_fields = ("report__place__folded", "reason")
    ordering = ("-id",)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("place", "period", "status", "status_at", "first_submitted_at")
    list_filter = ("status", PeriodYearFilter, "is_illustration")
    search_fields = ("place__folded",)
    ordering = ("-id",)
    inlines = (EventInline, VersionInline)

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related(
                "place",
                "period",
                "latest_version__report__place",
                "latest_version__report__period",
                "accepted_version__report__place",
                "accepted_version__report__period",
            )
        )


@admin.register(ReportVersion)
class ReportVersionAdmin(ReadOnlyAdmin):
    list_display = ("report", "number", "submitted_by", "submitted_at", "content_hash")
    list_select_related = (*REPORT, "submitted_by")
    search_fields = ("report__place__folded", "content_hash")
    ordering = ("-id",)


@admin.register(ReportEvent)
class ReportEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "report", "from_status", "to_status", "actor", "note")
    list_filter = ("to_status",)
    list_select_related = (*REPORT, "actor")
    search_fields = ("report__place__folded", "note")
    ordering = ("-id",)


@admin.register(ReturnComment)
class ReturnCommentAdmin(ReadOnlyAdmin):
    list_display = ("version", "part", "indicator", "text")
    list_select_related = (*VERSION, "part", "indicator")
    search_fields = ("text", "version__report__place__folded")
    ordering = ("-id",)


class VersionContentAdmin(ReadOnlyAdmin):
    """What a version holds; millions of rows, so newest first by key and one join deep."""

    list_select_related = (*VERSION, "indicator")
    search_fields = ("version__report__place__folded",)
    ordering = ("-id",)


@admin.register(VersionCell)
class VersionCellAdmin(VersionContentAdmin):
    list_display = ("version", "indicator", "member", "value", "state")
    list_filter = ("state",)


@admin.register(VersionRow)
class VersionRowAdmin(VersionContentAdmin):
    list_display = ("version", "part", "position", "establishment")
    list_select_related = (*VERSION, "part", "establishment")


@admin.register(VersionStatement)
class VersionStatementAdmin(VersionContentAdmin):
    list_display = ("version", "part", "stated_by", "stated_at")
    list_select_related = (*VERSION, "part", "stated_by")


@admin.register(DraftCell)
class DraftCellAdmin(ReadOnlyAdmin):
    list_display = ("report", "indicator", "member", "text", "updated_by", "updated_at")
    list_select_related = (*REPORT, "indicator", "updated_by")
    search_fields = ("report__place__folded",)
    ordering = ("-id",)


@admin.register(DraftRow)
class DraftRowAdmin(ReadOnlyAdmin):
    list_display = ("report", "part", "position", "establishment", "updated_by", "updated_at")
    list_select_related = (*REPORT, "part", "establishment", "updated_by")
    search_fields = ("report__place__folded",)
    ordering = ("-id",)


@admin.register(DraftStatement)
class DraftStatementAdmin(ReadOnlyAdmin):
    list_display = ("report", "part", "stated_by", "stated_at")
    list_select_related = (*REPORT, "part", "stated_by")
    search_fields = ("report__place__folded",)
    ordering = ("-id",)
