"""Pages of the consolidated reports."""

from django.urls import path

from reports.editions import views

app_name = "editions"
urlpatterns = [
    path("", views.edition_list, name="list"),
    path("tao/", views.create, name="create"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/phan/<slug:code>/", views.section_edit, name="section"),
    path("<int:pk>/phan/<slug:code>/cap-nhat/", views.section_renew, name="section_renew"),
    path("<int:pk>/cap-nhat/", views.renew_all, name="renew_all"),
    path("<int:pk>/noi-nhan/", views.delivery, name="delivery"),
    path("<int:pk>/trinh/", views.present, name="present"),
    path("<int:pk>/tra-lai/", views.send_back, name="send_back"),
    path("<int:pk>/bo/", views.cancel, name="cancel"),
    path("<int:pk>/ky/", views.sign, name="sign"),
    path("<int:pk>/sua-doi/", views.correct, name="correct"),
    path("<int:pk>/tep.<slug:extension>", views.file, name="file"),
]
