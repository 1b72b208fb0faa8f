"""What people type about matters."""

from django import forms

from khuyencong.core.forms import CleanCharField, DateField, PortalForm
from reports.difficulties.enums import KINDS, MatterStatus
from reports.difficulties.models import Authority, Matter

AREA = {"rows": 4}


class MatterFilter(PortalForm):
    """Which matters to show."""

    tim = CleanCharField(label="Tìm", required=False, max_length=100)
    trang_thai = forms.ChoiceField(
        label="Trạng thái", required=False, choices=[("", "Đang theo dõi"), *MatterStatus.choices]
    )


class GatherForm(PortalForm):
    """A new matter."""

    title = CleanCharField(label="Tên vấn đề", max_length=300)
    kind = forms.ChoiceField(label="Nhóm vấn đề", choices=KINDS)
    authority = forms.ModelChoiceField(Authority.objects.all(), label="Cơ quan giải quyết")


class EditForm(GatherForm):
    """A matter's particulars."""

    due_on = DateField(label="Hạn trả lời", required=False)
    is_public = forms.BooleanField(label="Công khai trên trang Vướng mắc", required=False)
    public_text = forms.CharField(
        label="Nội dung công khai",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs=AREA),
        help_text="Không nêu tên người, tên cơ sở. Câu trả lời được công khai cùng.",
    )


class SendForm(PortalForm):
    """The letter that carried the matter."""

    letter_number = CleanCharField(label="Số công văn", max_length=60)
    sent_on = DateField(label="Ngày gửi")
    due_on = DateField(label="Hạn trả lời", required=False)


class AnswerForm(PortalForm):
    """An authority's answer."""

    text = forms.CharField(
        label="Nội dung trả lời", max_length=8000, widget=forms.Textarea(attrs=AREA)
    )
    answered_on = DateField(label="Ngày trả lời")
    document_number = CleanCharField(label="Số văn bản trả lời", required=False, max_length=60)


class JoinForm(PortalForm):
    """The matter that takes over."""

    into = forms.ModelChoiceField(Matter.objects.none(), label="Gộp vào vấn đề")

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others
