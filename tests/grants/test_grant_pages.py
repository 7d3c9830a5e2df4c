"""The grants' doors: list, page, form, removal and what each kind of person may do there."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Organisation
from grants import changes, portfolio
from grants.models import Grant, RelatedGrant
from tests.factories import (
    NOW,
    FunderFactory,
    GranteeFactory,
    GrantFactory,
    administrator,
    contributor,
    lead,
    member,
    officer,
    secretariat,
    viewer,
)

pytestmark = pytest.mark.django_db

ANSWERS = {
    "title": "Outreach in ports",
    "recipients": "Kelp House",
    "amount_awarded": "£120,000.50",
    "currency": "gbp",
    "award_date": "5/1/2026",
    "planned_start": "April 2026",
    "planned_months": "36",
    "planned_end": "",
    "actual_start": "",
    "actual_end": "",
    "regions": ["NE", "UK"],
    "description": "",
    "programme": "",
    "regrant_type": "",
    "same_work_as": "",
    "grant_id": "",
}


@pytest.fixture
def funder():
    return FunderFactory(name="Marrow Trust")


@pytest.fixture
def own(funder):
    GranteeFactory(name="Kelp House", identifier="GB-CHC-77")
    return officer(funder)


def answers(funder, **changes):
    return ANSWERS | {"funder": funder.pk} | changes


def words(response):
    """The page's text without tags, blanks run together."""
    main = response.content.decode().split('<main id="main"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# --- adding -------------------------------------------------------------------------------------------------------
def test_an_officer_adds_a_grant_as_she_would_say_it(sign_in, own, funder):
    response = sign_in(own).post(reverse("grant_add"), answers(funder))
    grant = Grant.objects.get()
    assert (response.status_code, response.url) == (302, grant.get_absolute_url())
    assert (grant.amount_awarded, grant.currency, grant.award_date) == (12_000_050, "GBP", date(2026, 1, 5))
    assert (grant.date_text("planned_start"), grant.planned_end) == ("2026-04", date(2029, 3, 31))
    assert grant.planned_end_precision == "duration"
    assert (grant.funder, grant.recipients.get().name) == (funder, "Kelp House")
    assert [each.region for each in grant.locations.all()] == ["NE", "UK"]


def test_an_award_date_far_ahead_that_came_by_file_does_not_stop_other_changes(sign_in, own, funder):
    grant = GrantFactory(
        funder=funder, award_date=date(2099, 1, 1), recipient=Organisation.objects.get(name="Kelp House")
    )
    changed = answers(funder, title="Mended", award_date="1/1/2099", planned_months="", planned_start="")
    assert sign_in(own).post(reverse("grant_edit", args=[grant.pk]), changed).status_code == 302
    assert Grant.objects.get().title == "Mended"


@pytest.mark.parametrize("identifier", ["", "360G-own-1"])
def test_a_second_click_adds_nothing_and_leads_to_the_grant_of_the_first(sign_in, own, funder, identifier):
    client, address = sign_in(own), reverse("grant_add")
    sent = answers(funder, grant_id=identifier, once=str(client.get(address).context["once"]))
    first, second = client.post(address, sent), client.post(address, sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.url == first.url == Grant.objects.get().get_absolute_url()
    assert client.post(address, sent | {"title": "Another", "grant_id": ""}).url != first.url
    assert Grant.objects.count() == 2


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's tests run in memory, where two cannot write")
@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_the_same_moment_one_adds_the_grant(own, funder):
    sent = answers(funder, once="7d3c2bb6-2a0a-4f0e-9d8c-6a2f5b8f4f10")
    together = Barrier(2)

    def click(client):
        together.wait()
        try:
            return client.post(reverse("grant_add"), sent).url
        finally:
            connection.close()

    clients = [Client(), Client()]
    for client in clients:
        client.force_login(own)
    with ThreadPoolExecutor(max_workers=2) as clicks:
        led = list(clicks.map(click, clients))
    assert led == [Grant.objects.get().get_absolute_url()] * 2


CHOICE = "Select a valid choice. {} is not one of the available choices."


@pytest.mark.parametrize(
    ("field", "changed", "sentence"),
    [
        ("title", {"title": ""}, "This field is required."),
        ("amount_awarded", {"amount_awarded": "lots"}, "This is no amount. Write it like £120,000 or 120000.50."),
        ("amount_awarded", {"amount_awarded": "0.005"}, "An amount has no parts of a penny."),
        ("amount_awarded", {"amount_awarded": "9" * 20}, "This is more money than there is. Mend the amount."),
        ("currency", {"currency": "£"},
         "“£” is no currency. Write GBP for pounds, or the three letters of another, such as EUR."),
        ("currency", {"currency": "zzz"},
         "“ZZZ” is no currency. Write GBP for pounds, or the three letters of another, such as EUR."),
        ("amount_awarded", {"amount_awarded": "100.50", "currency": "JPY"},
         "An amount in JPY is a whole number, without a point."),
        ("amount_awarded", {"amount_awarded": "1.0005", "currency": "KWD"},
         "An amount in KWD has at most 3 figures after the point."),
        ("award_date", {"award_date": "1/1/2099"},
         "This is more than a year ahead. Give the day on which it was decided."),
        ("award_date", {"award_date": "31/2/2026"},
         "“31/2/2026” is no date. Write it like 31/3/2025, March 2025 or 2025."),
        ("award_date", {"award_date": "2026"}, "Give the whole date, like 31/3/2025."),
        ("award_date", {"award_date": ""}, "This field is required."),
        ("planned_end", {"planned_end": "March 2026"}, "The end lies before the start."),
        ("planned_months", {"planned_months": "601"}, "This is too large. Give 600 or less."),
        ("planned_months", {"planned_start": "9999-12-01"}, "So many months lead beyond the year 9999."),
        ("recipients", {"recipients": "Kelp Hous"},
         "Not known yet: “Kelp Hous”. Mend the name, or tick below that it is to be added."),
        ("recipients", {"recipients": ""}, "Say who gets the grant."),
        ("regions", {"regions": ["XX"]}, CHOICE.format("XX")),
        ("regrant_type", {"regrant_type": "FRG999"}, CHOICE.format("FRG999")),
        ("same_work_as", {"same_work_as": "360G-none"}, "There is no other grant with the identifier “360G-none”."),
        ("same_work_as", {"same_work_as": "360G-taken"},
         "That grant goes to somebody else, so it cannot pay for the same work."),
        ("grant_id", {"grant_id": "360G-taken"}, "There is a grant with this identifier already."),
        ("grant_id", {"grant_id": "360G a/b"}, "An identifier has no blanks and no strokes (/)."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_where_it_stands_and_stays_typed(sign_in, own, funder, field, changed, sentence):
    GrantFactory(grant_id="360G-taken")
    organisations = Organisation.objects.count()
    response = sign_in(own).post(reverse("grant_add"), answers(funder, **changed))
    form = response.context["form"]
    assert response.status_code == 422
    assert form.errors == {field: [sentence]}
    assert form["title"].value() == changed.get("title", ANSWERS["title"])
    assert (Grant.objects.count(), Organisation.objects.count()) == (1, organisations)


def test_a_recipient_that_is_not_known_is_added_where_the_officer_says_so(sign_in, own, funder):
    said = answers(funder, recipients="GB-CHC-77\nNew House", add_recipients="on")
    sign_in(own).post(reverse("grant_add"), said)
    assert sorted(each.name for each in Grant.objects.get().recipients.all()) == ["Kelp House", "New House"]


def test_a_person_who_gets_a_grant_is_never_named(sign_in, own, funder):
    sign_in(own).post(reverse("grant_add"), answers(funder, recipients="", to_individual="on"))
    grant = Grant.objects.get()
    assert grant.to_individual is True
    assert "gives £120,000.50 to an individual" in words(sign_in(own).get(grant.get_absolute_url()))


def test_an_officer_adds_for_her_own_funder_only(sign_in, own):
    response = sign_in(own).post(reverse("grant_add"), answers(FunderFactory()))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["funder"]
    assert not Grant.objects.exists()


def test_another_grant_for_the_same_work_begins_with_what_is_known(sign_in, own, funder):
    other = GrantFactory(recipient=Organisation.objects.get(name="Kelp House"), grant_id="360G-other")
    client = sign_in(own)
    form = client.get(reverse("grant_add"), {"same_work_as": "360G-other"}).context["form"]
    assert (form["same_work_as"].value(), form["recipients"].value()) == ("360G-other", "Kelp House")
    added = client.post(reverse("grant_add"), answers(funder, same_work_as="360G-other"), follow=True)
    page = added.content.decode()
    assert "waits for a word of the other funder, or of the charity" in page
    assert "Another grant may pay for the same work: look, and say" in page
    assert other.project.grants.count() == 1


# --- changing -----------------------------------------------------------------------------------------------------
def opened(client, grant):
    """The edit form as a browser would send it back."""
    form = client.get(reverse("grant_edit", args=[grant.pk])).context["form"]
    sent = {bound.name: bound.value() for bound in form}
    return {name: value for name, value in sent.items() if value not in (None, False)}


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"description": "  Two\r\nlines ", "title": "Kept as it is "},
        {"planned_start_precision": "month", "planned_end_precision": "year"},
        {"planned_end_precision": "duration", "planned_months": 12},
        {"amount_awarded": 1, "currency": "JPY"},
        {"joint_share": True, "amount_awarded": 0},
        {"to_individual": True},
        {"programme": "Homes", "programme_code": "H"},
    ],
)
def test_a_form_sent_back_unchanged_writes_nothing(sign_in, own, funder, made):
    grant = GrantFactory(funder=funder, **made)
    grant.locations.create(name="Saltby Wharf", region="NE")
    grant.locations.create(name="Nowhere known")
    portfolio.record_revision(grant=grant, by=own, at=NOW, reason="added")
    before = portfolio.content_of(grant)
    response = sign_in(own).post(reverse("grant_edit", args=[grant.pk]), opened(sign_in(own), grant))
    assert response.status_code == 302, response.context["form"].errors
    assert portfolio.content_of(Grant.objects.get()) == before
    assert (grant.revisions.count(), changes.head()) == (1, 0)


def test_of_two_tabs_the_second_is_shown_what_differs(sign_in, own, funder):
    grant = GrantFactory(funder=funder, title="As it was")
    portfolio.record_revision(grant=grant, by=own, at=NOW, reason="added")
    client = sign_in(own)
    first, second = opened(client, grant), opened(client, grant)
    assert client.post(reverse("grant_edit", args=[grant.pk]), first | {"title": "First"}).status_code == 302
    response = client.post(reverse("grant_edit", args=[grant.pk]), second | {"title": "Second"})
    assert response.status_code == 409
    assert response.context["form"]["title"].value() == "Second"
    assert "Title: now “First”, before “As it was”" in words(response)
    assert Grant.objects.get().title == "First"
    again = {bound.name: bound.value() for bound in response.context["form"] if bound.value() is not None}
    assert client.post(reverse("grant_edit", args=[grant.pk]), again).status_code == 302
    assert Grant.objects.get().title == "Second"


def test_a_joint_share_has_no_money_of_its_own(sign_in, own, funder):
    grant = GrantFactory(funder=funder, joint_share=True, amount_awarded=0)
    client = sign_in(own)
    response = client.post(reverse("grant_edit", args=[grant.pk]), opened(client, grant) | {"amount_awarded": "5"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["amount_awarded"])


# --- who may ------------------------------------------------------------------------------------------------------
KINDS = {
    "officer of the funder": lambda grant: officer(grant.funder),
    "officer of another": lambda grant: officer(),
    "viewer of the funder": lambda grant: viewer(grant.funder),
    "secretariat": lambda grant: secretariat(),
    "administrator": lambda grant: administrator(),
    "lead of the recipient": lambda grant: lead(grant.recipients.get()),
    "contributor elsewhere": lambda grant: contributor(),
}
READS = {"officer of the funder", "officer of another", "viewer of the funder", "secretariat", "lead of the recipient"}
WRITES = {"officer of the funder", "secretariat"}


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_read_and_write_a_grant(sign_in, kind):
    grant = GrantFactory()
    client = sign_in(KINDS[kind](grant))
    page = client.get(grant.get_absolute_url())
    assert page.status_code == (200 if kind in READS else 403 if kind == "administrator" else 404)
    for door in ("grant_edit", "grant_protection"):
        assert (client.get(reverse(door, args=[grant.pk])).status_code == 200) == (kind in WRITES)
    for door in ("grant_remove", "grant_restore"):
        assert client.get(reverse(door, args=[grant.pk])).status_code in (403, 405)
    refused = client.post(reverse("grant_remove", args=[grant.pk])).status_code in (403, 404)
    assert refused == (kind not in WRITES)
    assert Grant.objects.current().exists() == (kind not in WRITES)


def test_a_removed_grant_is_gone_for_readers_and_comes_back_by_its_officer(sign_in, client):
    grant = GrantFactory(title="Gone for now")
    own, reader = officer(grant.funder), viewer(grant.funder)
    portfolio.remove(grant=grant, by=own, at=NOW)
    assert sign_in(reader).get(grant.get_absolute_url()).status_code == 404
    mine = sign_in(own)
    assert "This grant was removed on 21 November 2026." in words(mine.get(grant.get_absolute_url()))
    assert "Gone for now" in words(mine.get(reverse("grants_removed")))
    assert mine.get(reverse("grant_edit", args=[grant.pk])).status_code == 404
    assert mine.post(reverse("grant_restore", args=[grant.pk])).status_code == 302
    assert sign_in(reader).get(grant.get_absolute_url()).status_code == 200


def test_a_grantee_sees_its_own_grants_and_no_revisions(sign_in):
    charity = GranteeFactory()
    mine, other = GrantFactory(recipient=charity, title="Ours"), GrantFactory(title="Not ours")
    portfolio.record_revision(grant=mine, by=None, at=NOW, reason="added")
    client = sign_in(lead(charity))
    listed = words(client.get(reverse("grants")))
    assert ("Ours" in listed, "Not ours" in listed) == (True, False)
    assert "What was changed" not in words(client.get(mine.get_absolute_url()))
    assert client.get(other.get_absolute_url()).status_code == 404
    assert "Not ours" not in b"".join(client.get(reverse("grants_csv")).streaming_content).decode()


# --- the page and the list ----------------------------------------------------------------------------------------
def test_a_joint_share_says_where_its_money_is(sign_in):
    parent = GrantFactory(title="The whole", grant_id="360G-parent")
    share = GrantFactory(title="A part", joint_share=True, amount_awarded=0)
    RelatedGrant.objects.create(grant=share, identifier="360G-parent", other=parent)
    client = sign_in(viewer())
    assert f"The whole : a joint grant of {share.funder}, of which this is a share." in words(
        client.get(share.get_absolute_url())
    )
    assert "Joint shares of this grant A part" in words(client.get(parent.get_absolute_url()))


def test_a_related_grant_that_the_portal_lacks_is_named_by_its_identifier(sign_in):
    grant = GrantFactory()
    RelatedGrant.objects.create(grant=grant, identifier="360G-missing")
    assert "Related grants 360G-missing (not in the portal)" in words(sign_in(viewer()).get(grant.get_absolute_url()))


def test_dates_are_told_no_finer_than_they_are_known(sign_in):
    grant = GrantFactory(planned_start_precision="year", planned_end_precision="month")
    assert "Planned 2026 – December 2026" in words(sign_in(viewer()).get(grant.get_absolute_url()))


def test_an_empty_list_says_what_to_do_next(sign_in, own):
    assert "Add your grants: paste or upload any list, or write one by hand." in words(
        sign_in(own).get(reverse("grants"))
    )


def test_a_list_where_nothing_matches_says_so(sign_in, own):
    GrantFactory()
    assert "No grant is like that." in words(sign_in(own).get(reverse("grants"), {"search": "zebra"}))


def test_a_refused_filter_answers_400_with_the_choices_on_page_and_csv(sign_in, own):
    for door in ("grants", "grants_csv"):
        response = sign_in(own).get(reverse(door), {"protected": "perhaps"})
        assert response.status_code == 400
        assert "Place protected: “perhaps” is none of the choices: yes, no." in words(response)


@pytest.mark.parametrize("page", ["0", "3", "x", "99999999999999999999"])
def test_a_page_that_is_not_there_is_a_404(sign_in, own, page):
    GrantFactory()
    assert sign_in(own).get(reverse("grants"), {"page": page}).status_code == 404


def test_the_csv_has_exactly_the_rows_of_the_list(sign_in, own):
    GrantFactory(title="Shown", amount_awarded=500)
    GrantFactory(title="Left out", amount_awarded=100)
    text = b"".join(sign_in(own).get(reverse("grants_csv"), {"least": "2", "page": "1"}).streaming_content).decode()
    assert ("Shown" in text, "Left out" in text) == (True, False)


def test_a_list_and_a_page_ask_as_much_of_many_grants_as_of_few(sign_in, own):
    client = sign_in(own)
    project = GrantFactory().project
    grant = GrantFactory(project=project)
    addresses = (reverse("grants"), grant.get_absolute_url(), reverse("grants_csv"), "/api/grants/", "/api/projects/")

    def asked():
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
                b"".join(response.streaming_content if response.streaming else [])
            counts.append(len(queries))
        return counts

    asked()
    few = asked()
    GrantFactory.create_batch(30, project=project)
    assert asked() == few
    assert max(few) <= 23


def test_an_officer_of_two_funders_chooses(sign_in, funder):
    person = officer(funder)
    Membership.objects.create(person=person, organisation=FunderFactory(), role=Membership.OFFICER)
    form = sign_in(person).get(reverse("grant_add")).context["form"]
    assert len(form.fields["funder"].queryset) == 2
    assert member(funder, Membership.VIEWER).officer_ids == []
