"""Coverage: one division of the money behind every table."""

from __future__ import annotations

from datetime import date

import pytest

from priorities import coverage
from priorities.coverage import Question
from tests.factories import GrantFactory, link

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def test_a_grant_stands_where_it_was_sorted():
    grant = GrantFactory(amount_awarded=1_000_00)
    link(grant, "priority", "victim_services", 8_000)
    link(grant, "priority", "awareness", 2_000)
    link(grant, "region", "LON")
    table = coverage.table(Question(on=DAY))
    assert table.cell("victim_services", "LON") == 800_00
    assert table.cell("awareness", "LON") == 200_00
    assert (table.total, table.grants) == (1_000_00, 1)


def test_what_nobody_sorted_stands_in_its_own_row_and_column():
    link(GrantFactory(amount_awarded=500_00), "region", "WAL", 5_000)
    table = coverage.table(Question(on=DAY))
    assert table.cell("not-stated", "WAL") == 250_00
    assert table.cell("not-stated", "not-stated") == 250_00
