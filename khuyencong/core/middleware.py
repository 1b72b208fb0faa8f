"""Sessions that end after idleness, the first password that must be changed, refusals as pages."""

import time
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from khuyencong.core.exceptions import InvalidInput, NotAllowed, Refusal

SEEN = "lan_cuoi"
# Written at most this often, so that a page view costs no write.
WRITE_EVERY_SECONDS = 60


def wants_json(request) -> bool:
    """Whether the caller is a script of ours that saves in the background."""
    return "application/json" in request.headers.get("Accept", "")


def is_htmx(request) -> bool:
    """Whether htmx asks for a piece of a page (the header, since our middlewares come first)."""
    return request.headers.get("HX-Request") == "true"


def own_path(url: str, request) -> str:
    """Path and query of an address of this portal; empty for any other, so that none can lead away."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address and the like, from a header that anybody may send
        return ""
    if parts.netloc and parts.netloc != request.get_host():
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def page_of(request) -> str:
    """The page to come back to: the one asked for, or the one that sent the form or the request."""
    if is_htmx(request):
        return own_path(request.headers.get("HX-Current-URL", ""), request)
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return own_path(request.headers.get("Referer", ""), request)


def touch(request) -> None:
    """Count this moment as activity, whatever was written before."""
    request.session[SEEN] = int(time.time())


class ReadableAddressMiddleware:
    """Refuses (400) an address with a NUL character: no page of ours makes one, and the database
    takes none, so that it would be an error wherever a filter comes from the address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            raise BadRequest("NUL in the address")


class IdleSessionMiddleware:
    """Logs out a session that was idle for SESSION_IDLE_MINUTES.

    A script that saves in the background gets 401 as JSON and keeps what was typed on the device;
    a page goes to the log-in form and comes back after it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.session_ended = False
        if request.user.is_authenticated:
            now, seen = int(time.time()), request.session.get(SEEN)
            # The moment kept may be WRITE_EVERY_SECONDS older than the last page: never end early.
            limit = settings.SESSION_IDLE_MINUTES * 60 + WRITE_EVERY_SECONDS
            if seen is not None and now - seen > limit:
                logout(request)
                request.session_ended = True
            elif seen is None or now - seen > WRITE_EVERY_SECONDS:
                touch(request)
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            # Offices share computers: a page of one person is asked for again, never shown from store.
            patch_cache_control(response, private=True, no_cache=True)
        return response

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if wants_json(request):
            return JsonResponse(
                {
                    "error": "session_ended",
                    "message": "Phiên làm việc đã hết. Anh/chị đăng nhập lại; số liệu vẫn giữ trên máy này.",
                },
                status=401,
            )
        if request.session_ended:
            messages.info(
                request,
                "Phiên làm việc đã hết vì lâu không thao tác. Anh/chị đăng nhập lại để tiếp tục; "
                "nội dung đã nhập còn được giữ trên máy này.",
            )
        where = page_of(request)
        login = reverse(settings.LOGIN_URL) + (f"?{urlencode({'next': where})}" if where else "")
        if is_htmx(request):
            return HttpResponse(headers={"HX-Redirect": login})
        return redirect(login)


class PasswordChangeRequiredMiddleware:
    """Sends an account with a given password to the page where it chooses its own."""

    OPEN = ("core:password_change", "core:logout", "core:session", "core:help", "core:health")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not (request.user.is_authenticated and request.user.must_change_password):
            return None
        if request.resolver_match and request.resolver_match.view_name in self.OPEN:
            return None
        target = reverse("core:password_change")
        if wants_json(request):
            message = "Anh/chị cần đổi mật khẩu trước khi làm việc."
            return JsonResponse({"error": "password_change", "message": message}, status=403)
        if is_htmx(request):
            return HttpResponse(headers={"HX-Redirect": target})
        return redirect(target)


class RefusalMiddleware:
    """Turns a refusal that a view lets through into a page, or into JSON for a script of ours.

    403 for the person, 409 for the state, 422 for the input; NotAllowed keeps Django's own way to
    the 403 page unless a script asks.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, Refusal):
            return None
        status, code = 409, "refused"
        if isinstance(exception, NotAllowed):
            status, code = 403, "not_allowed"
        elif isinstance(exception, InvalidInput):
            status, code = 422, "invalid_input"
        if wants_json(request) or is_htmx(request):
            body = {"error": code, "message": str(exception)}
            if errors := getattr(exception, "errors", None):
                body["errors"] = errors
            return JsonResponse(body, status=status)
        if status == 403:
            return None
        context = {
            "reason": str(exception),
            "errors": getattr(exception, "errors", None) or {},
            "back_url": own_path(request.headers.get("Referer", ""), request),
        }
        return render(request, "core/refused.html", context, status=status)
