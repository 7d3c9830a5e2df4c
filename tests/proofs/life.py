"""Reports are handed in, moved and waived, people replaced and removed, while the reminders of that morning go out."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max

from accounts import colleagues
from accounts.models import JournalEntry, Letter, Mail, MailChange, Membership
from counting import working_days
from outcomes import reminders, reports, schedule, starting
from tests.proofs import owed
from tests.proofs.course import Course
from tests.proofs.hours import Hours, opening
from tests.proofs.owed import Owed, Owing
from tests.proofs.post import Post, taken
from tests.proofs.reminders import clock
from tests.proofs.result import Result, Size
from tests.proofs.stage import Stage

HANDS = 3
"""So many act at the same moment."""
PATIENCE = 20.0
"""Seconds."""
AHEAD = timedelta(seconds=4)
"""So long before nine the processes start and people begin to act."""


def life(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """Each report has two leads, so two letters; to half of them something happens before or while these go."""
    stage.fresh(seed=seed, pause=0.02)
    chance = random.Random(seed)
    nine = opening()
    owing = Owing(working_days.opening(owed.working_day_before(working_days.local_day(nine))), chance)
    for _number in range(size.letters // 2):
        owing.owe(working_days.local_day(nine) + timedelta(days=14), leads=2)
    happenings = Happenings(stage.hours, chance, chance.sample(owing.made, len(owing.made) // 2))
    owed.write([one for one, what in happenings.coming if what == "submit"])
    owing.start("usual")
    reminders.look(at=owing.at)
    stage.hours.start(nine - AHEAD)
    with clock(stage, size, chance, mutant) as running:
        hands = happenings.begin(lambda: sum(1 for _each in taken(stage.mail.taken)), until=nine)
        none = Post(0, chance=chance)
        way = Course(running, none, over=lambda: stage.hours.now() > nine and not any(map(_lives, hands)))
        way.longest = 120 + size.letters / 5
        one = way.run()
        for each in hands:
            each.join()
    found = _judge(owing, happenings, nine)
    faults = one.faults() + [f"{count} {what}" for what, count in found.faults.items() if count] + happenings.problems
    kinds = ", ".join(f"{count} {what}" for what, count in sorted(happenings.done.items()))
    figures = [
        f"{2 * len(owing.made)} due",
        f"{kinds} between planning and sending",
        f"{found.sent} sent",
        f"{found.stopped} stopped",
        f"{found.faults['went that should not have gone']} that should not have gone",
        f"{found.before} had gone before it happened",
    ]
    return [Result(f"life{', ' if mutant else ''}{mutant}", figures, faults)]


def _lives(thread: threading.Thread) -> bool:
    return thread.is_alive()


# --- what happens -------------------------------------------------------------------------------------------------
@dataclass
class Happenings:
    """One thing happens to each of some reports, by several people at once, through the portal's own work."""

    hours: Hours
    chance: random.Random
    reports: list[Owed]
    done: Counter[str] = field(default_factory=Counter)
    ended: dict[int, datetime] = field(default_factory=dict)
    """By report: when it was done for certain, in the hours of the proof."""
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.coming = [(one, self.chance.choice(list(HAPPENINGS))) for one in self.reports]
        self.what = {one.report.pk: what for one, what in self.coming}

    def begin(self, arrived: Callable[[], int], *, until: datetime) -> list[threading.Thread]:
        """A third of it `until` then, the rest as the letters arrive."""
        self.left, self.lock, self.arrived = iter(enumerate(self.coming)), threading.Lock(), arrived
        self.early = len(self.coming) // 3
        self.pause = (until - self.hours.now()).total_seconds() * HANDS / max(1, self.early)
        hands = [threading.Thread(target=self._act) for _each in range(HANDS)]
        for each in hands:
            each.start()
        return hands

    def _act(self) -> None:
        try:
            while True:
                with self.lock:
                    place, (one, what) = next(self.left, (0, (None, "")))
                if one is None:
                    return
                self._wait(place)
                HAPPENINGS[what](one, self.hours.now())
                self.done[what] += 1
                self.ended[one.report.pk] = self.hours.now()
        except Exception as problem:
            self.problems.append(f"{what} failed: {type(problem).__name__}: {problem}")
            raise
        finally:
            connection.close()

    def _wait(self, place: int) -> None:
        """Until it is its turn. Where letters do not arrive, because so many are stopped, it is so after a while."""
        if place < self.early:
            time.sleep(self.pause)
            return
        until = time.monotonic() + PATIENCE
        while self.arrived() < place - self.early and time.monotonic() < until:
            time.sleep(0.01)


