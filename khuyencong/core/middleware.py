"""Sessions that end after idleness, and the first password that must be changed."""

import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

SEEN = "lan_cuoi"
# Written at most this often, so that a page view costs no write.
WRITE_EVERY_SECONDS = 60


def wants_json(request) -> bool:
    """Whether the caller is a script of ours that saves in the background."""
    return "application/json" in request.headers.get("Accept", "")


class IdleSessionMiddleware:
    """Logs out a session that was idle for SESSION_IDLE_MINUTES.

    A script that saves in the background gets 401 as JSON and keeps what was typed on the device;
    a page goes to the log-in form and comes back after it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now, seen = int(time.time()), request.session.get(SEEN)
            if seen is not None and now - seen > settings.SESSION_IDLE_MINUTES * 60:
                logout(request)
                if wants_json(request):
                    return self.refuse()
                messages.info(
                    request,
                    "Phiên làm việc đã hết vì lâu không thao tác. Anh/chị đăng nhập lại để tiếp tục; số liệu đã nhập vẫn còn.",
                )
                where = (
                    request.get_full_path()
                    if request.method == "GET"
                    else request.META.get("HTTP_REFERER", "")
                )
                return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': where})}")
            if seen is None or now - seen > WRITE_EVERY_SECONDS:
                request.session[SEEN] = now
        elif wants_json(request) and request.method == "POST":
            return self.refuse()
        return self.get_response(request)

    @staticmethod
    def refuse():
        return JsonResponse(
            {
                "error": "session_ended",
                "message": "Phiên làm việc đã hết. Anh/chị đăng nhập lại; số liệu vẫn giữ trên máy này.",
            },
            status=401,
        )


class PasswordChangeRequiredMiddleware:
    """Sends an account with a given password to the page where it chooses its own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not (request.user.is_authenticated and request.user.must_change_password):
            return None
        if request.resolver_match and request.resolver_match.view_name in (
            "core:password_change",
            "core:logout",
        ):
            return None
        return redirect("core:password_change")
