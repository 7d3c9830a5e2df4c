"""A share of money stands beside a share of people only where both are of the same people."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from priorities import columns, need
from priorities.models import NeedFigure
from priorities.need import words as need_words
from tests import factories
from tests.priorities.need_files import added, year

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
ADULTS = "priority: victim_services; group: adult_women, adult_men, mixed_adults"


def granted(pounds: int, region: str, group: str = "adult_women", area: str = "victim_services", **more: str):
    grant = factories.GrantFactory(amount_awarded=pounds * 100)
    for dimension, code in {"priority": area, "region": region, "group": group, **more}.items():
        factories.link(grant, dimension, code)
    columns.forget()
    return grant


def only_ours() -> None:
    """Nothing shipped stands beside what a test adds."""
    NeedFigure.objects.all().delete()


def shares(**asked) -> dict[tuple[str, str], tuple[int | None, int]]:
    return {
        (family.dimension, each.code): (each.money, each.need)
        for family in need.shares(DAY, **asked)
        for each in family.comparators
    }


def entered(**more: str) -> None:
    """1,000 adults in England and Wales: 118 of them in the South East, 448 in London."""
    only_ours()
    lines = [year(2025, value="1,000"), year(2025, place="SE", value="118"), year(2025, place="LON", value="448")]
    added(*({**line, "published_on": "2026-02-01", **more} for line in lines), whole="EW", codes=ADULTS)


def test_money_is_that_for_the_same_people_in_the_same_places():
    entered()
    granted(992, "LON")
    granted(8, "SE", "adult_men")
    granted(5_000, "SE", "children")
    granted(5_000, "SCO")
    granted(5_000, "SE", area="research")
    assert shares() == {("region", "SE"): (80, 1_180), ("region", "LON"): (9_920, 4_480)}


def test_the_sentence_says_what_where_and_whose_need():
    entered()
    granted(992, "LON")
    granted(8, "SE")
    (family,) = need.shares(DAY)
    assert need_words.sentence(family, family.comparators[0]) == (
        "Adult victim services in the South East: 0.8\u00a0% of the money, 11.8\u00a0% of the people. "
        "(People counted, England and Wales, 2025.)"
    )
    assert need_words.without(family) == (
        "No figure of need is known here for 8 places, so none is compared: North East, North West, Yorkshire and the "
        "Humber, East Midlands, West Midlands, East of England, South West, Wales."
    )


def test_uk_wide_money_is_in_no_share_and_is_said_beside():
    entered()
    granted(992, "LON")
    granted(8, "SE")
    granted(3_000, "UK")
    (family,) = need.shares(DAY)
    first = family.comparators[0]
    assert (first.money, first.reach) == (80, 3_000_00)
    assert need_words.softened(family, first) == "£3,000 more is UK-wide and may reach it."


def test_money_for_several_groups_is_in_the_whole_alone():
    only_ours()
    lines = [
        year(2025, of="group: adult_women", share="one third"),
        year(2025, of="group: adult_men", share="two thirds"),
    ]
    added(*({**line, "published_on": "2026-02-01"} for line in lines), whole="EW", codes=ADULTS)
    granted(75, "LON", "adult_women")
    granted(5, "LON", "adult_men")
    granted(20, "LON", "mixed_adults")
    assert shares() == {("group", "adult_women"): (7_500, 3_333), ("group", "adult_men"): (500, 6_667)}
    (family,) = need.shares(DAY)
    men = family.comparators[0]
    assert need_words.sentence(family, men) == (
        "Victim services for adult men: 5.0\u00a0% of the money, two thirds of the people. "
        "(People counted, England and Wales, 2025.)"
    )
    assert need_words.softened(family, men) == "£20 more is for women and men together and may reach them."


def test_young_men_of_16_and_17_are_children_too():
    only_ours()
    lines = [year(2025, value="100"), year(2025, of="group: children", value="44")]
    added(*({**line, "published_on": "2026-02-01"} for line in lines))
    granted(90, "LON")
    granted(4, "LON", "children")
    boys = granted(6, "NW", "males_16_17")
    assert shares() == {("group", "children"): (1_000, 4_400)}
    (short,) = need.short(DAY, columns.current())
    assert boys.pk in short.grants
    assert short.columns == ("children", "males_16_17")


def test_without_a_day_of_publication_there_is_no_comparison():
    entered(published_on="")
    granted(8, "SE")
    assert need.shares(DAY) == []


def test_what_was_published_later_is_not_known_before():
    entered()
    granted(992, "LON")
    granted(8, "SE")
    assert need.shares(date(2026, 1, 31)) == []
    assert shares(known_on=date(2026, 1, 31)) == {}
    assert len(shares(known_on=date(2026, 2, 1))) == 2


def test_a_restatement_changes_the_share_from_its_day_on():
    entered()
    added(
        year(2025, place="SE", value="236", published_on="2026-04-01"),
        people="", kind="", whole="", codes="",
    )  # fmt: skip
    granted(992, "LON")
    granted(8, "SE")
    assert shares(known_on=date(2026, 3, 31))["region", "SE"] == (80, 1_180)
    assert shares(known_on=date(2026, 4, 1))["region", "SE"] == (80, 2_360)


def test_only_the_latest_period_that_had_begun_is_compared():
    only_ours()
    for number, value in ((2024, "10"), (2025, "20"), (2026, "30")):
        first = {} if number == 2024 else {"people": "", "kind": "", "whole": "", "codes": ""}
        added(
            year(number, value="100", published_on=f"{number}-06-01"),
            year(number, place="WAL", value=value, published_on=f"{number}-06-01"),
            **first,
        )
    granted(8, "SE")
    assert shares() == {("region", "WAL"): (0, 3_000)}
    assert [each.period for each in need.shares(date(2025, 12, 31))] == ["2025"]


def test_a_newer_period_of_one_place_leaves_the_others_as_they_were():
    entered()
    newer = {"published_on": "2026-05-01"}
    added(
        year(2026, value="2,000", **newer), year(2026, place="SE", value="100", **newer),
        year(2026, place="LON", value="40", published_on="2026-07-01"),
        people="", kind="", whole="", codes="",
    )  # fmt: skip
    granted(992, "LON")
    granted(8, "SE")
    assert shares() == {("region", "SE"): (80, 500), ("region", "LON"): (9_920, 4_480)}
    (family,) = need.shares(DAY)
    assert (family.period, len(family.without)) == ("", 8)
    assert [need_words.sentence(family, each).partition("(")[2] for each in family.comparators] == [
        "People counted, England and Wales, 2026.)",
        "People counted, England and Wales, 2025.)",
    ]


def test_a_newer_number_that_bears_no_share_does_not_stand_in_for_an_older_one_that_does():
    entered()
    added(year(2026, place="SE", value="100", published_on="2026-05-01"), people="", kind="", whole="", codes="")
    granted(8, "SE")
    assert shares()["region", "SE"] == (10_000, 1_180)


@pytest.mark.parametrize("defined", [{"kind": "provision"}, {"kind": "population"}, {"counts": "cases"}, {"codes": ""}])
def test_what_is_no_count_of_people_in_need_is_compared_with_no_money(defined):
    only_ours()
    lines = [year(2025, value="1,000"), year(2025, place="SE", value="118")]
    added(*({**line, "published_on": "2026-02-01"} for line in lines), **defined)
    granted(8, "SE")
    assert need.shares(DAY) == []


def test_where_no_money_runs_at_all_nothing_is_small_beside_the_need():
    entered()
    (family,) = need.shares(DAY)
    assert [each.money for each in family.comparators] == [None, None]
    assert need_words.sentence(family, family.comparators[0]) == (
        "Adult victim services in London: no money for these people, who are 44.8\u00a0% of them. "
        "(People counted, England and Wales, 2025.)"
    )
    assert need.short(DAY, columns.current()) == []


def test_what_is_short_is_told_with_its_money_grants_and_source():
    entered()
    granted(992, "LON")
    small = granted(8, "SE")
    assert need.short(DAY, columns.current()) == [
        need.Short(
            area="victim_services",
            dimension="region",
            column="SE",
            money_share_bp=80,
            need_share_bp=1_180,
            people="People counted, England and Wales",
            period="2025",
            source="Annual report",
            url="https://www.example.org/report",
            pence=800,
            grants=(small.pk,),
            adults=True,
        )
    ]


def test_half_is_not_under_half():
    entered()
    granted(941, "LON")
    granted(59, "SE")
    assert need.short(DAY, columns.current()) == []
    assert [each.column for each in need.short(DAY, columns.current(), below_bp=5_001)] == ["SE"]


def test_the_largest_difference_comes_first_and_a_code_stands_once():
    entered()
    alone = [year(2025, value="100"), year(2025, place="SE", value="90"), year(2025, place="NI", value="10")]
    added(*({**line, "published_on": "2026-02-01"} for line in alone), series="others")
    granted(992, "LON")
    granted(8, "SE")
    found = need.short(DAY, columns.current())
    assert [(each.column, each.need_share_bp) for each in found] == [("SE", 9_000), ("NI", 1_000)]


def test_the_database_is_asked_as_often_for_many_grants_as_for_few():
    entered()
    granted(992, "LON")
    granted(8, "SE")

    def asked() -> int:
        portfolio = columns.current()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            need.short(DAY, portfolio)
        return len(queries)

    few = asked()
    for _ in range(20):
        granted(1, "SE")
    assert asked() == few


def test_need_less_provision_for_one_place_and_period():
    """Asylum main applicants in England and Wales, 92.8 % of 78,768, against legal aid matter starts."""
    (found,) = need.deficits()
    assert round(78_768 * 0.928) == found.need.value == 73_097
    assert found.provision.value == 35_646
    assert abs(found.short - 37_450) <= 1
    assert found.short == 37_451
    assert need_words.whole_percent(found.share) == "51\u00a0%"
    assert need_words.deficit(found) == (
        "England and Wales, year to August 2023: 73,097 in need, 35,646 met. 37,451 short, 51\u00a0% of the need."
    )


def test_a_deficit_of_another_period_or_place_is_none():
    NeedFigure.objects.filter(series__code="asylum-legal-aid").update(place="ENG")
    assert need.deficits() == []


def test_a_deficit_without_days_of_publication_answers_for_no_day():
    assert need.deficits(date(2026, 1, 1)) == []


def test_the_share_of_need_that_is_met_fell_by_forty_points():
    ((series, found),) = need.met().items()
    assert series.code == "asylum-legal-aid-met"
    assert [(each.share, each.change) for each in found] == [(8_300, None), (4_300, -4_000)]
    assert need_words.points(found[1].change) == "40 points less"


def test_the_shares_of_those_who_entered_the_support_contract():
    families = {each.key: each for each in need.shares(DAY)}
    found = families["support-contract.victim_services.region"].comparators
    said = {each.code: need_words.percent(each.need) for each in found}
    assert said == {"LON": "44.8\u00a0%", "SE": "11.8\u00a0%", "NW": "9.7\u00a0%"}


def test_labour_is_what_the_other_forms_leave():
    whole = NeedFigure.objects.get(series__code="support-contract", value=3_533)
    parts = NeedFigure.objects.filter(series__code="support-contract", value__in=(672, 524, 160, 116))
    labour = whole.value - sum(each.value for each in parts)
    assert labour == 2_061
    assert need_words.whole_percent(labour * 10_000 // whole.value) == "58\u00a0%"
    said = NeedFigure.objects.get(series__code="support-contract", first=whole.first, part="labour")
    assert (said.share, said.printed) == (5_800, "58 %")
