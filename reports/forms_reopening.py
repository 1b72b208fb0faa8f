"""What is typed when an accepted report is to be opened again."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from khuyencong.core.forms import CleanCharField, DateField, PortalForm

USUAL_DAYS = 5


class _PartsForm(PortalForm):
    """A form over some parts of a report's form."""

    parts = forms.MultipleChoiceField(
        label="Các phần được sửa",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một phần."},
    )

    def __init__(self, parts, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = [(part.code, part.heading) for part in parts]


class AskForm(_PartsForm):
    """Which parts, and why."""

    reason = CleanCharField(
        label="Lý do",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Số nào sai, vì sao; lãnh đạo đọc lý do này, và nó ở lại trong quá trình của báo cáo.",
    )


class DecideForm(_PartsForm):
    """What of it is granted, and until when."""

    expires_on = DateField(
        label="Mở đến hết ngày",
        help_text="Quá ngày này mà chưa nộp lại thì bản đã duyệt giữ nguyên.",
    )
    note = CleanCharField(
        label="Ghi chú", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, parts, *args, **kwargs):
        kwargs.setdefault(
            "initial",
            {
                "parts": [part.code for part in parts],
                "expires_on": timezone.localdate() + timedelta(days=USUAL_DAYS),
            },
        )
        super().__init__(parts, *args, **kwargs)


class RefuseForm(PortalForm):
    """Why not."""

    ly_do = CleanCharField(
        label="Lý do không mở lại", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
