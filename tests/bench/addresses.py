"""What is asked of each page: a line for each, to which a new page about coverage adds its own.

A fifth of what is asked is unfiltered over all dates, and a fifth filtered by shares in what is neither shown as rows
nor as columns; the rest is anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

Query = dict[str, str | list[str]]
MEASURES = ("live", "awarded", "spread", "grants")
FIFTHS = 5
COUNTED = ["people-new", "people-active", "places", "waiting", "mscos-1"]


@dataclass(frozen=True)
class Facts:
    """What can be asked for: codes by dimension, funders' and some recipients' ids, programmes, the day today."""

    codes: Mapping[str, list[str]]
    funders: list[int]
    recipients: list[int]
    programmes: list[str]
    today: date


class Asker:
    """Questions by chance; the `number` of each says which fifth it belongs to."""

    def __init__(self, facts: Facts, seed: int) -> None:
        self.facts, self.chance = facts, Random(seed)

    def nothing(self, number: int) -> Query:
        return {}

    def table(self, number: int) -> Query:
        """Any two lists, any measure, any time, any filter."""
        rows, columns, third = self.chance.sample(sorted(self.facts.codes), 3)
        shown: Query = {"rows": rows, "columns": columns}
        if number % FIFTHS == 0:
            return {**shown, "measure": self.chance.choice(["awarded", "grants"]), "from": "1990-01-01"}
        measure = self.chance.choice(MEASURES)
        asked = {**shown, "measure": measure, **(self.on() if measure == "live" else self.window())}
        if number % FIFTHS == 1:
            return {**asked, **self.codes_of(third)}
        return {**asked, **self.narrowed(), **(self.codes_of(rows) if self.chance.random() < 0.2 else {})}

    def figure(self, number: int) -> Query:
        """The grants behind one figure of such a table."""
        asked = self.table(number)
        row, column = (self.chance.choice(self.facts.codes[str(asked[each])]) for each in ("rows", "columns"))
        named = {str(asked["rows"]): [row], str(asked["columns"]): [column]}
        return {
            **asked,
            **{name: codes for name, codes in named.items() if name in asked},
            "row": row,
            "column": column,
        }

    def running(self, number: int) -> Query:
        """What runs on any day, filtered in any way."""
        if number % FIFTHS == 0:
            return {}
        if number % FIFTHS == 1:
            return {**self.on(), **self.codes_of(self.chance.choice(["service", "term", "exploitation"]))}
        return {**self.on(), **self.narrowed()}

    def month(self, number: int) -> Query:
        """The grants that end in a month within a year of a day."""
        asked = self.running(number)
        day = date.fromisoformat(str(asked.get("on", self.facts.today))).replace(day=1)
        ends = day + timedelta(days=31 * self.chance.randint(1, 11))
        return {**asked, "month": f"{ends:%Y-%m}"}

    def day(self, number: int) -> Query:
        return {} if number % FIFTHS == 0 else self.on()

    def day_and_funder(self, number: int) -> Query:
        return {**self.day(number), **(self.one_funder(number) if number % FIFTHS > 1 else {})}

    def one_funder(self, number: int) -> Query:
        return {**self.day(number), "funder": str(self.chance.choice(self.facts.funders))}

    def shortfalls(self, number: int) -> Query:
        asked = self.day(number)
        if number % FIFTHS > 1:
            asked |= {"kind": self.chance.choice(["empty", "ending"])}
        return asked

    def family(self, number: int) -> Query:
        """The chart of one need beside money, by figures that are published by now."""
        day = self.facts.today - timedelta(days=self.chance.randrange(300))
        return {"on": str(day), "known_on": str(self.facts.today), "family": "support-contract.victim_services.region"}

    def tried(self, number: int) -> Query:
        """What a grant of £50,000 for two years would change, with uneven shares of areas and places."""
        if number % FIFTHS == 0:
            return {}
        start = self.facts.today + timedelta(days=self.chance.randrange(90))
        asked: Query = {"what": "add", "funder": str(self.chance.choice(self.facts.funders)), "amount": "50000"}
        asked |= {"from": str(start), "to": str(start + timedelta(days=730))}
        for dimension in ("priority", "region"):
            first, second = self.chance.sample(self.facts.codes[dimension], 2)
            asked |= {f"{dimension}.{first}": "66.67", f"{dimension}.{second}": "33.33"}
        return asked

    def came_of_it(self, number: int) -> Query:
        """What came of it, by any list, in any of the last years."""
        if number % FIFTHS == 0:
            return {}
        asked: Query = {"by": self.chance.choice(["priority", "region", "group", "quarter", "all"])}
        asked["year"] = str(self.facts.today.year - self.chance.choice([0, 1, 2]) - (self.facts.today.month < 4))
        if number % FIFTHS > 1:
            asked["indicator"] = self.chance.choice(COUNTED)
        return asked

    def came_of_it_by(self, number: int, by: str) -> Query:
        """What came of it for everybody along one list; a fifth of it with nothing else said."""
        asked: Query = {"by": by}
        if number % FIFTHS == 0:
            return asked
        asked["year"] = str(self.facts.today.year - self.chance.choice([0, 1, 2]) - (self.facts.today.month < 4))
        if number % FIFTHS > 1:
            asked["indicator"] = self.chance.choice(COUNTED)
        return asked

    def came_of_our_own_by(self, number: int, by: str) -> Query:
        """The same of one's own grants, also in one quarter, and as it was known on a day."""
        asked = self.came_of_it_by(number, by)
        if number % FIFTHS == 3:
            asked["quarter"] = str(self.chance.randint(1, 4))
        if number % FIFTHS == 4:
            asked["known_on"] = str(self.facts.today - timedelta(days=self.chance.randrange(700)))
        return asked if number % FIFTHS == 0 else {**asked, "whose": "own"}

    def search(self, number: int) -> Query:
        return {} if number % 2 else {"search": f"work {self.chance.randrange(1_000)}"}

    # --- parts of a question --------------------------------------------------------------------------------------
    def on(self) -> Query:
        return {"on": str(self.facts.today - timedelta(days=self.chance.randrange(3_000)))}

    def window(self) -> Query:
        first = self.facts.today - timedelta(days=self.chance.randrange(7_000))
        return {"from": str(first), "to": str(first + timedelta(days=self.chance.choice([90, 365, 1_095])))}

    def narrowed(self) -> Query:
        """A funder or two, a charity, a programme, or nothing."""
        facts = self.facts
        choices: list[Query] = [
            {"funder": [str(each) for each in self.chance.sample(facts.funders, 2)]},
            {"recipient": str(self.chance.choice(facts.recipients))},
            {"programme": self.chance.choice(facts.programmes)},
            {},
        ]
        return self.chance.choice(choices)

    def codes_of(self, dimension: str) -> Query:
        return {dimension: self.chance.sample(self.facts.codes[dimension], self.chance.choice([1, 1, 2]))}


