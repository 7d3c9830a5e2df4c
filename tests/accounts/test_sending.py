"""Sending: `sending` before the wire and `sent` after; what a mail server may do loses nothing and doubles nothing."""

from __future__ import annotations

import email
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import Q

from accounts import doubts, gathering, kinds, letters, owners, sending, wire
from accounts.models import JournalEntry, Letter, Mail, MailChange, Sender
from tests.accounts.posting import post
from tests.factories import NOW, PersonFactory
from tests.proofs import sink as sinks
from tests.proofs.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_kinds() -> None:
    kinds.know(kinds.Kind("now", "at once"), kinds.Kind("once", "rather not than twice", doubt=kinds.HOLD))


@pytest.fixture
def sink(settings: LazySettings) -> Iterator[Sink]:
    with sinks.running(Sink()) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_TIMEOUT, settings.MAIL_ASK_AFTER = 1, 0
        yield sink


@pytest.fixture
def asked(sink: Sink, settings: LazySettings) -> Sink:
    """The same sink, which may be asked what it has."""
    settings.MAIL_ASK_URL = sink.ask_url
    return sink


def letter(about: str = "a:1", to: str = "ada@example.org", kind: str = "now") -> Letter:
    return letters.write(
        kind=kind, about=about, to=letters.To(address=to), words=kinds.Words("Hello", "A word.\n.\nMore."), at=NOW
    )


def mail_of(written: Letter) -> Mail:
    written.refresh_from_db()
    assert written.mail
    return written.mail


def states() -> list[str]:
    return list(MailChange.objects.values_list("state", flat=True))


def later(minutes: float) -> Any:
    return NOW + timedelta(minutes=minutes)


def left_behind(written: Letter) -> Mail:
    """As a sender leaves a mail that dies over it: claimed, committed, and its lock free again."""
    gathering.gather(at=NOW)
    with owners.Owner(at=NOW) as owner:
        sending._claim(owner, NOW)
    return mail_of(written)


def test_a_letter_arrives_whole_with_both_its_parts_and_every_change_is_kept(sink: Sink) -> None:
    written = letter()
    assert post(NOW) == 1
    mail = mail_of(written)
    assert (mail.state, mail.sent_at, mail.tries, mail.reason) == (Mail.SENT, NOW, 1, "OK taken")
    assert states() == ["sending", "sent"]
    arrived = email.message_from_bytes(sink.taken[0])
    assert arrived["Message-ID"] == f"<{mail.message_id}>"
    parts = {each.get_content_type(): each.get_payload(decode=True).decode() for each in arrived.get_payload()}
    assert parts["text/plain"].replace("\r\n", "\n") == "A word.\n.\nMore."
    assert "<p>A word.<br>.<br>More.</p>" in parts["text/html"]


def test_every_try_is_the_same_to_the_byte(sink: Sink) -> None:
    written = letter()
    gathering.gather(at=NOW)
    mail = mail_of(written)
    again = Mail.objects.get()
    for each in (mail, again):
        each.subject, each.text = "Hello", "A word."
    assert wire.content(mail) == wire.content(again)


@pytest.mark.parametrize("answer", ["421 closing", "450 busy", "452 full"])
def test_what_is_refused_for_now_is_tried_again_with_growing_pauses(sink: Sink, answer: str) -> None:
    sink.at_recipient = lambda address: answer
    written, at, pauses = letter(), NOW, []
    post(at)
    while (mail := mail_of(written)).state == Mail.RETRY:
        assert mail.reason.startswith(answer[:3])
        pauses.append(mail.not_before - at)
        at = mail.not_before
        assert sending.deliver(now=lambda at=at: at - timedelta(seconds=1)) == 0
        sending.deliver(now=lambda at=at: at)
    assert pauses == list(sending.PAUSES) == sorted(pauses)
    assert (mail.state, sink.ids) == (Mail.REFUSED, [])


def test_what_is_refused_for_good_is_given_up_and_keeps_nobody_else_waiting(sink: Sink) -> None:
    sink.at_recipient = lambda address: "550 no such user" if "ada" in address else ""
    wrong, right = letter("a:1"), letter("a:2", to="eve@example.org")
    assert post(NOW) == 1
    assert (mail_of(wrong).state, mail_of(wrong).reason) == (Mail.REFUSED, "550 no such user")
    assert mail_of(right).state == Mail.SENT


def test_what_is_refused_after_the_text_is_not_in_doubt(sink: Sink) -> None:
    sink.answer = lambda envelope: "554 looks like spam"
    written = letter()
    post(NOW)
    assert mail_of(written).state == Mail.REFUSED


