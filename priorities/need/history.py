"""What was published of need by a day: every value, the latest of each thing counted, and what follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter

from counting.money import WHOLE
from priorities.models import NeedFigure, NeedSeries

FEW = 5
"""What is left by subtraction and is fewer than this is not told exactly."""


def share_of(part: int, whole: int) -> int:
    """In basis points, rounded to the nearest; nought of nothing is nought."""
    return (part * WHOLE * 2 + whole) // (2 * whole) if whole else 0


def rest(figures: Sequence[NeedFigure], whole: int) -> int:
    """What the parts leave of the whole, by subtraction."""
    return whole - sum(each.value or 0 for each in figures)


def grown(before: int, now: int) -> int | None:
    """The change in basis points of what was before; None where that was nothing."""
    if not before:
        return None
    return share_of(now - before, before) if now >= before else -share_of(before - now, before)


@dataclass(frozen=True, slots=True)
class History:
    """Every value known on a day (None: now), and of each thing counted the latest."""

    values: tuple[NeedFigure, ...]
    latest: dict[tuple[object, ...], NeedFigure] = field(default_factory=dict)

    @classmethod
    def on(cls, day: date | None) -> History:
        rows = NeedFigure.objects.published_by(day) if day else NeedFigure.objects.standing()
        order = attrgetter("published_on") if day else _edition
        values = tuple(sorted(rows.prefetch_related("series__codes"), key=order))
        return cls(values, {each.cell: each for each in values})

    def of(self, series: NeedSeries) -> History:
        """The same of one statistic alone."""
        values = tuple(each for each in self.values if each.series_id == series.pk)
        return History(values, {each.cell: each for each in values})

    def share(self, figure: NeedFigure) -> int | None:
        """Basis points of all the people: from the numbers, else as published."""
        whole = self.whole_of(figure)
        if figure.value is not None and whole and whole.value:
            return share_of(figure.value, whole.value)
        return figure.share

    def whole_of(self, figure: NeedFigure) -> NeedFigure | None:
        """All the people of whom a figure is a part: as published on its day, else the latest."""
        place = figure.place if figure.axis else figure.series.place
        cell = (figure.series_id, figure.first, figure.last, place, "", "")
        if cell == figure.cell:
            return None
        with_it = [each for each in self.values if each.cell == cell and each.published_on == figure.published_on]
        return with_it[-1] if with_it else self.latest.get(cell)


def _edition(figure: NeedFigure) -> tuple[int, date]:
    return figure.edition, figure.published_on or date.min


@dataclass(frozen=True, slots=True)
class Line:
    """One thing counted: its latest value, the values before it, and what follows from them (basis points).

    share: of all the people; change: on the period before. Either is None where it cannot be told.
    """

    figure: NeedFigure
    earlier: tuple[NeedFigure, ...]
    share: int | None
    change: int | None


@dataclass(frozen=True, slots=True)
class Rest:
    """What the parts by one thing (sex, nationality) leave of all the people of a period; None where that is few."""

    period: str
    axis: str
    count: int | None


def lines(history: History) -> list[Line]:
    """Everything counted, in the order of the figures, with the values it had before."""
    values: dict[object, list[NeedFigure]] = defaultdict(list)
    for each in history.values:
        values[each.cell].append(each)
    before = {(*_without_period(each), each.last): each.value for each in history.latest.values()}
    found = []
    for figure in history.latest.values():
        base = before.get((*_without_period(figure), figure.first - timedelta(days=1)))
        known = base is not None and figure.value is not None
        found.append(
            Line(
                figure,
                tuple(values[figure.cell][:-1]),
                history.share(figure),
                grown(base, figure.value) if known else None,  # type: ignore[arg-type]
            )
        )
    return sorted(found, key=lambda each: _order(each.figure))


def restated(history: History) -> list[Line]:
    """What has had more than one value, the latest period first."""
    return [each for each in lines(history) if each.earlier]


def rests(history: History) -> Iterator[Rest]:
    """What is left of the whole where at least two parts by one thing are known as numbers."""
    parts: dict[tuple[object, ...], list[NeedFigure]] = defaultdict(list)
    for each in sorted(history.latest.values(), key=_order):
        if each.axis and each.value is not None:
            parts[each.cell[:-1]].append(each)
    for figures in parts.values():
        whole = history.whole_of(figures[0])
        if len(figures) > 1 and whole and whole.value and (left := rest(figures, whole.value)) > 0:
            yield Rest(figures[0].period, figures[0].axis, left if left >= FEW else None)


def _without_period(figure: NeedFigure) -> tuple[object, ...]:
    series, _first, _last, *rest_of_it = figure.cell
    return series, *rest_of_it


def _order(figure: NeedFigure) -> tuple[object, ...]:
    return (
        figure.series.code,
        -figure.last.toordinal(),
        figure.first,
        bool(figure.axis),
        figure.axis,
        -(figure.value or 0),
        figure.part,
        figure.place,
    )
