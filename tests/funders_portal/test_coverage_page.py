"""By area and place: figures exact, each opening its grants, and refusals that say what to do."""

from __future__ import annotations

from datetime import date

import pytest

from priorities import columns
from tests import factories

pytestmark = pytest.mark.django_db
DAY = "2025-01-01"


@pytest.fixture
def portfolio():
    """£1,200 of victim services, three quarters of it in London, and £100 that nobody has sorted."""
    funder = factories.FunderFactory(name="Quillfeather Trust")
    shared = factories.GrantFactory(
        funder=funder,
        title="Second-stage housing",
        amount_awarded=1_200_00,
        award_date=date(2024, 1, 1),
        planned_start=date(2024, 1, 1),
    )
    factories.link(shared, "priority", "victim_services")
    factories.link(shared, "region", "LON", 7_500)
    factories.link(shared, "region", "NW", 2_500)
    factories.GrantFactory(
        funder=funder,
        amount_awarded=100_00,
        award_date=date(2024, 1, 1),
        planned_start=date(2024, 1, 1),
    )
    columns.forget()
    return funder


def page(sign_in, funder, address: str):
    return sign_in(factories.viewer(funder)).get(address)


def test_the_table_says_each_figure_exactly(sign_in, portfolio):
    html = page(sign_in, portfolio, f"/coverage/by/?on={DAY}").content.decode()
    assert ">£900</a>" in html
    assert ">£300</a>" in html
    assert "£1,300 in 2 grants" in html


def test_the_line_on_top_says_what_the_figures_rest_on(sign_in, portfolio):
    html = page(sign_in, portfolio, f"/coverage/by/?on={DAY}").content.decode()
    assert "£100 not yet sorted" in html
    assert "The one funder is up to date; " in html


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("on=2027-11-30", "The one funder may be out of date; Quillfeather Trust last added grants 23 months ago"),
        ("on=2100-06-01", "The one funder may be out of date; Quillfeather Trust last added grants 74 years ago"),
        ("measure=awarded", "Awarded, all dates"),
    ],
)
def test_what_was_long_ago_or_of_all_dates_is_said_plainly(sign_in, portfolio, query, told):
    assert told in page(sign_in, portfolio, f"/coverage/by/?{query}").content.decode()


@pytest.mark.parametrize(
    ("columns_are", "code", "words"),
    [
        ("region", "SE", "Victim services: 75p of every pound goes to the South East."),
        ("exploitation", "sexual", "Victim services: 75p of every pound goes to sexual exploitation."),
        ("group", "adult_women", "Victim services: 75p of every pound goes to adult women."),
    ],
)
def test_the_finding_says_where_the_most_goes_as_a_sentence_does(sign_in, db, columns_are, code, words):
    for pounds, to in ((75, code), (25, "NW" if columns_are == "region" else "undivided")):
        grant = factories.GrantFactory(amount_awarded=pounds * 100)
        factories.link(grant, "priority", "victim_services")
        factories.link(grant, columns_are, to)
    columns.forget()
    found = sign_in(factories.viewer()).get(f"/coverage/by/?on=2026-06-01&columns={columns_are}").context["finding"]
    assert found == words


def test_a_figure_opens_exactly_its_grants_with_their_part(sign_in, portfolio):
    response = page(sign_in, portfolio, f"/coverage/grants/?on={DAY}&row=victim_services&column=LON")
    assert [(grant.title, part) for grant, part in response.context["lines"]] == [("Second-stage housing", 900_00)]


