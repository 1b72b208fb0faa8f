"""The Celery application: long work outside the request, by queue."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
app = Celery("khuyencong")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery's "current app" belongs to the thread that made it; the web server's threads need it too.
app.set_default()
app.autodiscover_tasks()
