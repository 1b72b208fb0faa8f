"""Sessions in the database as Django keeps them, read by a prepared statement.

Every request reads its session; compiling the query took longer than running it. Writing, expiry and
revocation are Django's own.
"""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone

from khuyencong.core.prepared import Prepared

_READ = Prepared(
    "kc_session",
    "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
)


class SessionStore(DatabaseStore):
    """Django's database sessions with a short way to read."""

    def load(self) -> dict:
        with connection.cursor() as cursor:
            _READ.run(cursor, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            # As in Django: a key that is not (or no longer) known is never taken over.
            self._session_key = None
            return {}
        return self.decode(row[0])