@pytest.mark.parametrize(
    "query",
    [
        "rows=nothing",
        "on=2025-02-30",
        "on=9999-12-31",
        "from=0001-01-01",
        "rows=region&columns=region",
        "rows=priority&rows=region",
        "colour=red",
        "region=ZZ",
        "funder=999999",
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence_with_the_form_kept(sign_in, portfolio, query):
    response = page(sign_in, portfolio, f"/coverage/by/?measure=awarded&{query}")
    assert response.status_code == 400
    html = response.content.decode()
    assert 'role="alert"' in html
    assert '<option value="awarded" selected>' in html


@pytest.mark.parametrize("query", ["kind=empty&gap=nothing", "kind=fragile&gap=nothing"])
def test_figures_that_do_not_exist_are_not_found(sign_in, portfolio, query):
    assert page(sign_in, portfolio, f"/coverage/grants/?{query}").status_code == 404


@pytest.mark.parametrize("name", ["row", "column"])
def test_a_figure_of_an_unknown_code_is_refused_with_the_codes_there_are(sign_in, portfolio, name):
    response = page(sign_in, portfolio, f"/coverage/grants/?{name}=NOPE")
    assert response.status_code == 400
    assert f"{name}: “NOPE” is not known here. Choose from: " in response.content.decode()


def test_the_grants_behind_a_figure_come_to_it_without_other_currencies(sign_in, portfolio):
    euros = factories.GrantFactory(
        currency="EUR", amount_awarded=5_00, award_date=date(2024, 1, 1), planned_start=date(2024, 1, 1)
    )
    factories.link(euros, "priority", "victim_services")
    columns.forget()
    response = page(sign_in, portfolio, f"/coverage/grants/?on={DAY}&measure=grants&row=victim_services")
    assert (response.context["together"], len(response.context["lines"])) == (1_200_00, 2)
    assert "£1,200</td></tr></tfoot>" in response.content.decode()


def test_a_table_with_pence_is_shown_to_the_pound_and_says_where_the_pence_are(sign_in, portfolio):
    small = factories.GrantFactory(
        funder=portfolio, amount_awarded=1_234_56, award_date=date(2024, 1, 1), planned_start=date(2024, 1, 1)
    )
    factories.link(small, "priority", "research")
    factories.link(small, "region", "WAL", 9_999)
    factories.link(small, "region", "SCO", 1)
    columns.forget()
    html = page(sign_in, portfolio, f"/coverage/by/?on={DAY}").content.decode()
    table = html[html.index("<table") : html.index("</table>")]
    assert "whole pounds; to the penny in Table (CSV) below" in table
    assert ">£1,234</a>" in table
    assert ">13p</a>" in table
    assert "1,234.56" not in table


def test_the_chart_holds_the_numbers_of_the_table(sign_in, portfolio):
    figure = page(sign_in, portfolio, f"/coverage/chart/?on={DAY}").json()
    words = {text for layer in figure["data"] for row in layer["customdata"] for text in row}
    assert {"Victim services · London: £900", "Victim services · North West: £300"} <= words


def test_a_chart_of_what_is_not_there_is_refused(sign_in, portfolio):
    response = page(sign_in, portfolio, "/coverage/chart/?rows=nothing")
    assert response.status_code == 400
    assert response.json()["problems"][0].startswith("rows: ")


@pytest.mark.parametrize("measure", ["live", "awarded", "spread", "grants"])
@pytest.mark.parametrize("columns", ["region", "group", "exploitation", "service", "audience", "term"])
def test_every_measure_by_every_column_is_shown(sign_in, portfolio, measure, columns):
    response = page(sign_in, portfolio, f"/coverage/by/?measure={measure}&columns={columns}&on={DAY}")
    assert response.status_code == 200


def test_a_choice_can_be_taken_back_by_its_own_link(sign_in, portfolio):
    response = page(sign_in, portfolio, f"/coverage/by/?on={DAY}&region=LON&region=NW&funder={portfolio.pk}")
    assert [(each.words, each.without) for each in response.context["narrowing"]] == [
        ("Quillfeather Trust", f"on={DAY}&region=LON&region=NW"),
        ("London", f"on={DAY}&region=NW&funder={portfolio.pk}"),
        ("North West", f"on={DAY}&region=LON&funder={portfolio.pk}"),
    ]


def test_an_empty_portal_says_what_to_do_next(sign_in, db):
    html = page(sign_in, factories.FunderFactory(), "/coverage/by/").content.decode()
    assert "There are no grants yet" in html


def test_an_empty_portal_keeps_its_page_for_funders_only(sign_in, client, db):
    assert client.get("/coverage/by/").status_code == 302
    assert sign_in(factories.lead()).get("/coverage/by/").status_code == 403


def test_the_table_is_taken_away_as_csv_with_its_totals(sign_in, portfolio):
    response = page(sign_in, portfolio, f"/coverage.csv?on={DAY}&region=LON&region=NW&priority=victim_services")
    assert response.content.decode("utf-8-sig").splitlines() == [
        "Priority area,North West,London,All",
        "Victim services,300.00,900.00,1200.00",
        "All,300.00,900.00,1200.00",
    ]


@pytest.mark.parametrize("address", ["/coverage.csv?rows=x", "/gaps.csv?on=2025-02-30"])
def test_csv_of_what_is_not_there_is_refused_in_a_sentence(sign_in, portfolio, address):
    response = page(sign_in, portfolio, address)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
