from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collaborators.models import Assignment
from khuyencong.core.models import Place, Succession
from khuyencong.core.places import rebuild_lineage
from khuyencong.core.quarters import Quarter
from khuyencong.core.tests.factories import PlaceFactory
from reports.calendar import ensure_period
from reports.models import Report
from reports.queries.growth import indicator_table
from reports.queries.rollup import FigureState, rollup
from reports.queries.rollup_national import rollup_all, rollup_indicator_national
from reports.spans import Span
from reports.tests.review_cast import make_cast
from reports.tests.rollup_cast import accept, accepted, commune, corrected, send_back, submitted

pytestmark = pytest.mark.django_db
MILLION = 10**6


@pytest.fixture
def cast():
    """The cast without its two communes: each test brings its own."""
    cast = make_cast()
    Assignment.objects.all().delete()
    return cast


def figure(table, key, assignment):
    return table.figures[key, assignment.place_id]


def test_total_is_the_sum_of_accepted_versions_to_the_dong(cast):
    a, b = commune("Xã A"), commune("Xã B")
    accepted(cast, a, {"doanh_thu": 1_234_567_891})
    accepted(cast, b, {"doanh_thu": 1})
    table = rollup(cast.period)
    assert table.totals["doanh_thu"].value == 1_234_567_892
    assert figure(table, "doanh_thu", a).value == 1_234_567_891


def test_zero_nothing_empty_and_not_reported_are_four_things(cast):
    zero, nothing, stated, silent = (commune(f"Xã {c}") for c in "ABCD")
    accepted(cast, zero, {"lao_dong": 0})
    accepted(cast, nothing, {"lao_dong": None})
    accepted(cast, stated, {}, nothing=("san_xuat",))
    table = rollup(cast.period)
    assert (figure(table, "lao_dong", zero).value, figure(table, "lao_dong", zero).state) == (
        0,
        FigureState.VALUE,
    )
    assert figure(table, "lao_dong", nothing).state == FigureState.NOTHING
    assert figure(table, "lao_dong", stated).state == FigureState.NOTHING
    assert figure(table, "tt_buoi", stated).state == FigureState.EMPTY
    assert figure(table, "lao_dong", silent).state == FigureState.NOT_REPORTED
    assert table.totals["lao_dong"].value == 0
    assert table.totals["tt_buoi"].value is None


def test_pending_counts_only_when_asked_for(cast):
    a, b = commune("Xã A"), commune("Xã B")
    accepted(cast, a, {"lao_dong": 10})
    submitted(cast, b, {"lao_dong": 5})
    without, including = rollup(cast.period), rollup(cast.period, include_pending=True)
    assert (without.totals["lao_dong"].value, including.totals["lao_dong"].value) == (10, 15)
    assert figure(without, "lao_dong", b).state == FigureState.PENDING
    assert figure(including, "lao_dong", b).is_pending
    assert not figure(including, "lao_dong", a).is_pending


def test_accepting_changes_the_total_by_exactly_that_report(cast):
    a, b = commune("Xã A"), commune("Xã B")
    accepted(cast, a, {"lao_dong": 10})
    report = submitted(cast, b, {"lao_dong": 7})
    before = rollup(cast.period).totals["lao_dong"].value
    accept(report, cast.officer)
    assert rollup(cast.period).totals["lao_dong"].value - before == 7


def test_returned_report_falls_back_to_the_version_accepted_before(cast):
    a, b = commune("Xã A"), commune("Xã B")
    fallen = accepted(cast, a, {"lao_dong": 10})
    corrected(fallen, a.collaborator.user, {"lao_dong": 99})
    send_back(fallen)
    send_back(submitted(cast, b, {"lao_dong": 5}))
    for include_pending in (False, True):
        table = rollup(cast.period, include_pending=include_pending)
        assert figure(table, "lao_dong", a).value == 10
        assert figure(table, "lao_dong", a).version.number == 1
        assert figure(table, "lao_dong", b).state == FigureState.RETURNED
        assert table.totals["lao_dong"].value == 10


