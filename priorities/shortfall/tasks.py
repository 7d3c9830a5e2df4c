"""Tasks beside the list of shortfalls: what nobody has sorted yet, and reports that wait for one's own answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from priorities import kinds
from priorities.kinds import UNKNOWN, WAITING
from priorities.memory.blocks import Block, Flags
from priorities.models import NOT_STATED, Dimension
from priorities.shortfall import weak_spots
from priorities.shortfall.finding import Look
from priorities.shortfall.shortfalls import Task
from priorities.shortfall.tallies import AREAS
from priorities.shortfall.watching import Standing
from priorities.to_sort import Backlog

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
                action=weak_spots.sort_them(backlog) if _may_sort_some(look, standing, by) else "",
            )


def _backlog(standing: Standing, by: str) -> Backlog:
    """Running grants (each once) and pounds without a code of the list; those in other currencies apart."""
    code = standing.portfolio.vocabulary.at(by, NOT_STATED)
    number = sum(int(waits.sum()) for _block, waits in _waits(standing, by))
    return Backlog(number, int((standing.pence[code] if by == AREAS else standing.pence[:, code]).sum()))


def _may_sort_some(look: Look, standing: Standing, by: str) -> bool:
    """Whether any of them is this person's to sort: the secretariat's all, an officer's her own funders'."""
    person = look.person
    if person is None or person.is_secretariat:
        return person is not None
    return any(
        bool(np.isin(block.funder[waits], np.array(person.officer_ids, np.int64)).any())
        for block, waits in _waits(standing, by)
    )


def _waits(standing: Standing, by: str) -> Iterator[tuple[Block, Flags]]:
    """Block by block, which running grants in pounds are without a code of the list."""
    vocabulary = standing.portfolio.vocabulary
    code = vocabulary.at(by, NOT_STATED)
    for block, counted in zip(standing.tallies.now.blocks, standing.tallies.counted, strict=True):
        here = block.touching(by, np.arange(len(vocabulary[by])) == code)
        yield block, counted & here & (block.currency == 0)


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
