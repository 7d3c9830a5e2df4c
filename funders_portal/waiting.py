"""What waits for one person: read from every room, shown on the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Organisation, Person
from counting import periods
from grants.models import Grant, Import
from priorities import coverage
from priorities.columns import Portfolio
from priorities.coverage import Question
from priorities.shortfall.shortfalls import Sentence

ENDING_WITHIN = 6
"""Months ahead in which an own grant's end is worth a line."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A grant of one's own that ends soon, in how many whole months."""

    grant: Grant
    months: int


@dataclass(frozen=True, slots=True)
class Running:
    """How many grants run on a day, and their whole awards in pence."""

    grants: int
    pence: int


def imports(person: Person) -> QuerySet[Import]:
    """Files that were read and wait for a person's word, oldest first."""
    return Import.objects.visible_to(person).filter(state=Import.CHECKED).order_by("received_at", "id")


def ending(person: Person, on: date, most: int) -> Sequence[Ending]:
    """Running grants that the person writes for and that end within ENDING_WITHIN months of `on`, soonest first.

    A grant that another of the same work outlasts is not among them.
    """
    mine: Any = Grant.objects.visible_to(person).filter(funder__in=person.officer_ids).running_on(on)
    longer: Any = Grant.objects.visible_to(person).with_running_period().filter(project=OuterRef("project"))
    follows = Exists(longer.filter(runs_to__gt=OuterRef("runs_to")))
    soon = mine.filter(~follows, runs_to__lte=periods.add_months(on, ENDING_WITHIN)).order_by("runs_to", "id")[:most]
    return [Ending(grant, periods.months_between(on, grant.runs_to)) for grant in soon]


def running(person: Person, on: date, portfolio: Portfolio) -> Running:
    """Own grants running on `on`; only pounds are added, a joint share counts once through its parent."""
    found = coverage.table(Question(on=on, funders=tuple(person.funder_ids)), portfolio=portfolio)
    return Running(found.grants, found.total)


def own_funders(person: Person) -> QuerySet[Organisation]:
    return Organisation.objects.filter(id__in=person.funder_ids)


def marked(person: Person, lines: Sequence[Sentence]) -> list[tuple[Sentence, bool]]:
    """Each sentence with whether it speaks of a grant of the person's own funders."""
    spoken_of = {each for line in lines for each in line.grants}
    own = Grant.objects.filter(id__in=spoken_of, funder__in=person.funder_ids).values_list("id", flat=True)
    return [(line, not set(own).isdisjoint(line.grants)) for line in lines]
