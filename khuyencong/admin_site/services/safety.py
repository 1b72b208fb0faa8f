"""Failed and successful log-ins, and what administrators saved, to be read."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from khuyencong.admin_site.options import ReadOnlyAdmin


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "path_info")
    search_fields = ("username",)
    ordering = ("-attempt_time",)
    fields = (
        "attempt_time",
        "username",
        "ip_address",
        "failures_since_start",
        "path_info",
        "user_agent",
    )


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    list_display = ("attempt_time", "username", "ip_address", "logout_time")
    search_fields = ("username",)
    ordering = ("-attempt_time",)
    fields = ("attempt_time", "logout_time", "username", "ip_address", "path_info", "user_agent")


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(ReadOnlyAdmin):
    list_display = ("attempt_time", "username", "ip_address", "locked_out")
    list_filter = ("locked_out",)
    search_fields = ("username",)
    ordering = ("-attempt_time",)
    fields = ("attempt_time", "username", "ip_address", "locked_out", "path_info", "user_agent")


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What administrators saved by hand; the journal has the fields."""

    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_filter = ("action_flag", "action_time")
    search_fields = ("object_repr", "user__username")
    ordering = ("-action_time",)
    fields = ("action_time", "user", "content_type", "object_repr", "action_flag")
