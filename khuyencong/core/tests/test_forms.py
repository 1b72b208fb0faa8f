"""The select put together at once is the one Django's own templates write."""

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test.html import parse_html

from khuyencong.core.forms import PortalFormRenderer

CHOICES = [
    ("", "Tất cả"),
    ("Nhóm <1>", [(1, "Bánh & tráng"), (2, "“Nước mắm”")]),
    ("go", "Gỗ"),
]


@pytest.mark.parametrize("chosen", ["", "2", "go"])
@pytest.mark.parametrize(
    "attrs", [{}, {"id": "a", "required": True, "data-x": 'a"b'}, {"disabled": False}]
)
def test_select_is_as_djangos(chosen, attrs):
    attrs = {**attrs, "class": "form-select"}
    widget = forms.Select(attrs=attrs, choices=CHOICES)
    ours = widget.render("xa", chosen, renderer=PortalFormRenderer())
    theirs = widget.render("xa", chosen, renderer=TemplatesSetting())
    assert parse_html(ours) == parse_html(theirs)
