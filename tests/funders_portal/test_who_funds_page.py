"""The page of who funds what: a sentence first, each figure opening its grants, and the picture saying the same."""

from __future__ import annotations

import pytest

from priorities import columns
from tests import factories

pytestmark = pytest.mark.django_db
ON = "2026-06-01"


@pytest.fixture
def funders():
    """Ash pays £300 and Birch £100 of the same charity's victim services in London; Cedar pays nothing."""
    charity = factories.GranteeFactory()
    funders = [factories.FunderFactory(name=name) for name in ("Ash", "Birch", "Cedar")]
    for funder, pence in zip(funders, (300_00, 100_00), strict=False):
        grant = factories.GrantFactory(funder=funder, amount_awarded=pence, recipient=charity)
        factories.link(grant, "priority", "victim_services")
        factories.link(grant, "region", "LON")
    columns.forget()
    return funders


def page(sign_in, funders, address: str):
    return sign_in(factories.viewer(funders[0])).get(address)


def test_the_sentence_first_says_how_few_pay_how_much(sign_in, funders):
    context = page(sign_in, funders, f"/coverage/who-funds/?on={ON}").context
    assert context["lead"] == ["One of the three funders, Ash, pays for 75.0\u00a0% of victim services."]
    assert context["met_line"] == (
        "Areas and places with running grants: one. Two or more funders pay in one of them, one alone in none. "
        "In one of them they pay the same charity."
    )
    assert context["without"] == 1


def test_each_figure_opens_exactly_its_grants(sign_in, funders):
    client = sign_in(factories.viewer(funders[0]))
    response = client.get(f"/coverage/who-funds/?on={ON}&priority=victim_services")
    address = f"/coverage/grants/?priority=victim_services&on={ON}&funder={funders[0].pk}&row=victim_services"
    assert f'href="{address.replace("&", "&amp;")}"' in response.content.decode()
    assert client.get(address).context["together"] == 300_00


def test_the_table_says_each_figure_and_its_part_of_the_area(sign_in, funders):
    rows = page(sign_in, funders, f"/coverage/who-funds/?on={ON}").context["first"]
    figures = [(row.funder.label, pence, share) for row in rows for area, pence, share in row.figures if pence]
    assert figures == [("Ash", 300_00, "75.0\u00a0%"), ("Birch", 100_00, "25.0\u00a0%")]


def test_of_many_funders_the_largest_stand_first_and_the_others_open(sign_in, funders):
    for number in range(30):
        grant = factories.GrantFactory(amount_awarded=1_00 + number)
        factories.link(grant, "priority", "research")
    columns.forget()
    response = page(sign_in, funders, f"/coverage/who-funds/?on={ON}")
    assert (len(response.context["first"]), len(response.context["more"])) == (25, 7)
    assert "Show all 32" in response.content.decode()
    chart = page(sign_in, funders, f"/coverage/who-funds/chart/?on={ON}").json()
    assert [each["text"] for each in chart["layout"]["annotations"] if "others" in each["text"]] == ["17 others  £18"]


def test_the_picture_is_the_tables_ways(sign_in, funders):
    (drawn,) = page(sign_in, funders, f"/coverage/who-funds/chart/?on={ON}").json()["data"]
    assert drawn["type"] == "sankey"
    assert list(drawn["link"]["customdata"]) == [
        "Ash → Victim services: £300",
        "Victim services → London: £400",
        "Birch → Victim services: £100",
    ]
    assert sum(drawn["link"]["value"]) == 2 * 400_00


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        (
            "ways",
            ["Funder,Area,Place,Pounds", "Ash,Victim services,London,300.00", "Birch,Victim services,London,100.00"],
        ),
        (
            "together",
            [
                "Area,Place,Pounds,Charities in common,Number of funders,Funders",
                "Victim services,London,400.00,1,2,Ash; Birch",
            ],
        ),
        ("pairs", ["Funder,Funder,Charities in common,Areas and places that both fund", "Ash,Birch,1,1"]),
    ],
)
def test_each_list_is_taken_away_as_csv(sign_in, funders, what, lines):
    response = page(sign_in, funders, f"/coverage/who-funds.csv?on={ON}&what={what}")
    assert response.content.decode("utf-8-sig").splitlines() == lines


def test_the_table_is_taken_away_as_csv_with_its_totals(sign_in, funders):
    response = page(sign_in, funders, f"/coverage/who-funds.csv?on={ON}&priority=victim_services")
    assert response.content.decode("utf-8-sig").splitlines() == [
        "Funder,Victim services,All",
        "Ash,300.00,300.00",
        "Birch,100.00,100.00",
        "All,400.00,400.00",
    ]


def test_a_file_that_there_is_not_is_refused_with_those_there_are(sign_in, funders):
    response = page(sign_in, funders, "/coverage/who-funds.csv?what=nothing")
    assert response.status_code == 400
    assert "what: “nothing” is not known here. Choose from: ways, together, pairs." in response.content.decode()


def test_the_api_gives_the_same(sign_in, funders):
    given = page(sign_in, funders, f"/api/who-funds/?on={ON}").json()
    ash, birch = ({"code": str(each.pk), "label": each.name} for each in funders[:2])
    assert given["parts"] == [
        {"funder": ash, "area": "victim_services", "place": "LON", "pence": 300_00},
        {"funder": birch, "area": "victim_services", "place": "LON", "pence": 100_00},
    ]
    assert given["meetings"] == [
        {"area": "victim_services", "place": "LON", "pence": 400_00, "funders": [ash, birch], "charities": 1}
    ]
    assert given["pairs"] == [{"funders": [ash, birch], "charities": 1, "places": 1}]
    assert page(sign_in, funders, "/api/who-funds/?colour=red").status_code == 400
