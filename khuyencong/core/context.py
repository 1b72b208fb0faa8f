"""What every page may use without its view providing it."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from khuyencong.core.navigation import menu_for


def portal(request):
    """The portal's own name and organisation, and for a person logged in: menu, roles, places.

    The places cost one query, and only on pages that show them.
    """
    context = {
        "portal_name": settings.PORTAL_NAME,
        "portal_organisation": settings.PORTAL_ORGANISATION,
        "portal_contact": settings.PORTAL_CONTACT,
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context |= {
            "menu": menu_for(user, request.path),
            "user_roles": user.role_labels,
            "user_places": SimpleLazyObject(lambda: import_string(settings.USER_PLACES)(user)),
            "idle_minutes": settings.SESSION_IDLE_MINUTES,
        }
    return context
