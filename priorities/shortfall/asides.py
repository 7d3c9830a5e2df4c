"""What is said of a gap: set aside with a reason and a day to look again; a funder that is looking at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext

from accounts import journal
from accounts.journal import Did
from accounts.models import Organisation, Person
from grants.models import Grant
from priorities.columns import Portfolio
from priorities.kinds import EMPTY, NEGLECTED, UNDER_NEED
from priorities.models import Code, Dimension, GapRules, Looking, SetAside
from priorities.sentences import day
from priorities.shortfall.shortfalls import Gap
from priorities.shortfall.tallies import AREAS
from priorities.shortfall.watching import Standing


class NotYours(Exception):
    """Somebody says or takes back something for a funder for which she may not write."""


class AlreadyAside(Exception):
    """Somebody else has set it aside in the meantime."""

    def __init__(self, row: SetAside, gap: Gap) -> None:
        said = {"place": gap.place, "who": row.by, "day": day(row.look_again_on)}
        told = gettext(
            "%(place)s is already set aside by %(who)s until %(day)s. To set it aside anew, take it back into the "
            "list first."
        )
        super().__init__(told % said)


class Said:
    """What is said of gaps on a day, as far as one person may know it."""

    def __init__(
        self, standing: Mapping[str, Standing], portfolio: Portfolio, *, on: date, person: Person | None
    ) -> None:
        rows = SetAside.objects.standing_on(on).select_related("area", "by")
        self._aside = {(each.kind, each.key): each for each in rows}
        self._looking: dict[str, list[Looking]] = {}
        lookings = Looking.objects.visible_to(person).standing_on(on) if person else Looking.objects.none()
        for each in lookings.select_related("area", "funder", "by"):
            if not _arrived(each, standing.get(each.dimension), portfolio, on):
                self._looking.setdefault(each.key, []).append(each)

    def aside(self, gap: Gap) -> SetAside | None:
        return self._aside.get((gap.kind, gap.key))

    def hidden_by(self, gap: Gap) -> SetAside | None:
        """What takes it out of the list: it was set aside itself, or as a place without a grant, of which the need
        says nothing else."""
        kinds = (UNDER_NEED, EMPTY, NEGLECTED) if gap.kind == UNDER_NEED else (gap.kind,)
        return next((self._aside[kind, gap.key] for kind in kinds if (kind, gap.key) in self._aside), None)

    def looking(self, gap: Gap) -> Sequence[Looking]:
        return self._looking.get(gap.key, ())


def _arrived(looking: Looking, standing: Standing | None, portfolio: Portfolio, on: date) -> bool:
    """Whether a grant that came after it was written runs, or is to start, in its cell."""
    if standing is None:
        return False
    vocabulary = portfolio.vocabulary
    area = vocabulary.at(AREAS, looking.area.code)
    columns = looking.column.split("+") if looking.column else [""]
    codes = [vocabulary.at(looking.dimension, each) if each else 0 for each in columns]
    return any(
        part.grant > looking.newest_grant and part.ends is not None and part.ends >= on
        for code in codes
        for part in standing.parts(area, code)
    )


@transaction.atomic
def set_aside(*, gaps: Sequence[Gap], reason: str, look_again_on: date, by: Person, at: datetime) -> list[SetAside]:
    """Set these gaps aside until a day; what was said of them before and is over by now is ended.

    Raises AlreadyAside where one of them is set aside already.
    """
    made, today = [], timezone.localdate(at)
    for gap in gaps:
        cell = _cell(gap)
        before = SetAside.objects.filter(**cell, kind=gap.kind, ended_at=None)
        if row := before.filter(look_again_on__gt=today).select_related("by").first():
            raise AlreadyAside(row, gap)
        before.update(ended_at=at, ended_by=by)
        row = SetAside.objects.create(
            **cell, kind=gap.kind, reason=reason, look_again_on=look_again_on, by=by, at=at
        )  # fmt: skip
        said = {"place": gap.place, "kind": gap.kind, "until": look_again_on.isoformat()}
        journal.record(what=Did.SET_GAP_ASIDE, about=row, by=by, at=at, gap=gap.key, **said)
        made.append(row)
    return made


@transaction.atomic
def take_back(*, row: SetAside, by: Person, at: datetime) -> None:
    """Let a gap stand in the list again at once; done twice, nothing more happens."""
    if row.ended_at:
        return
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    journal.record(what=Did.TOOK_GAP_BACK, about=row, by=by, at=at, gap=row.key, kind=row.kind)


@transaction.atomic
def look_at(
    *, gaps: Sequence[Gap], funder: Organisation, note: str, is_open: bool, by: Person, at: datetime
) -> list[Looking]:
    """Say that a funder is looking at these cells; what it said of them before is ended. Raises NotYours."""
    _require(funder.pk, by)
    newest = Grant.objects.aggregate(newest=Max("id"))["newest"] or 0
    made = []
    for gap in gaps:
        cell = _cell(gap)
        Looking.objects.filter(**cell, funder=funder, ended_on=None).update(ended_on=timezone.localdate(at))
        row = Looking.objects.create(
            **cell, funder=funder, note=note, is_open=is_open, newest_grant=newest, by=by, at=at
        )
        # What is not open to the others is not told by the journal either.
        told = {"gap": row.key, "place": gap.place, "funder": funder.name} if is_open else {}
        journal.record(what=Did.SAID_LOOKING, about=row, by=by, at=at, **told)
        made.append(row)
    return made


@transaction.atomic
def stop_looking(*, row: Looking, by: Person, at: datetime) -> None:
    """End what the funder said with this, of all places of which it said it at once. Raises NotYours."""
    _require(row.funder_id, by)
    said = Looking.objects.filter(funder=row.funder_id, at=row.at, ended_on=None)
    if said.update(ended_on=timezone.localdate(at)):
        journal.record(what=Did.ENDED_LOOKING, about=row, by=by, at=at)


@transaction.atomic
def change_rules(*, by: Person, at: datetime, **thresholds: int) -> None:
    """Change from when on something falls short; raises IntegrityError where a truth of the model is broken."""
    rules = GapRules.objects.select_for_update().filter(id=1).first() or GapRules(id=1)
    changed = {
        name: [getattr(rules, name), value] for name, value in thresholds.items() if getattr(rules, name) != value
    }
    for name, (_before, value) in changed.items():
        setattr(rules, name, value)
    if changed or rules._state.adding:
        rules.save()
    if changed:
        journal.record(what=Did.CHANGED_GAP_RULES, about=rules, by=by, at=at, changed=changed)


def _require(funder: int, by: Person) -> None:
    if funder not in by.officer_ids:
        raise NotYours(gettext("Only an officer of the funder can say what it looks at."))


def _cell(gap: Gap) -> dict[str, Any]:
    area = Code.objects.get(dimension=Dimension.PRIORITY, code=gap.row)
    return {"area": area, "dimension": gap.dimension, "column": gap.column or ""}
