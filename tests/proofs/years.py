"""Ten years of due dates, by a clock that is moved from knock to knock: summer time, leap days, outages, clocks set."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

from accounts.models import Letter, Mail
from celery_worker import jobs
from counting import working_days
from outcomes import ladder, reminders
from tests.proofs import post
from tests.proofs.owed import Owing
from tests.proofs.result import Result, Size
from tests.proofs.stage import Stage

BEGINS, YEARS = date(2027, 1, 4), 10
LONDON = ZoneInfo("Europe/London")
CLOSED = holidays.country_holidays("GB", subdiv="ENG", years=range(2026, 2040))
STEPS = (-56, -28, -14, -3, 0, 1, 7)
"""The firm ladder's letters to the charity, told here once more on purpose."""
ALWAYS = [date(2028, 4, 14), date(2028, 7, 31), date(2027, 12, 25), date(2028, 2, 29)]
"""However few there are: Good Friday, a day of summer time, Christmas, a leap day."""
OUTAGE = timedelta(days=3)
UTC_HOURS, NO_HOLIDAYS, EVERY_STEP = "hours of UTC", "holidays unknown", "older steps go too"
HOURS_KEPT = "hours not kept"


def clock(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """Each report is of a person of its own, so that what she should get and when follows from the date alone."""
    stage.fresh(seed=seed)
    settings.EMAIL_PORT = stage.mail.ports["smtp"]
    chance = random.Random(seed)
    owing = Owing(datetime.combine(BEGINS, time(9), tzinfo=LONDON), chance)
    for due_on in _due_dates(size.letters, chance):
        owing.owe(due_on)
    owing.start("firm")
    knocks = Knocks(chance, {one.report.pk: one.due.due_on for one in owing.made})
    with faulty(mutant), moved(jobs) as hours:
        for hours.at in knocks.all():
            jobs.plan_letters()
            jobs.send_letters()
    return [_judged(stage, owing, knocks, mutant)]


def _due_dates(count: int, chance: random.Random) -> list[date]:
    """Ends of months, the 29th of February, days at the changes of the clock, around Christmas and Easter, and any."""
    first, last = BEGINS + timedelta(days=70), BEGINS.replace(year=BEGINS.year + YEARS) - timedelta(days=45)
    years = range(first.year, last.year + 1)
    odd = [date(year, 2, 29) for year in years if year % 4 == 0]
    odd += [date(year, month, 1) - timedelta(days=1) for year in years for month in (2, 3, 5, 11)]
    odd += [each + timedelta(days=step) for year in years for each in _changes(year) for step in (0, 3, 14, -1)]
    odd += [date(year, 12, day) for year in years for day in (24, 25, 26, 31)]
    odd = [each for each in odd if first <= each <= last]
    some = [*ALWAYS, *chance.sample(odd, min(len(odd), count * 2 // 3))][:count]
    return some + [first + timedelta(days=chance.randrange((last - first).days)) for _each in range(count - len(some))]


def _changes(year: int) -> list[date]:
    """The Sundays on which the clock changes in London."""
    found = []
    for month in (3, 10):
        last = date(year, month, 31)
        found.append(last - timedelta(days=(last.weekday() + 1) % 7))
    return found


# --- the knocks ---------------------------------------------------------------------------------------------------
@dataclass
class Knocks:
    """When it knocks; and what must have gone at each, told from the dates alone."""

    chance: random.Random
    dues: dict[int, date]
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    count: int = 0
    jumps: int = 0
    expected: dict[tuple[int, str], datetime] = field(default_factory=dict)
    passed: set[tuple[int, str]] = field(default_factory=set)
    """Steps that a newer one took the place of, because nothing knocked between them."""

    def __post_init__(self) -> None:
        self.steps = sorted(each for report, due_on in self.dues.items() for each in _steps(report, due_on))
        days = sorted({day.date() for day, _report, _step in self.steps})
        for _each in range(min(YEARS, len(days) // 4)):
            away = datetime.combine(self.chance.choice(days), time(8), tzinfo=LONDON)
            self.outages.append((away, away + OUTAGE))
        self.days = {*days, *(end.date() for _start, end in self.outages), BEGINS}
        self.days |= {each for year in range(BEGINS.year, BEGINS.year + YEARS) for each in _changes(year)}
        self.days |= {BEGINS + timedelta(days=self.chance.randrange(365 * YEARS)) for _each in range(len(days) // 10)}

    def all(self) -> Iterator[datetime]:
        """Night, the hour that summer time takes or gives twice, both edges of the hours, moments between; now and then
        the clock is set back or put on an hour."""
        for day in sorted(self.days):
            base = [time(1, 30), time(8, 59, 59), time(9), time(16, 59, 59), time(17), time(23, 59, 59)]
            moments = [datetime.combine(day, each, tzinfo=LONDON) for each in base]
            moments.append(
                datetime.combine(day, time(9), tzinfo=LONDON) + timedelta(seconds=self.chance.randrange(28_000))
            )
            moments.sort()
            if self.chance.random() < 0.2:
                place = self.chance.randrange(len(moments))
                moments.insert(place + 1, moments[place] + timedelta(hours=self.chance.choice([-1, 1])))
                self.jumps += 1
            for at in moments:
                if not any(start <= at < end for start, end in self.outages):
                    self.count += 1
                    self._expect(at)
                    yield at

    def _expect(self, at: datetime) -> None:
        """What is due by now and has not gone goes, if it is open; of several steps of a report the newest."""
        there = at.astimezone(LONDON)
        if not _is_working(there.date()) or not time(9) <= there.time() < time(17):
            return
        due: dict[int, list[str]] = {}
        while self.steps and self.steps[0][0] <= at:
            _day, report, step = self.steps.pop(0)
            due.setdefault(report, []).append(step)
        for report, steps in due.items():
            self.passed.update((report, each) for each in steps[:-1])
            self.expected[report, steps[-1]] = at


def _steps(report: int, due_on: date) -> list[tuple[datetime, int, str]]:
    """Nine in the morning of each step's day; where two fall on one day, the later one stands."""
    on: dict[date, int] = {}
    for step in STEPS:
        day = due_on + timedelta(days=step)
        while not _is_working(day):
            day += timedelta(days=1 if step > 0 else -1)
        on[day] = step
    return [
        (datetime.combine(day, time(9), tzinfo=LONDON), report, f"{step:+d}" if step else "0")
        for day, step in on.items()
    ]


def _is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


# --- the verdict --------------------------------------------------------------------------------------------------
def _judged(stage: Stage, owing: Owing, knocks: Knocks, mutant: str) -> Result:
    rows = Letter.objects.filter(kind=reminders.REMINDER).values_list("about", "step", "state", "mail__sent_at")
    went = {(reminders.number(about), step): at for about, step, _state, at in rows if at}
    told = {(reminders.number(about), step) for about, step, state, _at in rows if state == Letter.SUPERSEDED}
    arrived = Counter(each.message_id for each in post.taken(stage.mail.taken))
    sent = Mail.objects.filter(state=Mail.SENT)
    outside = [at for at in sent.filter(day__isnull=False).values_list("sent_at", flat=True) if not _is_open(at)]
    days = Counter((each.person_id, each.sent_at.astimezone(LONDON).date()) for each in sent.filter(day__isnull=False))
    bad = {
        "missed": len(knocks.expected.keys() - went.keys()),
        "twice": sum(count > 1 for count in arrived.values()) + sum(count > 1 for count in days.values()),
        "outside hours": len(outside),
        "at another time": sum(went[each] != at for each, at in knocks.expected.items() if each in went),
        "that should not have gone": len(went.keys() - knocks.expected.keys()),
        "not marked as passed": len(knocks.passed - told),
        "not at the mail server": sent.count() - len(arrived),
    }
    figures = [
        f"{len(owing.made)} reports over {YEARS} years",
        f"{knocks.count} knocks",
        f"{len(knocks.outages)} outages of three days",
        f"{knocks.jumps} clocks set",
        f"{len(went)} sent",
        f"{len(knocks.passed)} passed over for a newer step",
        *(f"{bad[each]} {each}" for each in ("missed", "twice", "outside hours")),
    ]
    return Result(f"clock{', ' if mutant else ''}{mutant}", figures, [f"{n} {what}" for what, n in bad.items() if n])


def _is_open(at: datetime) -> bool:
    there = at.astimezone(LONDON)
    return _is_working(there.date()) and time(9) <= there.time() < time(17)


# --- the moved clock and its faults -------------------------------------------------------------------------------
class Moved:
    """In the place of django.utils.timezone where the jobs ask what time it is."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def localdate(self) -> date:
        return working_days.local_day(self.at)


@contextmanager
def moved(module: Any) -> Iterator[Moved]:
    with replaced(module, "timezone", Moved()) as hours:
        yield hours


@contextmanager
def replaced(module: Any, name: str, other: Any) -> Iterator[Any]:
    was = getattr(module, name)
    setattr(module, name, other)
    try:
        yield other
    finally:
        setattr(module, name, was)


@contextmanager
def faulty(mutant: str) -> Iterator[None]:
    if not mutant:
        yield
        return
    module, name, other = FAULTS[mutant]()
    with replaced(module, name, other):
        yield


def _every_step() -> tuple[Any, str, Any]:
    from accounts import gathering

    def all_of_them(letters: Any, at: datetime) -> dict[int, list[int]]:
        return {person: [each.pk for each in theirs] for person, theirs in letters.items()}

    return gathering, "_newest", all_of_them


FAULTS: dict[str, Callable[[], tuple[Any, str, Any]]] = {
    UTC_HOURS: lambda: (working_days, "LONDON", ZoneInfo("UTC")),
    NO_HOLIDAYS: lambda: (working_days, "_bank_holidays", lambda year: frozenset()),
    EVERY_STEP: _every_step,
    HOURS_KEPT: lambda: (working_days, "is_open", lambda at: True),
    "a step forgotten": lambda: (ladder, "letters", lambda preset: (-28, -14, -3, 0, 1, 7)),
}
