"""Load a 360Giving file: manage.py import_grants FILE [--funder ORG-ID] [--dry-run] [--json]."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from counting import money
from grants import imports, problems
from grants.applying import Moved
from grants.models import Import


class Command(BaseCommand):
    help = "Reads, checks and applies a 360Giving file (JSON, CSV or XLSX). Exit status 1 where it cannot be read."
    # Checking the addresses of all pages as well would load them all: a second, and 50 MB.
    requires_system_checks = (Tags.models,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file to load")
        parser.add_argument("--funder", metavar="ORG-ID", help="take only this funder's rows; others are refused")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        parser.add_argument("--json", action="store_true", help="print counts and problems as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        source = self.received(options["file"], _funder(options["funder"]))
        imports.read(source, at=timezone.now())
        source.refresh_from_db()
        if source.state == Import.FAILED:
            raise CommandError(self.failure(source))
        if not options["dry_run"]:
            self.applied(source)
        self.stdout.write(_as_json(source) if options["json"] else "\n".join(_in_words(source)))
        if options["dry_run"]:
            imports.forget(source)

    def received(self, path: Path, funder: Organisation | None) -> Import:
        at = timezone.now()
        try:
            with path.open("rb") as file, transaction.atomic():
                source = imports.receive(file=file, name=path.name, by=None, at=at, funder=funder)
                return imports.claim(source, at=at)
        except OSError as problem:
            raise CommandError(f"{path}: {problem.strerror}") from problem

    def failure(self, source: Import) -> str:
        said = problems.unreadable(source.failure)
        return f"{source.name}: {said.problem} {said.fix}"

    def applied(self, source: Import) -> None:
        """Apply what was read; where a grant changed in between, compare once more, a few times at most."""
        for _attempt in range(imports.TRIES):
            try:
                imports.apply(source, by=None, at=timezone.now())
                return
            except Moved:
                imports.compare_again(source, at=timezone.now())
        raise CommandError(_("Grants keep changing while this file is applied. Nothing was changed; try again later."))


def _funder(org_id: str | None) -> Organisation | None:
    if org_id is None:
        return None
    found = Organisation.objects.with_identifier(org_id).first()
    if found is None:
        raise CommandError(_("No organisation has the identifier %s. Add it in the portal first.") % org_id)
    return found


def _as_json(source: Import) -> str:
    counts: dict[str, Any] = {name: getattr(source, name) for name in Import.COUNTS}
    counts["problems"] = [
        {"row": each.row, "column": each.column, **problems.words(each.code, each.value, each.repair)._asdict()}
        for each in source.problems.order_by("row", "id").iterator()
    ]
    return orjson.dumps(counts).decode()


def _in_words(source: Import) -> list[str]:
    totals = source.totals
    lines = [
        f"{source.name}: {source.get_state_display()}",
        ", ".join(f"{getattr(source, name):,} {name}" for name in Import.COUNTS),
        *(f"{_('Total')} {money.exact(pence, code)}" for code, pence in sorted(totals["currencies"].items())),
    ]
    if totals["individuals"]:
        lines.append(_("%d to individuals, kept without naming anyone") % totals["individuals"])
    for name, said in (
        ("tied", _("%(grants)d grants tied to %(others)d related grants")),
        ("dangling", _("%(grants)d grants name %(others)d related grants that are neither in the file nor here")),
    ):
        if totals[name]["grants"]:
            lines.append(said % totals[name])
    if totals["missing"]:
        lines.append(_("%d grants of earlier files are not in this one; they stay as they are") % totals["missing"])
    lines += [f"  {count:,} × {code}" for code, count in totals["repairs"].items()]
    for each in source.problems.filter(refuses=True).order_by("row", "id"):
        told = problems.words(each.code, each.value, each.repair)
        where = _("Row %(row)d, %(column)s:") % {"row": each.row, "column": each.column}
        lines.append(f"{where} {told.problem} {told.fix}")
    return lines
