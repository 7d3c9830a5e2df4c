"""What people do to grants: each change is one revision, one journal line and one number in the change log."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import Alias, JournalEntry, Organisation
from grants import changes, portfolio, revisions
from grants.models import Grant, Location, Recipient, RelatedGrant
from tests.factories import NOW, FunderFactory, GranteeFactory, GrantFactory, officer

pytestmark = pytest.mark.django_db

PLAIN = {
    "title": "Safe accommodation",
    "description": "",
    "programme": "",
    "currency": "GBP",
    "amount_awarded": 12_000_000,
    "planned_months": None,
    "regrant_type": "",
    "to_individual": False,
    "award_date": date(2026, 1, 5),
    "planned_start": date(2026, 4, 1),
    "planned_start_precision": "month",
    "planned_end": date(2027, 3, 31),
    "planned_end_precision": "day",
    "actual_start": None,
    "actual_start_precision": "",
    "actual_end": None,
    "actual_end_precision": "",
}


def details(funder, *recipients, **changes):
    plain = PLAIN | changes.pop("plain", {})
    return portfolio.Details(plain=plain, funder=funder, recipients=recipients, **changes)


def added(**changes):
    funder = FunderFactory()
    person = officer(funder)
    return portfolio.add(details=details(funder, GranteeFactory(), **changes), by=person, at=NOW), person


def what_was_written(grant):
    return (
        list(grant.revisions.order_by("number").values_list("reason", flat=True)),
        list(
            JournalEntry.objects.filter(about=f"grants.grant:{grant.pk}").order_by("id").values_list("what", flat=True)
        ),
        changes.head(),
    )


def test_an_added_grant_has_a_number_of_the_portals_own_a_revision_and_a_journal_line():
    grant, person = added(regions=["NE", "LON"])
    assert grant.grant_id == f"360G-portal-{grant.pk}"
    assert grant.protected_location is True
    assert grant.added_on == NOW.date()
    assert [each.region for each in grant.locations.all()] == ["NE", "LON"]
    assert what_was_written(grant) == (["added"], ["added grant"], 1)
    revision = grant.revisions.get()
    assert (revision.by, revision.at) == (person, NOW)
    assert revisions.from_json(revision.content) == portfolio.content_of(Grant.objects.get(pk=grant.pk))


def test_a_made_number_steps_aside_for_one_that_somebody_typed():
    first, _ = added()
    GrantFactory(grant_id=f"360G-portal-{first.pk + 2}")
    second, _ = added()
    assert second.pk == first.pk + 2
    assert second.grant_id == f"360G-portal-{second.pk + 1_000_000}"


def test_a_new_recipient_is_added_with_the_grant():
    grant, person = added(new_recipients=["Lantern House"])
    new = Organisation.objects.get(name="Lantern House")
    assert new.is_grantee
    assert new in grant.recipients.all()
    assert JournalEntry.objects.get(about=f"accounts.organisation:{new.pk}").by == person


def test_an_unchanged_save_writes_nothing():
    grant, person = added(regions=["WAL"])
    before = what_was_written(grant)
    same = details(grant.funder, *grant.recipients.all(), regions=["WAL"])
    assert portfolio.change(grant=grant, details=same, opened_at=1, by=person, at=NOW) is False
    assert what_was_written(grant) == before


def test_a_change_keeps_what_stood_before():
    grant, person = added()
    other = GranteeFactory()
    new = details(grant.funder, other, plain={"amount_awarded": 50, "title": "Renamed"}, regions=["SCO"])
    assert portfolio.change(grant=grant, details=new, opened_at=1, by=person, at=NOW) is True
    grant.refresh_from_db()
    assert (grant.amount_awarded, grant.title, list(grant.recipients.all())) == (50, "Renamed", [other])
    assert grant.project.title == "Renamed"
    assert what_was_written(grant) == (["added", "changed"], ["added grant", "changed grant"], 2)
    told = next(portfolio.history(grant))
    assert [
        (each.field, each.old, each.new) for each in told.differences if each.field in ("title", "amount_awarded")
    ] == [
        ("title", "Safe accommodation", "Renamed"),
        ("amount_awarded", "£120,000", "£0.50"),
    ]


def test_of_two_tabs_the_second_overwrites_nothing_unseen():
    grant, person = added()
    recipients = list(grant.recipients.all())
    first = details(grant.funder, *recipients, plain={"title": "From the first tab"})
    second = details(grant.funder, *recipients, plain={"title": "From the second tab"})
    portfolio.change(grant=grant, details=first, opened_at=1, by=person, at=NOW)
    with pytest.raises(portfolio.ChangedMeanwhile) as refused:
        portfolio.change(grant=grant, details=second, opened_at=1, by=person, at=NOW)
    assert [tuple(each)[2:] for each in refused.value.differences if each.field == "title"] == [
        ("Safe accommodation", "From the first tab")
    ]
    grant.refresh_from_db()
    assert grant.title == "From the first tab"
    assert portfolio.change(grant=grant, details=second, opened_at=2, by=person, at=NOW) is True


def test_a_grant_stays_in_a_project_that_it_shares_until_it_is_said_to_leave_it():
    first, _ = added()
    funder = FunderFactory()
    person = officer(funder)
    charity = first.recipients.get()
    joint = portfolio.add(details=details(funder, charity, same_work_as=first), by=person, at=NOW)
    assert joint.project != first.project
    Grant.objects.filter(pk=joint.pk).update(project=first.project)
    same = details(funder, charity, same_work_as=first)
    assert portfolio.change(grant=joint, details=same, opened_at=1, by=person, at=NOW) is False
    portfolio.change(grant=joint, details=details(funder, charity), opened_at=1, by=person, at=NOW)
    joint.refresh_from_db()
    assert joint.project != first.project


def test_finer_places_stay_while_their_region_is_meant():
    grant, person = added(regions=["NE"])
    Location.objects.filter(grant=grant).update(name="Saltby Wharf", geo_code="E06000001")
    RelatedGrant.objects.create(grant=grant, identifier="360G-elsewhere-1")
    recipients = list(grant.recipients.all())
    for regions, names in ((["NE", "SW"], ["Saltby Wharf", "South West"]), (["SW"], ["South West"])):
        opened = portfolio.newest(grant)
        said = details(grant.funder, *recipients, regions=regions)
        assert portfolio.change(grant=grant, details=said, opened_at=opened, by=person, at=NOW)
        assert [each.name for each in grant.locations.all()] == names
    assert grant.relations.get().identifier == "360G-elsewhere-1"


def test_a_removed_grant_is_in_no_list_and_comes_back_whole():
    grant, person = added(regions=["NI"])
    before = portfolio.content_of(grant)
    portfolio.remove(grant=grant, by=person, at=NOW)
    assert not Grant.objects.visible_to(person).exists()
    assert not Grant.objects.editable_by(person).exists()
    assert Grant.objects.restorable_by(person).get() == grant
    portfolio.restore(grant=grant, by=person, at=NOW + timedelta(days=1))
    assert portfolio.content_of(Grant.objects.visible_to(person).get()) == before
    assert what_was_written(grant)[:2] == (
        ["added", "removed", "restored"],
        ["added grant", "removed grant", "restored grant"],
    )


def test_removing_twice_writes_once():
    grant, person = added()
    portfolio.remove(grant=grant, by=person, at=NOW)
    portfolio.remove(grant=grant, by=person, at=NOW)
    assert what_was_written(grant)[0] == ["added", "removed"]


def test_protection_comes_off_and_on_by_a_person_with_revision_and_journal():
    grant, person = added()
    portfolio.protect(grant=grant, on=False, by=person, at=NOW)
    portfolio.protect(grant=grant, on=False, by=person, at=NOW)
    grant.refresh_from_db()
    assert grant.protected_location is False
    assert what_was_written(grant) == (["added", "protection"], ["added grant", "changed protection"], 2)


def test_an_organisation_is_found_by_identifier_name_alias_or_number():
    organisation = GranteeFactory(name="Tallow House", identifier="GB-CHC-555")
    Alias.objects.create(organisation=organisation, name="Tallow House Ltd")
    for text in ("GB-CHC-555", "tallow  house", "TALLOW HOUSE LTD", str(organisation.pk)):
        assert portfolio.organisations_called(text) == [organisation]
    assert portfolio.organisations_called("Tallow") == []


def test_two_of_one_name_are_told_apart_by_identifier():
    first, second = GranteeFactory(name="Twin"), GranteeFactory(name="Twin")
    assert {portfolio.called(first), portfolio.called(second)} == {first.org_id, second.org_id}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2025, 12, 31), "to-come"),
        (date(2026, 1, 1), "running"),
        (date(2026, 12, 31), "running"),
        (date(2027, 1, 1), "ended"),
    ],
)
def test_a_grant_runs_from_its_first_day_through_its_last(day, state):
    assert portfolio.state_on(GrantFactory.build(project=None, funder=None), day) == state


def test_a_grant_without_an_end_is_said_to_have_none():
    grant = GrantFactory(planned_end=None)
    Recipient.objects.filter(grant=grant).delete()
    assert portfolio.state_on(grant, date(2030, 1, 1)) == "undated"
