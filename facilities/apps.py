from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "facilities"
    label = "facilities"
    verbose_name = "Cơ sở công nghiệp nông thôn"

    def ready(self):
        from facilities import exports, permissions, queries
        from facilities.models import Establishment
        from khuyencong.exports.registry import register
        from khuyencong.files.access import register_owner

        register(exports.ESTABLISHMENTS)
        register_owner(
            Establishment,
            visible_to=queries.papers_visible_to,
            check_can_change=permissions.check_can_change_establishment,
        )
