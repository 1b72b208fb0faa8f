"""Statements that every request or every submission runs, planned once per connection.

For a lookup by key PostgreSQL plans longer than it searches; a prepared statement keeps the plan.
Off (`PREPARED_STATEMENTS=0`) where a pooler hands another connection to each transaction.
"""

import re

from django.conf import settings
from django.db import connection


class Prepared:
    """A SELECT with `%s` places, under a name of its own in each connection that runs it.

    Writes stay outside: the history's context rides on their text (django-pghistory).
    """

    def __init__(self, name: str, sql: str):
        self.name, self.sql = name, sql
        numbers = iter(range(1, 1000))
        self._body = re.sub("%s", lambda _: f"${next(numbers)}", sql).replace("%%", "%")
        places = ", ".join(["%s"] * (next(numbers) - 1))
        self._execute = f"EXECUTE {name}({places})" if places else f"EXECUTE {name}"

    def run(self, cursor, params) -> None:
        """Run it on a cursor of the default connection, preparing it where that is still to be done."""
        if not settings.PREPARED_STATEMENTS:
            cursor.execute(self.sql, params)
            return
        raw = connection.connection
        known_in, names = getattr(connection, "_prepared", (None, None))
        if known_in is not raw:
            names = set()
            connection._prepared = (raw, names)
        if self.name not in names:
            # Beside Django's cursor: it is no query of the page's.
            with raw.cursor() as own:
                own.execute(f"PREPARE {self.name} AS {self._body}")
            names.add(self.name)
        cursor.execute(self._execute, params)
