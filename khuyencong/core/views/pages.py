"""Landing page, help, and the small addresses that machines ask for."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from khuyencong.core.enums import Role
from khuyencong.core.middleware import touch
from khuyencong.core.todo import grouped, todo_items

HELP_ROLES = {
    "cong-tac-vien": Role.COLLABORATOR,
    "chuyen-vien": Role.OFFICER,
    "lanh-dao": Role.LEADER,
    "ke-toan": Role.ACCOUNTANT,
    "nguoi-xem": Role.VIEWER,
    "quan-tri": Role.ADMINISTRATOR,
}


@require_safe
def todo(request):
    """Việc cần làm: what this person owes, with age and due date."""
    items = todo_items(request.user)
    return render(request, "core/todo.html", {"groups": grouped(items), "count": len(items)})


@login_not_required
@require_safe
def help_page(request):
    """Help in plain words: what concerns everybody, then each role; one's own role first."""
    own = request.user.roles if request.user.is_authenticated else []
    roles = sorted(HELP_ROLES.items(), key=lambda pair: pair[1] not in own)
    sections = [
        {
            "anchor": anchor,
            "label": role.label,
            "is_own": role in own,
            "template": f"core/help/{role.value}.html",
        }
        for anchor, role in roles
    ]
    layout = "layouts/staff.html" if request.user.is_authenticated else "layouts/public.html"
    return render(request, "core/help.html", {"sections": sections, "layout": layout})


@never_cache
@require_POST
def session(request):
    """Keep the session: the person is at work on a page that sends nothing by itself."""
    touch(request)
    return JsonResponse({"kept": True})


@login_not_required
@never_cache
@require_safe
def health(request):
    """Whether the portal can serve: it reaches its database. For the supervisor and load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def robots(request):
    """Nothing here is for search engines but the log-in page."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
