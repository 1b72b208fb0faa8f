from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    label = "reports"
    verbose_name = "Báo cáo"

    def ready(self) -> None:
        from reports import exports_rollup

        exports_rollup.register_source()
