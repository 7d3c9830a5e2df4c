"""Regranted money counts once, and it is said how much is passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from priorities import columns, coverage, passed_on
from priorities.coverage import Question
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 30)
QUESTION = Question(on=ON)


@pytest.fixture
def regranting():
    """£1,000 from one funder to another that regrants it, £600 of it already granted on to a charity."""
    regranter = factories.FunderFactory(name="Shared Harbour", is_grantee=True)
    passed = factories.GrantFactory(recipient=regranter, regrant_type="FRG010", amount_awarded=1_000_00)
    factories.link(passed, "priority", "victim_services", 4_000)
    factories.link(passed, "priority", "research", 6_000)
    factories.link(passed, "region", "LON")
    factories.GrantFactory(funder=regranter, amount_awarded=600_00)
    columns.forget()
    return passed


def of(question: Question = QUESTION) -> tuple[int, int]:
    return passed_on.of(question, columns.current())


def test_what_is_on_its_way_to_a_funder_here_is_told_and_is_in_no_figure(regranting):
    assert of() == (1, 1_000_00)
    assert coverage.table(QUESTION).total == 600_00


def test_money_regranted_to_others_counts_as_any_grant(regranting):
    factories.GrantFactory(regrant_type="FRG010", amount_awarded=5_00)
    columns.forget()
    assert of() == (1, 1_000_00)
    assert coverage.table(QUESTION).total == 605_00


def test_nothing_is_passed_on_where_nothing_is_regranted(db):
    factories.GrantFactory()
    assert of() == (0, 0)


def test_the_day_and_the_choices_of_the_question_hold(regranting):
    assert of(Question(on=date(2027, 1, 1))) == (0, 0)
    assert of(replace(QUESTION, funders=(regranting.funder_id,))) == (1, 1_000_00)
    other = factories.FunderFactory()
    columns.forget()
    assert of(replace(QUESTION, funders=(other.pk,))) == (0, 0)
    assert of(replace(QUESTION, codes={"priority": ("research",)})) == (1, 600_00)
    assert of(replace(QUESTION, codes={"region": ("WAL",)})) == (0, 0)


def test_every_measure_tells_it_in_pounds(regranting):
    awarded = replace(QUESTION, measure=coverage.AWARDED, first=date(2025, 12, 1), last=date(2025, 12, 31))
    spread = replace(QUESTION, measure=coverage.SPREAD, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert (of(awarded), of(spread)) == ((1, 1_000_00), (1, 1_000_00))
    assert of(replace(QUESTION, measure=coverage.GRANTS)) == (1, 1_000_00)
    assert of(replace(awarded, measure=coverage.GRANTS, first=date(2026, 1, 1), last=None)) == (0, 0)


def test_what_changed_since_the_portfolio_was_read_is_told_too(regranting):
    held = columns.current()
    second = factories.GrantFactory(
        recipient=regranting.recipient_rows.get().organisation, regrant_type="FRG010", amount_awarded=7_00
    )
    brought_up = held.with_changed([second.pk], held.stamp)
    assert passed_on.of(QUESTION, brought_up) == (2, 1_007_00)


@pytest.mark.parametrize("address", ["by/", "", "runs-out/", "who-funds/"])
def test_a_page_says_it_once(regranting, sign_in, address):
    html = sign_in(factories.viewer()).get(f"/coverage/{address}?on={ON}").content.decode()
    assert html.count("is passed on to funders here") == 1
