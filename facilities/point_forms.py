"""The point of an establishment as people state it: degrees typed, set on a map, or from the device."""

from decimal import Decimal, InvalidOperation

from django import forms

from facilities import points
from khuyencong.core.forms import CleanCharField
from khuyencong.core.models import Place


class CoordinateField(CleanCharField):
    """Degrees as a telephone or a map shows them; dot or comma before the decimals."""

    def __init__(self, **kwargs):
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "decimal", "autocomplete": "off", "class": "kc-number"}
            ),
        )
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value):
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value

    def to_python(self, value):
        if isinstance(value, Decimal):
            return value
        text = (super().to_python(value) or "").rstrip("°").strip()
        if not text:
            return None
        try:
            number = Decimal(text.replace(",", "."))
        except InvalidOperation as error:
            raise forms.ValidationError(
                f"“{text}” không phải là số độ; ví dụ 10,411379."
            ) from error
        if not number.is_finite() or abs(number) > 180:
            raise forms.ValidationError(f"“{text}” không phải là số độ; ví dụ 10,411379.")
        return round(number, 6)


def latitude_field() -> CoordinateField:
    return CoordinateField(label="Vĩ độ", help_text="Ví dụ 10,411379.")


def longitude_field() -> CoordinateField:
    return CoordinateField(label="Kinh độ", help_text="Ví dụ 107,136223.")


def stated_point(data: dict) -> tuple[Decimal, Decimal] | None:
    """The point of a form's cleaned data, where both numbers are there."""
    latitude, longitude = data.get("latitude"), data.get("longitude")
    return None if latitude is None or longitude is None else (latitude, longitude)


def check_point(form: forms.Form, place: Place | None) -> None:
    """Add an error where only half of a point is stated, or it cannot be one of `place`."""
    data = form.cleaned_data
    point = stated_point(data)
    if point is not None:
        if sentence := points.point_error(place, *point):
            form.add_error("latitude", sentence)
        return
    for name, missing in (("latitude", "longitude"), ("longitude", "latitude")):
        if data.get(name) is not None and missing not in form.errors:
            form.add_error(missing, "Ghi cả vĩ độ và kinh độ, hoặc để trống cả hai.")
