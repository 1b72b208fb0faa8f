"""Which difficulties are not in a matter yet, which belong together, and what is public."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.db.models import Count, F, Q, QuerySet

from khuyencong.core.enums import Role
from khuyencong.core.text import fold
from reports.difficulties.enums import MatterStatus
from reports.difficulties.models import Matter, MatterRow
from reports.models import Report, VersionRow

PART = "kho_khan"
# Texts this alike are suggested as one matter.
ALIKE = 0.75
LOOSE_SHOWN = 200


@dataclass(frozen=True)
class Difficulty:
    """A row of part IV of an accepted version."""

    report: Report
    uid: str
    text: str
    wish: str
    kind: str
    kind_label: str
    authority: str

    @property
    def key(self) -> str:
        """How a page names it: `report:uid`."""
        return f"{self.report.pk}:{self.uid}"


@dataclass
class Suggestion:
    """Difficulties that look like one matter."""

    rows: list[Difficulty] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.rows[0].text.split("\n")[0][:300]


def matters_visible_to(user) -> QuerySet[Matter]:
    """The Centre: all; a viewer: those that were sent; others: none (their answers stand on their reports)."""
    matters = Matter.objects.select_related("authority", "document", "joined_to")
    if not user.is_active:
        return matters.none()
    if user.is_centre:
        return matters
    if user.has_role(Role.VIEWER):
        return matters.filter(
            status__in=(MatterStatus.SENT, MatterStatus.ANSWERED, MatterStatus.CLOSED)
        )
    return matters.none()


def accepted_difficulties() -> QuerySet[VersionRow]:
    """The rows of part IV of all accepted versions."""
    return VersionRow.objects.filter(
        part__code=PART, version=F("version__report__accepted_version")
    ).select_related("version__report__place", "version__report__period")


def _difficulty(row: VersionRow) -> Difficulty:
    kind, authority = row.data.get("nhom") or {}, row.data.get("cap") or {}
    return Difficulty(
        report=row.version.report,
        uid=str(row.uid),
        text=row.data.get("noi_dung", ""),
        wish=row.data.get("kien_nghi", ""),
        kind=kind.get("code", "khac"),
        kind_label=kind.get("label", "Khác"),
        authority=authority.get("code", ""),
    )


def loose_difficulties() -> list[Difficulty]:
    """The newest that are in no matter yet."""
    taken = set(MatterRow.objects.values_list("report_id", "row_uid"))
    rows = accepted_difficulties().order_by("-version__submitted_at", "position")
    return [
        _difficulty(row)
        for row in rows[: LOOSE_SHOWN + len(taken)]
        if (row.version.report_id, row.uid) not in taken
    ][:LOOSE_SHOWN]


def suggestions(rows: list[Difficulty]) -> list[Suggestion]:
    """Rows of one kind and authority whose texts are alike, the largest group first."""
    groups: list[tuple[tuple, str, Suggestion]] = []
    for row in rows:
        about, text = (row.kind, row.authority), fold(row.text)
        for known, other, group in groups:
            if known == about and SequenceMatcher(None, text, other).ratio() >= ALIKE:
                group.rows.append(row)
                break
        else:
            groups.append((about, text, Suggestion([row])))
    return sorted((group for _, _, group in groups), key=lambda group: -len(group.rows))


def rows_of(matter: Matter) -> list[tuple[MatterRow, Difficulty | None]]:
    """Who raised the matter; None where a corrected report does not say so any more."""
    links = list(
        matter.rows.select_related("report__place", "report__period", "report__accepted_version")
    )
    found = {
        (row.version.report_id, str(row.uid)): _difficulty(row)
        for row in accepted_difficulties().filter(
            version__report__in={link.report_id for link in links}
        )
    }
    return [(link, found.get((link.report_id, str(link.row_uid)))) for link in links]


def matters_of_rows(report_ids) -> dict[tuple[int, str], Matter]:
    """(report id, row uid) → matter, for the rows of these reports; answers prefetched."""
    links = MatterRow.objects.filter(report__in=report_ids).select_related("matter__authority")
    return {
        (link.report_id, str(link.row_uid)): link.matter
        for link in links.prefetch_related("matter__answers")
    }


def matter_list(user, status: str = "", text: str = "") -> QuerySet[Matter]:
    """Matters a person sees, with how many raised each; joined ones only when asked for."""
    matters = matters_visible_to(user).annotate(raised=Count("rows"))
    matters = (
        matters.filter(status=status) if status else matters.exclude(status=MatterStatus.JOINED)
    )
    for word in fold(text).split():
        matters = matters.filter(title__kc_fold__contains=word)
    return matters.order_by("-created_at", "-id")


def public_matters(text: str = "") -> QuerySet[Matter]:
    """What anybody may read: title, public text and answers, without any name."""
    matters = (
        Matter.objects.filter(is_public=True)
        .exclude(status=MatterStatus.JOINED)
        .select_related("authority")
        .prefetch_related("answers")
    )
    for word in fold(text).split():
        matters = matters.filter(
            Q(title__kc_fold__contains=word)
            | Q(public_text__kc_fold__contains=word)
            | Q(answers__text__kc_fold__contains=word)
        )
    return matters.distinct()
