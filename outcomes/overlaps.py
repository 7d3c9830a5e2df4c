"""How many people two works of one charity share: declared by the charity or a funder of both, changed, taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Person
from grants.models import Grant, Project, Recipient
from outcomes import adding, works
from outcomes.models import Cell, Indicator, IndicatorVersion, Measurement, Overlap


class CannotDeclare(Exception):
    """It cannot be declared so; `field` names the box, the words are for whoever declares."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)


def beside(project: Project, person: Any, funders: Collection[int]) -> QuerySet[Project]:
    """The other works of its charities in which this person has a say too: of the same charity of hers, or paid for by
    one of these funders that pays for both.
    """
    grants = Grant.objects.current()
    own = grants.filter(project=project)
    charities = Recipient.objects.filter(grant__in=own).values("organisation")
    of_charity = Recipient.objects.filter(organisation__in=charities)
    received = of_charity.filter(organisation__in=person.grantee_ids).values("grant")
    paid = grants.filter(pk__in=of_charity.values("grant"), funder__in=own.filter(funder__in=funders).values("funder"))
    others = grants.filter(Q(pk__in=received) | Q(pk__in=paid.values("pk"))).exclude(project=project)
    return Project.objects.filter(pk__in=others.values("project")).order_by("title", "pk")


def declared(project: Project, others: QuerySet[Project]) -> list[Overlap]:
    """What stands declared of a work and these others."""
    pairs = Q(one=project, other__in=others) | Q(other=project, one__in=others)
    rows = Overlap.objects.current().filter(pairs).select_related("one", "other", "indicator", "by")
    return list(rows.order_by("indicator__position", "start", "pk"))


def indicators(project: Project) -> QuerySet[IndicatorVersion]:
    """What counts people and was reported of this work, in its newest definition."""
    told = _told(project).values("indicator")
    people = IndicatorVersion.objects.filter(indicator__in=told, counts_people=True, kind=IndicatorVersion.COUNT)
    newest = people.filter(retired_at=None).order_by("indicator__position", "indicator", "-number")
    return newest.select_related("indicator")


@transaction.atomic
def declare(
    project: Project, other: Project, indicator: Indicator, *, start: date, end: date, method: str,
    people: int | None = None, by: Person, at: datetime,
) -> Overlap:  # fmt: skip
    """Say how many of the people of one are those of the other in these days; said anew it takes the place of what was
    said before. Raises CannotDeclare.
    """
    one, second = sorted((project, other), key=lambda each: each.pk)
    list(Project.objects.select_for_update().filter(pk__in=[one.pk, second.pk]).order_by("pk"))
    if end < start:
        raise CannotDeclare("end", _("The last day lies before the first."))
    if (people is None) == (method == Overlap.KNOWN):
        raise CannotDeclare("people", _("Give a number where it is known, and only there."))
    if not beside(project, by, by.officer_ids).filter(pk=other.pk).exists():
        raise CannotDeclare("other", _("Only the charity of both works, or an officer of a funder of both, can say."))
    _refuse_more_than_there_are((one, second), indicator, start, end, people)
    pair = {
        "indicator": indicator, "cell": Cell.objects.get(breakdown=""), "start": start, "end": end, "one": one,
        "other": second,
    }  # fmt: skip
    Overlap.objects.current().filter(**pair).update(superseded_at=at)
    made = Overlap.objects.create(**pair, method=method, people=people, by=by, at=at)
    journal.record(what=Did.DECLARED_OVERLAP, about=made, by=by, at=at, figure=indicator.code, method=method)
    return made


def _refuse_more_than_there_are(
    pair: tuple[Project, Project], indicator: Indicator, start: date, end: date, people: int | None
) -> None:
    reached = [_reached(each, indicator, start, end) for each in pair]
    for each, number in zip(pair, reached, strict=True):
        if number is None:
            told = _("“%(project)s” has reported no such figure in these days. Give days that both have reported on.")
            raise CannotDeclare("start", told % {"project": each})
    most = min(each for each in reached if each is not None)
    if people is not None and people > most:
        raise CannotDeclare("people", _("One of the two reached %(most)d; no more can be in both.") % {"most": most})


@transaction.atomic
def take_back(overlap: Overlap, *, by: Person, at: datetime) -> None:
    """Say no longer how many they share; the figures are a range again."""
    if Overlap.objects.current().filter(pk=overlap.pk).update(superseded_at=at):
        journal.record(what=Did.TOOK_OVERLAP_BACK, about=overlap, by=by, at=at, figure=overlap.indicator.code)


def _told(project: Project) -> QuerySet[Measurement]:
    """What counts of a work's figures, of everybody together."""
    counted = Measurement.objects.counted().filter(project__in=works.projects_of(project.pk), cell__breakdown="")
    return counted.filter(status=Measurement.REPORTED, value__isnull=False, indicator__owner=None)


def _reached(project: Project, indicator: Indicator, start: date, end: date) -> int | None:
    """How many people at most a work reached in these days, as far as whole windows lie in them; None: nothing told."""
    rows = _told(project).filter(
        indicator=indicator, start__gte=start, end__lte=end, version__kind=IndicatorVersion.COUNT,
        over_time=F("version__over_time"),
    )  # fmt: skip
    told = list(rows.order_by("start", "end"))
    if not told:
        return None
    first = np.array([each.start.toordinal() for each in told])
    last = np.array([each.end.toordinal() for each in told])
    none, value = np.zeros(len(told), np.int64), np.array([each.value for each in told], np.int64)
    return int(adding.per_project(told[-1].over_time, none, first, last, value, none).most.sum())
