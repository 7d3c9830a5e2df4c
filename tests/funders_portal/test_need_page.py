"""The page of need beside money: sentences first, a table with its sources, what was known on a day, refusals."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from counting.tables import Line
from funders_portal import charts, need_tables
from priorities import columns, gaps, need
from priorities.models import GapRules
from tests import factories
from tests.priorities.need_files import added

pytestmark = pytest.mark.django_db
DAY = "2026-06-01"


@pytest.fixture
def officer(sign_in):
    """An officer; £8,000 for women in the South East and £992,000 in London."""
    funder = factories.FunderFactory()
    for pounds, region in ((8_000, "SE"), (992_000, "LON")):
        grant = factories.GrantFactory(funder=funder, amount_awarded=pounds * 100)
        for dimension, code in (("priority", "victim_services"), ("region", region), ("group", "adult_women")):
            factories.link(grant, dimension, code)
    columns.forget()
    return sign_in(factories.officer(funder))


def test_the_sentence_says_both_shares_and_whose_need_it_is(officer):
    html = officer.get(f"/coverage/need/?on={DAY}").content.decode()
    assert (
        "Adult victim services in the South East: 0.8\u00a0% of the money, 11.8\u00a0% of the people. (Adults entering "
        "the national support contract, England and Wales, July 2022 to June 2023.)"
    ) in html


def test_a_sentence_opens_its_grants(officer):
    (line,) = [
        each for each in officer.get(f"/coverage/need/?on={DAY}").context["short"] if "South East" in each["text"]
    ]
    opened = officer.get(f"/coverage/grants/?{line['grants']}")
    assert [part for _grant, part in opened.context["lines"]] == [8_000_00]


def test_each_figure_stands_with_its_source_kind_period_and_day(officer):
    html = officer.get(f"/coverage/need/?on={DAY}").content.decode()
    assert "Share of the money beside share of the people (assessed, July 2022 to June 2023)" in html
    assert "Published on 24 October 2023." in html
    assert 'href="https://www.churchtimes.co.uk/articles/2023/27-october/' in html


def test_places_without_a_figure_are_said_to_have_none(officer):
    html = officer.get(f"/coverage/need/?on={DAY}").content.decode()
    assert "No figure of need is known here for 7 places, so none is compared: North East," in html


def test_what_was_known_on_a_day_is_asked_by_the_address(officer):
    early = officer.get(f"/coverage/need/?on={DAY}&known_on=2023-10-23").context
    keys = [each["family"].key for each in early["families"]]
    assert "support-contract.victim_services.region" not in keys
    assert "nrm-referrals.victim_services.group" in keys
    restated = {(each.figure.period, each.figure.said) for each in early["restated"] if not each.figure.axis}
    assert restated == {("2021", "12,706")}


def test_values_without_a_day_are_shown_for_now_alone(officer):
    now = officer.get("/coverage/need/")
    assert "not known" in now.content.decode()
    assert [each.short for each, _words in now.context["deficits"]] == [37_451]
    assert officer.get(f"/coverage/need/?on={DAY}").context["deficits"] == []


@pytest.mark.parametrize("path", ["/coverage/need/", "/coverage/need.csv", "/coverage/need/chart/"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("on=2025-02-30", "“2025-02-30” is no day that exists."),
        ("colour=red", "“colour” is no filter here. There are: on, known_on."),
        ("on=2025-01-01&on=2025-01-02", "Only one can be asked for; the address gives 2."),
    ],
)
def test_an_address_that_asks_for_what_is_not_there_is_refused(officer, path, query, words):
    answer = officer.get(f"{path}?{query}")
    assert answer.status_code == 400
    told = " ".join(answer.json()["problems"]) if path.endswith("chart/") else answer.content.decode()
    assert words in told


def test_a_chart_of_no_comparison_is_refused_with_the_choices(officer):
    answer = officer.get(f"/coverage/need/chart/?on={DAY}&family=nothing")
    assert answer.status_code == 400
    assert "support-contract.victim_services.region" in answer.json()["problems"][0]


def test_the_chart_says_what_the_table_says(officer):
    figure = officer.get(f"/coverage/need/chart/?on={DAY}&family=support-contract.victim_services.region").json()
    money, people = figure["data"]
    assert money["x"] == [0.8, 0, 99.2]
    assert people["x"] == [11.83, 9.74, 44.78]
    assert people["customdata"][0] == "South East: 11.8\u00a0% of the people"
    assert len(figure["layout"]["xaxis"]["tickvals"]) == 6


def test_the_table_of_a_comparison_holds_basis_points(officer):
    families = {each.key: each for each in need.shares(date(2026, 6, 1))}
    table = need_tables.as_table(families["support-contract.victim_services.region"])
    assert table.unit == "share"
    assert table.cell("SE", "money") == 80
    assert table.cell("SE", "people") == 1_183
    assert charts.beside(table)["data"][0]["text"][0] == "0.8\u00a0% of the money"


def test_the_file_for_a_spreadsheet_has_a_line_a_comparison(officer):
    answer = officer.get(f"/coverage/need.csv?on={DAY}")
    assert answer["Content-Disposition"] == f'attachment; filename="beside-need-{DAY}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    (found,) = [row for row in rows if row["Where or for whom"] == "South East"]
    assert (found["Share of the money (%)"], found["Share of the people (%)"]) == ("0.8", "11.83")
    assert (found["Pounds"], found["Number"], found["Of"]) == ("8000.00", "418", "3533")
    assert found["Published on"] == "2023-10-24"


@pytest.mark.parametrize("path", ["/coverage/need/", "/coverage/need.csv", "/coverage/need/chart/", "/api/need/"])
def test_what_will_be_known_on_a_day_to_come_is_refused(officer, path):
    answer = officer.get(f"{path}?known_on=2100-01-01")
    assert answer.status_code == 400
    told = answer.content.decode() if answer["Content-Type"].startswith("text/html") else str(answer.json())
    assert "What will be known on 1 January 2100 is still to come. Give today or an earlier day." in told


def test_the_page_says_what_its_figures_of_need_are(officer):
    now, today = officer.get("/coverage/need/"), timezone.localdate()
    words = "beside need figures as they stand now, those whose day of publication is not known among them"
    assert words in now.content.decode()
    asked = officer.get(f"/coverage/need/?on={today}").content.decode()
    assert words not in asked
    assert f"beside need figures as published by {date_format(today, 'j F Y')}" in asked
    ahead = officer.get(f"/coverage/need/?on={today.year + 1}-01-01").content.decode()
    assert f"beside need figures as published by {date_format(today, 'j F Y')}" in ahead


def test_what_is_small_is_what_the_group_says_is_small(officer):
    GapRules.objects.create(id=1, need=500)
    assert not any("South East" in each["text"] for each in officer.get("/coverage/need/").context["short"])
    GapRules.objects.update(need=1_000)
    page = officer.get("/coverage/need/")
    assert any("South East" in each["text"] for each in page.context["short"])
    assert "The share of the money is under 10\u00a0% of the share of the people." in page.content.decode()


def test_the_list_and_the_page_say_the_same(officer):
    page = {each["text"] for each in officer.get("/coverage/need/").context["short"]}
    found = gaps.table(on=timezone.localdate()).every
    listed = {gap.sentence for gap in found if gap.kind == "under_need" and gap.dimension == "region"}
    assert any("Adult victim services in the South East" in each for each in listed)
    assert listed <= page


def test_figures_of_several_periods_stand_each_with_its_own(officer):
    of = {"first": "2023-07-01", "last": "2024-06-30", "published_on": "2024-10-18", "people": "", "kind": ""}
    added({**of, "place": "NW", "value": "360", "share": "10 %", "whole": ""}, series="support-contract", codes="")
    html = officer.get(f"/coverage/need/?on={DAY}").content.decode()
    assert "Share of the money beside share of the people (assessed)" in html
    assert '<td class="when" data-label="Period">July 2023 to June 2024</td>' in html
    assert '<td class="when" data-label="Period">July 2022 to June 2023</td>' in html


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (10_000, ["0", "20", "40", "60", "80", "100"]),
        (900, ["0", "2", "4", "6", "8", "10"]),
        (101, ["0", "0.5", "1"]),
        (4, ["0", "0.01", "0.02", "0.03", "0.04"]),
        (0, ["0", "20", "40", "60", "80", "100"]),
    ],
)
def test_the_longest_bar_nearly_fills_the_chart(officer, largest, ticks):
    (family, *_rest) = need.shares(date(2026, 6, 1))
    table = replace(need_tables.as_table(family), cells=[[largest, 0]], rows=[Line("SE", "South East")])
    axis = charts.beside(table)["layout"]["xaxis"]
    assert axis["ticktext"] == [f"{each}\u00a0%" for each in ticks]
    assert not largest or 0.75 <= largest / 100 / axis["range"][1] <= 0.9


def test_a_portal_without_grants_says_so(sign_in):
    html = sign_in(factories.viewer()).get("/coverage/need/").content.decode()
    assert "There are no grants yet, so there is no money to set beside the need." in html


def test_the_page_stands_beneath_coverage(officer):
    html = officer.get("/coverage/need/").content.decode()
    assert '<a href="/coverage/need/" class="here" aria-current="page">Beside need</a>' in html
