"""A page that only shows something is only read, and says so to whoever asks otherwise; the API keeps its methods."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.house import doors
from tests.house import world as worlds

pytestmark = pytest.mark.django_db
PAGES = sorted(each.name for route, each in doors.patterns() if not route.startswith("api/"))
ELSEWHERE = {"journal", "organisations", "organisation", "people", "grants", "grant", "targets", "gaps", "to_sort"}
"""Pages of the other rooms that only read."""
READING = sorted(
    each.name
    for route, each in doors.patterns()
    if not route.startswith("api/")
    and (each.callback.__module__.startswith("funders_portal.") or each.name in ELSEWHERE)
)


def secretariat(world: worlds.World) -> Client:
    client = Client()
    client.force_login(world.people[worlds.SECRETARIAT])
    return client


def asked(client: Client, names: list[str], methods: list[str], world: worlds.World) -> set[tuple[str, str, int]]:
    found = set()
    for name in names:
        address = doors.address(name, world)
        found |= {(name, method, client.generic(method, address).status_code) for method in methods}
    return found


def test_no_page_answers_a_method_that_is_not_for_pages():
    world = worlds.build()
    client = secretariat(world)
    answers = asked(client, PAGES, ["PUT", "DELETE", "PATCH", "TRACE"], world)
    assert {each for each in answers if each[2] != 405} == set()


def test_nothing_is_sent_to_a_page_that_only_reads():
    world = worlds.build()
    client = secretariat(world)
    assert len(READING) > 20
    assert {each for each in asked(client, READING, ["POST"], world) if each[2] != 405} == set()
    assert {each for each in asked(client, ["help", "runs_out"], ["HEAD"], world) if each[2] != 200} == set()


def test_whoever_asks_in_another_way_is_told_how_to_go_on(client):
    answer = client.post(reverse("help"))
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "Go to the first page" in answer.content.decode()


def test_the_api_refuses_in_its_own_words():
    world = worlds.build()
    client = secretariat(world)
    answer = client.delete(doors.address("api-coverage-list", world))
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/json")
    assert client.options(doors.address("api-coverage-list", world)).status_code == 200
