"""Windows of days: how the periods of several funders fit together. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from counting import periods

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """From the first day to the last, both counted."""

    start: date
    end: date

    def holds(self, other: Window) -> bool:
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: Window) -> bool:
        return self.start <= other.end and other.start <= self.end


def pieces(window: Window, others: Iterable[Window]) -> list[Window]:
    """`window` cut wherever one of `others` begins or ends, so that each of them can be put together from pieces."""
    cuts = {window.start}
    for other in others:
        cuts |= {day for day in (other.start, other.end + DAY) if window.start < day <= window.end}
    firsts = sorted(cuts)
    return [Window(first, after - DAY) for first, after in zip(firsts, [*firsts[1:], window.end + DAY], strict=True)]


def tiles(window: Window, others: Collection[Window]) -> list[Window]:
    """Those shorter windows that fill `window` exactly, the shortest ones; empty where none do."""
    return _filled(window.start, window.end, [each for each in others if window.holds(each) and each != window])


def _filled(start: date, end: date, others: list[Window]) -> list[Window]:
    for first in sorted((each for each in others if each.start == start), key=lambda each: each.end):
        if first.end == end:
            return [first]
        if rest := _filled(first.end + DAY, end, others):
            return [first, *rest]
    return []


def not_put_together(windows: Iterable[Window]) -> list[Window]:
    """The windows that a report of their own must tell of: those that no shorter ones fill."""
    different = sorted(set(windows))
    return [each for each in different if not tiles(each, different)]


def most_days(windows: Sequence[tuple[Window, bool]]) -> set[int]:
    """Which of these windows (their places) tell of the most days without two telling of the same one.

    Of equal choices the one with more days of windows that are preferred (True), and then the one of more windows.
    """
    order = sorted(range(len(windows)), key=lambda each: (windows[each][0].end, windows[each][0].start, each))
    best: list[tuple[tuple[int, int, int], frozenset[int]]] = [((0, 0, 0), frozenset())]
    for count, number in enumerate(order):
        window, preferred = windows[number]
        before = next((each for each in range(count, 0, -1) if windows[order[each - 1]][0].end < window.start), 0)
        (days, own, pieces), chosen = best[before]
        long = (window.end - window.start).days + 1
        taken = (days + long, own + long * preferred, pieces + 1), chosen | {number}
        best.append(max(best[-1], taken, key=lambda each: each[0]))
    return set(best[-1][1])


def every(months: int, first: date, last: date, *, ends: date | None = None) -> list[Window]:
    """Periods of so many months from `first` to `last`, counted from the first one's end (`ends`) and not from each
    other: 31 January, then 28 February, then 31 March. Less than a month left over joins the last one.

    months: at least 1. Without `ends` the first period is `months` long.
    """
    anchor = ends + DAY if ends else periods.add_months(first, months)
    found, start, number = [], first, 0
    while start <= last:
        after = periods.add_months(anchor, number * months)
        number += 1
        if after <= start:
            continue
        if after > last or periods.add_months(after, 1) > last + DAY:
            after = last + DAY
        found.append(Window(start, after - DAY))
        start = after
    return found
