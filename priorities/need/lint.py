"""Need figures that contradict each other, or themselves: each told with both figures and where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counting import places
from counting.money import WHOLE
from priorities.need.files import FRACTIONS, Figure, Problem, change

REST = ("others", "the rest", "other or not known")
"""Parts so called say that with them the parts are all there are."""
SEPARATE = {"group": ("adult_women", "adult_men", "mixed_adults", "children"), "service": (), "audience": ()}
"""Of the portal's lists, the entries of which nobody is in two; of lists not named here, all."""
OVERLAPPING = ("internal",)
MOST_VALUES = 100
"""No statistic was ever restated so often."""
IN_WORDS = 100
"""A fraction in words ("one third") is meant to about a hundredth, in basis points."""


def contradictions(figures: Sequence[Figure]) -> list[Problem]:
    """What does not go together, figures that stand already (line 0) included; told at lines of the file alone."""
    by_cell: dict[object, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_cell[figure.cell].append(figure)
    found = Contradictions(by_cell)
    problems = [
        *(each for cell in by_cell.values() for each in _within(cell)),
        *(each for figure in figures if figure.line for each in found.of(figure)),
        *found.of_sums(),
    ]
    return sorted(set(problems), key=lambda each: (each.line, each.column, each.words))


def _within(cell: Sequence[Figure]) -> Iterator[Problem]:
    if len(cell) > MOST_VALUES:
        words = _("There are more than %(most)s values for %(what)s. Look the file up again.")
        yield Problem(max(each.line for each in cell), "value", words % {"most": MOST_VALUES, "what": _what(cell[0])})
        return
    for pair in combinations(cell, 2):
        yield from clashes(*pair)


def clashes(one: Figure, other: Figure) -> Iterator[Problem]:
    """Two values of one thing that cannot both stand."""
    one, other = sorted((one, other), key=lambda each: each.line)
    if not other.line:
        return
    same_day = one.published_on == other.published_on
    same_source = (one.source, one.url) == (other.source, other.url)
    if same_day and _agree(one, other) and (one.published_on or same_source):
        words = _("%(where)s says the same of %(what)s. Leave one of the two out.")
        yield Problem(other.line, "value", words % {"where": capfirst(_where(one)), "what": _what(one)})
    elif same_day and (one.published_on or same_source):
        yield Problem(other.line, "value", _clash(one, other))
    elif (one.published_on is None or other.published_on is None) and one.edition == other.edition:
        words = _(
            "%(here)s stands here and %(there)s in %(where)s for %(what)s, and it is not known which was published "
            "later. Say so in the column “edition”: 1 for the earlier, 2 for the later."
        )
        yield Problem(other.line, "edition", words % _both(other, one))
    elif one.published_on and other.published_on and _against_time(one, other):
        words = _(
            "By its edition %(here)s came after %(there)s in %(where)s, by its day of publication before it. "
            "Mend the one or the other."
        )
        later, earlier = (other, one) if other.edition > one.edition else (one, other)
        yield Problem(other.line, "edition", words % _both(later, earlier))


def _clash(one: Figure, other: Figure) -> str:
    words = _(
        "%(here)s stands here and %(there)s in %(where)s for the same thing, published at the same time: %(what)s. "
        "Look it up again and keep one of the two; if one corrects the other, give it its own day of publication."
    )
    return words % _both(other, one)


def _both(here: Figure, there: Figure) -> dict[str, str]:
    return {"here": here.said, "there": there.said, "where": _where(there), "what": _what(here)}


def _agree(one: Figure, other: Figure) -> bool:
    values, shares = (one.value, other.value), (one.share, other.share)
    return (None in values or values[0] == values[1]) and (None in shares or shares[0] == shares[1])


def _against_time(one: Figure, other: Figure) -> bool:
    assert one.published_on
    assert other.published_on
    return one.edition != other.edition and (one.edition < other.edition) != (one.published_on < other.published_on)


class Contradictions:
    """What a figure says against others of its statistic: of its whole, of the period before, of its sisters."""

    def __init__(self, by_cell: dict[object, list[Figure]]) -> None:
        self.by_cell = by_cell
        self.by_end: dict[object, list[Figure]] = defaultdict(list)
        for cell in by_cell.values():
            for each in cell:
                self.by_end[(each.series.code, each.last, *each.cell[3:])].append(each)

    def of(self, figure: Figure) -> Iterator[Problem]:
        if figure.value is None:
            return
        yield from self._share(figure)
        yield from self._change(figure)
        wholes = self.wholes(figure)
        if wholes and figure.value > max(each.value or 0 for each in wholes):
            whole = max(wholes, key=lambda each: each.value or 0)
            words = _("%(part)s are more than all of them, %(whole)s in %(where)s. One of the two is wrong.")
            told = {"part": figure.said, "whole": whole.said, "where": _where(whole)}
            yield Problem(figure.line, "value", words % told)

    def wholes(self, figure: Figure) -> list[Figure]:
        """Every value of all the people of whom the figure is a part."""
        series, first, last, place, axis, _part = figure.cell
        if not axis and place == figure.series.place:
            return []
        whole = self.by_cell.get((series, first, last, place if axis else figure.series.place, "", ""), [])
        return [each for each in whole if each.value]

    def before(self, figure: Figure) -> list[Figure]:
        """Every value of the same in the period that ends where this one begins."""
        eve = figure.first - timedelta(days=1)
        return [each for each in self.by_end.get((figure.series.code, eve, *figure.cell[3:]), []) if each.value]

    def _share(self, figure: Figure) -> Iterator[Problem]:
        """A stated percentage that does not follow from its figures."""
        if figure.share is None or not figure.value:
            return
        wholes = self.wholes(figure)
        if wholes and not any(
            abs(Fraction(figure.value * WHOLE, each.value or 1) - figure.share) <= _rounding(figure.printed)
            for each in wholes
        ):
            whole = wholes[-1]
            words = _(
                "%(printed)s is said, but %(part)s of %(whole)s (%(where)s) is %(share)s. Look up which of them is "
                "wrong and mend it, or leave the percentage out."
            )
            share = _percent(Fraction(figure.value, whole.value or 1))
            told = {"printed": figure.printed, "part": figure.said, "whole": whole.said, "where": _where(whole)}
            yield Problem(figure.line, "share", words % {**told, "share": share})

    def _change(self, figure: Figure) -> Iterator[Problem]:
        """A stated change that follows neither from its own numbers nor from the period before."""
        if not figure.change or figure.value is None:
            return
        told = change(figure.change)
        before = [(each.value or 0, _where(each)) for each in self.before(figure)]
        if told.count is not None and not before:
            before = [(figure.value - told.count, _("what it says itself"))]
        if not before or any(_follows(figure.value, base, told.percent, told.count) for base, _there in before):
            return
        base, there = before[-1]
        words = _(
            "“%(change)s” is said, but %(value)s against %(before)s in the period before (%(where)s) is %(by)s, that "
            "is %(count)s of %(before)s or %(percent)s. Look up which of them is wrong and mend it, or leave the "
            "change out."
        )
        by = figure.value - base
        yield Problem(
            figure.line,
            "change",
            words
            % {
                "change": figure.change,
                "value": figure.said,
                "before": f"{base:,}",
                "where": there,
                "by": _("%(n)s more") % {"n": f"{by:,}"} if by >= 0 else _("%(n)s fewer") % {"n": f"{-by:,}"},
                "count": f"{abs(by):,}",
                "percent": _percent(Fraction(by, base)) if base else "–",
            },
        )

    def of_sums(self) -> Iterator[Problem]:
        """Parts that come to more than their whole, or that are all there are and do not come to it."""
        for parts in self._families():
            lines = [each.line for each in parts if each.line]
            if lines:
                yield from self._sum_of_values(parts, max(lines))
                yield from _sum_of_shares(parts, max(lines))

    def _families(self) -> Iterator[list[Figure]]:
        """Figures of which nobody is counted in two: by one list, or by places, of one statistic and period."""
        families: dict[object, list[Figure]] = defaultdict(list)
        for cell in self.by_cell.values():
            latest = max(cell, key=lambda each: (each.edition, each.published_on or each.first, each.line))
            for name in _kinship(latest):
                families[(latest.series.code, latest.first, latest.last, name)].append(latest)
        return iter(each for each in families.values() if len(each) > 1)

    def _sum_of_values(self, parts: list[Figure], line: int) -> Iterator[Problem]:
        wholes = self.wholes(parts[0])
        counted = [each for each in parts if each.value is not None]
        together = sum(each.value or 0 for each in counted)
        if not wholes or not counted:
            return
        most, named = max(wholes, key=lambda each: each.value or 0), _added(counted)
        told = {"sum": named, "together": f"{together:,}", "whole": most.said, "where": _where(most)}
        if together > (most.value or 0):
            words = _("%(sum)s come to %(together)s, more than all of them, %(whole)s in %(where)s. Mend one of them.")
            yield Problem(line, "value", words % told)
        elif _complete(counted) and together not in [each.value for each in wholes]:
            words = _(
                "%(sum)s are all there are and come to %(together)s, not to %(whole)s in %(where)s. Mend one of them."
            )
            yield Problem(line, "value", words % told)


def _kinship(figure: Figure) -> Iterator[tuple[str, str]]:
    """The sums to which a figure belongs."""
    if figure.axis:
        separate = SEPARATE.get(figure.axis)
        if (separate is None or figure.part in separate) and figure.part not in OVERLAPPING:
            yield figure.axis, figure.place
    elif figure.place != figure.series.place:
        if figure.place in places.REGIONS:
            yield "region", ""
        if figure.place in places.NATIONS:
            yield "nation", ""


def _complete(parts: Sequence[Figure]) -> bool:
    """Whether these parts say of themselves that they are all there are."""
    if parts[0].axis:
        return any(each.part.lower() in REST for each in parts)
    found, whole = {each.place for each in parts}, parts[0].series.place
    nations = {each for each in places.NATIONS if set(places.within(each)) <= set(places.within(whole))}
    return found >= set(places.within(whole)) or (whole != "ENG" and len(nations) > 1 and found >= nations)


def _sum_of_shares(parts: Iterable[Figure], line: int) -> Iterator[Problem]:
    shares = [each for each in parts if each.share is not None]
    together = sum(each.share or 0 for each in shares)
    if len(shares) > 1 and together > WHOLE + sum(_rounding(each.printed) for each in shares):
        words = _("%(sum)s come to %(together)s, more than all of them. Mend one of them.")
        sum_of = " + ".join(each.printed for each in shares)
        yield Problem(line, "share", words % {"sum": sum_of, "together": _percent(Fraction(together, WHOLE))})


def _follows(value: int, base: int, percent: str, count: int | None) -> bool:
    if count is not None and value - base != count:
        return False
    if not percent:
        return True
    if not base:
        return False
    exactly = Fraction((value - base) * WHOLE, base)
    return abs(exactly - Fraction(Decimal(percent)) * 100) <= _rounding(percent)


def _rounding(printed: str) -> Fraction:
    """Half of the last digit as printed, in basis points."""
    if printed.lower().replace("-", " ") in FRACTIONS:
        return Fraction(IN_WORDS)
    digits = printed.replace(",", ".").rstrip("% \u00a0").partition(".")[2]
    return Fraction(50, 10 ** len(digits))


def _percent(share: Fraction) -> str:
    return f"{round(share * 100)}\u00a0%"


def _added(parts: Sequence[Figure]) -> str:
    shown = [f"{each.said} ({_where(each)})" for each in parts[:6]]
    return " + ".join([*shown, "…"] if len(parts) > 6 else shown)


def _where(figure: Figure) -> str:
    if figure.line:
        return _("line %(n)s") % {"n": figure.line}
    if figure.published_on:
        return _("what stands here already, published on %(day)s") % {"day": date_format(figure.published_on, "j F Y")}
    return _("what stands here already")


def _what(figure: Figure) -> str:
    words = [figure.series.people, places.named(figure.place), figure.period]
    return ", ".join([*words, f"{figure.axis}: {figure.part}"] if figure.axis else words)
