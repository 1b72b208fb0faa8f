"""Pages of notices."""

from django.urls import path

from khuyencong.notifications import views

app_name = "notifications"
urlpatterns = [
    path("thong-bao/", views.notice_list, name="list"),
    path("thong-bao/da-doc/", views.mark_all, name="mark_all"),
    path("thong-bao/tuy-chon/", views.preferences, name="preferences"),
    path("thong-bao/<int:pk>/", views.notice_open, name="open"),
    path("thong-bao/<int:pk>/danh-dau/", views.notice_mark, name="mark"),
    path("thong-bao/ngung-thu/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
