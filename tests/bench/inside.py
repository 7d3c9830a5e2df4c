"""What the bench does with the portal's own code, beside the web server and in a process of its own.

`python -m tests.bench.inside facts NAME ...` prints what can be asked for, the addresses of pages, and a session.
`... edits RATE` edits grants until it is told to end, then prints how many. `... edit` makes an edit for each line that
it reads, and prints what must be seen. `... sql TIMES` asks the tables by plain SQL, and prints the milliseconds.
`... accept` accepts a report for each line that it reads, and prints what must be seen; `... acceptances RATE` goes on
accepting some until it is told to end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

WHO, OFFICER = "bench@example.org", "officer@bench.example.org"
BY_SQL = """
SELECT area.code_id, place.code_id, SUM(awarded.amount_awarded * area.share * place.share / 100000000)
FROM grants_grant awarded
JOIN priorities_link area ON area.grant_id = awarded.id AND area.dimension = 'priority'
JOIN priorities_link place ON place.grant_id = awarded.id AND place.dimension = 'region'
WHERE awarded.removed_at IS NULL AND awarded.currency = 'GBP' AND awarded.joint_share = %s
  AND COALESCE(awarded.actual_start, awarded.planned_start, awarded.award_date) <= %s
  AND COALESCE(awarded.actual_end, awarded.planned_end) >= %s
GROUP BY area.code_id, place.code_id
"""
"""Running grants by area and place: what the portal's columns answer, less the exact cuts."""


def facts(*names: str) -> None:
    """JSON: codes, funders, recipients, programmes, today, paths (URL name to path), session (its cookie) and
    officer (that of one of the first funder)."""
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import Organisation
    from grants.models import Grant
    from priorities.models import Code, Dimension

    chance = Random(1)
    grantees = list(Organisation.objects.grantees().order_by("id").values_list("id", flat=True))
    shares = Code.objects.ordinary()
    told = {
        "codes": {
            each: list(shares.filter(dimension=each).values_list("code", flat=True)) for each in Dimension.values
        },
        "funders": list(Organisation.objects.funders().order_by("id").values_list("id", flat=True)),
        "recipients": chance.sample(grantees, min(500, len(grantees))),
        "programmes": list(Grant.objects.order_by("programme").values_list("programme", flat=True).distinct()),
        "today": timezone.localdate().isoformat(),
        "paths": {name: reverse(name) for name in names},
        "session": session(),
        "officer": officers_session(),
    }
    print(json.dumps(told))


def session() -> str:
    """A secretariat's session, as signing in makes it."""
    from accounts.models import Person

    person = Person.objects.filter(email=WHO).first()
    return session_of(person or Person.objects.create_user(WHO, name="Bench", is_secretariat=True))


def officers_session() -> str:
    """The session of an officer of the first funder, which has the most grants."""
    from accounts.models import Membership, Organisation, Person

    person = Person.objects.filter(email=OFFICER).first()
    if person is None:
        person = Person.objects.create_user(OFFICER, name="Officer")
        funder = Organisation.objects.funders().order_by("id")[0]
        Membership.objects.create(person=person, organisation=funder, role=Membership.OFFICER)
    return session_of(person)


