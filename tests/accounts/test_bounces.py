"""Mail that comes back stops its address; what nobody can show to be about our mail is not believed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from accounts import bounces, kinds, letters
from accounts.models import JournalEntry, Letter, Mail, StoppedAddress
from tests.accounts.posting import post
from tests.factories import NOW, PersonFactory, secretariat

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


def delivery(to: str, status: str) -> bytes:
    blocks = b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: %s\n" % (
        status.encode()
    )
    said = blocks + b"Diagnostic-Code: smtp; 550 no such user\n"
    return REPORT % (to.encode(), b"delivery-status", b"message/delivery-status", said)


def complaint(to: str) -> bytes:
    said = b"Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n"
    return REPORT % (to.encode(), b"feedback-report", b"message/feedback-report", said)


def test_a_permanent_failure_stops_the_address_and_the_next_mail_says_so(mail: Mail) -> None:
    to = bounces.return_address(mail)
    bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    row = StoppedAddress.objects.get()
    assert (row.address, row.because, row.words) == ("ada@example.org", "bounced", "smtp; 550 no such user")
    mail.refresh_from_db()
    assert mail.bounced_at == NOW
    other = sent("a:2")
    assert other.state == Mail.REFUSED
    assert other.reason == "Nothing goes to this address: mail to it came back."


def test_a_delay_stops_nothing_and_a_complaint_does(mail: Mail) -> None:
    to = bounces.return_address(mail)
    bounces.receive(delivery(to, "4.4.7"), to=to, at=NOW)
    assert not StoppedAddress.objects.exists()
    bounces.receive(complaint(to), to=to, at=NOW)
    bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    assert StoppedAddress.objects.get().because == "complained"
    assert JournalEntry.objects.filter(what="stopped address").count() == 1


@pytest.mark.parametrize("forged", ["", "bounces+1.{bad}@x", "bounces+{other}.{good}@x", "bounces+9{pk}.{good}@x"])
def test_a_forged_report_is_not_believed(mail: Mail, forged: str) -> None:
    good = bounces.return_address(mail).partition(".")[2].partition("@")[0]
    to = forged.format(bad="0" * 24, good=good, other=mail.pk + 1, pk=mail.pk)
    with pytest.raises(bounces.NotBelieved):
        bounces.receive(delivery(to, "5.1.1"), to=to, at=NOW)
    assert not StoppedAddress.objects.exists()


def test_a_letter_of_words_is_no_report(mail: Mail) -> None:
    with pytest.raises(bounces.NotBelieved):
        bounces.receive(b"Subject: out of office\n\nBack on Monday.", to=bounces.return_address(mail), at=NOW)


def test_the_command_reads_what_a_pipe_hands_over(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    def hand_over(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        call_command("read_bounce")

    with pytest.raises(CommandError):
        hand_over(delivery("bounces+1.000000000000000000000000@x", "5.1.1"))
    hand_over(delivery(bounces.return_address(mail), "5.1.1"))
    assert StoppedAddress.objects.count() == 1


def test_the_secretariat_lets_letters_go_there_again(mail: Mail, sign_in: Any) -> None:
    bounces.stop(mail, because="bounced", words="550", at=NOW)
    client = sign_in(secretariat())
    page = client.get("/group/letters/").content.decode()
    assert "ada@example.org" in page
    client.post("/group/letters/", {"use": StoppedAddress.objects.get().pk})
    assert sent("a:3").state == Mail.SENT
    assert JournalEntry.objects.filter(what="used address again").count() == 1


def test_a_new_address_of_the_person_is_written_to(mail: Mail) -> None:
    person = PersonFactory(email="ada@example.org")
    bounces.stop(mail, because="bounced", words="550", at=NOW)
    letters.write(kind="now", about="a:9", to=letters.To(person), words=kinds.Words("x", "y"), at=NOW)
    person.email = "new@example.org"
    person.save()
    post(NOW)
    assert Mail.objects.get(person=person).state == Mail.SENT
