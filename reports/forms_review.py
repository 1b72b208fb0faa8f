"""What a checker types: comments named by what they are pinned to, a note, the version shown."""

from dataclasses import dataclass, field
from uuid import UUID

from django import forms

from khuyencong.core.forms import CleanCharField, DateField, PortalForm
from khuyencong.core.numbers import whole_number
from khuyencong.forms_as_data.structure import FormStructure
from reports.actions.review import CommentInput
from reports.models import ReportPeriod

PREFIXES = {"o": "cell", "d": "row", "p": "part"}
# The figure the checker holds to be right, beside the request on its cell.
EXPECTED = "n"


@dataclass
class Decision:
    """A posted decision: `typed` maps field names to texts, so that a refused page shows them again."""

    version_number: int
    note: str
    comments: list[CommentInput] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)


def read_decision(data, structure: FormStructure) -> Decision:
    """Read `o:<cell>` with `n:<cell>`, `d:<row>`, `p:<part>`, `note` and `version`; a bad version number counts as 0."""
    decision = Decision(
        version_number=whole_number(data.get("version")) or 0,
        note=data.get("note", ""),
    )
    for name in data:
        prefix, _, target = name.partition(":")
        text = data.get(name, "")
        expected = data.get(f"{EXPECTED}:{target}", "").strip() if prefix == "o" else ""
        if prefix not in PREFIXES or not (text.strip() or expected):
            continue
        decision.typed[name] = text
        if expected:
            decision.typed[f"{EXPECTED}:{target}"] = expected
            text = text.strip() or f"Số đúng là {expected}."
        decision.comments.append(_comment(prefix, target, text, structure, expected))
    return decision


def _comment(
    prefix: str, target: str, text: str, structure: FormStructure, expected: str = ""
) -> CommentInput:
    """A comment with its target; one that is unknown is left for the action to refuse."""
    if prefix == "o":
        cell = structure.cells.get(target)
        if cell is not None:
            return CommentInput(
                text, indicator=cell.indicator.code, member=cell.member, expected=expected
            )
    elif prefix == "p":
        return CommentInput(text, part=target)
    else:
        try:
            return CommentInput(text, row_uid=UUID(target))
        except ValueError:
            pass
    return CommentInput(text)


def read_items(values) -> list[tuple[int, int]]:
    """(report id, version number) of the ticked lines of the queue (`12:1`); others are left out."""
    items = []
    for value in values:
        report, _, version = value.partition(":")
        if (report + version).isascii() and report.isdigit() and version.isdigit():
            items.append((int(report[:15]), int(version[:5])))
    return items


class QueueFilter(PortalForm):
    """Which of the waiting reports to show."""

    ky = forms.ModelChoiceField(
        ReportPeriod.objects.none(), label="Kỳ báo cáo", required=False, empty_label="Mọi kỳ"
    )

    def __init__(self, *args, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ky"].queryset = periods


class BoardFilter(PortalForm):
    """Which period, and which places by where they stand."""

    ky = forms.ModelChoiceField(
        ReportPeriod.objects.none(), label="Kỳ báo cáo", required=False, empty_label=None
    )
    trang_thai = forms.ChoiceField(label="Tình trạng", required=False)

    def __init__(self, *args, periods, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ky"].queryset = periods
        self.fields["trang_thai"].choices = [("", "Tất cả"), *choices]

    def add_prefix(self, field_name):
        return field_name.replace("_", "-")


class PeriodDatesForm(PortalForm):
    """Dates of a period, all inclusive, with those shown when the page was opened."""

    starts_on = DateField(label="Số liệu từ ngày")
    ends_on = DateField(label="Chốt số liệu hết ngày")
    opens_on = DateField(label="Mở nhập từ ngày")
    due_on = DateField(
        label="Hạn nộp",
        help_text="Sau ngày chốt số liệu ít nhất 1 ngày làm việc (NĐ 09/2019/NĐ-CP, Điều 8).",
    )
    centre_due_on = DateField(label="Hạn tổng hợp của Trung tâm", required=False)
    department_due_on = DateField(label="Hạn báo cáo của Sở Công Thương", required=False)
    locks_on = DateField(
        label="Khóa sau ngày", help_text="Hết ngày này không nhập, không nộp được nữa."
    )
    shown = forms.CharField(widget=forms.HiddenInput)


class ExtensionForm(PortalForm):
    """More time for one place, and why; `replaces` is the extension in force when the page was opened."""

    due_on = DateField(label="Hạn nộp mới", help_text="Hết ngày này mới tính là muộn.")
    locks_on = DateField(
        label="Khóa sau ngày",
        required=False,
        help_text="Để trống: ngày khóa chung của kỳ, hoặc hạn mới nếu muộn hơn.",
    )
    reason = CleanCharField(
        label="Lý do",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Hiện trên báo cáo, bảng tình hình nộp và ở việc cần làm của cộng tác viên.",
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
