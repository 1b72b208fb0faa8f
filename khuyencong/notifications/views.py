"""The bell: own notices, read and unread, and how one wants to be told."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core.numbers import whole_number
from khuyencong.notifications import actions
from khuyencong.notifications.enums import MailMode
from khuyencong.notifications.forms import PreferenceForm
from khuyencong.notifications.mailing import person_of_token
from khuyencong.notifications.models import NoticePreference
from khuyencong.notifications.queries import notices_of

PER_PAGE = 30


@require_GET
@never_cache
def notice_list(request):
    """Own notices, newest first; all of them or those not read yet (`?loc=chua-doc`)."""
    only_unread = request.GET.get("loc") == "chua-doc"
    notices = notices_of(request.user)
    if only_unread:
        notices = notices.filter(read_at__isnull=True)
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("trang"))
    shown = list(page.object_list)
    return render(
        request,
        "notifications/list.html",
        {
            "page": page,
            "notices": shown,
            "only_unread": only_unread,
            "newest": shown[0].pk if shown else 0,
            "today": timezone.localdate(),
        },
    )


@require_GET
@never_cache
def notice_open(request, pk: int):
    """Follow a notice to what it tells of. Following it is reading it, so a GET marks it."""
    notice = get_object_or_404(notices_of(request.user), pk=pk)
    actions.mark_read(actor=request.user, notice_id=notice.pk)
    return redirect(notice.link or "notifications:list")


@require_POST
def notice_mark(request, pk: int):
    """Mark one as read, or as unread again (`trang_thai=chua-doc`)."""
    get_object_or_404(notices_of(request.user), pk=pk)
    is_unread = request.POST.get("trang_thai") == "chua-doc"
    mark = actions.mark_unread if is_unread else actions.mark_read
    mark(actor=request.user, notice_id=pk)
    return _back(request)


@require_POST
def mark_all(request):
    """Mark as read all that the page showed and what is older."""
    count = actions.mark_all_read(
        actor=request.user, up_to=whole_number(request.POST.get("moi_nhat")) or 0
    )
    if count:
        messages.success(request, f"Đã đánh dấu {count} thông báo là đã đọc.")
    return _back(request)


def _back(request):
    """To the list as it was filtered."""
    response = redirect("notifications:list")
    if request.POST.get("loc") == "chua-doc":
        response["Location"] += "?loc=chua-doc"
    return response


@require_http_methods(["GET", "POST"])
def preferences(request):
    """Mail or not, at once or once a day."""
    kept = NoticePreference.objects.filter(person=request.user).first()
    form = PreferenceForm(
        request.POST or None, initial={"mail_mode": kept.mail_mode if kept else MailMode.DIGEST}
    )
    if request.method == "POST" and form.is_valid():
        actions.set_mail_mode(actor=request.user, mail_mode=form.cleaned_data["mail_mode"])
        messages.success(request, "Đã lưu cách nhận thông báo.")
        return redirect("notifications:preferences")
    return render(
        request,
        "notifications/preferences.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request, token: str):
    """Stop mail from a link of the mail itself, without logging in: asked first, done by POST.

    The signed token is the proof, so the mail program's own button may post without a form of ours.
    """
    person = person_of_token(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        actions.set_mail_mode(actor=person, mail_mode=MailMode.OFF)
    return render(
        request,
        "notifications/unsubscribe.html",
        {"person": person, "done": request.method == "POST"},
    )
