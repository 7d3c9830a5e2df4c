"""Sentences for cells in which nothing runs: what came last, comes next, or may reach them all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext, ngettext

from counting import money
from priorities.cells import Cell, Part
from priorities.models import Dimension
from priorities.sentences import day, listed, lowered, named, number, place, things, worth

NAMED = 3
"""Up to so many cells are named in a joined sentence; more are counted."""


class Moments(NamedTuple):
    """The grants of a cell in which none runs: those to come, the next first; those over, the last last; the rest."""

    coming: list[Part]
    over: list[Part]
    undated: list[Part]


def moments(parts: Sequence[Part], on: date) -> Moments:
    dated = [part for part in parts if part.ends]
    return Moments(
        sorted((part for part in dated if part.starts > on), key=lambda part: (part.starts, part.grant)),
        sorted((part for part in dated if part.starts <= on), key=lambda part: (part.ends or on, part.grant)),
        [part for part in parts if part.ends is None],
    )


def spoken_of(parts: Sequence[Part], on: date) -> list[int]:
    """The grants that an empty cell's sentence names: the next, or the last, or those without an end."""
    found = moments(parts, on)
    named = found.coming[:1] or found.over[-1:] or found.undated
    return [part.grant for part in named]


COMING, OVER, UNDATED, MIXED = "coming", "over", "undated", ""


def spoken_as(parts: Sequence[Part], on: date) -> str:
    """What those grants are: to start, over, or without an end."""
    found = moments(parts, on)
    return COMING if found.coming else OVER if found.over else UNDATED if found.undated else MIXED


def show(number: int, shows: str) -> str:
    """The words of the link to a sentence's grants."""
    told = {
        COMING: ngettext("Show the %(n)s grant that is to start", "Show the %(n)s grants that are to start", number),
        OVER: ngettext("Show the %(n)s grant that has ended", "Show the %(n)s grants that have ended", number),
        UNDATED: ngettext(
            "Show the %(n)s grant that does not say when it ends",
            "Show the %(n)s grants that do not say when they end",
            number,
        ),
        MIXED: ngettext("Show the %(n)s grant", "Show the %(n)s grants", number),
    }[shows]
    return told % {"n": number}


class Empty:
    """Sentences for cells in which nothing runs."""

    def __init__(self, *, funders: Mapping[int, str], members: int) -> None:
        self.funders, self.members = funders, members

    def one(self, cell: Cell, parts: Sequence[Part], on: date, reach: int) -> str:
        """`parts`: every grant that was ever or will be in the cell; `reach`: pence that may reach it all the same."""
        finding = gettext("no grant here now.") if parts else gettext("no grant here.")
        said = [f"{place(cell)}: {finding}", self.history(parts, on), reaching(cell.dimension, reach, 1)]
        return " ".join(each for each in said if each)

    def unreached(self, cell: Cell, parts: Sequence[Part], on: date) -> str:
        """People whom the founding list names as neglected, and whom no grant of any area says it reaches."""
        assert cell.entry is not None
        finding = gettext("%(people)s: no grant says it reaches them.") % {"people": cell.entry.label}
        return f"{finding} {self.history(parts, on)}" if parts else finding

    def history(self, parts: Sequence[Part], on: date) -> str:
        """What comes next, or came last, or that there was never anything."""
        found = moments(parts, on)
        if found.coming:
            fact = gettext("The next, %(worth)s, starts on %(day)s.")
            return fact % {"worth": worth(found.coming[0], self.funders), "day": day(found.coming[0].starts)}
        if found.over:
            fact = gettext("The last, %(worth)s, ended on %(day)s.")
            return fact % {"worth": worth(found.over[-1], self.funders), "day": day(found.over[-1].ends or on)}
        if found.undated:
            return ngettext(
                "One grant here does not say when it ends, so it is not counted as running.",
                "%(count)s grants here do not say when they end, so they are not counted as running.",
                len(found.undated),
            ) % {"count": number(len(found.undated)).capitalize()}
        if self.members < 2:
            return gettext("None is running, and there was none before.")
        return gettext("None of the %(count)s funders has one running, and none has had one before.") % {
            "count": number(self.members)
        }

    def joined(self, cells: Sequence[Cell], empty: int, watched: int, reach: int) -> str:
        """Several cells of one area and dimension; `empty` of the `watched` ones have nothing running."""
        area = cells[0].area.label
        if len(cells) <= NAMED:
            finding = gettext("%(area)s: no grant here %(where)s.") % {"area": area, "where": self._where(cells)}
        else:
            finding = gettext("%(area)s: no grant here in %(empty)s of %(watched)s %(things)s.") % {
                "area": area,
                "empty": number(empty),
                "watched": number(watched),
                "things": things(cells[0].dimension),
            }
        return " ".join(each for each in (finding, reaching(cells[0].dimension, reach, len(cells))) if each)

    @staticmethod
    def unreached_joined(cells: Sequence[Cell], named: int) -> str:
        """Several neglected groups whom no grant says it reaches, of so many that the founding list names and that
        are watched; the page of all that it names has more."""
        labels = [cell.entry.label for cell in cells if cell.entry]
        if len(labels) <= NAMED:
            people = "; ".join([labels[0], *map(lowered, labels[1:])])
            return gettext("%(people)s: no grant says it reaches them.") % {"people": people}
        if len(labels) == named:
            told = gettext(
                "All %(named)s groups that the funders named and the group watches: no grant says it reaches them."
            )
            return told % {"named": number(named)}
        told = gettext(
            "%(count)s of the %(named)s groups that the funders named and the group watches: "
            "no grant says it reaches them."
        )
        return told % {"count": number(len(labels)).capitalize(), "named": number(named)}

    @staticmethod
    def _where(cells: Sequence[Cell]) -> str:
        names = listed([named(cell.entry) for cell in cells if cell.entry])
        if cells[0].dimension == Dimension.REGION:
            return gettext("in %(places)s") % {"places": names}
        return gettext("for %(people)s") % {"people": names}


def reaching(dimension: str, pence: int, cells: int) -> str:
    """What softens an empty cell: money for all of the UK, or for several together."""
    if not pence:
        return ""
    if dimension == Dimension.REGION:
        return ngettext(
            "%(amount)s of UK-wide work may reach it.", "%(amount)s of UK-wide work may reach them.", cells
        ) % {"amount": money.short(pence)}
    return ngettext(
        "%(amount)s of work for several together, or not divided, may reach it.",
        "%(amount)s of work for several together, or not divided, may reach them.",
        cells,
    ) % {"amount": money.short(pence)}
