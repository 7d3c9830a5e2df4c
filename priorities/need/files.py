"""Need figures as a file brings them: each line read and checked by itself, every refusal in words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.filters import one_of
from counting import places
from priorities.models import Dimension, NeedSeries
from priorities.models.need import PEOPLE, PLACES
from priorities.percents import NotAPercentage, basis_points

DEFINING = ("people", "kind", "counts", "whole", "codes", "provides_for")
"""Columns that say what a statistic is; given once, or left empty where it stands already."""
COLUMNS = (
    "series", *DEFINING, "first", "last", "period", "place", "of", "value", "share", "change", "edition",
    "published_on", "source", "url",
)  # fmt: skip
REQUIRED = ("series", "first", "last", "source", "url")
MOST_ROWS, MOST_BYTES = 5_000, 2_000_000
LARGEST = 10**12
EARLIEST, LATEST = 1900, 2200
LONGEST = {
    "series": 60, "people": 200, "counts": 40, "period": 80, "of": 120, "share": 40, "change": 40, "source": 300,
    "url": 500,
}  # fmt: skip
PARTED = (Dimension.GROUP, Dimension.EXPLOITATION, Dimension.SERVICE, Dimension.AUDIENCE)
"""Lists of the portal by which a figure may be of a part of the people; places have a column of their own."""
FRACTIONS = {
    "a quarter": 2_500, "one quarter": 2_500, "a third": 3_333, "one third": 3_333, "half": 5_000, "one half": 5_000,
    "two thirds": 6_667, "three quarters": 7_500,
}  # fmt: skip
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WHOLE = re.compile(r"\d{1,3}(,\d{3})+|\d+", re.ASCII)
_CHANGE = re.compile(
    r"(?P<sign>[+−-]?)\s*(?P<percent>\d{1,6}(?:\.\d{1,4})?)\s*%(?:\s*\(\s*(?P<count>[\d,]+)\s+(?P<way>more|fewer)\s*\))?"
    r"|(?P<only>[\d,]+)\s+(?P<only_way>more|fewer)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: on which line of the file (0: the file as a whole), in which column, in words."""

    line: int
    column: str
    words: str


class Wrong(ValueError):
    """What is wrong in one column; its text says so to the person who wrote it.

    column: which, where it is another than the one that was being read.
    """

    def __init__(self, words: str, column: str = "") -> None:
        super().__init__(words)
        self.column = column


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a series is, as NeedSeries has it; codes by list, provides_for another series' code or ""."""

    code: str
    people: str
    kind: str
    unit: str
    place: str
    codes: tuple[tuple[str, str], ...] = ()
    provides_for: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a source says of the difference to the period before: in per cent as printed, in number, or both."""

    percent: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One value as NeedFigure has it, with the line it stands on; line 0 is one that stands in the portal already."""

    line: int
    series: Statistic
    first: date
    last: date
    period: str
    place: str
    axis: str
    part: str
    value: int | None
    share: int | None
    printed: str
    change: str
    edition: int
    published_on: date | None
    source: str
    url: str

    @property
    def cell(self) -> tuple[Any, ...]:
        return self.series.code, self.first, self.last, self.place, self.axis, self.part

    @property
    def said(self) -> str:
        return f"{self.value:,}" if self.value is not None else self.printed


@dataclass(slots=True)
class Known:
    """What a file may refer to: codes by list and by the words people write for them; statistics by code.

    on: the day on which it is read, after which nothing was counted or published yet.
    """

    codes: Mapping[tuple[str, str], str]
    on: date
    series: dict[str, Statistic] = field(default_factory=dict)


def read(text: str, known: Known) -> tuple[list[Figure], list[Problem]]:
    """Every line that could be read, and what is wrong with the others. Adds to `known` what the file defines."""
    try:
        lines = list(_lines(text))
    except Wrong as problem:
        return [], [Problem(0, "", str(problem))]
    figures, problems = [], []
    for number, cells in lines:
        line = Line(number, cells, known)
        figure = line.read()
        problems += line.problems
        if figure:
            figures.append(figure)
    return figures, problems


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The file's lines under its headings; raises Wrong where it is no table or its headings are not known."""
    if "\0" in text:
        raise Wrong(_("This is no text. Save the table as CSV (UTF-8) and choose that file."))
    text = text.lstrip("\ufeff")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as problem:
        raise Wrong(
            _("Line %(n)s cannot be read: look for a quotation mark that is not closed.") % {"n": reader.line_num}
        ) from problem
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise Wrong(
            _("There is nothing in it. The first line has the headings: %(all)s.") % {"all": ", ".join(COLUMNS)}
        )
    headings = _headings(rows[0][1])
    if len(rows) == 1:
        raise Wrong(_("There are headings and no figure beneath them."))
    if len(rows) > MOST_ROWS + 1:
        raise Wrong(_("These are more than %(most)s lines. Bring them in parts.") % {"most": f"{MOST_ROWS:,}"})
    for number, cells in rows[1:]:
        yield number, _under(headings, cells)


