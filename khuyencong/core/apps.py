from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "khuyencong.core"
    label = "core"
    verbose_name = "Hệ thống"

    def ready(self) -> None:
        # Whoever calls a task's delay() needs the application that knows the broker.
        from khuyencong import celery  # noqa: F401
