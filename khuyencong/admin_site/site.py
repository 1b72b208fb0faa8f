"""The administrators' site: Django's admin under the portal's login, look and policy."""

from pathlib import Path
from urllib.parse import urlencode

import django.contrib.admin
from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from khuyencong.core.enums import Role
from khuyencong.core.permissions import check_has_role

# The order in which an administrator looks for things; what is not named comes last.
GROUPS = (
    "core",
    "collaborators",
    "facilities",
    "programs",
    "reports",
    "editions",
    "difficulties",
    "documents",
    "forms_as_data",
    "notifications",
    "exports",
    "imports",
    "files",
    "audit",
    "axes",
    "sessions",
    "admin",
)
# Libraries that have no Vietnamese name.
NAMES = {"axes": "An toàn đăng nhập", "admin": "Thao tác trong trang quản trị"}


class AdminCatalog(JavaScriptCatalog):
    """Words for the admin's scripts: Django's own, ours over them."""

    def get_paths(self, packages):
        own = Path(django.contrib.admin.__file__).parent / "locale"
        return [str(own), *map(str, settings.LOCALE_PATHS)]


class PortalAdminSite(AdminSite):
    """One door (the portal's log-in) and one role (administrator)."""

    site_header = "Quản trị Cổng Khuyến công"
    site_title = "Quản trị"
    index_title = "Quản trị"
    empty_value_display = "–"
    enable_nav_sidebar = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.left_out = set()

    def leave_out(self, model) -> None:
        """A derived table: an app says in its admin module that its source is shown instead."""
        self.left_out.add(model)

    def has_permission(self, request) -> bool:
        return request.user.is_authenticated and request.user.is_staff

    def admin_view(self, view, cacheable=False):
        """Anonymous visitors go to the portal's log-in; others without the role are told why not."""
        inner = super().admin_view(view, cacheable)

        def checked(request, *args, **kwargs):
            if request.user.is_authenticated:
                check_has_role(request.user, Role.ADMINISTRATOR)
            return inner(request, *args, **kwargs)

        for name in ("csrf_exempt", "login_required"):
            if hasattr(inner, name):
                setattr(checked, name, getattr(inner, name))
        return checked

    def login(self, request, extra_context=None):
        """There is no second log-in form."""
        if self.has_permission(request):
            return redirect("admin:index")
        target = request.GET.get("next") or request.get_full_path()
        return redirect(f"{reverse('core:login')}?{urlencode({'next': target})}")

    login.login_required = False

    def logout(self, request, extra_context=None):
        return HttpResponseNotAllowed([])

    def password_change(self, request, extra_context=None):
        return redirect("core:password_change")

    def i18n_javascript(self, request, extra_context=None):
        return cache_control(private=True, max_age=3600)(AdminCatalog.as_view())(request)

    def get_urls(self):
        from khuyencong.admin_site import journal

        return [
            path("nhat-ky/", self.admin_view(journal.journal), name="journal"),
            *super().get_urls(),
        ]

    def get_app_list(self, request, app_label=None):
        """The groups in our order and words; inside a group in the order of registration."""
        groups = list(self._build_app_dict(request, app_label).values())
        place = {label: number for number, label in enumerate(GROUPS)}
        groups.sort(key=lambda group: place.get(group["app_label"], len(GROUPS)))
        order = {model: number for number, model in enumerate(self._registry)}
        for group in groups:
            group["models"].sort(key=lambda entry: order[entry["model"]])
        return groups

    def complete(self) -> None:
        """Register, read only, every model of ours that no admin module named; roles know no groups."""
        from khuyencong.admin_site.options import ReadOnlyAdmin

        for label, name in NAMES.items():
            apps.get_app_config(label).verbose_name = name
        if self.is_registered(Group):
            self.unregister(Group)
        labels = {app.label for app in apps.get_app_configs() if _is_ours(app)}
        for model in apps.get_models():
            if (
                model._meta.app_label in labels
                and model not in self.left_out
                and not hasattr(model, "pgh_tracked_model")
                and not self.is_registered(model)
            ):
                self.register(model, ReadOnlyAdmin)


def _is_ours(app) -> bool:
    return Path(app.path).is_relative_to(settings.BASE_DIR) and "site-packages" not in app.path
