"""`manage.py many_grants N` makes a portfolio of N grants to measure speed on."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from funders_portal.demo import many


class Command(BaseCommand):
    help = "Make a portfolio of N made-up grants with their shares in an empty portal, to measure speed on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int)
        parser.add_argument("--seed", type=int, default=20260101)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1:
            raise CommandError("Say how many grants to make, 1 or more.")
        try:
            made = many.make(count=options["count"], seed=options["seed"], today=timezone.localdate())
        except ValueError as problem:
            raise CommandError(f"{problem}: made-up grants go into an empty portal only.") from problem
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # Else its planner knows the tables as they were when empty.
        self.stdout.write(f"Made {made.grants} grants, seed {options['seed']}.")
        self.stdout.write(f"Codes a grant: {json.dumps(made.averages())}")
