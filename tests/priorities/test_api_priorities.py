"""The funders' own list through the API."""

import pytest

from priorities.models import Code
from tests.factories import lead, secretariat

pytestmark = pytest.mark.django_db


def rows(client, query: str = "") -> list[dict]:
    """All pages of the answer, one after the other."""
    address, found = f"/api/priorities/{query}", []
    while address:
        answer = client.get(address).json()
        found += answer["results"]
        address = answer["next"]
    return found


def test_every_entry_is_given_with_its_place_in_the_tree(sign_in):
    found = rows(sign_in(secretariat()))
    assert len(found) == Code.objects.count()
    assert next(each for each in found if each["code"] == "A1") == {
        "dimension": "priority",
        "code": "A1",
        "label": Code.objects.get(code="A1").label,
        "kind": "initiative",
        "parent": "accountability",
        "order": Code.objects.get(code="A1").order,
        "neglected": False,
        "watchable": False,
        "source": "Funders' event notes, policy 1: improving accountability",
        "version": 1,
        "valid_from": "2008-01-01",
        "valid_to": None,
    }


def test_one_list_can_be_asked_for_and_what_stands_beneath_an_entry(sign_in):
    client = sign_in(lead())
    assert {each["dimension"] for each in rows(client, "?dimension=service")} == {"service"}
    assert len(rows(client, "?dimension=service")) == 16
    assert len(rows(client, "?kind=initiative&parent=research")) == 7


def test_an_unknown_list_is_refused_in_a_sentence(sign_in):
    answer = sign_in(secretariat()).get("/api/priorities/?dimension=weather")
    assert answer.status_code == 400
    assert "weather" in answer.json()["detail"]


def test_a_stranger_is_kept_out(client):
    assert client.get("/api/priorities/").status_code in (401, 403)
