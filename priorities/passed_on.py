"""Regranted money counts once: what is on its way to a funder here, and so stands in the grants that it makes of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from priorities import coverage
from priorities.columns import Portfolio
from priorities.coverage import GRANTS, Question
from priorities.memory.blocks import Block, Ints, Shares


class Sum(NamedTuple):
    """How many grants, and what they come to."""

    grants: int
    pence: int


def of(question: Question, portfolio: Portfolio) -> Sum:
    """Grants of this question's time and choices that are passed on to a funder here, and what they come to.

    They are in no figure of the question: the money counts in the grants that the other funder makes of it. In pounds
    sterling; where a question counts grants, whole awards of the same grants.
    """
    passing = [(block, rows) for block in portfolio.blocks if len(rows := _rows(block, portfolio))]
    if not passing:
        return Sum(0, 0)
    if question.measure == GRANTS:
        question = replace(question, measure=coverage.AWARDED if question.has_window else coverage.LIVE)
    found = [coverage.table(question, portfolio=_alone(portfolio, block, rows)) for block, rows in passing]
    return Sum(sum(each.grants for each in found), sum(each.total for each in found))


def _rows(block: Block, portfolio: Portfolio) -> Ints:
    return np.flatnonzero(portfolio.passed_on(block) & ~block.joint)


def _alone(portfolio: Portfolio, block: Block, rows: Ints) -> Portfolio:
    """A portfolio of these grants and no others, in which they count."""
    taken = _taken(block, rows)
    return replace(portfolio, base=replace(taken, regrants=np.zeros(len(rows), bool)), edits=_taken(block, rows[:0]))


def _taken(block: Block, rows: Ints) -> Block:
    """These rows of a block as a block of their own."""
    columns: dict[str, Any] = {
        each.name: getattr(block, each.name)[rows]
        for each in fields(block)
        if isinstance(getattr(block, each.name), np.ndarray)
    }
    return Block(**columns, shares={name: _shares(shares, rows) for name, shares in block.shares.items()})


def _shares(shares: Shares, rows: Ints) -> Shares:
    grant, entry, low = shares.of(rows)
    return Shares.running(len(rows), grant, shares.code[entry], shares.high[entry] - low)
