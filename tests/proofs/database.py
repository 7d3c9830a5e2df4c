"""PostgreSQL crashes on the spot, again and again, while letters go and while grantees hand in their reports."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import InterfaceError, OperationalError, connection, connections

from accounts.models import JournalEntry, Letter, Mail, Person
from grants.models import Project
from outcomes import reports, schedule
from outcomes.models import Delivery, Report
from tests import factories
from tests.outcomes.world import World
from tests.proofs import post
from tests.proofs.course import Course
from tests.proofs.hours import Hours
from tests.proofs.post import Post
from tests.proofs.reminders import begun, clock, figures
from tests.proofs.result import Result, Size
from tests.proofs.stage import Stage

HANDS = 3
"""So many people hand in at the same moment."""
START, END = date(2026, 1, 1), date(2026, 6, 30)


def database(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """Submissions go through the portal's own reports.hand_in; one whose answer is lost is tried again, as a person
    does who sees an error page. Acknowledged is what hand_in returned from."""
    stage.fresh(seed=seed)
    chance = random.Random(seed)
    assert stage.postgresql
    server, while_sending = stage.postgresql, 0
    submissions = Submissions(stage.hours, [] if mutant else written(size.letters // 20))
    planned = begun(stage, Post(size.letters, 1, (post.AT_ONCE,), chance), mutant)

    def crash() -> bool:
        nonlocal while_sending
        while_sending += Mail.objects.filter(state=Mail.SENDING).exists()
        server.crash()
        connections.close_all()
        server.start()
        return True

    with clock(stage, size, chance, mutant) as running:
        hands = submissions.begin(over=size.letters / 100 + 2 * size.strikes)
        one = Course(
            running,
            planned,
            strikes=[crash] * size.strikes,
            beside=[lambda: planned.say_again(at=stage.hours.now())],
            over=lambda: not any(each.is_alive() for each in hands),
            longest=90 + size.letters / 20 + size.strikes * 5,
            is_mutant=bool(mutant),
        ).run()
        submissions.end(hands)
    wrong = submissions.missing()
    faults = one.faults() + [f"{count} acknowledged submissions {what}" for what, count in wrong.items() if count]
    more = [
        f"{len(submissions.acknowledged)} submissions acknowledged ({submissions.failed} tries failed)",
        f"{wrong['missing']} missing",
        f"{one.doubts} in doubt all resolved",
    ]
    crashes = f"{size.strikes} crashes of PostgreSQL ({while_sending} while sending)"
    return [Result(f"database{', ' if mutant else ''}{mutant}", [crashes, *figures(one, running), *more], faults)]


def written(count: int) -> list[tuple[Report, Person]]:
    """Reports that wait to be handed in, each of a charity of its own to one funder; and who hands each in."""
    world = World()
    funder, officer = world.grants["B"].funder, world.officers["B"]
    found = []
    for _number in range(count):
        project: Project = factories.ProjectFactory()
        charity = factories.GranteeFactory()
        grant = factories.GrantFactory(funder=funder, project=project, recipient=charity)
        due = schedule.Planned(START, END, END + timedelta(days=30))
        schedule.keep(grant, [due], form="full", by=officer, at=world.later())
        report, lead = world.report(START, project), factories.lead(charity)
        world.write(report, by=lead)
        found.append((report, lead))
    return found


@dataclass
class Submissions:
    """Reports handed in by several at once, for as long as it takes."""

    hours: Hours
    reports: list[tuple[Report, Person]]
    acknowledged: list[Report] = field(default_factory=list)
    failed: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    def begin(self, *, over: float) -> list[threading.Thread]:
        """over: seconds over which they spread."""
        self.left = iter(list(self.reports))
        self.next = threading.Lock()
        self.pause = over * HANDS / max(1, len(self.reports))
        hands = [threading.Thread(target=self._hand_in_all) for _each in range(HANDS)]
        for each in hands:
            each.start()
        return hands

    def end(self, hands: list[threading.Thread]) -> None:
        self.ending.set()
        for each in hands:
            each.join()

    def _hand_in_all(self) -> None:
        while not self.ending.is_set():
            with self.next:
                report, lead = next(self.left, (None, None))
            if report is None or lead is None:
                break
            while not self.ending.is_set() and not self._hand_in(report, lead):
                self.failed += 1
                time.sleep(0.1)
            time.sleep(self.pause)
        connection.close()

    def _hand_in(self, report: Report, lead: Person) -> bool:
        try:
            reports.hand_in(report, by=lead, at=self.hours.now())
        except (OperationalError, InterfaceError):
            connection.close()
            return False
        except reports.AlreadyHandedIn:
            pass  # The answer to an earlier try was lost with the server, not what it did.
        self.acknowledged.append(report)
        return True

    def missing(self) -> dict[str, int]:
        """Of those acknowledged: not there, half there, there twice, and without the one receipt that went."""
        keys = [each.pk for each in self.acknowledged]
        there = Report.objects.filter(pk__in=keys, submitted_at__isnull=False).count()
        copies = Counter(Delivery.objects.filter(report__in=keys).values_list("report", flat=True))
        about = {f"outcomes.report:{key}" for key in keys}
        noted = Counter(
            JournalEntry.objects.filter(what="handed in report", about__in=about).values_list("about", flat=True)
        )
        sent = Letter.objects.filter(kind="receipt", about__in=about, mail__state=Mail.SENT)
        receipts = Counter(sent.values_list("about", flat=True))
        return {
            "missing": len(keys) - there,
            "without one copy": sum(copies[key] != 1 for key in keys),
            "without one line in the journal": sum(noted[each] != 1 for each in about),
            "without one receipt": sum(receipts[each] != 1 for each in about),
        }
