from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "khuyencong.notifications"
    label = "notifications"
    verbose_name = "Thông báo"
