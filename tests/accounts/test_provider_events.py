"""What the mail provider tells by itself, through the library's own door: believed with the secret, else not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import doubts, gathering, kinds, letters, owners, providers, sending, wire
from accounts.models import Mail, MailChange, StoppedAddress
from tests.accounts.posting import post
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SECRET, KEY = "provider:a-long-random-text", "another-long-text"
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def provider(settings: LazySettings) -> None:
    kinds.know(kinds.Kind("now", "at once"))
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


def waiting() -> Mail:
    letters.write(kind="now", about="a:1", to=letters.To(address=ADA), words=kinds.Words("Hello", "A word."), at=NOW)
    gathering.gather(at=NOW)
    return Mail.objects.get()


@pytest.fixture
def mail() -> Mail:
    waiting()
    post(NOW)
    return Mail.objects.get()


def tell(event: Any, secret: str = SECRET) -> int:
    basic = "Basic " + base64.b64encode(secret.encode()).decode()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    headers = {"Authorization": basic} if secret else {}
    sent = client.post("/mail-events/", json.dumps(event), content_type="application/json", headers=headers)
    return int(sent.status_code)


def postmark(mail: Mail, kind: str, **more: Any) -> dict[str, Any]:
    said = {"RecordType": kind, "MessageID": "b7bc2f4a", "Metadata": {"mail": str(mail.pk)}}
    who = "Email" if kind in ("Bounce", "SpamComplaint") else "Recipient"
    return {**said, who: ADA, "DeliveredAt": "2026-11-21T09:00:00Z", **more}


def mailgun(mail: Mail) -> dict[str, Any]:
    signature = hmac.new(KEY.encode(), b"1700000000token", hashlib.sha256).hexdigest()
    data = {"event": "delivered", "recipient": ADA, "timestamp": 1700000000.5}
    headers = {"message": {"headers": {"message-id": mail.message_id}}}
    return {
        "signature": {"token": "token", "timestamp": "1700000000", "signature": signature},
        "event-data": {**data, **headers},
    }


DELIVERED = {
    "brevo": lambda mail: {"event": "delivered", "email": ADA, "message-id": f"<{mail.message_id}>"},
    "mailgun": mailgun,
    "mailjet": lambda mail: [
        {"event": "sent", "time": 1700000000, "email": ADA, "Payload": json.dumps({"mail": str(mail.pk)})}
    ],
    "postmark": lambda mail: postmark(mail, "Delivery"),
    "sparkpost": lambda mail: [
        {"msys": {"message_event": {"type": "delivery", "raw_rcpt_to": ADA, "rcpt_meta": {"mail": str(mail.pk)}}}}
    ],
}


@pytest.mark.parametrize("name", sorted(DELIVERED))
def test_each_provider_settles_a_mail_in_doubt_as_sent(mail: Mail, name: str, settings: LazySettings) -> None:
    settings.MAIL_PROVIDER = name
    Mail.objects.update(state="doubt", sent_at=None, reason="Its sender died over it.")
    assert tell(DELIVERED[name](mail)) == 200
    mail.refresh_from_db()
    assert (mail.state, mail.resent) == (Mail.SENT, 0)
    assert MailChange.objects.filter(mail=mail, state="sent").count() == 2
    assert set(DELIVERED) == set(providers.HEADERS)


@pytest.mark.parametrize("state", ["held", "retry"])
def test_one_that_is_held_or_would_go_once_more_is_settled_too(mail: Mail, state: str) -> None:
    Mail.objects.update(state=state, sent_at=None, reason="Nobody can say whether it went.")
    tell(postmark(mail, "Delivery"))
    mail.refresh_from_db()
    assert mail.state == Mail.SENT


def test_told_before_anybody_knew_that_the_sender_died_it_is_not_sent_again(settings: LazySettings) -> None:
    """The provider tells within a second, the next knock comes after fifteen."""
    mail = waiting()
    with owners.Owner(at=NOW) as owner:
        sending._claim(owner, NOW)
        assert tell(postmark(mail, "Delivery")) == 200
        mail.refresh_from_db()
        assert mail.state == Mail.SENDING
    doubts.clear_up(at=NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.resent) == (Mail.SENT, 0)


def test_where_the_provider_tells_by_itself_it_has_ten_minutes(settings: LazySettings) -> None:
    assert doubts.patience() == timedelta(seconds=settings.EMAIL_TIMEOUT, minutes=10)
    settings.MAIL_ASK_URL = "https://provider.example.org/{message_id}"
    assert doubts.patience() == timedelta(seconds=settings.EMAIL_TIMEOUT + settings.MAIL_ASK_AFTER)


def test_one_that_was_never_tried_is_not_said_to_have_gone() -> None:
    mail = waiting()
    tell(postmark(mail, "Delivery"))
    mail.refresh_from_db()
    assert mail.state == Mail.WAITING


@pytest.mark.parametrize("state", ["sent", "doubt"])
@pytest.mark.parametrize(
    ("event", "because"),
    [
        ({"kind": "Bounce", "Type": "HardBounce", "Details": "smtp;550 5.1.1 no such user"}, "bounced"),
        ({"kind": "Bounce", "Type": "BadEmailAddress"}, "bounced"),
        ({"kind": "SpamComplaint", "Type": "SpamComplaint"}, "complained"),
        ({"kind": "Bounce", "Type": "SoftBounce", "Details": "smtp;452 4.2.2 mailbox full"}, ""),
        ({"kind": "Bounce", "Type": "HardBounce", "Details": "421 try later"}, ""),
        ({"kind": "Bounce", "Type": "Blocked"}, ""),
    ],
)
def test_what_came_back_for_good_stops_the_address_and_a_full_mailbox_does_not(
    mail: Mail, state: str, event: dict[str, str], because: str
) -> None:
    if state == "doubt":
        Mail.objects.update(state="doubt", sent_at=None, reason="Its sender died over it.")
    for _each in range(2):
        assert tell(postmark(mail, **event)) == 200
    mail.refresh_from_db()
    assert mail.state == Mail.SENT
    assert mail.bounced_at is not None
    assert list(StoppedAddress.objects.values_list("address", "because")) == ([(ADA, because)] if because else [])


def test_a_delay_is_noted_and_an_opened_mail_is_nothing(mail: Mail) -> None:
    before = MailChange.objects.count()
    tell(postmark(mail, "Bounce", Type="Transient", Details="421 later"))
    tell(postmark(mail, "Open"))
    assert MailChange.objects.count() == before + 1
    assert MailChange.objects.last().reason == "It is delayed: 421 later"
    assert not StoppedAddress.objects.exists()


# --- forged -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("secret", ["", "provider:guess", "provider:", "a-long-random-text"])
def test_who_does_not_know_the_secret_is_not_believed_and_is_logged(
    mail: Mail, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert tell(postmark(mail, "Bounce", Type="HardBounce"), secret) == 400
    assert not StoppedAddress.objects.exists()
    mail.refresh_from_db()
    assert (mail.bounced_at, mail.delivered_at) == (None, None)
    assert "basic auth" in caplog.text


def test_with_the_secret_but_without_mailguns_signature_nothing_is_believed(mail: Mail, settings: LazySettings) -> None:
    settings.MAIL_PROVIDER = "mailgun"
    event = mailgun(mail)
    event["signature"]["signature"] = "0" * 64
    assert tell(event) == 400
    mail.refresh_from_db()
    assert mail.delivered_at is None


def test_where_no_secret_was_set_nobody_is_believed(mail: Mail) -> None:
    from funders_portal import settings as shipped

    assert len(shipped.ANYMAIL["WEBHOOK_SECRET"]) > 30
    assert len(shipped.ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"]) > 30


def test_an_event_about_another_address_or_no_mail_of_ours_changes_nothing(mail: Mail) -> None:
    for wrong in (
        postmark(mail, "Bounce", Type="HardBounce", Email="eve@example.org"),
        postmark(mail, "Bounce", Type="HardBounce", Metadata={"mail": str(mail.pk + 1)}),
        postmark(mail, "Bounce", Type="HardBounce", Metadata={"mail": "9" * 40}),
        postmark(mail, "Bounce", Type="HardBounce", Metadata={}),
    ):
        assert tell(wrong) == 200
    assert not StoppedAddress.objects.exists()


def test_where_no_provider_is_named_there_is_no_such_page(mail: Mail, settings: LazySettings) -> None:
    settings.MAIL_PROVIDER = ""
    assert tell(postmark(mail, "Delivery")) == 404


def test_what_comes_while_the_mail_is_on_the_wire_must_be_told_again(mail: Mail) -> None:
    Mail.objects.update(state="sending", sent_at=None)
    assert tell(postmark(mail, "Bounce", Type="HardBounce")) == 503
    assert not StoppedAddress.objects.exists()


# --- how a mail bears its number ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(providers.HEADERS))
def test_a_mail_bears_its_number_in_the_providers_own_header(mail: Mail, name: str, settings: LazySettings) -> None:
    settings.MAIL_PROVIDER = name
    header, _written = providers.HEADERS[name]
    assert str(mail.pk) in message_from_bytes(wire.content(mail))[header]
    assert wire.content(mail) == wire.content(Mail.objects.get())
    settings.MAIL_PROVIDER = ""
    assert header not in message_from_bytes(wire.content(mail))


def test_a_provider_that_nobody_knows_is_said_at_once(settings: LazySettings) -> None:
    settings.MAIL_PROVIDER = "pigeon"
    with pytest.raises(CommandError, match="pigeon"):
        call_command("check")
