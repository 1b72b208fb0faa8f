"""Forms of log-in and the own account."""

import re

from django import forms
from django.contrib.auth import forms as auth_forms

from khuyencong.core.forms import PortalForm


class NoColon:
    """Labels stand above their fields and need no colon."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class LoginForm(NoColon, auth_forms.AuthenticationForm):
    """User name in any case, and password."""

    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu chưa đúng. Anh/chị kiểm tra phím Caps Lock và bộ gõ tiếng Việt.",
        "inactive": "Tài khoản này đã ngừng hoạt động. Anh/chị liên hệ Trung tâm để được mở lại.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Tên đăng nhập"
        # A browser's autofocus would jump over the explanation on the phone.
        self.fields["username"].widget.attrs.pop("autofocus", None)
        self.fields["username"].widget.attrs["spellcheck"] = "false"

    def clean_username(self):
        return self.cleaned_data["username"].strip().lower()


PASSWORD_HELP = (
    "Ít nhất 10 ký tự, không chỉ toàn số, không giống tên đăng nhập. "
    "Một câu ngắn dễ nhớ tốt hơn một từ khó."
)


class NewPasswordForm(NoColon, auth_forms.SetPasswordForm):
    """A new password, typed twice."""

    error_messages = {"password_mismatch": "Hai lần nhập mật khẩu mới chưa khớp nhau."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = "Mật khẩu mới"
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = "Nhập lại mật khẩu mới"
        self.fields["new_password2"].help_text = ""


class OwnPasswordForm(NewPasswordForm, auth_forms.PasswordChangeForm):
    """The old password, then the new one twice."""

    error_messages = {
        **NewPasswordForm.error_messages,
        "password_incorrect": "Mật khẩu hiện tại chưa đúng.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Mật khẩu hiện tại"
        self.fields["old_password"].widget.attrs.pop("autofocus", None)


class ResetRequestForm(NoColon, auth_forms.PasswordResetForm):
    """The address that the account knows."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Thư điện tử của tài khoản"


class ContactForm(PortalForm):
    """How the Centre reaches a person."""

    email = forms.EmailField(
        label="Thư điện tử",
        required=False,
        help_text="Để nhận nhắc việc và đặt lại mật khẩu khi quên.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label="Điện thoại",
        required=False,
        max_length=20,
        help_text="Ví dụ 0254 385 0000.",
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self):
        phone = self.cleaned_data["phone"].strip()
        digits = re.sub(r"[\s.()-]", "", phone)
        if phone and not re.fullmatch(r"\+?\d{8,15}", digits):
            raise forms.ValidationError("Số điện thoại gồm 8 đến 15 chữ số, ví dụ 0254 385 0000.")
        return phone
