"""The broker forgets everything, or is killed, while letters fall due in waves and two beats knock."""

from __future__ import annotations

import random
import time
from datetime import timedelta

from tests.proofs import post
from tests.proofs.course import Course
from tests.proofs.hours import opening
from tests.proofs.post import Post
from tests.proofs.processes import CHILD
from tests.proofs.reminders import begun, clock, figures
from tests.proofs.result import Result, Size
from tests.proofs.stage import Stage

WITHIN = 30.0
"""Seconds after which letters that fell due since the broker was struck must be going again."""
APART = 3.0
"""Seconds between two waves of letters."""


def broker(stage: Stage, size: Size, *, seed: int, mutant: str = "") -> list[Result]:
    """Letters fall due in as many waves as the broker is struck, so that each wave needs a knock of its own."""
    stage.fresh(seed=seed)
    chance = random.Random(seed)
    apart = APART if size.is_full else 1.0
    at = opening()
    waves = [at + timedelta(seconds=apart * (number + 1)) for number in range(size.strikes)]
    planned = begun(stage, Post(size.letters, 1, (post.AT_ONCE,), chance), mutant, due=waves)
    assert stage.redis
    redis, hours, struck = stage.redis, stage.hours, _Struck(stage)

    def strike() -> bool:
        if not struck.is_over():
            return False
        if chance.random() < 0.5:
            redis.flush()
            struck.flushed += 1
        else:
            redis.kill()
            time.sleep(chance.uniform(0, 1))
            redis.start()
            struck.killed += 1
        struck.moments.append(time.time())
        return True

    with clock(stage, size, chance, mutant, beats=2) as running:
        faulty = [lambda: running.kill_one(CHILD)] * size.strikes if mutant else []
        one = Course(
            running,
            planned,
            strikes=faulty or [strike] * size.strikes,
            beside=[lambda: planned.say_again(at=hours.now())],
            over=lambda: hours.now() > waves[-1],
            longest=90 + size.strikes * (apart + 10),
            is_mutant=bool(mutant),
        ).run()
        moved = hours.now().timestamp() - time.time()
    slowest = struck.slowest({number: due.timestamp() - moved for number, due in planned.due.items()})
    faults = one.faults() + ([f"not within {WITHIN:.0f} s"] if slowest > WITHIN else [])
    name = f"broker{', ' if mutant else ''}{mutant}"
    struck_words = f"two beats, {struck.flushed} FLUSHALL and {struck.killed} kill -9 of {servers_name(stage)}"
    return [Result(name, [struck_words, *figures(one, running), f"sending again within {slowest:.1f} s"], faults)]


def servers_name(stage: Stage) -> str:
    return stage.words.partition(", ")[2]


class _Struck:
    """When the broker was struck, and how long each time nothing went that fell due since."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.moments: list[float] = []
        self.flushed = self.killed = 0

    def is_over(self) -> bool:
        """Whether a letter went since the last time."""
        if not self.moments:
            return True
        return self.stage.mail.taken.stat().st_mtime > self.moments[-1]

    def slowest(self, due: dict[int, float]) -> float:
        """The longest time in seconds from a strike, or from when a letter fell due after it, until one went."""
        arrived = {number: each.at for each in post.taken(self.stage.mail.taken) for number in each.letters}
        longest = 0.0
        for moment in self.moments:
            after = [at - due[number] for number, at in arrived.items() if due[number] > moment]
            last = [at - moment for at in arrived.values() if at > moment]
            longest = max(longest, min(after or last, default=0.0))
        return longest
