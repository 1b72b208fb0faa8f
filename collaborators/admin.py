"""The network for administrators: decisions, collaborators, assignments, each written by its action."""

from django.contrib import admin

from collaborators import actions
from collaborators.models import AppointmentDecision, Assignment, Collaborator
from collaborators.resources import AssignmentResource, CollaboratorResource
from khuyencong.admin_site.imports import PortalImportMixin
from khuyencong.admin_site.options import PortalModelAdmin, ReadOnlyInline


class AssignmentInline(ReadOnlyInline):
    model = Assignment
    fields = ("place", "is_principal", "valid_from", "valid_to", "decision")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("place", "collaborator", "decision")


@admin.register(AppointmentDecision)
class AppointmentDecisionAdmin(PortalModelAdmin):
    list_display = ("number", "signed_on", "issued_by", "subject")
    list_filter = ("signed_on",)
    search_fields = ("number", "subject")
    date_hierarchy = "signed_on"

    def through_action(self, request, obj, form, change):
        if change:
            return super().through_action(request, obj, form, change)
        return actions.record_decision(actor=request.user, **form.cleaned_data)


@admin.register(Collaborator)
class CollaboratorAdmin(PortalImportMixin, PortalModelAdmin):
    import_resource = CollaboratorResource
    list_display = ("title", "user", "main_job", "phone", "is_illustration")
    list_filter = ("is_illustration", ("user", admin.EmptyFieldListFilter))
    search_fields = ("title", "user__username")
    ordering = ("title",)
    inlines = (AssignmentInline,)

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def through_action(self, request, obj, form, change):
        if change:
            return super().through_action(request, obj, form, change)
        return actions.appoint(actor=request.user, **form.cleaned_data)


@admin.register(Assignment)
class AssignmentAdmin(PortalImportMixin, PortalModelAdmin):
    """A new assignment, or the end of one; an assignment is otherwise not rewritten."""

    import_resource = AssignmentResource
    list_display = ("place", "collaborator", "is_principal", "valid_from", "valid_to", "decision")
    list_filter = ("is_principal", "valid_from", "is_illustration")
    search_fields = ("place__folded", "collaborator__title")
    ordering = ("-valid_from", "place__sort_key", "id")

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return ()
        return (
            "collaborator",
            "place",
            "is_principal",
            "valid_from",
            "decision",
            "is_illustration",
        )

    def through_action(self, request, obj, form, change):
        if not change:
            return actions.assign_place(actor=request.user, **form.cleaned_data)
        if "valid_to" not in form.changed_data or obj.valid_to is None:
            return None
        return actions.end_assignment(
            actor=request.user, assignment_id=obj.pk, valid_to=obj.valid_to
        )
