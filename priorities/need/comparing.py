"""Need beside money: each code's share of the people beside its share of the money for those same people.

Like for like: the people of one statistic, period and place; the money of grants running on the day, for those people
by the statistic's codes, in those places. Where a figure has no day of publication there is no comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from counting import places
from counting.money import WHOLE
from counting.places import UK_WIDE
from priorities import columns, coverage
from priorities.columns import Portfolio
from priorities.coverage import Question
from priorities.models import RESIDUAL, Dimension, NeedFigure, NeedSeries
from priorities.models.need import PEOPLE
from priorities.need.files import PARTED
from priorities.need.history import History, share_of

HALF = 5_000
"""Of its share of need, in basis points: a code with less of the money is small beside it."""
INCLUDED = {"children": ("children", "males_16_17"), "adult_women": ("adult_women", "women_non_sexual")}
"""Codes whose people are among another's, so that money for them counts for both."""
ADULTS = ("adult_women", "adult_men", "mixed_adults", "women_non_sexual", "adults_trafficked_as_children")
"""Groups of which all are adults."""


def together(dimension: str, code: str) -> str | None:
    """The code for several kinds at once from which money may reach this one; it is part of the whole alone."""
    if dimension == Dimension.REGION:
        return UK_WIDE
    if dimension == Dimension.GROUP:
        return "mixed_adults" if code in ADULTS else None
    return "mixed" if dimension == Dimension.EXPLOITATION else None


@dataclass(frozen=True, slots=True)
class Comparator:
    """One code's share of the people beside its share of the money for them, in basis points.

    money: None where there is no such money at all. pence: its part; reach: pence for several together, or for all of
    the UK, that may reach it. figure, whole: the published values behind the share; whole is None where only the
    share was published.
    """

    code: str
    label: str
    need: int
    money: int | None
    pence: int
    reach: int
    figure: NeedFigure
    whole: NeedFigure | None

    @property
    def counted(self) -> bool:
        """Whether its share of need is that of numbers; else it stands as it was published."""
        return self.whole is not None and self.figure.value is not None

    def below(self, points: int) -> bool:
        """Whether its share of money is under so many basis points of its share of need."""
        return self.money is not None and self.money * WHOLE < self.need * points


@dataclass(frozen=True, slots=True)
class Family:
    """The comparators of one statistic by one list, each of its own latest period.

    without: labels of codes of which no need is known.
    """

    series: NeedSeries
    area: str
    area_label: str
    dimension: str
    question: Question
    pence: int
    comparators: tuple[Comparator, ...]
    without: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        """The period that all its figures speak of; "" where they speak of several."""
        periods = {each.figure.period for each in self.comparators}
        return periods.pop() if len(periods) == 1 else ""

    @property
    def key(self) -> str:
        """Names it in an address: support-contract.victim_services.region."""
        return ".".join([self.series.code, self.area, self.dimension])

    @property
    def groups(self) -> tuple[str, ...]:
        return self.question.codes.get(Dimension.GROUP.value, ())

    @property
    def adults(self) -> bool:
        """Whether its people, and so the money, are adults alone."""
        return bool(self.groups) and set(self.groups) <= set(ADULTS)


