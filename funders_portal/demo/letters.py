"""The demo's letters: those of its past went on their day, and two funders' reminders are on."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts import composing
from accounts.models import Letter, Mail, MailChange, Membership, Organisation, Sender
from outcomes import reminders, starting

STARTED = ("Quillfeather Trust (demo)", "Shared Harbour Collaborative (demo)")


def load(*, at: datetime) -> None:
    """After the reports: nothing of the demo's past is sent now."""
    sender = Sender.objects.create(began_at=at, ended_at=at)
    for letter in Letter.objects.filter(state=Letter.PLANNED).select_related("person").order_by("due_at", "id"):
        [words] = composing.words_of([letter], letter.due_at)
        went = letter.due_at
        mail = Mail.objects.create(
            person=letter.person, to=letter.to, message_id=f"{letter.pk}.past@demo.invalid", subject=words.subject,
            text=words.body, made_at=went, state=Mail.SENT, not_before=went, tries=1, sender=sender, changed_at=went,
            sent_at=went, reason="OK",
        )  # fmt: skip
        MailChange.objects.create(mail=mail, state=Mail.SENT, reason="OK", at=went)
        Letter.objects.filter(pk=letter.pk).update(mail=mail, state=Letter.GATHERED, changed_at=went)
    for funder in Organisation.objects.filter(name__in=STARTED):
        officer = Membership.objects.filter(organisation=funder, role=Membership.OFFICER)[0].person
        began = at - timedelta(days=30)
        seen = starting.print_of("usual", starting.coming(funder, "usual", at=began))
        starting.start(funder, preset="usual", seen=seen, by=officer, at=began)
    reminders.look(at=at)
