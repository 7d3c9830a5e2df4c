"""A mail on the wire: its bytes, the same at every try, and what came of sending it."""

from __future__ import annotations

import json
import logging
import re
import smtplib
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.utils import format_datetime
from time import monotonic
from urllib.parse import quote

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import providers, return_addresses
from accounts.models import Mail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: one of Mail's states (sent, refused, retry, doubt) and the server's words or ours.

    no_line: no other mail would go either, because the server does not answer.
    """

    state: str
    reason: str
    no_line: bool = False


def message(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes; Message-ID, Date and all else depend on its row alone."""
    headers = {
        "Message-ID": f"<{mail.message_id}>",
        "Date": format_datetime(mail.made_at),
        "Auto-Submitted": "auto-generated",
        **providers.marks(mail),
    }
    letter = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    html = render_to_string("accounts/letter.html", {"paragraphs": mail.text.split("\n\n"), "subject": mail.subject})
    letter.attach_alternative(html, "text/html")
    return letter


def content(mail: Mail) -> bytes:
    """Its bytes. The line between its two parts would be random otherwise."""
    whole = message(mail).message()
    whole.set_boundary(f"=={mail.message_id.partition('@')[0]}==")
    return bytes(whole.as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own can, its stubs do not know


class Wire:
    """One line to where mails go, opened when the first goes and again where it broke."""

    def __init__(self) -> None:
        self.backend = get_connection()

    def close(self) -> None:
        self.backend.close()

    def send(self, mail: Mail) -> Outcome:
        """Try it once. Never raises for what a mail server may do."""
        try:
            whole = content(mail)
        except ValueError:
            return Outcome(Mail.REFUSED, _("This letter cannot be sent to this address as it is."))
        if isinstance(self.backend, smtp.EmailBackend):
            return self._speak_smtp(self.backend, mail, whole)
        return self._hand_over(mail)

    def _speak_smtp(self, backend: smtp.EmailBackend, mail: Mail, whole: bytes) -> Outcome:
        """The dialogue step by step, because only the last one leaves a doubt. It is not begun late: a sender whose
        lock was lost meanwhile must not send what others already settle (doubts.patience).
        """
        began = monotonic()
        try:
            backend.open()
        except (OSError, smtplib.SMTPException) as problem:
            return Outcome(Mail.RETRY, _in_words(problem), no_line=True)
        line = backend.connection
        assert line
        is_told = False
        try:
            line.ehlo_or_helo_if_needed()
            for code, words in (_mail_from(line, mail), line.rcpt(mail.to)):
                if code not in (250, 251):
                    return self._said_no(line, code, words)
            code, words = line.docmd("data")
            if code != 354:
                return self._said_no(line, code, words)
            if monotonic() - began > settings.EMAIL_TIMEOUT:
                raise TimeoutError
            is_told = True
            line.send(re.sub(rb"(?m)^\.", b"..", whole) + b"\r\n.\r\n")
            code, words = line.getreply()
        except ValueError:
            return self._said_no(line, 553, _("The address cannot be written in a letter.").encode())
        except (OSError, smtplib.SMTPException) as problem:
            backend.connection = None
            line.close()
            return Outcome(Mail.DOUBT if is_told else Mail.RETRY, _in_words(problem), no_line=not is_told)
        return Outcome(Mail.SENT, _clean(words)) if code == 250 else self._said_no(line, code, words)

    def _said_no(self, line: smtplib.SMTP, code: int, words: bytes) -> Outcome:
        """5xx is for good, anything else is tried again; 421 ends the line as well."""
        if code == 421:
            self.backend.connection = None  # type: ignore[attr-defined]
            line.close()
        else:
            line.rset()
        said = f"{code} {_clean(words)}"
        return Outcome(Mail.REFUSED if 500 <= code < 600 else Mail.RETRY, said[:300], no_line=code == 421)

    def _hand_over(self, mail: Mail) -> Outcome:
        """Through a backend that says only whether it raised: files, or a provider's own."""
        whole = message(mail)
        whole.connection = self.backend
        try:
            whole.send()
        except ValueError:
            return Outcome(Mail.REFUSED, _("This letter cannot be sent to this address as it is."))
        except smtplib.SMTPRecipientsRefused as problem:
            code, words = next(iter(problem.recipients.values()))
            return Outcome(Mail.REFUSED if 500 <= code < 600 else Mail.RETRY, f"{code} {_clean(words)}"[:300])
        except (OSError, smtplib.SMTPException) as problem:
            return Outcome(Mail.RETRY, _in_words(problem), no_line=True)
        return Outcome(Mail.SENT, "")


def _mail_from(line: smtplib.SMTP, mail: Mail) -> tuple[int, bytes]:
    return line.mail(return_addresses.of(mail))


def _clean(words: bytes) -> str:
    return words.decode("utf-8", "replace").replace("\x00", "").replace("\n", " ")[:280]


def _in_words(problem: Exception) -> str:
    return str(_("The mail server did not take the letter (%(kind)s).") % {"kind": type(problem).__name__})


# --- asking the provider ------------------------------------------------------------------------------------------
def can_ask() -> bool:
    return bool(settings.MAIL_ASK_URL)


def has_arrived(mail: Mail) -> bool | None:
    """Whether the provider has the mail, by its Message-ID; None where it does not answer.

    MAIL_ASK_URL with {message_id} in it answers JSON with a list of what it found ("items", "messages", "Messages"), as
    those of Mailgun, Mailpit and Postmark do.
    """
    address = settings.MAIL_ASK_URL.replace("{message_id}", quote(mail.message_id, safe=""))
    headers = {"Accept": "application/json"}
    if settings.MAIL_ASK_AUTHORISATION:
        headers["Authorization"] = settings.MAIL_ASK_AUTHORISATION
    try:
        asked = urllib.request.Request(address, headers=headers)  # noqa: S310 - the address is the operator's own
        with urllib.request.urlopen(asked, timeout=settings.EMAIL_TIMEOUT) as answer:  # noqa: S310
            found = json.load(answer)
    except (OSError, ValueError, urllib.error.URLError) as problem:
        log.warning("The mail provider could not be asked about mail %s: %s", mail.pk, type(problem).__name__)
        return None
    lists = [found[name] for name in ("items", "messages", "Messages") if isinstance(found.get(name), list)]
    return bool(lists[0]) if lists else None
