"""The walk: every door of the portal as every kind of person, against a table of who may pass."""

from __future__ import annotations

import copy
import os
import random
import types
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import clear_url_caches, get_resolver, path, reverse

from accounts.access import Anyone, only
from tests.house import doors, marks
from tests.house import world as worlds
from tests.house.doors import DOORS, LIBRARY_DOORS, Door
from tests.house.world import KINDS, SECRETARIAT

pytestmark = pytest.mark.django_db
PARTS = 4
"""How many tests share a long walk, so that it can be walked by several processes at once."""


@pytest.fixture
def world() -> worlds.World:
    made = worlds.build()
    marks.put(made)
    return made


def client_of(world: worlds.World, kind: str) -> Client:
    client = Client(raise_request_exception=False)
    if person := world.people[kind]:
        client.force_login(person)
    return client


def send(client: Client, method: str, address: str, data: dict[str, object]) -> HttpResponse:
    """One request whose deeds are taken back, signing out too, so that the next one finds everything as before."""
    cache.clear()
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        answer = getattr(client, method)(address, data)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def asked_to_sign_in(answer: HttpResponse) -> bool:
    """Whether a stranger is led to sign-in and on to the page that was wanted, or, by the API, told to."""
    if answer.status_code == 302:
        where, asked = urlsplit(answer["Location"]), answer.wsgi_request
        wanted = asked.get_full_path() if asked.method == "GET" else "/"
        return where.path == reverse("account_login") and parse_qs(where.query).get("next") == [wanted]
    return answer.status_code == 401 and "WWW-Authenticate" in answer


def said(answer: HttpResponse) -> str:
    """The status, and what went wrong where the portal failed."""
    return f"{answer.status_code} {answer.exc_info[1]!r}" if answer.status_code >= 500 else str(answer.status_code)


def is_as_expected(door: Door, expected: str, method: str, answer: HttpResponse) -> bool:
    """Whether an answer is the table's: in, hidden (404), refused (403) or asked to sign in."""
    status = answer.status_code
    if expected == "sign in":
        return asked_to_sign_in(answer)
    if expected == "refused":
        return status == 403
    if (method == "get") == (door.posts is not None):
        # The other method than the one the door is made for: it may be refused as a method, but never fail.
        return status in (404, 405) if expected == "hidden" else status < 500 and status != 403
    if expected == "hidden":
        return status == 404
    return (status in door.answers if method == "get" else status < 400) and not asked_to_sign_in(answer)


def requests(
    world: worlds.World, names: list[str], kinds: Sequence[str]
) -> Iterator[tuple[str, str, str, HttpResponse]]:
    for kind in kinds:
        client = client_of(world, kind)
        for name in names:
            door, address = DOORS[name], doors.address(name, world)
            for method in ("get", "post"):
                data = door.posts(world) if method == "post" and door.posts else door.query if method == "get" else {}
                yield kind, name, method, send(client, method, address, data)


def walk(world: worlds.World, names: list[str], kinds: Sequence[str] = KINDS) -> tuple[int, list[str]]:
    """The number of requests sent, and a line for each answer that is not the table's."""
    count, surprises = 0, []
    for kind, name, method, answer in requests(world, names, kinds):
        count += 1
        expected = DOORS[name].expects(kind, method)
        if not is_as_expected(DOORS[name], expected, method, answer):
            surprises.append(f"{method.upper()} {name} as {kind}: expected {expected}, answered {said(answer)}")
        if method == "get":
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            surprises += [f"{name} as {kind}: shows {word}" for word in marks.shown_to(kind, content)]
    return count, surprises


def test_every_door_is_in_the_table_and_every_line_of_the_table_has_a_door():
    names = [each.name for _, each in doors.patterns()]
    assert [route for route, each in doors.patterns() if not each.name] == []
    assert set(names) ^ set(DOORS) == set()
    assert set(LIBRARY_DOORS) <= set(names)


