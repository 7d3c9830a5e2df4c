"""Grants, projects and organisations through the API, to read."""

from __future__ import annotations

import pytest

from accounts.models import Alias
from grants import portfolio
from tests.factories import NOW, GranteeFactory, GrantFactory, administrator, lead, officer, viewer

pytestmark = pytest.mark.django_db


def test_a_grant_in_full(sign_in):
    grant = GrantFactory(planned_start_precision="month", planned_end=None)
    grant.locations.create(name="Saltby Wharf", geo_code="E06000001", region="NE")
    recipient = grant.recipients.get()
    assert sign_in(viewer()).get(f"/api/grants/{grant.pk}/").json() == {
        "id": grant.pk,
        "grant_id": grant.grant_id,
        "title": grant.title,
        "description": "",
        "funder": {"id": grant.funder.pk, "org_id": grant.funder.org_id, "name": grant.funder.name},
        "recipients": [{"id": recipient.pk, "org_id": recipient.org_id, "name": recipient.name}],
        "to_individual": False,
        "project": {"id": grant.project.pk, "title": grant.project.title},
        "programme_code": "",
        "programme": "",
        "currency": "GBP",
        "amount_awarded": 1_000_000,
        "amount_applied_for": None,
        "amount_disbursed": None,
        "award_date": "2025-12-01",
        "planned_start": "2026-01",
        "planned_end": "",
        "actual_start": "",
        "actual_end": "",
        "planned_months": None,
        "regrant_type": "",
        "joint_share": False,
        "held_back": False,
        "protected_location": True,
        "places": [
            {"name": "North East", "region": "NE", "geo_code": "E12000001", "geo_code_type": "RGN", "country_code": ""}
        ],
        "related": [],
        "added_on": "2025-12-01",
    }


def test_the_filters_are_those_of_the_page(sign_in):
    client = sign_in(viewer())
    few, many = GrantFactory(amount_awarded=100), GrantFactory(amount_awarded=500)
    assert [each["id"] for each in client.get("/api/grants/?least=2").json()["results"]] == [many.pk]
    assert [each["id"] for each in client.get(f"/api/grants/?funder={few.funder.org_id}").json()["results"]] == [few.pk]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("sort=title", "“sort” is no filter here. There are: search, funder,"),
        ("colour=red", "“colour” is no filter here. There are: search, funder,"),
        ("funder=nobody", "funder: Nobody is known here as “nobody”."),
        ("protected=perhaps", "protected: “perhaps” is none of the choices: yes, no."),
    ],
)
def test_what_nobody_knows_is_refused_in_words(sign_in, query, sentence):
    response = sign_in(viewer()).get(f"/api/grants/?{query}")
    assert response.status_code == 400
    assert response.json()["detail"].startswith(sentence)


def test_pages_follow_one_another(sign_in):
    client = sign_in(viewer())
    made = [each.pk for each in GrantFactory.create_batch(5)]
    first = client.get("/api/grants/?page_size=3").json()
    second = client.get(first["next"]).json()
    assert [each["id"] for each in first["results"] + second["results"]] == made
    assert second["next"] is None


def test_each_sees_its_own(sign_in):
    charity = GranteeFactory()
    mine, other = GrantFactory(recipient=charity), GrantFactory()
    client = sign_in(lead(charity))
    assert [each["id"] for each in client.get("/api/grants/").json()["results"]] == [mine.pk]
    assert client.get(f"/api/grants/{other.pk}/").status_code == 404
    assert [each["id"] for each in client.get("/api/projects/").json()["results"]] == [mine.project.pk]
    for address in ("/api/grants/", "/api/projects/", "/api/organisations/"):
        assert sign_in(administrator()).get(address).status_code == 403


def test_nothing_is_written_through_the_api(sign_in):
    grant = GrantFactory()
    client = sign_in(officer(grant.funder))
    for address in ("/api/grants/", f"/api/grants/{grant.pk}/", "/api/projects/", "/api/organisations/"):
        assert client.post(address).status_code == 405
        assert client.delete(address).status_code == 405


def test_a_removed_grant_is_gone_and_a_project_names_only_what_is_there(sign_in):
    kept = GrantFactory()
    gone = GrantFactory(project=kept.project)
    portfolio.remove(grant=gone, by=officer(gone.funder), at=NOW)
    client = sign_in(viewer())
    assert client.get(f"/api/grants/{gone.pk}/").status_code == 404
    assert client.get("/api/projects/").json()["results"] == [
        {"id": kept.project.pk, "title": kept.project.title, "grants": [kept.pk]}
    ]


def test_organisations_are_found_by_name_alias_identifier_and_role(sign_in):
    client = sign_in(viewer())
    charity = GranteeFactory(name="Kelp House", identifier="GB-CHC-77")
    Alias.objects.create(organisation=charity, name="Weed Trust")
    expected = {
        "id": charity.pk,
        "org_id": "GB-CHC-77",
        "name": "Kelp House",
        "identifiers": ["GB-CHC-77"],
        "aliases": ["Weed Trust"],
        "roles": ["grantee"],
    }
    for query in ("search=kelp", "search=weed", "org_id=GB-CHC-77", "role=grantee"):
        assert client.get(f"/api/organisations/?{query}").json()["results"] == [expected]
    assert client.get("/api/organisations/?role=king").status_code == 400
    assert client.get("/api/organisations/?king=1").status_code == 400
