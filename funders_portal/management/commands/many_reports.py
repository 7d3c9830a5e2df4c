"""`manage.py many_reports N` makes about N figures on the made-up portfolio of many_grants."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from funders_portal.demo import many_reports


class Command(BaseCommand):
    help = (
        "Make about N made-up figures, with their reports, on a portfolio that many_grants made, to measure speed on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int)
        parser.add_argument("--seed", type=int, default=20260101)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1:
            raise CommandError("Say how many figures to make, 1 or more.")
        try:
            made = many_reports.make(count=options["count"], seed=options["seed"], today=timezone.localdate())
        except ValueError as problem:
            raise CommandError(f"{problem}: make a portfolio with many_grants first.") from problem
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # Else its planner knows the tables as they were when empty.
        self.stdout.write(f"Made {made.figures} figures of {made.projects} projects, seed {options['seed']}.")
