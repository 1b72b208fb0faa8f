"""Filters for Vietnamese numbers and money; built into every template."""

from django import template

from khuyencong.core import numbers

register = template.Library()


@register.filter
def vnd(amount_vnd):
    """`1.234.567 đồng`; empty for none."""
    return numbers.format_vnd(amount_vnd)


@register.filter
def so(value, decimals=0):
    """An inner integer as a Vietnamese number (`1.234` or, with decimals, `1.234,5`)."""
    return numbers.format_scaled(value, decimals)
