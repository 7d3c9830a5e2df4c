"""Guards: who passes, who is led to sign-in, who is turned away; and whom each person sees."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.access import (
    MANAGERS,
    Administrator,
    Anyone,
    Contributor,
    Lead,
    Officer,
    Secretariat,
    SignedIn,
    Viewer,
    holds,
    only,
)
from accounts.models import JournalEntry, Membership, Organisation, Person
from tests.factories import (
    FunderFactory,
    PersonFactory,
    administrator,
    contributor,
    lead,
    officer,
    secretariat,
    viewer,
)

pytestmark = pytest.mark.django_db

KINDS = (Anyone, SignedIn, Officer, Viewer, Lead, Contributor, Secretariat, Administrator)


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (AnonymousUser, {Anyone}),
        (PersonFactory, {Anyone, SignedIn}),
        (officer, {Anyone, SignedIn, Officer}),
        (viewer, {Anyone, SignedIn, Viewer}),
        (lead, {Anyone, SignedIn, Lead}),
        (contributor, {Anyone, SignedIn, Contributor}),
        (secretariat, {Anyone, SignedIn, Secretariat}),
        (administrator, {Anyone, SignedIn, Administrator}),
    ],
)
def test_everybody_is_of_the_kinds_that_she_holds(make, kinds):
    person = make()
    assert {kind for kind in KINDS if holds(kind, person)} == kinds


@only(*MANAGERS)
def door(request):
    return HttpResponse("in")


def pass_by(person, method: str = "get", path: str = "/people/?q=a", **headers: str) -> HttpResponse:
    request = getattr(RequestFactory(headers=headers), method)(path)
    request.user = person
    return door(request)


def test_a_guard_stands_on_its_door_for_all_to_read():
    assert door.guard == (Secretariat, Administrator)


def test_one_of_the_kind_passes_and_another_is_turned_away():
    assert pass_by(secretariat()).content == b"in"
    with pytest.raises(PermissionDenied):
        pass_by(officer())


@pytest.mark.parametrize(
    ("method", "headers", "back"),
    [
        ("get", {}, "/people/%3Fq%3Da"),
        ("post", {"Referer": "http://testserver/people/7/?x=1"}, "/people/7/%3Fx%3D1"),
        ("post", {}, "/"),
        ("post", {"Referer": "https://evil.example/people/"}, "/"),
        ("post", {"Referer": "http://[half"}, "/"),
    ],
)
def test_a_stranger_is_led_to_sign_in_and_back_to_where_she_stood(method, headers, back):
    assert pass_by(AnonymousUser(), method, **headers).url == f"/accounts/login/?next={back}"


def test_a_stranger_who_asks_for_part_of_a_page_goes_to_sign_in_as_a_whole():
    answer = pass_by(AnonymousUser(), **{"HX-Request": "true", "HX-Current-URL": "http://testserver/grants/?q=a"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/accounts/login/?next=/grants/%3Fq%3Da")


def test_nobody_signed_out_sees_a_row():
    officer()
    for model in (Person, Organisation, Membership, JournalEntry):
        assert model.objects.visible_to(AnonymousUser()).count() == 0


def test_a_person_sees_herself_and_her_organisations_people():
    funder = FunderFactory()
    ines, colleague, other = officer(funder), viewer(funder), officer()
    assert set(Person.objects.visible_to(ines)) == {ines, colleague}
    assert set(Membership.objects.visible_to(ines)) == set(funder.memberships.all())
    assert set(Person.objects.visible_to(secretariat())) >= {ines, colleague, other}
    loner = PersonFactory()
    assert set(Person.objects.visible_to(loner)) == {loner}
