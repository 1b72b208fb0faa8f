"""What of the province's table a person asks for."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils import timezone

from khuyencong.forms_as_data.enums import PartKind
from khuyencong.forms_as_data.structure import structure_of
from reports.enums import PeriodScheme
from reports.models import Report, ReportPeriod
from reports.permissions_rollup import can_see_pending

ACCEPTED_ONLY, WITH_PENDING = "da-duyet", "ca-cho-duyet"
AS_REPORTED, TODAY = "bao-cao", "hom-nay"


@dataclass(frozen=True)
class RollupChoice:
    """The table asked for: period, part ("" for all), what counts, which map (None: as reported)."""

    period: ReportPeriod
    part: str
    include_pending: bool
    map_date: date | None

    @property
    def counts_label(self) -> str:
        if self.include_pending:
            return "Số liệu đã duyệt và đang chờ kiểm tra"
        return "Chỉ số liệu đã duyệt"

    @property
    def map_label(self) -> str:
        if self.map_date is None:
            return "Địa bàn như đã báo cáo"
        return f"Địa bàn theo bản đồ ngày {self.map_date:%d/%m/%Y}"

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


class RollupForm(forms.Form):
    """The choice as a GET form; `choice` is what it means, with defaults for what is not given.

    A user who may not see figures that wait has no such choice."""

    ky = forms.ChoiceField(label="Kỳ báo cáo", required=False)
    phan = forms.ChoiceField(label="Phần", required=False)
    so_lieu = forms.ChoiceField(
        label="Số liệu",
        required=False,
        choices=[(ACCEPTED_ONLY, "Chỉ đã duyệt"), (WITH_PENDING, "Cả chờ kiểm tra")],
    )
    ban_do = forms.ChoiceField(
        label="Bản đồ",
        required=False,
        choices=[(AS_REPORTED, "Như đã báo cáo"), (TODAY, "Bản đồ hôm nay")],
    )

    def __init__(self, data, user):
        self.periods = {
            period_key(period): period
            for period in ReportPeriod.objects.filter(scheme=PeriodScheme.REPORT)
        }
        wanted = self.periods.get(data.get("ky", "")) or default_period()
        filled = {
            "ky": period_key(wanted) if wanted else "",
            "phan": data.get("phan", ""),
            "so_lieu": data.get("so_lieu") or ACCEPTED_ONLY,
            "ban_do": data.get("ban_do") or AS_REPORTED,
        }
        super().__init__(filled, label_suffix="", auto_id="id_%s")
        self.fields["ky"].choices = [(key, str(period)) for key, period in self.periods.items()]
        self.fields["phan"].choices = [("", "Tất cả"), *_parts(wanted)]
        if not can_see_pending(user):
            del self.fields["so_lieu"]

    @property
    def choice(self) -> RollupChoice | None:
        """What is asked for; None while there is no period at all. A wrong value means the default."""
        self.is_valid()
        given = self.cleaned_data
        period = self.periods.get(given.get("ky", ""))
        if period is None:
            return None
        return RollupChoice(
            period=period,
            part=given.get("phan", ""),
            include_pending=given.get("so_lieu") == WITH_PENDING,
            map_date=timezone.localdate() if given.get("ban_do") == TODAY else None,
        )


def _parts(period: ReportPeriod | None) -> list[tuple[str, str]]:
    if period is None:
        return []
    return [
        (part.code, part.heading)
        for part in structure_of(period.form_version_id).parts
        if part.kind != PartKind.ROWS
    ]


class IndicatorForm(RollupForm):
    """The same for the page of one indicator: no part, but the member of its dimension."""

    muc = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def __init__(self, data, user):
        super().__init__(data, user)
        del self.fields["phan"]
        self.data["muc"] = data.get("muc", "")
        self.fields["ky"].label = "Đến kỳ"
