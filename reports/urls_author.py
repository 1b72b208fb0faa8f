"""Pages of the author's side: the list, the draft, a report and its versions."""

from django.urls import path

from reports.views import author, detail, workbook

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
    path("<int:pk>/bang-tinh/", workbook.workbook, name="workbook"),
    path("<int:pk>/bang-tinh/tai/", workbook.workbook_download, name="workbook_download"),
    path("<int:pk>/bang-tinh/<int:upload_pk>/", workbook.workbook_upload, name="workbook_upload"),
    path("<int:pk>/bang-tinh/<int:upload_pk>/ghi/", workbook.workbook_take, name="workbook_take"),
    path("<int:pk>/bang-tinh/<int:upload_pk>/bo/", workbook.workbook_drop, name="workbook_drop"),
    path(
        "<int:pk>/bang-tinh/<int:upload_pk>/cho-sai/",
        workbook.workbook_marked,
        name="workbook_marked",
    ),
]
