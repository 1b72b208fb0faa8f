"""Accounts, for administrators: opened, corrected, shut and unlocked; never deleted."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from khuyencong.admin_site.filters import RoleFilter
from khuyencong.admin_site.options import PortalModelAdmin
from khuyencong.core import actions
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import Refusal
from khuyencong.core.models import User


class AccountForm(forms.ModelForm):
    """Roles as checkboxes; the password is never typed here."""

    roles = forms.MultipleChoiceField(
        label="Vai trò",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Một người có thể giữ nhiều vai trò. Không chọn vai trò nào: đăng nhập được nhưng không xem được gì.",
    )

    class Meta:
        model = User
        fields = ("username", "display_name", "position", "email", "phone", "roles", "is_active")


@admin.register(User)
class UserAdmin(PortalModelAdmin):
    """Accounts are opened, corrected, shut and unlocked here; never deleted."""

    form = AccountForm
    list_display = ("username", "display_name", "roles", "is_active", "last_login")
    list_filter = ("is_active", RoleFilter)
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    readonly_fields = ("must_change_password", "last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("username", "display_name", "position")}),
        ("Liên hệ", {"fields": ("email", "phone")}),
        ("Quyền", {"fields": ("roles", "is_active")}),
        ("Đăng nhập", {"fields": ("must_change_password", "last_login", "created_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "display_name", "position", "email", "phone", "roles"),
                "description": "Khi lưu, cổng tạo một mật khẩu dùng một lần và chỉ hiện một lần. "
                "Người dùng phải đổi mật khẩu ở lần đăng nhập đầu.",
            },
        ),
    )
    change_form_template = "admin/core/user/change_form.html"

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request, obj=None):
        return (*self.readonly_fields, "username") if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["fields"] = self.add_fieldsets[0][1]["fields"]
        return super().get_form(request, obj, change=change, **kwargs)

    def through_action(self, request, obj, form, change):
        facts = {
            name: form.cleaned_data[name]
            for name in ("display_name", "position", "email", "phone", "roles")
        }
        if change:
            return actions.update_account(
                actor=request.user,
                user_id=obj.pk,
                is_active=form.cleaned_data["is_active"],
                **facts,
            )
        user, request.one_time_password = actions.create_account(
            actor=request.user, username=form.cleaned_data["username"], **facts
        )
        return user

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied as refusal:
            if not isinstance(refusal, Refusal):
                raise
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())

    def response_add(self, request, obj, post_url_continue=None):
        return self._show_password(request, obj, request.one_time_password, "Đã tạo tài khoản")

    def get_urls(self):
        return [
            path(
                "<int:user_id>/dat-lai-mat-khau/",
                self.admin_site.admin_view(self.reset_password),
                name="core_user_reset",
            ),
            path(
                "<int:user_id>/mo-khoa/",
                self.admin_site.admin_view(self.unlock),
                name="core_user_unlock",
            ),
            *super().get_urls(),
        ]

    def _show_password(self, request, user, password, title):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "account": user,
            "password": password,
        }
        return TemplateResponse(request, "admin/core/user/password.html", context)

    def reset_password(self, request, user_id):
        """Ask first; then show the new one-time password, once."""
        user = self.get_object(request, str(user_id))
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(user_id))
        if request.method != "POST":
            return self._ask(
                request,
                user,
                "Đặt lại mật khẩu",
                "Tài khoản sẽ đăng xuất ở mọi nơi, mật khẩu cũ không dùng được nữa. "
                "Mật khẩu mới chỉ hiện một lần; anh/chị báo cho người dùng, họ phải đổi ở lần đăng nhập tới.",
            )
        try:
            user, password = actions.reset_password(actor=request.user, user_id=user.pk)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:core_user_change", user.pk)
        return self._show_password(request, user, password, "Đã đặt lại mật khẩu")

    def unlock(self, request, user_id):
        """Ask first; then forget the failed log-ins."""
        user = self.get_object(request, str(user_id))
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(user_id))
        if request.method != "POST":
            return self._ask(
                request,
                user,
                "Mở khóa đăng nhập",
                "Các lần nhập sai mật khẩu của tài khoản này được xóa; người dùng đăng nhập lại được ngay.",
            )
        count = actions.unlock_account(actor=request.user, user_id=user.pk)
        messages.success(
            request,
            f"Đã mở khóa {user}." if count else f"{user} không bị khóa; không có gì thay đổi.",
        )
        return redirect("admin:core_user_change", user.pk)

    def _ask(self, request, user, title, text):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{title}: {user}",
            "account": user,
            "text": text,
            "button": title,
        }
        return TemplateResponse(request, "admin/core/user/confirm.html", context)
