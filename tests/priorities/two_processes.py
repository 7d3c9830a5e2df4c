"""A second process that only reads: it asks the portal's figures by its own connection, and is told when to compare.

As a program (`python -m tests.priorities.two_processes`) it is that process: it answers each line of questions on its
standard input with one line of tables. Imported, it starts it and gives both sides a database that they can share.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from priorities.coverage import Question
    from tests.priorities.orm_recount import Answer

SAVE, BEGIN_AGAIN = "save", "begin again"
"""What the reader may be told to do first: save its columns, or begin from what it saved, as after a restart."""
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "funders_portal.settings"
    import django

    django.setup()
    from priorities import columns

    for line in sys.stdin:
        number, asked, first = json.loads(line)
        if first == SAVE:
            columns.keep()
        if first in (SAVE, BEGIN_AGAIN):
            columns.forget()
        print(json.dumps([number, tables([question(each) for each in asked])]), flush=True)


def tables(asked: Sequence[Question]) -> list[Answer]:
    """What the portal's columns say in this process, as of this moment."""
    from priorities import columns, coverage
    from tests.priorities.orm_recount import of_table

    portfolio = columns.current()
    return [of_table(coverage.table(each, portfolio=portfolio)) for each in asked]


def question(told: dict[str, Any]) -> Question:
    """A question as it came over the pipe."""
    from priorities.coverage import Question

    days = {name: told[name] and date.fromisoformat(told[name]) for name in ("on", "first", "last")}
    several = {name: tuple(told[name]) for name in ("funders", "recipients", "programmes")}
    codes = {name: tuple(each) for name, each in told["codes"].items()}
    return Question(**{**told, **days, **several, "codes": codes})


class Reader:
    """The process that only reads; it lives until it is closed."""

    def __init__(self, database: str, folder: Path) -> None:
        self.log, self.number = folder / "reader.log", 0
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.priorities.two_processes"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database, "PORTAL_VAR": str(folder)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, asked: Sequence[Question], *, first: str = "") -> None:
        """Tell it to compare now, and what to do before that."""
        assert self.process.stdin
        self.number += 1
        told = json.dumps([self.number, [asdict(each) for each in asked], first], default=str)
        self.process.stdin.write(told + "\n")
        self.process.stdin.flush()

    def answers(self) -> list[Answer]:
        """Its tables for what it was asked last; what a test that failed asked before is passed over."""
        assert self.process.stdout
        number = 0
        while number != self.number:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"The reading process ended: {self.log.read_text()[-3000:]}")
            number, found = json.loads(line)
        return list(found)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Shared:
    """The database that both processes have: on PostgreSQL the test's own, on SQLite a file made from it."""

    def __init__(self, folder: Path) -> None:
        from django.db import connection

        self.file: Path | None = None
        if connection.vendor == "sqlite":
            self.file = folder / "shared.sqlite3"
            connection.ensure_connection()
            copy = sqlite3.connect(self.file)
            connection.connection.backup(copy)
            copy.close()
            self.url = f"sqlite:///{self.file}"
        else:
            # A test's database has the server of DATABASE_URL and a name of its own.
            name = str(connection.settings_dict["NAME"])
            self.url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While it lasts, this process writes to and reads from it."""
        if self.file is None:
            yield
            return
        from django.db import connections

        before = connections["default"]
        here = type(before)({**before.settings_dict, "NAME": str(self.file)}, "default")
        connections["default"] = here
        try:
            yield
        finally:
            here.close()
            connections["default"] = before


if __name__ == "__main__":
    main()
