"""What every page may use without its view providing it."""

from django.conf import settings


def portal(request):
    """The portal's own name and organisation."""
    return {
        "portal_name": settings.PORTAL_NAME,
        "portal_organisation": settings.PORTAL_ORGANISATION,
        "portal_contact": settings.PORTAL_CONTACT,
    }
