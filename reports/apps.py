from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    label = "reports"
    verbose_name = "Báo cáo"

    def ready(self) -> None:
        from facilities.movers import ForeignKeyMover, register, stays
        from facilities.record import elsewhere
        from reports import exports_growth, exports_league, exports_rollup
        from reports.models import DraftRow
        from reports.queries.mentions import reports_that_mention

        exports_rollup.register_source()
        exports_growth.register_source()
        exports_league.register_source()
        register(ForeignKeyMover(DraftRow, "establishment", "dòng báo cáo đang nhập"))
        stays("reports.VersionRow.establishment", "a submitted version never changes")
        elsewhere.register(reports_that_mention)
