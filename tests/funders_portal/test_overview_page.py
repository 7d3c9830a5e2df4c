"""Where coverage falls short: ten sentences first, then area by area, each figure opening its own grants."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from counting import periods
from funders_portal import areas, sparks
from priorities import columns, gaps
from priorities.coverage import Question
from tests import factories

pytestmark = pytest.mark.django_db
DAY = "2026-06-30"
URL = f"/coverage/?on={DAY}"


@pytest.fixture
def portfolio():
    """£1,200 of victim services over two years, three quarters of it in London, £100 of research, £5 not sorted."""
    funder = factories.FunderFactory(name="Quillfeather Trust")
    shared = factories.GrantFactory(
        funder=funder, amount_awarded=1_200_00, award_date=date(2025, 1, 1), planned_start=date(2025, 1, 1)
    )
    factories.link(shared, "priority", "victim_services")
    factories.link(shared, "region", "LON", 7_500)
    factories.link(shared, "region", "NW", 2_500)
    other = factories.GrantFactory(amount_awarded=100_00)
    factories.link(other, "priority", "research")
    factories.link(other, "region", "UK")
    factories.GrantFactory(funder=funder, amount_awarded=5_00)
    columns.forget()
    return funder


def page(sign_in, funder, address: str = URL):
    return sign_in(factories.viewer(funder)).get(address)


def shown(response) -> str:
    """What the page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_one_line_says_how_much_where_and_of_whom(sign_in, portfolio):
    said = shown(page(sign_in, portfolio))
    assert "£1,305 in 3 grants. London 69.0 %, elsewhere 23.0 %, UK-wide 7.7 %" in said
    assert "2 of 2 funders up to date; £5 not yet sorted." in said


def every_line(funder):
    """The whole list of that day, as the page's reader may see it."""
    return gaps.table(on=date(2026, 6, 30), person=factories.viewer(funder)).lines


def test_ten_sentences_come_first_and_the_rest_is_all_of_it(sign_in, portfolio):
    response, every = page(sign_in, portfolio), every_line(portfolio)
    assert [line.text for line in response.context["first"]] == [line.text for line in every[:10]]
    assert f'<a href="/coverage/gaps/?on={DAY}">All of it ({len(every)} sentences)</a>' in response.content.decode()


def test_each_area_says_its_pounds_its_grants_and_its_year(sign_in, portfolio):
    context = page(sign_in, portfolio).context
    told = {each.line.code: (each.row.total, each.row.grants, each.row.bar, each.went) for each in context["areas"]}
    days = "on 30 June 2025, {} on 30 June 2026"
    assert told["victim_services"] == (1_200_00, 1, 10_000, "£1,200 " + days.format("£1,200"))
    assert told["research"] == (100_00, 1, 833, "£0 " + days.format("£100"))
    assert told["awareness"] == (0, 0, 0, "£0 " + days.format("£0"))
    assert list(told) == ["accountability", "awareness", "legal_representation", "victim_services", "research"]


def test_the_day_of_today_is_said_as_today():
    today = timezone.localdate()
    days = [periods.add_months(today, -12), today]
    assert areas.went([120_000_00, 190_000_000_00], days) == "£120,000 a year ago, £190m today"


def test_each_area_has_its_own_first_three_sentences_in_the_lists_order(sign_in, portfolio):
    context = page(sign_in, portfolio).context
    for area in context["areas"]:
        own = [line.text for line in every_line(portfolio) if line.gaps[0].row == area.line.code]
        assert ([line.text for line in area.sentences], area.shortfalls) == (own[:3], len(own))


def test_what_has_no_area_stands_beneath_the_areas(sign_in, portfolio):
    assert [(each.line.code, each.pence[-1]) for each in page(sign_in, portfolio).context["beside_them"]] == [
        ("not-stated", 5_00)
    ]


def test_every_sum_leads_to_grants_that_come_to_it(sign_in, portfolio):
    client = sign_in(factories.viewer(portfolio))
    html = client.get(URL).content.decode()
    table = html[html.index('<table class="rows figures years">') : html.index("</tbody>", html.index("years"))]
    links = re.findall(r'<a href="([^"]+)">£([\d,]+)</a>', table)
    assert [pounds for _, pounds in links] == ["1,200", "1,200", "100", "5"]
    for address, pounds in links:
        opened = client.get(address.replace("&amp;", "&"))
        assert opened.context["together"] == int(pounds.replace(",", "")) * 100


def test_an_area_leads_to_the_table_of_its_own_day_and_funders(sign_in, portfolio):
    html = page(sign_in, portfolio, f"{URL}&funder={portfolio.pk}").content.decode()
    address = next(each for each in re.findall(r'href="(/coverage/by/\?[^"]+)"', html) if "research" in each)
    query = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    assert query == {"on": [DAY], "funder": [str(portfolio.pk)], "priority": ["research"]}


def test_a_sentence_opens_exactly_its_grants(sign_in, portfolio):
    client = sign_in(factories.viewer(portfolio))
    for line in client.get(URL).context["first"]:
        opened = client.get("/coverage/grants/", {"on": DAY, "kind": line.kind, "gap": line.key})
        assert sorted(grant.pk for grant, _ in opened.context["lines"]) == list(line.grants)


def test_chosen_funders_narrow_the_money_and_not_the_sentences(sign_in, portfolio):
    all_of_us, narrowed = page(sign_in, portfolio), page(sign_in, portfolio, f"{URL}&funder={portfolio.pk}")
    assert narrowed.context["trend"].together.pence[-1] == 1_205_00
    assert [line.text for line in narrowed.context["first"]] == [line.text for line in all_of_us.context["first"]]
    assert "This list always looks at all funders" in shown(narrowed)


