"""Sheets of the programme."""

from khuyencong.admin_site.resources import ImportResource, columns_of
from programs.models import ActivityKind

COLUMNS = (
    "code", "label", "group_number", "legal_basis", "valid_from", "valid_to", "is_verified", "order",
)  # fmt: skip


class ActivityKindResource(ImportResource):
    """Kinds of activity by code."""

    required = ("code", "label", "valid_from")
    locals().update(columns_of(ActivityKind, *COLUMNS))

    class Meta:
        model = ActivityKind
        import_id_fields = ("code",)
        fields = COLUMNS
