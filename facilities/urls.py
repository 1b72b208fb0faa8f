"""Pages of the registry."""

from django.urls import path

from facilities import views

app_name = "facilities"
urlpatterns = [
    path("", views.establishment_list, name="list"),
    path("them/", views.establishment_add, name="add"),
    path("<int:pk>/", views.establishment_detail, name="detail"),
    path("<int:pk>/sua/", views.establishment_edit, name="edit"),
    path("<int:pk>/tinh-trang/", views.status_change, name="change_status"),
    path("<int:pk>/lich-su/", views.establishment_history, name="history"),
    path("<int:pk>/san-pham/them/", views.product_add, name="product_add"),
    path("san-pham/<int:pk>/sua/", views.product_edit, name="product_edit"),
    path("san-pham/<int:pk>/go/", views.product_remove, name="product_remove"),
]
