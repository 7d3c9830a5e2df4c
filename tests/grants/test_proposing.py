"""Which grants are proposed as one work, which are joined by themselves, and which are left alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Organisation
from grants import changes, joining, portfolio, proposing
from grants.models import Grant, Joining, JoiningBookmark, RelatedGrant
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TITLE = "Guardianship pilot for young people"


@pytest.fixture
def charity() -> Organisation:
    return factories.GranteeFactory()


def given(charity: Organisation, title: str = TITLE, **fields: Any) -> Grant:
    return factories.GrantFactory(recipient=charity, title=title, **fields)


def look(*grants: Grant) -> int:
    """Propose for these as though they had just changed."""
    changes.touch([each.pk for each in grants])
    return proposing.propose(at=NOW)


def proposed() -> list[set[int]]:
    return [grants_of(each) for each in Joining.objects.open().order_by("id")]


def grants_of(found: Joining) -> set[int]:
    return set(found.parts.values_list("grant_id", flat=True))


def ids(grants: Iterable[Grant]) -> set[int]:
    return {each.pk for each in grants}


def test_grants_of_several_funders_whose_days_overlap_are_proposed_as_one_with_the_reason(charity):
    grants = [
        given(charity),
        given(charity, "Guardianship pilot: young people", planned_start=date(2026, 4, 1)),
        given(charity, "A guardianship pilot for young people (year 2)", planned_end=date(2027, 3, 31)),
    ]
    assert look(*grants) == 1
    [found] = Joining.objects.open()
    assert grants_of(found) == ids(grants)
    assert (found.recipient, found.because) == (charity, "title")
    assert (found.overlap_from, found.overlap_to) == (date(2026, 4, 1), date(2026, 12, 31))
    assert len({each.project_id for each in Grant.objects.all()}) == 3, "nothing is joined before somebody says so"


def test_the_same_programme_is_a_reason_and_overlapping_days_alone_are_one_too(charity):
    other = factories.GranteeFactory()
    look(
        given(charity, "Moving on", programme="Survivors first"),
        given(charity, "A house", programme="survivors first "),
        given(other, "Moving on"),
        given(other, "A house"),
    )
    assert list(Joining.objects.order_by("recipient").values_list("because", flat=True)) == ["programme", "days"]


def test_what_is_not_one_work_is_left_alone(charity):
    funder = factories.FunderFactory()
    pairs = [
        (given(charity), given(factories.GranteeFactory())),
        (given(other := factories.GranteeFactory(), funder=funder), given(other, funder=funder)),
        (given(third := factories.GranteeFactory(), planned_end=date(2026, 11, 30)),
         given(third, planned_start=date(2026, 12, 1))),
        (given(fourth := factories.GranteeFactory()), given(fourth, removed_at=NOW)),
        (given(fifth := factories.GranteeFactory()), given(fifth, planned_end=None)),
        (given(sixth := factories.GranteeFactory()), given(sixth, planned_end=NOW.date() - timedelta(days=1))),
    ]  # fmt: skip
    one = given(seventh := factories.GranteeFactory())
    pairs.append((one, given(seventh, project=one.project)))
    assert look(*(each for pair in pairs for each in pair)) == 0


def test_of_one_funder_the_grant_that_is_most_like_the_others_is_taken(charity):
    funder = factories.FunderFactory()
    first = given(charity)
    given(charity, "Core costs", funder=funder)
    like = given(charity, TITLE, funder=funder)
    look(first)
    assert proposed() == [ids([first, like])]


def test_nothing_new_is_found_twice_and_a_killed_run_is_done_again(charity):
    grants = [given(charity), given(charity)]
    assert look(*grants) == 1
    assert proposing.propose(at=NOW) == 0
    JoiningBookmark.objects.update(seq=0)
    assert proposing.propose(at=NOW) == 0
    assert len(proposed()) == 1


def test_a_grant_that_comes_later_joins_a_proposal_that_nobody_has_answered(charity):
    grants = [given(charity), given(charity)]
    look(*grants)
    later = given(charity)
    look(later)
    assert proposed() == [ids([*grants, later])]


def test_a_grant_that_comes_later_is_proposed_with_the_joined_work(charity):
    grants = [given(charity), given(charity)]
    look(*grants)
    lead = factories.lead(charity)
    joining.answer(Joining.objects.get(), same=True, by=lead, at=NOW)
    later = given(charity)
    look(later)
    assert proposed() == [ids([*grants, later])]
    joining.answer(Joining.objects.open().get(), same=True, by=lead, at=NOW)
    assert Grant.objects.values("project").distinct().count() == 1


def test_an_answer_is_kept_while_others_come(charity):
    grants = [given(charity), given(charity)]
    look(*grants)
    found = Joining.objects.get()
    joining.answer(found, same=True, by=factories.officer(grants[0].funder), at=NOW)
    look(given(charity))
    assert ids(grants) in proposed()


def test_what_people_said_stands(charity):
    grants = [given(charity), given(charity)]
    look(*grants)
    joining.answer(Joining.objects.get(), same=False, by=factories.lead(charity), at=NOW)
    assert look(*grants) == 0


def test_one_funders_no_is_about_its_own_grants(charity):
    grants = [given(charity), given(charity), given(charity)]
    look(*grants)
    joining.answer(Joining.objects.get(), same=False, by=factories.officer(grants[1].funder), at=NOW)
    assert proposing.propose(at=NOW) == 1
    assert proposed() == [ids([grants[0], grants[2]])]


def test_grants_that_are_alike_are_not_mixed_with_one_that_only_runs_at_the_same_time(charity):
    grants = [given(charity, "Core costs"), given(charity), given(charity)]
    look(*grants)
    assert ids(grants[1:]) in proposed()


def test_what_people_parted_is_not_proposed_again(charity):
    grants = [given(charity), given(charity)]
    look(*grants)
    lead = factories.lead(charity)
    joining.answer(Joining.objects.get(), same=True, by=lead, at=NOW)
    joining.part(Joining.objects.get(), by=lead, at=NOW)
    assert look(*grants) == 0


def test_a_proposal_whose_grant_was_removed_or_moved_goes(charity):
    grants = [given(charity), given(charity), given(charity)]
    officer = factories.officer(grants[0].funder)
    look(*grants)
    portfolio.remove(grant=grants[0], by=officer, at=NOW)
    proposing.propose(at=NOW)
    assert proposed() == [ids(grants[1:])]
    joining.answer(Joining.objects.open().get(), same=True, by=factories.officer(grants[1].funder), at=NOW)
    portfolio.remove(grant=grants[1], by=factories.officer(grants[1].funder), at=NOW)
    proposing.propose(at=NOW)
    assert proposed() == []


# --- declared relations -------------------------------------------------------------------------------------------
def test_grants_that_a_file_relates_are_joined_by_themselves(charity):
    one, other = given(charity, "A house"), given(charity, "Something else")
    RelatedGrant.objects.create(grant=one, identifier=other.grant_id, other=other)
    assert look(one, other) == 1
    found = Joining.objects.get()
    assert (found.is_standing, found.because, found.answers.count()) == (True, "declared", 0)
    assert Grant.objects.values("project").distinct().count() == 1

    joining.part(found, by=factories.officer(other.funder), at=NOW)
    assert look(one, other) == 0
    assert Grant.objects.values("project").distinct().count() == 2


def test_a_declared_relation_to_another_charity_or_another_time_joins_nothing(charity):
    one, elsewhere = given(charity), given(factories.GranteeFactory())
    later = given(charity, "Next", planned_start=date(2027, 1, 1), planned_end=date(2027, 12, 31))
    for other in (elsewhere, later):
        RelatedGrant.objects.create(grant=one, identifier=other.grant_id, other=other)
    look(one, elsewhere, later)
    assert not Joining.objects.exists()


# --- many ---------------------------------------------------------------------------------------------------------
def test_a_charity_with_thousands_of_grants_is_not_compared_each_with_each(monkeypatch):
    compared = 0
    real = proposing.likeness

    def counting(one: proposing.Running, other: proposing.Running) -> str:
        nonlocal compared
        compared += 1
        return real(one, other)

    monkeypatch.setattr(proposing, "likeness", counting)
    days = proposing.Days(date(2026, 1, 1), date(2026, 12, 31))
    titles = [f"work number {number // 2} in all" for number in range(6_000)]
    grants = [
        proposing.Running(number, number, number % 7, proposing.words_of(title), "", days)
        for number, title in enumerate(titles)
    ]
    found = list(proposing.together(grants, (), set()))
    assert len(found) == 3_000
    assert compared <= 6_000


def test_a_larger_charity_is_asked_only_where_more_than_days_agree(charity):
    grants = [given(charity, f"Work {number} {'abcdefghijklmnop'[number] * 4}") for number in range(proposing.FEW + 1)]
    assert look(*grants) == 0


def test_many_changes_at_once_are_read_whole(charity, monkeypatch):
    monkeypatch.setattr(changes, "MANY", 1)
    grants = [given(charity), given(charity)]
    assert look(*grants) == 1
