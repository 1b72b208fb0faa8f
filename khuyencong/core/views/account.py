"""Log-in, the own account, and the password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from khuyencong.core import actions
from khuyencong.core.account_forms import (
    ContactForm,
    LoginForm,
    NewPasswordForm,
    OwnPasswordForm,
    ResetRequestForm,
)


class LoginView(auth_views.LoginView):
    """Log-in; whoever is logged in already goes on to where they were heading."""

    template_name = "core/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class PasswordChangeView(auth_views.PasswordChangeView):
    """Choose an own password; also the only page open to an account with a given password."""

    template_name = "core/password_change.html"
    form_class = OwnPasswordForm

    def form_valid(self, form):
        user = actions.set_own_password(
            actor=self.request.user, password=form.cleaned_data["new_password1"]
        )
        update_session_auth_hash(self.request, user)
        messages.success(
            self.request,
            "Đã đổi mật khẩu. Các máy khác đang đăng nhập bằng tài khoản này phải đăng nhập lại.",
        )
        return redirect("core:todo")


class ResetRequestView(auth_views.PasswordResetView):
    """Ask for a link by mail; the answer is the same whether or not the address is known."""

    template_name = "core/password_reset.html"
    form_class = ResetRequestForm
    email_template_name = "emails/password_reset.txt"
    subject_template_name = "emails/password_reset_subject.txt"
    success_url = reverse_lazy("core:password_reset_sent")


@method_decorator(login_not_required, name="dispatch")
class ResetSentView(auth_views.PasswordResetDoneView):
    """Said to everybody who asked."""

    template_name = "core/password_reset_sent.html"


class ResetConfirmView(auth_views.PasswordResetConfirmView):
    """Choose a new password by the link of the mail."""

    template_name = "core/password_reset_confirm.html"
    form_class = NewPasswordForm

    def form_valid(self, form):
        actions.set_own_password(actor=self.user, password=form.cleaned_data["new_password1"])
        del self.request.session[auth_views.INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, "Đã đặt mật khẩu mới. Anh/chị đăng nhập bằng mật khẩu này.")
        return HttpResponseRedirect(reverse_lazy("core:login"))


@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """The own account: name, roles, and how the Centre reaches this person."""
    user = request.user
    form = ContactForm(request.POST or None, initial={"email": user.email, "phone": user.phone})
    if request.method == "POST" and form.is_valid():
        actions.update_own_contact(actor=user, **form.cleaned_data)
        messages.success(request, "Đã lưu thông tin liên hệ.")
        return redirect("core:account")
    return render(request, "core/account.html", {"form": form}, status=422 if form.errors else 200)
