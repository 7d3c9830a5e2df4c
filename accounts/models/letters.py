"""The ledger of letters: a Letter is a reason to write, a Mail is what goes over the wire, with all that befell it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.who import Person
from counting import working_days


class Sender(models.Model):
    """One process while it sends; it holds a lock of this number (accounts.owners), so its death is known at once."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.pk} since {self.began_at:%Y-%m-%d %H:%M}"


class MailQuerySet(models.QuerySet["Mail"]):
    def to_send(self, at: datetime) -> MailQuerySet:
        """Those whose turn it is: new ones, and ones to try again; digests only within the hours for letters."""
        turn = self.filter(state__in=[Mail.WAITING, Mail.RETRY], not_before__lte=at)
        return turn if working_days.is_open(at) else turn.filter(day=None)

    def not_arrived(self) -> MailQuerySet:
        """Those that were refused, or came back."""
        return self.filter(Q(state=Mail.REFUSED) | Q(bounced_at__isnull=False))


class Mail(models.Model):
    """One mail to one address: one or more letters. Its Message-ID and date are the same at every try.

    `day` is set on a digest, the one mail that a person gets on that day in London; mails that go at once have none.
    `text` is written when it first goes, and empty again once it was kept as long as it may be.
    """

    WAITING, SENDING, SENT, REFUSED = "waiting", "sending", "sent", "refused"
    RETRY, DOUBT, HELD, DROPPED = "retry", "doubt", "held", "dropped"
    STATES = [
        (WAITING, _("waiting to be sent")),
        (SENDING, _("being sent")),
        (SENT, _("sent")),
        (REFUSED, _("refused")),
        (RETRY, _("to be tried again")),
        (DOUBT, _("in doubt")),
        (HELD, _("held for a person to decide")),
        (DROPPED, _("not sent")),
    ]

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to = models.EmailField()
    day = models.DateField(null=True, blank=True)
    message_id = models.CharField(max_length=100, unique=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=STATES, default=WAITING)
    not_before = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    resent = models.PositiveIntegerField(default=0)
    """How often it went again though nobody knew whether it had gone before; each may have come twice."""
    sender = models.ForeignKey(Sender, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who sends it, or sent it last."""
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    """Why it is in this state; of a sent one what the mail server answered."""
    bounced_at = models.DateTimeField(null=True, blank=True)
    """When the mail server of the person said that it never arrived, or she complained."""
    delivered_at = models.DateTimeField(null=True, blank=True)
    """When the provider told that it reached the mail server of the person; perhaps before we knew that it went."""
    told_at = models.DateTimeField(null=True, blank=True)
    """When whoever looks after its letters was told that it was refused or came back (accounts.undelivered)."""

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], condition=Q(day__isnull=False), name="one_digest_a_day"),
            models.CheckConstraint(condition=~Q(to="") & ~Q(message_id=""), name="mail_to_somebody"),
            models.CheckConstraint(condition=Q(day__isnull=True) | Q(person__isnull=False), name="digest_of_a_person"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "refused", "retry", "doubt", "held", "dropped"]),
                name="known_state_of_mail",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, tries__gte=1)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent"]) | (Q(sender__isnull=False) & ~Q(subject="")),
                name="mail_sent_by_a_sender",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(state__in=["waiting", "sending", "sent"]), name="mail_not_sent_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(bounced_at__isnull=True) | Q(state="sent"), name="only_a_sent_mail_bounces"
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True) | Q(state="refused") | Q(bounced_at__isnull=False),
                name="told_of_what_did_not_arrive",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(tries__gte=1), name="only_a_tried_mail_is_delivered"
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state__in=["waiting", "retry"]), name="mail_to_send"),
            models.Index(fields=["sender"], condition=Q(state="sending"), name="mail_being_sent"),
            models.Index(fields=["state"], condition=Q(state__in=["doubt", "held", "refused"]), name="mail_to_look_at"),
            models.Index(fields=["bounced_at"], condition=Q(bounced_at__isnull=False), name="mail_came_back"),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="mail_sent"),
            models.Index(
                fields=["id"],
                condition=Q(told_at__isnull=True) & (Q(state="refused") | Q(bounced_at__isnull=False)),
                name="mail_to_tell_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject or self.get_state_display()}"


class MailChange(models.Model):
    """One change of a mail's state, or what was told of it since, when and why; never changed."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="changes")
    state = models.CharField(max_length=7, choices=Mail.STATES)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.mail_id}: {self.state}"


