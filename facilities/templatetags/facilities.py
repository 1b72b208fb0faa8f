"""Filters of the registry's pages."""

from decimal import Decimal

from django import template

from facilities.enums import Market
from khuyencong.core.identifiers import format_phone
from khuyencong.core.numbers import format_scaled

register = template.Library()
register.filter("phone", format_phone)


@register.filter
def quantity(value: Decimal | None) -> str:
    """A quantity with at most three decimals: `1.234,5`."""
    return "" if value is None else format_scaled(int(Decimal(value).scaleb(3)), 3)


@register.filter
def degrees(value: Decimal | None) -> str:
    """Degrees with a comma: `10,411379`."""
    return "" if value is None else f"{Decimal(value):f}".replace(".", ",")


@register.filter
def market_labels(codes: list[str]) -> str:
    """ "Trong nước; xuất khẩu" for the codes, in the order of the list of markets."""
    words = "; ".join(market.label.lower() for market in Market if market in codes)
    return words[:1].upper() + words[1:]
