"""One funder beside the group: figures of both, what ends, what falls short and rests on it, what it alone holds."""

from __future__ import annotations

import re
from datetime import date

import pytest

from priorities import columns
from tests import factories

pytestmark = pytest.mark.django_db
DAY = "2026-06-30"


@pytest.fixture
def group():
    """Quillfeather has £300 of £400: all of Wales, half of London. Its London grant is followed, Wales is not."""
    ours, theirs = factories.FunderFactory(name="Quillfeather Trust"), factories.FunderFactory(name="Saltwicket Fund")
    for funder, place, pounds, title in (
        (ours, "WAL", 200, "Support in Wales"),
        (ours, "LON", 100, "House in London"),
        (theirs, "LON", 100, "Advice in London"),
    ):
        grant = factories.GrantFactory(funder=funder, amount_awarded=pounds * 100, title=title)
        factories.link(grant, "priority", "victim_services" if place == "WAL" else "research")
        factories.link(grant, "region", place)
        if title == "House in London":
            factories.GrantFactory(
                project=grant.project,
                funder=ours,
                planned_start=date(2027, 1, 1),
                planned_end=date(2028, 1, 1),
                amount_awarded=0,
            )
    columns.forget()
    return ours, theirs


def page(sign_in, funder, query: str = f"on={DAY}"):
    return sign_in(factories.officer(funder)).get(f"/coverage/funder/?{query}")


def shown(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows(response, name: str) -> dict[str, tuple[object, ...]]:
    return {
        row.part.line.code: (row.part.own, row.own_share, row.part.group, row.group_share, row.of_group)
        for each, _heading, _finding, listed, foot in response.context["lists"]
        if each == name
        for row in [*listed, *foot]
    }


def test_an_officer_lands_on_her_own_funder(sign_in, group):
    said = shown(page(sign_in, group[0]))
    assert "Quillfeather Trust beside the group" in said
    assert "£300 in 2 running grants, 75.0 % of the £400 that run here." in said


def test_any_member_may_be_looked_at_by_any_reader(sign_in, group):
    for person in (factories.officer(group[0]), factories.viewer(group[0]), factories.secretariat()):
        response = sign_in(person).get(f"/coverage/funder/?on={DAY}&funder={group[1].pk}")
        assert response.context["funder"] == group[1]


def test_the_secretariat_lands_on_the_first_by_name(sign_in, group):
    assert sign_in(factories.secretariat()).get("/coverage/funder/").context["funder"] == group[0]


def test_each_area_and_place_has_both_sums_and_three_shares(sign_in, group):
    response = page(sign_in, group[0])
    assert rows(response, "priority")["research"] == (100_00, "33.3\u00a0%", 200_00, "50.0\u00a0%", "50.0\u00a0%")
    assert rows(response, "region")["WAL"] == (200_00, "66.7\u00a0%", 200_00, "50.0\u00a0%", "100.0\u00a0%")
    assert rows(response, "region")["SCO"] == (0, "0.0\u00a0%", 0, "0.0\u00a0%", "")
    assert rows(response, "region")[""] == (300_00, "100.0\u00a0%", 400_00, "100.0\u00a0%", "75.0\u00a0%")


def test_the_sentence_names_where_the_shares_differ_most(sign_in, group):
    response = page(sign_in, group[0])
    assert [finding for _, _, finding, _, _ in response.context["lists"]] == [
        "Victim services: 66.7\u00a0% of the money of Quillfeather Trust, 50.0\u00a0% of the group's.",
        "London: 33.3\u00a0% of the money of Quillfeather Trust, 50.0\u00a0% of the group's.",
    ]
    assert response.context["where"] == "London 33.3\u00a0%, elsewhere 66.7\u00a0%, UK-wide 0.0\u00a0%"


def test_each_own_sum_leads_to_grants_that_come_to_it(sign_in, group):
    client = sign_in(factories.officer(group[0]))
    html = client.get(f"/coverage/funder/?on={DAY}").content.decode()
    links = re.findall(r'<a href="(/coverage/grants/[^"]+)">£([\d,]+)</a>', html)
    assert [pounds for _, pounds in links] == ["200", "100", "100", "200"]
    for address, pounds in links:
        assert client.get(address.replace("&amp;", "&")).context["together"] == int(pounds) * 100


def test_own_grants_that_end_say_whether_the_work_goes_on(sign_in, group):
    response = page(sign_in, group[0])
    assert [(grant.title, follows) for grant, follows in response.context["ending"]] == [
        ("Support in Wales", False),
        ("House in London", True),
    ]
    assert "2 grants, £300." in shown(response)


def test_of_what_falls_short_only_what_rests_on_its_grants_alone_is_told(sign_in, group):
    first, second = page(sign_in, group[0]), page(sign_in, group[1])
    told = [line.text for line in first.context["short"]]
    assert told
    assert all("Wales" in text for text in told if "Victim services in" in text)
    assert [line for line in second.context["short"] if "Wales" in line.text] == []


def test_what_it_alone_pays_for_is_listed_with_its_end(sign_in, group):
    response = page(sign_in, group[0])
    held = {each.place: (each.pence, each.until) for each in response.context["alone"]}
    assert held["Victim services in Wales"] == (200_00, date(2026, 12, 31))


def test_a_funder_with_nothing_running_is_told_so(sign_in, group):
    assert "Saltwicket Fund: no grant running on this day." in shown(page(sign_in, group[1], "on=2035-01-01"))


@pytest.mark.parametrize(
    "query", ["funder=999999", "on=2025-02-30", "rows=service", "colour=red", "funder={0}&funder={1}", "funder={2}"]
)
@pytest.mark.parametrize("address", ["/coverage/funder/", "/coverage/funder.csv"])
def test_what_is_not_there_is_refused_with_the_funders_to_choose_from(sign_in, group, address, query):
    charity = factories.GranteeFactory()
    asked = query.format(group[0].pk, group[1].pk, charity.pk)
    response = sign_in(factories.officer(group[0])).get(f"{address}?{asked}")
    assert response.status_code == 400
    html = response.content.decode()
    assert 'role="alert"' in html
    assert re.findall(r"<option[^>]*>([^<]+)</option>", html) == ["Quillfeather Trust", "Saltwicket Fund"]


def test_the_figures_are_taken_away_as_csv(sign_in, group):
    response = sign_in(factories.officer(group[0])).get(f"/coverage/funder.csv?on={DAY}")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ["List", "Entry", "Quillfeather Trust"]
    assert "place,Wales,200.00,66.67,200.00,50.00,100.00,1,1" in lines
    assert "priority area,All,300.00,100.00,400.00,100.00,75.00,2,3" in lines
    assert "place,Scotland,0.00,0.00,0.00,0.00,,0,0" in lines


def test_a_portal_without_funders_says_so(sign_in, db):
    assert "There is no funder here yet." in shown(sign_in(factories.secretariat()).get("/coverage/funder/"))
