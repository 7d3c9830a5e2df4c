"""Under protection nothing finer than a region leaves the system: each marker is shown before, and nowhere after."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from grants import portfolio, words
from grants.models import Grant, Import, ImportRow
from grants.portfolio import shown_locations
from tests.factories import NOW, GrantFactory, lead, officer, secretariat, viewer

pytestmark = pytest.mark.django_db

NAME, CODE, POSTCODE, KIND = "Saltby Wharf", "E01077777", "QX7 9ZZ", "LSOA21"
MARKERS = (NAME, CODE, POSTCODE, "E00066666")
BARE_POSTCODE = POSTCODE.replace(" ", "").lower()


@pytest.fixture
def grant():
    """A grant with a fine place in every field that holds one: rows, revisions, the file it came from, its texts."""
    grant = GrantFactory(protected_location=False, description=f"A house at {POSTCODE}, also {BARE_POSTCODE}.")
    grant.locations.create(name=NAME, geo_code=CODE, geo_code_type=KIND, country_code="GB", region="NE")
    portfolio.record_revision(grant=grant, by=None, at=NOW, reason="import")
    grant.locations.create(name="Second", geo_code="E00066666", geo_code_type="OA", country_code="GB", region="NE")
    source = Import.objects.create(name="grants.json", state=Import.APPLIED, received_at=NOW, applied_at=NOW)
    raw = json.dumps({"beneficiaryLocation": [{"name": NAME, "geoCode": CODE}], "recipient": POSTCODE})
    ImportRow.objects.create(source=source, row=1, grant_id=grant.grant_id, outcome="added", raw=raw, cleaned=raw)
    revision = portfolio.record_revision(grant=grant, by=None, at=NOW, reason="changed")
    revision.source = source
    revision.save()
    return grant


def everywhere(client, grant):
    """All that the room lets out about a grant, to whoever is signed in."""
    names = ("grants", "grants_csv", "grants_removed", "api-grants-list", "api-projects-list", "api-organisations-list")
    of_one = ("grant", "grant_edit", "api-grants-detail")
    doors = [*(reverse(name) for name in names), *(reverse(name, args=[grant.pk]) for name in of_one)]
    for door in doors:
        response = client.get(door)
        yield door, (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def found(client, grant):
    return {(door, marker) for door, text in everywhere(client, grant) for marker in MARKERS if marker in text}


def protect(grant, on=True):
    portfolio.protect(grant=grant, on=on, by=officer(grant.funder), at=NOW)
    return Grant.objects.get(pk=grant.pk)


def test_without_protection_its_officer_sees_the_place(sign_in, grant):
    seen = found(sign_in(officer(grant.funder)), grant)
    page, listed = grant.get_absolute_url(), reverse("grants_csv")
    assert {(page, NAME), (page, CODE), (page, POSTCODE), (listed, NAME), ("/api/grants/", CODE)} <= seen


def test_the_row_as_it_came_is_for_the_funders_officers_and_the_secretariat_only(sign_in, grant):
    page = grant.get_absolute_url()
    for person, sees in (
        (officer(grant.funder), True),
        (secretariat(), True),
        (officer(), False),
        (viewer(grant.funder), False),
    ):
        assert ("beneficiaryLocation" in sign_in(person).get(page).content.decode()) == sees


PEOPLE = {
    "officer": lambda grant: officer(grant.funder),
    "officer of another": lambda grant: officer(),
    "viewer": lambda grant: viewer(grant.funder),
    "secretariat": lambda grant: secretariat(),
    "lead": lambda grant: lead(grant.recipients.get()),
}


@pytest.mark.parametrize("kind", PEOPLE)
def test_under_protection_nobody_is_told_more_than_the_region(sign_in, grant, kind):
    grant = protect(grant)
    client = sign_in(PEOPLE[kind](grant))
    allowed = {(reverse("grant_edit", args=[grant.pk]), POSTCODE)} if kind in ("officer", "secretariat") else set()
    assert found(client, grant) == allowed
    assert "North East" in client.get(grant.get_absolute_url()).content.decode()
    assert BARE_POSTCODE not in client.get(grant.get_absolute_url()).content.decode()


def test_what_was_changed_while_unprotected_is_told_by_region_afterwards(grant):
    told = [
        each for line in portfolio.history(protect(grant)) for each in line.differences if each.field == "locations"
    ]
    assert [(each.old, each.new) for each in told] == [("North East", "North East")] * len(told)
    assert told


def test_a_new_grant_is_protected(grant):
    assert Grant().protected_location is True


def test_only_the_funders_officer_and_the_secretariat_take_protection_off(sign_in, grant):
    grant = protect(grant)
    address = reverse("grant_protection", args=[grant.pk])
    for person, status in ((officer(), 404), (viewer(grant.funder), 403), (lead(grant.recipients.get()), 403)):
        assert sign_in(person).post(address, {"protected": "no"}).status_code == status
        assert Grant.objects.get().protected_location is True
    client = sign_in(officer(grant.funder))
    assert client.post(address, {"protected": "perhaps"}).status_code == 400
    assert NAME in client.get(address).content.decode()
    assert Grant.objects.get().protected_location is True
    assert client.post(address, {"protected": "no"}).status_code == 302
    assert Grant.objects.get().protected_location is False


def test_a_place_of_no_known_region_is_not_shown_under_protection():
    grant = GrantFactory()
    grant.locations.create(name=NAME, geo_code=CODE, country_code="GB")
    assert shown_locations(grant) == []


def test_a_grant_whose_places_are_all_too_fine_says_so_and_asks_those_who_may_answer(sign_in):
    grant = GrantFactory()
    address = reverse("grant_edit", args=[grant.pk])
    assert "too fine to show" not in sign_in(officer(grant.funder)).get(grant.get_absolute_url()).content.decode()
    grant.locations.create(name=NAME, geo_code=CODE, country_code="GB")
    for reader, asked in ((officer(grant.funder), True), (viewer(), False)):
        page = sign_in(reader).get(grant.get_absolute_url()).content.decode()
        assert ("recorded, but too fine to show" in page, f"{address}#id_regions" in page) == (True, asked)


def test_before_protection_goes_it_is_said_that_the_rows_show_what_they_hold(sign_in, grant):
    grant = protect(grant)
    page = sign_in(officer(grant.funder)).get(reverse("grant_protection", args=[grant.pk])).content.decode()
    assert "with every address, telephone number and name that they hold" in page


def test_a_postcode_is_never_a_place():
    grant = GrantFactory(protected_location=False)
    grant.locations.create(name=POSTCODE, geo_code=POSTCODE, geo_code_type="POSTCODE", region="LON")
    assert [(each.name, each.geo_code, each.geo_code_type) for each in shown_locations(grant)] == [("London", "", "")]


def test_every_region_is_shown_once_in_the_order_of_tables():
    grant = GrantFactory()
    for region in ("UK", "LON", "NE", "LON"):
        grant.locations.create(name="Somewhere", region=region)
    assert [(each.name, each.geo_code) for each in shown_locations(grant)] == [
        ("North East", "E12000001"),
        ("London", "E12000007"),
        ("UK-wide", ""),
    ]
    assert set(words.PLACES) >= {"UK", "INT", "NE"}


@pytest.mark.parametrize("kind", ["lead", "viewer"])
def test_what_is_withheld_is_not_found_by_a_search_for_its_half(sign_in, grant, kind):
    grant = protect(grant)
    client = sign_in(PEOPLE[kind](grant))
    for word in ("QX7", "9zz", "qx79z"):
        assert client.get("/api/grants/", {"search": word}).json()["results"] == [], word
    refused = client.get("/api/grants/", {"search": POSTCODE})
    assert refused.status_code == 400
    assert "Postcodes are left out of all" in refused.content.decode()
    assert client.get("/api/grants/", {"search": "house"}).json()["results"]


def test_programme_and_relations_of_a_protected_grant_hold_no_postcode(sign_in, grant):
    grant.relations.create(identifier=POSTCODE)
    Grant.objects.filter(pk=grant.pk).update(programme=f"Homes {POSTCODE}", programme_code=BARE_POSTCODE)
    client = sign_in(viewer(grant.funder))
    protect(grant)
    for door in (grant.get_absolute_url(), f"/api/grants/{grant.pk}/", reverse("api-grants-list")):
        text = client.get(door).content.decode()
        assert POSTCODE not in text, door
        assert BARE_POSTCODE not in text, door
    assert POSTCODE not in b"".join(client.get(reverse("grants_csv")).streaming_content).decode()


def typed(grant, **changes):
    whole = {
        "title": grant.title, "funder": grant.funder_id, "recipients": grant.recipients.get().name,
        "amount_awarded": "100", "currency": "GBP", "award_date": "31/3/2025", "revision": "0",
    }  # fmt: skip
    return whole | changes


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("description", "Flat 3, 12 Rose Street, Leeds QX7 9ZZ", "Take out “Flat 3, 12 Rose Street”, “QX7 9ZZ”:"),
        ("programme", "qx7 9zz", "Take out “qx7 9zz”:"),
        ("title", "Ask jo@example.org", "Take out “jo@example.org”:"),
        ("description", "Ring 01632 960123", "Take out “01632 960123”:"),
    ],
)
def test_a_form_refuses_addresses_and_contacts_and_says_what_to_take_out(sign_in, grant, field, text, told):
    client = sign_in(officer(grant.funder))
    answer = client.post(reverse("grant_add"), typed(grant, **{field: text}))
    assert answer.status_code == 422
    assert told in str(answer.context["form"].errors[field])
    assert Grant.objects.count() == 1


def test_marks_that_nobody_sees_are_not_kept_from_a_form(sign_in, grant):
    answer = sign_in(officer(grant.funder)).post(reverse("grant_add"), typed(grant, title="Ad\u202evice"))
    assert answer.status_code == 302
    assert Grant.objects.latest("id").title == "Advice"