def test_correction_waiting_replaces_the_accepted_one_only_when_asked_for(cast):
    a = commune("Xã A")
    report = accepted(cast, a, {"lao_dong": 10})
    corrected(report, a.collaborator.user, {"lao_dong": 12})
    assert rollup(cast.period).totals["lao_dong"].value == 10
    assert rollup(cast.period, include_pending=True).totals["lao_dong"].value == 12


def test_indicator_with_members_is_the_sum_of_its_members(cast):
    a, b = commune("Xã A"), commune("Xã B")
    members = [m for m, _ in rollup(cast.period).lines[0].indicator.members]
    accepted(cast, a, {("gtsx", members[0]): 5, ("gtsx", members[1]): 7})
    accepted(cast, b, {("gtsx", members[0]): 1, ("gtsx", members[1]): None})
    table = rollup(cast.period)
    assert figure(table, "gtsx", a).value == 12
    assert table.totals[f"gtsx-{members[0]}"].value == 6
    assert figure(table, f"gtsx-{members[1]}", b).state == FigureState.NOTHING
    assert table.totals["gtsx"].value == 13


def test_denominator_is_the_assignments_on_the_due_date_and_who_reported_anyway(cast):
    due = cast.period.due_on
    commune("Xã còn phụ trách")
    commune("Xã thôi trước hạn", valid_to=due - timedelta(days=1))
    commune("Xã phân công sau hạn", valid_from=due + timedelta(days=1))
    commune("Xã phụ trách phụ", is_principal=False)
    anyway = commune("Xã vẫn nộp", valid_to=due - timedelta(days=1))
    submitted(cast, anyway, {"lao_dong": 1})
    drafted = commune("Xã chỉ soạn", valid_to=due - timedelta(days=1))
    Report.objects.create(place=drafted.place, period=cast.period)
    table = rollup(cast.period)
    assert {entry.place for entry in table.entries} == {"Xã còn phụ trách", "Xã vẫn nộp"}
    assert (table.expected, table.reported, table.accepted, table.pending) == (2, 1, 0, 1)


def test_parts_and_places_can_be_chosen(cast):
    a, b = commune("Xã A"), commune("Xã B")
    accepted(cast, a, {"lao_dong": 10})
    accepted(cast, b, {"lao_dong": 5})
    table = rollup(cast.period, part="hoat_dong", place_ids=[a.place_id])
    assert {line.part.code for line in table.lines} == {"hoat_dong"}
    assert [column.name for column in table.columns] == ["Xã A"]


def succeed(old, new, *, whole=True, on=date(2026, 10, 1)):
    Succession.objects.create(
        predecessor=old, successor=new, effective_on=on, kind="merged", is_whole=whole
    )
    Place.objects.filter(pk=old.pk).update(valid_to=on - timedelta(days=1))


def test_old_reports_on_a_later_map(cast):
    a, b, c, d = (commune(f"Xã {x}") for x in "ABCD")
    for assignment, value in ((a, 1), (b, 2), (c, 4), (d, 8)):
        accepted(cast, assignment, {"lao_dong": value})
    new, other = PlaceFactory(name="Xã Mới"), PlaceFactory(name="Xã Khác")
    succeed(a.place, new)
    succeed(b.place, new)
    succeed(c.place, new, whole=False)
    succeed(c.place, other, whole=False)
    rebuild_lineage()
    table = rollup(cast.period, map_date=date(2026, 11, 1))
    figures = {column.name: table.figures["lao_dong", column.place_id] for column in table.columns}
    assert {name: f.value for name, f in figures.items()} == {"Xã Mới": 3, "Xã C": 4, "Xã D": 8}
    assert [column.name for column in table.columns if column.was_split] == ["Xã C"]
    assert figures["Xã Mới"].version is None and len(figures["Xã Mới"].entries) == 2
    assert table.totals["lao_dong"].value == 15
    assert (table.expected, table.reported) == (4, 4)


