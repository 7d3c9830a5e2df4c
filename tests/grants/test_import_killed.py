"""An import whose process is killed while it writes leaves nothing half-saved, and can simply be applied again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from grants import applying
from tests.grants import files
from tests.grants.applier import BEGUN, DONE
from tests.journeys.processes import OTHERS, PATIENCE, with_path

ROOT = Path(__file__).resolve().parents[2]
DATABASE_URL = os.environ.get("DATABASE_URL", "")
BATCHES = 4
COUNT = BATCHES * applying.BATCH


class Machine:
    """A folder and a database of its own, and processes that work on them."""

    def __init__(self, folder: Path, database: str) -> None:
        ours = {"PORTAL_VAR": str(folder), "DATABASE_URL": database}
        self.environment = {name: value for name, value in os.environ.items() if name not in OTHERS} | ours

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True
        )

    def run(self, *words: str) -> str:
        process = self.start(*words)
        printed, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, words
        return printed

    def applier(self, *words: str) -> str:
        return self.run("-m", "tests.grants.applier", *words)

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.applier("look"))
        return found

    def kill_while_it_writes(self, *, after: int) -> list[str]:
        """Begin to apply; once `after` batches are written and the next is begun, kill. What it said until then.

        Where the kill came too late, so that the batch was done after all, it is tried again.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            said = self._killed(after)
            if said and said[-1] == BEGUN:
                return said
        raise AssertionError("No kill came while a batch was written.")

    def _killed(self, after: int) -> list[str]:
        process = self.start("-m", "tests.grants.applier", "work")
        assert process.stdout is not None
        said: list[str] = []
        while said.count(BEGUN) <= after and (line := process.stdout.readline()):
            said.append(line.strip())
        process.kill()
        said += process.communicate()[0].split()
        return said

    def work_until(self, state: str) -> dict[str, Any]:
        """The database may still be busy with a process that is gone; the clock knocks again, and so does this."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.applier("work")
            found = self.look()
            if found["state"] == state:
                return found
            time.sleep(0.5)
        raise AssertionError(f"The import did not come to be {state}: {found['state']}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    if request.param == "sqlite":
        yield Machine(tmp_path, "")
        return
    if not DATABASE_URL.startswith("postgres"):
        pytest.skip("needs DATABASE_URL with a PostgreSQL server")
    name = f"portal_killed_{os.getpid()}"
    with psycopg.connect(with_path(DATABASE_URL, "/postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield Machine(tmp_path, with_path(DATABASE_URL, f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_import_killed_while_it_writes_leaves_nothing_and_is_applied_again(machine: Machine, tmp_path: Path):
    path = tmp_path / "grants.json"
    path.write_bytes(files.package(*(files.grant(f"{number:05}") for number in range(COUNT))))
    machine.run("manage.py", "migrate", "--verbosity", "0")
    machine.applier("bring", str(path))
    before = machine.look()
    assert (before["state"], before["grants"], before["revisions"]) == ("applying", [], [])

    said = machine.kill_while_it_writes(after=2)
    assert said == [BEGUN, DONE, BEGUN, DONE, BEGUN]
    assert machine.look() == before

    applied = machine.work_until("applied")
    assert applied["grants"] == [f"360G-quill-{number:05}" for number in range(COUNT)]
    assert applied["revisions"] == [[grant_id, 1] for grant_id in applied["grants"]]
    assert applied["tables"] == {"Organisation": 2, "Project": COUNT, "Recipient": COUNT, "Location": COUNT}
    assert (applied["changes"], applied["journal"]) == (before["changes"] + 1, [*before["journal"], "applied import"])

    machine.applier("undo")
    undone = machine.work_until("undone")
    assert (undone["grants"], undone["journal"][-1]) == ([], "undid import")
