"""When a funder's letters about reports go, and where each report stands with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from outcomes.models.reports import Report

LIGHT, USUAL, FIRM = "light", "usual", "firm"
PRESETS = [
    (LIGHT, _("light: 4 weeks and 3 days before, 7 days after")),
    (USUAL, _("usual: 4 and 2 weeks, 3 days before, the day itself, 7 and 14 days after")),
    (FIRM, _("firm: 8, 4 and 2 weeks, 3 days before, the day itself, 1, 7, 14 and 30 days after")),
]
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Marks a report whose letters are to be planned anew at the next look."""


class FunderLetters(models.Model):
    """A funder's choice of reminders. Nothing goes until an officer has seen what would and pressed Start."""

    funder = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    preset = models.CharField(_("how often"), max_length=5, choices=PRESETS, default=USUAL)
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField(null=True, blank=True)
    """Reports due before this day never have a letter."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(preset__in=["light", "usual", "firm"]), name="known_preset_of_letters"),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, started_by__isnull=True, from_day__isnull=True)
                | Q(started_at__isnull=False, started_by__isnull=False, from_day__isnull=False),
                name="letters_started_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder}: {self.preset}"


class LadderQuerySet(models.QuerySet["Ladder"]):
    def mark(self, reports: Collection[int]) -> None:
        """Have these reports' letters planned anew at the next look; made where they have none yet. Part of the
        transaction that changes what is owed, so that no letter is sent of what was true before it."""
        self.bulk_create([Ladder(report_id=each) for each in reports], ignore_conflicts=True)
        held = self.filter(report__in=reports).select_for_update(of=("self",)).order_by("id")
        self.filter(pk__in=list(held.values_list("pk", flat=True))).update(look_at=AT_ONCE)


class Ladder(models.Model):
    """Where one report stands with its reminders: the date they follow, which rises its version when it changes.

    due_on: the earliest date of the funders that pressed Start, None where no letter is to go. Every change of it
    makes the letters of earlier versions stale. look_at: when it is looked at next, None once the report is handed in.
    """

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=0)
    due_on = models.DateField(null=True, blank=True)
    preset = models.CharField(max_length=5, choices=PRESETS, blank=True)
    look_at = models.DateTimeField(null=True, blank=True, default=AT_ONCE)
    is_seen = models.BooleanField(default=False)
    """Whether an officer saw that it would have letters, or it came in so small a number that nobody need."""
    paused_until = models.DateField(null=True, blank=True)
    paused_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """To whom the charity wants them sent; None: to its leads."""

    objects = LadderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, preset="")
                | (Q(due_on__isnull=False, preset__in=["light", "usual", "firm"], version__gte=1)),
                name="ladder_with_a_date_and_steps",
            ),
            models.CheckConstraint(
                condition=Q(paused_until__isnull=True, paused_by__isnull=True)
                | Q(paused_until__isnull=False, paused_by__isnull=False),
                name="letters_paused_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["look_at", "id"], condition=Q(look_at__isnull=False), name="ladder_to_look_at")]

    def __str__(self) -> str:
        return f"{self.report}: {self.due_on}"
