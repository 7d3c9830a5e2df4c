"""A rule suggests, a person says, and what a person said stands."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import JournalEntry
from counting.money import WHOLE
from grants import changes
from grants.models import Change, Location
from priorities import linking, suggesting
from priorities.models import Bookmark, Code, Dimension, InitiativeLink, Link, Suggestion
from tests.factories import NOW, FunderFactory, GranteeFactory, GrantFactory, link, officer, secretariat

pytestmark = pytest.mark.django_db


def code(dimension: str, name: str) -> Code:
    return Code.objects.get(dimension=dimension, code=name)


def touched(*grants) -> None:
    with transaction.atomic():
        changes.touch([each.pk for each in grants])


def suggested(grant, dimension: str) -> dict[str, int]:
    rows = Suggestion.objects.filter(grant=grant, dimension=dimension)
    return dict(rows.values_list("code__code", "share"))


def say(grant, dimension: str = "priority", **shares: int) -> None:
    linking.set_shares(grant=grant, dimension=dimension, shares=shares, by=None, at=NOW)


# --- suggestions made ---------------------------------------------------------------------------------------------


def test_a_grant_that_came_in_is_suggested_for_once():
    grant = GrantFactory(title="Refuge in Wales")
    Location.objects.create(grant=grant, region="WAL")
    touched(grant)
    assert linking.link_new_grants(at=NOW) == 1
    assert suggested(grant, "priority") == {"victim_services": WHOLE}
    assert suggested(grant, "region") == {"WAL": WHOLE}
    kept = list(Suggestion.objects.values_list("pk", flat=True))
    assert linking.link_new_grants(at=NOW) == 0
    touched(grant)
    assert linking.link_new_grants(at=NOW) == 0
    assert list(Suggestion.objects.values_list("pk", flat=True)) == kept
    assert not Link.objects.exists()


def test_the_bookmark_stands_at_the_change_that_was_read():
    touched(GrantFactory(title="Refuge"))
    linking.link_new_grants(at=NOW)
    assert Bookmark.objects.get(name="linking").seq == changes.head()


def test_a_suggestion_follows_a_changed_title():
    grant = GrantFactory(title="Refuge")
    touched(grant)
    linking.link_new_grants(at=NOW)
    grant.title = "Literature review"
    grant.save()
    touched(grant)
    linking.link_new_grants(at=NOW)
    assert suggested(grant, "priority") == {"research": WHOLE}


def test_nothing_is_suggested_where_a_person_has_spoken():
    grant = GrantFactory(title="Refuge")
    say(grant, legal_representation=WHOLE)
    linking.link_new_grants(at=NOW)
    assert suggested(grant, "priority") == {}
    assert suggested(grant, "service") == {"legal": WHOLE}
    assert linking.sorting_of(grant) == {"priority": {"legal_representation": WHOLE}}


def test_an_import_of_many_has_every_grant_looked_at(monkeypatch):
    monkeypatch.setattr(linking, "BATCH", 2)
    grants = [GrantFactory(title="Refuge") for _ in range(5)]
    with transaction.atomic():
        seq = changes.touch([grants[0].pk])
        Change.objects.create(seq=seq, grant=None)
    assert linking.link_new_grants(at=NOW) == 5


def test_a_run_that_was_cut_short_is_done_again(monkeypatch):
    monkeypatch.setattr(linking, "BATCH", 1)
    touched(*[GrantFactory(title="Refuge") for _ in range(3)])
    whole = suggesting.refresh
    calls = []

    def fail_at_the_second(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(suggesting, "refresh", fail_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        linking.link_new_grants(at=NOW)
    assert Suggestion.objects.filter(dimension="priority").count() == 1
    assert linking.link_new_grants(at=NOW) == 2
    assert Suggestion.objects.filter(dimension="priority").count() == 3


def test_the_recipients_latest_other_sorted_grant_is_followed():
    charity = GranteeFactory(name="Quiet Charity")
    first = GrantFactory(recipient=charity, title="Core costs", award_date=NOW.date() - timedelta(900))
    latest = GrantFactory(recipient=charity, title="Core costs", award_date=NOW.date() - timedelta(100))
    new = GrantFactory(recipient=charity, title="Core costs")
    say(first, research=WHOLE)
    say(latest, awareness=6000, research=4000)
    touched(new)
    linking.link_new_grants(at=NOW)
    assert suggested(new, "priority") == {"awareness": 6000, "research": 4000}
    assert (
        Suggestion.objects.get(grant=new, code__code="awareness").because
        == "another grant to this recipient is sorted so"
    )


def test_a_removed_grant_is_suggested_for_no_longer():
    grant = GrantFactory(title="Refuge")
    touched(grant)
    linking.link_new_grants(at=NOW)
    grant.removed_at = NOW
    grant.save()
    touched(grant)
    linking.link_new_grants(at=NOW)
    assert not Suggestion.objects.exists()


# --- a person's word ----------------------------------------------------------------------------------------------


def test_shares_replace_those_of_the_dimension_and_its_suggestions_alone():
    grant = GrantFactory(title="Refuge in Wales")
    touched(grant)
    linking.link_new_grants(at=NOW)
    say(grant, victim_services=8000, awareness=2000)
    say(grant, awareness=WHOLE)
    assert linking.sorting_of(grant) == {"priority": {"awareness": WHOLE}}
    assert suggested(grant, "priority") == {}
    assert suggested(grant, "region") == {"WAL": WHOLE}


def test_what_is_not_yet_sorted_carries_no_link():
    grant = GrantFactory()
    linking.set_shares(grant=grant, dimension="region", shares={"WAL": 4000, "not-stated": 6000}, by=None, at=NOW)
    assert linking.sorting_of(grant) == {"region": {"WAL": 4000}}


def test_empty_shares_take_back_what_was_said():
    grant = GrantFactory()
    say(grant, awareness=WHOLE)
    say(grant)
    assert linking.sorting_of(grant) == {}


NO_ENTRY = "“%s” is no entry of the list “priority area”, or no longer one. Choose one from the list."


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (
            {"awareness": 9000},
            "These shares come to 90 %; 10 % is missing. Say where it goes, or put it under “Not yet sorted”.",
        ),
        (
            {"awareness": 3333, "research": 6666},
            "These shares come to 99.99 %; 0.01 % is missing. Say where it goes, or put it under “Not yet sorted”.",
        ),
        (
            {"awareness": 8000, "research": 3000},
            "These shares come to 110 %, which is 10 % more than the whole. Lower one of them.",
        ),
        ({"tourism": WHOLE}, NO_ENTRY % "tourism"),
        ({"P1": WHOLE}, NO_ENTRY % "P1"),
        ({"awareness": 0}, "A share is more than 0 %. Leave it empty where nothing goes there."),
    ],
)  # fmt: skip
def test_shares_that_do_not_stand_are_refused_in_words_and_nothing_changes(shares, said):
    grant = GrantFactory()
    say(grant, research=WHOLE)
    before = changes.head(), JournalEntry.objects.count()
    with pytest.raises(linking.CannotSort) as refused:
        say(grant, **shares)
    assert str(refused.value) == said
    assert linking.sorting_of(grant) == {"priority": {"research": WHOLE}}
    assert (changes.head(), JournalEntry.objects.count()) == before


def test_an_ended_entry_takes_no_new_share():
    Code.objects.filter(dimension="service", code="travel").update(valid_to=NOW.date())
    with pytest.raises(linking.CannotSort):
        say(GrantFactory(), "service", travel=WHOLE)


def test_sorting_is_told_in_the_journal_with_what_stood_before():
    grant, person = GrantFactory(), officer()
    say(grant, research=WHOLE)
    linking.set_shares(grant=grant, dimension="priority", shares={"awareness": WHOLE}, by=person, at=NOW)
    entry = JournalEntry.objects.first()
    assert (entry.what, entry.about, entry.by, entry.at) == (
        "sorted grant",
        f"grants.grant:{grant.pk}",
        person,
        NOW,
    )
    assert entry.details == {
        "before": {"priority": {"research": WHOLE}},
        "after": {"priority": {"awareness": WHOLE}},
    }


def test_the_journal_and_the_links_stand_or_fall_together(monkeypatch):
    grant = GrantFactory()

    def fails(ids):
        raise RuntimeError

    monkeypatch.setattr(changes, "touch", fails)
    with pytest.raises(RuntimeError):
        say(grant, awareness=WHOLE)
    assert not Link.objects.exists()
    assert not JournalEntry.objects.exists()


def test_the_change_is_noted_last(django_assert_num_queries, monkeypatch):
    seen = []
    whole = changes.touch

    def noting(ids):
        seen.append((Link.objects.count(), JournalEntry.objects.count()))
        return whole(ids)

    monkeypatch.setattr(changes, "touch", noting)
    say(GrantFactory(), awareness=WHOLE)
    assert seen == [(1, 1)]


def test_initiatives_are_kept_beside_the_shares():
    grant = GrantFactory()
    linking.sort(grant=grant, answers={}, initiatives=["A1", "S1a"], by=None, at=NOW)
    linking.sort(grant=grant, answers={}, initiatives=["A1", "B2"], by=None, at=NOW)
    assert linking.initiatives_of(grant) == ["A1", "B2"]
    with pytest.raises(linking.CannotSort):
        linking.sort(grant=grant, answers={}, initiatives=["P1"], by=None, at=NOW)
    assert InitiativeLink.objects.count() == 2


def test_a_second_tab_does_not_overwrite_what_the_first_said():
    grant = GrantFactory()
    opened = linking.fingerprint(grant)
    say(grant, awareness=WHOLE)
    with pytest.raises(linking.ChangedMeanwhile):
        linking.sort(grant=grant, answers={"priority": {"research": WHOLE}}, seen=opened, by=None, at=NOW)
    assert linking.sorting_of(grant) == {"priority": {"awareness": WHOLE}}


def test_a_fingerprint_can_be_read_back_and_rubbish_harms_nobody():
    grant = GrantFactory()
    say(grant, awareness=4000, research=6000)
    linking.sort(grant=grant, answers={}, initiatives=["A1"], by=None, at=NOW)
    assert linking.seen_in(linking.fingerprint(grant)) == linking.sorting_of(grant)
    assert linking.seen_in("x;priority/a=b;=;/;priority/x=³") == {}


# --- confirming ---------------------------------------------------------------------------------------------------


def test_a_screen_of_suggestions_is_confirmed_in_one_go():
    person = secretariat()
    grants = [GrantFactory(title="Refuge in Wales"), GrantFactory(title="Literature review")]
    touched(*grants)
    linking.link_new_grants(at=NOW)
    before = changes.head()
    ids = list(Suggestion.objects.values_list("pk", flat=True))
    assert set(linking.confirm(suggestion_ids=ids, by=person, at=NOW)) == {each.pk for each in grants}
    assert linking.sorting_of(grants[0])["priority"] == {"victim_services": WHOLE}
    assert linking.sorting_of(grants[1])["service"] == {"not-applicable": WHOLE}
    assert not Suggestion.objects.exists()
    assert changes.head() == before + 1
    assert list(JournalEntry.objects.values_list("what", "by")) == [("confirmed suggestions", person.pk)]
    assert set(Link.objects.values_list("by", "at")) == {(person.pk, NOW)}


def test_an_officer_confirms_for_her_own_funder_only():
    mine, other = FunderFactory(), FunderFactory()
    grants = [GrantFactory(title="Refuge", funder=mine), GrantFactory(title="Refuge", funder=other)]
    touched(*grants)
    linking.link_new_grants(at=NOW)
    ids = list(Suggestion.objects.values_list("pk", flat=True))
    assert linking.confirm(suggestion_ids=ids, by=officer(mine), at=NOW) == [grants[0].pk]
    assert linking.sorting_of(grants[1]) == {}


def test_a_stale_screen_never_overrules_what_a_person_said_since():
    grant = GrantFactory(title="Refuge")
    stale = Suggestion.objects.create(
        grant=grant, dimension="priority", code=code("priority", "research"), rule="title"
    )
    link(grant, "priority", "awareness", 5000)
    assert linking.confirm(suggestion_ids=[stale.pk], by=secretariat(), at=NOW) == []
    assert linking.sorting_of(grant) == {"priority": {"awareness": 5000}}


def test_one_share_of_a_split_brings_the_others_along():
    grant = GrantFactory(title="Grant")
    Location.objects.create(grant=grant, region="WAL")
    Location.objects.create(grant=grant, region="SW")
    touched(grant)
    linking.link_new_grants(at=NOW)
    one = Suggestion.objects.filter(dimension="region").first()
    linking.confirm(suggestion_ids=[one.pk], by=secretariat(), at=NOW)
    assert linking.sorting_of(grant)["region"] == {"WAL": 5000, "SW": 5000}


def test_what_was_set_aside_is_not_suggested_again():
    grant, person = GrantFactory(title="Refuge"), secretariat()
    touched(grant)
    linking.link_new_grants(at=NOW)
    linking.dismiss(grant=grant, dimension="priority", by=person, at=NOW)
    grant.title = "Literature review"
    grant.save()
    touched(grant)
    linking.link_new_grants(at=NOW)
    assert not Suggestion.objects.open().filter(grant=grant, dimension="priority").exists()
    assert JournalEntry.objects.get().what == "dismissed suggestions"


def test_many_are_sorted_in_one_go_or_not_at_all():
    grants = [GrantFactory(), GrantFactory()]
    answers = {grants[0].pk: {"priority": {"awareness": WHOLE}}, grants[1].pk: {"priority": {"awareness": 1}}}
    with pytest.raises(linking.CannotSort):
        linking.sort_many(answers=answers, by=officer(), at=NOW)
    assert not Link.objects.exists()


# --- the database itself ------------------------------------------------------------------------------------------


def write(grant, dimension: str, name: str, share: int | None, code_dimension: str = "") -> None:
    """Past all the work, straight into the table, with every deferred check made at once."""
    with transaction.atomic():
        row = Link(grant=grant, dimension=dimension, share=share, at=NOW)
        row.code = code(code_dimension or dimension, name)
        Link.objects.bulk_create([row])
        check_now()


@transaction.atomic
def raise_share(name: str, share: int) -> None:
    Link.objects.filter(code__code=name).update(share=share)
    check_now()


def check_now() -> None:
    connection = transaction.get_connection()
    if connection.vendor == "postgresql":
        connection.check_constraints()


def test_the_database_refuses_more_than_the_whole():
    grant = GrantFactory()
    write(grant, "priority", "awareness", 6000)
    with pytest.raises(IntegrityError):
        write(grant, "priority", "research", 4001)
    write(grant, "priority", "research", 4000)
    with pytest.raises(IntegrityError):
        raise_share("research", 4001)
    write(grant, "region", "WAL", WHOLE)


@pytest.mark.parametrize("share", [0, WHOLE + 1, None])
def test_the_database_refuses_a_share_that_is_none(share):
    with pytest.raises(IntegrityError):
        write(GrantFactory(), "priority", "awareness", share)


def test_the_database_refuses_a_code_of_another_dimension_and_one_that_shares_no_money():
    for dimension, name, of in [("region", "awareness", "priority"), ("priority", "A1", "priority")]:
        with pytest.raises(IntegrityError):
            write(GrantFactory(), dimension, name, 100, of)


def test_the_database_refuses_a_dimension_that_is_none():
    for dimension in ("weather", ""):
        with pytest.raises(IntegrityError):
            write(GrantFactory(), dimension, "awareness", 100, "priority")


NAMES = ["accountability", "awareness", "legal_representation", "research", "undivided", "not-stated", "nowhere"]


def parted(cuts: list[int]) -> dict[str, int]:
    """The whole, cut at `cuts`, over as many codes as it takes."""
    parts = [after - before for before, after in pairwise([0, *cuts, WHOLE])]
    return dict(zip(NAMES[: len(parts)], parts, strict=True))


class AnyShares(TestCase):
    """Whatever is asked for, a dimension ends up as asked, or as it was."""

    some = st.dictionaries(st.sampled_from(NAMES), st.integers(-1, WHOLE + 1), max_size=6)
    whole = st.lists(st.integers(1, WHOLE - 1), max_size=5, unique=True).map(lambda cuts: parted(sorted(cuts)))

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.one_of(some, whole), min_size=1, max_size=4))
    def test_a_grants_shares_are_always_what_was_last_accepted(self, asked):
        grant = GrantFactory()
        expected: dict[str, int] = {}
        for shares in asked:
            try:
                linking.set_shares(grant=grant, dimension="priority", shares=shares, by=None, at=NOW)
                assert not shares or sum(shares.values()) == WHOLE
                expected = {name: share for name, share in shares.items() if name != "not-stated"}
            except linking.CannotSort:
                assert "nowhere" in shares or sum(shares.values()) != WHOLE or min(shares.values()) < 1
        assert linking.sorting_of(grant).get("priority", {}) == expected


def test_every_dimension_can_be_sorted():
    grant = GrantFactory()
    for dimension in Dimension.values:
        linking.set_shares(grant=grant, dimension=dimension, shares={"undivided": WHOLE}, by=None, at=NOW)
    assert set(linking.sorting_of(grant)) == set(Dimension.values)
