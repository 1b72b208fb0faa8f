"""What people type about an edition."""

from django import forms

from khuyencong.core.forms import CleanCharField, PortalForm
from reports.editions.enums import EditionKind, SignatureOffice


class SectionForm(PortalForm):
    """A section's text, with the revision that was shown."""

    text = forms.CharField(
        label="Lời văn",
        required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Mỗi dòng là một đoạn; dòng bắt đầu bằng “- ” là một ý. Các bảng số liệu do hệ thống lập, không sửa tay.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class DeliveryForm(PortalForm):
    """To whom the report goes."""

    addressee = CleanCharField(label="Kính gửi", max_length=300)
    recipients = forms.CharField(
        label="Nơi nhận",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Mỗi dòng một nơi nhận; dòng cuối là “Lưu: VT, …”.",
    )


class SignForm(PortalForm):
    """The office in which the leader signs, and what was shown."""

    office = forms.ChoiceField(
        label="Ký với chức vụ", choices=SignatureOffice.choices, widget=forms.RadioSelect
    )
    shown_hash = forms.CharField(widget=forms.HiddenInput)


class SendBackForm(PortalForm):
    """Why an edition goes back to its authors."""

    note = CleanCharField(
        label="Cần sửa gì", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CorrectionForm(PortalForm):
    """What the correcting edition is."""

    kind = forms.ChoiceField(
        label="Loại văn bản",
        choices=[
            (EditionKind.REPLACEMENT, "Bản thay thế: báo cáo cũ hết hiệu lực"),
            (EditionKind.SUPPLEMENT, "Bản bổ sung: báo cáo cũ vẫn giữ, gửi thêm phần thay đổi"),
        ],
        widget=forms.RadioSelect,
    )
