"""Addresses of the reports. What stands first wins: fixed words before numbers."""

from reports import urls_author, urls_review

app_name = "reports"
urlpatterns = [*urls_review.urlpatterns, *urls_author.urlpatterns]
