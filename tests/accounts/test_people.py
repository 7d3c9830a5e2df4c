"""People: added, changed and parted from organisations by those who may, with somebody always left in charge."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from accounts import people
from accounts.journal import Did
from accounts.models import Group, JournalEntry, Membership, Person
from accounts.organisations import Refused
from tests.factories import (
    NOW,
    FunderFactory,
    GranteeFactory,
    OrganisationFactory,
    PersonFactory,
    administrator,
    lead,
    officer,
    secretariat,
    viewer,
)

pytestmark = pytest.mark.django_db


def said_of(person: Person, **changes) -> dict[str, str]:
    """What the edit page sends for this person, with changes; a tick that is off is not sent."""
    typed = people.as_it_stands(person) | changes
    return {field: ("on" if value is True else value) for field, value in typed.items() if value is not False}


def details(**fields) -> people.Details:
    return people.Details(**{"email": "ada@example.org"} | fields)


def errors_of(response) -> list[str]:
    form = response.context.get("sent") or response.context["form"]
    return [each for lines in form.errors.values() for each in lines]


def test_a_person_is_added_to_an_organisation_and_can_sign_in_at_once(sign_in, client):
    by, funder = secretariat(), FunderFactory(name="Quillfeather Trust")
    typed = {"email": " Ada@Example.org ", "name": " Ada  L ", "organisation": "quillfeather trust", "role": "officer"}
    assert sign_in(by).post("/people/add/", typed).url == "/people/"
    ada = Person.objects.get(email="ada@example.org")
    assert (ada.name, ada.officer_ids, ada.kinds) == ("Ada L", [funder.pk], {"officer"})
    assert not ada.has_usable_password()
    assert [(line.what, line.by) for line in JournalEntry.objects.order_by("id")] == [
        (Did.ADDED_PERSON, by),
        (Did.CHANGED_PERSON, by),
    ]
    Client().post("/accounts/login/", {"email": "ada@example.org"})
    assert "is your sign-in code" in mail.outbox[0].subject


def test_the_way_from_an_organisations_page_names_it(sign_in):
    funder = FunderFactory(identifier="GB-CHC-1234567")
    client = sign_in(secretariat())
    assert client.get(f"/people/add/?organisation={funder.pk}").context["form"]["organisation"].value() == (
        "GB-CHC-1234567"
    )
    for odd in ("x", "9" * 40, "²", ""):
        assert client.get("/people/add/", {"organisation": odd}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Type the address to which sign-in codes go."),
        ({"email": "no address"}, "This is not a whole address; one looks like name@example.org."),
        ({"name": "x" * 151}, "Say it in at most 150 characters; these are 151."),
        ({"role": "boss"}, "Select a valid choice. boss is not one of the available choices."),
        ({"role": ""}, "Say what the person may do there."),
        ({"organisation": ""}, "Type the organisation's name or identifier."),
        ({"organisation": "Nowhere"}, "No organisation here is called “Nowhere” or has it as identifier."),
        ({"role": "lead"}, "Trust is a funder only, so it has no leads or contributors."),
        ({"organisation": "Charity"}, "Charity is not a funder, so it has no officers or viewers."),
        ({"email": "KNOWN@example.org"}, "known@example.org is here already: Known."),
    ],
)
def test_bad_input_is_refused_in_words_and_nobody_is_added(sign_in, changes, words):
    PersonFactory(email="known@example.org", name="Known")
    FunderFactory(name="Trust")
    GranteeFactory(name="Charity")
    typed = {"email": "ada@example.org", "name": "Ada", "organisation": "Trust", "role": "officer"}
    answer = sign_in(secretariat()).post("/people/add/", typed | changes)
    assert answer.status_code == 422
    assert errors_of(answer) == [words]
    assert answer.context["form"]["name"].value() == changes.get("name", "Ada")
    assert not Person.objects.filter(email="ada@example.org").exists()
    assert JournalEntry.objects.count() == Membership.objects.count() == 0


def test_the_refusal_of_a_known_address_leads_to_its_holder(sign_in):
    holder = PersonFactory(email="known@example.org", name="Known")
    page = sign_in(secretariat()).post("/people/add/", {"email": "known@example.org"}).content.decode()
    assert f'<a href="/people/{holder.pk}/">Open the page of Known</a>' in page


def test_addresses_that_differ_in_capitals_only_are_one():
    PersonFactory(email="ada@example.org")
    with pytest.raises(people.AddressTaken):
        people.add(details=details(email="ADA@Example.ORG"), by=None, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="Ada@example.org")


def test_the_secretariat_makes_no_administrator(sign_in):
    client = sign_in(secretariat())
    assert "is_administrator" not in client.get("/people/add/").context["form"].fields
    client.post("/people/add/", {"email": "ada@example.org", "is_administrator": "on"})
    assert not Person.objects.get(email="ada@example.org").is_administrator
    with pytest.raises(Refused, match="Only an administrator can make somebody an administrator"):
        people.add(details=details(email="b@example.org", is_administrator=True), by=secretariat(), at=NOW)


def test_an_administrator_makes_another(sign_in):
    sign_in(administrator()).post("/people/add/", {"email": "ada@example.org", "is_administrator": "on"})
    assert Person.objects.get(email="ada@example.org").is_administrator


def test_the_secretariat_cannot_take_over_an_administrator(sign_in):
    boss = administrator(email="boss@example.org", name="Boss")
    administrator()
    client = sign_in(secretariat())
    for changes in ({"email": "mine@example.org"}, {"is_active": False}, {"name": "Other"}):
        answer = client.post(f"/people/{boss.pk}/", said_of(boss, **changes))
        assert answer.status_code == 422
        assert errors_of(answer) == ["Boss is an administrator; only another administrator can change that."]
    assert people.as_it_stands(Person.objects.get(pk=boss.pk)) == people.as_it_stands(boss)


def test_what_is_said_of_a_person_is_changed_and_noted(sign_in):
    by, ada = secretariat(), PersonFactory(email="ada@example.org", name="Ada")
    answer = sign_in(by).post(f"/people/{ada.pk}/", said_of(ada, name="Ada L", is_secretariat=True))
    assert answer.url == f"/people/{ada.pk}/"
    line = JournalEntry.objects.get()
    assert (line.what, line.by, line.about) == (Did.CHANGED_PERSON, by, f"accounts.person:{ada.pk}")
    assert line.details == {"name": ["Ada", "Ada L"], "is_secretariat": [False, True]}


def test_saving_what_stands_already_notes_nothing(sign_in):
    ada = PersonFactory()
    assert sign_in(secretariat()).post(f"/people/{ada.pk}/", said_of(ada)).status_code == 302
    assert JournalEntry.objects.count() == 0


def signed_in_as(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    assert client.get("/tokens/").status_code == 200
    return client


@pytest.mark.parametrize("changes", [{"email": "next@example.org"}, {"is_active": False}])
def test_a_new_address_or_leave_turns_every_device_and_token_away(sign_in, changes):
    ada = PersonFactory(email="ada@example.org")
    device, _token = signed_in_as(ada), Token.objects.create(user=ada)
    sign_in(secretariat()).post(f"/people/{ada.pk}/", said_of(ada, **changes))
    assert device.get("/tokens/").url == "/accounts/login/?next=/tokens/"
    assert Token.objects.count() == 0


def test_a_new_name_turns_nobody_away(sign_in):
    ada = PersonFactory()
    device = signed_in_as(ada)
    sign_in(secretariat()).post(f"/people/{ada.pk}/", said_of(ada, name="Other"))
    assert device.get("/tokens/").status_code == 200


def test_the_old_address_gets_no_code_after_a_change(sign_in):
    ada = PersonFactory(email="ada@example.org")
    sign_in(secretariat()).post(f"/people/{ada.pk}/", said_of(ada, email="next@example.org"))
    Client().post("/accounts/login/", {"email": "ada@example.org"})
    Client().post("/accounts/login/", {"email": "next@example.org"})
    assert mail.outbox[0].subject[:12] == "This address"
    assert "is your sign-in code" in mail.outbox[1].subject


@pytest.mark.parametrize(
    ("make", "flag", "words"),
    [
        (administrator, "is_administrator", "Last is the only administrator. Make somebody else one first."),
        (secretariat, "is_secretariat", "Last is the only secretariat. Make somebody else it first."),
    ],
)
@pytest.mark.parametrize("how", ["flag", "leave"])
def test_the_last_one_in_charge_cannot_go(sign_in, make, flag, words, how):
    last = make(name="Last")
    PersonFactory(name="Switched off", is_active=False, **{flag: True})
    by = last if make is administrator else administrator()
    answer = sign_in(by).post(f"/people/{last.pk}/", said_of(last, **{flag if how == "flag" else "is_active": False}))
    assert answer.status_code == 422
    assert errors_of(answer) == [words]
    assert getattr(Person.objects.get(pk=last.pk), flag)


def test_one_of_two_in_charge_may_go(sign_in):
    one, two = administrator(), administrator()
    assert sign_in(one).post(f"/people/{one.pk}/", said_of(one, is_administrator=False)).status_code == 302
    assert list(Person.objects.filter(is_administrator=True)) == [two]


def test_a_person_is_joined_to_an_organisation_and_given_another_role_there(sign_in):
    ada, funder = PersonFactory(), FunderFactory(name="Trust")
    client = sign_in(secretariat())
    for role in ("viewer", "officer", "officer"):
        answer = client.post(f"/people/{ada.pk}/", {"organisation": "Trust", "role": role})
        assert answer.url == f"/people/{ada.pk}/"
    assert list(Membership.objects.values_list("person", "organisation", "role")) == [(ada.pk, funder.pk, "officer")]
    assert [line.details["role"] for line in JournalEntry.objects.order_by("id")] == [
        ["", "viewer"],
        ["viewer", "officer"],
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"organisation": "Trust", "role": "lead"}, "Trust is a funder only, so it has no leads or contributors."),
        ({"organisation": "Trust", "role": "boss"}, "Select a valid choice. boss is not one of the available choices."),
        ({"organisation": "Trust", "role": ""}, "Say what the person may do there."),
        ({"organisation": "", "role": "lead"}, "Type the organisation's name or identifier."),
    ],
)
def test_a_role_that_cannot_be_is_refused(sign_in, typed, words):
    FunderFactory(name="Trust")
    ada = PersonFactory()
    answer = sign_in(secretariat()).post(f"/people/{ada.pk}/", typed)
    assert (answer.status_code, errors_of(answer)) == (422, [words])
    assert Membership.objects.count() == 0


def test_one_that_funds_and_is_funded_has_all_roles():
    both = OrganisationFactory(is_funder=True, is_grantee=True)
    for role, _words in Membership.ROLES:
        people.join(person=PersonFactory(), organisation=both, role=role, by=None, at=NOW)
    assert Membership.objects.count() == 4
    with pytest.raises(Refused, match="“boss” is no role here"):
        people.join(person=PersonFactory(), organisation=both, role="boss", by=None, at=NOW)


def test_a_membership_is_ended_and_rights_end_with_it(sign_in):
    ines = officer(FunderFactory(name="Trust"))
    membership = Membership.objects.get()
    by = secretariat()
    assert sign_in(by).post(f"/people/memberships/{membership.pk}/end/").url == f"/people/{ines.pk}/"
    assert Person.objects.get(pk=ines.pk).kinds == frozenset()
    line = JournalEntry.objects.get()
    assert (line.what, line.by, line.about) == (Did.REMOVED_PERSON, by, f"accounts.person:{ines.pk}")
    assert line.details == {"organisation": "Trust", "role": ["officer", ""]}


def test_a_membership_is_ended_by_a_button_only(sign_in):
    officer()
    membership = Membership.objects.get()
    client = sign_in(secretariat())
    assert client.get(f"/people/memberships/{membership.pk}/end/").status_code == 405
    assert client.post("/people/memberships/999/end/").status_code == 404
    assert Membership.objects.count() == 1


@pytest.mark.parametrize("make", [officer, viewer, lead, PersonFactory])
def test_only_those_who_manage_see_and_change_people(sign_in, make):
    person = make()
    client = sign_in(person)
    for path in ("/people/", "/people/add/", f"/people/{person.pk}/", "/people/memberships/1/end/"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"email": "x@example.org"}).status_code == 403


@pytest.mark.parametrize("text", ["ada", "ADA@", "quillf"])
def test_the_list_is_searched_by_name_address_and_organisation(sign_in, text):
    officer(FunderFactory(name="Quillfeather"), name="Ada", email="ada@example.org")
    officer(FunderFactory(name="Saltwicket"), name="Ben")
    page = sign_in(secretariat()).get("/people/", {"q": text}).context["page"]
    assert [each.name for each in page] == ["Ada"]


def test_the_list_costs_the_same_however_long_it_is(sign_in):
    client = sign_in(secretariat())
    Group.current()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/people/")
        return len(asked)

    officer()
    few = queries()
    for _ in range(20):
        officer()
    assert queries() == few <= 8
