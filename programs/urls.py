"""Pages of the programme."""

from django.urls import path

from programs import views

app_name = "programs"
urlpatterns = [
    path("", views.results, name="results"),
    path("<int:year>/", views.results, name="results"),
]