figures_strategy = st.lists(
    st.tuples(
        st.sampled_from(["none", "submitted", "accepted", "returned", "corrected", "fallen"]),
        st.one_of(st.none(), st.integers(-(10**12), 10**12)),
        st.one_of(st.none(), st.integers(0, 10**15)),
    ),
    max_size=6,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(figures_strategy)
def test_total_equals_the_sum_over_communes_and_the_rows(cast, plan):
    period = ensure_period(_fresh_quarter())
    cast.period = period
    for number, (state, first, second) in enumerate(plan):
        assignment = commune(f"Xã {number}")
        user = assignment.collaborator.user
        if state == "none":
            continue
        report = submitted(cast, assignment, {"lao_dong": first}, period=period)
        if state in ("accepted", "corrected", "fallen"):
            accept(report, cast.officer)
        if state in ("corrected", "fallen"):
            corrected(report, user, {"lao_dong": second})
        if state in ("returned", "fallen"):
            send_back(report)
    for include_pending in (False, True):
        table = rollup(period, include_pending=include_pending)
        total = table.totals["lao_dong"].value
        values = [table.figures["lao_dong", column.place_id].value for column in table.columns]
        assert (total or 0) == sum(value or 0 for value in values)
        assert (total is None) == all(value is None for value in values)
        assert total == _by_hand(period, include_pending)


_quarters = iter(range(4 * 2027, 10**6))


def _fresh_quarter() -> Quarter:
    number = next(_quarters)
    return Quarter(number // 4, number % 4 + 1)


def _by_hand(period, include_pending: bool) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT SUM(c.value) FROM reports_report r
            JOIN reports_versioncell c ON c.version_id =
                CASE WHEN %s AND r.status = 'submitted' THEN r.latest_version_id ELSE r.accepted_version_id END
            JOIN forms_as_data_indicator i ON i.id = c.indicator_id
            WHERE r.period_id = %s AND i.code = 'lao_dong' AND c.state = 'value'
            """,
            [include_pending, period.pk],
        )
        value = cursor.fetchone()[0]
    return None if value is None else int(value)


def test_indicator_over_quarters(cast):
    a = commune("Xã A", valid_from=date(2020, 1, 1))
    earlier = ensure_period(Quarter(2026, 2))
    accepted(cast, a, {"lao_dong": 3}, period=earlier)
    accepted(cast, a, {"lao_dong": 4})
    now = Span.of_quarter(cast.period.quarter)
    table = indicator_table("lao_dong", now.earlier(8), [cast.period, earlier])
    assert table.spans == [now, now.before]
    assert [table.figures[s.key, str(a.place_id)].value for s in table.spans] == [4, 3]
    assert [table.totals[s.key].value for s in table.spans] == [4, 3]
    assert table.growth(str(a.place_id), now, now.before).percent == "+33,3 %"
    assert table.line.indicator.unit == "người"


def test_national_sums_agree_with_the_table(cast):
    province = PlaceFactory(name="Tỉnh Thử", level="province", kind="tinh")
    a, b = (commune(f"Xã {x}", place__province=province) for x in "AB")
    members = [m for m, _ in rollup(cast.period).lines[0].indicator.members]
    accepted(cast, a, {("gtsx", members[0]): 5, ("gtsx", members[1]): 7, "lao_dong": 2})
    accepted(cast, b, {("gtsx", members[0]): 1, "lao_dong": None})
    submitted(cast, commune("Xã C", place__province=province), {"lao_dong": 100})
    table = rollup(cast.period)
    year = cast.period.year
    (one,) = rollup_indicator_national("gtsx", from_year=year, to_year=year)
    assert (one.province_id, one.quarter, one.value, one.cells) == (province.pk, 3, 13, 3)
    everything = {row.code: row.value for row in rollup_all(from_year=year, to_year=year)}
    assert everything == {"gtsx": table.totals["gtsx"].value, "lao_dong": 2}


@pytest.mark.parametrize("count", [1, 4])
def test_queries_do_not_grow_with_the_communes(cast, django_assert_num_queries, count):
    for number in range(count):
        accepted(cast, commune(f"Xã {number}"), {"lao_dong": number})
    rollup(cast.period)  # the form's structure is kept from now on
    with django_assert_num_queries(4):
        rollup(cast.period)
