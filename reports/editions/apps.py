from django.apps import AppConfig


class EditionsConfig(AppConfig):
    """The Centre's consolidated reports; a Django app of its own, so that its tables stand together."""

    name = "reports.editions"
    label = "editions"
    verbose_name = "Báo cáo hợp nhất"

    def ready(self) -> None:
        from khuyencong.documents.registry import register as register_document
        from reports.editions import exports, queries

        register_document(queries.DOCUMENT_KIND)
        exports.register_source()
