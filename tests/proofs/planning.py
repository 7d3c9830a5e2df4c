"""Very many reports are owed, and their reminders are planned by twenty schedulers at once: each step once.

The schedulers are processes of their own (`python -m tests.proofs.planning 20` starts so many): it says "ready", they
begin at a line of input, and it ends when nothing is left to plan.
"""

from __future__ import annotations

import os
import random
import sys
import traceback
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

SCHEDULERS = 20
DATES = 250
"""So many different due dates, one after the other."""
AGAIN = 500
"""So many reports are looked at once more when all is planned, as whatever touches a report makes the clock do."""


def planning(stage: Any, size: Any, *, seed: int, mutant: str = "") -> list[Any]:
    """The usual ladder for each report's lead, and its late copy for the officer."""
    from django.db import transaction

    from accounts.models import Letter
    from outcomes.models import Ladder
    from tests.proofs import claiming, mutants
    from tests.proofs.hours import opening
    from tests.proofs.result import Result

    stage.fresh(seed=seed)
    at = opening()
    stage.hours.start(at)
    dates = _owed(size.letters, at)
    if mutant == mutants.KEYLESS:
        mutants.without_keys()
    seconds, failed = claiming.together(stage, "tests.proofs.planning", 1, str(SCHEDULERS))
    some = random.Random(seed).sample(range(size.letters), min(AGAIN, size.letters))
    reports = list(Ladder.objects.order_by("id").values_list("report", flat=True))
    with transaction.atomic():
        Ladder.objects.mark([reports[each] for each in some])
    failed += claiming.together(stage, "tests.proofs.planning", 1, str(SCHEDULERS))[1]
    planned = Counter(dict(_counted(Letter)))
    expected = _expected(dates)
    missing, beyond = (expected - planned).total(), (planned - expected).total()
    left = Ladder.objects.filter(look_at__lte=stage.hours.now()).count()
    bad = {
        "missed": missing,
        "planned beyond": beyond,
        "reports not looked at": left,
        "times that a scheduler failed": failed,
    }
    figures = [
        f"{size.letters:,} reports owed",
        f"{SCHEDULERS} schedulers at once",
        f"{planned.total():,} steps planned",
        f"{missing} missed",
        f"{beyond} twice",
        f"{size.letters / seconds:,.0f} reports/s",
        f"{planned.total() / seconds:,.0f} steps/s",
    ]
    name = f"planning{', ' if mutant else ''}{mutant}"
    return [Result(name, figures, [f"{count} {what}" for what, count in bad.items() if count])]


def _counted(model: Any) -> list[tuple[tuple[str, str, date], int]]:
    """How many letters there are of each kind, step and day."""
    from django.db.models import Count

    from counting import working_days

    rows = model.objects.order_by().values_list("kind", "step", "due_at").annotate(count=Count("pk"))
    return [((kind, step, working_days.local_day(due_at)), count) for kind, step, due_at, count in rows]


def _expected(dates: Counter[date]) -> Counter[tuple[str, str, date]]:
    """The usual ladder, told here once more on purpose: days before move back from closed days, days after move on."""
    import holidays

    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(2026, 2036))
    found: Counter[tuple[str, str, date]] = Counter()
    for due_on, count in dates.items():
        on = {}
        for step in (-28, -14, -3, 0, 7):
            day = due_on + timedelta(days=step)
            while day.weekday() > 4 or day in closed:
                day += timedelta(days=1 if step > 0 else -1)
            on[day] = step
        for day, step in on.items():
            found["reminder", f"{step:+d}" if step else "0", day] += count
            if step == 7:
                found["late", "+7", day] += count
    return found


def _owed(count: int, at: datetime) -> Counter[date]:
    """So many reports of one funder's grants, made as copies of one; and how many are due on each day."""
    from counting import working_days
    from grants.models import Grant, Project, Recipient
    from outcomes.models import FunderLetters, Ladder, Report, ReportDue
    from tests.proofs.owed import Owing

    first = working_days.local_day(at) + timedelta(days=60)
    owing = Owing(at)
    one = owing.owe(first)
    owing.start("usual")
    more = count - 1
    grant = Grant.objects.get(pk=one.due.grant_id)
    projects = copies(Project, grant.project_id, more)
    grants = copies(Grant, grant.pk, more, grant_id="'360G-proof-' || i", project_id=f"{projects} + i")
    copies(Recipient, Recipient.objects.get(grant=grant).pk, more, grant_id=f"{grants} + i")
    reports = copies(Report, one.report.pk, more, project_id=f"{projects} + i")
    copies(ReportDue, one.due.pk, more, grant_id=f"{grants} + i", due_on=_day(first))
    copies(Ladder, Ladder.objects.get(report=one.report).pk, more, report_id=f"{reports} + i")
    assert FunderLetters.objects.filter(started_at__isnull=False).count() == 1
    return Counter(first + timedelta(days=number % DATES) for number in range(count))


def _day(first: date) -> str:
    from django.db import connection

    if connection.vendor == "postgresql":
        return f"date '{first}' + (i %% {DATES})::int"
    return f"date('{first}', '+' || (i %% {DATES}) || ' days')"


def copies(model: Any, pk: int, count: int, **columns: str) -> int:
    """`count` copies of a row, with these columns by SQL of the copy's number i (from 1); their keys are what is
    returned + i."""
    from django.db import connection

    table = model._meta.db_table
    names = [each.column for each in model._meta.concrete_fields if not each.primary_key]
    quoted = ", ".join(f'"{each}"' for each in names)
    values = ", ".join(columns.get(each, f'one."{each}"') for each in names)
    base: int = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
    series = "generate_series(1, %s) AS series(i)"
    if connection.vendor != "postgresql":
        series = (
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n) AS series"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, {quoted}) SELECT {base} + i, {values} FROM {table} AS one, {series}"
            f" WHERE one.id = %s",
            [count, pk],
        )
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, base + count])
    return base


# --- the schedulers -----------------------------------------------------------------------------------------------
def main(many: int) -> int:
    """Ends with how many of them failed."""
    import django

    django.setup()
    waits, begins = os.pipe()
    children = []
    for _each in range(many):
        if not (child := os.fork()):
            os.close(begins)
            os.read(waits, 1)  # Ends when nobody holds the other end any more.
            os._exit(_schedule())
        children.append(child)
    print("ready", flush=True)
    sys.stdin.readline()
    os.close(begins)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def _schedule() -> int:
    from django.conf import settings

    from outcomes import reminders
    from tests.proofs.hours import Hours

    try:
        reminders.look(at=Hours(settings.VAR / "shift").now())
    except Exception:  # noqa: BLE001 - a forked process must not go on where it was forked
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
