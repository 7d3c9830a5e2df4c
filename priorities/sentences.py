"""A gap in words: what, where: finding. The fact with money, date and name. What softens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from counting import money
from priorities.models import Dimension, Target
from priorities.reading import Entry
from priorities.watching import Cell, Part

WITH_ARTICLE = ("NE", "NW", "EM", "WM", "EE", "SE", "SW", "public")
"""Codes whose label English names with "the": the North East, the general public."""
NAMED = 3
"""Up to so many cells are named in a joined sentence; more are counted."""


def place(cell: Cell) -> str:
    """The cell in words: Victim services in the West Midlands."""
    area, entry = cell.area.label, cell.entry
    if entry is None:
        return area
    if cell.dimension == Dimension.REGION:
        return gettext("%(area)s in %(place)s") % {"area": area, "place": named(entry)}
    if cell.dimension == Dimension.SERVICE:
        return gettext("%(area)s, %(service)s") % {"area": area, "service": lowered(entry.label)}
    return gettext("%(area)s for %(people)s") % {"area": area, "people": named(entry)}


def named(entry: Entry) -> str:
    """A code inside a sentence: the North East, people in detention. A place keeps its capital."""
    label = entry.label if entry.dimension == Dimension.REGION else lowered(entry.label)
    return gettext("the %(thing)s") % {"thing": label} if entry.code in WITH_ARTICLE else label


def lowered(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins with initials."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def day(value: date) -> str:
    return date_format(value, "j F Y")


def number(count: int) -> str:
    """Small numbers in words, larger ones in figures."""
    words = (
        pgettext("number", "none"), pgettext("number", "one"), pgettext("number", "two"), pgettext("number", "three"),
        pgettext("number", "four"), pgettext("number", "five"), pgettext("number", "six"), pgettext("number", "seven"),
        pgettext("number", "eight"), pgettext("number", "nine"), pgettext("number", "ten"),
        pgettext("number", "eleven"), pgettext("number", "twelve"), pgettext("number", "thirteen"),
    )  # fmt: skip
    return words[count] if count < len(words) else f"{count:,}"


def listed(names: Sequence[str]) -> str:
    """a, b or c."""
    if len(names) == 1:
        return names[0]
    return gettext("%(all_but_last)s or %(last)s") % {"all_but_last": ", ".join(names[:-1]), "last": names[-1]}


def worth(part: Part, funders: Mapping[int, str]) -> str:
    """£140,000 from Quillfeather Trust."""
    return gettext("%(amount)s from %(funder)s") % {
        "amount": money.short(part.pence, part.currency),
        "funder": funders.get(part.funder, gettext("a funder")),
    }


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
        """Several neglected groups whom no grant says it reaches, of so many that the founding list names."""
        labels = [cell.entry.label for cell in cells if cell.entry]
        if len(labels) <= NAMED:
            people = "; ".join([labels[0], *map(lowered, labels[1:])])
            return gettext("%(people)s: no grant says it reaches them.") % {"people": people}
        if len(labels) == named:
            told = gettext("All %(named)s groups that the funders named: no grant says it reaches them.")
            return told % {"named": number(named)}
        return gettext("%(count)s of the %(named)s groups that the funders named: no grant says it reaches them.") % {
            "count": number(len(labels)).capitalize(),
            "named": number(named),
        }

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


def things(dimension: str) -> str:
    """What a dimension's codes are called, several of them."""
    return {
        Dimension.REGION.value: gettext("regions"),
        Dimension.GROUP.value: gettext("groups of people"),
        Dimension.EXPLOITATION.value: gettext("forms of exploitation"),
        Dimension.SERVICE.value: gettext("service areas"),
        Dimension.AUDIENCE.value: gettext("audiences"),
        Dimension.TERM.value: gettext("kinds of support"),
    }[dimension]


def ending(cell: Cell, parts: Sequence[Part], until: date, undated: int, funders: Mapping[int, str]) -> str:
    """`parts`: the grants that run in the cell or are to start; all are over at the end of `until`.

    undated: how many grants beside them do not say when they end.
    """
    finding = gettext("%(place)s: money running out.") % {"place": place(cell)}
    if len(parts) == 1:
        fact = gettext("The only grant, %(worth)s, ends on %(day)s and nothing follows.")
        told = [finding, fact % {"worth": worth(parts[0], funders), "day": day(until)}]
    else:
        fact = gettext("The last of %(count)s grants, %(amount)s in all, ends on %(day)s and nothing follows.")
        amount = money.short(sum(part.pence for part in parts if part.currency == "GBP"))
        told = [finding, fact % {"count": number(len(parts)), "amount": amount, "day": day(until)}]
    if undated:
        beside = ngettext(
            "One more grant does not say when it ends.", "%(count)s more grants do not say when they end.", undated
        )
        told.append(beside % {"count": number(undated).capitalize()})
    return " ".join(told)


def under_target(cell: Cell, target: Target, have: int, short: int, on: date) -> str:
    """`have` and `short` in what the target counts: grants, or pence (for a share: of running money)."""
    return f"{place(cell)}: {agreed(target, have, short, on)}"


def agreed(target: Target, have: int, short: int, on: date) -> str:
    """What is there, what was agreed and when, and what is short."""
    said = {"day": day(target.agreed_on), "year": on.year}
    if target.kind == Target.NUMBER:
        there = ngettext("%(have)s running grant", "%(have)s running grants", have) % {
            "have": number(have) if have else gettext("no")
        }
        fact = ngettext(
            "%(there)s; %(value)s was agreed on %(day)s. %(short)s short.",
            "%(there)s; %(value)s were agreed on %(day)s. %(short)s short.",
            target.value,
        )
        return fact % {**said, "there": there, "value": number(target.value), "short": number(short).capitalize()}
    if target.kind == Target.AMOUNT:
        fact = gettext("%(have)s for %(year)s; %(value)s a year was agreed on %(day)s. %(short)s short.")
        value = money.short(target.value)
    elif target.column_id:
        fact = gettext(
            "%(have)s in running grants; %(value)s of the area's money was agreed on %(day)s. %(short)s short."
        )
        value = percent(target.value)
    else:
        fact = gettext(
            "%(have)s in running grants; %(value)s of all running money was agreed on %(day)s. %(short)s short."
        )
        value = percent(target.value)
    return fact % {**said, "have": money.short(have), "value": value, "short": money.short(short)}


def percent(share: int) -> str:
    """Basis points as they are: 1000 gives 10 %."""
    whole, rest = divmod(share, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "\u00a0%" if rest else f"{whole}\u00a0%"
