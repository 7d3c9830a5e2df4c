"""`manage.py save_columns` reads the portfolio and saves its columns, from which web processes begin."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from priorities import columns


class Command(BaseCommand):
    help = "Save the portfolio's columns, so that the web server starts at once. It asks for this by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="Nothing to do if what is saved is of this change.")
        parser.add_argument("--database", default="", help="The name of another database on the same server.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"]:
            connection.settings_dict["NAME"] = options["database"]
        done = columns.keep(after=options["after"])
        if options["verbosity"] > 1:
            self.stdout.write("Saved." if done else "Saved already.")
