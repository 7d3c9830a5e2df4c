"""What the portal writes to somebody: one row a reason, with what became of it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.who import Person


class LetterQuerySet(models.QuerySet["Letter"]):
    def to_send(self, at: datetime) -> LetterQuerySet:
        """Those whose turn it is: new ones, ones to try again, ones whose sender died over them."""
        return self.filter(send_state__in=[Letter.WAITING, Letter.FAILED], not_before__lte=at)


class Letter(models.Model):
    """One reason to write, ever (`key`), to one address. It never holds anything about a person helped."""

    WAITING, SENT, FAILED, DROPPED = "waiting", "sent", "failed", "dropped"
    STATES = [
        (WAITING, _("waiting to be sent")),
        (SENT, _("sent")),
        (FAILED, _("could not be sent yet")),
        (DROPPED, _("not sent")),
    ]

    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField()
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=80, db_index=True)
    """What it is about, as the journal names things: "accounts.invitation:7"."""
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    """Empty only once the letter needs it no more."""
    made_at = models.DateTimeField()
    send_state = models.CharField(max_length=7, choices=STATES, default=WAITING)
    not_before = models.DateTimeField()
    """When it is tried next; while somebody sends it, when it would be taken for left behind."""
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    """Why the last try failed, or why it is not sent at all."""

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(to="") & ~Q(about="") & ~Q(subject=""), name="letter_says_why_to_whom_what"
            ),
            models.CheckConstraint(
                condition=~Q(body="") | Q(send_state__in=["sent", "dropped"]), name="letter_to_send_has_a_body"
            ),
            models.CheckConstraint(
                condition=Q(send_state__in=["waiting", "sent", "failed", "dropped"]), name="known_state_of_letter"
            ),
            models.CheckConstraint(
                condition=(Q(send_state="sent") & Q(sent_at__isnull=False) & Q(tries__gte=1))
                | (~Q(send_state="sent") & Q(sent_at__isnull=True)),
                name="letter_sent_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(problem="") | Q(send_state__in=["waiting", "sent"]), name="letter_not_sent_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(send_state__in=["waiting", "failed"]),
                name="letter_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
