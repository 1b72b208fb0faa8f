"""Pages of the author's side: the list, the draft, a report and its versions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
