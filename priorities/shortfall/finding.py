"""Finds every gap of every watched cell on a day, in every kind, in the order of the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from accounts.models import Organisation, Person
from counting import periods
from counting.money import WHOLE
from counting.places import INTERNATIONAL
from priorities import coverage, kinds, need, sentences
from priorities.cells import Cell, Part
from priorities.columns import Portfolio
from priorities.coverage import Question, day_number
from priorities.freshness import quiet_funders
from priorities.kinds import (
    EMPTY,
    ENDING,
    FRAGILE,
    NEGLECTED,
    NO_EVIDENCE,
    TOO_NARROW,
    UNDER_NEED,
    UNDER_TARGET,
)
from priorities.memory.blocks import Flags
from priorities.models import UNDIVIDED, Dimension, GapRules, Target
from priorities.shortfall import emptiness, neglected, watching, weak_spots
from priorities.shortfall.evidence import Looked, Owed
from priorities.shortfall.holding import Cut, Held, Holding, narrow_ids
from priorities.shortfall.shortfalls import Gap
from priorities.shortfall.tallies import AREAS, SERVICE
from priorities.shortfall.watching import Running, Standing

AGREED, NAMED, NEED, RUNS_OUT, REST, RESTS, NARROW, REPORTS = range(1, 9)
"""The order of the list: short of a target; named in the founding list; small beside the need; money running out; no
grant elsewhere; resting on one; one service only; no recent report."""


class Found(NamedTuple):
    """A gap and what places it in the list: its rank, the day its money runs out, pounds, the cell's own place."""

    order: tuple[int, int, int, int]
    gap: Gap
    cell: Cell | None

    @property
    def joins(self) -> bool:
        """Whether it may stand in one line with others of its area and kind."""
        return self.gap.kind in (EMPTY, NEGLECTED) and self.order[0] != AGREED and bool(self.gap.column)


class _Missed(NamedTuple):
    """A target that is not met: what there is and what is short, in what the target counts."""

    target: Target
    have: int
    short: int

    @property
    def pence(self) -> int:
        return 0 if self.target.kind == Target.NUMBER else self.short


