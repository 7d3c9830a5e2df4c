"""funders_portal: where people look over the whole."""

from django.apps import AppConfig


class FundersPortalConfig(AppConfig):
    name = "funders_portal"
    default_auto_field = "django.db.models.BigAutoField"
