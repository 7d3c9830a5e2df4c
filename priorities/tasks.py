"""Tasks beside the list of shortfalls: what nobody has sorted yet, and reports that wait for one's own answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from priorities import kinds, weak_spots
from priorities.finding import Look
from priorities.kinds import UNKNOWN, WAITING
from priorities.models import NOT_STATED, Dimension
from priorities.shortfalls import Task
from priorities.to_sort import Backlog
from priorities.watching import AREAS, Standing, flags

PLACE = Dimension.REGION.value


def of(look: Look) -> list[Task]:
    return [*_unsorted(look), *_waiting(look)]


def _unsorted(look: Look) -> Iterator[Task]:
    """Running money without an area, and in the areas that have one without a place."""
    for by in (AREAS, PLACE):
        standing = look.standing.get(PLACE) or next(iter(look.standing.values()), None)
        if standing is None or (by == PLACE and standing.dimension != PLACE):
            continue
        backlog = _backlog(standing, by)
        if backlog.grants:
            yield Task(
                kind=UNKNOWN,
                text=weak_spots.not_sorted(by, backlog),
                pence=backlog.pence,
                number=backlog.grants,
                rule=kinds.rule(UNKNOWN, look.rules),
                query=f"{'row' if by == AREAS else 'column'}={NOT_STATED}",
                action=weak_spots.sort_them(backlog),
            )


def _backlog(standing: Standing, by: str) -> Backlog:
    """Running grants (each once) and pounds without a code of the list; those in other currencies apart."""
    code, wanted = standing.portfolio.vocabulary.at(by, NOT_STATED), np.zeros(standing.shape, bool)
    wanted[(code,) if by == AREAS else (slice(None), code)] = True
    number = pence = 0
    for parts in standing.sterling:
        here = parts.only(wanted.ravel())
        number += int(flags(here.block.size, here.grant).sum())
        pence += int(here.pence.sum())
    return Backlog(number, pence)


def _waiting(look: Look) -> Iterator[Task]:
    grants, since = look.reports.waiting()
    if since:
        yield Task(
            kind=WAITING,
            text=weak_spots.waiting(len(grants), since),
            pence=0,
            number=len(grants),
            rule=kinds.rule(WAITING, look.rules),
            query=f"kind={WAITING}&gap={WAITING}",
            grants=grants,
        )
