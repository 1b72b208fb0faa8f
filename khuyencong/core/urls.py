"""Pages of the portal as a whole."""

from django.contrib.auth import views as auth_views
from django.urls import path

from khuyencong.core.views import pages, places

app_name = "core"
urlpatterns = [
    path("", pages.todo, name="todo"),
    path("dia-ban/", places.place_list, name="places"),
    path("dia-ban/<int:pk>/", places.place_detail, name="place"),
    path(
        "dang-nhap/",
        auth_views.LoginView.as_view(template_name="core/login.html"),
        name="login",
    ),
    path("dang-xuat/", auth_views.LogoutView.as_view(), name="logout"),
]
