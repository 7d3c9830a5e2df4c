"""`manage.py demo` loads the demo portfolio into an empty portal."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from funders_portal.demo import letters, loading, reports


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        sentence = f"“{text}” is no day that exists. Write it as year, month and day: 2025-01-01."
        raise ArgumentTypeError(sentence) from wrong


class Command(BaseCommand):
    help = "Load the invented demo portfolio; its dates move so that its reference day is the day of loading."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=day, help="the day to load it for; 2025-01-01 keeps the printed dates")
        parser.add_argument("--once", action="store_true", help="do nothing where the portal already holds grants")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                today, at = options["today"] or timezone.localdate(), timezone.now()
                count = loading.load(today=today, at=at)
                written = reports.load(today=today, at=at)
                letters.load(at=at)
        except loading.AlreadyLoaded:
            if not options["once"]:
                raise CommandError(
                    "The portal holds grants already. Load the demo into an empty database: "
                    "set DATABASE_URL or PORTAL_VAR to a new place, run `manage.py migrate`, then this command."
                ) from None
            return
        self.stdout.write(f"Loaded the demo: {count} grants, {written} reports.")
