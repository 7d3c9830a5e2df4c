"""Coverage: one division of the money behind every table."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import Organisation
from grants.models import Grant, Recipient
from priorities import coverage
from priorities.coverage import Question
from priorities.models import Code, Link
from tests.factories import NOW, FunderFactory, GranteeFactory, GrantFactory, link

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def sorted_grant(area: str = "victim_services", place: str = "LON", **fields) -> Grant:
    grant = GrantFactory(**fields)
    link(grant, "priority", area)
    link(grant, "region", place)
    return grant


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


def test_the_three_kinds_of_remainder_each_have_a_row_and_a_column():
    table = coverage.table(Question(on=DAY))
    residual = ["undivided", "not-applicable", "not-stated"]
    assert [line.code for line in table.rows if line.residual] == residual
    assert [line.code for line in table.columns if line.residual] == residual


def test_a_penny_that_does_not_divide_is_kept():
    grant = GrantFactory(amount_awarded=1)
    for code in ("NE", "NW", "YH"):
        link(grant, "region", code, 3_333)
    table = coverage.table(Question(on=DAY))
    assert table.total == 1
    assert sum(table.column_totals) == 1


@pytest.mark.parametrize(
    ("day", "runs"),
    [(date(2025, 12, 31), 0), (date(2026, 1, 1), 1), (date(2026, 12, 31), 1), (date(2027, 1, 1), 0)],
)
def test_a_grant_runs_from_its_first_to_its_last_day(day: date, runs: int):
    sorted_grant()
    assert coverage.table(Question(on=day)).grants == runs
    assert coverage.table(Question(on=day, measure="grants")).total == runs


def test_actual_dates_go_before_planned_ones():
    sorted_grant(actual_end=date(2026, 3, 31), actual_end_precision="day")
    assert coverage.table(Question(on=date(2026, 3, 31))).total == 1_000_000
    assert coverage.table(Question(on=date(2026, 4, 1))).total == 0


def test_a_grant_without_an_end_runs_on_no_day_and_is_counted_as_undated():
    sorted_grant(planned_end=None)
    table = coverage.table(Question(on=DAY))
    assert (table.total, table.undated) == (0, 1)
    spread = coverage.table(Question(measure="spread", first=date(2026, 1, 1), last=date(2026, 12, 31)))
    assert (spread.total, spread.undated) == (0, 1)
    assert coverage.table(Question(measure="awarded")).undated == 0


@pytest.mark.parametrize(
    ("first", "last", "total"),
    [
        (None, None, 1_000_000),
        (date(2025, 12, 1), date(2025, 12, 1), 1_000_000),
        (date(2025, 12, 2), None, 0),
        (None, date(2025, 11, 30), 0),
    ],
)
def test_awarded_takes_both_ends_of_its_window(first: date | None, last: date | None, total: int):
    sorted_grant()
    assert coverage.table(Question(measure="awarded", first=first, last=last)).total == total


def test_spread_gives_each_day_of_the_planned_period_its_share():
    sorted_grant(amount_awarded=365_00)
    january = coverage.table(Question(measure="spread", first=date(2026, 1, 1), last=date(2026, 1, 31)))
    rest = coverage.table(Question(measure="spread", first=date(2026, 2, 1), last=date(2027, 6, 1)))
    assert january.cell("victim_services", "LON") == 31_00
    assert january.total + rest.total == 365_00


def test_spread_is_exact_for_the_largest_amount_over_the_longest_period():
    vast = 9 * 10**14
    sorted_grant(
        amount_awarded=vast, award_date=date(1900, 1, 1), planned_start=date(1900, 1, 1), planned_end=date(2900, 12, 31)
    )
    days = (date(2900, 12, 31) - date(1900, 1, 1)).days + 1
    over = (date(2026, 6, 1) - date(1900, 1, 1)).days + 1
    assert coverage.table(Question(measure="spread", last=DAY)).total == vast * over // days


def test_sums_beyond_what_a_float_holds_are_exact():
    vast = 9 * 10**14 - 1
    for _ in range(12):
        sorted_grant(amount_awarded=vast)
    assert coverage.table(Question(on=DAY)).cell("victim_services", "LON") == 12 * vast


def test_co_funded_money_counts_once():
    first = sorted_grant(amount_awarded=300_00)
    sorted_grant(amount_awarded=200_00, project=first.project)
    Recipient.objects.create(grant=first, organisation=GranteeFactory())
    table = coverage.table(Question(on=DAY))
    assert (table.total, table.grants) == (500_00, 2)


def test_other_currencies_are_listed_and_never_added():
    sorted_grant(amount_awarded=100_00)
    sorted_grant(amount_awarded=70_00, currency="EUR")
    sorted_grant(amount_awarded=5_00, currency="EUR", place="WAL")
    table = coverage.table(Question(on=DAY))
    assert (table.total, dict(table.other_currencies)) == (100_00, {"EUR": 75_00})
    london = coverage.table(Question(on=DAY, codes={"region": ("LON",)}))
    assert dict(london.other_currencies) == {"EUR": 70_00}
    assert coverage.table(Question(on=DAY, measure="grants")).total == 3


def test_nil_grants_count_and_joint_shares_never_do():
    sorted_grant(amount_awarded=0)
    sorted_grant(amount_awarded=0, joint_share=True)
    table = coverage.table(Question(on=DAY, measure="grants"))
    assert (table.cell("victim_services", "LON"), table.total) == (1, 1)


def test_a_removed_grant_is_in_no_figure():
    sorted_grant(removed_at=NOW)
    assert coverage.table(Question(measure="awarded")).total == 0


def test_a_grant_that_touches_two_cells_is_one_grant_in_all():
    grant = GrantFactory()
    link(grant, "region", "LON", 5_000)
    link(grant, "region", "WAL", 5_000)
    table = coverage.table(Question(on=DAY, measure="grants"))
    assert (table.cell("not-stated", "LON"), table.cell("not-stated", "WAL")) == (1, 1)
    assert (table.row_totals[-1], table.total) == (1, 1)


def test_a_filter_on_what_is_not_shown_keeps_only_that_part():
    grant = sorted_grant(amount_awarded=100_00)
    link(grant, "group", "adult_women", 7_500)
    women = coverage.table(Question(on=DAY, codes={"group": ("adult_women",)}))
    both = coverage.table(Question(on=DAY, codes={"group": ("adult_women", "not-stated")}))
    assert (women.cell("victim_services", "LON"), both.total) == (75_00, 100_00)


def test_a_filter_on_rows_leaves_those_rows():
    sorted_grant()
    table = coverage.table(Question(on=DAY, codes={"priority": ("victim_services", "research")}))
    assert [line.code for line in table.rows] == ["victim_services", "research"]
    assert table.total == 1_000_000


def test_rows_and_columns_may_stand_the_other_way_round():
    grant = sorted_grant(amount_awarded=999)
    link(grant, "group", "adult_women", 3_333)
    one = coverage.table(Question(rows="group", columns="region", on=DAY))
    other = coverage.table(Question(rows="region", columns="group", on=DAY))
    assert [list(column) for column in zip(*one.cells, strict=True)] == [list(row) for row in other.cells]


def test_funders_recipients_and_programmes_can_be_chosen():
    funder, charity = FunderFactory(), GranteeFactory()
    sorted_grant(funder=funder, amount_awarded=1_00)
    sorted_grant(recipient=charity, amount_awarded=2_00)
    sorted_grant(programme="Small grants", amount_awarded=4_00)
    sorted_grant(amount_awarded=8_00)
    assert coverage.table(Question(on=DAY, funders=(funder.pk,))).total == 1_00
    assert coverage.table(Question(on=DAY, recipients=(charity.pk,))).total == 2_00
    assert coverage.table(Question(on=DAY, programmes=("Small grants",))).total == 4_00
    assert coverage.table(Question(on=DAY, funders=(Organisation.objects.latest("id").pk,))).total == 0


def test_an_ended_code_stands_only_while_a_grant_has_a_share_in_it():
    ended = Code.objects.get(dimension="group", code="detention")
    ended.valid_to = date(2026, 1, 1)
    ended.save()
    asked = Question(rows="group", on=DAY)
    assert "detention" not in [line.code for line in coverage.table(asked).rows]
    Link.objects.create(grant=GrantFactory(), dimension="group", code=ended, share=10_000, at=NOW)
    assert coverage.table(asked).total == sum(coverage.table(asked).row_totals) == 1_000_000


def test_a_cell_opens_exactly_its_grants():
    here, elsewhere = sorted_grant(), sorted_grant(place="WAL")
    sorted_grant(planned_end=date(2026, 5, 31))
    asked = Question(on=DAY)
    assert coverage.grant_ids(asked, row="victim_services", column="LON") == [here.pk]
    assert coverage.grant_ids(asked, row="victim_services") == [here.pk, elsewhere.pk]
    assert coverage.grant_ids(asked, column="WAL") == [elsewhere.pk]
    assert coverage.grant_ids(asked, row="research") == []


def test_rows_and_columns_are_never_the_same():
    with pytest.raises(ValueError, match="different"):
        Question(rows="region", columns="region")
