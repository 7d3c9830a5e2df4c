"""When a report is due, to whom, and how long a one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from grants.models import Grant

FULL, SHORT, CONVERSATION, DOCUMENT, NOTHING = "full", "short", "conversation", "document", "nothing"
FORMS = [
    (FULL, _("a full report")),
    (SHORT, _("a short report")),
    (CONVERSATION, _("a conversation, which the officer writes up")),
    (DOCUMENT, _("a report that you have anyway")),
    (NOTHING, _("no report")),
]
AWARD, PAYMENT, MEETING, YEAR_END = "award", "payment", "meeting", "year_end"
ANCHORS = [
    (AWARD, _("the award date")),
    (PAYMENT, _("a payment")),
    (MEETING, _("a meeting of the funders")),
    (YEAR_END, _("the charity's own year-end")),
]


class ReportRule(models.Model):
    """What a funder asks of a grant of at least this amount and length; of several that fit, the largest counts.

    Amounts in pence, lengths in whole months. `every` months a report, 0: one alone, at the end. A report is due
    `days_after` the last day that it is about.
    """

    funder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    from_amount = models.BigIntegerField(_("from an amount of"), default=0)
    from_months = models.PositiveIntegerField(_("and a length of (months)"), default=0)
    form = models.CharField(_("asks for"), max_length=12, choices=FORMS, default=FULL)
    every = models.PositiveIntegerField(_("every (months; 0: once, at the end)"), default=12)
    anchor = models.CharField(_("counted from"), max_length=8, choices=ANCHORS, default=AWARD)
    days_after = models.PositiveIntegerField(_("due so many days after the period"), default=30)

    class Meta:
        ordering = ["funder", "-from_amount", "-from_months"]
        constraints = [
            models.UniqueConstraint(fields=["funder", "from_amount", "from_months"], name="report_rule_once"),
            models.CheckConstraint(condition=Q(from_amount__gte=0), name="report_rule_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(form__in=["full", "short", "conversation", "document", "nothing"]),
                name="known_form_of_report",
            ),
            models.CheckConstraint(
                condition=Q(anchor__in=["award", "payment", "meeting", "year_end"]), name="known_anchor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder}: {self.get_form_display()}"


class ReportDueQuerySet(models.QuerySet["ReportDue"]):
    def open(self) -> ReportDueQuerySet:
        """Those that are still owed as far as the schedule says: not waived."""
        return self.filter(waived_at=None)

    def due_by(self, day: date) -> ReportDueQuerySet:
        return self.filter(due_on__lte=day)

    def about(self, projects: Collection[int]) -> ReportDueQuerySet:
        """Those that these projects' reports must meet: handed in for one of them, or not handed in and its grant's.

        What was reported stays with the project it was reported about, though the grant moves to another.
        """
        handed_in = Q(deliveries__report__project__in=projects)
        return self.filter(handed_in | Q(deliveries=None, grant__project__in=projects)).distinct()

    def visible_to(self, person: Any) -> ReportDueQuerySet:
        """The people of the charity and of the funder of the grant; nobody else."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(grant__in=Grant.objects.as_party(person))


class ReportDue(models.Model):
    """A report that one grant owes its funder: about which days, by when. Its version rises when its date moves."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    start = models.DateField(_("first day it is about"))
    end = models.DateField(_("last day it is about"))
    due_on = models.DateField(_("due on"), db_index=True)
    form = models.CharField(max_length=12, choices=FORMS[:-1], default=FULL)
    anchor = models.CharField(max_length=8, choices=ANCHORS, default=AWARD)
    version = models.PositiveIntegerField(default=1)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    waived_because = models.CharField(max_length=300, blank=True)

    objects = ReportDueQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "start", "end"], name="report_due_once"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="report_due_dates_in_order"),
            models.CheckConstraint(condition=Q(due_on__gte=F("start")), name="report_due_not_before_it_begins"),
            models.CheckConstraint(condition=Q(version__gte=1), name="report_due_versions_from_one"),
            models.CheckConstraint(
                condition=Q(form__in=["full", "short", "conversation", "document"]), name="known_form_of_report_due"
            ),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True, waived_by__isnull=True, waived_because="")
                | (Q(waived_at__isnull=False, waived_by__isnull=False) & ~Q(waived_because="")),
                name="waived_by_somebody_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant}, {self.start} to {self.end}"

    @property
    def project_id(self) -> int:
        """The project that it is about; with deliveries and their reports fetched beforehand."""
        told = next((each.report.project_id for each in self.deliveries.all()), None)
        return told or self.grant.project_id
