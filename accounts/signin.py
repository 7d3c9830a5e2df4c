"""Sign-in by a code: what the portal adds to allauth's flow, the code made by command, and the demo's door."""

from __future__ import annotations

import html
import logging
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import journal
from accounts.journal import Did
from accounts.models import Group, Person, SigninCode

CODE_LIVES = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
DEVICE_STAYS = timedelta(days=30)
"""How long a device stays signed in where the person asked for it; else until the browser closes."""
DEMO_PEOPLE = {
    "officer": "officer@quillfeather.demo.invalid",
    "secretariat": "secretariat@demo.invalid",
    "grantee": "lead@kestrel.demo.invalid",
}
"""Whom the demo's door lets in, by what the button sends."""

log = logging.getLogger(__name__)


class UnknownAddress(Exception):
    """Nobody who may sign in has this address."""


class DoorClosed(Exception):
    """The demo's door is shut, or nobody stands behind it."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up; letters say what they are; mail that fails is told, the same to everybody."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": gettext_lazy("This is not the code that was sent. Look for the newest mail from the portal."),
        "too_many_login_attempts": gettext_lazy(
            "Several codes were asked for in a short time. Use the newest one that came, or wait and ask again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added on a page by somebody who may."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        """As plain text; templates write an apostrophe for HTML."""
        mail: EmailMessage = super().render_mail(*args, **kwargs)
        mail.subject, mail.body = html.unescape(str(mail.subject)), html.unescape(str(mail.body))
        return mail

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it, or say on the page that mail is down, known address or not; the code page stands all the same."""
        about = {"group": Group.current(), "minutes": CODE_LIVES // timedelta(minutes=1)}
        try:
            super().send_mail(template_prefix, email, context | about)
        except OSError:
            log.exception("A sign-in mail could not be sent.")
            messages.error(self.request, _("The mail could not be sent just now. Ask again in some minutes."))


def tell_unknown(*, request: HttpRequest, address: str) -> None:
    """Write to an address that may not sign in, so that its owner is not left waiting for a code.

    Every address gets one mail in the same time, so neither page nor clock tells a stranger who is known here.
    """
    Adapter(request).send_mail("account/email/unknown_account", address, {"request": request})


def code_pending(request: HttpRequest) -> bool:
    """Whether this browser waits for a code that is still good."""
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    return bool(stage and LoginCodeVerificationProcess.resume(stage))


@transaction.atomic
def make_code(*, address: str, at: datetime) -> str:
    """A code of 8 figures for somebody whom mail does not reach; any earlier one is void.

    Raises UnknownAddress, worded, where nobody who may sign in has the address.
    """
    person = Person.objects.active().at(address).first()
    if person is None:
        raise UnknownAddress(_("Nobody who may sign in has the address %(address)s.") % {"address": address})
    code = get_random_string(8, allowed_chars="0123456789")
    SigninCode.objects.update_or_create(person=person, defaults={"digest": digest(person, code), "made_at": at})
    journal.record(what=Did.GAVE_SIGNIN_CODE, about=person, by=None, at=at)
    return code


def fits(*, person: Person, code: str, at: datetime) -> bool:
    """Whether this is the person's code made by command, still good."""
    made = SigninCode.objects.filter(person=person, made_at__gt=at - CODE_LIVES).first()
    typed = "".join(each for each in code if each.isalnum())
    return made is not None and constant_time_compare(made.digest, digest(person, typed))


def take_code(*, person: Person) -> bool:
    """Use up the person's code made by command; False where another hand took it first."""
    return bool(SigninCode.objects.filter(person=person).delete()[0])


def digest(person: Person, code: str) -> str:
    return salted_hmac("accounts.signin", f"{person.pk}:{code}", algorithm="sha256").hexdigest()


def demo_door_open() -> bool:
    """Only where no mail is set and the demo is loaded."""
    return settings.DEMO_DOOR and Group.objects.exclude(demo_loaded_on=None).exists()


@transaction.atomic
def enter_demo(*, who: str, at: datetime) -> Person:
    """The demo's person behind a button, noted in the journal. Raises DoorClosed."""
    person = Person.objects.active().at(DEMO_PEOPLE.get(who, "")).first() if demo_door_open() else None
    if person is None:
        raise DoorClosed
    journal.record(what=Did.ENTERED_DEMO, about=person, by=person, at=at)
    return person
