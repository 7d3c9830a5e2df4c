"""What a grant is probably for, by its words, its places and what went before."""

import csv
from pathlib import Path

import pytest

from counting.money import WHOLE
from funders_portal import demo
from priorities.rules import Facts, Suggested, suggest

HELD_OUT = [
    ("Night shelter and move-on support for trafficked women in Leeds", "victim_services"),
    ("Specialist refuge for male survivors", "victim_services"),
    ("Art therapy group for survivors of modern slavery", "victim_services"),
    ("Hardship payments and clothing for new arrivals", "victim_services"),
    ("Casework and advocacy for survivors leaving support", "victim_services"),
    ("Family tracing service", "victim_services"),
    ("Solicitor for trafficking compensation claims", "legal_representation"),
    ("Immigration advice for survivors of domestic servitude", "legal_representation"),
    ("Test-case litigation and expert witnesses", "legal_representation"),
    ("Free legal representation outreach, West Midlands", "legal_representation"),
    ("Training first responders to spot the signs", "awareness"),
    ("National poster campaign on labour exploitation", "awareness"),
    ("Toolkit for GPs and nurses", "awareness"),
    ("Workshops in secondary schools", "awareness"),
    ("Independent scrutiny of the referral mechanism", "accountability"),
    ("Monitoring how government keeps the Convention", "accountability"),
    ("Shadow report to the treaty monitors", "accountability"),
    ("Parliamentary inquiry secretariat", "accountability"),
    ("Longitudinal study of survivors after support", "research"),
    ("Evidence review: outcomes for children", "research"),
    ("Mapping provision outside London", "research"),
    ("PhD fellowship on county lines", "research"),
]
"""Titles made up after the word lists were written."""


def shares(facts: Facts, dimension: str) -> dict[str, int]:
    return {each.code: each.share for each in suggest(facts) if each.dimension == dimension}


def test_the_area_is_right_for_four_in_five_titles_that_the_rules_have_not_seen():
    right = [area for title, area in HELD_OUT if list(shares(Facts(title), "priority")) == [area]]
    assert len(right) / len(HELD_OUT) >= 0.8, f"{len(right)} of {len(HELD_OUT)} right"


def test_a_suggestion_names_the_word_as_it_stands_in_the_title():
    assert Suggested("priority", "victim_services", WHOLE, "title", "Safe House") in suggest(Facts("A Safe House"))


def test_only_whole_words_count():
    assert suggest(Facts("Flattening manly housekeeping")) == []


def test_a_longer_phrase_wins_over_a_word_within_it():
    assert shares(Facts("Employment rights"), "priority") == {"legal_representation": WHOLE}
    assert shares(Facts("Employment"), "priority") == {"victim_services": WHOLE}


def test_a_title_outweighs_the_description():
    facts = Facts("Refuge", description="with some training of volunteers")
    assert shares(facts, "priority") == {"victim_services": WHOLE}


def test_the_files_place_stands_before_any_word():
    facts = Facts("Support in Wales", regions=["SCO"])
    assert [each for each in suggest(facts) if each.dimension == "region"] == [
        Suggested("region", "SCO", WHOLE, "file")
    ]


def test_several_places_are_shared_evenly_to_the_last_basis_point():
    facts = Facts("Refuge", regions=["LON", "SE", "LON", "", "SW"])
    assert shares(facts, "region") == {"LON": 3334, "SE": 3333, "SW": 3333}


def test_this_recipients_earlier_grant_is_followed_share_by_share_where_words_are_silent():
    earlier = {"priority": {"victim_services": 8000, "legal_representation": 2000}, "region": {"WAL": WHOLE}}
    facts = Facts("Core costs", earlier=earlier)
    assert shares(facts, "priority") == {"victim_services": 8000, "legal_representation": 2000}
    assert shares(facts, "region") == {"WAL": WHOLE}
    assert {each.rule for each in suggest(facts) if each.dimension == "region"} == {"earlier"}


def test_research_and_monitoring_have_no_service_area_and_no_population_group():
    for title in ("Literature review", "Shadow monitoring report"):
        for dimension in ("service", "group"):
            assert shares(Facts(title), dimension) == {"not-applicable": WHOLE}


def test_research_about_women_keeps_its_population_group():
    assert shares(Facts("Study of women's housing"), "group") == {"adult_women": WHOLE}
    assert shares(Facts("Study of women's housing"), "service") == {"not-applicable": WHOLE}


def test_training_of_professionals_has_an_audience_instead_of_a_population_group():
    facts = Facts("Hospital staff training")
    assert shares(facts, "group") == {"not-applicable": WHOLE}
    assert shares(facts, "audience") == {"practitioners": WHOLE}


def test_help_for_people_has_no_audience():
    assert shares(Facts("Refuge"), "audience") == {"not-applicable": WHOLE}


def test_women_and_men_together_are_one_group():
    assert shares(Facts("Safe house for women and men"), "group") == {"mixed_adults": WHOLE}


def test_what_people_have_said_is_not_suggested_again_and_leads_the_rest():
    facts = Facts("Hospital outreach", known={"priority": {"research": WHOLE}})
    assert shares(facts, "priority") == {}
    assert shares(facts, "service") == {"not-applicable": WHOLE}


def test_nothing_is_suggested_where_nothing_speaks():
    assert suggest(Facts("Repairs")) == []


@pytest.mark.parametrize("title", ["", "İ", "\ud800", "'", "’s", "\x00", "a" * 10_000])
def test_odd_titles_do_no_harm(title):
    assert suggest(Facts(title, description=title, programme=title, recipient=title)) == []


def test_shares_suggested_for_a_dimension_come_to_the_whole():
    facts = Facts("Housing, clothing, travel and counselling for women, men and children", regions=["NE", "NW", "UK"])
    for dimension in ("priority", "region", "group", "service"):
        assert sum(shares(facts, dimension).values()) == WHOLE


def test_the_area_is_right_for_four_in_five_grants_of_the_demo():
    with (Path(demo.__file__).parent / "portfolio.csv").open(newline="", encoding="utf-8") as file:
        grants = list(csv.DictReader(file))
    right = [each for each in grants if largest(each["priority"]) & set(shares(as_facts(each), "priority"))]
    assert len(right) / len(grants) >= 0.8, f"{len(right)} of {len(grants)} right"


def as_facts(grant: dict[str, str]) -> Facts:
    return Facts(grant["title"], recipient=grant["recipient"])


def largest(split: str) -> set[str]:
    """ "awareness=60;research=40" gives awareness; equal shares give both."""
    parts = {code: int(share) for code, share in (part.split("=") for part in split.split(";"))}
    return {code for code, share in parts.items() if share == max(parts.values())}