def test_a_server_that_is_away_costs_one_mail_one_try(sink: Sink, settings: LazySettings) -> None:
    settings.EMAIL_PORT = 1
    first, second = letter("a:1"), letter("a:2")
    assert post(NOW) == 0
    assert (mail_of(first).state, mail_of(second).state, mail_of(second).tries) == (Mail.RETRY, Mail.WAITING, 0)
    settings.EMAIL_PORT = sink.port
    assert sending.deliver(now=lambda: later(5)) == 2


def test_a_line_cut_before_the_text_leaves_no_doubt(sink: Sink) -> None:
    sink.at_recipient = lambda address: sinks.CUT_BEFORE
    written = letter()
    post(NOW)
    assert mail_of(written).state == Mail.RETRY


def test_a_server_so_slow_that_a_lock_may_be_lost_meanwhile_is_not_given_the_text(sink: Sink) -> None:
    def slowly(address: str) -> str:
        time.sleep(0.8)
        return ""

    sink.at_recipient = slowly
    sink.at_sender = slowly
    written = letter()
    post(NOW)
    assert (mail_of(written).state, sink.ids) == (Mail.RETRY, [])


@pytest.mark.parametrize("fate", [sinks.CUT, sinks.HANG])
def test_a_line_that_ends_after_the_text_leaves_a_doubt_that_the_provider_settles(asked: Sink, fate: str) -> None:
    asked.answer = lambda envelope: fate
    written = letter()
    assert post(NOW) == 0
    assert mail_of(written).state == Mail.DOUBT
    asked.answer = lambda envelope: ""
    assert sending.deliver(now=lambda: NOW + doubts.patience() - timedelta(seconds=0.1)) == 0
    sending.deliver(now=lambda: NOW + doubts.patience())
    mail = mail_of(written)
    assert (mail.state, mail.resent) == (Mail.SENT, 0)
    assert asked.ids == [mail.message_id]
    found = "has" if fate == sinks.CUT else "does not have"
    assert any(found in each for each in MailChange.objects.values_list("reason", flat=True))


def test_a_provider_that_does_not_answer_leaves_the_doubt(asked: Sink, settings: LazySettings) -> None:
    mail = left_behind(letter())
    settings.MAIL_ASK_URL = "http://127.0.0.1:1/{message_id}"
    doubts.clear_up(at=NOW)
    assert doubts.clear_up(at=later(60)) == 0
    mail.refresh_from_db()
    assert mail.state == Mail.DOUBT


def test_without_a_provider_to_ask_it_goes_once_more_to_the_byte_and_then_a_person_decides(sink: Sink) -> None:
    sink.answer = lambda envelope: sinks.CUT
    written = letter()
    post(NOW)
    sending.deliver(now=lambda: later(5))
    assert (mail_of(written).state, mail_of(written).resent) == (Mail.DOUBT, 1)
    assert sink.taken[0] == sink.taken[1]
    sending.deliver(now=lambda: later(10))
    assert mail_of(written).state == Mail.HELD
    person = PersonFactory(is_secretariat=True)
    sink.answer = lambda envelope: ""
    assert doubts.decide(mail_of(written), arrived=False, by=person, at=later(11))
    assert not doubts.decide(mail_of(written), arrived=False, by=person, at=later(11))
    sending.deliver(now=lambda: later(11))
    assert (mail_of(written).state, mail_of(written).resent) == (Mail.SENT, 2)
    assert JournalEntry.objects.filter(what="decided held mail").count() == 1


def test_a_kind_that_may_not_come_twice_is_held_for_a_person_who_may_say_that_it_came(sink: Sink) -> None:
    mail = left_behind(letter(kind="once"))
    doubts.clear_up(at=NOW)
    doubts.clear_up(at=later(5))
    mail.refresh_from_db()
    assert mail.state == Mail.HELD
    assert doubts.decide(mail, arrived=True, by=PersonFactory(name="Ada"), at=later(6))
    mail.refresh_from_db()
    assert (mail.state, mail.reason, sink.ids) == (Mail.SENT, "Ada says that it came.", [])


def test_what_a_dead_sender_left_is_known_at_once_and_of_a_living_one_nothing_is_touched(asked: Sink) -> None:
    written = letter()
    gathering.gather(at=NOW)
    with owners.Owner(at=NOW) as owner:
        sending._claim(owner, NOW)
        assert doubts.clear_up(at=NOW) == 0
    assert doubts.clear_up(at=NOW) == 1
    assert mail_of(written).state == Mail.DOUBT


