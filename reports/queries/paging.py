"""Pages of a long list of reports, newest period first, without sorting all of them."""

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.utils.functional import cached_property

from reports.models import Report


class PeriodPaginator(Paginator):
    """Reports by period, newest first, then by place in Vietnamese order.

    Tells from the number of reports of each period which periods a page holds, and sorts only these:
    a nation has tens of thousands of reports, a page some tens. Two queries a page, as Paginator.
    """

    def __init__(self, reports: QuerySet[Report], per_page: int):
        super().__init__(reports, per_page)

    @cached_property
    def _sizes(self) -> list[tuple[int, int]]:
        """(period, number of reports) in the order of the list."""
        sizes = (
            self.object_list.order_by()
            .values_list("period__year", "period__number", "period")
            .annotate(n=Count("*"))
        )
        return [(period, n) for *_, period, n in sorted(sizes, reverse=True)]

    @cached_property
    def count(self) -> int:
        return sum(n for _, n in self._sizes)

    def page(self, number) -> Page:
        number = self.validate_number(number)
        start, passed, periods, skipped = (number - 1) * self.per_page, 0, [], 0
        for period, n in self._sizes:
            if passed + n <= start:
                skipped += n
            elif passed < start + self.per_page:
                periods.append(period)
            passed += n
        ordered = self.object_list.filter(period__in=periods).order_by(
            "-period__year", "-period__number", "-period", "place__sort_key", "pk"
        )
        offset = start - skipped
        return self._get_page(ordered[offset : offset + self.per_page], number, self)