def _submit(one: Owed, at: datetime) -> None:
    reports.hand_in(one.report, by=one.leads[0], at=at)


def _extend(one: Owed, at: datetime) -> None:
    schedule.move(one.due, due_on=one.due.due_on + timedelta(days=21), by=one.leads[0], at=at)


def _waive(one: Owed, at: datetime) -> None:
    schedule.waive(one.due, because="We know enough.", by=one.leads[0], at=at)


def _choose(one: Owed, at: datetime) -> None:
    starting.remind(one.report, person=one.leads[1], by=one.leads[0], at=at)


def _remove(one: Owed, at: datetime) -> None:
    membership = Membership.objects.get(person=one.leads[0])
    colleagues.remove(membership=membership, by=one.leads[1], at=at)


def _pause(one: Owed, at: datetime) -> None:
    starting.pause(one.report, until=working_days.local_day(at) + timedelta(days=10), by=one.leads[0], at=at)


HAPPENINGS: dict[str, Callable[[Owed, datetime], None]] = {
    "submit": _submit,
    "extend": _extend,
    "waive": _waive,
    "other contact": _choose,
    "remove": _remove,
    "pause": _pause,
}
ONLY_FIRST = {"other contact", "remove"}
"""Only the letters to the first lead are unwanted then."""


# --- what should have gone ----------------------------------------------------------------------------------------
@dataclass
class Found:
    sent: int = 0
    stopped: int = 0
    before: int = 0
    """Letters that were on their way when it happened."""
    faults: Counter[str] = field(default_factory=Counter)


def _judge(owing: Owing, happenings: Happenings, nine: datetime) -> Found:
    """Each letter of that morning against what had happened when its `sending` was committed."""
    found = Found()
    committed = _committed(happenings, {one.report.pk: one for one in owing.made})
    sent = _sent()
    rows = Letter.objects.filter(kind=reminders.REMINDER, due_at=nine).values_list(
        "about", "person", "mail", "mail__state"
    )
    letters = {(reminders.number(about), person): (mail, state) for about, person, mail, state in rows}
    for one in owing.made:
        what = happenings.what.get(one.report.pk, "")
        for number, lead in enumerate(one.leads):
            mail, state = letters.get((one.report.pk, lead.pk), (None, ""))
            went = state == Mail.SENT
            found.sent += went
            found.stopped += not went
            touched = one.report.pk in committed and (number == 0 or what not in ONLY_FIRST)
            if touched and went:
                late = sent[mail] > committed[one.report.pk]
                found.faults["went that should not have gone"] += late
                found.before += not late
            elif not touched:
                found.faults["did not go that should have gone"] += not went
    return found


def _committed(happenings: Happenings, made: dict[int, Owed]) -> dict[int, float]:
    """By report: when what happened to it was committed."""
    if connection.vendor != "postgresql":
        return {report: at.timestamp() for report, at in happenings.ended.items()}
    about = {}
    for report, what in happenings.what.items():
        one = made[report]
        thing = {"extend": one.due, "waive": one.due, "remove": one.leads[0]}.get(what, one.report)
        about[f"{thing._meta.label_lower}:{thing.pk}"] = report
    rows = JournalEntry.objects.filter(about__in=about, what__in=WHATS)
    return {about[each]: moment for each, moment in _moments(JournalEntry, list(rows.values_list("pk", "about")))}


WHATS = ["handed in report", "moved due date", "waived report", "chose recipient", "removed person", "paused letters"]


def _sent() -> dict[int, float]:
    """By mail: when it was committed as `sending`, for the last time."""
    changes = MailChange.objects.filter(state=Mail.SENDING)
    if connection.vendor != "postgresql":
        last = changes.values("mail").annotate(last=Max("at")).values_list("mail", "last")
        return {mail: at.timestamp() for mail, at in last}
    moments: dict[int, float] = {}
    for mail, moment in _moments(MailChange, list(changes.values_list("pk", "mail"))):
        moments[mail] = max(moment, moments.get(mail, 0.0))
    return moments


def _moments(model: type, rows: list[tuple[int, object]]) -> list[tuple[object, float]]:
    """When the transaction that wrote each row was committed, as PostgreSQL noted it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM {model._meta.db_table}"
            " WHERE id = ANY(%s)",
            [[pk for pk, _key in rows]],
        )
        at = dict(cursor.fetchall())
    return [(key, at[pk]) for pk, key in rows]
