"""Figures: one fact about a project, an indicator, a cell and a window, kept once whoever pays."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from grants.models import Project
from outcomes.models.asked import Cell, Indicator, IndicatorVersion


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def current(self) -> MeasurementQuerySet:
        return self.filter(superseded_at=None)

    def counted(self) -> MeasurementQuerySet:
        """Current ones without those that another project of the same work tells already: these are what is added."""
        return self.current().filter(told_twice=None)

    def as_known_at(self, moment: object) -> MeasurementQuerySet:
        """Those that were current then, whatever was corrected since."""
        return self.filter(at__lte=moment).filter(Q(superseded_at=None) | Q(superseded_at__gt=moment))


class Measurement(models.Model):
    """A figure as it stood after one change; corrected by a new revision with its reason, never edited or deleted.

    Whole numbers: count in units, money in pence, scale in hundredths; a ratio has a numerator and a denominator
    instead of a value. typed_total: the running total that a person gave for a flow, whose difference is the value.
    The database also sees to it (triggers; on PostgreSQL an exclusion) that windows of current flows do not overlap,
    that the version is one of the indicator's, and that nothing but superseded_at ever changes, once.
    """

    REPORTED, NOT_COLLECTED, NOT_APPLICABLE, WITHHELD = "reported", "not_collected", "not_applicable", "withheld"
    STATUSES = [
        (REPORTED, _("a figure")),
        (NOT_COLLECTED, _("not collected")),
        (NOT_APPLICABLE, _("does not apply to us")),
        (WITHHELD, _("withheld, so that nobody can be told")),
    ]

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(IndicatorVersion, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, db_index=False, related_name="+")
    start = models.DateField()
    end = models.DateField()
    over_time = models.CharField(max_length=7, choices=IndicatorVersion.OVER_TIME)
    revision = models.PositiveIntegerField(default=1)
    report = models.ForeignKey("outcomes.Report", on_delete=models.PROTECT, related_name="figures")
    status = models.CharField(max_length=14, choices=STATUSES, default=REPORTED)
    value = models.BigIntegerField(null=True, blank=True)
    numerator = models.BigIntegerField(null=True, blank=True)
    denominator = models.BigIntegerField(null=True, blank=True)
    typed_total = models.BigIntegerField(null=True, blank=True)
    estimated = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ["project", "indicator", "cell", "start", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "indicator", "cell", "start", "end", "revision"], name="one_figure_a_revision"
            ),
            models.UniqueConstraint(
                fields=["project", "indicator", "cell", "start", "end"],
                condition=Q(superseded_at__isnull=True),
                name="one_current_figure",
            ),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="figure_dates_in_order"),
            models.CheckConstraint(
                condition=Q(revision=1) | (Q(revision__gt=1) & ~Q(reason="")), name="figure_corrected_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(over_time__in=["flow", "active", "stock", "to_date"]), name="known_figure_over_time"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="reported", value__isnull=False, value__gte=0)
                    & Q(numerator__isnull=True, denominator__isnull=True)
                )
                | (
                    Q(status="reported", value__isnull=True)
                    & Q(numerator__isnull=False, denominator__isnull=False)
                    & Q(numerator__gte=0, denominator__gt=0, numerator__lte=F("denominator"))
                )
                | (
                    Q(status__in=["not_collected", "not_applicable", "withheld"], value__isnull=True)
                    & Q(numerator__isnull=True, denominator__isnull=True, typed_total__isnull=True)
                ),
                name="figure_only_where_reported",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} of {self.project_id}, {self.start} to {self.end}: {self.value}"


class ToldTwice(models.Model):
    """A figure that does not count while its project is one work with another which tells of the same days.

    Written and taken away by outcomes.works alone, so that parting finds every figure as it was.
    """

    figure = models.OneToOneField(Measurement, on_delete=models.CASCADE, primary_key=True, related_name="told_twice")

    def __str__(self) -> str:
        return str(self.figure_id)


class OverlapQuerySet(models.QuerySet["Overlap"]):
    def current(self) -> OverlapQuerySet:
        return self.filter(superseded_at=None)

    def as_known_at(self, moment: object) -> OverlapQuerySet:
        """Those that stood just before that moment, whatever was said since."""
        return self.filter(at__lt=moment).filter(Q(superseded_at=None) | Q(superseded_at__gte=moment))


class Overlap(models.Model):
    """How many people two projects share in a window, as their charity or a funder of both declared.

    What was said is never changed, only superseded, once (triggers), so that figures can be asked for as they were.
    """

    NONE, ALL, KNOWN = "none", "all", "known"
    METHODS = [(NONE, _("nobody")), (ALL, _("everybody of the smaller one")), (KNOWN, _("so many"))]

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    one = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=5, choices=METHODS)
    people = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = OverlapQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "cell", "start", "end", "one", "other"],
                condition=Q(superseded_at__isnull=True),
                name="one_current_overlap",
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="overlap_of_an_ordered_pair"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="overlap_dates_in_order"),
            models.CheckConstraint(
                condition=Q(method="known", people__isnull=False) | Q(method__in=["none", "all"], people__isnull=True),
                name="overlap_number_only_where_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}: {self.method}"
