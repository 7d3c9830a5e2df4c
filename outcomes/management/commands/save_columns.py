"""`manage.py save_columns` reads grants and figures and saves their columns, from which web processes begin."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from outcomes import figures
from priorities import columns

KINDS = {each.KEEPER.kind: each for each in (columns, figures)}


class Command(BaseCommand):
    help = "Save the columns of grants and of figures, so that the web server starts at once. It asks for this itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=KINDS, action="append", help="Of grants or figures alone; else of both.")
        parser.add_argument("--after", type=int, default=0, help="Nothing to do if what is saved is of this change.")
        parser.add_argument("--database", default="", help="The name of another database on the same server.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"]:
            connection.settings_dict["NAME"] = options["database"]
        for kind in options["only"] or KINDS:
            done = KINDS[kind].keep(after=options["after"])
            if options["verbosity"] > 1:
                self.stdout.write(f"{kind}: {'saved' if done else 'saved already'}.")
