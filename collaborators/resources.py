"""Sheets of the network."""

from import_export.fields import Field

from collaborators import actions
from collaborators.models import AppointmentDecision, Assignment, Collaborator
from khuyencong.admin_site.resources import ImportResource, columns_of
from khuyencong.admin_site.widgets import LookupWidget, PlaceWidget
from khuyencong.core.exceptions import InvalidInput
from khuyencong.core.models import User


class CollaboratorResource(ImportResource):
    """Collaborators by their name of function; the account by its user name."""

    required = ("title",)
    locals().update(columns_of(Collaborator, "title", "main_job", "phone", "is_illustration"))
    user = Field(
        attribute="user",
        column_name="Tài khoản",
        widget=LookupWidget(User, ("username", "display_name"), what="tài khoản"),
    )

    class Meta:
        model = Collaborator
        import_id_fields = ("title",)
        fields = ("title", "user", "main_job", "phone", "is_illustration")

    def write(self, instance, *, actor, is_create, row):
        if not is_create:
            return super().write(instance, actor=actor, is_create=is_create, row=row)
        names = ("title", "user", "main_job", "phone", "is_illustration")
        return actions.appoint(actor=actor, **{name: getattr(instance, name) for name in names})


class AssignmentResource(ImportResource):
    """New assignments, and ends of those that the sheet repeats with a last day.

    An assignment is known by collaborator, place and first day.
    """

    required = ("collaborator", "place", "valid_from")
    collaborator = Field(
        attribute="collaborator",
        column_name="Cộng tác viên",
        widget=LookupWidget(Collaborator, ("title", "user__username"), what="cộng tác viên"),
    )
    place = Field(
        attribute="place", column_name="Địa bàn", widget=PlaceWidget(day_column="Từ ngày")
    )
    locals().update(columns_of(Assignment, "is_principal", "valid_from", "valid_to"))
    decision = Field(
        attribute="decision",
        column_name="Quyết định",
        widget=LookupWidget(AppointmentDecision, ("number",), what="quyết định"),
    )

    class Meta:
        model = Assignment
        import_id_fields = ("collaborator", "place", "valid_from")
        fields = ("collaborator", "place", "is_principal", "valid_from", "valid_to", "decision")
        # The action names who holds the place; the model's own check would only say that somebody does.
        clean_model_instances = False

    def write(self, instance, *, actor, is_create, row):
        if is_create:
            names = self.Meta.fields
            return actions.assign_place(
                actor=actor, **{name: getattr(instance, name) for name in names}
            )
        stored = Assignment.objects.get(pk=instance.pk)
        changed = [n for n in self.Meta.fields if getattr(stored, n) != getattr(instance, n)]
        if changed != ["valid_to"] or instance.valid_to is None:
            raise InvalidInput(
                "Phân công đã ghi chỉ sửa được ngày kết thúc. Muốn đổi khác, hãy kết thúc phân công này rồi ghi một phân công mới."
            )
        return actions.end_assignment(
            actor=actor, assignment_id=instance.pk, valid_to=instance.valid_to
        )
