"""Sheets of places."""

from khuyencong.admin_site.resources import ImportResource, columns_of
from khuyencong.admin_site.widgets import PlaceWidget
from khuyencong.core.models import Place
from khuyencong.core.places import rebuild_lineage


class PlaceResource(ImportResource):
    """Units by level, code and first day; `Trực thuộc` is a code or name on the map of that day."""

    required = ("code", "name", "kind", "level")
    optional_key = ("valid_from",)
    locals().update(
        columns_of(
            Place,
            "code",
            "name",
            "kind",
            "level",
            "valid_from",
            "valid_to",
            "parent",
            "province",
            "source",
            parent=PlaceWidget(day_column="Có từ ngày"),
            province=PlaceWidget(day_column="Có từ ngày"),
        )
    )

    class Meta:
        model = Place
        import_id_fields = ("code", "level", "valid_from")
        fields = (
            "code", "name", "kind", "level", "valid_from", "valid_to", "parent", "province",
            "source",
        )  # fmt: skip

    def after_import(self, dataset, result, **kwargs):
        super().after_import(dataset, result, **kwargs)
        rebuild_lineage()
