"""Trying a grant: before and after beside each other, from the address alone, nothing saved, refusals in words."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.utils import timezone

from priorities import columns, gaps
from priorities.sentences import day
from priorities.shortfall import asides
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/coverage/try/"
ADD = {"what": "add", "amount": "£1,200.50", "from": "2026-01-01", "to": "2026-12-31", "on": "2026-06-01"}
SHARES = {"priority.victim_services": "60", "priority.research": "40", "region.WAL": "100"}


@pytest.fixture
def grant():
    """£500 of research in London, all of 2026; its end is given, and it is the only grant."""
    grant = factories.GrantFactory(
        funder=factories.FunderFactory(name="Ash"), amount_awarded=500_00, title="Study of routes"
    )
    factories.link(grant, "priority", "research")
    factories.link(grant, "region", "LON")
    columns.forget()
    return grant


@pytest.fixture
def client(sign_in, grant):
    return sign_in(factories.viewer(grant.funder))


def adding(grant: Any, **more: str) -> str:
    return f"{PAGE}?{urlencode({**ADD, 'funder': grant.funder_id, **SHARES, **more})}"


def ending(**given: Any) -> str:
    return f"{PAGE}?{urlencode({'what': 'end', **given})}"


def lines(response: Any, name: str) -> dict[str, tuple[str, str, str]]:
    return {each.label: (each.before, each.after, each.change) for each in response.context[name]}


def rows() -> dict[str, list[Any]]:
    """All that the database holds but for who is signed in."""
    models = [model for model in apps.get_models() if model._meta.label != "sessions.Session"]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


def test_a_grant_that_is_added_changes_its_area_and_place_by_its_shares(client, grant):
    response = client.get(adding(grant))
    assert lines(response, "totals")["All running grants"] == ("£500", "£1,700.50", "+£1,200.50")
    assert lines(response, "totals")["Number of running grants"] == ("1", "2", "+1")
    assert lines(response, "areas")["Victim services"] == ("£0", "£720.30", "+£720.30")
    assert lines(response, "areas")["Research"] == ("£500", "£980.20", "+£480.20")
    assert lines(response, "areas")["Awareness"] == ("£0", "£0", "")
    assert lines(response, "regions")["Wales"] == ("£0", "£1,200.50", "+£1,200.50")
    assert response.context["told"] == (
        "£1,200.50 more from Ash, from 1 January 2026 to 31 December 2026: "
        "Victim services 60\u00a0%, Research 40\u00a0%; Wales."
    )


def test_london_elsewhere_and_uk_wide_are_said_before_and_after(client, grant):
    response = client.get(adding(grant, amount="500"))
    assert response.context["where"] == [
        "London 100.0\u00a0%, elsewhere 0.0\u00a0%, UK-wide 0.0\u00a0%",
        "London 50.0\u00a0%, elsewhere 50.0\u00a0%, UK-wide 0.0\u00a0%",
    ]


def test_what_is_left_of_a_whole_is_said_to_be_not_yet_sorted(client, grant):
    told = client.get(adding(grant, **{"priority.research": "10", "region.WAL": "", "group": "children"})).url
    assert (
        client.get(told)
        .context["told"]
        .endswith(
            "Victim services 60\u00a0%, Research 10\u00a0%, not yet sorted by area 30\u00a0%; "
            "not yet sorted by place; Children and young people."
        )
    )


def test_sentences_that_would_go_and_come_are_the_lists_own(client, grant):
    response = client.get(adding(grant, to="2029-01-01"))
    lists = {
        heading: [(gap.key, gap.kind) for gap in [*first, *more]] for heading, first, more in response.context["lists"]
    }
    wales = "victim_services.region.WAL"
    assert [kind for key, kind in lists["Would close"] if key == wales] == ["empty"]
    assert [kind for key, kind in lists["Would appear"] if key == wales] == ["fragile"]
    then = client.get(adding(grant, to="2029-01-01")).content.decode()
    now = gaps.table(on=date(2026, 6, 1)).gap(wales)
    assert f"<p>{now.sentence}</p>" in then


def test_nothing_is_saved_and_another_reader_sees_nothing(client, grant, sign_in):
    other = factories.officer(grant.funder)
    client.get(PAGE)  # The first page ever shown makes the group's own row.
    before, held = rows(), [block.size for block in columns.current().blocks]
    for address in (adding(grant), ending(grant=grant.pk, last="2026-03-31")):
        assert client.get(address).context["tried"].changes_nothing is False
    assert rows() == before
    assert [block.size for block in columns.current().blocks] == held
    assert sign_in(other).get("/coverage/?on=2026-06-01").context["total"] == "£500 in 1 grant"


def test_the_address_alone_brings_it_back_for_another_reader(client, grant, sign_in):
    mine = client.get(adding(grant)).context["totals"]
    assert list(sign_in(factories.officer(grant.funder)).get(adding(grant)).context["totals"]) == list(mine)


def test_a_day_on_which_nothing_runs_says_so(client, grant):
    page = client.get(ending(grant=grant.pk, last="2026-03-31", on="2027-06-01")).content.decode()
    assert "Now: nothing runs. Then: nothing runs." in page


def test_a_shortfall_that_was_set_aside_is_told_with_it(client, grant):
    at = timezone.now()
    wales, again = gaps.table(on=timezone.localdate(at)).gap("victim_services.region.WAL"), timezone.localdate(at)
    again += timedelta(days=30)
    asides.set_aside(gaps=[wales], reason="Later", look_again_on=again, by=factories.officer(), at=at)
    today = timezone.localdate(at)
    page = client.get(adding(grant, **{"from": str(today), "to": str(today + timedelta(days=900)), "on": str(today)}))
    assert f'<span class="quiet">Set aside until {day(again)}.</span></p>' in page.content.decode()


def test_empty_boxes_are_left_out_of_the_address(client, grant):
    answer = client.get(f"{PAGE}?what=add&funder={grant.funder_id}&amount=5&priority.research=&region.LON=100")
    assert answer.status_code == 302
    assert answer.url == f"{PAGE}?what=add&funder={grant.funder_id}&amount=5&region.LON=100"


def test_a_grant_that_ends_takes_its_money_away_from_the_next_day_on(client, grant):
    response = client.get(ending(grant=grant.grant_id, last="2026-05-31", on="2026-06-01"))
    assert lines(response, "totals")["All running grants"] == ("£500", "£0", "\u2212£500")
    assert response.context["told"] == (
        "“Study of routes”, £500 from Ash, ends on 31 May 2026 instead of 31 December 2026."
    )
    same = client.get(ending(grant=grant.pk, last="2026-06-01", on="2026-06-01"))
    assert (same.context["tried"].total, same.context["tried"].grants) == ((500_00, 500_00), (1, 1))


def test_a_grant_is_found_by_words_and_then_ended_by_a_link(client, grant):
    response = client.get(ending(find="routes", last="2026-03-31"))
    assert [each.pk for each in response.context["end"].found] == [grant.pk]
    link = f"?what=end&amp;last=2026-03-31&amp;grant={grant.pk}"
    assert f'href="{link}"' in response.content.decode()
    assert client.get(PAGE + link.replace("&amp;", "&")).context["tried"].grants == (1, 0)


REFUSED = [
    ({"amount": "-5"}, "amount", "“-5” is no amount. Write it like 120000 or £120,000."),
    ({"amount": "0"}, "amount", "A grant of nothing changes nothing. Give an amount in pounds."),
    (
        {"to": "2025-12-31"},
        "to",
        "The grant ends before it begins. Give a last day that is not before the first.",
    ),
    (
        {"priority.awareness": "0.01"},
        "priority.awareness",
        "The areas' shares come to 100.01 %. Give 100 % or less in all.",
    ),
    ({"region.LON": "1"}, "region.LON", "The places' shares come to 101 %. Give 100 % or less in all."),
    ({"region.LON": "lots"}, "region.LON", "“lots” is no percentage. Write a number such as 80 or 33.33."),
    (
        {"from": "2026-02-30"},
        "from",
        "“2026-02-30” is no day that exists. Write it as year, month and day: 2026-11-21.",
    ),
]


@pytest.mark.parametrize(("given", "field", "told"), REFUSED)
def test_what_cannot_be_tried_is_refused_in_a_sentence_at_its_box(client, grant, given, field, told):
    response = client.get(adding(grant, **given))
    assert response.status_code == 400
    assert list(response.context["form"].errors[field]) == [told]
    assert "tried" not in response.context


def test_an_unknown_funder_code_or_parameter_is_refused_with_the_choices(client, grant):
    funder = client.get(adding(grant, funder="999")).context["form"].errors["funder"]
    assert list(funder) == [f"“999” is none of the choices: {grant.funder_id} (Ash)."]
    group = client.get(adding(grant, group="nobody")).context["form"].errors["group"]
    assert group[0].startswith("“nobody” is not known here. Choose from: adult_women, ")
    place = client.get(adding(grant, **{"region.ZZ": "5"})).context["form"].errors["__all__"]
    assert place[0].startswith("“region.ZZ” is no filter here. There are: what, on, funder, amount, from, to, ")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("what=nothing", "what: “nothing” is not known here. Choose from: add, end."),
        ("amount=5", "what: say which. Choose from: add, end."),
    ],
)
def test_an_address_that_says_neither_is_refused_with_the_choices(client, query, told):
    response = client.get(f"{PAGE}?{query}")
    assert (response.status_code, response.context["problem"]) == (400, told)


def test_a_grant_that_is_not_to_be_seen_cannot_be_ended_and_is_not_told_apart_from_none(client, grant):
    removed = factories.GrantFactory(removed_at=factories.NOW)
    for text in (str(removed.pk), removed.grant_id, "nothing", "9" * 30):
        response = client.get(ending(grant=text, last="2026-03-31"))
        assert response.status_code == 400
        assert list(response.context["form"].errors["find"]) == [
            f"You can see no grant “{text[:80]}” here. Look for it by words of its title, or give its identifier."
        ]


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("2026-12-31", "It ends on 31 December 2026 already. Give an earlier day."),
        ("2025-12-31", "It begins on 1 January 2026. Give a day that is not before that."),
    ],
)
def test_a_last_day_outside_the_grants_own_time_is_refused(client, grant, last, told):
    response = client.get(ending(grant=grant.pk, last=last))
    assert (response.status_code, list(response.context["form"].errors["last"])) == (400, [told])


def test_a_grant_without_a_known_end_says_why_ending_it_changes_nothing(client):
    undated = factories.GrantFactory(planned_end=None)
    response = client.get(ending(grant=undated.pk, last="2026-03-31"))
    assert list(response.context["form"].errors["find"]) == [
        "This grant does not say when it ends, so it is in no figure and ending it changes none."
    ]


def test_words_that_find_nothing_and_no_words_are_answered_in_a_sentence(client):
    nothing = client.get(ending(find="unicorns", last="2026-03-31"))
    assert list(nothing.context["form"].errors["find"]) == [
        "No running grant is found by “unicorns”. Try fewer words, or an earlier last day."
    ]
    empty = client.get(ending(last="2026-03-31"))
    assert list(empty.context["form"].errors["find"]) == ["Say which grant: words of its title, or its identifier."]


def test_the_empty_page_has_the_readers_own_funder_and_this_day(client, grant):
    form = client.get(PAGE).context["add"]
    assert form.initial["funder"] == str(grant.funder_id)
    assert isinstance(form.initial["from"], date)


def test_a_running_grants_own_page_leads_to_what_its_end_would_change(client):
    running = factories.GrantFactory(planned_start=date(2020, 1, 1), planned_end=date(2090, 1, 1))
    client.force_login(factories.officer(running.funder))
    page = client.get(running.get_absolute_url()).content.decode()
    address = html.unescape(re.search(r'href="(/coverage/try/\?what=end[^"]*)"', page)[1])
    before, after = client.get(address).context["tried"].grants
    assert after == before - 1
