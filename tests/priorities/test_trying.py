"""A grant that is tried changes what its reader is shown, and nothing else: no row, no column, no other reader."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from priorities import columns, coverage, gaps, kinds, trying
from priorities.coverage import Question
from priorities.models import Evidence
from priorities.shortfall import asides
from priorities.trying import MadeUp
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)
AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
WHOLE_YEAR = {"starts": date(2026, 1, 1), "ends": date(2026, 12, 31)}


@pytest.fixture
def funder():
    """£500 of research in London, and two funders so that sentences speak of more than one."""
    factories.FunderFactory(name="Birch")
    funder = factories.FunderFactory(name="Ash")
    grant = factories.GrantFactory(funder=funder, amount_awarded=500_00, title="Study")
    factories.link(grant, "priority", "research")
    factories.link(grant, "region", "LON")
    columns.forget()
    return funder


def made_up(funder: Any, pence: int = 200_00, **shares: dict[str, int]) -> MadeUp:
    return MadeUp(funder.pk, pence, shares=shares, **WHOLE_YEAR)


def everything() -> dict[str, list[Any]]:
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in apps.get_models()}


def test_a_made_up_grant_is_divided_like_any_other(funder):
    portfolio = columns.current()
    grant = made_up(funder, 100_01, priority={"research": 3_333, "awareness": 6_667}, region={"WAL": 5_000})
    after = trying.with_grant(portfolio, grant, on=ON)
    real = factories.GrantFactory(funder=funder, amount_awarded=100_01)
    for dimension, shares in grant.shares.items():
        for code, share in shares.items():
            factories.link(real, dimension, code, share)
    columns.forget()
    for measure in coverage.MEASURES:
        for across in ("region", "group"):
            asked = Question(columns=across, measure=measure, on=ON)
            tried = coverage.table(asked, portfolio=after)
            assert tried.cells == coverage.table(asked, portfolio=columns.current()).cells
            assert tried.total == coverage.table(asked, portfolio=columns.current()).total


def test_every_figure_stands_beside_what_it_would_be(funder):
    before = columns.current()
    after = trying.with_grant(before, made_up(funder, region={"WAL": 10_000}, priority={"research": 10_000}), on=ON)
    found = trying.compare(before, after, on=ON)
    assert (found.total, found.grants) == ((500_00, 700_00), (1, 2))
    assert [(step.line.code, step.before, step.after) for step in found.areas if step.change] == [
        ("research", 500_00, 700_00)
    ]
    assert [(step.line.code, step.before, step.after) for step in found.regions if step.change] == [("WAL", 0, 200_00)]
    assert [(each.london, each.regions, each.uk_wide) for each in found.places] == [(500_00, 0, 0), (500_00, 200_00, 0)]


def test_what_would_close_and_what_would_be_said_otherwise_is_told_by_the_lists_own_sentences(funder):
    before = columns.current()
    grant = made_up(funder, region={"WAL": 10_000}, priority={"victim_services": 10_000})
    after = trying.with_grant(before, grant, on=ON)
    found = trying.compare(before, after, on=ON)
    known, then = (
        {(gap.key, gap.kind): gap.sentence for gap in gaps.table(on=ON, portfolio=each).every}
        for each in (before, after)
    )
    assert {(gap.key, gap.kind) for gap in found.closed} == known.keys() - then.keys()
    assert {(gap.key, gap.kind) for gap in found.new} == then.keys() - known.keys()
    assert {(was.sentence, gap.sentence) for was, gap in found.other} == {
        (known[each], then[each]) for each in known.keys() & then.keys() if known[each] != then[each]
    }
    wales = "victim_services.region.WAL"
    assert [gap.kind for gap in found.closed if gap.key == wales] == [kinds.EMPTY]
    assert [gap.kind for gap in found.new if gap.key == wales] == [kinds.ENDING, kinds.FRAGILE]


def test_a_long_grant_closes_what_it_reaches_and_its_end_opens_it_again(funder):
    before = columns.current()
    grant = MadeUp(
        funder.pk, 100_00, date(2026, 1, 1), date(2028, 1, 1),
        {"priority": {"victim_services": 10_000}, "region": {"WAL": 10_000}},
    )  # fmt: skip
    after = trying.with_grant(before, grant, on=ON)
    closed = {(gap.key, gap.kind) for gap in trying.compare(before, after, on=ON).closed}
    assert ("victim_services.region.WAL", kinds.EMPTY) in closed
    assert closed == {(gap.key, gap.kind) for gap in trying.compare(after, before, on=ON).new}


def test_what_was_set_aside_is_compared_too(funder):
    before = columns.current()
    wales = gaps.table(on=ON).gap("victim_services.region.WAL")
    asides.set_aside(gaps=[wales], reason="Later", look_again_on=date(2026, 9, 1), by=factories.officer(), at=AT)
    grant = made_up(funder, region={"WAL": 10_000}, priority={"victim_services": 10_000})
    found = trying.compare(before, trying.with_grant(before, grant, on=ON), on=ON)
    closed = {(gap.key, gap.kind): gap.set_aside for gap in found.closed}
    assert str(closed[wales.key, kinds.EMPTY].look_again_on) == "2026-09-01"


def test_reports_are_never_compared_since_they_would_tell_whose_is_owed(funder):
    """Four grants of another funder, of which one owes a report; ending it would take the number away."""
    other, today = factories.FunderFactory(), timezone.localdate()
    dates = {"planned_start": today - timedelta(days=90), "planned_end": today + timedelta(days=900)}
    theirs = [factories.GrantFactory(funder=other, **dates) for _ in range(4)]
    for each in theirs:
        factories.link(each, "priority", "victim_services")
        factories.link(each, "region", "WAL")
    Evidence.objects.create(grant=theirs[0], owed_since=today - timedelta(days=30))
    columns.forget()
    before, person = columns.current(), factories.viewer(funder)
    assert kinds.NO_EVIDENCE in {gap.kind for gap in gaps.table(on=today, person=person).every}
    after = before
    for each in theirs:
        after = trying.with_end(after, each.pk, today - timedelta(days=1))
        found = trying.compare(before, after, on=today, person=person)
        told = [*found.closed, *found.new, *(gap for pair in found.other for gap in pair)]
        assert told
        assert kinds.NO_EVIDENCE not in {gap.kind for gap in told}


def test_a_grant_that_is_ended_runs_on_its_last_day_and_on_no_later_one(funder):
    portfolio = columns.current()
    grant = int(portfolio.base.ids[0])
    shorter = trying.with_end(portfolio, grant, date(2026, 6, 30))
    for day, pence in ((date(2026, 6, 30), 500_00), (date(2026, 7, 1), 0)):
        assert coverage.table(Question(on=day), portfolio=shorter).total == pence


def test_ending_a_grant_later_than_it_ends_changes_nothing(funder):
    portfolio = columns.current()
    longer = trying.with_end(portfolio, int(portfolio.base.ids[0]), date(2030, 1, 1))
    assert trying.compare(portfolio, longer, on=ON).changes_nothing


def test_a_grant_that_there_is_not_cannot_be_ended(funder):
    with pytest.raises(KeyError):
        trying.with_end(columns.current(), 999_999, ON)


@pytest.mark.parametrize("shares", [{"research": 6_000, "awareness": 4_001}, {"research": -1}])
def test_shares_over_the_whole_or_below_nought_are_refused(funder, shares):
    with pytest.raises(ValueError, match="more than the whole"):
        trying.with_grant(columns.current(), made_up(funder, priority=shares), on=ON)


def test_an_unknown_code_is_refused(funder):
    with pytest.raises(KeyError):
        trying.with_grant(columns.current(), made_up(funder, priority={"nothing": 10_000}), on=ON)


def test_nothing_is_written_and_the_portfolio_in_memory_stays_the_same(funder):
    held, rows = columns.current(), everything()
    figures = coverage.table(Question(on=ON), portfolio=held)
    names = (dict(held.names.programmes), dict(held.names.currencies))
    with CaptureQueriesContext(connection) as asked:
        after = trying.with_grant(held, made_up(funder, priority={"research": 10_000}), on=ON)
        trying.compare(held, after, on=ON)
        trying.compare(held, trying.with_end(held, int(held.base.ids[0]), ON), on=ON)
    wrote = [each["sql"] for each in asked if {"INSERT", "UPDATE", "DELETE"} & set(each["sql"].upper().split())]
    assert (len(asked) > 0, wrote) == (True, [])
    assert everything() == rows
    assert (dict(held.names.programmes), dict(held.names.currencies)) == names
    assert coverage.table(Question(on=ON), portfolio=held) == figures
    assert coverage.table(Question(on=ON), portfolio=columns.current()) == figures
