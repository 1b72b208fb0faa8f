"""Filters of the registry's pages."""

from django import template

from khuyencong.core.identifiers import format_phone

register = template.Library()
register.filter("phone", format_phone)
