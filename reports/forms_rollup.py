"""What of the province's table a person asks for."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils import timezone
from django.utils.http import urlencode

from khuyencong.core.places import map_periods
from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import structure_of
from reports.enums import Grouping, PeriodScheme, SpanKind
from reports.models import Report, ReportPeriod
from reports.permissions_rollup import can_see_pending
from reports.spans import Span, spans_of

ACCEPTED_ONLY, WITH_PENDING = "da-duyet", "ca-cho-duyet"
AS_REPORTED, TODAY = "bao-cao", "hom-nay"


@dataclass(frozen=True)
class RollupChoice:
    """What is asked for: the span with its periods in order (at least one) and all periods of the
    calendar, part ("" for all), what counts, which map (None: as reported), the grouping."""

    span: Span
    periods: list[ReportPeriod]
    known: list[ReportPeriod]
    part: str
    include_pending: bool
    map_date: date | None
    grouping: str = Grouping.COMMUNE
    map_key: str = AS_REPORTED

    @property
    def period(self) -> ReportPeriod:
        """The last period of the span: the one of the figures of a moment."""
        return self.periods[-1]

    @property
    def match_date(self) -> date:
        """The map on which places of different times are matched: the chosen one, else today's."""
        return self.map_date or timezone.localdate()

    @property
    def counts_label(self) -> str:
        if self.include_pending:
            return "Số liệu đã duyệt và đang chờ kiểm tra"
        return "Chỉ số liệu đã duyệt"

    @property
    def map_label(self) -> str:
        where = {Grouping.DISTRICT: "Gộp theo huyện cũ. ", Grouping.AREA: "Gộp theo khu vực. "}
        group = where.get(self.grouping, "")
        if self.map_date is None:
            return f"{group}Địa bàn như đã báo cáo"
        return f"{group}Địa bàn theo bản đồ ngày {self.map_date:%d/%m/%Y}"

    @property
    def span_note(self) -> str:
        """How quarters make up the span; empty for a single quarter."""
        if self.span.kind == SpanKind.QUARTER:
            return ""
        names = ", ".join(str(period.quarter) for period in self.periods)
        missing = len(self.span.quarters) - len(self.periods)
        note = f"Gồm {names}. Số phát sinh cộng các quý; số thời điểm lấy {self.period.quarter}, không cộng."
        return f"{note} Còn {missing} quý chưa có kỳ báo cáo." if missing else note

    def query(self, **changes) -> str:
        """The choice as the query of an address, what is the default left out."""
        pairs = {
            "ky": self.span.key,
            "phan": self.part,
            "so_lieu": WITH_PENDING if self.include_pending else "",
            "ban_do": "" if self.map_key == AS_REPORTED else self.map_key,
            "theo": "" if self.grouping == Grouping.COMMUNE else self.grouping,
            **changes,
        }
        return urlencode({name: value for name, value in pairs.items() if value})

    def part_label(self) -> str:
        """The part's heading, or that it is all of them."""
        if not self.part:
            return "Tất cả các phần có số liệu"
        return structure_of(self.period.form_version_id).parts_by_code[self.part].heading


def period_key(period: ReportPeriod) -> str:
    """A period in an address: `2026-4`."""
    return f"{period.year}-{period.number}"


def default_period() -> ReportPeriod | None:
    """The newest quarter with an accepted report, else with a submitted one, else begun."""
    periods = ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT)
    accepted = Report.objects.filter(accepted_version__isnull=False).values("period")
    reported = Report.objects.filter(latest_version__isnull=False).values("period")
    return (
        periods.filter(pk__in=accepted).first()
        or periods.filter(pk__in=reported).first()
        or periods.filter(starts_on__lte=timezone.localdate()).first()
    )


def map_choices(today: date) -> list[tuple[str, str]]:
    """The maps one may ask for: as reported, today's, and each earlier one by its last day."""
    earlier = [
        (
            f"nam-{period.last.year}"
            if (period.last.day, period.last.month) == (31, 12)
            else period.last.isoformat(),
            f"Bản đồ năm {period.last.year}"
            if (period.last.day, period.last.month) == (31, 12)
            else f"Bản đồ đến hết ngày {period.last:%d/%m/%Y}",
        )
        for period in map_periods()
        if period.last is not None and period.last < today
    ]
    return [(AS_REPORTED, "Như đã báo cáo"), (TODAY, "Bản đồ hôm nay"), *earlier]


def map_date_of(key: str, today: date) -> date | None:
    """The day whose map a choice means; `nam-2024` is the last day of that year, or today in it."""
    if key == TODAY:
        return today
    if key.startswith("nam-"):
        return min(date(int(key[4:]), 12, 31), today)
    return None if key == AS_REPORTED else date.fromisoformat(key)


