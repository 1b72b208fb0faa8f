"""Addresses of files."""

from django.urls import path

from khuyencong.files import views

app_name = "files"
urlpatterns = [
    path("<int:pk>/", views.download, name="download"),
    path("<int:pk>/anh/", views.photograph, name="photograph"),
    path("<int:pk>/anh/<slug:size>/", views.copy, name="copy"),
    path("<int:pk>/go/", views.remove, name="remove"),
    path("<str:owner>/<int:owner_id>/tai-len/", views.upload, name="upload"),
]
