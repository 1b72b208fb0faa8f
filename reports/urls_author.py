"""Pages of the author's side: the list, the draft, a report and its versions."""

from django.urls import path

from reports.views import author, detail

urlpatterns = [
    path("", author.report_list, name="list"),
    path("bat-dau/", author.report_start, name="start"),
    path("<int:pk>/", detail.report_detail, name="detail"),
    path("<int:pk>/lan-nop/<int:number>/", detail.report_version, name="version"),
    path("<int:pk>/soan/", author.report_edit, name="edit"),
    path("<int:pk>/luu/", author.report_save, name="save"),
    path("<int:pk>/nop/", author.report_submit, name="submit"),
    path("<int:pk>/khong-phat-sinh/", author.report_nothing, name="nothing"),
    path("<int:pk>/dong/them/<slug:part>/", author.row_add, name="row_add"),
    path("<int:pk>/dong/<uuid:uid>/", author.row_edit, name="row_edit"),
    path("<int:pk>/dong/<uuid:uid>/bo/", author.row_remove, name="row_remove"),
]
