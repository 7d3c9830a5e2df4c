"""accounts: who may enter, and who did what."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Importing the checks registers them, invitations make their kinds of letter known, and provider_events
        listens to what the mail provider tells."""
        from accounts import checks, invitations, provider_events  # noqa: F401
