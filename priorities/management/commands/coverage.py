"""`manage.py coverage` prints a table of coverage, the same one as the page shows."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict

from counting import money
from counting.tables import PENCE, Table
from priorities import coverage
from priorities.filters import CoverageFilter

PLAIN = ("rows", "columns", "measure", "on", "from", "to")


class Command(BaseCommand):
    help = "Money or grants by any two dimensions: what these funders pay for, and where."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in PLAIN:
            parser.add_argument(f"--{name}", dest=name, default="")
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="keep only this: funder, recipient, programme, or a dimension and one of its codes; may be repeated",
        )
        parser.add_argument("--format", choices=["table", "csv", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        table = coverage.table(asked(options).question)
        {"json": self.json, "csv": self.csv, "table": self.table}[options["format"]](table)

    def json(self, table: Table) -> None:
        self.stdout.write(json.dumps(table.as_dict(), ensure_ascii=False))

    def csv(self, table: Table) -> None:
        """One line a cell: codes, labels, and the figure (pounds, or grants)."""
        writer = csv.writer(self.stdout)
        unit = "pounds" if table.unit == PENCE else "grants"
        writer.writerow(["row_code", "row", "column_code", "column", unit])
        for row, column, figure in table.records():
            writer.writerow([row.code, row.label, column.code, column.label, _plain(table, figure)])

    def table(self, table: Table) -> None:
        show = money.exact if table.unit == PENCE else str
        lines = [["", *(column.code for column in table.columns), "all"]]
        for row, figures, total in zip(table.rows, table.cells, table.row_totals, strict=True):
            lines.append([row.code, *map(show, figures), show(total)])
        lines.append(["all", *map(show, table.column_totals), show(table.total)])
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = [
                line[0].ljust(widths[0]),
                *(each.rjust(wide) for each, wide in zip(line[1:], widths[1:], strict=True)),
            ]
            self.stdout.write("  ".join(cells).rstrip())
        for currency, amount in table.other_currencies.items():
            self.stdout.write(f"Not in these figures: {money.exact(amount, currency)}")


def asked(options: dict[str, Any]) -> CoverageFilter:
    """The options as query parameters; raises CommandError in sentences where one is refused."""
    parameters = QueryDict(mutable=True)
    for name in PLAIN:
        if options.get(name):
            parameters[name] = options[name]
    for each in options["where"]:
        name, equals, value = each.partition("=")
        if not equals or name in PLAIN:
            raise CommandError(f"“{each}” is not of the form name=value, such as --where region=LON.")
        parameters.appendlist(name, value)
    filters = CoverageFilter(parameters)
    if not filters.is_valid():
        raise CommandError("\n".join(filters.sentences()))
    return filters


def _plain(table: Table, figure: int) -> str:
    return str(money.major(figure)) if table.unit == PENCE else str(figure)
