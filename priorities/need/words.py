"""Need beside money in words: what, where: so much of the money, so much of the people, and whose need it is."""

from __future__ import annotations

from typing import Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counting import money, places
from counting.places import UK_WIDE
from priorities.memory.reading import Entry
from priorities.models import Dimension
from priorities.need import Comparator, Deficit, Family, together
from priorities.need.history import Line
from priorities.sentences import lowered, named

NO_BREAK = "\u00a0"


class Partial(Protocol):
    """A figure, in the database or in a file, as far as it says of whom it is."""

    @property
    def axis(self) -> str: ...

    @property
    def part(self) -> str: ...


def percent(points: int) -> str:
    """Basis points with one digit after the point: 1183 gives 11.8 %, 500 gives 5.0 %."""
    tenths = (abs(points) + 5) // 10
    sign = "−" if points < 0 and tenths else ""
    return f"{sign}{number_format(tenths / 10, 1)}{NO_BREAK}%"


def whole_percent(points: int) -> str:
    """Basis points to the nearest whole per cent, as statistics are printed: 5123 gives 51 %."""
    return f"{'−' if points < 0 else ''}{(abs(points) + 50) // 100}{NO_BREAK}%"


def grown(points: int) -> str:
    """A change with its sign: +118 %."""
    return f"{'+' if points > 0 else ''}{whole_percent(points)}"


def area(family: Family) -> str:
    """The area, narrowed to the people of the statistic: Adult victim services."""
    if family.adults:
        return _("Adult %(area)s") % {"area": lowered(family.area_label)}
    return family.area_label


def heading(family: Family) -> str:
    """Adult victim services by place."""
    return _("%(area)s by %(list)s") % {"area": area(family), "list": Dimension(family.dimension).label}


def where(family: Family, each: Comparator) -> str:
    """What is compared: Adult victim services in the South East."""
    entry = Entry(0, family.dimension, each.code, each.label, False, False, None)
    one = named(entry)
    if family.dimension == Dimension.REGION:
        return _("%(area)s in %(one)s") % {"area": area(family), "one": one}
    if family.dimension in (Dimension.GROUP, Dimension.AUDIENCE):
        return _("%(area)s for %(one)s") % {"area": family.area_label, "one": one}
    return _("%(area)s, %(one)s") % {"area": area(family), "one": one}


def people(family: Family, period: str) -> str:
    """Whose need it is, where and of when ("": of several periods), as it stands in brackets after a sentence."""
    return ", ".join(filter(None, [family.series.people, places.named(family.series.place), period]))


def need(each: Comparator) -> str:
    """The share of the people: from the numbers, or as it was printed where only that was published."""
    return percent(each.need) if each.counted else each.figure.printed


def of_all(line: Line) -> str:
    """The share of all the people: as it was published, or to a tenth where it follows from the numbers; or ""."""
    if line.share is None:
        return ""
    return line.figure.printed if line.figure.value is None else percent(line.share)


def sentence(family: Family, each: Comparator) -> str:
    """The finding with the people it rests on."""
    told = {"where": where(family, each), "need": need(each), "people": people(family, each.figure.period)}
    if each.money is None:
        return _("%(where)s: no money for these people, who are %(need)s of them. (%(people)s.)") % told
    return _("%(where)s: %(money)s of the money, %(need)s of the people. (%(people)s.)") % {
        **told,
        "money": percent(each.money),
    }


def softened(family: Family, each: Comparator) -> str:
    """What may reach it all the same, or ""."""
    if not each.reach:
        return ""
    told = {"pounds": money.short(each.reach)}
    source = together(family.dimension, each.code)
    if source == UK_WIDE:
        return _("%(pounds)s more is UK-wide and may reach it.") % told
    if source == "mixed_adults":
        return _("%(pounds)s more is for women and men together and may reach them.") % told
    return _("%(pounds)s more is for several forms together and may reach them.") % told


def without(family: Family) -> str:
    """The places of which no figure of these people's need is known, in a sentence, or ""."""
    if not family.without:
        return ""
    count = len(family.without)
    words = ngettext(
        "No figure of need is known here for %(n)s place, so none is compared: %(places)s.",
        "No figure of need is known here for %(n)s places, so none is compared: %(places)s.",
        count,
    )
    return words % {"n": count, "places": ", ".join(family.without)}


def deficit(each: Deficit) -> str:
    """Need, what meets it, and what is short, in a sentence."""
    return _("%(place)s, %(period)s: %(need)s in need, %(met)s met. %(short)s short, %(share)s of the need.") % {
        "place": places.named(each.need.place),
        "period": each.need.period,
        "need": each.need.said,
        "met": each.provision.said,
        "short": number_format(each.short, force_grouping=True),
        "share": whole_percent(each.share),
    }


def points(change: int) -> str:
    """A change between two percentages: 40 points less."""
    count = (abs(change) + 50) // 100
    if not count:
        return _("no change")
    more = ngettext("%(n)s point more", "%(n)s points more", count)
    less = ngettext("%(n)s point less", "%(n)s points less", count)
    return (more if change > 0 else less) % {"n": count}


def part(figure: Partial, labels: dict[tuple[str, str], str]) -> str:
    """Of whom a figure speaks: children and young people; nationality: Albania; or all of them."""
    if not figure.axis:
        return _("all of them")
    label = labels.get((figure.axis, figure.part))
    return lowered(label) if label else f"{figure.axis}: {figure.part}"
