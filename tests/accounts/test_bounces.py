"""Mail that comes back stops its address; what nobody can show to be about our mail is not believed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import bounces, invitations, kinds, letters, people, return_addresses, undelivered
from accounts.bounces import Told
from accounts.mailboxes import Contact
from accounts.management.commands.read_bounce import AGAIN
from accounts.models import JournalEntry, Letter, Mail, MailChange, Membership, StoppedAddress, Task
from tests.accounts.posting import post
from tests.factories import NOW, GranteeFactory, PersonFactory, officer, secretariat

pytestmark = pytest.mark.django_db
REPORT = b"""From: MAILER-DAEMON@mx.example.org
To: %s
Content-Type: multipart/report; report-type=%s; boundary="x"

--x
Content-Type: text/plain

It did not work.
--x
Content-Type: %s

%s
--x--
"""


@pytest.fixture
def mail(settings: LazySettings) -> Mail:
    settings.MAIL_BOUNCES = "portal.example.org"
    kinds.know(kinds.Kind("now", "at once"))
    return sent("a:1")


def sent(about: str) -> Mail:
    letter = letters.write(
        kind="now", about=about, to=letters.To(address="ada@example.org"), words=kinds.Words("Hello", "A word."), at=NOW
    )
    post(NOW)
    return Letter.objects.select_related("mail").get(pk=letter.pk).mail  # type: ignore[return-value]


def delivery(to: str, status: str, action: str = "failed") -> bytes:
    blocks = b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ada@example.org\nAction: %s\nStatus: %s\n" % (
        action.encode(),
        status.encode(),
    )
    said = blocks + b"Diagnostic-Code: smtp; 550 no such user\n"
    return REPORT % (to.encode(), b"delivery-status", b"message/delivery-status", said)


def complaint(to: str, kind: str = "abuse") -> bytes:
    said = b"Feedback-Type: %s\nUser-Agent: x\nVersion: 1\n" % kind.encode()
    return REPORT % (to.encode(), b"feedback-report", b"message/feedback-report", said)


def test_a_permanent_failure_stops_the_address_and_the_next_mail_says_so(mail: Mail) -> None:
    to = return_addresses.of(mail)
    bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    row = StoppedAddress.objects.get()
    assert (row.address, row.because, row.words) == ("ada@example.org", "bounced", "550 no such user")
    mail.refresh_from_db()
    assert mail.bounced_at == NOW
    other = sent("a:2")
    assert other.state == Mail.REFUSED
    assert other.reason == "Nothing goes to this address: mail to it came back."


def test_a_delay_is_noted_and_stops_nothing_and_a_complaint_stops(mail: Mail) -> None:
    to = return_addresses.of(mail)
    bounces.receive(delivery(to, "4.4.7", "delayed"), to=to, at=NOW)
    assert not StoppedAddress.objects.exists()
    assert notes(mail) == ["It is delayed: 550 no such user"]
    bounces.receive(complaint(to), to=to, at=NOW)
    bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    assert StoppedAddress.objects.get().because == "complained"
    assert notes(mail)[1:] == ["Its reader complained: abuse"]
    assert JournalEntry.objects.filter(what="stopped address").count() == 1


def test_what_was_given_up_after_delays_is_lost_and_its_address_may_be_good(mail: Mail) -> None:
    to = return_addresses.of(mail)
    bounces.receive(delivery(to, "4.4.7"), to=to, at=NOW)
    mail.refresh_from_db()
    assert (mail.bounced_at, StoppedAddress.objects.count()) == (NOW, 0)


def test_feedback_that_a_mail_was_wanted_is_no_complaint(mail: Mail) -> None:
    to = return_addresses.of(mail)
    with pytest.raises(bounces.NotBelieved):
        bounces.receive(complaint(to, "not-spam"), to=to, at=NOW)
    assert not StoppedAddress.objects.exists()


def test_a_report_settles_a_mail_in_doubt_because_it_went(mail: Mail) -> None:
    doubtful(mail)
    to = return_addresses.of(mail)
    bounces.receive(delivery(to, "2.0.0", "delivered"), to=to, at=NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at, mail.delivered_at) == (Mail.SENT, NOW, NOW)
    other = doubtful(sent("a:2"))
    to = return_addresses.of(other)
    bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    other.refresh_from_db()
    assert (other.state, other.bounced_at) == (Mail.SENT, NOW)


def test_a_report_that_is_quicker_than_the_sender_is_asked_for_again(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    Mail.objects.filter(pk=mail.pk).update(state="sending", sent_at=None)
    with pytest.raises(CommandError) as told:
        hand_over(monkeypatch, delivery(return_addresses.of(mail), "5.1.1"))
    assert told.value.returncode == AGAIN == 75
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize("forged", ["", "bounces+1.{bad}@x", "bounces+{other}.{good}@x", "bounces+9{pk}.{good}@x"])
def test_a_forged_report_is_not_believed_and_logged(mail: Mail, forged: str, caplog: pytest.LogCaptureFixture) -> None:
    good = return_addresses.of(mail).partition(".")[2].partition("@")[0]
    to = forged.format(bad="0" * 24, good=good, other=mail.pk + 1, pk=mail.pk)
    with pytest.raises(bounces.NotBelieved):
        bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    assert not StoppedAddress.objects.exists()
    mail.refresh_from_db()
    assert mail.bounced_at is None
    assert "not believed" in caplog.text


def test_an_address_signed_with_the_secret_of_before_is_good(mail: Mail, settings: LazySettings) -> None:
    to = return_addresses.of(mail)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert return_addresses.number_in(to) == mail.pk
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(return_addresses.NotOurs):
        return_addresses.number_in(to)


def test_a_letter_of_words_is_no_report(mail: Mail) -> None:
    with pytest.raises(bounces.NotBelieved):
        bounces.receive(b"Subject: out of office\n\nBack on Monday.", to=return_addresses.of(mail), at=NOW)


def test_the_command_reads_what_a_pipe_hands_over_and_answers_no_forger(
    mail: Mail, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_over(monkeypatch, delivery("bounces+1.000000000000000000000000@x", "5.1.1"))
    assert "Not believed" in capsys.readouterr().err
    assert not StoppedAddress.objects.exists()
    hand_over(monkeypatch, delivery(return_addresses.of(mail), "5.1.1"))
    assert StoppedAddress.objects.count() == 1


def test_the_secretariat_lets_letters_go_there_again(mail: Mail, sign_in: Any) -> None:
    bounces.take(mail, Told(bounces.BOUNCED, "550"), at=NOW)
    client = sign_in(secretariat())
    page = client.get("/group/letters/").content.decode()
    assert "ada@example.org" in page
    client.post("/group/letters/", {"use": StoppedAddress.objects.get().pk})
    assert sent("a:3").state == Mail.SENT
    assert JournalEntry.objects.filter(what="used address again").count() == 1


def test_a_new_address_of_the_person_is_written_to_and_the_old_one_is_free(mail: Mail) -> None:
    person = PersonFactory(email="ada@example.org")
    bounces.take(mail, Told(bounces.BOUNCED, "550"), at=NOW)
    letters.write(kind="now", about="a:9", to=letters.To(person), words=kinds.Words("x", "y"), at=NOW)
    people.change(person=person, details=people.details_of(person, email="new@example.org"), by=None, at=NOW)
    post(NOW)
    assert Mail.objects.get(person=person).state == Mail.SENT
    assert not StoppedAddress.objects.exists()
    assert JournalEntry.objects.filter(what="used address again", by=None).count() == 1


@pytest.mark.parametrize("untrue", [{"told_at": NOW}, {"delivered_at": NOW, "tries": 0}])
def test_the_database_keeps_what_cannot_be(mail: Mail, untrue: dict[str, Any]) -> None:
    Mail.objects.update(state="dropped", sent_at=None, reason="Nothing in it was wanted any more.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.update(**untrue)


# --- who learns of it ---------------------------------------------------------------------------------------------
def test_the_sender_of_an_invitation_learns_that_it_came_back(mail: Mail) -> None:
    by, charity = officer(), GranteeFactory()
    asked = invitations.Asked(charity, Membership.LEAD, by.memberships.get().organisation, "https://portal")
    contact = Contact("ali@example.org", "")
    invitation = invitations.send(contacts=[contact], asked=asked, by=by, at=NOW)[0]
    post(NOW)
    gone = Letter.objects.get(about=letters.named(invitation), kind="invitation").mail
    assert gone
    assert invitations.tell_of_unsent(at=NOW) == 0
    bounces.take(gone, Told(bounces.BOUNCED, "550"), at=NOW)
    assert [invitations.tell_of_unsent(at=NOW) for _each in range(2)] == [1, 0]
    assert Task.objects.get().person == by


def test_the_kind_of_a_letter_is_told_once_that_it_came_back_or_was_refused(mail: Mail) -> None:
    told: list[str] = []
    kinds.know(kinds.Kind("now", "at once", undelivered=lambda found, at: told.extend(each.about for each in found)))
    assert undelivered.tell(at=NOW) == 0
    bounces.take(mail, Told(bounces.BOUNCED, "550"), at=NOW)
    sent("a:2")
    assert [undelivered.tell(at=NOW) for _each in range(2)] == [2, 0]
    assert told == ["a:1", "a:2"]


def hand_over(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    call_command("read_bounce")


def notes(mail: Mail) -> list[str]:
    """What was told of it after it went."""
    changes = MailChange.objects.filter(mail=mail).order_by("id").values_list("state", "reason")
    return [reason for state, reason in changes if state == Mail.SENT][1:]


def doubtful(mail: Mail) -> Mail:
    Mail.objects.filter(pk=mail.pk).update(state="doubt", sent_at=None, reason="Its sender died over it.")
    return mail
