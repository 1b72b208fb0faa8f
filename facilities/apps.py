from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "facilities"
    label = "facilities"
    verbose_name = "Cơ sở công nghiệp nông thôn"

    def ready(self):
        from facilities import (
            exports,
            importing,
            models,
            movers,
            own_movers,
            permissions,
            queries,
        )
        from facilities.models import Establishment
        from facilities.surveys import exports as survey_exports
        from facilities.surveys import permissions as survey_permissions
        from facilities.surveys import queries as survey_queries
        from facilities.surveys.moving import SURVEY_TARGETS
        from khuyencong.exports.registry import register
        from khuyencong.files.access import register_owner
        from khuyencong.imports.registry import register as register_import

        register(exports.ESTABLISHMENTS)
        register(survey_exports.ANSWERS)
        register(survey_exports.NEEDS)
        register_import(importing.ESTABLISHMENTS)
        register_owner(
            Establishment,
            visible_to=queries.papers_visible_to,
            check_can_change=permissions.check_can_change_establishment,
        )
        movers.register(own_movers.ProductMover())
        movers.register(own_movers.PaperMover())
        for model, label, once_by in (
            (models.Certificate, "chứng nhận", ""),
            (models.Machine, "máy, thiết bị", ""),
            (models.SupportNeed, "nhu cầu hỗ trợ", ""),
            (models.YearFigure, "số liệu năm", "year"),
        ):
            movers.register(movers.ForeignKeyMover(model, "establishment", label, once_by))
        movers.register(SURVEY_TARGETS)
        register_owner(
            models.SurveyTarget,
            visible_to=survey_queries.targets_visible_to,
            check_can_change=survey_permissions.check_can_change_photos,
        )
        movers.stays("facilities.PersonalDataRequest.establishment", "it was asked of that record")
        movers.stays(
            "facilities.StatusChange.establishment", "events are never edited: each keeps its own"
        )
        movers.stays("facilities.Establishment.merged_into", "merges are followed one by one")
        for name in ("DuplicateCandidate.first", "DuplicateCandidate.second"):
            movers.stays(f"facilities.{name}", "the merge itself decides the pair")
        for name in ("MergeRecord.survivor", "MergeRecord.merged"):
            movers.stays(f"facilities.{name}", "the record of a merge is history")
