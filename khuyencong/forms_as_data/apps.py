from django.apps import AppConfig


class FormsAsDataConfig(AppConfig):
    name = "khuyencong.forms_as_data"
    label = "forms_as_data"
    verbose_name = "Biểu mẫu"
