"""A grant that its funder holds back is found by its own people, and by nobody else, at any door."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import JournalEntry
from funders_portal import waiting
from grants import joining, portfolio, showing
from grants.models import Grant, Import, Joining, Project
from priorities import columns, coverage
from priorities.coverage import Question
from tests import factories
from tests.grants import files
from tests.house import doors
from tests.house import world as worlds
from tests.house.test_doors import client_of, send
from tests.priorities.orm_recount import Standing, of_table

pytestmark = pytest.mark.django_db
MARK = "Kittiwake"
TODAY = timezone.localdate()
FIGURES = (
    "/", "/coverage/", "/coverage/by/", "/coverage/gaps/", "/coverage/neglected/", "/coverage/need/",
    "/coverage/runs-out/", "/coverage/who-funds/", "/coverage/funder/", "/coverage/grants/", "/results/",
)  # fmt: skip
OTHERS = (worlds.OTHER_OFFICER, worlds.SECRETARIAT, worlds.ADMINISTRATOR, worlds.OTHER_LEAD, worlds.PUBLIC_BODY)
OWN = (worlds.OFFICER, worlds.VIEWER, worlds.LEAD)


@pytest.fixture
def world() -> worlds.World:
    """The walk's own world, its grant held back, its title and project's title marked."""
    made = worlds.build()
    Grant.objects.filter(pk=made.grant.pk).update(title=f"{MARK} house")
    Project.objects.filter(pk=made.grant.project_id).update(title=f"{MARK} house")
    portfolio.hold_back(grant=made.grant, on=True, by=made.people[worlds.OFFICER], at=factories.NOW)
    return made


def found_at(world: worlds.World, kind: str) -> set[str]:
    """The doors whose answer to a GET holds the mark."""
    client, found = client_of(world, kind), set()
    for name in doors.DOORS:
        answer = send(client, "get", doors.address(name, world), doors.DOORS[name].query)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if MARK.encode() in content:
            found.add(name)
    return found


@pytest.mark.parametrize("kind", OTHERS)
def test_nobody_else_finds_it_at_any_door(world: worlds.World, kind: str) -> None:
    assert found_at(world, kind) - KNOWN.get(kind, set()) == set()


@pytest.mark.parametrize("kind", OWN)
def test_its_own_people_find_it_where_they_did(world: worlds.World, kind: str) -> None:
    assert {"grants", "grant", "api-grants-list"} <= found_at(world, kind)


KNOWN: dict[str, set[str]] = {}
"""Where somebody else may read the title all the same, and why."""


def test_it_is_in_no_figure_until_it_is_shared(world: worlds.World) -> None:
    grant = Grant.objects.get(pk=world.grant.pk)
    assert grant.pk not in {int(each) for block in columns.current().blocks for each in block.ids[block.alive]}
    portfolio.hold_back(grant=grant, on=False, by=world.people[worlds.OFFICER], at=factories.NOW)
    assert grant.pk in {int(each) for block in columns.current().blocks for each in block.ids[block.alive]}
    assert JournalEntry.objects.filter(what="held back").count() == 2


def test_the_pages_about_coverage_say_that_some_are_held_back(world: worlds.World) -> None:
    client = client_of(world, worlds.OTHER_OFFICER)
    said = "Some grants are held back by their funders and are not counted here."
    for address in ("/coverage/by/", "/results/", "/"):
        assert said in client.get(address, follow=True).content.decode(), address
    portfolio.hold_back(grant=world.grant, on=False, by=world.people[worlds.OFFICER], at=factories.NOW)
    assert said not in client.get("/coverage/by/").content.decode()


def test_only_its_funders_officers_hold_it_back_or_share_it(world: worlds.World) -> None:
    address = f"/grants/{world.grant.pk}/hold-back/"
    assert client_of(world, worlds.SECRETARIAT).post(address, {"held_back": "no"}).status_code == 403
    assert client_of(world, worlds.OTHER_OFFICER).post(address, {"held_back": "no"}).status_code == 404
    client = client_of(world, worlds.OFFICER)
    assert client.post(address, {"held_back": "perhaps"}).status_code == 400
    assert client.post(address, {"held_back": "no"}).status_code == 302
    assert not Grant.objects.get(pk=world.grant.pk).held_back


SAID = "Some grants are held back by their funders and are not counted here."


def test_the_rows_of_files_are_closed_to_the_secretariat(world: worlds.World) -> None:
    row = world.source.rows.exclude(row=0).order_by("row")[0]
    cleaned = {**json.loads(row.cleaned), "title": f"{MARK} house"}
    world.source.rows.filter(pk=row.pk).update(grant_id=world.grant.grant_id, cleaned=json.dumps(cleaned))
    world.source.problems.update(row=row.row, value=MARK)
    pages = [f"/grants/imports/{world.source.pk}/?show={part}" for part in showing.WORDS]
    pages.append(f"/grants/imports/{world.source.pk}/problems.csv")
    assert any(MARK in read(world, worlds.OFFICER, page) for page in pages)
    assert [page for page in pages if MARK in read(world, worlds.SECRETARIAT, page)] == []


def test_a_proposal_of_the_same_work_is_hidden_from_the_other_funder(world: worlds.World) -> None:
    beside = Grant.objects.get(pk__in=world.proposed.parts.values("grant"), funder__in=others_of(world))
    officer = factories.officer(beside.funder)
    assert not Joining.objects.visible_to(officer).filter(pk=world.proposed.pk).exists()
    assert not Joining.objects.answerable_by(officer).filter(pk=world.proposed.pk).exists()
    assert Joining.objects.visible_to(world.people[worlds.LEAD]).filter(pk=world.proposed.pk).exists()
    assert Joining.objects.visible_to(world.people[worlds.OFFICER]).filter(pk=world.proposed.pk).exists()


def others_of(world: worlds.World) -> list[int]:
    grants = Grant.objects.filter(pk__in=world.proposed.parts.values("grant"))
    return list(grants.exclude(funder=world.funder).values_list("funder", flat=True))


def test_it_is_joined_with_nothing_before_it_is_shared(world: worlds.World) -> None:
    lead = world.people[worlds.LEAD]
    with pytest.raises(joining.CannotJoin):
        joining.answer(world.proposed, same=True, by=lead, at=factories.NOW)
    portfolio.hold_back(grant=world.grant, on=False, by=world.people[worlds.OFFICER], at=factories.NOW)
    assert joining.answer(world.proposed, same=True, by=lead, at=factories.NOW).is_standing


@pytest.mark.parametrize("page", FIGURES)
def test_every_page_of_figures_says_so(world: worlds.World, page: str) -> None:
    assert SAID in read(world, worlds.OTHER_OFFICER, page)


def test_the_api_says_so(world: worlds.World) -> None:
    assert json.loads(read(world, worlds.OTHER_OFFICER, "/api/coverage/"))["held_back"] is True


def test_its_own_people_see_it_marked_in_their_list_and_their_own_view(world: worlds.World) -> None:
    for page in (f"/grants/?funder={world.funder.pk}", f"/coverage/funder/?funder={world.funder.pk}"):
        told = read(world, worlds.VIEWER, page)
        assert MARK in told, page
        assert "held back" in told, page
        assert MARK not in read(world, worlds.OTHER_OFFICER, page), page


def test_the_charity_finds_it_in_its_project(world: worlds.World) -> None:
    told = json.loads(read(world, worlds.LEAD, f"/api/projects/{world.grant.project_id}/"))
    assert told["grants"] == [world.grant.pk]


def test_people_of_a_recipient_that_is_a_funder_itself_see_it(world: worlds.World) -> None:
    passed_on = factories.GrantFactory(funder=world.funder, recipient=factories.FunderFactory())
    portfolio.hold_back(grant=passed_on, on=True, by=world.people[worlds.OFFICER], at=factories.NOW)
    theirs = factories.officer(passed_on.recipients.get())
    assert Grant.objects.visible_to(theirs).filter(pk=passed_on.pk).exists()
    assert not Grant.objects.visible_to(world.people[worlds.OTHER_OFFICER]).filter(pk=passed_on.pk).exists()


def test_a_search_by_others_does_not_find_it(world: worlds.World) -> None:
    for kind in OTHERS:
        client = client_of(world, kind)
        answer = client.get("/api/grants/", {"search": MARK})
        assert answer.status_code == 403 or answer.json()["results"] == [], kind
    assert client_of(world, worlds.LEAD).get("/api/grants/", {"search": MARK}).json()["results"] != []


def test_another_funder_is_not_told_that_the_same_work_runs_longer(world: worlds.World) -> None:
    own = factories.GrantFactory(project=world.grant.project, planned_end=TODAY + timedelta(days=60))
    Grant.objects.filter(pk=world.grant.pk).update(planned_end=TODAY + timedelta(days=900), actual_end=None)
    officer = factories.officer(own.funder)
    assert [each.grant.pk for each in waiting.ending(officer, TODAY, 5)] == [own.pk]


def test_a_file_leaves_the_mark(world: worlds.World) -> None:
    content = worlds.file_of(world.funder, world.charity)
    first = worlds.received(content, world.people[worlds.OFFICER])
    files.carried_out(first, Import.APPLYING)
    grant = Grant.objects.get(grant_id="360G-house-1")
    portfolio.hold_back(grant=grant, on=True, by=world.people[worlds.OFFICER], at=factories.NOW)
    again = worlds.received(content.replace(b"Refuge in Leeds", b"Refuge in York"), world.people[worlds.OFFICER])
    files.carried_out(again, Import.APPLYING)
    grant.refresh_from_db()
    assert (grant.title, grant.held_back) == ("Refuge in York", True)
    assert Standing.read().answer(Question(on=TODAY)) == of_table(coverage.table(Question(on=TODAY)))


def read(world: worlds.World, kind: str, address: str) -> str:
    answer = client_of(world, kind).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()
