"""Notices and mails: to be read; a mail that did not arrive can be sent again."""

from django.contrib import admin, messages

from khuyencong.admin_site.options import ReadOnlyAdmin
from khuyencong.core.exceptions import Refusal
from khuyencong.notifications.mailing import resend_mail
from khuyencong.notifications.models import Mail, Notice, NoticePreference


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "person", "subject", "read_at", "mail_state")
    list_select_related = ("person", "mail")
    search_fields = ("subject", "person__username", "matter")
    ordering = ("-id",)

    @admin.display(description="Thư")
    def mail_state(self, notice):
        return notice.mail.get_status_display() if notice.mail else None


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """The list answers whether a mail went out and why not; the action sends it again."""

    list_display = ("created_at", "person", "address", "subject", "status", "attempts", "sent_at")
    list_filter = ("status",)
    list_select_related = ("person",)
    search_fields = ("subject", "address", "person__username")
    ordering = ("-id",)
    actions = ["send_again"]

    @admin.action(description="Gửi lại các thư đã chọn")
    def send_again(self, request, queryset):
        done = 0
        for mail in queryset:
            try:
                resend_mail(actor=request.user, mail_id=mail.pk)
            except Refusal as refusal:
                messages.warning(request, str(refusal))
            else:
                done += 1
        if done:
            messages.success(request, f"Đã xếp {done} thư vào hàng chờ gửi.")


@admin.register(NoticePreference)
class NoticePreferenceAdmin(ReadOnlyAdmin):
    list_display = ("person", "mail_mode")
    list_filter = ("mail_mode",)
    list_select_related = ("person",)
    search_fields = ("person__username", "person__display_name")
