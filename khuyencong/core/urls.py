"""Pages of the portal as a whole."""

from django.contrib.auth import views as auth_views
from django.urls import path

from khuyencong.core.views import pages

app_name = "core"
urlpatterns = [
    path("", pages.todo, name="todo"),
    path(
        "dang-nhap/",
        auth_views.LoginView.as_view(template_name="core/login.html"),
        name="login",
    ),
    path("dang-xuat/", auth_views.LogoutView.as_view(), name="logout"),
]
