"""Reminders: workers, their children and beat killed at any moment; where the provider can be asked and where not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from accounts import doubts
from accounts.models import Mail, Person
from tests.proofs import mutants, post
from tests.proofs.course import Course
from tests.proofs.hours import opening
from tests.proofs.post import Post
from tests.proofs.processes import CHILD, Clock
from tests.proofs.result import Result, Size
from tests.proofs.stage import Stage
from tests.proofs.verdict import Verdict

RATE = 400
"""Letters a second that a full run must reach while it is being killed."""
WHILE_SENDING = 10
"""One kill in so many must hit a mail in `sending`."""
GAP = 0.5
"""Seconds beyond the mail server's own pause, from its taking a mail to the kill that left it in doubt."""


def reminders(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """To as many people, and again to a tenth as many with ten each; the provider can be asked what it has."""
    if mutant:
        mixed = (post.AT_ONCE, post.DIGEST)
        return [_run(stage, size, f"reminders, {mutant}", 1, mixed, seed=seed, mutant=mutant)]
    return [
        _run(stage, size, "reminders", 1, (post.AT_ONCE,), seed=seed),
        _run(stage, size, "reminders in digests of ten", 10, (post.DIGEST,), seed=seed + 1),
    ]


def _run(
    stage: Stage, size: Size, name: str, each: int, kinds: tuple[str, ...], *, seed: int, mutant: str = ""
) -> Result:
    stage.fresh(seed=seed)
    chance = random.Random(seed)
    planned = begun(stage, Post(size.letters, each, kinds, chance), mutant)
    with clock(stage, size, chance, mutant) as running:
        one = course(running, planned, size, mutant).run()
    faults = one.faults()
    if not mutant and running.while_sending * WHILE_SENDING < running.kills:
        faults.append("too few kills while a mail was `sending`")
    if size.is_full and one.rate < RATE:
        faults.append(f"slower than {RATE}/s")
    return Result(name, [*figures(one, running), f"{one.doubts} in doubt all resolved", f"{one.rate:.0f}/s"], faults)


def begun(stage: Stage, planned: Post, mutant: str, *, due: Sequence[datetime] = ()) -> Post:
    """Letters for an empty portal, at nine in the morning of a working day, due then or spread over some moments."""
    if mutant == mutants.KEYLESS:
        mutants.without_keys()
    at = opening()
    planned.plan(at=at, due=due)
    planned.say_again(at=at)
    stage.hours.start(at)
    return planned


def clock(stage: Stage, size: Size, chance: random.Random, mutant: str, *, beats: int = 1) -> Clock:
    workers, period = (2, 1.0) if size.is_full else (1, 0.5)
    beats = 0 if mutant else beats
    return Clock(stage, workers=workers, beats=beats, period=period, mutant=mutant, chance=chance)


def course(running: Clock, planned: Post, size: Size, mutant: str) -> Course:
    """Any process is killed, while letters are called off and what is planned is said again."""
    hours = running.stage.hours

    def meanwhile() -> None:
        planned.say_again(at=hours.now())
        if len(planned.called_off) < planned.count / 100:
            planned.call_off(at=hours.now())

    return Course(
        running,
        planned,
        # A fault is found by children alone, which are there again at once.
        strikes=[lambda: running.kill_one(*([CHILD] if mutant else []))] * size.strikes,
        beside=[meanwhile],
        longest=60 + size.letters / 50,
        is_mutant=bool(mutant),
    )


def figures(one: Verdict, running: Clock) -> list[str]:
    kinds = ", ".join(f"{count} {kind}" for kind, count in running.killed.items())
    return [
        f"{one.due} due",
        f"{one.stopped} stopped",
        f"{running.kills} kill -9 ({kinds}; {running.while_sending} while sending)",
        f"{one.sent} sent",
        f"{one.lost} lost",
        f"{one.doubled} doubled",
    ]


def plain_smtp(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """Nobody can be asked: doubles come only where a sender dies between the server's yes and our mark, and say so."""
    pause = 0.02  # So that the gap is wide enough to be hit.
    stage.fresh(asks=False, pause=pause, seed=seed)
    chance = random.Random(seed)
    planned = begun(stage, Post(size.letters, 1, (post.AT_ONCE, post.ONCE), chance), mutant)
    who = Person.objects.create_user(email="secretariat@example.org", name="Secretariat", is_secretariat=True)
    decided = []

    def decide() -> None:
        """As a person would who looks at what the mail server has."""
        for mail in Mail.objects.filter(state=Mail.HELD):
            arrived = any(each.message_id == mail.message_id for each in post.taken(stage.mail.taken))
            decided.append(doubts.decide(mail, arrived=arrived, by=who, at=stage.hours.now()))

    with clock(stage, size, chance, mutant) as running:
        way = course(running, planned, size, mutant)
        way.beside = [*way.beside, decide]
        one = way.run()
    outside = sum(not _was_killed(each[0].at, running, pause + GAP) for each in one.twice)
    faults = one.faults("doubled")
    faults += [f"{outside} mails twice outside the gap"] if outside else []
    faults += [f"{one.unexplained} doubled in another mail"] if one.unexplained else []
    more = [f"{outside} of them outside the gap", f"{one.unmarked} unmarked", f"{one.doubts} in doubt"]
    more += [f"{sum(decided)} held and decided", f"{one.rate:.0f}/s"]
    return [Result(f"plain-smtp{', ' if mutant else ''}{mutant}", [*figures(one, running), *more], faults)]


def _was_killed(at: float, running: Clock, within: float) -> bool:
    """Whether something was killed so soon after that moment."""
    return any(at <= killed <= at + within for killed in running.killed_at)
