"""Coverage recounted from the normalised tables: rows read by Django, one grant after another, cut by recount.py."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from accounts.models import Organisation
from counting.tables import PENCE, Table
from grants.models import Grant, Recipient
from priorities.coverage import Question
from priorities.models import Code, Link
from tests.priorities.recount import Recount, Told, recount

Answer = dict[str, Any]
"""A table's figures and the codes they stand at, as plain values that travel between processes."""


CODE = ("id", "dimension", "code")
LINK = ("grant_id", "dimension", "code_id", "share")
GRANT = (
    "id", "amount_awarded", "currency", "funder_id", "programme", "joint_share", "award_date", "planned_start",
    "planned_end", "actual_start", "actual_end", "regrant_type",
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Every current grant with its shares as the tables hold them, and every dimension's codes in their order."""

    grants: list[Told]
    orders: dict[str, list[str]]

    @classmethod
    def read(cls) -> Standing:
        orders: dict[str, list[str]] = defaultdict(list)
        names: dict[int, str] = {}
        for pk, dimension, code in Code.objects.filter(kind="share").order_by("order", "id").values_list(*CODE):
            orders[dimension].append(code)
            names[pk] = code
        shares: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for grant, dimension, pk, share in (
            Link.objects.filter(grant__removed_at=None, grant__held_back=False).order_by().values_list(*LINK)
        ):
            shares[grant][dimension][names[pk]] = share
        recipients: dict[int, set[int]] = defaultdict(set)
        for grant, organisation in Recipient.objects.values_list("grant_id", "organisation_id"):
            recipients[grant].add(organisation)
        funders = set(Organisation.objects.filter(is_funder=True).values_list("id", flat=True))
        rows = Grant.objects.filter(removed_at=None, held_back=False).order_by("id").values_list(*GRANT, named=True)
        return cls([told(each, shares[each.id], recipients[each.id], funders) for each in rows], dict(orders))

    def answer(self, question: Question) -> Answer:
        """What a table of this question must say."""
        found = recount(self.grants, question, self.orders, fractions=False)
        rows, across = (self.shown(each, question) for each in question.shown)
        return {
            "rows": rows,
            "columns": across,
            **(money if question.measure != "grants" else counts)(found, rows, across),
            "grants": found.distinct(),
            "undated": found.undated,
        }

    def shown(self, dimension: str, question: Question) -> list[str]:
        """The codes that stand as rows or columns; no code of these tests has ended."""
        kept = question.codes.get(dimension)
        return [code for code in self.orders[dimension] if not kept or code in kept]


def told(grant: Any, shares: dict[str, dict[str, int]], recipients: set[int], funders: set[int]) -> Told:
    return Told(
        pence=grant.amount_awarded,
        currency=grant.currency,
        funder=grant.funder_id,
        award=grant.award_date,
        runs_from=grant.actual_start or grant.planned_start or grant.award_date,
        runs_to=grant.actual_end or grant.planned_end,
        planned_from=grant.planned_start or grant.award_date,
        planned_to=grant.planned_end,
        shares=shares,
        joint=grant.joint_share,
        recipients=frozenset(recipients),
        programme=grant.programme,
        passed_on=bool(grant.regrant_type) and len(recipients) == 1 and recipients <= funders,
    )


def money(found: Recount, rows: list[str], across: list[str]) -> Answer:
    cells = [[found.cells[row, column] for column in across] for row in rows]
    return {
        "cells": cells,
        "row_totals": [sum(row) for row in cells],
        "column_totals": [sum(column) for column in zip(*cells, strict=True)],
        "total": sum(found.cells.values()),
        "other_currencies": dict(sorted(found.others.items())),
    }


def counts(found: Recount, rows: list[str], across: list[str]) -> Answer:
    return {
        "cells": [[len(found.touching[row, column]) for column in across] for row in rows],
        "row_totals": [found.distinct(row=row) for row in rows],
        "column_totals": [found.distinct(column=column) for column in across],
        "total": found.distinct(),
        "other_currencies": {},
    }


def of_table(table: Table) -> Answer:
    """The same of a table that the portal counted."""
    assert table.unit == PENCE or not table.other_currencies
    return {
        "rows": [line.code for line in table.rows],
        "columns": [line.code for line in table.columns],
        "cells": [list(row) for row in table.cells],
        "row_totals": list(table.row_totals),
        "column_totals": list(table.column_totals),
        "total": table.total,
        "other_currencies": dict(sorted(table.other_currencies.items())),
        "grants": table.grants,
        "undated": table.undated,
    }
