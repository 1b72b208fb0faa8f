"""Errors, in Vietnamese, each saying what to do."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

from khuyencong.core.exceptions import Refusal
from khuyencong.core.middleware import is_htmx, wants_json

NOT_ALLOWED = "Tài khoản của anh/chị không được phép xem trang hoặc làm việc này."


def _answer(request, status: int, template: str, message: str, **context):
    if wants_json(request) or is_htmx(request):
        return JsonResponse({"error": str(status), "message": message}, status=status)
    return render(request, template, {"reason": message, **context}, status=status)


def bad_request(request, exception=None):
    """The request cannot be read: a damaged link or form."""
    return _answer(request, 400, "400.html", "Yêu cầu gửi lên không đọc được.")


def permission_denied(request, exception=None):
    """The person may not; the reason is the one that the refusal carries."""
    reason = str(exception) if isinstance(exception, Refusal) else NOT_ALLOWED
    return _answer(request, 403, "403.html", reason or NOT_ALLOWED)


def not_found(request, exception=None):
    """No such page, or none that this person may know of."""
    return _answer(
        request, 404, "404.html", "Không có trang này, hoặc trang ngoài phạm vi của anh/chị."
    )


def server_error(request):
    """Something broke on our side; the page needs neither database nor context."""
    if wants_json(request) or is_htmx(request):
        return JsonResponse(
            {"error": "500", "message": "Hệ thống gặp lỗi; hãy thử lại sau."}, status=500
        )
    return HttpResponse(loader.get_template("500.html").render(), status=500)


def csrf_failure(request, reason=""):
    """The form is too old or cookies are off: nothing typed is lost, say how to go on."""
    message = "Biểu mẫu đã mở quá lâu hoặc trình duyệt chặn cookie. Hãy tải lại trang rồi gửi lại."
    return _answer(request, 403, "403_csrf.html", message)
