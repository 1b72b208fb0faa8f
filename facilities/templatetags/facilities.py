"""Filters of the registry's pages."""

from decimal import Decimal

from django import template
from django.utils.html import format_html

from facilities.enums import Market
from khuyencong.core.enums import PlaceLevel
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


@register.filter
def place_today(establishment) -> str:
    """The place of a row, and what it is today; for rows with `unit_of_today`."""
    place, unit = establishment.place, establishment.unit_of_today
    if unit is not None:
        now = f"nay là {unit.name}" if unit.name != place.name else ""
    else:
        now = "chưa rõ xã, phường" if place.level != PlaceLevel.COMMUNE else ""
    if not now:
        return place.name
    return format_html('{} <span class="text-secondary">({})</span>', place.name, now)
