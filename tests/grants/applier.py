"""A process that takes a file in as the clock does, so that a test may kill it: python -m tests.grants.applier WORD.

`bring FILE` receives and reads the file and asks for it to be applied. `undo` asks for that. `work` does what waits; of
every batch of grants it prints when its writing begins and when it is done. `look` prints what is in the database.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

BEGUN, DONE = "begun", "done"


def bring(path: str) -> None:
    from django.utils import timezone

    from grants import imports
    from grants.models import Import

    with open(path, "rb") as file:
        source = imports.receive(file=file, name="grants.json", by=None, at=timezone.now())
    work()
    source.refresh_from_db()
    imports.ask(source, Import.APPLYING, by=None)


def undo() -> None:
    from grants import imports
    from grants.models import Import

    imports.ask(Import.objects.get(), Import.UNDOING, by=None)


def work() -> None:
    from django.utils import timezone

    from grants import behind, imports

    class Telling(behind.Behind):
        def start(self, write: Callable[[], None]) -> None:
            def told() -> None:
                print(BEGUN, flush=True)
                write()
                print(DONE, flush=True)

            super().start(told)

    behind.Behind = Telling  # type: ignore[misc]
    while imports.read_next(at=timezone.now()):
        continue


def look() -> None:
    """JSON: the import's state, how many rows each table has that an import writes, and what it must never have."""
    from accounts.models import JournalEntry, Organisation
    from grants import changes
    from grants.models import Grant, Import, Location, Project, Recipient, Revision

    told = {
        "state": Import.objects.get().state,
        "tables": {each.__name__: each.objects.count() for each in (Organisation, Project, Recipient, Location)},
        "grants": list(Grant.objects.current().order_by("grant_id").values_list("grant_id", flat=True)),
        "revisions": sorted(Revision.objects.values_list("grant__grant_id", "number")),
        "changes": changes.head(),
        "journal": list(JournalEntry.objects.order_by("id").values_list("what", flat=True)),
    }
    print(json.dumps(told))


COMMANDS: dict[str, Callable[..., None]] = {"bring": bring, "undo": undo, "work": work, "look": look}

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "funders_portal.settings"
    import django

    django.setup()
    COMMANDS[sys.argv[1]](*sys.argv[2:])
