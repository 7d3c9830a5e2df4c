"""Grants are joined by those concerned, parted with everything as before, and never by anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import JournalEntry, Organisation, Person
from grants import forms, joining, portfolio
from grants.models import Change, Grant, JoinedGrant, Joining, JoiningAnswer, JoiningBookmark, Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAYS = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def charity() -> Organisation:
    return factories.GranteeFactory()


@pytest.fixture
def grants(charity: Organisation) -> list[Grant]:
    return [factories.GrantFactory(recipient=charity) for _ in range(3)]


@pytest.fixture
def officers(grants: list[Grant]) -> list[Person]:
    return [factories.officer(each.funder) for each in grants]


@pytest.fixture
def proposal(grants: list[Grant], charity: Organisation) -> Joining:
    return propose(grants, charity)


def propose(grants: Sequence[Grant], charity: Organisation) -> Joining:
    return joining.propose([each.pk for each in grants], recipient=charity.pk, because="title", days=DAYS, at=NOW)


def say(proposal: Joining, person: Person, *, same: bool = True) -> Joining:
    return joining.answer(proposal, same=same, by=person, at=NOW)


def projects(grants: Sequence[Grant]) -> list[int]:
    return [Grant.objects.get(pk=each.pk).project_id for each in grants]


def test_an_officer_of_every_funder_joins_them(proposal, grants, officers):
    before = projects(grants)
    for officer in officers[:2]:
        say(proposal, officer)
    assert projects(grants) == before
    assert say(proposal, officers[2]).is_standing
    assert projects(grants) == [min(before)] * 3


def test_the_charity_alone_joins_them(proposal, grants, charity):
    say(proposal, factories.lead(charity))
    assert len(set(projects(grants))) == 1


def test_the_first_no_sets_a_proposal_aside(proposal, grants, officers, charity):
    say(proposal, officers[0])
    ended = say(proposal, officers[1], same=False)
    assert (ended.ended_at, ended.ended_by, ended.joined_at) == (NOW, officers[1], None)
    with pytest.raises(joining.CannotJoin, match="Somebody else concerned answered this on 21 November 2026"):
        say(proposal, factories.lead(charity))
    assert len(set(projects(grants))) == 3


@pytest.mark.parametrize("who", [0, 1, 2, "lead"])
def test_any_of_them_parts_it_and_every_grant_is_where_it_was(proposal, grants, officers, charity, who):
    before = projects(grants)
    lead = factories.lead(charity)
    say(proposal, lead)
    parted = joining.part(proposal, by=lead if who == "lead" else officers[who], at=NOW)
    assert projects(grants) == before
    assert not parted.is_standing


def test_joined_parted_and_joined_again_is_told_by_revisions_journal_and_change_log(proposal, grants, charity):
    lead, before = factories.lead(charity), projects(grants)
    say(proposal, lead)
    joining.part(proposal, by=lead, at=NOW)
    fresh = joining.again(proposal, by=lead, at=NOW)
    assert (fresh.is_standing, fresh.pk == proposal.pk) == (True, False)
    assert projects(grants) == [min(before)] * 3
    assert [each.reason for each in grants[2].revisions.all()] == ["joined", "parted", "joined"]
    assert [each.what for each in JournalEntry.objects.order_by("id")] == [
        "said same work", "joined grants", "parted grants", "said same work", "joined grants",
    ]  # fmt: skip
    assert set(Change.objects.values_list("grant", flat=True)) == {each.pk for each in grants[1:]}


def test_a_caller_chooses_which_project_stays(proposal, grants, charity):
    before = projects(grants)
    joining.answer(proposal, same=True, by=factories.lead(charity), at=NOW, into=max)
    assert projects(grants) == [max(before)] * 3


def test_others_of_the_projects_come_along_and_go_back(grants, charity, officers):
    beside = factories.GrantFactory(project=grants[1].project, recipient=charity)
    proposal = propose(grants[:2], charity)
    lead = factories.lead(charity)
    say(proposal, lead)
    assert len(set(projects([*grants[:2], beside]))) == 1
    joining.part(proposal, by=lead, at=NOW)
    assert projects([beside]) == [grants[1].project_id]


def test_nobody_else_has_a_word(proposal, grants, charity):
    for other in (
        factories.officer(), factories.lead(), factories.contributor(charity), factories.viewer(grants[0].funder),
        factories.secretariat(),
    ):  # fmt: skip
        with pytest.raises(joining.CannotJoin):
            say(proposal, other)
        assert proposal not in Joining.objects.answerable_by(other)
    say(proposal, factories.lead(charity))
    with pytest.raises(joining.CannotJoin):
        joining.part(proposal, by=factories.officer(), at=NOW)


def test_those_concerned_see_it_and_nobody_else(proposal, grants, charity):
    seeing = [factories.viewer(grants[0].funder), factories.contributor(charity), factories.officer(grants[1].funder)]
    blind = [factories.officer(), factories.lead(), factories.secretariat(), factories.administrator()]
    assert [proposal in Joining.objects.visible_to(each) for each in [*seeing, *blind]] == [True] * 3 + [False] * 4


def test_grants_of_two_charities_are_not_joined(proposal, grants, charity):
    grants[1].recipient_rows.update(organisation=factories.GranteeFactory())
    with pytest.raises(joining.CannotJoin, match="goes to another charity now"):
        say(proposal, factories.lead(charity))
    assert len(set(projects(grants))) == 3


def test_what_is_joined_already_is_not_joined_again(proposal, grants, charity, officers):
    say(proposal, factories.lead(charity))
    with pytest.raises(joining.CannotJoin, match="one project already, since 21 November 2026"):
        say(proposal, officers[0])


def test_the_second_who_parts_is_told(proposal, charity, officers):
    say(proposal, factories.lead(charity))
    joining.part(proposal, by=officers[0], at=NOW)
    with pytest.raises(joining.CannotJoin, match="somebody else concerned parted them"):
        joining.part(proposal, by=officers[1], at=NOW)


def test_a_removed_grant_is_left_out_and_one_alone_is_not_joined(proposal, grants, charity, officers):
    portfolio.remove(grant=grants[0], by=officers[0], at=NOW)
    for officer in officers[1:]:
        say(proposal, officer)
    assert len(set(projects(grants[1:]))) == 1
    assert projects(grants[:1]) == [grants[0].project_id]

    two = propose([grants[0], factories.GrantFactory(recipient=charity)], charity)
    with pytest.raises(joining.CannotJoin, match="one alone cannot be joined"):
        say(two, factories.lead(charity))


def test_a_joining_of_a_joined_work_is_parted_in_any_order(grants, charity):
    lead, before = factories.lead(charity), projects(grants)
    first = say(propose(grants[1:], charity), lead)
    second = say(propose(grants, charity), lead)
    assert projects(grants) == [before[0]] * 3
    joining.part(first, by=lead, at=NOW)
    assert projects(grants) == [before[0], before[0], before[2]]
    joining.part(second, by=lead, at=NOW)
    assert projects(grants) == before


def test_a_joined_grant_taken_out_by_its_form_has_its_own_project_back(proposal, grants, officers, charity):
    before = projects(grants)
    say(proposal, factories.lead(charity))
    form = forms.GrantForm(
        {**forms.stated(Grant.objects.get(pk=grants[2].pk)), "same_work_as": ""}, person=officers[2], grant=grants[2]
    )
    assert form.is_valid(), form.errors
    portfolio.change(
        grant=grants[2], details=form.details(), opened_at=portfolio.newest(grants[2]), by=officers[2], at=NOW
    )
    assert projects(grants) == [before[0], before[0], before[2]]


def test_projects_know_what_they_are_one_work_with(proposal, grants, charity):
    before = projects(grants)
    lead = factories.lead(charity)
    say(proposal, lead)
    assert joining.gone_into(before) == {before[1]: before[0], before[2]: before[0]}
    assert joining.came_into([before[0]]) == joining.gone_into(before)
    joining.part(proposal, by=lead, at=NOW)
    assert joining.gone_into(before) == {}


# --- what the database refuses ------------------------------------------------------------------------------------
def refused(work: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": None},
        {"because": "a feeling"},
        {"because": None},
        {"overlap_to": DAYS[0] - timedelta(days=1)},
        {"overlap_to": None},
        {"made_at": None},
        {"joined_at": NOW},
        {"joined_at": NOW, "project": None},
    ],
)
def test_the_database_refuses_half_a_joining(charity: Organisation, wrong: dict[str, Any]):
    good = {
        "recipient": charity, "key": "1", "because": "title", "overlap_from": DAYS[0], "overlap_to": DAYS[1],
        "made_at": NOW,
    }  # fmt: skip
    refused(lambda: Joining.objects.create(**{**good, **wrong}))
    assert Joining.objects.create(**good).is_open


def test_the_database_refuses_a_project_without_a_day_and_an_end_without_one(proposal, grants):
    refused(lambda: Joining.objects.filter(pk=proposal.pk).update(project=grants[0].project))
    refused(lambda: Joining.objects.filter(pk=proposal.pk).update(ended_by=factories.PersonFactory()))


def test_two_proposals_about_the_same_grants_stand_only_one_after_the_other(proposal, grants, charity):
    refused(lambda: propose(grants, charity))
    Joining.objects.filter(pk=proposal.pk).update(ended_at=NOW)
    propose(grants, charity)


def test_a_grant_is_in_a_joining_once_and_a_party_answers_once(proposal, grants, officers):
    refused(lambda: JoinedGrant.objects.create(joining=proposal, grant=grants[0]))
    said = {"joining": proposal, "organisation": grants[0].funder, "by": officers[0], "at": NOW}
    refused(lambda: JoiningAnswer.objects.create(**said, same=None))
    JoiningAnswer.objects.create(**said, same=True)
    refused(lambda: JoiningAnswer.objects.create(**said, same=False))


def test_there_is_one_bookmark():
    refused(lambda: JoiningBookmark.objects.create(id=2))


def test_a_project_that_a_grant_came_from_is_kept(proposal, grants, charity):
    say(proposal, factories.lead(charity))
    with pytest.raises(ProtectedError):
        Project.objects.get(pk=grants[2].project_id).delete()
