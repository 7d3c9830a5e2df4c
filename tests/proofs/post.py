"""The proofs' letters: planned by number, so that each can be counted where it arrives."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db.models import Q

from accounts import kinds, letters
from accounts.models import Letter, Person

AT_ONCE, DIGEST, ONCE = "proof-at-once", "proof-digest", "proof-not-twice"


def make_known() -> None:
    kinds.know(
        kinds.Kind(AT_ONCE, "a proof's letter", write=_words),
        kinds.Kind(DIGEST, "a proof's letter of a digest", at_once=False, write=_words),
        kinds.Kind(ONCE, "a proof's letter, rather not than twice", doubt=kinds.HOLD, write=_words),
    )


def _words(found: Sequence[Letter], at: datetime) -> Mapping[int, kinds.Words]:
    return {
        each.pk: kinds.Words(
            f"Your report of {at:%B %Y} is due", f"Please write the report that we call {each.about}.\n\nThank you."
        )
        for each in found
    }


@dataclass
class Post:
    """`count` letters, `each` to a person. Some people are gone before they are sent, some letters called off."""

    count: int
    each: int = 1
    kinds: tuple[str, ...] = (AT_ONCE,)
    chance: random.Random = field(default_factory=random.Random)
    first: int = 0
    """The number of the first person, where there are others already."""
    people: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    """Letters to people who may no longer sign in."""
    called_off: set[int] = field(default_factory=set)
    """Letters that somebody asked to stop; of those some were on their way."""
    due: dict[int, datetime] = field(default_factory=dict)

    def plan(self, *, at: datetime, due: Sequence[datetime] = ()) -> None:
        """People and letters; one person in fifty goes once hers are planned. due: moments over which they spread."""
        addresses = (self.to(each * self.each) for each in range(self.people_count))
        people = (Person(email=each, name=each.partition("@")[0]) for each in addresses)
        self.people = [each.pk for each in Person.objects.bulk_create(people, batch_size=2000)]
        moments = due or [at]
        self.due = {number: moments[number * len(moments) // self.count] for number in range(self.count)}
        self.say(range(self.count), at=at)
        gone = self.chance.sample(range(self.people_count), max(1, self.people_count // 50))
        Person.objects.filter(pk__in=[self.people[each] for each in gone]).update(is_active=False)
        self.gone = {number for each in gone for number in range(each * self.each, (each + 1) * self.each)}

    @property
    def people_count(self) -> int:
        return self.count // self.each

    def say(self, numbers: Iterable[int], *, at: datetime) -> None:
        """Plan these letters, whether that was said before or not."""
        plans = (
            letters.Plan(self.kinds[number % len(self.kinds)], f"proof:{number}", 1, "-14", self.person(number),
                         self.due[number])
            for number in numbers
        )  # fmt: skip
        letters.plan(plans, at=at)

    def person(self, number: int) -> int:
        return self.people[number // self.each]

    def to(self, number: int) -> str:
        return f"reader{self.first + number // self.each}@proofs.example"

    def say_again(self, *, at: datetime) -> None:
        """As every knock does: some of the plan is said once more."""
        self.say(self.chance.sample(range(self.count), min(self.count, 100)), at=at)

    def call_off(self, *, at: datetime) -> None:
        """Ask that one letter in a thousand, or at least one, does not go."""
        some = self.chance.sample(range(self.count), max(1, self.count // 1000))
        self.called_off.update(some)
        letters.cancel(Q(about__in=[f"proof:{each}" for each in some]), because="Called off.", at=at)


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that the mail server took."""

    at: float
    to: str
    message_id: str
    digest: str
    letters: tuple[int, ...]


def taken(file: Path) -> Iterator[Taken]:
    """All that it took so far, in order; a line that is being written is left for later."""
    with file.open() as lines:
        for line in lines:
            if line.endswith("\n"):
                at, to, name, digest, letters = line.rstrip("\n").split(" ")
                yield Taken(float(at), to, name, digest, tuple(int(each) for each in letters.split(",") if each))
