"""All addresses of the portal. Paths are Vietnamese without marks, names are English."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("khuyencong.core.urls")),
    path("bao-cao/", include("reports.urls")),
    path("quan-tri/", admin.site.urls),
]
