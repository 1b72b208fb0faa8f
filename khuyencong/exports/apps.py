from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "khuyencong.exports"
    label = "exports"
    verbose_name = "Xuất dữ liệu"