def test_who_was_taken_for_dead_says_nothing_any_more(asked: Sink) -> None:
    written = letter()
    mail = left_behind(written)
    doubts.clear_up(at=NOW)
    late = owners.Owner(at=NOW)
    late.sender = Sender.objects.get(pk=mail.sender_id)
    sending._mark([(mail, wire.Outcome(Mail.SENT, "late"))], late, NOW)
    assert mail_of(written).state == Mail.DOUBT
    late.lock.free()


def test_a_letter_cancelled_while_in_doubt_does_not_go_again_and_one_that_had_gone_says_so(asked: Sink) -> None:
    gone, never = letter("a:1"), letter("a:2")
    gathering.gather(at=NOW)
    with owners.Owner(at=NOW) as owner:
        claimed = sending._claim(owner, NOW)
        asked._take(wire.content(claimed[0]))
    doubts.clear_up(at=NOW)
    assert letters.cancel(Q(about__in=["a:1", "a:2"]), because="Handed in.", at=later(1)) == 2
    sending.deliver(now=lambda: later(2))
    assert (mail_of(gone).state, gone.state) == (Mail.SENT, Letter.GATHERED)
    assert (mail_of(never).state, never.state) == (Mail.DROPPED, Letter.CANCELLED)
    assert len(asked.ids) == 1


def test_a_lost_lock_ends_the_sender_and_another_clears_up(asked: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    written = letter()
    gathering.gather(at=NOW)
    checks = iter([True, False])
    monkeypatch.setattr(owners, "RECENT", 0)
    monkeypatch.setattr(owners._File, "is_held", lambda self: next(checks))
    monkeypatch.setattr(owners._Advisory, "is_held", lambda self: next(checks))
    with pytest.raises(owners.LockLost):
        sending.deliver(now=lambda: NOW)
    monkeypatch.undo()
    assert mail_of(written).state == Mail.SENDING
    doubts.clear_up(at=NOW)
    sending.deliver(now=lambda: later(5))
    assert (mail_of(written).state, len(asked.ids)) == (Mail.SENT, 1)


def test_a_sender_that_is_interrupted_puts_back_what_it_had_not_begun(
    asked: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [letter(f"a:{number}") for number in range(3)]

    def interrupt(self: wire.Wire, mail: Mail) -> wire.Outcome:
        raise KeyboardInterrupt

    gathering.gather(at=NOW)
    monkeypatch.setattr(wire.Wire, "send", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sending.deliver(now=lambda: NOW)
    monkeypatch.undo()
    assert sorted(mail_of(each).state for each in written) == ["doubt", "waiting", "waiting"]
    assert sorted(mail_of(each).tries for each in written) == [0, 0, 1]


def test_what_somebody_puts_into_an_address_harms_nobody_else(sink: Sink) -> None:
    odd, right = letter("a:1"), letter("a:2", to="eve@example.org")
    Letter.objects.filter(pk=odd.pk).update(address="a\r\nDATA@example.org")
    assert post(NOW) == 1
    assert mail_of(odd).state == Mail.REFUSED
    assert mail_of(right).state == Mail.SENT


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the test's one SQLite connection in memory")
def test_many_gather_and_send_side_by_side_and_each_letter_goes_once(sink: Sink) -> None:
    for number in range(40):
        letter(f"a:{number}", to=f"person{number}@example.org")

    def work() -> None:
        post(NOW)
        connection.close()

    senders = [threading.Thread(target=work) for _each in range(6)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    assert len(sink.ids) == len(set(sink.ids)) == 40
    assert Mail.objects.filter(state=Mail.SENT).count() == 40


def test_the_lock_of_a_killed_process_is_free_at_once(settings: LazySettings) -> None:
    """A process that holds the lock of a number is killed with -9; nobody else has to wait."""
    code = (
        "import django, os, sys, time; django.setup(); from django.db import connection;"
        "connection.settings_dict['NAME'] = os.environ['DATABASE_NAME'];"
        "from accounts import owners; lock = owners._lock_of(987654); assert lock.take();"
        "print('held', flush=True); time.sleep(60)"
    )
    ours = connection.settings_dict
    name = {"DATABASE_NAME": str(ours["NAME"]), "PORTAL_VAR": str(settings.VAR)}
    environment = {**os.environ, **name, "DJANGO_SETTINGS_MODULE": "funders_portal.settings"}
    if connection.vendor == "postgresql":  # Its locks are those of one database.
        environment["DATABASE_URL"] = f"postgres://{ours['USER']}@{ours['HOST']}:{ours['PORT']}/{ours['NAME']}"
    holder = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    assert not owners._is_dead(987654)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    deadline = threading.Event()
    for _number in range(50):
        if owners._is_dead(987654):
            return
        deadline.wait(0.02)
    pytest.fail("the lock is still held a second after its holder died")
