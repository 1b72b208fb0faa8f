"""Pages of the network."""

from django.urls import path

app_name = "collaborators"
urlpatterns = []
