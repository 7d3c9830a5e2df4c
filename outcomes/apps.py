"""outcomes: what came of it."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "outcomes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The kinds of letter that this room writes are known from here on."""
        from outcomes import notices

        notices.make_known()
