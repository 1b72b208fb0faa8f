"""Figures over several quarters, maps and groupings: sums of any partition agree, nothing is shared out."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collaborators.models import Assignment
from khuyencong.core.models import Place, Succession
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import PlaceFactory
from reports.calendar import ensure_period
from reports.enums import Grouping, SpanKind
from reports.models import ReportPeriod
from reports.queries.growth import Growth, growth_table, indicator_table
from reports.queries.lineage import lineage_of
from reports.queries.rollup import FigureState, leaf_lines, rollup_periods
from reports.spans import Span, spans_of
from reports.tests.review_cast import make_cast
from reports.tests.rollup_cast import accepted, commune, submitted

pytestmark = pytest.mark.django_db
BEFORE, MERGED_ON, AFTER = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 1)
LABOUR, TALKS = "lao_dong", "tt_buoi"  # a figure of a moment, a flow


@pytest.fixture
def cast():
    cast = make_cast()
    Assignment.objects.all().delete()
    return cast


def merge(old: list[Place], new: Place, *, whole: bool = True) -> None:
    for place in old:
        Succession.objects.create(
            predecessor=place, successor=new, effective_on=MERGED_ON, kind="merged", is_whole=whole
        )
        Place.objects.filter(pk=place.pk).update(valid_to=BEFORE)
    rebuild_lineage()


def old_commune(name: str, district: Place):
    return commune(
        name,
        place__parent=district,
        place__valid_from=None,
        place__valid_to=None,
        valid_from=date(2021, 1, 1),
        valid_to=BEFORE,
    )


def new_commune(name: str):
    return commune(name, place__valid_from=MERGED_ON, valid_from=MERGED_ON)


def district(name: str) -> Place:
    return PlaceFactory(name=name, level="district", kind="huyen", valid_from=None, valid_to=BEFORE)


def test_spans_know_their_quarters_and_what_they_are_held_against():
    half = Span(2026, SpanKind.HALF, 1)
    assert half.quarters == (Quarter(2026, 1), Quarter(2026, 2))
    assert (half.before, half.year_ago) == (
        Span(2025, SpanKind.HALF, 2),
        Span(2025, SpanKind.HALF, 1),
    )
    assert Span(2026, SpanKind.NINE_MONTHS).before is None
    assert [str(s) for s in Span(2026, SpanKind.YEAR).earlier(2)] == ["cả năm 2026", "cả năm 2025"]
    assert Span.of_quarter(Quarter(2026, 1)).before == Span.of_quarter(Quarter(2025, 4))
    found = spans_of([ReportPeriod(year=2026, number=4)])
    assert [span.key for several in found.values() for span in several] == [
        "2026-4",
        "2026-6t2",
        "2026-nam",
    ]


def test_a_flow_is_summed_and_a_figure_of_a_moment_is_that_of_the_last_quarter(cast):
    a, b = (commune(f"Xã {x}", valid_from=date(2020, 1, 1)) for x in "AB")
    first, second = ensure_period(Quarter(2026, 1)), ensure_period(Quarter(2026, 2))
    accepted(cast, a, {LABOUR: 10, TALKS: 1}, period=first)
    accepted(cast, a, {LABOUR: 12, TALKS: 2}, period=second)
    accepted(cast, b, {LABOUR: 5, TALKS: 4}, period=first)
    table = rollup_periods([first, second])
    of_a, of_b = (table.figures[LABOUR, x.place_id] for x in (a, b))
    assert (of_a.value, of_b.state) == (12, FigureState.NOT_REPORTED)
    assert table.totals[LABOUR].value == 12
    talks = table.totals[TALKS]
    assert (talks.value, talks.counted, len(talks.entries)) == (7, 3, 4)
    assert talks.is_partial and not table.figures[TALKS, a.place_id].is_partial
    assert (table.expected, table.counted) == (4, 3)


def test_districts_of_the_old_map_hold_both_old_and_new_communes(cast):
    one, other = district("Huyện Một"), district("Huyện Hai")
    a, b, c = old_commune("Xã A", one), old_commune("Xã B", one), old_commune("Xã C", other)
    within, across = (
        new_commune("Xã Mới"),
        new_commune("Xã Lớn"),
    )
    merge([a.place], within.place)
    merge([b.place, c.place], across.place)
    old, new = ensure_period(Quarter(2025, 1)), ensure_period(Quarter(2025, 4))
    for assignment, value, period in ((a, 1, old), (b, 2, old), (c, 4, old), (within, 8, new), (across, 16, new)):  # fmt: skip
        accepted(cast, assignment, {TALKS: value}, period=period)
    table = rollup_periods([old, new], grouping=Grouping.DISTRICT)
    found = {c.name: (table.figures[TALKS, c.place_id].value, c.is_joint) for c in table.columns}
    assert found == {"Huyện Một": (11, False), "Huyện Hai": (4, False), "Xã Lớn": (16, True)}
    assert table.totals[TALKS].value == 31


def test_new_figures_on_an_old_map_are_never_shared_out(cast):
    one = district("Huyện Một")
    a, b, c = (old_commune(f"Xã {x}", one) for x in "ABC")
    renamed, merged = (
        new_commune("Xã Tên Mới"),
        new_commune("Xã Gộp"),
    )
    merge([a.place], renamed.place)
    merge([b.place, c.place], merged.place)
    period = ensure_period(Quarter(2025, 4))
    accepted(cast, renamed, {LABOUR: 3}, period=period)
    accepted(cast, merged, {LABOUR: 5}, period=period)
    table = rollup_periods([period], map_date=date(2024, 12, 31))
    found = {c.name: (table.figures[LABOUR, c.place_id].value, c.is_joint) for c in table.columns}
    assert found == {"Xã A": (3, False), "Xã Gộp": (5, True)}


def test_growth_says_how_many_reported_and_compares_the_same_ground_only(cast):
    one = district("Huyện Một")
    a, b, c, d = (old_commune(f"Xã {x}", one) for x in "ABCD")
    merged, partly = (
        new_commune("Xã Gộp"),
        new_commune("Xã Nửa"),
    )
    silent = PlaceFactory(name="Xã Chưa Có CTV", parent=one)
    merge([a.place, b.place], merged.place)
    merge([c.place, silent], partly.place)
    newcomer = new_commune("Xã Thêm")
    merge([d.place], newcomer.place)
    then, now = ensure_period(Quarter(2025, 1)), ensure_period(Quarter(2026, 1))
    for assignment, value in ((a, 10), (b, 10), (c, 7)):
        accepted(cast, assignment, {TALKS: value}, period=then)
    for assignment, value in ((merged, 30), (partly, 100), (newcomer, 1000)):
        accepted(cast, assignment, {TALKS: value}, period=now)
    span = Span.of_quarter(now.quarter)
    table = growth_table(span, [then, now], map_date=AFTER)
    row = next(row for row in table.rows if row.line.key == TALKS)
    assert table.reported == {span.key: (3, 3), span.before.key: (0, 0), span.year_ago.key: (3, 4)}
    side = row.year_ago
    assert (side.growth, side.alike, side.alike_units) == (Growth(1130, 27), Growth(30, 20), 1)
    assert side.alike.percent == "+50 %"
    assert row.before.figure.value is None and row.before.growth is None


def test_nothing_to_report_is_reported_but_zero_gives_no_rate(cast):
    a = commune("Xã A", valid_from=date(2020, 1, 1))
    then, now = ensure_period(Quarter(2025, 4)), ensure_period(Quarter(2026, 1))
    accepted(cast, a, {}, nothing=("hoat_dong",), period=then)
    accepted(cast, a, {TALKS: 3}, period=now)
    table = growth_table(Span.of_quarter(now.quarter), [then, now], map_date=AFTER)
    before = next(row for row in table.rows if row.line.key == TALKS).before
    assert before.figure.state == FigureState.NOTHING
    assert (before.growth, before.alike, before.alike.percent) == (None, Growth(3, 0), "")


def test_a_total_opens_every_report_it_is_made_of_with_its_authors(cast):
    a, b = commune("Xã A"), commune("Xã B")
    report = accepted(cast, a, {LABOUR: 2})
    submitted(cast, b, {LABOUR: 9})
    lineage = lineage_of(LABOUR, [cast.period])
    assert (lineage.total.value, [item.entry.place for item in lineage.items]) == (
        2,
        ["Xã A", "Xã B"],
    )
    first, second = lineage.items
    assert first.entry.version.report_id == report.pk
    assert first.authors == str(a.collaborator.user) and first.accepted_by == str(cast.officer)
    assert (second.figure.state, second.authors) == (FigureState.PENDING, "")
    with pytest.raises(KeyError):
        lineage_of(LABOUR, [cast.period], unit=PlaceFactory().pk)


plans = st.lists(
    st.tuples(
        st.integers(0, 1),  # district
        st.integers(0, 3),  # which later unit it passes into; 3: split in two
        st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**12)), min_size=2, max_size=2),
        st.booleans(),  # accepted or waiting
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    plan=plans, later=st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=3, max_size=3)
)
def test_any_partition_sums_to_the_total_on_every_map(cast, plan, later):
    """Over communes, districts, areas, old and new maps, branches, quarters: the total is the same."""
    ReportPeriod.objects.filter(year=2025).exclude(reports=None).update(year=next(_years))
    Assignment.objects.all().delete()
    old = [ensure_period(Quarter(2025, 1)), ensure_period(Quarter(2025, 2))]
    new = ensure_period(Quarter(2025, 4))
    districts = [district("Huyện Một"), district("Huyện Hai")]
    heirs = [new_commune(f"Xã Mới {n}") for n in range(3)]
    expected = 0
    for n, (which, heir, values, is_accepted) in enumerate(plan):
        one = old_commune(f"Xã Cũ {n}", districts[which])
        for period, value in zip(old, values, strict=True):
            file = accepted if is_accepted else submitted
            file(cast, one, {("gtsx", "go"): value, ("gtsx", "khac"): 1}, period=period)
            expected += (value or 0) + 1 if is_accepted else 0
        for target in [heirs[heir]] if heir < 3 else heirs[:2]:
            merge([one.place], target.place, whole=heir < 3)
    for one, value in zip(heirs, later, strict=True):
        accepted(cast, one, {("gtsx", "go"): value}, period=new)
        expected += value or 0
    periods = [*old, new]
    for grouping in (Grouping.COMMUNE, Grouping.DISTRICT, Grouping.AREA):
        for map_date in (None, date(2024, 12, 31), BEFORE, AFTER):
            table = rollup_periods(periods, map_date=map_date, grouping=grouping)
            assert (table.totals["gtsx"].value or 0) == expected
            assert (
                sum(table.figures["gtsx", c.place_id].value or 0 for c in table.columns) == expected
            )
            leaves = [line for line in leaf_lines(table.lines) if line.indicator.code == "gtsx"]
            assert sum(table.totals[line.key].value or 0 for line in leaves) == expected
            assert sum(len(c.entries) for c in table.columns) == len(table.entries)
    quarters = indicator_table(
        "gtsx", Span.of_quarter(new.quarter).earlier(4), periods, grouping=Grouping.BRANCH
    )
    assert sum(f.value or 0 for f in quarters.totals.values()) == expected
    assert sum(f.value or 0 for f in quarters.figures.values()) == expected
    year = indicator_table("gtsx", [Span(2025, SpanKind.YEAR)], periods, map_date=AFTER)
    assert (year.totals["2025-nam"].value or 0) == expected


_years = iter(range(1000, 2000))


@pytest.mark.parametrize("count", [1, 4])
def test_growth_and_lineage_queries_do_not_grow(cast, django_assert_num_queries, count):
    earlier = ensure_period(Quarter(2026, 2))
    for n in range(count):
        one = commune(f"Xã {n}", valid_from=date(2020, 1, 1))
        accepted(cast, one, {LABOUR: n}, period=earlier)
        accepted(cast, one, {LABOUR: n + 1})
    known = [earlier, cast.period]
    growth_table(Span.of_quarter(cast.period.quarter), known, map_date=AFTER)
    with django_assert_num_queries(8):
        growth_table(Span.of_quarter(cast.period.quarter), known, map_date=AFTER)
    with django_assert_num_queries(7):
        lineage_of(LABOUR, known)
