"""The cells laid out for totals follow the accepted version, whoever changes it."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from reports.models import AcceptedCell, Report, VersionCell
from reports.queries.proof import accepted_cell_differences
from reports.tests.factories import accepted_report, submitted_report

pytestmark = pytest.mark.django_db


def test_a_submitted_report_counts_nowhere_yet():
    submitted_report()
    assert VersionCell.objects.exists()
    assert not AcceptedCell.objects.exists()


def test_acceptance_lays_out_exactly_the_versions_cells():
    report = accepted_report()
    source = VersionCell.objects.filter(version=report.accepted_version)
    laid_out = AcceptedCell.objects.filter(
        report=report, period=report.period, place=report.place, version=report.accepted_version
    )
    assert sorted(laid_out.values_list("indicator", "member", "value", "state")) == sorted(
        source.values_list("indicator", "member", "value", "state")
    )
    assert accepted_cell_differences() == []


def test_raw_sql_that_takes_acceptance_back_takes_the_cells_back():
    report = accepted_report()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reports_report SET status = 'submitted', accepted_version_id = NULL WHERE id = %s",
            [report.pk],
        )
    assert not AcceptedCell.objects.filter(report=report).exists()
    assert accepted_cell_differences() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_acceptedcell SET value = value + 1",
        "DELETE FROM reports_acceptedcell",
        "INSERT INTO reports_acceptedcell (report_id, indicator_id, member, value, state, period_id, place_id,"
        " province_id, version_id) SELECT report_id, indicator_id, 'x', value, state, period_id, place_id,"
        " province_id, version_id FROM reports_acceptedcell",
    ],
)
def test_nobody_writes_them_by_hand(statement):
    accepted_report()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_proof_finds_a_cell_that_was_lost():
    report = accepted_report()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM reports_acceptedcell WHERE report_id = %s AND value > 0", [report.pk]
        )
        cursor.execute("SET session_replication_role = origin")
    found = accepted_cell_differences()
    assert found
    assert {row[0] for row in found} == {"missing"}
    assert {row[1] for row in found} == {report.pk}
    assert Report.objects.filter(pk=report.pk).exists()
