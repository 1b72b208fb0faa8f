"""Pages of difficulties: the public one, and those on which they are followed."""

from django.urls import path

from reports.difficulties import views

app_name = "difficulties"
urlpatterns = [
    path("", views.public, name="public"),
    path("theo-doi/", views.matter_page, name="list"),
    path("theo-doi/y-kien/", views.loose, name="loose"),
    path("theo-doi/<int:pk>/", views.detail, name="detail"),
    path("theo-doi/<int:pk>/sua/", views.edit, name="edit"),
    path("theo-doi/<int:pk>/gui/", views.send, name="send"),
    path("theo-doi/<int:pk>/tra-loi/", views.answer, name="answer"),
    path("theo-doi/<int:pk>/ket-thuc/", views.close, name="close"),
    path("theo-doi/<int:pk>/gop/", views.join, name="join"),
    path("theo-doi/<int:pk>/tach/<int:row>/", views.split, name="split"),
]