@dataclass(frozen=True, slots=True)
class Short:
    """A code whose share of the money is small beside its share of the need; people, period: whose need and of when.

    grants: those that run in it. pence: what they bring there. reach: pence that may reach it all the same.
    printed: its share of need as published, where no numbers were. adults: the area's money compared is that for
    adults alone, and the code does not say so itself.
    """

    area: str
    dimension: str
    column: str
    money_share_bp: int
    need_share_bp: int
    people: str
    period: str
    source: str
    url: str
    pence: int
    grants: tuple[int, ...]
    reach: int = 0
    printed: str = ""
    adults: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The code, with those whose people are among it."""
        return INCLUDED.get(self.column, (self.column,))


@dataclass(frozen=True, slots=True)
class Deficit:
    """Need less what there is to meet it, for the same place and period."""

    need: NeedFigure
    provision: NeedFigure

    @property
    def short(self) -> int:
        return (self.need.value or 0) - (self.provision.value or 0)

    @property
    def share(self) -> int:
        """What is not met, in basis points of the need."""
        return share_of(self.short, self.need.value or 0)


@dataclass(frozen=True, slots=True)
class Met:
    """How much of a need was met, as published (basis points), with the change on the one before in points."""

    figure: NeedFigure
    share: int
    change: int | None


def shares(
    on: date,
    *,
    area: str | None = None,
    known_on: date | None = None,
    portfolio: Portfolio | None = None,
    among: Container[tuple[str, str]] | None = None,
) -> list[Family]:
    """Every comparison that can be made of grants running on a day, by what was published by `known_on` (or that day).

    Each code stands with its latest period that began by the day and of which its share is known. One coverage table
    a family. `among`: areas and lists, where not all are wanted.
    """
    portfolio = portfolio or columns.current()
    history = History.on(known_on or on)
    found = [
        _family(series, priority, dimension, figures, on, history, portfolio)
        for (series, dimension), figures in _latest(history, on).items()
        for priority in _codes(series, Dimension.PRIORITY.value)
        if area in (None, priority) and (among is None or (priority, dimension) in among)
    ]
    return [each for each in found if each.comparators]


def short(
    on: date, portfolio: Portfolio, *, below_bp: int = HALF, among: Container[tuple[str, str]] | None = None
) -> list[Short]:
    """Codes whose share of money is under `below_bp` of their share of need, the largest difference first.

    A code that several statistics speak of stands once, with the largest difference.
    """
    worst: dict[tuple[str, str, str], tuple[Family, Comparator]] = {}
    for family in shares(on, portfolio=portfolio, among=among):
        for each in family.comparators:
            key = (family.area, family.dimension, each.code)
            if each.below(below_bp) and (key not in worst or _difference(each) > _difference(worst[key][1])):
                worst[key] = family, each
    found = sorted(worst.values(), key=lambda pair: -_difference(pair[1]))
    return [_short(family, each, portfolio) for family, each in found]


def deficits(known_on: date | None = None) -> list[Deficit]:
    """Where need and what meets it were both counted for one place and period; the latest period first."""
    history = History.on(known_on)
    found = [
        Deficit(need, each)
        for each in history.latest.values()
        if each.value is not None
        and not each.axis
        and (need := history.latest.get((each.series.provides_for_id, *each.cell[1:])))
        and need.value
    ]
    return sorted(found, key=lambda each: (each.need.last, each.need.pk), reverse=True)


def met(known_on: date | None = None) -> dict[NeedSeries, list[Met]]:
    """Of each provision of which only the share that it meets is published: that share, period after period."""
    history = History.on(known_on)
    found: dict[NeedSeries, list[Met]] = defaultdict(list)
    for each in sorted(history.latest.values(), key=attrgetter("last")):
        if each.series.provides_for_id and each.value is None and each.share is not None and not each.axis:
            before = found[each.series][-1].share if found[each.series] else None
            found[each.series].append(Met(each, each.share, None if before is None else each.share - before))
    return dict(found)


def _latest(history: History, on: date) -> dict[tuple[NeedSeries, str], list[NeedFigure]]:
    """Of each statistic of need and list, each code's figure of the latest period that had begun and bears a share."""
    found: dict[tuple[NeedSeries, str], dict[str, NeedFigure]] = defaultdict(dict)
    for each in sorted(history.latest.values(), key=_period):
        comparable = each.series.kind in NeedSeries.OF_NEED and each.series.unit == PEOPLE and each.first <= on
        if comparable and (dimension := _list_of(each)) and history.share(each) is not None:
            found[each.series, dimension][each.part or each.place] = each
    order = {each: place for place, each in enumerate(Dimension.values)}

    def newest(key: tuple[NeedSeries, str]) -> tuple[object, ...]:
        return max(_period(each) for each in found[key].values()), key[0].code, -order[key[1]]

    return {key: list(found[key].values()) for key in sorted(found, key=newest, reverse=True)}


