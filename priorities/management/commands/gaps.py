"""`manage.py gaps` prints where coverage falls short, the same list as the page shows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from priorities.filters import GapFilter
from priorities.kinds import KINDS


class Command(BaseCommand):
    help = "Where these funders' support falls short of what the group watches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", default="", metavar="DAY", help="the day, such as 2026-11-21; today where left out")
        parser.add_argument("--kind", default="", help="only this kind: " + ", ".join(KINDS))
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = GapFilter({"on": options["on"], "kind": options["kind"]})
        if not asked.is_valid():
            raise CommandError("\n".join(asked.sentences()))
        found = asked.found()
        if options["format"] == "json":
            self.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False))
            return
        for line in found.lines:
            self.stdout.write(line.text)
        if not found.lines:
            self.stdout.write(found.nothing())
        for line in found.aside:
            self.stdout.write(f"Set aside until {line.aside.look_again_on}: {line.text}" if line.aside else line.text)
