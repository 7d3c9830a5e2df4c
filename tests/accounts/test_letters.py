"""Letters: one for each reason, sent once whoever looks, tried again where mail fails, given up in the end."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts import letters
from accounts.models import Letter
from tests.accounts.constraints import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db


class Failing(EmailBackend):
    """A mail server that refuses what `refusal` says, and takes the rest; beyond that a real backend."""

    refusal: Exception | None = None
    only_to = ""

    def send_messages(self, messages: Any) -> int:
        if Failing.refusal and Failing.only_to in messages[0].to[0]:
            raise Failing.refusal
        return super().send_messages(messages)


@pytest.fixture
def failing(settings: LazySettings) -> Iterator[type[Failing]]:
    settings.EMAIL_BACKEND = "tests.accounts.test_letters.Failing"
    Failing.only_to = ""
    yield Failing
    Failing.refusal = None


def letter(key: str = "a", to: str = "ada@example.org", **fields: Any) -> Letter:
    said = {"subject": "Hello", "body": "A word.", "about": "accounts.invitation:1", "at": NOW}
    return letters.write(**{"key": key, "to": to} | said | fields)


def stands(written: Letter) -> tuple[str, int]:
    written.refresh_from_db()
    return written.send_state, written.tries


def sent_to() -> list[str]:
    return [address for each in mail.outbox for address in each.to]


def test_a_key_makes_one_letter_ever() -> None:
    first = letter()
    again = letter(subject="Another", to="eve@example.org")
    assert (again.pk, again.subject, again.to) == (first.pk, "Hello", "ada@example.org")
    letters.deliver_waiting(at=NOW)
    assert letter(at=NOW + timedelta(days=400)).pk == first.pk
    letters.deliver_waiting(at=NOW + timedelta(days=400))
    assert sent_to() == ["ada@example.org"]


def test_what_waits_is_sent_once_and_the_row_says_when() -> None:
    written = letter()
    assert letters.deliver_waiting(at=NOW) == 1
    assert stands(written) == (Letter.SENT, 1)
    assert (written.sent_at, written.problem) == (NOW, "")
    assert [(each.subject, each.body, each.to) for each in mail.outbox] == [("Hello", "A word.", ["ada@example.org"])]
    assert letters.deliver_waiting(at=NOW + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


def test_work_once_sends_too() -> None:
    letter()
    call_command("work", once=True)
    call_command("work", once=True)
    assert sent_to() == ["ada@example.org"]


def test_a_subject_of_several_lines_is_one_line() -> None:
    letter(subject="Hello\r\nBcc: eve@example.org")
    letters.deliver_waiting(at=NOW)
    assert mail.outbox[0].subject == "Hello Bcc: eve@example.org"
    assert mail.outbox[0].recipients() == ["ada@example.org"]


def test_every_try_has_the_same_message_id_and_every_letter_its_own() -> None:
    one, other = letter("a"), letter("b")
    names = [letters.mail(each).message()["Message-ID"] for each in (one, one, other)]
    assert names[0] == names[1] != names[2]


def test_a_server_that_does_not_answer_costs_one_letter_one_try(failing: type[Failing]) -> None:
    failing.refusal = ConnectionRefusedError("no answer")
    first, second = letter("a"), letter("b")
    assert letters.deliver_waiting(at=NOW) == 0
    assert stands(first) == (Letter.FAILED, 1)
    assert stands(second) == (Letter.WAITING, 0)
    assert first.problem == "The mail server did not take the letter (ConnectionRefusedError)."


def test_a_failed_letter_is_tried_again_later_with_growing_pauses(failing: type[Failing]) -> None:
    failing.refusal = smtplib.SMTPServerDisconnected("gone")
    written, at, pauses = letter(), NOW, []
    while stands(written)[0] in (Letter.WAITING, Letter.FAILED):
        letters.deliver_waiting(at=at)
        assert letters.deliver_waiting(at=at) == 0
        written.refresh_from_db()
        if written.send_state == Letter.FAILED:
            pauses.append(written.not_before - at)
            at = written.not_before
    assert pauses == list(letters.PAUSES) == sorted(pauses)
    assert stands(written) == (Letter.DROPPED, len(letters.PAUSES) + 1)
    failing.refusal = None
    letters.deliver_waiting(at=at + timedelta(days=30))
    assert sent_to() == []


def test_a_letter_that_failed_goes_when_mail_is_back(failing: type[Failing]) -> None:
    failing.refusal = OSError("no")
    written = letter()
    letters.deliver_waiting(at=NOW)
    failing.refusal = None
    assert letters.deliver_waiting(at=NOW + timedelta(minutes=4)) == 0
    assert letters.deliver_waiting(at=NOW + timedelta(minutes=5)) == 1
    assert stands(written) == (Letter.SENT, 2)
    assert written.problem == ""


def test_an_address_that_is_refused_for_good_is_given_up_and_keeps_nobody_else_waiting(failing: type[Failing]) -> None:
    failing.refusal = smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"no such user")})
    failing.only_to = "ada"
    wrong, right = letter("a"), letter("b", to="eve@example.org")
    assert letters.deliver_waiting(at=NOW) == 1
    assert stands(wrong) == (Letter.DROPPED, 1)
    assert wrong.problem == "The mail server does not take this address."
    assert stands(right)[0] == Letter.SENT


def test_an_address_that_is_refused_for_now_is_tried_again(failing: type[Failing]) -> None:
    failing.refusal = smtplib.SMTPRecipientsRefused({"ada@example.org": (450, b"busy")})
    written = letter()
    letters.deliver_waiting(at=NOW)
    assert stands(written) == (Letter.FAILED, 1)


def test_a_letter_whose_sender_died_is_sent_by_another_but_not_at_once() -> None:
    written = letter()
    assert letters._claim(NOW) == written
    assert letters.deliver_waiting(at=NOW + timedelta(minutes=10)) == 0
    assert letters.deliver_waiting(at=NOW + letters.LEASE) == 1
    assert stands(written) == (Letter.SENT, 2)


def test_one_who_comes_late_does_not_say_what_became_of_a_letter_that_another_took() -> None:
    written = letter()
    late = letters._claim(NOW)
    assert late
    letters.deliver_waiting(at=NOW + letters.LEASE)
    letters._mark(late, OSError("late"), NOW + letters.LEASE)
    assert stands(written) == (Letter.SENT, 2)


def test_a_dropped_letter_is_never_sent_and_a_sent_one_cannot_be_dropped() -> None:
    written = letter()
    assert letters.drop(key="a", because="Not needed.")
    assert not letters.drop(key="a", because="Not needed.")
    letters.deliver_waiting(at=NOW)
    assert stands(written) == (Letter.DROPPED, 0)
    other = letter("b")
    letters.deliver_waiting(at=NOW)
    assert not letters.drop(key="b", because="Not needed.")
    assert stands(other)[0] == Letter.SENT


def test_one_knock_sends_no_more_than_its_lease_allows() -> None:
    for number in range(letters.MOST + 1):
        letter(str(number))
    assert letters.deliver_waiting(at=NOW) == letters.MOST
    assert letters.deliver_waiting(at=NOW) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the test's one SQLite connection in memory")
def test_many_senders_at_once_send_each_letter_once() -> None:
    for number in range(12):
        letter(str(number), to=f"person{number}@example.org")

    def send() -> None:
        letters.deliver_waiting(at=NOW)
        connection.close()

    senders = [threading.Thread(target=send) for _each in range(6)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    letters.deliver_waiting(at=NOW)
    assert sorted(sent_to()) == sorted(f"person{number}@example.org" for number in range(12))


@pytest.mark.parametrize(
    "change",
    [
        *[{name: ""} for name in ("key", "to", "about", "subject", "body")],
        *[
            {name: None}
            for name in ("key", "to", "about", "subject", "body", "made_at", "send_state", "not_before", "tries")
        ],
        {"problem": None},
        {"send_state": "lost"},
        {"send_state": "sent"},
        {"send_state": "sent", "sent_at": NOW, "tries": 0},
        {"sent_at": NOW},
        {"send_state": "failed", "problem": ""},
        {"send_state": "dropped", "problem": ""},
    ],
    ids=str,
)
def test_the_database_refuses(change: dict[str, Any]) -> None:
    assert refused(letter(), **change)


def test_the_database_takes_what_is_true_and_each_key_once() -> None:
    written = letter()
    assert not refused(written, send_state="sent", sent_at=NOW, tries=1, body="")
    assert not refused(written, send_state="dropped", problem="Withdrawn.", body="")
    assert not refused(written, send_state="failed", problem="Busy.", tries=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            key="a", to="x@example.org", about="b", subject="c", body="d", made_at=NOW, not_before=NOW
        )