class Look:
    """One look at all watched cells on a day, for one person (None: somebody of no funder)."""

    def __init__(self, portfolio: Portfolio, on: date, rules: GapRules, person: Person | None, today: date) -> None:
        self.portfolio, self.on, self.rules, self.person = portfolio, on, rules, person
        self.funders = dict(Organisation.objects.funders().values_list("id", "name"))
        self.quiet = [each.funder for each in quiet_funders(self.funders, on=on, portfolio=portfolio)]
        self.words = emptiness.Empty(funders=self.funders, members=len(self.funders))
        self.cells = list(watching.cells(portfolio, on))
        running = Running(portfolio, on, periods.add_months(on, rules.ending[-1]))
        self.now = running.now
        self.standing = {
            name: Standing(running, name, self.watched(name))
            for name in dict.fromkeys(each.dimension for each in self.cells)
        }
        self.holding = Holding(running.tallies)
        own = person.funder_ids if person else []
        self.reports = Looked(portfolio, running.now, on, today=on == today, months=rules.evidence_months, funders=own)

    def watched(self, dimension: str) -> list[int] | None:
        """The areas of which a list is watched; None where all count: a place belongs to what is not yet sorted, an
        area as a whole to all that runs."""
        if dimension in ("", Dimension.REGION):
            return None
        at = self.portfolio.vocabulary.at
        return sorted({at(AREAS, each.area.code) for each in self.cells if each.dimension == dimension})

    def found(self) -> list[Found]:
        """Every gap, cell by cell, each cell's strongest kind first."""
        return [
            each for place, cell in enumerate(self.cells) for each in self.kinds_of(cell, place)
        ] + self.of_several()

    def kinds_of(self, cell: Cell, place: int) -> Iterator[Found]:
        standing, at = self.standing[cell.dimension], self.at(cell)
        missed = self.missed(cell)
        if not standing.running[at]:
            yield self.empty(cell, missed, place)
        elif missed:
            yield self.under_target(cell, missed, place)
        for short in self.needs.get(self.key(cell), ()):
            yield self.under_need(cell, short, sentences.place(cell), place)
        if not standing.running[at]:
            return
        if not standing.lasting[at]:
            yield self.ending(cell, place)
        number = self.number(cell)
        if held := self.held[cell.dimension].get(number):
            yield self.fragile(cell, held, place)
        if cut := self.cuts[cell.dimension].get(number):
            yield self.too_narrow(cell, cut, place)
        if owed := self.owed[cell.dimension].get(number):
            yield self.no_evidence(cell, owed, place)

    def empty(self, cell: Cell, missed: _Missed | None, place: int) -> Found:
        standing, at = self.standing[cell.dimension], self.at(cell)
        parts = standing.parts(*at)
        unreached = (
            cell.dimension == Dimension.GROUP
            and cell.named
            and cell.code not in self.reached
            and not standing.anywhere[at[1]]
        )
        reach, reaching = (0, []) if unreached else self.reach(cell)
        sentence = (
            self.words.unreached(cell, parts, self.on) if unreached else self.words.one(cell, parts, self.on, reach)
        )
        if missed:
            sentence += " " + sentences.agreed(missed.target, missed.have, missed.short, self.on)
        gap = self.gap(
            cell,
            NEGLECTED if unreached else EMPTY,
            pence=missed.pence if missed else 0,
            may_reach=reach,
            shows=emptiness.MIXED if reaching else emptiness.spoken_as(parts, self.on),
            grants=[*emptiness.spoken_of(parts, self.on), *reaching],
            sentence=sentence,
        )
        if missed:
            return Found((AGREED, 0, -missed.pence, place), gap, cell)
        return Found((NAMED if cell.named else REST, 0, -int(standing.by_area[at[0]]), place), gap, cell)

    def under_target(self, cell: Cell, missed: _Missed, place: int) -> Found:
        gap = self.gap(
            cell,
            UNDER_TARGET,
            pence=missed.pence,
            grants=self.counted(cell, missed.target),
            sentence=sentences.under_target(cell, missed.target, missed.have, missed.short, self.on),
        )
        return Found((AGREED, 0, -missed.pence, place), gap, cell)

    def under_need(self, cell: Cell | None, short: need.Short, where: str, place: int) -> Found:
        gap = Gap(
            kind=UNDER_NEED,
            row=short.area,
            dimension=short.dimension,
            column="+".join(short.columns) or None,
            pence=short.pence,
            number=len(short.grants),
            opens=partial(tuple, short.grants),
            sentence=weak_spots.beside_need(where, short),
            place=where,
            rule=kinds.rule(UNDER_NEED, self.rules),
            source=(short.source, short.url),
        )
        share = short.money_share_bp * WHOLE // max(1, short.need_share_bp)
        return Found((NEED, share, -short.need_share_bp, place), gap, cell)

    def of_several(self) -> list[Found]:
        """Need of several codes that are counted together, which are no watched cell by themselves."""
        places = {self.key(cell) for cell in self.cells}
        return [
            self.under_need(None, short, self.several(short), len(self.cells) + number)
            for number, (key, found) in enumerate(self.needs.items())
            if key not in places
            for short in found
        ]

    def several(self, short: need.Short) -> str:
        vocabulary = self.portfolio.vocabulary
        area = vocabulary[AREAS][vocabulary.at(AREAS, short.area)]
        entries = [vocabulary[short.dimension][vocabulary.at(short.dimension, code)] for code in short.columns]
        return sentences.places(area, short.dimension, entries)

    def ending(self, cell: Cell, place: int) -> Found:
        all_parts = self.standing[cell.dimension].parts(*self.at(cell))
        parts = [part for part in all_parts if self.lasts(part)]
        undated = sum(part.ends is None for part in all_parts)
        last = max(part.ends for part in parts if part.ends)
        gap = self.gap(
            cell,
            ENDING,
            pence=sum(part.pence for part in parts if part.currency == "GBP"),
            grants=[part.grant for part in parts],
            sentence=sentences.ending(cell, parts, last, undated, self.funders),
            until=last,
            within=next(each for each in self.rules.ending if last <= periods.add_months(self.on, each)),
        )
        return Found((RUNS_OUT, day_number(last), -gap.pence, place), gap, cell)

    def lasts(self, part: Part) -> bool:
        return part.ends is not None and part.ends >= self.on

    def fragile(self, cell: Cell, held: Held, place: int) -> Found:
        gap = self.gap(
            cell,
            FRAGILE,
            pence=held.pence,
            grants=held.grants,
            sentence=weak_spots.rests(cell, held, self.holders, self.rules.fragile),
            until=held.until,
            rests_on=held.on,
        )
        return Found((RESTS, 0, -held.pence, place), gap, cell)

    def too_narrow(self, cell: Cell, cut: Cut, place: int) -> Found:
        gap = self.gap(
            cell,
            TOO_NARROW,
            pence=cut.narrow_pence,
            number=cut.narrow,
            opens=partial(narrow_ids, self.portfolio, day_number(self.on), cell.dimension, self.number(cell)),
            sentence=weak_spots.one_service(cell, cut),
        )
        return Found((NARROW, 0, -cut.narrow_pence, place), gap, cell)

    def no_evidence(self, cell: Cell, owed: Owed, place: int) -> Found:
        gap = self.gap(
            cell,
            NO_EVIDENCE,
            pence=owed.own_pence,
            number=owed.grants,
            opens=lambda: owed.own,
            sentence=weak_spots.no_report(cell, owed, self.rules.evidence_months),
        )
        return Found((REPORTS, 0, -owed.grants, place), gap, cell)

    def gap(self, cell: Cell, kind: str, *, grants: Sequence[int] = (), **told: Any) -> Gap:
        out_of_date = self.quiet_in[cell.dimension].get(self.at(cell), set())
        ids = tuple(dict.fromkeys(grants))
        return Gap(
            kind=kind,
            row=cell.area.code,
            dimension=cell.dimension,
            column=cell.code,
            place=sentences.place(cell),
            out_of_date=tuple(sorted(self.funders[each] for each in out_of_date)),
            rule=kinds.rule(kind, self.rules, within=told.get("within"), rests_on=told.get("rests_on", "")),
            **{"number": len(ids), "opens": lambda: ids, **told},
        )

    def at(self, cell: Cell) -> tuple[int, int]:
        """The cell's place in Standing: the positions of its area and code."""
        vocabulary = self.portfolio.vocabulary
        return vocabulary.at(AREAS, cell.area.code), vocabulary.at(cell.dimension, cell.code) if cell.code else 0

    def number(self, cell: Cell) -> int:
        """The same as one number."""
        area, code = self.at(cell)
        return area * self.standing[cell.dimension].shape[1] + code

    @staticmethod
    def key(cell: Cell) -> tuple[str, str, tuple[str, ...]]:
        return cell.area.code, cell.dimension, (cell.code,) if cell.code else ()

    @cached_property
    def needs(self) -> dict[tuple[str, str, tuple[str, ...]], list[need.Short]]:
        """What is small beside the need, by area, dimension and codes; only in areas that are watched by that list."""
        found: dict[tuple[str, str, tuple[str, ...]], list[need.Short]] = {}
        watched = {(cell.area.code, cell.dimension) for cell in self.cells}
        for short in need.short(self.on, self.portfolio, below_bp=self.rules.need, among=watched):
            found.setdefault((short.area, short.dimension, tuple(short.columns)), []).append(short)
        return found

    @cached_property
    def held(self) -> dict[str, dict[int, Held]]:
        return {name: self.holding.held(each, self.rules.fragile) for name, each in self.standing.items()}

    @cached_property
    def holders(self) -> dict[int, str]:
        """The names of funders, and of the charities on which a cell rests."""
        charities = {each.id for held in self.held.values() for each in held.values()} - self.funders.keys()
        return self.funders | dict(Organisation.objects.filter(id__in=charities).values_list("id", "name"))

    @cached_property
    def cuts(self) -> dict[str, dict[int, Cut]]:
        """How grants pay for services; not asked of single services, where every grant would be of one."""
        return {
            name: {} if name == SERVICE else self.holding.cut(standing, self.rules.narrow)
            for name, standing in self.standing.items()
        }

    @cached_property
    def owed(self) -> dict[str, dict[int, Owed]]:
        return {name: self.reports.owed(standing) for name, standing in self.standing.items()}

    @cached_property
    def quiet_in(self) -> dict[str, dict[tuple[int, int], set[int]]]:
        """The funders that may be out of date and have funded in each cell before."""
        return {
            name: standing.funded_by(np.array(self.quiet)) if self.quiet else {}
            for name, standing in self.standing.items()
        }

    @cached_property
    def reached(self) -> set[str]:
        """Named groups (codes) that a running grant of any area says it reaches, by whichever list says so."""
        return neglected.reached(self.portfolio, self.now)

    def reach(self, cell: Cell) -> tuple[int, list[int]]:
        """Pence, and the grants, running in the area for all of the UK or for several together."""
        if not cell.entry:
            return 0, []
        key = (cell.area.code, cell.dimension)
        if key not in self._reached:
            standing, area, codes = self.standing[cell.dimension], self.at(cell)[0], self.wider(cell.dimension)
            self._reached[key] = int(standing.pence[area, codes].sum()), standing.ids(area, codes)
        return self._reached[key]

    @cached_property
    def _reached(self) -> dict[tuple[str, str], tuple[int, list[int]]]:
        return {}

    def wider(self, dimension: str) -> Flags:
        """The codes of a dimension whose work may reach any other of its cells."""
        return np.array(
            [
                (not entry.watchable and not entry.residual and entry.code != INTERNATIONAL)
                or (entry.code == UNDIVIDED and dimension != Dimension.REGION)
                for entry in self.portfolio.vocabulary[dimension]
            ]
        )

    def missed(self, cell: Cell) -> _Missed | None:
        """The cell's target that is furthest from being met, by pounds."""
        missed = [each for target in cell.targets if (each := self.against(cell, target)).short > 0]
        return max(missed, key=lambda each: (each.pence, each.short), default=None)

    def against(self, cell: Cell, target: Target) -> _Missed:
        standing, at = self.standing[cell.dimension], self.at(cell)
        if target.kind == Target.AMOUNT:
            have, wanted = coverage.table(self.year(cell), portfolio=self.portfolio).total, target.value
        elif target.kind == Target.NUMBER:
            have, wanted = int(standing.running[at]), target.value
        else:
            # A share of an area is of all that the area has; one for an area as a whole is of everything.
            whole = int(standing.by_area[at[0]] if cell.code else standing.pence.sum())
            have, wanted = int(standing.pence[at]), whole * target.value // WHOLE
        return _Missed(target, have, wanted - have)

    def counted(self, cell: Cell, target: Target) -> list[int]:
        """The grants that a target counts as being there."""
        if target.kind == Target.AMOUNT:
            return coverage.grant_ids(self.year(cell), portfolio=self.portfolio)
        standing, (area, code) = self.standing[cell.dimension], self.at(cell)
        return standing.ids(area, np.arange(standing.shape[1]) == code)

    def year(self, cell: Cell) -> Question:
        """The cell's share of the day's calendar year, each award shared out evenly by day."""
        codes = {AREAS: (cell.area.code,)} | ({cell.dimension: (cell.code,)} if cell.code else {})
        return Question(
            columns=cell.dimension or Question.columns,
            measure=coverage.SPREAD,
            on=self.on,
            first=date(self.on.year, 1, 1),
            last=date(self.on.year, 12, 31),
            codes=codes,
        )