def _period(figure: NeedFigure) -> tuple[date, date]:
    return figure.last, figure.first


def _list_of(figure: NeedFigure) -> str:
    """The portal's list by which a figure is of a part of the people, or ""."""
    if figure.axis:
        return figure.axis if figure.axis in PARTED and figure.place == figure.series.place else ""
    inside = figure.place in places.REGIONS and figure.place != figure.series.place
    return Dimension.REGION.value if inside and figure.place in places.within(figure.series.place) else ""


def _codes(series: NeedSeries, dimension: str) -> tuple[str, ...]:
    return tuple(each.code for each in series.codes.all() if each.dimension == dimension)


def _family(
    series: NeedSeries,
    area: str,
    dimension: str,
    figures: Iterable[NeedFigure],
    on: date,
    history: History,
    portfolio: Portfolio,
) -> Family:
    question = _question(series, area, dimension, on)
    pence = coverage.row_pounds(question, portfolio=portfolio)
    apart = RESIDUAL if dimension != Dimension.REGION else (*RESIDUAL, UK_WIDE)
    whole = sum(each for code, each in pence.items() if code not in apart)
    labels = {entry.code: entry.label for entry in portfolio.vocabulary[dimension]}
    comparators = []
    for figure in figures:
        code, total = figure.part or figure.place, history.whole_of(figure)
        need = history.share(figure)
        if need is None or code not in labels:
            continue
        part = sum(pence.get(each, 0) for each in INCLUDED.get(code, (code,)))
        money = share_of(part, whole) if whole else None
        reach = pence.get(together(dimension, code) or "", 0)
        comparators.append(Comparator(code, labels[code], need, money, part, reach, figure, total))
    comparators.sort(key=lambda each: (-_difference(each), each.code))
    known = {each.code for each in comparators}
    areas = {entry.code: entry.label for entry in portfolio.vocabulary[Dimension.PRIORITY]}
    without = tuple(_without(series, dimension, known, labels))
    return Family(series, area, areas[area], dimension, question, whole, tuple(comparators), without)


def _question(series: NeedSeries, area: str, dimension: str, on: date) -> Question:
    """The money for the people of a statistic, by their place and by whatever else its codes say of them."""
    codes = {
        each: found
        for each in Dimension.values
        if each not in (Dimension.PRIORITY, Dimension.REGION) and (found := _codes(series, each))
    }
    inside = places.within(series.place)
    uk_wide = dimension == Dimension.REGION or series.place == UK_WIDE
    codes |= {"priority": (area,), "region": (*inside, UK_WIDE) if uk_wide else inside}
    return Question(rows=dimension, columns=Dimension.PRIORITY.value, on=on, codes=codes)


def _without(series: NeedSeries, dimension: str, known: set[str], labels: dict[str, str]) -> Iterator[str]:
    """The places among the people's own of which no figure of need was published."""
    if dimension == Dimension.REGION:
        yield from (labels[each] for each in places.within(series.place) if each not in known)


def _difference(comparator: Comparator) -> int:
    return comparator.need - (comparator.money or 0)


def _short(family: Family, each: Comparator, portfolio: Portfolio) -> Short:
    grants: set[int] = set()
    for code in INCLUDED.get(each.code, (each.code,)):
        if code in family.question.codes.get(family.dimension, (code,)):
            grants.update(coverage.grant_ids(family.question, row=code, portfolio=portfolio))
    return Short(
        area=family.area,
        dimension=family.dimension,
        column=each.code,
        money_share_bp=each.money or 0,
        need_share_bp=each.need,
        people=f"{family.series.people}, {places.named(family.series.place)}",
        period=each.figure.period,
        source=each.figure.source,
        url=each.figure.url,
        pence=each.pence,
        grants=tuple(sorted(grants)),
        reach=each.reach,
        printed="" if each.counted else each.figure.printed,
        adults=family.adults and family.dimension not in (Dimension.GROUP, Dimension.AUDIENCE),
    )
