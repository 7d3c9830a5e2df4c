"""A report: written once about a project, delivered to each funder that it is owed to, answered by each."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Person
from grants.models import Grant, JoinedGrant, Project
from outcomes.models.asked import Question
from outcomes.models.due import FORMS, FULL, ReportDue


class ReportQuerySet(models.QuerySet["Report"]):
    def written_by(self, person: Any) -> ReportQuerySet:
        """Those of the charities to which this person belongs."""
        if not person.is_authenticated:
            return self.none()
        own = Grant.objects.current().filter(recipient_rows__organisation__in=person.grantee_ids)
        joined = JoinedGrant.objects.moved().filter(grant__in=own)
        return self.filter(Q(project__in=own.values("project")) | Q(project__in=joined.values("came_from")))

    def told_to(self, person: Any) -> ReportQuerySet:
        """Those about whose letters and dates this person may read: the charity's people and the grants' funders."""
        if not person.is_authenticated:
            return self.none()
        funded = Grant.objects.current().filter(funder__in=person.funder_ids)
        written = self.written_by(person).values("pk")
        return self.filter(Q(pk__in=written) | Q(project__in=funded.values("project")))

    def struck_by(self, person: Any) -> ReportQuerySet:
        """Those in which this person may black something out: the charity's leads, and the secretariat."""
        if not person.is_authenticated:
            return self.none()
        if person.is_secretariat:
            shared = Grant.objects.filter(project=OuterRef("project"), held_back=False)
            return self.filter(Exists(shared))
        led = [each.organisation_id for each in person.own_memberships if each.role == Membership.LEAD]
        own = Grant.objects.current().filter(recipient_rows__organisation__in=led)
        return self.filter(project__in=own.values("project"))


class Report(models.Model):
    """What a charity tells of one project's window. Made together with the dues that it meets.

    draft: what was typed and not yet handed in, by name of field: {"value", "version", "by", "at"}; no history.
    draft_version rises with every save.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    form = models.CharField(max_length=12, choices=FORMS[:-1], default=FULL)
    draft = models.JSONField(default=dict, blank=True)
    draft_version = models.PositiveIntegerField(default=0)
    draft_at = models.DateTimeField(null=True, blank=True)
    draft_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    """When it was first handed in."""
    submitted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["end", "start", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "start", "end"], name="report_once"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="report_dates_in_order"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="report_handed_in_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}, {self.start} to {self.end}"


class Answer(models.Model):
    """An answer in words, as it stood after one change; corrected by a new revision with its reason."""

    KEPT, LEARNING, AFTER_RENEWAL, NOW = "kept", "learning", "after_renewal", "now"
    READERS = [
        (KEPT, _("kept by us")),
        (LEARNING, _("to the group's learning, without our name")),
        (AFTER_RENEWAL, _("to our funders, after the renewal is decided")),
        (NOW, _("to our funders now")),
    ]

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    text = models.TextField(blank=True)
    reader = models.CharField(max_length=13, choices=READERS, default=NOW)
    """Who may read it; chosen each time where the question says so."""
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    blacked_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["question__position", "question", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["report", "question", "revision"], name="one_answer_a_revision"),
            models.UniqueConstraint(
                fields=["report", "question"], condition=Q(superseded_at__isnull=True), name="one_current_answer"
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | (Q(revision__gt=1) & ~Q(reason="")), name="answer_corrected_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(reader__in=["kept", "learning", "after_renewal", "now"]), name="known_reader"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} of {self.report_id}, revision {self.revision}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, person: Any) -> DeliveryQuerySet:
        """Those to the funders and from the charities of this person; nobody else reads reports."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(due__grant__in=Grant.objects.as_party(person))

    def to_answer(self) -> DeliveryQuerySet:
        """Handed in, and the funder has not answered."""
        return self.filter(state=Delivery.HANDED_IN)


class Delivery(models.Model):
    """A report as one funder has it, for one of its dues, and what that funder answered."""

    HANDED_IN, RETURNED, ACCEPTED = "handed_in", "returned", "accepted"
    STATES = [
        (HANDED_IN, _("handed in, not yet answered")),
        (RETURNED, _("returned with a note")),
        (ACCEPTED, _("accepted")),
    ]

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="deliveries")
    due = models.ForeignKey(ReportDue, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=9, choices=STATES, default=HANDED_IN)
    handed_in_at = models.DateTimeField()
    """When it last came to the funder; its clock runs from here."""
    answered_at = models.DateTimeField(null=True, blank=True)
    feedback = models.TextField(_("what we learned, and what we did with it"), blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    """When the charity last changed something that this funder had accepted."""

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["handed_in_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "due"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["handed_in", "returned", "accepted"]), name="known_delivery"),
            models.CheckConstraint(
                condition=Q(state="handed_in", answered_at__isnull=True)
                | (Q(state__in=["returned", "accepted"]) & Q(answered_at__isnull=False)),
                name="delivery_answered_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["handed_in", "returned"]) | (Q(state="accepted") & ~Q(feedback="")),
                name="accepted_with_feedback",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} for {self.due_id}: {self.state}"


class ReviewEventQuerySet(models.QuerySet["ReviewEvent"]):
    def came(self) -> ReviewEventQuerySet:
        """Those at which something came to the funder: handed in, again too."""
        return self.filter(step__in=ReviewEvent.CAME)


class ReviewEvent(models.Model):
    """One step of a delivery, which charity and funder both read; never changed."""

    CORRECTED = "corrected"
    CAME = (Delivery.HANDED_IN, CORRECTED)
    """The steps at which something came to the funder."""
    STEPS = [
        (Delivery.HANDED_IN, _("handed in")),
        (Delivery.RETURNED, _("returned with a note")),
        (Delivery.ACCEPTED, _("accepted")),
        (CORRECTED, _("corrected by the charity")),
    ]

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=9, choices=STEPS)
    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The one that a note is about."""
    indicator = models.ForeignKey(
        "outcomes.Indicator", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    blacked_out_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewEventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=["handed_in", "accepted"]) | (Q(step__in=["returned", "corrected"]) & ~Q(note="")),
                name="returned_or_corrected_with_a_note",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} at {self.at:%Y-%m-%d %H:%M}"


class DeliveredAnswer(models.Model):
    """The very revision of an answer that this funder has."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="delivered_answers")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "answer"], name="answer_delivered_once")]

    def __str__(self) -> str:
        return f"{self.answer_id} in {self.delivery_id}"


class DeliveredFigure(models.Model):
    """The very revision of a figure that this funder has."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="delivered_figures")
    figure = models.ForeignKey("outcomes.Measurement", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "figure"], name="figure_delivered_once")]

    def __str__(self) -> str:
        return f"{self.figure_id} in {self.delivery_id}"
