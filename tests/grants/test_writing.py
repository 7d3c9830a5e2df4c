"""That a grant pays for the same work as another is proposed by its form, and joined once all concerned say so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.journal import Did
from accounts.models import JournalEntry
from grants import forms, joining, portfolio, proposing, writing
from grants.models import Grant, Joining, Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAYS = {"planned_start": date(2026, 1, 1), "planned_end": date(2027, 12, 31)}


@pytest.fixture
def charity():
    return factories.GranteeFactory(name="Kelp House")


@pytest.fixture
def other(charity):
    return factories.GrantFactory(recipient=charity, grant_id="360G-other", title="Safe beds", **DAYS)


def said(grant: Grant, other: Grant | None, **changed: Any) -> portfolio.Details:
    """The form of a grant sent back with the other's identifier in it."""
    sent = {**forms.stated(grant), "same_work_as": other.grant_id if other else "", **changed}
    form = forms.GrantForm(sent, person=factories.secretariat(), grant=grant)
    assert form.is_valid(), form.errors
    return form.details()


def change(grant: Grant, other: Grant, by: Any = None, **changed: Any) -> Joining | None:
    by = by or factories.officer(grant.funder)
    _changed, proposed = writing.change(
        grant=grant, details=said(grant, other, **changed), opened_at=portfolio.newest(grant), by=by, at=NOW
    )
    return proposed


def own(charity: Any, **made: Any) -> Grant:
    grant = factories.GrantFactory(recipient=charity, title="Guardianship", **{**DAYS, **made})
    portfolio.record_revision(grant=grant, by=None, at=NOW, reason="added")
    return grant


def projects(*grants: Grant) -> list[int]:
    return [Grant.objects.get(pk=each.pk).project_id for each in grants]


def test_it_is_proposed_with_a_yes_of_ones_own_funder_and_nothing_is_joined(charity, other):
    grant = own(charity)
    before, officer = projects(grant, other), factories.officer(grant.funder)
    proposed = change(grant, other, by=officer)
    assert (proposed.because, proposed.is_open, set(proposed.grants.all())) == (Joining.SAID, True, {grant, other})
    assert (proposed.overlap_from, proposed.overlap_to) == (DAYS["planned_start"], DAYS["planned_end"])
    assert [(each.organisation, each.same) for each in proposed.answers.all()] == [(grant.funder, True)]
    assert projects(grant, other) == before
    assert JournalEntry.objects.get(what=Did.SAID_SAME_WORK).by == officer


@pytest.mark.parametrize("who", ["funder", "charity"])
def test_the_other_funder_or_the_charity_joins_them(charity, other, who):
    grant = own(charity)
    before = projects(grant, other)
    proposed = change(grant, other)
    person = factories.officer(other.funder) if who == "funder" else factories.lead(charity)
    joined = joining.answer(proposed, same=True, by=person, at=NOW)
    assert len(set(projects(grant, other))) == 1
    joining.part(joined, by=person, at=NOW)
    assert projects(grant, other) == before


def test_where_nobody_else_is_concerned_they_are_joined_at_once(charity, other):
    grant = own(charity, funder=other.funder)
    proposed = change(grant, other)
    assert proposed.is_standing
    assert projects(grant, other) == [other.project_id] * 2


def test_the_secretariats_word_is_a_proposal_that_waits_for_both(charity, other):
    grant = own(charity)
    proposed = change(grant, other, by=factories.secretariat())
    assert (proposed.is_open, list(proposed.answers.all())) == (True, [])
    proposing.propose(at=NOW)
    assert Joining.objects.open().get() == proposed


def test_a_new_grant_begins_with_a_project_of_its_own(charity, other):
    details = said(own(charity), other, grant_id="")
    funder = factories.FunderFactory()
    given = portfolio.Details(plain=details.plain, funder=funder, recipients=details.recipients, same_work_as=other)
    grant, proposed = writing.add(details=given, by=factories.officer(funder), at=NOW)
    assert (grant.project != other.project, proposed.is_open) == (True, True)


def test_what_was_proposed_already_is_answered(charity, other):
    grant = own(charity)
    found = joining.propose(
        [grant.pk, other.pk], recipient=charity.pk, because=Joining.DAYS, days=tuple(DAYS.values()), at=NOW
    )
    proposed = change(grant, other)
    assert (proposed, proposed.because) == (found, Joining.SAID)


def test_said_twice_it_is_one_proposal(charity, other):
    grant = own(charity)
    officer = factories.officer(grant.funder)
    assert change(grant, other, by=officer) == change(grant, other, by=officer)
    assert Joining.objects.count() == 1


def test_what_stays_the_same_project_proposes_nothing(charity, other):
    grant = own(charity, project=other.project)
    assert change(grant, other) is None
    assert not Joining.objects.exists()


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({"planned_start": date(2028, 1, 1), "planned_end": date(2028, 12, 31)}, "never run at the same time"),
        ({"planned_end": None}, "has no end yet"),
    ],
)
def test_grants_that_cannot_be_one_work_are_refused_and_nothing_is_kept(charity, other, made, sentence):
    grant = own(charity, **made)
    with pytest.raises(joining.CannotJoin, match=sentence):
        change(grant, other, title="A new title")
    grant.refresh_from_db()
    assert (grant.title, Joining.objects.exists()) == ("Guardianship", False)


def test_a_refusal_stands_at_the_field_and_loses_nothing(charity, other, sign_in):
    grant = own(charity, planned_start=date(2028, 1, 1), planned_end=date(2028, 12, 31))
    client = sign_in(factories.officer(grant.funder))
    sent = {name: value for name, value in forms.stated(grant).items() if value is not None}
    sent |= {"same_work_as": "360G-other", "title": "A new title"}
    for address in (reverse("grant_edit", args=[grant.pk]), reverse("grant_add")):
        answer = client.post(address, {**sent, "funder": grant.funder_id})
        form = answer.context["form"]
        assert answer.status_code == 422
        assert form.errors["same_work_as"] == [
            "The two never run at the same time, so that one report cannot do for both."
        ]
        assert form["title"].value() == "A new title"
    assert (Grant.objects.count(), Project.objects.count()) == (2, 2)
