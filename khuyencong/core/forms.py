"""How every form of the portal looks: label above, help, error beside the field.

The renderer gives each widget its classes, so that a plain `forms.Form` needs nothing more. The
fields below take what Vietnamese offices type: 1.234,5 and 24/11/2026.
"""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from khuyencong.core.numbers import format_scaled, parse_scaled
from khuyencong.core.text import clean

_CLASSES = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "file": "form-control",
    "hidden": "",
}


class PortalFormRenderer(TemplatesSetting):
    """Fields render through `templates/forms/`, widgets get the classes of the look."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name, context, request=None):
        widget = context.get("widget")
        if widget is not None and "attrs" in widget:
            if template_name.endswith(("/select.html", "/select_date.html")):
                css = "form-select"
            else:
                css = _CLASSES.get(widget.get("type", ""), "form-control")
            attrs = widget["attrs"]
            if css and css not in (attrs.get("class") or "").split():
                attrs["class"] = f"{attrs.get('class') or ''} {css}".strip()
            if template_name == "django/forms/widgets/select.html":
                return _select(widget)
        return super().render(template_name, context, request)


def _select(widget: dict) -> str:
    """A select as Django's own templates write it, put together at once: they render one template
    per option, which a list of three thousand communes feels."""
    groups = []
    for group, options, _ in widget["optgroups"]:
        inner = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (str(option["value"]), flatatt(option["attrs"]), option["label"])
                for option in options
            ),
        )
        groups.append(
            format_html('<optgroup label="{}">{}</optgroup>', group, inner) if group else inner
        )
    attrs = {name: value for name, value in widget["attrs"].items() if value is not False}
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        flatatt({name: value if value is True else str(value) for name, value in attrs.items()}),
        mark_safe("".join(groups)),
    )


class PortalForm(forms.Form):
    """A form without colons after labels, and with text cleaned to NFC."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class PortalModelForm(forms.ModelForm):
    """The same for a form over a model. It parses and validates; an action writes."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class CleanCharField(forms.CharField):
    """Text as people mean it: NFC, blanks trimmed (`core.text.clean`)."""

    def to_python(self, value):
        value = super().to_python(value)
        return clean(value) if value not in self.empty_values else value


class ScaledField(forms.Field):
    """A Vietnamese number (`1.234,5`) as an integer of 10^-decimals units."""

    def __init__(self, *, decimals: int = 0, min_value: int | None = None, **kwargs):
        self.decimals, self.min_value = decimals, min_value
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "inputmode": "decimal" if decimals else "numeric",
                    "autocomplete": "off",
                    "class": "kc-number",
                }
            ),
        )
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return format_scaled(value, self.decimals) if isinstance(value, int) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            number = parse_scaled(value, self.decimals)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if self.min_value is not None and number < self.min_value:
            raise forms.ValidationError(
                f"Giá trị không được nhỏ hơn {format_scaled(self.min_value, self.decimals)}."
            )
        return number

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except forms.ValidationError:
            return True


class MoneyField(ScaledField):
    """An amount of đồng."""

    def __init__(self, **kwargs):
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("help_text", "Đồng, ví dụ 12.500.000.")
        super().__init__(**kwargs)


class DateField(forms.DateField):
    """A day typed as 24/11/2026; the phone shows its digits."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format="%d/%m/%Y",
                attrs={
                    "inputmode": "numeric",
                    "placeholder": "nn/tt/nnnn",
                    "autocomplete": "off",
                    "class": "kc-date",
                },
            ),
        )
        kwargs.setdefault(
            "error_messages",
            {"invalid": "Ngày chưa đúng; hãy nhập ngày/tháng/năm, ví dụ 24/11/2026."},
        )
        super().__init__(**kwargs)
