"""Addresses of the reports. What stands first wins: fixed words before numbers."""

from django.urls import include, path

from reports import urls_author, urls_review, urls_rollup

app_name = "reports"
urlpatterns = [
    path("bao-cao/", include([*urls_review.urlpatterns, *urls_author.urlpatterns])),
    *urls_rollup.urlpatterns,
]
