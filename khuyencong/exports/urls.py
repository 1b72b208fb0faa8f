"""Pages of exports."""

from django.urls import path

from khuyencong.exports import views

app_name = "exports"
urlpatterns = [
    path("bang-tinh/", views.job_list, name="list"),
    path("bang-tinh/chon-cot/", views.choose, name="choose"),
    path("bang-tinh/xuat/", views.job_request, name="request"),
    path("bang-tinh/<int:pk>/", views.job_detail, name="detail"),
    path("bang-tinh/<int:pk>/lap-lai/", views.job_again, name="again"),
    path("bang-tinh/<int:pk>/tai-ve/", views.job_download, name="download"),
]
