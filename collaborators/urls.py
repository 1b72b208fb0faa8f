"""Pages of the network."""

from django.urls import path

from collaborators import views

app_name = "collaborators"
urlpatterns = [
    path("", views.network, name="network"),
    path("them/", views.appoint, name="appoint"),
    path("quyet-dinh/them/", views.record_decision, name="record_decision"),
    path("cong-tac-vien/<int:pk>/", views.detail, name="detail"),
    path("dia-ban/<int:pk>/", views.place, name="place"),
    path("phan-cong/", views.assign, name="assign"),
    path("phan-cong/<int:pk>/ket-thuc/", views.end_assignment, name="end_assignment"),
]
