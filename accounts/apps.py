"""accounts: who may enter, and who did what."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Importing the checks registers them, and importing invitations makes its kinds of letter known."""
        from accounts import checks, invitations  # noqa: F401
