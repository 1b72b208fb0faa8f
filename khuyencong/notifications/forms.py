"""How a person wants to be told."""

from django import forms

from khuyencong.core.forms import PortalForm
from khuyencong.notifications.enums import MailMode


class PreferenceForm(PortalForm):
    """One of the ways of `MailMode`."""

    mail_mode = forms.ChoiceField(
        label="Nhận thông báo qua thư điện tử", choices=MailMode.choices, widget=forms.RadioSelect
    )
