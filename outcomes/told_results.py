"""Results in words: labels of rows and columns, the sentence above the table, and what softens it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counting import money, periods
from counting.disclosure import PART, PEOPLE, TOGETHER, WHOLE
from counting.tables import PENCE, Line, Table
from outcomes import results
from outcomes.agreed import Agreed
from outcomes.filters import BY
from outcomes.models import IndicatorVersion
from outcomes.results import LEAST, Found

FEWEST_FOR_A_SHARE = 20
"""Of fewer people no share is told."""


def labelled(found: Found) -> Table:
    """The Table with words for its rows and columns, for page, chart, CSV and API alike."""
    table = found.table
    together = ngettext("%(n)s together, not shown apart", "%(n)s together, not shown apart", len(table.kept_back))
    words = {TOGETHER: together % {"n": len(table.kept_back)}}
    return replace(
        table,
        rows=[Line(each.code, words.get(each.code) or label(each), each.residual) for each in table.rows],
        columns=[Line(each.code, column(each.code, found)) for each in table.columns],
        kept_back=[Line(each.code, label(each)) for each in table.kept_back],
        rows_name=str(dict(BY)[found.question.by]),
    )


def label(line: Line) -> str:
    """The row's own label; a quarter's is made of its code."""
    if line.label or "-Q" not in line.code:
        return line.label
    year, _q, number = line.code.partition("-Q")
    first = date(int(year), int(number) * 3 - 2, 1)
    return days(first, periods.quarter_end(first))


def days(first: date, last: date) -> str:
    """January to September 2026; 2026 where it is the whole year."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    return _("%(first)s to %(last)s") % {"first": date_format(first, "F"), "last": date_format(last, "F Y")}


def column(code: str, found: Found) -> str:
    return {
        LEAST: _("At least"),
        PART: _("So many"),
        WHOLE: _("Out of"),
        PEOPLE: _("At most") if LEAST in _codes(found.table) else _("Number"),
    }[code]


def _codes(table: Table) -> list[str]:
    return [each.code for each in table.columns]


def figure(table: Table, number: int) -> str:
    """30, about 30, fewer than 5, £1,250."""
    if table.unit == PENCE:
        return money.exact(number)
    if not table.about:
        return f"{number:,}"
    return _("about %(n)s") % {"n": f"{number:,}"} if number else _("fewer than 5")


def figures(table: Table, numbers: Sequence[int]) -> str:
    """One row or the whole in words: a number, a range, or so many out of so many."""
    codes = _codes(table)
    if PART in codes:
        share = ""
        if numbers[1] >= FEWEST_FOR_A_SHARE:
            share = f" ({round(100 * numbers[0] / numbers[1])}\u00a0%)"
        told = _("%(part)s of %(whole)s") % {"part": figure(table, numbers[0]), "whole": figure(table, numbers[1])}
        return told + share
    if LEAST in codes and numbers[0] != numbers[1]:
        return _("between %(least)s and %(most)s") % {"least": f"{numbers[0]:,}", "most": f"{numbers[1]:,}"}
    return figure(table, numbers[-1])


@dataclass(frozen=True, slots=True)
class Told:
    """Everything a page says of results: the sentence, what softens it, and its rows with lengths of bars."""

    sentence: str
    finding: str
    notes: list[str]
    left_out: list[str]


def told(found: Found, table: Table) -> Told:
    return Told(sentence(found, table), finding(found, table), list(notes(found)), list(left_out(found, table)))


def sentence(found: Found, table: Table) -> str:
    name = {"name": found.version.name, "days": days(found.question.first, found.question.last)}
    if table.withheld:
        return (
            _(
                "%(name)s, %(days)s: not shown. Fewer than three charities have given an accepted figure, or one has "
                "given nearly all of it."
            )
            % name
            if found.charities
            else _("%(name)s, %(days)s: no figure has been accepted yet.") % name
        )
    if not found.projects:
        return _("%(name)s, %(days)s: nothing was reported.") % name
    words = ngettext(
        "%(name)s, %(days)s: %(figure)s, as %(n)s charity reports.",
        "%(name)s, %(days)s: %(figure)s, as %(n)s charities report.",
        found.charities,
    )
    return words % {**name, "figure": figures(table, table.column_totals), "n": f"{found.charities:,}"}


def finding(found: Found, table: Table) -> str:
    """The largest row, where there are several."""
    apart = [(line, cells) for line, cells in zip(table.rows, table.cells, strict=True) if _is_proper(line)]
    if found.question.by not in (*results.LISTS, *results.BREAKDOWNS) or len(apart) < 2:
        return ""
    most = max(cells[-1] for _line, cells in apart)
    largest = [(line, cells) for line, cells in apart if cells[-1] == most]
    if len(largest) > 1:
        return ""
    line, cells = largest[0]
    return _("Most: %(row)s, %(figure)s.") % {"row": line.label, "figure": figures(table, cells)}


def _is_proper(line: Line) -> bool:
    return not line.residual and line.code != TOGETHER


def agreed(found: Agreed | None) -> str:
    """What all targets together come to, as everybody may read it."""
    if found is None:
        return _("No target is agreed for a period that ends in these days.")
    if found.table.withheld:
        return _(
            "Agreed for periods that end in these days: not shown. Fewer than three charities have a target, or one "
            "has nearly all of it."
        )
    words = ngettext(
        "Agreed with %(n)s charity for periods that end in these days: %(figure)s.",
        "Agreed with %(n)s charities for periods that end in these days: %(figure)s.",
        found.charities,
    )
    return words % {"n": f"{found.charities:,}", "figure": figure(found.table, found.table.total)}


def notes(found: Found) -> Iterator[str]:
    yield {
        IndicatorVersion.FLOW: _("New in each period, so that periods add up."),
        IndicatorVersion.ACTIVE: _(
            "Different people in a period may be those of the next, so periods are not added up: there were at "
            "least as many as in the fullest one, and at most all together."
        ),
        IndicatorVersion.STOCK: _("As it stood at the end of the last period that each project reported on."),
        IndicatorVersion.TO_DATE: _("All so far, as each project last reported."),
    }[found.version.over_time]  # fmt: skip
    yield _("A figure stands in the quarter in which its period ends.")
    if found.overlaps:
        yield _("A project counts in each entry that its grants are for: entries overlap, so do not add them up.")
    if LEAST in _codes(found.table):
        yield _(
            "A range goes from the largest figure to the sum of all, less what charities said they share: nobody has "
            "said of the others how many people two of them both count."
        )
    elif found.version.counts_people and found.charities > 1:
        yield _("A person helped by two charities may be counted twice, where they have not said how many they share.")


def left_out(found: Found, table: Table) -> Iterator[str]:
    """Rows of the list that are not in the table, and why."""
    if table.kept_back:
        yield _(
            "Not shown apart, since fewer than three charities are behind it, one gave nearly all, or else one of "
            "these could be worked out: %(rows)s."
        ) % {"rows": ", ".join(each.label for each in table.kept_back)}
    silent = [label(each) for each in found.no_figure if not each.residual]
    if silent and not table.withheld:
        yield _("None, or nothing reported: %(rows)s.") % {"rows": ", ".join(silent)}
