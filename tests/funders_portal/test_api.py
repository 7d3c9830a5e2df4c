"""The API's frame: who comes in, how it pages, how it refuses, and that its documentation says what it has."""

from __future__ import annotations

import base64

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.throttling import AnonRateThrottle

from accounts.api_access import Pages
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_token() -> Client:
    """A program of a funder's viewer."""
    token = Token.objects.create(user=factories.viewer())
    return Client(headers={"authorization": f"Token {token.key}"})


def test_a_token_lets_a_program_in(by_token: Client):
    answer = by_token.get(reverse("api-root"))
    assert answer.status_code == 200
    counted = {"coverage", "gaps", "need", "reports", "reports-due", "results", "runs-out", "who-funds"}
    assert set(answer.json()) == {"grants", "projects", "organisations", "priorities", *counted}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Token nonsense"}])
def test_without_a_good_token_the_answer_is_401_and_a_sentence(headers: dict[str, str]):
    answer = Client(headers=headers).get(reverse("api-grants-list"))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert list(answer.json()) == ["detail"]


def test_whoever_may_not_read_gets_403_and_a_sentence():
    client = Client()
    client.force_login(factories.PersonFactory())
    answer = client.get(reverse("api-grants-list"))
    assert answer.status_code == 403
    assert "not open to you" in answer.json()["detail"]


def test_a_person_who_may_no_longer_sign_in_has_no_good_token(by_token: Client):
    person = Token.objects.get().user
    person.is_active = False
    person.save()
    assert by_token.get(reverse("api-root")).status_code == 401


def test_an_address_that_the_api_has_not_is_answered_in_json(by_token: Client):
    answer = by_token.get("/api/grunts/")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "The API has nothing at this address. All that it has is listed at /api/."}


def test_nothing_is_changed_through_the_api(by_token: Client):
    answer = by_token.post(reverse("api-grants-list"), {"title": "New"}, content_type="application/json")
    assert answer.status_code == 405
    assert answer.json() == {"detail": 'Method "POST" not allowed.'}


def test_pages_hold_every_grant_once_whatever_is_added_meanwhile(by_token: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Pages, "page_size", 2)
    grants = factories.GrantFactory.create_batch(5)
    seen, address = [], reverse("api-grants-list")
    while address:
        answer = by_token.get(address).json()
        seen += [each["grant_id"] for each in answer["results"]]
        address = answer["next"]
        if len(seen) == 2:
            grants.append(factories.GrantFactory())
    assert seen == [grant.grant_id for grant in grants]


@pytest.mark.parametrize("position", ["p=abc", "p=99999999999999999999999", "o=-3", ""])
def test_a_damaged_page_address_is_refused_or_read_as_the_first(by_token: Client, position: str):
    cursor = base64.b64encode(position.encode()).decode()
    answer = by_token.get(reverse("api-grants-list"), {"cursor": cursor})
    assert answer.status_code in (200, 404)


def test_too_many_requests_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(AnonRateThrottle, "THROTTLE_RATES", {"anon": "1/min"})
    cache.clear()
    codes = [Client().get("/api/nothing/").status_code for _ in range(2)]
    assert codes == [404, 429]


def test_the_documentation_tells_of_every_address_and_needs_no_script_of_its_own(client: Client):
    client.force_login(factories.viewer())
    schema = client.get(reverse("api-schema"), headers={"accept": "application/vnd.oai.openapi+json"}).json()
    page = client.get(reverse("api-docs")).content.decode()
    assert len(schema["paths"]) == 17
    assert [path for path in schema["paths"] if f"<code>GET {path}</code>" not in page] == []
    assert "swagger" not in page.lower()
    assert "<script>" not in page
