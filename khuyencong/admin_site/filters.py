"""Filters of the admin's lists."""

from django.contrib import admin

from khuyencong.core.enums import Role
from khuyencong.core.numbers import whole_number


class RoleFilter(admin.SimpleListFilter):
    """Accounts that hold a role."""

    title = "vai trò"
    parameter_name = "vai_tro"

    def lookups(self, request, model_admin):
        return Role.choices

    def queryset(self, request, queryset):
        return (
            queryset.filter(roles__contains=[self.value()])
            if self.value() in Role.values
            else queryset
        )


class YearFilter(admin.SimpleListFilter):
    """Years that occur, newest first (Django's own writes them as 2.026)."""

    title = "năm"
    parameter_name = "nam"
    field = "year"

    def lookups(self, request, model_admin):
        years = model_admin.model._default_manager.order_by().values_list(self.field, flat=True)
        return [(str(year), str(year)) for year in sorted(years.distinct(), reverse=True)]

    def queryset(self, request, queryset):
        year = whole_number(self.value())
        return queryset if year is None else queryset.filter(**{self.field: year})


class PeriodYearFilter(YearFilter):
    """Years of the periods of reports."""

    field = "period__year"