def _year_of_map(key: str, today: date) -> bool:
    """Whether a choice names any year's map: people may write `nam-2023` into the address."""
    year = key.removeprefix("nam-")
    return (
        key.startswith("nam-")
        and year.isascii()
        and year.isdigit()
        and 1900 <= int(year[:5]) <= today.year
    )


class RollupForm(forms.Form):
    """The choice as a GET form; `choice` is what it means, with defaults for what is not given.

    A user who may not see figures that wait has no such choice."""

    ky = forms.ChoiceField(label="Kỳ", required=False)
    phan = forms.ChoiceField(label="Phần", required=False)
    theo = forms.ChoiceField(label="Gộp theo", required=False)
    ban_do = forms.ChoiceField(label="Bản đồ", required=False)
    so_lieu = forms.ChoiceField(
        label="Số liệu",
        required=False,
        choices=[(ACCEPTED_ONLY, "Chỉ đã duyệt"), (WITH_PENDING, "Cả chờ kiểm tra")],
    )
    groupings = (Grouping.COMMUNE, Grouping.DISTRICT, Grouping.AREA)

    def __init__(self, data, user):
        self.today = timezone.localdate()
        self.known = list(ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT))
        kinds = spans_of(self.known)
        self.spans = {span.key: span for several in kinds.values() for span in several}
        wanted = self.spans.get(data.get("ky", ""))
        if wanted is None and (period := default_period()):
            wanted = Span.of_quarter(period.quarter)
        map_key = data.get("ban_do") or AS_REPORTED
        filled = {
            "ky": wanted.key if wanted else "",
            "phan": data.get("phan", ""),
            "theo": data.get("theo") or Grouping.COMMUNE,
            "so_lieu": data.get("so_lieu") or ACCEPTED_ONLY,
            "ban_do": map_key,
        }
        super().__init__(filled, label_suffix="", auto_id="id_%s")
        self.fields["ky"].choices = [
            (label, [(span.key, span.title) for span in spans]) for label, spans in kinds.items()
        ]
        maps = map_choices(self.today)
        if _year_of_map(map_key, self.today) and map_key not in dict(maps):
            maps.append((map_key, f"Bản đồ năm {map_key[4:]}"))
        self.fields["ban_do"].choices = maps
        self.fields["theo"].choices = [(group.value, group.label) for group in self.groupings]
        periods = wanted.periods(self.known) if wanted else []
        self.fields["phan"].choices = [("", "Tất cả"), *_parts(periods[-1] if periods else None)]
        if not can_see_pending(user):
            del self.fields["so_lieu"]

    @property
    def choice(self) -> RollupChoice | None:
        """What is asked for; None while there is no period at all. A wrong value means the default."""
        self.is_valid()
        given = self.cleaned_data
        span = self.spans.get(given.get("ky", ""))
        if span is None:
            return None
        map_key = given.get("ban_do") or AS_REPORTED
        return RollupChoice(
            span=span,
            periods=span.periods(self.known),
            known=self.known,
            part=given.get("phan", ""),
            include_pending=given.get("so_lieu") == WITH_PENDING,
            map_date=map_date_of(map_key, self.today),
            grouping=given.get("theo") or Grouping.COMMUNE,
            map_key=map_key,
        )


def _parts(period: ReportPeriod | None) -> list[tuple[str, str]]:
    if period is None:
        return []
    return [
        (part.code, part.heading)
        for part in structure_of(period.form_version_id).parts
        if part.kind != PartKind.ROWS
    ]


class GrowthForm(RollupForm):
    """The same for the page of growth: always by indicator, so nothing to group by."""

    def __init__(self, data, user):
        super().__init__(data, user)
        del self.fields["theo"]
        self.fields["ban_do"].label = "So địa bàn theo"
        self.fields["ban_do"].choices = [
            (key, label) for key, label in self.fields["ban_do"].choices if key != AS_REPORTED
        ]
        if self.data["ban_do"] == AS_REPORTED:
            self.data["ban_do"] = TODAY


class IndicatorForm(RollupForm):
    """The same for the page of one indicator: no part, but the member of its dimension."""

    muc = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    groupings = tuple(Grouping)

    def __init__(self, data, user):
        super().__init__(data, user)
        del self.fields["phan"]
        self.data["muc"] = data.get("muc", "")
        self.fields["ky"].label = "Đến kỳ"


class FigureForm(IndicatorForm):
    """The same for what is behind one figure: `don_vi` is the unit's id, empty for the total."""

    don_vi = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data, user):
        super().__init__(data, user)
        self.data["don_vi"] = data.get("don_vi", "")