@pytest.mark.parametrize(
    "query",
    ["rows=service&columns=region", "measure=awarded", "from=2025-01-01&to=2025-12-31&measure=spread",
     "priority=research&on=2026-06-30", "region=LON&region=NW", "rows=nothing", "recipient=1", "programme=Homes"],
)  # fmt: skip
def test_old_addresses_of_the_table_lead_to_where_it_stands_now(sign_in, portfolio, query):
    response = page(sign_in, portfolio, f"/coverage/?{query}")
    assert (response.status_code, response["Location"]) == (301, f"/coverage/by/?{query}")


@pytest.mark.parametrize("query", ["on=2025-02-30", "colour=red", "funder=999999", f"on={DAY}&on=2025-01-01"])
def test_what_is_not_there_is_refused_with_the_pages_own_choices(sign_in, portfolio, query):
    response = page(sign_in, portfolio, f"/coverage/?{query}")
    assert response.status_code == 400
    html = response.content.decode()
    assert 'role="alert"' in html
    assert 'action="/coverage/"' in html
    assert 'name="measure"' not in html


def test_an_empty_portal_says_what_to_do_next(sign_in, db):
    assert "There are no grants yet" in shown(page(sign_in, factories.FunderFactory()))


def test_an_officer_is_offered_her_own_funder_and_the_secretariat_any(sign_in, portfolio):
    assert "Quillfeather Trust beside the group" in shown(page(sign_in, portfolio))
    assert "One funder beside the group" in shown(sign_in(factories.secretariat()).get(URL))


def test_what_is_passed_on_is_said_under_the_figures_with_its_rule(sign_in, portfolio):
    assert "passed on" not in shown(page(sign_in, portfolio))
    regranter = factories.FunderFactory(is_grantee=True)
    factories.GrantFactory(recipient=regranter, regrant_type="FRG010", amount_awarded=250_00)
    columns.forget()
    client = sign_in(factories.viewer(portfolio))
    sentence = "£250 in 1 grant is passed on to funders here and counts in their grants."
    for address in (URL, f"/coverage/by/?on={DAY}"):
        assert sentence in shown(client.get(address))
    assert 'id="passed-on"' in client.get("/help/").content.decode()


def test_the_years_are_taken_away_as_csv(sign_in, portfolio):
    response = page(sign_in, portfolio, f"/coverage/areas.csv?on={DAY}")
    lines = response.content.decode("utf-8-sig").splitlines()
    money, grants = "Running money {}", "Running grants {}"
    assert lines[0] == ",".join(
        ["Priority area", *(each.format(day) for each in (money, grants) for day in ("2025-06-30", DAY))]
    )
    assert "Victim services,1200.00,1200.00,1,1" in lines
    assert lines[-1] == "All,1200.00,1305.00,1,3"


def test_what_falls_short_is_taken_away_as_csv(sign_in, portfolio):
    lines = page(sign_in, portfolio, f"/gaps.csv?on={DAY}").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("What,Rule,Where,Pounds,Pounds for all of the UK or several together,Grants,Until,")
    assert len(lines) > 20


@pytest.mark.parametrize("address", ["/gaps.csv?on=2025-02-30", "/coverage/areas.csv?rows=service"])
def test_csv_of_what_is_not_there_is_refused_in_a_sentence(sign_in, portfolio, address):
    response = page(sign_in, portfolio, address)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


def test_every_coverage_page_says_where_one_can_go_beneath_it(sign_in, portfolio):
    client = sign_in(factories.viewer(portfolio))
    for address, here in ((URL, "Where it falls short"), (f"/coverage/by/?on={DAY}", "By area and place")):
        html = client.get(address).content.decode()
        beneath = html[html.index('aria-label="Coverage"') : html.index("</nav>", html.index('aria-label="Coverage"'))]
        assert re.findall(r'aria-current="page">([^<]+)<', beneath) == [here]
        assert re.findall(r'<a href="([^"]+)"', beneath)[:3] == ["/coverage/", "/coverage/neglected/", "/coverage/by/"]


def test_a_printed_page_bears_its_address_and_day(sign_in, portfolio):
    assert f"Figures as at 30 June 2026. http://testserver{URL}" in shown(page(sign_in, portfolio))


def test_a_line_goes_from_nought_to_its_own_highest():
    assert sparks.line([0, 50, 100]).points == [(6, 58), (120, 32), (234, 6)]
    assert sparks.line([0, 0]).points == [(6, 58), (234, 58)]


def test_the_overview_asks_the_database_no_more_of_a_larger_portfolio(
    sign_in, portfolio, django_assert_max_num_queries
):
    client = sign_in(factories.viewer(portfolio))
    client.get(URL)
    for _ in range(30):
        factories.link(factories.GrantFactory(funder=portfolio), "priority", "research")
    columns.forget()
    columns.current()
    with django_assert_max_num_queries(30):
        client.get(URL)


def test_the_day_query_names_the_day_even_where_the_address_does_not(sign_in, portfolio):
    assert page(sign_in, portfolio, "/coverage/").context["query"] == f"on={Question().on}"


def test_while_a_very_large_change_is_counted_in_the_page_says_so(sign_in, portfolio, monkeypatch):
    said = "A large change is being counted in."
    assert said not in shown(page(sign_in, portfolio))
    monkeypatch.setattr(columns, "_held", replace(columns.current(), behind=True))
    assert said in shown(page(sign_in, portfolio))
