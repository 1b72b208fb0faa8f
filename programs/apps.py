from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    label = "programs"
    verbose_name = "Chương trình khuyến công"

    def ready(self) -> None:
        from facilities.movers import ForeignKeyMover, register
        from programs.models import SupportResult

        register(ForeignKeyMover(SupportResult, "establishment", "kết quả hỗ trợ"))
