"""Two works of one charity may reach the same people: who says how many, what is refused, what results show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.journal import Did
from accounts.models import JournalEntry, Organisation, Person
from grants.models import Grant, Project
from outcomes import overlaps, results
from outcomes.models import Indicator, Overlap
from outcomes.results import Question
from tests import factories
from tests.outcomes.world import QUARTERS, World, everybody

pytestmark = pytest.mark.django_db
FIRST, LAST = QUARTERS[0]


@dataclass
class Two:
    """Two works of one charity, both paid for by funder A, one by B and C too; 20 and 12 people in a quarter."""

    world: World
    grant: Grant
    second: Grant

    @property
    def one(self) -> Project:
        return self.grant.project

    @property
    def other(self) -> Project:
        return self.second.project

    @property
    def funder(self) -> Organisation:
        return self.grant.funder

    def declare(self, method: str = "known", people: int | None = 5, by: Person | None = None, **more: Any) -> Overlap:
        given = {"start": FIRST, "end": LAST, "method": method, "people": people, **more}
        indicator = Indicator.objects.get(code=given.pop("code", "people-new"))
        told = {"by": by or self.world.lead, "at": self.world.later()}
        return overlaps.declare(self.one, given.pop("other", self.other), indicator, **given, **told)

    def total(self, **more: Any) -> list[int]:
        asked = {"first": FIRST, "last": date(2026, 9, 30), "on": date(2026, 11, 21), "by": results.WHOLE_OF_IT, **more}
        indicator = Indicator.objects.get(code="people-new")
        return list(results.look(Question(indicator, own=(self.funder.pk,), **asked)).table.column_totals)


@pytest.fixture
def two() -> Two:
    world = World()
    second = factories.GrantFactory(
        funder=world.grants["A"].funder, project=factories.ProjectFactory(), recipient=world.charity
    )
    world.grants["second"], world.officers["second"] = second, world.officers["A"]
    world.plan("second", *QUARTERS)
    for project, number in ((world.project, 20), (second.project, 12)):
        expected, report = world.expect("people-new", project=project), world.report(FIRST, project)
        world.write(report)
        world.count(report, expected, number)
        world.hand_in(report)
    return Two(world, world.grants["A"], second)


# --- what results make of it ----------------------------------------------------------------------------------------
def test_the_next_question_counts_it(two: Two):
    assert two.total() == [20, 32]
    two.declare()
    assert two.total() == [27]
    two.declare("none", None)
    assert two.total() == [32]
    two.declare("all", None)
    assert two.total() == [20]
    overlaps.take_back(Overlap.objects.current().get(), by=two.world.lead, at=two.world.later())
    assert two.total() == [20, 32]


def test_figures_are_asked_for_as_they_were_known(two: Two):
    two.declare()
    two.world.now = two.world.now.replace(month=11, day=3)
    two.declare("none", None)
    assert two.total(known_on=date(2026, 11, 2)) == [27]
    assert two.total(known_on=date(2026, 11, 3)) == [32]
    assert two.total(known_on=date(2026, 10, 4)) == [0]


def test_what_is_said_of_a_longer_time_counts_in_it(two: Two):
    two.declare("none", None, end=QUARTERS[2][1])
    assert two.total() == [32]


def test_each_word_is_kept_with_who_said_it(two: Two):
    first = two.declare()
    two.declare("none", None, by=two.world.officers["A"])
    first.refresh_from_db()
    assert (first.people, first.superseded_at) == (5, two.world.now)
    entries = JournalEntry.objects.filter(what=Did.DECLARED_OVERLAP).order_by("id")
    assert [(each.by, each.details) for each in entries] == [
        (two.world.lead, {"figure": "people-new", "method": "known"}),
        (two.world.officers["A"], {"figure": "people-new", "method": "none"}),
    ]
    overlaps.take_back(Overlap.objects.current().get(), by=two.world.lead, at=two.world.later())
    assert JournalEntry.objects.filter(what=Did.TOOK_OVERLAP_BACK).count() == 1


# --- who may say so -------------------------------------------------------------------------------------------------
def test_the_charity_and_a_funder_of_both_may(two: Two):
    for person in (two.world.lead, two.world.colleague, two.world.officers["A"]):
        assert two.declare(by=person).by == person


def test_a_funder_of_one_and_strangers_may_not(two: Two):
    others_lead, viewer = factories.lead(), factories.viewer(two.funder)
    for person in (two.world.officers["B"], others_lead, viewer, factories.secretariat()):
        with pytest.raises(overlaps.CannotDeclare, match="Only the charity of both"):
            two.declare(by=person)
    elsewhere = factories.GrantFactory(funder=two.funder, recipient=factories.GranteeFactory())
    assert elsewhere.project not in overlaps.beside(two.one, two.world.officers["A"], [two.funder.pk])


def test_a_removed_grant_gives_no_say(two: Two):
    Grant.objects.filter(pk=two.second.pk).update(removed_at=two.world.now)
    assert not overlaps.beside(two.one, two.world.lead, [])
    assert not overlaps.beside(two.one, two.world.officers["A"], [two.funder.pk])


# --- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"people": 13}, "people", "One of the two reached 12"),
        ({"people": None}, "people", "Give a number"),
        ({"method": "none", "people": 3}, "people", "Give a number"),
        ({"start": LAST, "end": FIRST}, "end", "before the first"),
        ({"start": date(2026, 4, 1), "end": date(2026, 6, 30)}, "start", "has reported no such figure"),
        ({"code": "waiting"}, "start", "has reported no such figure"),
    ],
)
def test_a_wrong_word_is_refused_at_its_box(two: Two, wrong: dict[str, Any], field: str, sentence: str):
    with pytest.raises(overlaps.CannotDeclare, match=sentence) as problem:
        two.declare(**wrong)
    assert problem.value.field == field
    assert not Overlap.objects.exists()


def test_nobody_shares_people_with_itself(two: Two):
    with pytest.raises(overlaps.CannotDeclare):
        two.declare(other=two.one)


# --- truths ---------------------------------------------------------------------------------------------------------
def test_the_database_never_changes_what_was_said(two: Two):
    said = Overlap.objects.filter(pk=two.declare().pk)
    again = {
        "indicator": said.get().indicator, "cell": everybody(), "start": FIRST, "end": LAST, "one": said.get().one,
        "other": said.get().other, "method": "none", "by": two.world.lead, "at": two.world.now,
    }  # fmt: skip
    for wrong in (
        {"people": 4},
        {"method": "none", "people": None},
        {"end": date(2026, 4, 1)},
        {"at": two.world.later()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            said.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        said.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Overlap.objects.create(**again)
    said.update(superseded_at=two.world.now)
    for wrong in ({"superseded_at": None}, {"superseded_at": two.world.later()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            said.update(**wrong)
    assert Overlap.objects.create(**again).pk


# --- the page -------------------------------------------------------------------------------------------------------
def form(two: Two, **more: str) -> dict[str, str]:
    return {
        "other": str(two.other.pk), "indicator": "people-new", "start": str(FIRST), "end": str(LAST),
        "method": "known", "people": "5", **more,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["lead", "officer"])
def test_the_page_keeps_it_and_the_results_page_shows_it_next(two: Two, sign_in: Any, who: str):
    person = two.world.lead if who == "lead" else two.world.officers["A"]
    client, address = sign_in(person), reverse("overlaps", args=[two.grant.pk])
    assert "Nothing is said yet." in client.get(address).content.decode()
    assert address in client.get(reverse("figures", args=[two.grant.pk])).content.decode()
    page = client.post(address, form(two), follow=True).content.decode()
    assert "5 people are in both." in page
    results_page = {"indicator": "people-new", "year": "2026", "by": "all", "whose": "own"}
    officer = sign_in(two.world.officers["A"])
    assert "27" in officer.get(reverse("results"), results_page).context["told"].sentence
    client = sign_in(person)
    [said] = Overlap.objects.current()
    client.post(reverse("overlap_take_back", args=[two.grant.pk, said.pk]))
    assert "Nothing is said yet." in client.get(address).content.decode()
    again = client.post(reverse("overlap_take_back", args=[two.grant.pk, said.pk]), follow=True)
    assert "not said any longer" in again.content.decode()
    told = sign_in(two.world.officers["A"]).get(reverse("results"), results_page).context["told"].sentence
    assert "between 20 and 32" in told


def test_from_the_other_work_it_is_seen_too(two: Two, sign_in: Any):
    two.declare()
    page = sign_in(two.world.lead).get(reverse("overlaps", args=[two.second.pk])).content.decode()
    assert ("5 people are in both." in page, f"<strong>{two.one}</strong>" in page) == (True, True)


def test_a_funder_of_one_alone_sees_nothing_of_it(two: Two, sign_in: Any):
    two.declare()
    client = sign_in(two.world.officers["B"])
    page = client.get(reverse("overlaps", args=[two.world.grants["B"].pk])).content.decode()
    assert ("5 people are in both" in page, "There is no other work" in page) == (False, True)
    assert client.get(reverse("overlaps", args=[two.second.pk])).status_code == 404
    [said] = Overlap.objects.current()
    client.post(reverse("overlap_take_back", args=[two.world.grants["B"].pk, said.pk]))
    assert Overlap.objects.current().get() == said


def test_a_viewer_reads_alone(two: Two, sign_in: Any):
    two.declare()
    client, address = sign_in(factories.viewer(two.funder)), reverse("overlaps", args=[two.grant.pk])
    page = client.get(address).content.decode()
    assert ("5 people are in both." in page, "Say it no longer" in page, "Say how many" in page) == (True, False, False)
    assert client.post(address, form(two)).status_code == 403


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({"people": "13"}, "people", "One of the two reached 12; no more can be in both."),
        ({"people": ""}, "people", "Say how many."),
        ({"people": "-1"}, "people", "This is too small. Give 0 or more."),
        ({"method": "none"}, "people", "A number belongs to “so many” alone. Choose that, or leave the number out."),
        ({"method": "perhaps"}, "method", "Select a valid choice. perhaps is not one of the available choices."),
        ({"other": "0"}, "other", "Select a valid choice. 0 is not one of the available choices."),
        ({"indicator": "grants"}, "indicator", "Select a valid choice. grants is not one of the available choices."),
        ({"start": ""}, "start", "This field is required."),
    ],
)
def test_every_refusal_stands_at_its_box(two: Two, sign_in: Any, sent: dict[str, str], field: str, sentence: str):
    answer = sign_in(two.world.lead).post(reverse("overlaps", args=[two.grant.pk]), form(two, **sent))
    assert (answer.status_code, answer.context["form"].errors[field]) == (422, [sentence])
    assert not Overlap.objects.exists()
