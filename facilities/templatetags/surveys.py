"""What the pages of surveys need."""

import json

from django import template

register = template.Library()


@register.filter
def as_json(value) -> str:
    """A value as JSON text, for a hidden field."""
    return json.dumps(value, ensure_ascii=False)
