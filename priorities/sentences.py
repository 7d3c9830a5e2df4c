"""A gap in words: what, where: finding. The fact with money, date and name. What softens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from counting import money
from priorities.cells import Cell, Part
from priorities.kinds import percent
from priorities.memory.reading import Entry
from priorities.models import Dimension, Target

WITH_ARTICLE = ("NE", "NW", "EM", "WM", "EE", "SE", "SW", "public")
"""Codes whose label English names with "the": the North East, the general public."""


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


def places(area: Entry, dimension: str, entries: Sequence[Entry]) -> str:
    """Several codes that are counted together: Victim services for adult women and adult men."""
    names = [named(entry) for entry in entries]
    joined = gettext("%(all_but_last)s and %(last)s") % {"all_but_last": ", ".join(names[:-1]), "last": names[-1]}
    told = gettext("%(area)s in %(place)s") if dimension == Dimension.REGION else gettext("%(area)s for %(place)s")
    return told % {"area": area.label, "place": joined if len(names) > 1 else names[0]}


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
