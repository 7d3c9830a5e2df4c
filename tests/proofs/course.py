"""One run of a proof: the clock's processes send what is planned while things happen to them, until all is settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.proofs import verdict
from tests.proofs.post import Post
from tests.proofs.processes import Clock
from tests.proofs.verdict import Verdict

TICK = 0.02
SETTLED = 0.5
"""Seconds between two looks whether all is settled."""


@dataclass
class Course:
    """`strikes` are dealt out at random moments of the sending; `beside` is done again and again meanwhile."""

    clock: Clock
    planned: Post
    strikes: Sequence[Callable[[], bool]] = ()
    """Each False where it cannot be done yet; then it is tried again."""
    beside: Sequence[Callable[[], object]] = ()
    over: Callable[[], bool] = lambda: True
    """Whether what is done beside is over too."""
    longest: float = 60.0
    """Seconds after which it is judged as it stands."""
    is_mutant: bool = False
    """Ended as soon as a fault shows."""
    arrived: int = 0
    place: int = 0
    marks: list[float] = field(default_factory=list)

    def run(self) -> Verdict:
        chance = self.planned.chance
        self.marks = sorted(chance.uniform(0, 0.9) * self.planned.count for _each in self.strikes)
        left = list(self.strikes)
        until, look, aside = time.monotonic() + self.longest, 0.0, 0.0
        while time.monotonic() < until:
            self.clock.tend()
            self._count()
            if left and self.arrived >= self.marks[0] and left[0]():
                left.pop(0)
                self.marks.pop(0)
            if time.monotonic() > aside:
                for do in self.beside:
                    do()
                aside = time.monotonic() + SETTLED
            if time.monotonic() > look:
                if self.is_mutant and any(getattr(one := self.judge(), each) for each in verdict.SOON):
                    one.is_early = True
                    return one
                if not left and self.over() and not verdict.waiting(self.clock.stage.hours.now()):
                    break
                look = time.monotonic() + SETTLED
            time.sleep(TICK)
        return self.judge()

    def judge(self) -> Verdict:
        stage = self.clock.stage
        return verdict.judge(self.planned, stage.mail.taken, at=stage.hours.now(), refused=stage.mail.refused())

    def _count(self) -> None:
        """How many letters arrived, by the lines that came since it was last counted."""
        with self.clock.stage.mail.taken.open() as lines:
            lines.seek(self.place)
            while (line := lines.readline()).endswith("\n"):
                self.arrived += line.count(",") + 1
                self.place = lines.tell()
