"""Pages of the registry."""

from django.urls import path

from facilities import views, views_finding, views_map
from facilities.record import views as record

app_name = "facilities"
urlpatterns = [
    path("", views.establishment_list, name="list"),
    path("ban-do/", views_map.map_page, name="map"),
    path("gan-toi/", views_map.near, name="near"),
    path("ban-do/khung/", views_map.map_view, name="map_view"),
    path("them/", views.establishment_add, name="add"),
    path("bo-loc/", views_finding.view_list, name="views"),
    path("bo-loc/luu/", views_finding.view_save, name="view_save"),
    path("bo-loc/<int:pk>/sua/", views_finding.view_edit, name="view_edit"),
    path("bo-loc/<int:pk>/xoa/", views_finding.view_delete, name="view_delete"),
    path("trung/", views_finding.duplicate_list, name="duplicates"),
    path("trung/<int:pk>/khong-trung/", views_finding.duplicate_dismiss, name="duplicate_dismiss"),
    path("trung/<int:pk>/xet-lai/", views_finding.duplicate_reopen, name="duplicate_reopen"),
    path("<int:pk>/hop-nhat/", views_finding.merge_pick, name="merge_pick"),
    path("<int:pk>/hop-nhat/<int:other>/", views_finding.merge, name="merge"),
    path("hop-nhat/<int:pk>/hoan-tac/", views_finding.merge_undo, name="merge_undo"),
    path("<int:pk>/", views.establishment_detail, name="detail"),
    path("<int:pk>/sua/", views.establishment_edit, name="edit"),
    path("<int:pk>/tinh-trang/", views.status_change, name="change_status"),
    path("<int:pk>/lich-su/", views.establishment_history, name="history"),
    path("<int:pk>/san-pham/them/", views.product_add, name="product_add"),
    path("san-pham/<int:pk>/sua/", views.product_edit, name="product_edit"),
    path("san-pham/<int:pk>/go/", views.product_remove, name="product_remove"),
    path("<int:pk>/phan/<slug:section>/", record.section_edit, name="section_edit"),
    path("<int:pk>/<slug:kind>/them/", record.row_add, name="row_add"),
    path("<slug:kind>/<int:pk>/sua/", record.row_edit, name="row_edit"),
    path("<slug:kind>/<int:pk>/go/", record.row_remove, name="row_remove"),
    path("nhu-cau/<int:pk>/tinh-trang/", record.need_state, name="need_state"),
    path("<int:pk>/du-lieu-ca-nhan/", record.personal_data, name="personal_data"),
    path("<int:pk>/du-lieu-ca-nhan/xoa/", record.personal_data_erase, name="personal_data_erase"),
    path("yeu-cau/<int:pk>/tra-loi/", record.data_request_answer, name="data_request_answer"),
    path("truy-cap-du-lieu-ca-nhan/", record.personal_accesses, name="personal_accesses"),
]
