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


@register.filter
def duration_vi(delta):
    """A span of time in words: `15 phút`, `2 giờ 30 phút`."""
    minutes = -(-int(delta.total_seconds()) // 60)
    hours, minutes = divmod(minutes, 60)
    parts = ([f"{hours} giờ"] if hours else []) + (
        [f"{minutes} phút"] if minutes or not hours else []
    )
    return " ".join(parts)