def session_of(person: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def edits(rate: str) -> None:
    """So many edits a second, by the functions that pages call: amounts changed, areas shared anew."""
    editor = Editor(7)
    steadily(rate, editor.change_amount, editor.share_anew)


def acceptances(rate: str) -> None:
    """So many reports accepted a second."""
    steadily(rate, Accepter().accept)


def steadily(rate: str, *doings: Callable[[], object]) -> None:
    """So many of these a second, one after the other, until the end; prints how many."""
    number, ended = 0, []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    began = time.monotonic()
    while not ended:
        doings[number % len(doings)]()
        number += 1
        time.sleep(max(0, began + number / float(rate) - time.monotonic()))
    print(json.dumps({"done": number, "a_second": round(number / (time.monotonic() - began), 2)}))


def edit() -> None:
    """For each line of its input, change one grant and print its charity with all that it was ever awarded."""
    from django.db.models import Sum

    from grants.models import Grant

    editor = Editor(8)
    for _ in sys.stdin:
        recipient = editor.change_amount()
        theirs = Grant.objects.current().filter(recipients=recipient, currency="GBP")
        pence = theirs.aggregate(pence=Sum("amount_awarded"))["pence"]
        print(json.dumps({"recipient": recipient, "pence": pence}), flush=True)


COUNTED = "nights"
"""Something that is exact for everybody."""


def accept() -> None:
    """For each line of its input, accept one report as its funder does, and print what the next answer must come to."""
    accepter = Accepter()
    for _ in sys.stdin:
        accepter.accept()
        told = {"indicator": COUNTED, "year": accepter.last.year, "total": accepter.total()}
        print(json.dumps(told), flush=True)


class Accepter:
    """Accepts reports that have a figure of what is COUNTED in this year, the oldest first."""

    def __init__(self) -> None:
        from django.db.models import Exists, OuterRef
        from django.utils import timezone

        from accounts.models import Person
        from counting import periods
        from outcomes.models import Delivery, Measurement

        self.last = periods.last_closed(timezone.localdate())
        self.by = Person.objects.get(email=WHO)
        copies = Delivery.objects.filter(report=OuterRef("report"))
        figures = Measurement.objects.current().filter(
            indicator__code=COUNTED, cell__breakdown="", end__year=self.last.year, end__lte=self.last, status="reported"
        )
        self.accepted = figures.filter(Exists(copies.filter(state=Delivery.ACCEPTED)))
        waiting = figures.filter(Exists(copies.filter(state=Delivery.HANDED_IN)))
        self.waiting = iter(waiting.order_by("id").values_list("report", flat=True)[:10_000])

    def accept(self) -> None:
        from django.utils import timezone

        from outcomes import reports
        from outcomes.models import Delivery

        copy = Delivery.objects.get(report=next(self.waiting), state=Delivery.HANDED_IN)
        reports.accept(copy, feedback="Measured.", by=self.by, at=timezone.now())

    def total(self) -> int:
        """All that was accepted."""
        from django.db.models import Sum

        found: int = self.accepted.aggregate(total=Sum("value"))["total"]
        return found


class Editor:
    """Edits grants by chance, as their funder's officer does."""

    def __init__(self, seed: int) -> None:
        from django.db.models import Max, Min

        from accounts.models import Person
        from grants.models import Grant
        from priorities.models import Code

        self.chance, self.by = Random(seed), Person.objects.get(email=WHO)
        ends = Grant.objects.aggregate(first=Min("id"), last=Max("id"))
        self.ids = range(ends["first"], ends["last"] + 1)
        self.areas = list(Code.objects.ordinary().filter(dimension="priority").values_list("code", flat=True))

    def grant(self) -> Any:
        from grants.models import Grant

        return Grant.objects.select_related("funder", "project").get(pk=self.chance.choice(self.ids))

    def change_amount(self) -> int:
        """Returns the grant's recipient."""
        from django.utils import timezone

        from grants import portfolio

        grant = self.grant()
        recipients = list(grant.recipients.all())
        details = portfolio.Details(
            plain={"title": grant.title, "amount_awarded": self.chance.randrange(1_000_00, 1_000_000_00)},
            funder=grant.funder,
            recipients=recipients,
        )
        now = timezone.now()
        portfolio.change(grant=grant, details=details, opened_at=portfolio.newest(grant), by=self.by, at=now)
        found: int = recipients[0].pk
        return found

    def share_anew(self) -> None:
        from django.utils import timezone

        from priorities import linking

        first, second = self.chance.sample(self.areas, 2)
        share = self.chance.randrange(1, 10_000)
        shares = {first: share, second: 10_000 - share}
        linking.set_shares(grant=self.grant(), dimension="priority", shares=shares, by=self.by, at=timezone.now())


def sql(times: str) -> None:
    """Milliseconds of each of so many runs of BY_SQL, its rows fetched."""
    from django.db import connection
    from django.utils import timezone

    today, taken = timezone.localdate(), []
    with connection.cursor() as cursor:
        for _ in range(int(times)):
            began = time.perf_counter()
            cursor.execute(BY_SQL, [False, today, today])
            cursor.fetchall()
            taken.append(round((time.perf_counter() - began) * 1_000, 1))
    print(json.dumps(taken))


COMMANDS: dict[str, Callable[..., None]] = {
    "facts": facts, "edits": edits, "edit": edit, "acceptances": acceptances, "accept": accept, "sql": sql
}  # fmt: skip


def main(command: str, words: Sequence[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "funders_portal.settings"
    import django

    django.setup()
    COMMANDS[command](*words)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