Maker = Callable[[Asker, int], Query]
ADDRESSES: dict[str, Maker] = {
    "home": Asker.nothing,
    "coverage": Asker.day_and_funder,
    "areas_csv": Asker.day_and_funder,
    "coverage_by": Asker.table,
    "coverage_csv": Asker.table,
    "coverage_chart": Asker.table,
    "coverage_grants": Asker.figure,
    "gaps": Asker.shortfalls,
    "gaps_csv": Asker.shortfalls,
    "neglected": Asker.day,
    "neglected_csv": Asker.day,
    "runs_out": Asker.running,
    "runs_out_csv": Asker.running,
    "runs_out_chart": Asker.running,
    "runs_out_grants": Asker.month,
    "who_funds": Asker.running,
    "who_funds_csv": Asker.running,
    "who_funds_chart": Asker.running,
    "funder_view": Asker.one_funder,
    "funder_view_csv": Asker.one_funder,
    "need": Asker.day,
    "need_csv": Asker.day,
    "need_chart": Asker.family,
    "try_a_grant": Asker.tried,
    "results": Asker.came_of_it,
    "results_csv": Asker.came_of_it,
    "results_chart": Asker.came_of_it,
    "api-coverage-list": Asker.table,
    "api-gaps-list": Asker.shortfalls,
    "api-runs-out-list": Asker.running,
    "api-who-funds-list": Asker.running,
    "api-results-list": Asker.came_of_it,
}
"""A page's URL name, and what is asked of it. Pages whose address names a row have no line here."""
APART: dict[str, Maker] = {"grants": Asker.search}
"""Pages about single grants, which read the tables themselves; asked by one client after all others."""
