"""Letters: one for each reason, stopped where the reason falls away, gathered into one mail a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import gathering, kinds, letters, sending, wire
from accounts.models import Letter, Mail
from counting.working_days import LONDON
from tests.accounts.constraints import refused
from tests.accounts.posting import post
from tests.factories import NOW, PersonFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=LONDON)


def of_the_day(found: Any, at: datetime) -> dict[int, kinds.Words]:
    return {each.pk: kinds.Words(f"{each.about} {each.step}", f"About {each.about}.") for each in found}


@pytest.fixture(autouse=True)
def two_kinds() -> None:
    kinds.know(kinds.Kind("now", "at once"), kinds.Kind("later", "in a digest", at_once=False, write=of_the_day))


def letter(about: str = "a:1", to: str = "ada@example.org", *, at: datetime = NOW, **fields: Any) -> Letter:
    said = {"kind": "now", "words": kinds.Words("Hello", "A word."), "to": letters.To(address=to)}
    return letters.write(**{"about": about, "at": at} | said | fields)


def plan(person: Any, about: str = "a:1", step: str = "-14", due_at: datetime = MONDAY, version: int = 1) -> None:
    letters.plan([letters.Plan("later", about, version, step, person.pk, due_at)], at=NOW)


def sent_to() -> list[str]:
    return [address for each in mail.outbox for address in each.to]


def test_a_reason_makes_one_letter_to_a_recipient_ever() -> None:
    first = letter()
    again = letter(words=kinds.Words("Another", "Other words."))
    assert (again.pk, again.subject) == (first.pk, "Hello")
    assert letter(to="eve@example.org").pk != first.pk
    post(NOW)
    assert letter(at=NOW + timedelta(days=400)).pk == first.pk
    post(NOW + timedelta(days=400))
    assert sorted(sent_to()) == ["ada@example.org", "eve@example.org"]


def test_a_plan_said_as_often_as_one_likes_plans_once() -> None:
    person = PersonFactory()
    for _number in range(3):
        plan(person)
    assert Letter.objects.count() == 1
    plan(person, version=2)
    assert Letter.objects.count() == 2


def test_what_cannot_wait_goes_at_night_and_what_can_goes_from_nine_on_a_working_day() -> None:
    saturday = datetime(2026, 11, 28, 23, 0, tzinfo=LONDON)
    person = PersonFactory(email="ada@example.org")
    letter(at=saturday, to="eve@example.org")
    plan(person, due_at=saturday)
    assert post(saturday) == 1
    assert post(MONDAY - timedelta(seconds=1)) == 0
    assert post(MONDAY) == 1
    assert sent_to() == ["eve@example.org", "ada@example.org"]


def test_a_person_gets_one_mail_a_day_and_what_comes_later_joins_tomorrows() -> None:
    person = PersonFactory(email="ada@example.org")
    plan(person, "a:1")
    plan(person, "a:2")
    assert post(MONDAY) == 1
    plan(person, "a:3")
    plan(person, "a:4")
    assert post(MONDAY + timedelta(hours=1)) == 0
    assert post(MONDAY + timedelta(days=1)) == 1
    assert [each.subject for each in mail.outbox] == ["2 letters: a:1 -14", "2 letters: a:3 -14"]
    assert "1. a:1 -14\n2. a:2 -14" in mail.outbox[0].body
    assert "About a:2." in mail.outbox[0].body


def test_after_an_outage_only_the_newest_step_goes_and_the_others_say_so() -> None:
    person = PersonFactory()
    plan(person, step="-14", due_at=MONDAY - timedelta(days=14))
    plan(person, step="-3", due_at=MONDAY - timedelta(days=3))
    plan(person, step="0", due_at=MONDAY)
    assert post(MONDAY) == 1
    assert {each.step: each.state for each in Letter.objects.all()} == {
        "-14": "superseded", "-3": "superseded", "0": "gathered",
    }  # fmt: skip
    assert [each.subject for each in mail.outbox] == ["a:1 0"]


def test_a_digest_that_did_not_go_by_five_is_taken_apart_in_the_morning_and_only_the_newest_step_goes() -> None:
    person = PersonFactory()
    plan(person, "a:1", step="-3")
    plan(person, "a:1", step="0", due_at=MONDAY + timedelta(days=1))
    plan(person, "a:2", step="-14")
    gathering.gather(at=MONDAY)
    assert sending.deliver(now=lambda: MONDAY + timedelta(hours=8)) == 0
    assert post(MONDAY + timedelta(days=1, seconds=-1)) == 0
    assert post(MONDAY + timedelta(days=1)) == 1
    assert [each.subject for each in mail.outbox] == ["2 letters: a:1 0"]
    assert {(each.about, each.step): each.state for each in Letter.objects.all()} == {
        ("a:1", "-3"): "superseded", ("a:1", "0"): "gathered", ("a:2", "-14"): "gathered",
    }  # fmt: skip
    assert sorted(each.state for each in Mail.objects.all()) == ["dropped", "sent"]


def test_a_digest_that_is_tried_again_the_next_day_is_that_days_one(monkeypatch: pytest.MonkeyPatch) -> None:
    person = PersonFactory()
    plan(person, "a:1")
    plan(person, "a:2", due_at=MONDAY + timedelta(days=1))
    late = MONDAY + timedelta(hours=7, minutes=58)
    gathering.gather(at=late)
    monkeypatch.setattr(wire.Wire, "send", lambda self, each: wire.Outcome(Mail.RETRY, "450 busy"))
    sending.deliver(now=lambda: late)
    monkeypatch.undo()
    assert post(late + timedelta(minutes=5)) == 0
    assert post(MONDAY + timedelta(days=1)) == 1
    assert post(MONDAY + timedelta(days=1, hours=1)) == 0
    assert post(MONDAY + timedelta(days=2)) == 1
    assert [each.subject for each in mail.outbox] == ["a:1 -14", "a:2 -14"]


def test_a_cancelled_letter_never_goes_and_one_that_went_cannot_be_cancelled() -> None:
    written = letter()
    assert letters.cancel(Q(about="a:1"), because="Not needed.", at=NOW) == 1
    assert letters.cancel(Q(about="a:1"), because="Not needed.", at=NOW) == 0
    post(NOW)
    written.refresh_from_db()
    assert (written.state, written.reason) == (Letter.CANCELLED, "Not needed.")
    letter("a:2")
    post(NOW)
    assert letters.cancel(Q(about="a:2"), because="Not needed.", at=NOW) == 0
    assert len(mail.outbox) == 1


def test_a_letter_cancelled_in_its_mail_leaves_the_others_there() -> None:
    person = PersonFactory()
    plan(person, "a:1")
    plan(person, "a:2")
    gathering.gather(at=MONDAY)
    letters.cancel(Q(about="a:1"), because="Handed in.", at=MONDAY)
    assert sending.deliver(now=lambda: MONDAY) == 1
    assert [each.subject for each in mail.outbox] == ["a:2 -14"]


def test_a_mail_of_which_nothing_is_wanted_is_not_sent_and_says_so() -> None:
    person = PersonFactory()
    plan(person)
    gathering.gather(at=MONDAY)
    letters.cancel(Q(about="a:1"), because="Handed in.", at=MONDAY)
    assert sending.deliver(now=lambda: MONDAY) == 0
    assert [(each.state, each.reason) for each in Mail.objects.all()] == [
        ("dropped", "Nothing in it was wanted any more.")
    ]


def test_at_the_instant_of_sending_the_kind_is_asked_once_more() -> None:
    reasons = {"a:1": "Handed in meanwhile."}
    kinds.know(
        kinds.Kind(
            "later", "in a digest", at_once=False, write=of_the_day,
            unwanted=lambda found, at: {each.pk: reasons[each.about] for each in found if each.about in reasons},
        )
    )  # fmt: skip
    person = PersonFactory()
    plan(person, "a:1")
    plan(person, "a:2")
    post(MONDAY)
    assert {each.about: each.reason for each in Letter.objects.all()} == {"a:1": "Handed in meanwhile.", "a:2": ""}
    assert [each.subject for each in mail.outbox] == ["a:2 -14"]


def test_who_may_no_longer_sign_in_gets_no_letter_and_a_new_address_gets_it() -> None:
    gone, moved = PersonFactory(), PersonFactory(email="old@example.org")
    plan(gone)
    plan(moved)
    gathering.gather(at=MONDAY)
    gone.is_active = False
    gone.save()
    moved.email = "new@example.org"
    moved.save()
    sending.deliver(now=lambda: MONDAY)
    assert sent_to() == ["new@example.org"]
    assert Letter.objects.get(person=gone).reason == "The person may no longer sign in."


def test_words_that_cannot_be_written_hold_that_mail_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    def write(found: Any, at: datetime) -> dict[int, kinds.Words]:
        raise ValueError("a fault of ours")

    kinds.know(kinds.Kind("broken", "broken", write=write))
    letters.plan([letters.Plan("broken", "a:1", 1, "", PersonFactory().pk, NOW)], at=NOW)
    letter("a:2")
    assert post(NOW) == 1
    assert "could not be written" in Mail.objects.get(state="held").reason
    assert "a fault of ours" in caplog.text


def test_work_once_sends_too() -> None:
    letter(at=NOW)
    call_command("work", once=True)
    call_command("work", once=True)
    assert sent_to() == ["ada@example.org"]


def test_a_subject_of_several_lines_is_one_line() -> None:
    letter(words=kinds.Words("Hello\r\nBcc: eve@example.org", "x"))
    post(NOW)
    assert mail.outbox[0].subject == "Hello Bcc: eve@example.org"
    assert mail.outbox[0].recipients() == ["ada@example.org"]


def test_words_end_ninety_days_after_the_letter_went_and_the_fact_stays() -> None:
    letter()
    letter("a:2")
    letters.cancel(Q(about="a:2"), because="Not needed.", at=NOW)
    post(NOW)
    later = NOW + letters.KEPT
    assert letters.forget_words(at=later - timedelta(seconds=1)) == 0
    assert letters.forget_words(at=later) == 3
    assert [(each.subject, each.body) for each in Letter.objects.all()] == [("Hello", ""), ("Hello", "")]
    assert [(each.state, each.text) for each in Mail.objects.all()] == [("sent", "")]
    assert letters.forget_words(at=later) == 0


@pytest.mark.parametrize(
    "change",
    [
        *[{name: ""} for name in ("kind", "about", "address")],
        *[{name: None} for name in ("kind", "about", "version", "step", "address", "due_at", "subject", "body",
                                    "made_at", "state", "reason", "changed_at", "at_once")],
        {"state": "gathered"},
        {"state": "cancelled"},
        {"state": "superseded", "reason": ""},
        {"state": "lost"},
        {"at_once": False},
    ],
    ids=str,
)  # fmt: skip
def test_the_database_refuses_of_a_letter(change: dict[str, Any]) -> None:
    assert refused(letter(), **change)


@pytest.mark.parametrize(
    "change",
    [
        *[{name: ""} for name in ("to", "message_id")],
        *[{name: None} for name in ("to", "message_id", "subject", "text", "made_at", "state", "not_before", "tries",
                                    "resent", "changed_at", "reason")],
        {"state": "lost"},
        {"state": "sending"},
        {"state": "sent"},
        {"state": "sent", "sent_at": NOW, "tries": 1},
        {"sent_at": NOW},
        {"state": "refused", "reason": ""},
        {"state": "doubt", "reason": ""},
        {"day": NOW.date()},
        {"bounced_at": NOW},
    ],
    ids=str,
)  # fmt: skip
def test_the_database_refuses_of_a_mail(change: dict[str, Any]) -> None:
    letter()
    gathering.gather(at=NOW)
    assert refused(Mail.objects.get(), **change)


def test_the_database_takes_a_reason_once_and_one_digest_a_day() -> None:
    written, person = letter(), PersonFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            kind="now", about="a:1", address="ada@example.org", due_at=NOW, made_at=NOW, changed_at=NOW
        )
    said = {"kind": "now", "about": "a:1", "person": person, "due_at": NOW, "made_at": NOW, "changed_at": NOW}
    Letter.objects.create(**said)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(**said)
    fields = {"person": person, "to": "x@example.org", "day": NOW.date(), "made_at": NOW, "not_before": NOW}
    Mail.objects.create(message_id="1@x", changed_at=NOW, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(message_id="2@x", changed_at=NOW, **fields)
    assert not refused(written, state="cancelled", reason="Withdrawn.")
