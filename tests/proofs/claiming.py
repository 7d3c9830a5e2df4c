"""How fast letters are claimed: put into mails, and mails into `sending`, by several processes and without the wire.

A process of its own claims (`python -m tests.proofs.claiming gather|send MUTANT`): it says "ready", begins at a line of
input, and says how many it claimed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import Any

RATE = 20_000
"""Letters a second that must be put into mails on PostgreSQL."""
CLAIMERS = 2
UNLOCKED = "rows not locked"


def claiming(stage: Any, size: Any, *, seed: int, mutant: str = "") -> list[Any]:
    """Letters that go at once, one a mail, and letters of digests, ten a mail; half of all the letters are of each."""
    from tests.proofs import mutants, post
    from tests.proofs.hours import opening
    from tests.proofs.result import Result

    stage.fresh(seed=seed)
    if mutant == mutants.KEYLESS:
        mutants.without_keys()
    at = opening()
    half = size.letters // 2
    stage.hours.start(at)
    rates, mails, failed = {}, 0, 0
    for kind, each in ((post.AT_ONCE, 1), (post.DIGEST, 10)):
        planned = post.Post(half, each, (kind,), random.Random(seed), first=mails)
        planned.plan(at=at)
        planned.say_again(at=at)
        seconds, ended = together(stage, "tests.proofs.claiming", CLAIMERS, "gather", mutant)
        rates[kind], failed = half / seconds, failed + ended
        mails += half // each
    seconds, ended = together(stage, "tests.proofs.claiming", CLAIMERS, "send", mutant)
    sending, failed = mails / seconds, failed + ended
    faults = [f"{failed} processes failed"] if failed else []
    faults += _faults(2 * half, mails, dropped=len(planned.gone) // 10 + half // 50)
    if size.is_full and stage.postgresql and min(rates.values()) < RATE:
        faults.append(f"slower than {RATE:,}/s")
    figures = [
        f"{2 * half:,} letters by {CLAIMERS} processes",
        f"put into mails {rates[post.AT_ONCE]:,.0f}/s one a mail and {rates[post.DIGEST]:,.0f}/s ten a mail",
        f"{sending:,.0f} mails/s into `sending`",
        "each once",
    ]
    name = f"claiming{', ' if mutant else ''}{mutant}"
    done = [Result(name, [stage.words.partition(",")[0], *figures], faults)]
    return [*done, *_on_sqlite()] if size.is_full and stage.postgresql and not mutant else done


def together(stage: Any, module: str, many: int, *words: str) -> tuple[float, int]:
    """Seconds that several processes took to do all that waits, and how many of them failed."""
    line = [sys.executable, "-m", module, *words]
    log = (stage.folder / f"{module}.log").open("a")
    ours = [
        subprocess.Popen(
            line, env=stage.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        for _each in range(many)
    ]
    for each in ours:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    began = time.monotonic()
    for each in ours:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in ours:
        each.communicate()
    return time.monotonic() - began, sum(each.returncode != 0 for each in ours)


def _faults(letters: int, mails: int, *, dropped: int) -> list[str]:
    """What was claimed twice, or not at all."""
    from accounts.models import Letter, Mail, MailChange

    found = {
        "letters in the ledger beyond those planned": Letter.objects.count() - letters,
        "letters in no mail": Letter.objects.filter(mail=None).count(),
        "mails beyond one for each": Mail.objects.count() - mails,
        "mails claimed twice or never": MailChange.objects.filter(state=Mail.SENDING).count() - (mails - dropped),
    }
    return [f"{count} {what}" for what, count in found.items() if count]


def _on_sqlite() -> list[Any]:
    """The same on SQLite, whose figure is printed only; in a process of its own, with a database of its own."""
    from tests.proofs.result import Result

    line = [sys.executable, "-m", "tests.proofs", "claiming", "--sqlite", "--without-faults"]
    ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(line, env=ours, stdout=subprocess.PIPE, text=True, check=False)
    said = done.stdout.splitlines()[-1].partition(" PASS")[0]
    name, _colon, figures = said.partition(": ")
    return [Result(name, [figures], [] if done.returncode == 0 else ["on SQLite it does not hold"])]


# --- the process that claims --------------------------------------------------------------------------------------
def main(what: str, mutant: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection, models

    from accounts import gathering
    from tests.proofs import post
    from tests.proofs.hours import Hours

    post.make_known()
    if mutant == UNLOCKED:
        models.QuerySet.select_for_update = lambda self, **_: self  # type: ignore[method-assign]
    connection.ensure_connection()
    hours = Hours(settings.VAR / "shift")
    print("ready", flush=True)
    sys.stdin.readline()
    if what == "gather":
        gathering.gather(at=hours.now())
    else:
        _send(hours)


def _send(hours: Any) -> None:
    """As sending.deliver does, up to the commit before the wire."""
    from django.db import transaction

    from accounts import owners, sending

    with owners.Owner(at=hours.now()) as owner:
        while True:
            with transaction.atomic():
                if not sending._claim(owner, hours.now()):
                    return


if __name__ == "__main__":
    main(*sys.argv[1:])