class StoppedAddress(models.Model):
    """An address to which nothing goes any more: what was sent there came back, or its reader complained."""

    BOUNCED, COMPLAINED = "bounced", "complained"
    REASONS = [(BOUNCED, _("mail to it came back")), (COMPLAINED, _("its reader marked our mail as unwanted"))]

    address = models.EmailField(unique=True)
    because = models.CharField(max_length=10, choices=REASONS)
    words = models.CharField(max_length=300, blank=True)
    """What the other mail server said."""
    at = models.DateTimeField()
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(because__in=["bounced", "complained"]), name="known_reason_to_stop"),
            models.CheckConstraint(condition=Q(address=Lower("address")) & ~Q(address=""), name="stopped_in_small"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.because}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, at: datetime) -> LetterQuerySet:
        """Planned ones whose time has come."""
        return self.filter(state=Letter.PLANNED, due_at__lte=at)

    def open(self) -> LetterQuerySet:
        """Those that may still go: planned, or in a mail that has not gone."""
        waiting = Q(mail__isnull=True) | Q(mail__state__in=[Mail.WAITING, Mail.RETRY, Mail.DOUBT, Mail.HELD])
        return self.filter(waiting, state__in=[Letter.PLANNED, Letter.GATHERED])


class Letter(models.Model):
    """One reason to write to one recipient, ever: (kind, about, version, step, recipient). No person helped is in it.

    The recipient is a person, or an address where there is no person yet. `version` is that of the date that the
    letter is about, `step` its place on a ladder ("-14": a fortnight before). Words are written at once or, where the
    kind writes them (accounts.kinds), when the mail first goes.
    """

    PLANNED, GATHERED, CANCELLED, SUPERSEDED = "planned", "gathered", "cancelled", "superseded"
    STATES = [
        (PLANNED, _("planned")),
        (GATHERED, _("in a mail")),
        (CANCELLED, _("cancelled")),
        (SUPERSEDED, _("a later one went instead")),
    ]

    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    """What it is about, as the journal names things: "accounts.invitation:7"."""
    version = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField(blank=True)
    at_once = models.BooleanField(default=True)
    """Whether it goes at any hour in a mail of its own; else in the day's digest, within hours."""
    due_at = models.DateTimeField()
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default=PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was cancelled or superseded."""
    changed_at = models.DateTimeField()
    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about", "version", "step", "person"],
                condition=Q(person__isnull=False),
                name="letter_to_a_person_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "about", "version", "step", "address"],
                condition=Q(person__isnull=True),
                name="letter_to_an_address_once",
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(about=""), name="letter_says_why"),
            models.CheckConstraint(
                condition=(Q(person__isnull=False) & Q(address="")) | (Q(person__isnull=True) & ~Q(address="")),
                name="letter_to_a_person_or_an_address",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(at_once=True), name="letter_of_a_digest_to_a_person"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", mail__isnull=True)
                | Q(state="gathered", mail__isnull=False)
                | (Q(state__in=["cancelled", "superseded"]) & ~Q(reason="")),
                name="letter_in_a_mail_or_not_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="planned"), name="letter_planned"),
            models.Index(fields=["person"], condition=Q(state="planned"), name="letter_planned_for"),
            models.Index(fields=["about", "kind"], name="letter_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.step} about {self.about}"

    @property
    def to(self) -> str:
        """The address it went to or would go to; with mail and person fetched beforehand."""
        if self.mail:
            return self.mail.to
        return self.person.email if self.person else self.address
