from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    label = "programs"
    verbose_name = "Chương trình khuyến công"

    def ready(self) -> None:
        from facilities.movers import ForeignKeyMover, register
        from facilities.record import elsewhere
        from programs.models import SupportResult
        from programs.record import support_received

        register(ForeignKeyMover(SupportResult, "establishment", "kết quả hỗ trợ"))
        elsewhere.register(support_received)
