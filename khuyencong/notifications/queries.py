"""What a person has been told."""

from django.db.models import QuerySet

from khuyencong.notifications.models import Notice

UNREAD_SHOWN = 99
# Part of the statement that reads the account of every request (settings.USER_EXTRAS), so that the
# bell costs no query of its own. `u` is the account's row; counting stops where the bell says "99+".
UNREAD_SQL = f"""
(SELECT count(*) FROM (
    SELECT FROM notifications_notice n
    WHERE n.person_id = u.id AND n.read_at IS NULL LIMIT {UNREAD_SHOWN + 1}
) unread)
"""


def notices_of(user) -> QuerySet[Notice]:
    """A person's own notices, newest first; nobody sees another's."""
    return Notice.objects.filter(person=user).order_by("-id")
