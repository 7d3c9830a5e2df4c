"""celery_worker: where time knocks."""

from django.apps import AppConfig


class CeleryWorkerConfig(AppConfig):
    name = "celery_worker"
    default_auto_field = "django.db.models.BigAutoField"
