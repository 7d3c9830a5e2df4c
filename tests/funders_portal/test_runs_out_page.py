"""The page of money running out: the largest fall first, each month opening what ends in it, and refusals in words."""

from __future__ import annotations

from datetime import date

import pytest

from priorities import columns
from tests import factories

pytestmark = pytest.mark.django_db
ON = "2026-01-01"


@pytest.fixture
def funder():
    """£900 of victim services until March, £300 of research until June, £100 whose end nobody knows."""
    funder = factories.FunderFactory(name="Quillfeather Trust")
    for title, pence, ends, area in (
        ("Refuge", 900_00, date(2026, 3, 31), "victim_services"),
        ("Study", 300_00, date(2026, 6, 30), "research"),
        ("Open", 100_00, None, "research"),
    ):
        grant = factories.GrantFactory(funder=funder, title=title, amount_awarded=pence, planned_end=ends)
        factories.link(grant, "priority", area)
    columns.forget()
    return funder


def page(sign_in, funder, address: str):
    return sign_in(factories.viewer(funder)).get(address)


def test_the_largest_fall_is_said_first_with_its_part_of_what_runs(sign_in, funder):
    response = page(sign_in, funder, f"/coverage/runs-out/?on={ON}")
    share = "75.0\u00a0%"
    assert response.context["lead"] == (
        f"The largest fall: £900 in 1 grant ends in March 2026, {share} of what runs on 1 January 2026."
    )
    assert response.context["line"] == (
        "£1,200 in 2 grants runs on 1 January 2026. £1,200 ends in the twelve months to 31 December 2026, "
        "and £0 runs on 1 January 2028, of what is awarded so far."
    )
    assert "1 grant does not say when it ends and is in no figure here." in response.content.decode()


def test_a_day_within_a_month_says_of_how_many_months_it_speaks(sign_in, funder):
    line = page(sign_in, funder, "/coverage/runs-out/?on=2025-11-27").context["line"]
    assert "£1,200 ends in the eleven months to 31 October 2026" in line


def test_the_largest_fall_is_marked_in_one_row_alone(sign_in, funder):
    response = page(sign_in, funder, f"/coverage/runs-out/?on={ON}")
    assert [row.words for row in response.context["rows"] if row.largest] == ["March 2026"]
    html = response.content.decode()
    assert html.count('class="marked"') == 2
    assert "cliff" not in html.lower()


def test_a_month_opens_exactly_the_grants_that_end_in_it(sign_in, funder):
    client = sign_in(factories.viewer(funder))
    rows = client.get(f"/coverage/runs-out/?on={ON}").context["rows"]
    for row in rows:
        opened = client.get("/coverage/runs-out/grants/", {"on": ON, "month": row.month.code}).context
        assert len(opened["lines"]) == row.month.grants
        assert sum(part for _grant, part in opened["lines"]) == opened["together"] == row.month.ending
    march = client.get("/coverage/runs-out/grants/", {"on": ON, "month": "2026-03", "area": "victim_services"}).context
    assert [(grant.title, part) for grant, part in march["lines"]] == [("Refuge", 900_00)]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("month=2026-13", "month: “2026-13” is not known here. Choose from: 2026-01, "),
        ("", "month: say which one. Choose from: 2026-01, "),
        ("month=2026-03&area=nothing", "area: “nothing” is not known here. Choose from: accountability, "),
    ],
)
def test_a_month_or_area_that_there_is_not_is_refused_with_the_choices(sign_in, funder, query, told):
    response = page(sign_in, funder, f"/coverage/runs-out/grants/?on={ON}&{query}")
    assert response.status_code == 400
    assert told in response.content.decode()


@pytest.mark.parametrize("address", ["/coverage/runs-out/", "/coverage/runs-out.csv", "/coverage/who-funds/"])
@pytest.mark.parametrize(
    "query", ["rows=region", "region=ZZ", "on=2026-02-30", "on=2026-01-01&on=2026-01-02", "funder=0"]
)
def test_what_is_not_there_is_refused_in_a_sentence(sign_in, funder, address, query):
    response = page(sign_in, funder, f"{address}?{query}")
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


def test_one_funder_one_place_or_one_area_can_be_looked_at(sign_in, funder):
    client = sign_in(factories.viewer(funder))
    for query, rows in (("priority=research", 300_00), (f"funder={funder.pk}", 1_200_00), ("region=LON", 0)):
        assert client.get(f"/coverage/runs-out/?on={ON}&{query}").context["rows"][0].month.running == rows


def test_the_chart_holds_the_numbers_of_the_table_and_the_largest_fall(sign_in, funder):
    figure = page(sign_in, funder, f"/coverage/runs-out/chart/?on={ON}").json()
    words = {text for bar in figure["data"] for text in bar["customdata"]}
    assert {"March 2026 · Victim services: £900", "April 2026 · Victim services: £0"} <= words
    assert [each["text"] for each in figure["layout"]["annotations"]][-1] == "£900 ends<br>in March 2026"
    assert len(figure["data"]) <= 7


def test_a_chart_of_what_is_not_there_is_refused(sign_in, funder):
    response = page(sign_in, funder, "/coverage/runs-out/chart/?rows=x")
    assert response.status_code == 400
    assert response.json()["problems"][0].startswith("“rows” is no filter here.")


def test_the_months_are_taken_away_as_csv(sign_in, funder):
    lines = page(sign_in, funder, f"/coverage/runs-out.csv?on={ON}&priority=research").content.decode("utf-8-sig")
    head, january, *months = lines.splitlines()
    assert head == "Month,Running on,Research,All,Grants ending in the month,Ends: Research,Ends: all"
    assert january == "2026-01,2026-01-01,300.00,300.00,0,0.00,0.00"
    assert months[4] == "2026-06,2026-06-01,300.00,300.00,1,300.00,300.00"
    assert months[-1] == "2028-01,2028-01-01,0.00,0.00"


def test_the_api_gives_the_same(sign_in, funder):
    given = page(sign_in, funder, f"/api/runs-out/?on={ON}").json()
    assert given["largest_fall"] == "2026-03"
    assert given["months"][2] == {"month": "2026-03", "running": 1_200_00, "ending": 900_00, "grants": 1}
    assert given["undated"] == 1
    assert page(sign_in, funder, "/api/runs-out/?rows=region").status_code == 400


def test_an_empty_portal_says_what_to_do_next(sign_in, db):
    for address in ("/coverage/runs-out/", "/coverage/who-funds/"):
        assert "There are no grants yet" in page(sign_in, factories.FunderFactory(), address).content.decode()
