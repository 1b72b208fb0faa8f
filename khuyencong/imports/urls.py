"""Pages of imports; `kind_code` comes from where they are included."""

from django.urls import path

from khuyencong.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("bang-mau/", views.template, name="template"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/cot/", views.columns, name="columns"),
    path("<int:pk>/kiem-tra-lai/", views.check_again, name="check_again"),
    path("<int:pk>/dong/<int:row>/", views.decide, name="decide"),
    path("<int:pk>/ghi/", views.apply, name="apply"),
    path("<int:pk>/hoan-tac/", views.undo, name="undo"),
    path("<int:pk>/dong-sai/", views.faults, name="faults"),
]