def test_every_door_states_its_guard():
    assert doors.unguarded() == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_door_answers_every_kind_of_person_as_the_table_says(
    world: worlds.World, part: int, capsys: pytest.CaptureFixture[str]
):
    names = [name for name in DOORS if name in {each.name for _, each in doors.patterns()}]
    kinds = KINDS[part::PARTS]
    count, surprises = walk(world, names, kinds)
    with capsys.disabled():
        print(f"\nThe walk as {', '.join(kinds)}: {len(names)} URL names, {count} requests, {len(surprises)} surprises")
    assert surprises == [], "\n".join(surprises)


def stranger_sees_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("everything")


@pytest.fixture
def planted(settings: LazySettings) -> Iterator[types.ModuleType]:
    """A URLconf of its own, to which a test adds faulty doors in front of the portal's."""
    module = types.ModuleType("planted_urls")
    module.urlpatterns = list(get_resolver().url_patterns)
    settings.ROOT_URLCONF = module
    clear_url_caches()
    yield module
    clear_url_caches()


def test_a_door_without_a_guard_is_caught(planted: types.ModuleType):
    planted.urlpatterns.append(path("planted/", stranger_sees_all, name="planted"))
    assert doors.unguarded() == ["planted/"]


def test_a_door_with_a_guard_that_is_too_wide_is_caught(world: worlds.World, planted: types.ModuleType):
    planted.urlpatterns.append(path("planted/", only(Anyone)(stranger_sees_all), name="api-docs"))
    assert doors.unguarded() == []
    count, surprises = walk(world, ["api-docs"])
    assert count == 2 * len(KINDS)
    assert surprises == [
        "GET api-docs as stranger: expected sign in, answered 200",
        "POST api-docs as stranger: expected sign in, answered 200",
    ]


NUMBERS = ("-1", "zz", "99999999999999999999999", "", "%00", "%FF%FE", "a" * 10_000)
DAYS = ("2025-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "%00")
CODES = ("nothing", "%00", "-1", "victim_services", "not-stated")
CURSORS = ("zz", "cD1hYmM=", "cD0lMDA=", "%00", "cj0xJnA9OTk5OTk5OTk5OTk5OTk5OTk5OTk5")
ANYWHERE = [f"{name}={value}" for name in ("page", "next", "lang") for value in NUMBERS] + [
    "format=xml",
    "version=a%0D%0Ab",
]
IN_LISTS = [
    *[
        f"{name}={value}"
        for name in ("funder", "recipient", "q", "search", "page_size", "sort", "programme")
        for value in NUMBERS
    ],
    *[f"{name}={value}" for name in ("on", "from", "to") for value in DAYS],
    *[f"{name}={value}" for name in ("rows", "columns", "measure", "priority", "state") for value in CODES],
    *[f"cursor={value}" for value in CURSORS],
    "rows=priority&columns=priority",
    "from=2026-12-31&to=2026-01-01",
    "from=0001-01-01&to=9999-12-31&measure=spread",
    "on=9999-12-31&measure=live",
    "priority=victim_services&priority=research&priority=nothing",
    "&".join(f"region=code{number}" for number in range(500)),
]
LISTS = (
    "coverage",
    "areas",
    "funder_view",
    "gaps",
    "neglected",
    "grants",
    "organisations",
    "people",
    "journal",
    "imports",
    "to_sort",
)
LISTS += tuple(f"api-{name}" for name in ("grants", "projects", "organisations", "priorities", "coverage", "gaps"))
"""How the names of doors begin that read more from their address than a page number."""


def odd_addresses(name: str, world: worlds.World) -> Iterator[str]:
    for query in ANYWHERE + (IN_LISTS if name.startswith(LISTS) else []):
        yield f"{doors.address(name, world)}?{query}"


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(PARTS))
def test_odd_addresses_never_break_a_door(world: worlds.World, part: int):
    """A seeded quarter of them, whatever the door; all of them in `make prove`."""
    client = client_of(world, SECRETARIAT)
    chosen = [address for name in DOORS for address in odd_addresses(name, world)]
    if "PROVE" not in os.environ:
        chosen = random.Random(20261121).sample(chosen, len(chosen) // 4)
    broken = [
        f"{address[:90]}: {said(answer)}"
        for address in chosen[part::PARTS]
        if (answer := send(client, "get", address, {})).status_code >= 500
    ]
    assert broken == [], "\n".join(broken)
