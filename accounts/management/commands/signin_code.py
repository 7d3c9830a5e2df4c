"""Let somebody in whom mail does not reach."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from accounts import signin


class Command(BaseCommand):
    help = "Print a code with which the person at ADDRESS can sign in once, within 15 minutes, when mail is down."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        try:
            code = signin.make_code(address=address, at=timezone.now())
        except signin.UnknownAddress as unknown:
            raise CommandError(f"{unknown} Add the person with: manage.py add_person {address}") from unknown
        self.stdout.write(f"Code for {address}, good once, for 15 minutes: {code}")
        self.stdout.write(
            f"Open {reverse('account_login')}, type the address, then this code in place of the mailed one."
        )
