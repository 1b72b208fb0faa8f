"""Pages of surveys, and what telephones send."""

from django.urls import path

from facilities.surveys import views, views_api, views_fill

app_name = "surveys"
urlpatterns = [
    path("", views.home, name="list"),
    path("cua-toi/", views.mine, name="mine"),
    path("sw.js", views_fill.worker, name="worker"),
    path("phieu/<int:pk>/", views_fill.fill, name="fill"),
    path("phieu/<int:pk>/du-lieu/", views_api.data, name="data"),
    path("phieu/<int:pk>/luu/", views_api.save, name="save"),
    path("phieu/<int:pk>/anh/", views_api.photo, name="photo"),
    path("phieu/<int:pk>/anh/<uuid:client_id>/go/", views_api.photo_remove, name="photo_remove"),
    path("phieu/<int:pk>/gui/", views_api.submit, name="submit"),
    path("phieu/<int:pk>/khong-gap/", views_api.unreachable, name="unreachable"),
]
