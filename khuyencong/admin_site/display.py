"""How the admin shows stored values, in lists and read-only fields alike.

Django's own writes the year 2026 as 2.026, leaves "True" in the picture's text and shows codes of
lists; it offers no setting for any of these, so its one function is wrapped where it is used.
"""

from django.contrib.admin import helpers, utils
from django.contrib.admin.templatetags import admin_list
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.html import format_html

from khuyencong.core.numbers import format_scaled

YES, NO, UNKNOWN = "Có", "Không", "Chưa rõ"
# Numbers that name something instead of counting it.
NAMING = ("year", "number", "_id", "id")


def display_for_field(value, field, empty_value_display, avoid_link=False):
    """A stored value as an administrator reads it."""
    if isinstance(field, models.BooleanField):
        return {True: YES, False: NO}.get(value, UNKNOWN)
    if value is None or value == "" or value == []:
        return empty_value_display
    if isinstance(field, ArrayField):
        words = dict(getattr(field.base_field, "flatchoices", None) or ())
        return ", ".join(str(words.get(item, item)) for item in value)
    if isinstance(field, models.JSONField) and isinstance(value, list):
        # A list of words, or of [code, words] as the choices of a column are kept.
        return "; ".join(
            str(item[-1] if isinstance(item, list) and item else item) for item in value
        )
    if isinstance(field, (models.IntegerField, models.AutoField)) and not field.flatchoices:
        if field.name.endswith(NAMING):
            return str(value)
        if field.name.endswith("_vnd"):
            return format_html('<span class="so">{} đồng</span>', format_scaled(value))
        return format_html('<span class="so">{}</span>', format_scaled(value))
    if isinstance(field, models.FileField):
        # Files are private and have their own door; the admin names them only.
        return str(value)
    return utils.display_for_field(value, field, empty_value_display, avoid_link)


def install() -> None:
    """Put the function where the admin's lists and forms take it from."""
    admin_list.display_for_field = display_for_field
    helpers.display_for_field = display_for_field
