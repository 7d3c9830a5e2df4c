"""The groups that the founding documents name as neglected, each with what says that a running grant reaches it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counting.money import WHOLE
from priorities import columns
from priorities.columns import Portfolio
from priorities.coverage import day_number
from priorities.memory.blocks import Block, Flags, Ints, sums
from priorities.memory.layouts import Layout, laid_out
from priorities.memory.reading import Vocabulary
from priorities.models import Dimension
from priorities.shortfall.watching import flags

PLACE, PEOPLE, FORM = Dimension.REGION.value, Dimension.GROUP.value, Dimension.EXPLOITATION.value
OUTSIDE = "outside"
"""Every place of the United Kingdom but London, in the place of codes."""

NAMED: Sequence[tuple[str | Promise, Sequence[tuple[str, str]]]] = (
    (_("People outside London"), [(PLACE, OUTSIDE)]),
    (_("Men"), [(PEOPLE, "adult_men")]),
    (_("Children and young people"), [(PEOPLE, "children")]),
    (_("Young men of 16 and 17"), [(PEOPLE, "males_16_17")]),
    (_("People trafficked from the EU"), [(PEOPLE, "eu_nationals")]),
    (_("People who have not claimed asylum"), [(PEOPLE, "no_asylum_claim")]),
    (_("People with no recourse to public funds"), [(PEOPLE, "no_recourse")]),
    (_("People with challenging behaviour"), [(PEOPLE, "challenging_behaviour")]),
    (_("People linked to criminality"), [(PEOPLE, "criminality"), (FORM, "criminal")]),
    (_("People in forced labour"), [(FORM, "labour")]),
    (_("People in domestic servitude"), [(FORM, "domestic_servitude")]),
    (_("People trafficked within the UK"), [(FORM, "internal")]),
    (_("People resettled or returned"), [(PEOPLE, "returned")]),
    (_("Women trafficked for non-sexual purposes"), [(PEOPLE, "women_non_sexual")]),
    (_("People in detention"), [(PEOPLE, "detention")]),
    (_("Adults trafficked as children"), [(PEOPLE, "adults_trafficked_as_children")]),
)
"""In the order of the founding documents: the group, and the codes by which a grant says that it reaches it."""
BESIDE = ("labour", "domestic_servitude", "sexual")
"""The funders asked for the first two as well as the third."""


@dataclass(frozen=True)
class Named:
    """A named group on a day. reached_by: what says that a grant reaches it: the list, what of it, and the
    parameters at which those grants are shown.

    pence: running money (pounds sterling) of grants, of all areas, that say so, by their share; where two lists may
    say it, of each grant the larger share. number: how many grants; grants: their ids. share: of all running money,
    in basis points (None where none runs).
    """

    group: str
    reached_by: Sequence[tuple[str, str, str]]
    pence: int
    number: int
    share: int | None
    opens: Callable[[], Sequence[int]]

    @cached_property
    def grants(self) -> Sequence[int]:
        return self.opens()

    @property
    def sentence(self) -> str:
        """Only where nothing says that it is reached."""
        return "" if self.number else gettext("%(people)s: no grant says it reaches them.") % {"people": self.group}


class Form(NamedTuple):
    """A form of exploitation beside the others: running money in pence, its share of all running money, grants."""

    code: str
    label: str
    pence: int
    share: int | None
    grants: int


def table(*, on: date, portfolio: Portfolio | None = None) -> list[Named]:
    """Every named group with what reaches it on a day; only what grants say of themselves counts."""
    return _Look(portfolio or columns.current(), on).rows()


def forms(*, on: date, portfolio: Portfolio | None = None) -> list[Form]:
    """Forced labour and domestic servitude beside sexual exploitation."""
    return _Look(portfolio or columns.current(), on).forms()


def reached(portfolio: Portfolio, now: Portfolio) -> set[str]:
    """The groups of people (codes) of whose row in NAMED any code is said by a running grant (`now`: those alone)."""
    vocabulary = portfolio.vocabulary
    says = {
        each: any(
            bool((now.counted(block) & block.touching(each[0], _at(vocabulary, *each))).any()) for block in now.blocks
        )
        for _group, codes in NAMED
        for each in codes
        if each[1] != OUTSIDE
    }
    return {
        code
        for _group, codes in NAMED
        if any(says.get(each) for each in codes)
        for dimension, code in codes
        if dimension == PEOPLE
    }


def _at(vocabulary: Vocabulary, dimension: str, code: str) -> Flags:
    return np.array([entry.code == code for entry in vocabulary[dimension]])


class _Look:
    """The running grants cut by each of three lists; by one list alone, since areas do not matter here."""

    def __init__(self, portfolio: Portfolio, on: date) -> None:
        self.portfolio, self.now = portfolio, portfolio.running_on(day_number(on))
        counted = [(block, np.flatnonzero(self.now.counted(block))) for block in self.now.blocks]
        self.cut = {
            name: [(block, laid_out(block, name, "", 1, rows)) for block, rows in counted]
            for name in (PLACE, PEOPLE, FORM)
        }
        self.pence = sum(int(block.pence[rows[block.currency[rows] == 0]].sum()) for block, rows in counted)

    def rows(self) -> list[Named]:
        return [self.row(str(group), codes) for group, codes in NAMED]

    def row(self, group: str, codes: Sequence[tuple[str, str]]) -> Named:
        parts = self.parts(codes)
        pence, number = sum(int(worth.sum()) for _, worth in parts), sum(len(ids) for ids, _ in parts)
        return Named(
            group=group,
            reached_by=[(*self.in_words(dimension, code), self.query(dimension, code)) for dimension, code in codes],
            pence=pence,
            number=number,
            share=self.share(pence),
            opens=lambda: sorted(each for ids, _ in parts for each in ids.tolist()),
        )

    def parts(self, codes: Sequence[tuple[str, str]]) -> list[tuple[Ints, Ints]]:
        """Block by block: the grants (ids) that say they reach any of these codes, and their pounds in pence, by the
        code of which they say most."""
        found: list[tuple[Ints, Ints]] = []
        for place, block in enumerate(self.now.blocks):
            said, most = np.zeros(block.size, bool), np.zeros(block.size, np.int64)
            for dimension, code in codes:
                says, worth = self.said(*self.cut[dimension][place], self.flags(dimension, code))
                said |= says
                np.maximum(most, worth, out=most)
            rows = np.flatnonzero(said)
            found.append((block.ids[rows], most[rows]))
        return found

    def said(self, block: Block, cut: Layout, wanted: Flags) -> tuple[Flags, Ints]:
        """Which of a block's grants say that they reach these codes, and each one's pounds there in pence."""
        here = np.flatnonzero(wanted.take(cut.cell))
        grant, worth = cut.grant.take(here), sums(cut.grant.take(here), cut.pence.take(here), block.size)
        return flags(block.size, grant), np.where(block.currency == 0, worth, 0).astype(np.int64)

    def flags(self, dimension: str, code: str) -> Flags:
        entries = self.portfolio.vocabulary[dimension]
        if code == OUTSIDE:
            return np.array([entry.watchable and not entry.residual and entry.code != "LON" for entry in entries])
        return _at(self.portfolio.vocabulary, dimension, code)

    def in_words(self, dimension: str, code: str) -> tuple[str, str]:
        """The list, and what of it."""
        label = str(Dimension(dimension).label)
        if code == OUTSIDE:
            return label, gettext("any region or nation but London")
        return label, self.portfolio.vocabulary[dimension][self.portfolio.vocabulary.at(dimension, code)].label

    def query(self, dimension: str, code: str) -> str:
        """The parameters at which the grants that say so are shown."""
        if code == OUTSIDE:
            outside = zip(self.portfolio.vocabulary[dimension], self.flags(dimension, code), strict=True)
            return "&".join(f"{dimension}={entry.code}" for entry, kept in outside if kept)
        return f"columns={dimension}&column={code}"

    def share(self, pence: int) -> int | None:
        return pence * WHOLE // self.pence if self.pence else None

    def forms(self) -> list[Form]:
        rows = [(code, self.row("", [(FORM, code)])) for code in BESIDE]
        return [Form(code, self.in_words(FORM, code)[1], row.pence, row.share, row.number) for code, row in rows]
