"""`manage.py gaps` prints where coverage falls short, the same list as the page shows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from counting import periods
from priorities import gaps


class Command(BaseCommand):
    help = "Where these funders' support falls short of what the group watches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", default="", metavar="DAY", help="the day, such as 2026-11-21; today where left out")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        found = gaps.table(on=self.day(options["on"]))
        if options["format"] == "json":
            self.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False))
            return
        for line in found.lines:
            self.stdout.write(line.text)
        if not found.lines:
            self.stdout.write("Nothing short in what the group watches.")

    @staticmethod
    def day(text: str) -> Any:
        if not text:
            return timezone.localdate()
        try:
            found = periods.partial(text)
        except periods.NotADate:
            found = None
        if found is None or found.precision != periods.DAY:
            raise CommandError(f"on: “{text}” is no day that exists. Write it as year, month and day: 2026-11-21.")
        return found.first
