"""Pages of documents."""

from django.urls import path

from khuyencong.documents import views

app_name = "documents"
urlpatterns = [
    path("van-ban/kiem-chung/", views.verify, name="verify"),
]
