"""Errors, in Vietnamese, each saying what to do."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """The form is too old or cookies are off: nothing typed is lost, say how to go on."""
    return render(request, "403_csrf.html", status=403)
