"""All addresses of the portal. Paths are Vietnamese without marks, names are English."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("khuyencong.core.urls")),
    path("", include("reports.urls")),
    path("vuong-mac/", include("reports.difficulties.urls")),
    path("bao-cao-hop-nhat/", include("reports.editions.urls")),
    path("ket-qua/", include("programs.urls")),
    path("mang-luoi/", include("collaborators.urls")),
    path("", include("khuyencong.exports.urls")),
    path("", include("khuyencong.notifications.urls")),
    path("", include("khuyencong.documents.urls")),
    path(
        "co-so/nhap/",
        include("khuyencong.imports.urls"),
        {"kind_code": "facilities.establishments"},
    ),
    path("co-so/", include("facilities.urls")),
    path("khao-sat/", include("facilities.surveys.urls")),
    path("tep/", include("khuyencong.files.urls")),
    path("quan-tri/", admin.site.urls),
]

handler400 = "khuyencong.core.views.errors.bad_request"
handler403 = "khuyencong.core.views.errors.permission_denied"
handler404 = "khuyencong.core.views.errors.not_found"
handler500 = "khuyencong.core.views.errors.server_error"
