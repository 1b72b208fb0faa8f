"""Addresses of the reports."""

from reports import urls_review

app_name = "reports"
urlpatterns = [*urls_review.urlpatterns]
