"""The reports that mention an establishment, for the page of its record."""

from django.db.models import Q
from django.urls import reverse

from facilities.models import Establishment
from facilities.record.elsewhere import Entry, Told
from reports.models import VersionRow
from reports.queries.visible import versions_visible_to

# Rows looked at: those of some years of quarters.
LOOKED_AT = 200


def reports_that_mention(user, establishment: Establishment) -> Told:
    """Submitted reports this user may read in which a row names the establishment or a record merged
    into it: of each report the latest such version, the latest first, with the parts."""
    rows = (
        VersionRow.objects.filter(
            Q(establishment=establishment) | Q(establishment__merged_into=establishment),
            version__in=versions_visible_to(user),
        )
        .select_related("part", "version__report__place", "version__report__period")
        .order_by("-version__submitted_at", "part__order", "id")[:LOOKED_AT]
    )
    versions, parts = {}, {}
    for row in rows:
        version = versions.setdefault(row.version.report_id, row.version)
        if version.pk == row.version_id:
            parts.setdefault(version.pk, {})[row.part_id] = row.part
    return Told(
        anchor="bao-cao",
        heading="Báo cáo có nhắc đến",
        entries=[
            Entry(
                title=f"{version.report.period}, {version.report.place}",
                url=reverse("reports:version", args=[version.report_id, version.number]),
                details=(
                    f"Lần nộp {version.number}",
                    *(f"phần {part.numeral}: {part.title}" for part in parts[version.pk].values()),
                ),
                is_illustration=version.report.is_illustration,
            )
            for version in versions.values()
        ],
        empty="Chưa có báo cáo nào nhắc đến cơ sở này.",
    )
