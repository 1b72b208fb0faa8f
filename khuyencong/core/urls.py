"""Pages of the portal as a whole."""

from django.contrib.auth import views as auth_views
from django.urls import path

from khuyencong.core.views import account, pages, places

app_name = "core"
urlpatterns = [
    path("", pages.todo, name="todo"),
    path("dia-ban/", places.place_list, name="places"),
    path("dia-ban/goi-y/", places.place_suggest, name="place_suggest"),
    path("dia-ban/<int:pk>/", places.place_detail, name="place"),
    path("dang-nhap/", account.LoginView.as_view(), name="login"),
    path("dang-xuat/", auth_views.LogoutView.as_view(), name="logout"),
    path("tai-khoan/", account.account, name="account"),
    path("mat-khau/doi/", account.PasswordChangeView.as_view(), name="password_change"),
    path("mat-khau/quen/", account.ResetRequestView.as_view(), name="password_reset"),
    path("mat-khau/quen/da-gui/", account.ResetSentView.as_view(), name="password_reset_sent"),
    path(
        "mat-khau/dat-lai/<uidb64>/<token>/",
        account.ResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("phien/", pages.session, name="session"),
    path("tro-giup/", pages.help_page, name="help"),
    path("healthz", pages.health, name="health"),
    path("robots.txt", pages.robots, name="robots"),
]
