"""Who and where from, for the history that the database triggers write."""

from pghistory.middleware import HistoryMiddleware as PghistoryMiddleware


class HistoryMiddleware(PghistoryMiddleware):
    """Adds the account's name, so that history stays readable after the account is gone."""

    def get_context(self, request):
        user = getattr(request, "user", None)
        return {
            "user": user.pk if user and user.is_authenticated else None,
            "username": user.get_username() if user and user.is_authenticated else "",
            "name": str(user) if user and user.is_authenticated else "",
            "url": request.path,
        }
