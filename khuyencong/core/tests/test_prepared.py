"""Prepared statements: once per connection, renewed with it, off behind a pooler."""

import pytest
from django.db import connection

from khuyencong.core.prepared import Prepared

pytestmark = pytest.mark.django_db
DOUBLE = Prepared("kc_test_double", "SELECT 2 * %s::int, '100 %%'")


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'kc_test_double'")
        return cursor.fetchone()[0]


def run(value):
    with connection.cursor() as cursor:
        DOUBLE.run(cursor, [value])
        return cursor.fetchone()


@pytest.mark.parametrize("on", [True, False])
def test_the_answer_is_the_same_either_way(settings, django_assert_num_queries, on):
    settings.PREPARED_STATEMENTS = on
    before = prepared()
    for value in (1, 2):
        with django_assert_num_queries(1):
            assert run(value) == (2 * value, "100 %")
    assert prepared() == (1 if on else before)


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_prepares_anew_and_a_rollback_keeps_it():
    run(1)
    connection.close()
    assert prepared() == 0
    assert run(3) == (6, "100 %")
