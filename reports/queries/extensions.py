"""Extensions in force: the later due dates of single places."""

from collections.abc import Iterable

from django.db.models import QuerySet

from reports.models import PeriodExtension, Report


def extensions_in_force() -> QuerySet[PeriodExtension]:
    """Extensions that nobody took back, whatever their days."""
    return PeriodExtension.objects.filter(withdrawn_at__isnull=True)


def extension_of(place_id: int, period_id: int) -> PeriodExtension | None:
    """The extension in force of a place for a period."""
    return (
        extensions_in_force()
        .filter(place=place_id, period=period_id)
        .select_related("granted_by")
        .first()
    )


def with_extensions(reports: Iterable[Report]) -> list[Report]:
    """Reports with `extension` set, in one query for all of them."""
    reports = list(reports)
    found = {
        (extension.place_id, extension.period_id): extension
        for extension in extensions_in_force().filter(
            period__in={report.period_id for report in reports},
            place__in={report.place_id for report in reports},
        )
    }
    for report in reports:
        report.extension = found.get((report.place_id, report.period_id))
    return reports
