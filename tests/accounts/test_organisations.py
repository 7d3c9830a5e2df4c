"""Organisations: added and changed on a page, found by any of their names, one identifier to each."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import organisations
from accounts.journal import Did
from accounts.models import Alias, Group, Identifier, JournalEntry, Organisation
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

TYPED = {
    "name": " Quillfeather   Trust ",
    "roles": ["is_funder", "is_adviser"],
    "identifiers": "gb-chc- 1234567\n\nGB-COH-01234567\nGB-CHC-1234567\n",
    "aliases": "Quillfeather\n The Quill  Trust\nQuillfeather\n",
}


def details(name: str = "Quillfeather Trust", *, roles=("is_funder",), identifiers=(), aliases=()):
    return organisations.Details(name, frozenset(roles), tuple(identifiers), tuple(aliases))


def names_on(response) -> list[str]:
    return [each.name for each in response.context["page"]]


def test_an_organisation_is_added_with_several_roles_identifiers_and_names(sign_in):
    answer = sign_in(secretariat()).post("/organisations/add/", TYPED)
    added = Organisation.objects.get()
    assert answer.url == f"/organisations/{added.pk}/"
    assert (added.name, added.roles) == ("Quillfeather Trust", ["funder", "adviser"])
    assert added.org_id == "GB-CHC-1234567"
    assert list(added.identifiers.values_list("value", "main")) == [
        ("GB-CHC-1234567", True),
        ("GB-COH-01234567", False),
    ]
    assert list(added.aliases.values_list("name", flat=True)) == ["Quillfeather", "The Quill Trust"]


def test_its_adding_is_noted_in_the_same_breath(sign_in):
    by = secretariat()
    sign_in(by).post("/organisations/add/", TYPED)
    line = JournalEntry.objects.get()
    assert (line.what, line.by, line.details) == (Did.ADDED_ORGANISATION, by, {"name": "Quillfeather Trust"})
    assert line.about == f"accounts.organisation:{Organisation.objects.get().pk}"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "  ", "An organisation needs a name."),
        ("name", "x" * 256, "at most 255"),
        ("name", "a\x00b", "Null characters"),
        ("roles", [], "Tick at least one."),
        ("roles", ["is_bank"], "is_bank is not one of the available choices"),
        ("identifiers", "1234567", "does not say where it is registered"),
        ("identifiers", "GB-CHC-12", "has 6 or 7 figures"),
        ("aliases", "x" * 256, "longer than 255 letters"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_what_was_typed_stays(sign_in, field, value, words):
    answer = sign_in(secretariat()).post("/organisations/add/", TYPED | {field: value})
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert "There is something to mend" in answer.content.decode()
    assert answer.context["form"]["aliases"].value() == (value if field == "aliases" else TYPED["aliases"])
    assert Organisation.objects.count() == JournalEntry.objects.count() == 0


def test_an_identifier_names_one_organisation_and_the_refusal_leads_to_it(sign_in):
    holder = FunderFactory(name="Saltwicket", identifier="GB-CHC-1234567")
    answer = sign_in(secretariat()).post("/organisations/add/", TYPED)
    assert answer.status_code == 422
    assert answer.context["form"].errors["identifiers"] == ["GB-CHC-1234567 is already the identifier of Saltwicket."]
    assert f'<a href="/organisations/{holder.pk}/">Open the page of Saltwicket</a>' in answer.content.decode()
    assert list(Organisation.objects.all()) == [holder]


def test_an_organisation_is_changed_and_the_journal_tells_what(sign_in):
    by, changed = secretariat(), FunderFactory(name="Quillfether", identifier="GB-CHC-1234567")
    Alias.objects.create(organisation=changed, name="Quill")
    typed = {"name": "Quillfeather", "roles": ["is_funder"], "identifiers": "GB-COH-01234567\nGB-CHC-1234567"}
    assert sign_in(by).post(f"/organisations/{changed.pk}/edit/", typed).url == f"/organisations/{changed.pk}/"
    changed = Organisation.objects.get()
    assert (changed.name, changed.org_id, changed.aliases.count()) == ("Quillfeather", "GB-COH-01234567", 0)
    assert JournalEntry.objects.get().details == {
        "name": ["Quillfether", "Quillfeather"],
        "identifiers": [["GB-CHC-1234567"], ["GB-COH-01234567", "GB-CHC-1234567"]],
        "aliases": [["Quill"], []],
    }


def test_saving_what_stands_already_notes_nothing(sign_in):
    changed = FunderFactory(identifier="GB-CHC-1234567")
    form = sign_in(secretariat()).get(f"/organisations/{changed.pk}/edit/").context["form"]
    assert sign_in(secretariat()).post(f"/organisations/{changed.pk}/edit/", form.initial).status_code == 302
    assert JournalEntry.objects.count() == 0


def test_the_order_of_other_names_is_no_change():
    added = organisations.add(
        details=details(aliases=["b", "a", "Z"], identifiers=["GB-CHC-222222", "GB-COH-11111111", "GB-CHC-111111"]),
        by=None,
        at=NOW,
    )
    again = details(aliases=["a", "Z", "b"], identifiers=["GB-CHC-222222", "GB-CHC-111111", "GB-COH-11111111"])
    assert organisations.change(organisation=added, details=again, by=None, at=NOW) is False


def test_an_odd_identifier_that_came_by_file_does_not_hinder_a_change(sign_in):
    changed = FunderFactory(identifier="GB-COH-NA")
    typed = {"name": "New name", "roles": ["is_funder"], "identifiers": "GB-COH-NA"}
    assert sign_in(secretariat()).post(f"/organisations/{changed.pk}/edit/", typed).status_code == 302
    assert Identifier.objects.get().value == "GB-COH-NA"


def test_a_change_that_is_refused_leaves_all_as_it_was(sign_in):
    FunderFactory(identifier="GB-CHC-1234567")
    changed = FunderFactory(name="Saltwicket", identifier="GB-CHC-7654321")
    typed = {"name": "Other", "roles": ["is_funder"], "identifiers": "GB-CHC-7654321\nGB-CHC-1234567"}
    answer = sign_in(secretariat()).post(f"/organisations/{changed.pk}/edit/", typed)
    assert answer.status_code == 422
    assert organisations.as_it_stands(Organisation.objects.get(pk=changed.pk)) == details(
        "Saltwicket", identifiers=["GB-CHC-7654321"]
    )


def test_a_funder_with_officers_stays_a_funder(sign_in):
    funder = FunderFactory()
    officer(funder, name="Ines Okafor")
    answer = sign_in(secretariat()).post(
        f"/organisations/{funder.pk}/edit/", {"name": "X", "roles": ["is_grantee"], "identifiers": ""}
    )
    assert answer.status_code == 422
    assert "Ines Okafor: officer or viewer of it. End that first" in answer.content.decode()
    assert Organisation.objects.get().is_funder


@pytest.mark.parametrize("text", ["quillf", "QUILLFEATHER", "Feather Fund", "CHC-12345"])
def test_the_list_is_searched_by_name_other_name_and_identifier(sign_in, text):
    found = FunderFactory(name="Quillfeather Trust", identifier="GB-CHC-1234567")
    Alias.objects.create(organisation=found, name="The Feather Fund")
    GranteeFactory(name="Kestrel")
    assert names_on(sign_in(secretariat()).get("/organisations/", {"q": text})) == ["Quillfeather Trust"]


def test_the_list_is_narrowed_to_one_kind(sign_in):
    GranteeFactory(name="Kestrel")
    FunderFactory(name="Saltwicket")
    assert names_on(sign_in(secretariat()).get("/organisations/?role=is_grantee&q=")) == ["Kestrel"]


@pytest.mark.parametrize("asked", ["role=is_bank", "colour=blue", "q=a%00b"])
def test_a_search_that_means_nothing_is_refused(sign_in, asked):
    answer = sign_in(secretariat()).get(f"/organisations/?{asked}")
    assert answer.status_code == 400
    assert "There is something to mend" in answer.content.decode()


def test_a_search_without_answer_says_what_to_do(sign_in):
    assert "Show all" in sign_in(secretariat()).get("/organisations/?q=zzz").content.decode()


def test_the_list_costs_the_same_however_long_it_is(sign_in):
    client = sign_in(secretariat())
    Group.current()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/organisations/?q=Charity")
        return len(asked)

    GranteeFactory()
    few = queries()
    GranteeFactory.create_batch(60)
    assert queries() == few <= 8


def test_the_list_comes_in_pages(sign_in):
    GranteeFactory.create_batch(51)
    client = sign_in(secretariat())
    assert [len(names_on(client.get(f"/organisations/?page={n}"))) for n in ("1", "2")] == [50, 1]
    assert [client.get(f"/organisations/?page={n}").status_code for n in ("99", "x", "0", "-4")] == [404] * 4


def test_a_grantee_sees_funders_and_its_own_organisation_only(sign_in):
    own, other, funder = GranteeFactory(name="Own"), GranteeFactory(name="Other"), FunderFactory(name="Trust")
    client = sign_in(lead(own))
    assert names_on(client.get("/organisations/")) == ["Own", "Trust"]
    statuses = [client.get(f"/organisations/{each.pk}/").status_code for each in (own, funder, other)]
    assert statuses == [200, 200, 404]


def test_people_are_shown_to_their_own_and_to_those_who_manage_them(sign_in):
    funder = FunderFactory()
    officer(funder, name="Ines Okafor", email="ines@example.org")
    grantee = GranteeFactory()
    lead(grantee, name="Kit Lead")
    for person, seen in [(viewer(funder), True), (secretariat(), True), (administrator(), True), (officer(), False)]:
        page = sign_in(person).get(f"/organisations/{funder.pk}/").content.decode()
        assert ("ines@example.org" in page) is seen
    assert "Kit Lead" not in sign_in(officer()).get(f"/organisations/{grantee.pk}/").content.decode()


@pytest.mark.parametrize("make", [officer, viewer, lead, PersonFactory])
def test_only_those_who_manage_may_add_and_edit(sign_in, make):
    client = sign_in(make())
    target = FunderFactory()
    for path in ("/organisations/add/", f"/organisations/{target.pk}/edit/"):
        assert client.get(path).status_code == 403
        assert client.post(path, TYPED).status_code == 403
    assert JournalEntry.objects.count() == 0


def test_a_number_beyond_all_numbers_is_no_organisation(sign_in):
    assert sign_in(secretariat()).get(f"/organisations/{10**30}/").status_code == 404


def test_an_organisation_is_found_by_identifier_name_or_other_name():
    found = OrganisationFactory(name="Quillfeather Trust", identifier="GB-CHC-1234567")
    Alias.objects.create(organisation=found, name="Quill")
    texts = ("gb-chc-1234567", " quillfeather  trust ", "QUILL")
    assert [organisations.named(text) for text in texts] == [found] * 3


def test_a_name_that_two_bear_is_refused():
    OrganisationFactory.create_batch(2, name="Hope")
    with pytest.raises(organisations.NotFound, match="More than one organisation is called “hope”"):
        organisations.named("hope")
