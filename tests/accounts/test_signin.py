"""Signing in by a code, as a person with a browser and a mailbox meets it."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Person
from tests.factories import PersonFactory, officer

pytestmark = pytest.mark.django_db

ASK, CODE, LEAVE = "/accounts/login/", "/accounts/login/code/", "/accounts/logout/"


@pytest.fixture
def ines() -> Person:
    return officer(email="ines@quillfeather.example")


def ask(client: Client, address: str = "ines@quillfeather.example", **more: str) -> HttpResponse:
    return client.post(ASK, {"email": address} | more)


def code_in(mail: EmailMessage) -> str:
    return re.search(r"^\d{8}$", mail.body, re.M).group()


def signed_in(client: Client) -> int | None:
    return int(client.session["_auth_user_id"]) if "_auth_user_id" in client.session else None


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 100_000_000:08}"


def words_of(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_code_comes_by_mail_and_lets_its_owner_in(client, ines, mailoutbox):
    assert ask(client).url == CODE
    (mail,) = mailoutbox
    assert mail.to == [ines.email]
    assert mail.subject == f"{code_in(mail)} is your sign-in code for Funders' group"
    assert client.post(CODE, {"code": code_in(mail)}).url == "/"
    assert signed_in(client) == ines.pk


def test_capitals_in_the_address_and_spaces_in_the_code_do_not_matter(client, ines, mailoutbox):
    ask(client, " INES@Quillfeather.Example ")
    code = code_in(mailoutbox[0])
    client.post(CODE, {"code": f" {code[:4]} {code[4:]} "})
    assert signed_in(client) == ines.pk


def test_an_unknown_address_gets_the_same_answers_as_a_known_one(client, ines, mailoutbox):
    stranger = Client()
    known, unknown = ask(client), ask(stranger, "nobody@quillfeather.example")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    pages = [each.get(CODE).content.decode() for each in (client, stranger)]
    pages = [re.sub(r'value="\w{64}"', "", page) for page in pages]
    assert pages[0].replace("ines@", "nobody@") == pages[1]
    tries = [each.post(CODE, {"code": wrong(code_in(mailoutbox[0]))}) for each in (client, stranger)]
    assert [each.status_code for each in tries] == [422, 422]
    assert words_of(tries[0]).replace("ines@", "nobody@") == words_of(tries[1])


def test_an_unknown_address_is_told_by_mail_and_holds_no_code(client, mailoutbox):
    ask(client, "nobody@quillfeather.example")
    (mail,) = mailoutbox
    assert mail.subject == "This address cannot sign in to Funders' group"
    assert re.search(r"\d{6,8}", mail.body) is None
    assert client.post(CODE, {"code": ""}).status_code == 422
    assert signed_in(client) is None


def test_a_person_switched_off_is_treated_as_unknown(client, ines, mailoutbox):
    Person.objects.update(is_active=False)
    ask(client)
    assert mailoutbox[0].subject == "This address cannot sign in to Funders' group"


def test_a_person_switched_off_while_the_code_was_on_its_way_stays_out(client, ines, mailoutbox):
    ask(client)
    Person.objects.update(is_active=False)
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).url == "/accounts/inactive/"
    assert signed_in(client) is None
    assert "This address cannot sign in" in words_of(client.get("/accounts/inactive/"))


def test_a_code_runs_out_after_fifteen_minutes(client, ines, mailoutbox):
    ask(client)
    with mock.patch("time.time", return_value=time.time() + 15 * 60 + 1):
        answer = client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert answer.url == ASK
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "No code is awaited on this device, or it has run out. Ask for one here."
    ]
    assert signed_in(client) is None


def test_a_code_is_good_until_then(client, ines, mailoutbox):
    ask(client)
    with mock.patch("time.time", return_value=time.time() + 15 * 60 - 5):
        client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert signed_in(client) == ines.pk


def test_the_fifth_wrong_code_is_the_last(client, ines, mailoutbox):
    ask(client)
    code = code_in(mailoutbox[0])
    answers = [client.post(CODE, {"code": wrong(code)}) for _ in range(5)]
    assert [each.status_code for each in answers] == [422, 422, 422, 422, 302]
    assert "One try is left with this code." in words_of(answers[3])
    assert answers[4].url == ASK
    assert client.post(CODE, {"code": code}).url == ASK
    assert signed_in(client) is None


def test_an_empty_box_costs_no_try(client, ines, mailoutbox):
    ask(client)
    assert [client.post(CODE, {"code": " "}).status_code for _ in range(6)] == [422] * 6
    client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert signed_in(client) == ines.pk


def test_a_code_works_once(client, ines, mailoutbox):
    ask(client)
    code = code_in(mailoutbox[0])
    client.post(CODE, {"code": code})
    client.post(LEAVE)
    client.post(CODE, {"code": code})
    assert signed_in(client) is None


def test_a_code_is_good_only_in_the_browser_that_asked(client, ines, mailoutbox):
    ask(client)
    thief = Client()
    assert thief.post(CODE, {"code": code_in(mailoutbox[0])}).url == ASK
    assert signed_in(thief) is None


def test_only_the_newest_code_works(client, ines, mailoutbox):
    ask(client)
    ask(client)
    first, second = map(code_in, mailoutbox)
    assert client.post(CODE, {"code": first}).status_code == 422
    client.post(CODE, {"code": second})
    assert signed_in(client) == ines.pk


def test_the_fourth_code_in_a_minute_is_refused_in_words(client, ines, mailoutbox):
    answers = [ask(client) for _ in range(4)]
    assert [each.status_code for each in answers] == [302, 302, 302, 422]
    assert "Several codes were asked for in a short time." in words_of(answers[3])
    assert len(mailoutbox) == 3


@pytest.mark.parametrize("opened", [CODE, ASK, "/accounts/login/?next=/help/"])
def test_the_code_page_is_there_again_in_any_tab(client, ines, mailoutbox, opened):
    ask(client)
    assert "Type the code we sent" in words_of(client.get(opened, follow=True))
    client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert signed_in(client) == ines.pk


def test_the_wait_for_a_code_outlives_the_browser_window(client, ines):
    ask(client)
    assert 14 * 60 < client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] <= 15 * 60


def test_another_address_can_be_typed_while_a_code_is_on_its_way(client, ines, mailoutbox):
    PersonFactory(email="role@quillfeather.example")
    ask(client, next="/help/")
    page = client.get(f"{ASK}?another=1")
    assert page.status_code == 200
    ask(client, "role@quillfeather.example")
    assert client.post(CODE, {"code": code_in(mailoutbox[1])}).url == "/help/"


def test_a_stranger_is_led_to_sign_in_and_on_to_the_page_that_was_wanted(client, ines, mailoutbox):
    led = client.get("/people/?q=a&page=2")
    assert led.url == "/accounts/login/?next=/people/%3Fq%3Da%26page%3D2"
    assert 'name="next" value="/people/?q=a&amp;page=2"' in client.get(led.url).content.decode()
    asked = ask(client, next="/people/?q=a&page=2")
    assert asked.url == "/accounts/login/code/?next=%2Fpeople%2F%3Fq%3Da%26page%3D2"
    assert client.post(asked.url, {"code": code_in(mailoutbox[0])}).url == "/people/?q=a&page=2"


def test_the_page_that_was_wanted_is_kept_when_the_tab_was_closed(client, ines, mailoutbox):
    ask(client, next="/help/")
    assert client.get(ASK).url == "/accounts/login/code/?next=%2Fhelp%2F"
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).url == "/help/"


def test_the_page_that_was_wanted_is_kept_through_a_run_of_wrong_codes(client, ines, mailoutbox):
    ask(client, next="/help/")
    for _ in range(5):
        answer = client.post(CODE, {"code": wrong(code_in(mailoutbox[0]))})
    assert answer.url == "/accounts/login/?next=%2Fhelp%2F"


@pytest.mark.parametrize("off", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"])
def test_nobody_is_led_off_the_portal(client, ines, mailoutbox, off):
    asked = ask(client, next=off)
    assert asked.url == CODE
    assert client.post(CODE, {"code": code_in(mailoutbox[0]), "next": off}).url == "/"


def test_a_signed_in_person_does_not_meet_the_sign_in_pages(client, ines):
    client.force_login(ines)
    assert client.get(ASK).url == "/"
    assert client.get(f"{ASK}?next=/help/").url == "/help/"
    assert client.get(CODE).url == "/"


def test_a_device_stays_signed_in_for_30_days_where_asked(client, ines, mailoutbox):
    ask(client)
    client.post(CODE, {"code": code_in(mailoutbox[0]), "remember": "on"})
    thirty_days = timedelta(days=30).total_seconds()
    assert thirty_days - 60 < client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] <= thirty_days


def test_a_device_is_forgotten_with_the_browser_where_not_asked(client, ines, mailoutbox):
    ask(client)
    client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    assert client.session.get_expire_at_browser_close() is True


def test_signing_out_is_by_a_button(client, ines):
    client.force_login(ines)
    assert "You are signed in as ines@quillfeather.example" in words_of(client.get(LEAVE))
    assert signed_in(client) == ines.pk
    assert client.post(LEAVE).url == ASK
    assert signed_in(client) is None


@pytest.mark.parametrize("address", ["", "no address", "a@b", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_refused_in_words(client, address, mailoutbox):
    answer = ask(client, address)
    assert answer.status_code == 422
    assert "There is something to mend" in words_of(answer)
    assert mailoutbox == []


def test_mail_that_fails_is_told_the_same_to_everybody(client, ines, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for address in (ines.email, "nobody@quillfeather.example"):
        answer = client.post(ASK, {"email": address}, follow=True)
        assert "The mail could not be sent just now." in words_of(answer)
        assert "Type the code we sent" in words_of(answer)


@pytest.mark.parametrize("open_door", [True, False])
def test_the_code_page_says_where_the_code_is_only_while_developing(client, ines, settings, open_door):
    settings.DEMO_DOOR = open_door
    ask(client)
    settings.EMAIL_FILE_PATH = "/somewhere/mail"
    assert ("is the newest file in /somewhere/mail" in words_of(client.get(CODE))) is open_door
    settings.EMAIL_FILE_PATH = None
    assert ("the code is printed where the portal was started" in words_of(client.get(CODE))) is open_door


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reauthenticate",
        "account_email_verification_sent",
    ],
)
def test_other_doors_of_the_library_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "password/change/", "email/", "reauthenticate/", ""])
def test_their_addresses_answer_as_pages_that_do_not_exist(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_no_password_lets_anybody_in(client, ines):
    assert ines.has_usable_password() is False
    assert client.login(email=ines.email, password="") is False
    client.post(ASK, {"login": ines.email, "email": ines.email, "password": "secret"})
    assert signed_in(client) is None
