"""Pages of the checker's side: queue, review, completeness, calendar."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
