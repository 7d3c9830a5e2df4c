"""What a charity asks of a funder outside a report, and whom it can ring."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from grants.models import Grant
from outcomes.models.due import ReportDue


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> RequestQuerySet:
        return self.filter(answered_at=None)

    def visible_to(self, person: Any) -> RequestQuerySet:
        """The people of the charity and of the funder of the grant."""
        return self.filter(grant__in=Grant.objects.as_party(person))


class Request(models.Model):
    """More time for a report, a new contact, a changed outcome: asked by the charity, answered by the funder."""

    TIME, CONTACT, OUTCOME = "time", "contact", "outcome"
    KINDS = [
        (TIME, _("more time for a report")),
        (CONTACT, _("somebody else to write to")),
        (OUTCOME, _("something else than was agreed")),
    ]

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=KINDS)
    due = models.ForeignKey(ReportDue, null=True, blank=True, on_delete=models.CASCADE, related_name="requests")
    until = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=1_000)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    agreed = models.BooleanField(null=True, blank=True)
    answer = models.CharField(max_length=1_000, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="time", due__isnull=False, until__isnull=False)
                | Q(kind__in=["contact", "outcome"], due__isnull=True, until__isnull=True),
                name="request_for_time_names_report_and_day",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="request_says_why"),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, answered_by__isnull=True, answered_at__isnull=True, answer="")
                | Q(agreed=True, answered_by__isnull=False, answered_at__isnull=False)
                | (Q(agreed=False, answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="request_answered_whole_and_declined_with_words",
            ),
            models.UniqueConstraint(
                fields=["due"], condition=Q(answered_at__isnull=True, due__isnull=False), name="one_open_request_a_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.grant}"


class FunderContact(models.Model):
    """Whom a charity can ring at a funder; and where a safeguarding concern belongs, which is not a report."""

    funder = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    ring = models.CharField(_("ring us instead of writing"), max_length=200, blank=True)
    safeguarding = models.CharField(_("where a safeguarding concern belongs"), max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.funder}: {self.ring}"


class Learning(models.Model):
    """What did not work somewhere, told to the group without a name: edited by the secretariat, agreed by the charity.

    Nobody but the charity and the secretariat reads it before it is agreed; `answer` is never shown with it.
    """

    answer = models.OneToOneField("outcomes.Answer", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    edited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    agreed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-agreed_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="learning_says_something"),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True, agreed_at__isnull=True)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="learning_agreed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text[:60]}"


class FollowUp(models.Model):
    """Of a research grant, after its last report: were the findings used, by whom, and what shows it."""

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    used = models.BooleanField(_("were the findings used"), null=True, blank=True)
    by_whom = models.CharField(_("by whom"), max_length=500, blank=True)
    shown_by = models.CharField(_("what shows it"), max_length=1_000, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    used__isnull=True, answered_by__isnull=True, answered_at__isnull=True, by_whom="", shown_by=""
                )
                | Q(used=False, answered_by__isnull=False, answered_at__isnull=False)
                | (
                    Q(used=True, answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(by_whom="")
                    & ~Q(shown_by="")
                ),
                name="findings_used_by_somebody_and_shown",
            )
        ]

    def __str__(self) -> str:
        return f"{self.grant}: {self.used}"

    def get_absolute_url(self) -> str:
        return reverse("follow_up", args=[self.pk])