def _headings(cells: Sequence[str]) -> list[str]:
    headings = [cell.lower().replace(" ", "_") for cell in cells]
    unknown = [cell for cell, heading in zip(cells, headings, strict=True) if heading not in COLUMNS]
    if unknown:
        raise Wrong(
            _("“%(name)s” is no heading here. The first line has the headings: %(all)s.")
            % {"name": unknown[0][:80], "all": ", ".join(COLUMNS)}
        )
    if twice := [each for each in headings if headings.count(each) > 1]:
        raise Wrong(_("Two columns are called “%(name)s”. Leave one of them out.") % {"name": twice[0]})
    if missing := [each for each in REQUIRED if each not in headings]:
        raise Wrong(_("There is no column “%(name)s”. It is needed on every line.") % {"name": missing[0]})
    return headings


def _under(headings: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """A line's cells by heading; "" is the key of what stands beyond the last heading."""
    beyond = " ".join(cell for cell in cells[len(headings) :] if cell)
    return dict.fromkeys(COLUMNS, "") | dict(zip(headings, cells, strict=False)) | ({"": beyond} if beyond else {})


class Line:
    """One line of a file on its way to a Figure; every column is looked at, so that all faults are told at once."""

    def __init__(self, number: int, cells: Mapping[str, str], known: Known) -> None:
        self.number, self.cells, self.known = number, cells, known
        self.problems: list[Problem] = []

    def read(self) -> Figure | None:
        if self.cells.get(""):
            words = _(
                "There is more on this line than there are headings: “%(rest)s”. Put texts with commas in quotes."
            )
            self._refuse("", words % {"rest": self.cells[""][:80]})
        for column, longest in LONGEST.items():
            if len(self.cells[column]) > longest:
                self._refuse(column, _("This is longer than %(most)s letters. Shorten it.") % {"most": longest})
        series = self.taken("series", self._series)
        first, last = self.taken("first", self._day), self.taken("last", self._day)
        published = self.taken("published_on", self._published)
        self._in_order(first, last, published)
        axis, part = self.taken("of", self._part) or ("", "")
        value, share = self.taken("value", self._value), self.taken("share", self._share)
        if not self.cells["value"] and not self.cells["share"]:
            self._refuse("value", _("Give how many there are, or their share."))
        self.taken("change", lambda text: change(text) if text else None)
        edition, place = self.taken("edition", self._edition), self.taken("place", self._place)
        source, url = self.taken("source", self._source), self.taken("url", self._url)
        if self.problems or not (series and first and last and source and url):
            return None
        return Figure(
            self.number, series, first, last, self.cells["period"] or in_words(first, last), place or series.place,
            axis, part, value, share, self.cells["share"], self.cells["change"], edition or 1, published, source, url,
        )  # fmt: skip

    def taken(self, column: str, read: Any) -> Any:
        """What `read` makes of a column; None, and a problem noted, where it makes nothing of it."""
        try:
            return read(self.cells[column])
        except Wrong as problem:
            self._refuse(problem.column or column, str(problem))
        except NotAPercentage as problem:
            self._refuse(column, str(problem))
        return None

    def _refuse(self, column: str, words: str) -> None:
        self.problems.append(Problem(self.number, column, words))

    def _series(self, code: str) -> Statistic:
        if not _SLUG.fullmatch(code):
            raise Wrong(
                _("“%(code)s” is no short name. Write small letters, digits and hyphens, such as nrm-referrals.")
                % {"code": code[:60]}
            )
        given = {name: self.cells[name] for name in DEFINING if self.cells[name]}
        standing = self.known.series.get(code)
        if standing is None:
            standing = self.known.series[code] = self._defined(code, given)
        else:
            self._same(standing, given)
        return standing

    def _defined(self, code: str, given: Mapping[str, str]) -> Statistic:
        for name in ("people", "kind", "whole"):
            if name not in given:
                raise Wrong(
                    _("“%(code)s” is new here: fill in the column “%(name)s” on its first line.")
                    % {"code": code, "name": name},
                    name,
                )
        found = self._statistic(code, given)
        if found.provides_for and found.kind not in (NeedSeries.PROVISION, NeedSeries.CAPACITY):
            raise Wrong(_("Only a provision or a capacity answers a need. Leave “provides_for” empty."), "provides_for")
        if found.provides_for and found.provides_for not in self.known.series:
            raise Wrong(
                _("No statistic here is called “%(code)s” (column provides_for). Put its lines above this one.")
                % {"code": found.provides_for[:60]},
                "provides_for",
            )
        return found

    def _statistic(self, code: str, given: Mapping[str, str]) -> Statistic:
        return Statistic(
            code=code,
            people=given.get("people", ""),
            kind=_choice(given["kind"], dict(NeedSeries.KINDS), "kind") if "kind" in given else "",
            unit=given.get("counts", PEOPLE),
            place=_placed(given["whole"], "whole") if "whole" in given else "",
            codes=tuple(sorted(set(self._codes(given.get("codes", ""))))),
            provides_for=given.get("provides_for", ""),
        )

    def _same(self, standing: Statistic, given: Mapping[str, str]) -> None:
        """Refuse what says something else of a statistic than is known of it."""
        told = self._statistic(standing.code, given)
        names = {"people": "people", "kind": "kind", "counts": "unit", "whole": "place", "codes": "codes"}
        for column, name in [*names.items(), ("provides_for", "provides_for")]:
            if column in given and getattr(told, name) != getattr(standing, name):
                raise Wrong(
                    _("“%(code)s” is known with another “%(name)s”. Leave it empty, or give the statistic a new name.")
                    % {"code": standing.code, "name": column},
                    column,
                )

    def _codes(self, text: str) -> Iterator[tuple[str, str]]:
        """ "group: adult_women, adult_men; exploitation: labour" as pairs of list and code."""
        for clause in filter(None, (each.strip() for each in text.split(";"))):
            dimension, colon, names = clause.partition(":")
            dimension = dimension.strip().lower()
            if not colon or dimension not in Dimension.values:
                raise Wrong(
                    _("“%(text)s” in “codes”: write a list, a colon and its entries. The lists are: %(all)s.")
                    % {"text": clause[:80], "all": ", ".join(Dimension.values)},
                    "codes",
                )
            yield from ((dimension, self._code(dimension, name.strip(), "codes")) for name in names.split(","))

    def _code(self, dimension: str, name: str, column: str) -> str:
        code = self.known.codes.get((dimension, name.lower()))
        if code is None:
            choices = sorted({each for (listed, _name), each in self.known.codes.items() if listed == dimension})
            raise Wrong(
                _("“%(name)s” is no entry of the list “%(list)s”. Choose from: %(all)s.")
                % {"name": name[:80], "list": dimension, "all": ", ".join(choices)},
                column,
            )
        return code

    def _part(self, text: str) -> tuple[str, str]:
        if not text:
            return "", ""
        axis, colon, part = (each.strip() for each in text.partition(":"))
        if not colon or not axis or not part:
            raise Wrong(
                _("“%(text)s”: write what it is a part by, a colon and the part, such as “group: children” or "
                  "“nationality: Albania”. Leave it empty for all of the people.") % {"text": text[:80]}
            )  # fmt: skip
        if len(axis) > 40:
            raise Wrong(_("“%(text)s” is too long before the colon.") % {"text": text[:80]})
        if axis.lower() not in Dimension.values:
            return axis, part
        if axis.lower() not in PARTED:
            raise Wrong(
                _("Parts by “%(axis)s” are not written here. A place has a column of its own; the lists are: %(all)s.")
                % {"axis": axis, "all": ", ".join(PARTED)}
            )
        return axis.lower(), self._code(axis.lower(), part, "of")

    def _in_order(self, first: date | None, last: date | None, published: date | None) -> None:
        if first and last and first > last:
            self._refuse(
                "last",
                _("The period ends on %(last)s, before it begins on %(first)s.") % {"first": first, "last": last},
            )
        if first and first > self.known.on:
            self._refuse("first", _("The period begins on %(first)s, which is still to come.") % {"first": first})
        if published and published > self.known.on:
            self._refuse("published_on", _("Published on %(day)s, which is still to come.") % {"day": published})
        if first and published and published < first:
            self._refuse(
                "published_on",
                _("Published on %(day)s, before the period begins on %(first)s.") % {"day": published, "first": first},
            )

    @staticmethod
    def _day(text: str) -> date:
        try:
            day = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day.year <= LATEST:
            raise Wrong(
                _("“%(text)s” is no day that can be. Write year, month and day: 2023-06-30.") % {"text": text[:40]}
            )
        return day

    def _published(self, text: str) -> date | None:
        return self._day(text) if text else None

    @staticmethod
    def _value(text: str) -> int | None:
        if not text:
            return None
        if text[0] in "-−" and _WHOLE.fullmatch(text[1:]):
            raise Wrong(_("“%(text)s” is less than nought. Write how many there are.") % {"text": text[:40]})
        if _WHOLE.fullmatch(text) and int(text.replace(",", "")) > LARGEST:
            raise Wrong(
                _("“%(text)s” is too large. The most that is kept here is %(most)s.")
                % {"text": text[:40], "most": f"{LARGEST:,}"}
            )
        if not _WHOLE.fullmatch(text):
            raise Wrong(
                _("“%(text)s” is no whole number. Write one such as 3,533; no ranges, and no “more than”.")
                % {"text": text[:40]}
            )
        return int(text.replace(",", ""))

    @staticmethod
    def _share(text: str) -> int | None:
        if not text:
            return None
        return FRACTIONS.get(text.lower().replace("-", " ")) or basis_points(text)

    @staticmethod
    def _edition(text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 99):
            raise Wrong(
                _("“%(text)s” is no edition. Write 1 for what was published first, 2 for what came next.")
                % {"text": text[:40]}
            )
        return int(text)

    @staticmethod
    def _place(text: str) -> str | None:
        return _placed(text, "place") if text else None

    @staticmethod
    def _source(text: str) -> str:
        if not text:
            raise Wrong(_("Name the source: who published the figure, and in what."))
        return text

    @staticmethod
    def _url(text: str) -> str:
        try:
            URLValidator(schemes=["http", "https"])(text)
        except ValidationError as problem:
            raise Wrong(
                _("“%(text)s” is no web address. Copy the whole of it, beginning with https://.") % {"text": text[:80]}
            ) from problem
        return text


def change(text: str) -> Change:
    """ "+33 %", "5 % (465 more)" or "120 fewer" as it is meant. Raises Wrong."""
    found = _CHANGE.fullmatch(text.strip())
    if not found:
        raise Wrong(
            _("“%(text)s” cannot be read. Write the change on the period before as “+33 %%” or “5 %% (465 more)”.")
            % {"text": text[:40]}
        )
    told = found["count"] or found["only"]
    count = int(told.replace(",", "") or 0) if told else None
    fewer = "fewer" in (found["way"], found["only_way"])
    falls = fewer or (found["sign"] or "+") in "−-"
    percent = f"-{found['percent']}" if found["percent"] and falls else found["percent"] or ""
    return Change(percent, -count if count is not None and fewer else count)


def _placed(text: str, column: str) -> str:
    """A place by its code or its name."""
    by_name = {places.named(code).lower(): code for code in PLACES} | {code.lower(): code for code in PLACES}
    if text.lower() not in by_name:
        raise Wrong(
            _("“%(text)s” is no place here. Choose from: %(all)s.")
            % {"text": text[:80], "all": ", ".join(f"{places.named(code)} ({code})" for code in PLACES)},
            column,
        )
    return by_name[text.lower()]


def _choice(text: str, choices: Iterable[str], column: str) -> str:
    if text not in choices:
        raise Wrong(
            _("“%(text)s” is no “%(column)s”. Choose from: %(all)s.")
            % {"text": text[:40], "column": column, "all": one_of(choices)},
            column,
        )
    return text


def in_words(first: date, last: date) -> str:
    """The period as people say it: 2023, July 2022 to June 2023, or with its days."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return _("%(first)s to %(last)s") % {"first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
    if (first.month, last.month) == (1, 12) and first.year == last.year:
        return str(first.year)
    return _("%(first)s to %(last)s") % {"first": date_format(first, "F Y"), "last": date_format(last, "F Y")}
