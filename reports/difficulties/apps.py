from django.apps import AppConfig


class DifficultiesConfig(AppConfig):
    """Difficulties of part IV, gathered into matters and followed until answered."""

    name = "reports.difficulties"
    label = "difficulties"
    verbose_name = "Khó khăn, vướng mắc"

    def ready(self) -> None:
        from khuyencong.exports.registry import register
        from khuyencong.files.access import register_owner
        from reports.difficulties import exports, permissions, queries
        from reports.difficulties.models import Matter

        register_owner(
            Matter,
            visible_to=queries.matters_visible_to,
            check_can_change=lambda user, matter: permissions.check_can_follow(user),
        )
        register(exports.SOURCE)
