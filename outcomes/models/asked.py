"""What is asked: questions in words, and a library of indicators with their baselines and targets."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from grants.models import Grant, Project


class Question(models.Model):
    """A question answered in words: of the shared core, or one funder's own (three at most).

    Never changed once a report has answered it: a new wording is a new question, and the old one is retired.
    `limit` is in characters. `chooses_reader`: the charity says each time who may read the answer.
    """

    code = models.SlugField(max_length=60, unique=True)
    funder = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Empty for the shared core."""
    text = models.CharField(_("question"), max_length=300)
    why = models.CharField(_("why we ask"), max_length=300)
    limit = models.PositiveIntegerField(_("most characters"), default=2_000)
    required = models.BooleanField(_("must be answered"), default=False)
    in_short = models.BooleanField(_("also in a short report"), default=False)
    chooses_reader = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(why=""), name="question_says_what_and_why"),
            models.CheckConstraint(condition=Q(limit__gte=1, limit__lte=20_000), name="question_limit_is_sensible"),
        ]

    def __str__(self) -> str:
        return self.text


class Cell(models.Model):
    """Whom a figure is about: everybody (`breakdown` and `code` empty), or one category of one breakdown.

    Breakdowns are never crossed. Each has a category "unknown".
    """

    AGE, GENDER, EXPLOITATION, REGION = "age", "gender", "exploitation", "region"
    BREAKDOWNS = [
        (AGE, _("age")),
        (GENDER, _("gender")),
        (EXPLOITATION, _("exploitation")),
        (REGION, _("region")),
    ]

    breakdown = models.CharField(max_length=12, choices=BREAKDOWNS, blank=True)
    code = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["breakdown", "code"], name="cell_once"),
            models.CheckConstraint(
                condition=Q(breakdown="", code="")
                | (Q(breakdown__in=["age", "gender", "exploitation", "region"]) & ~Q(code="")),
                name="cell_is_total_or_category",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_total(self) -> bool:
        return not self.breakdown


class Indicator(models.Model):
    """Something counted or told in the same way every time: from the shared library, or a grantee's own."""

    CORE, SHARED, OWN = "mscos", "shared", "own"
    COLLECTIONS = [
        (CORE, _("Modern Slavery Core Outcome Set")),
        ("accountability", _("Accountability")),
        ("awareness", _("Awareness")),
        ("legal_representation", _("Legal representation")),
        ("victim_services", _("Victim services")),
        ("research", _("Research")),
        (SHARED, _("For all kinds of work")),
        (OWN, _("Our own")),
    ]

    code = models.SlugField(max_length=60, unique=True)
    collection = models.CharField(max_length=20, choices=COLLECTIONS)
    owner = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The grantee whose own it is; empty for the library."""
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(collection="own", owner__isnull=False) | (~Q(collection="own") & Q(owner__isnull=True)),
                name="own_indicator_has_an_owner",
            )
        ]

    def __str__(self) -> str:
        return self.code


class IndicatorVersion(models.Model):
    """An indicator as it was defined at one time; frozen by the database once a figure was given under it.

    over_time: how figures of several windows go together. flow: new in the window, windows add up. active: different
    people in the window, never added. stock: as at its end, the last counts. to_date: running total, the last counts.
    Figures are whole numbers: count in units, money in pence, scale in hundredths, ratio as two counts.
    """

    COUNT, RATIO, SCALE, MONEY, NARRATIVE = "count", "ratio", "scale", "money", "narrative"
    KINDS = [
        (COUNT, _("a number")),
        (RATIO, _("so many out of so many")),
        (SCALE, _("a mean on a scale")),
        (MONEY, _("an amount of money")),
        (NARRATIVE, _("in words")),
    ]
    FLOW, ACTIVE, STOCK, TO_DATE = "flow", "active", "stock", "to_date"
    OVER_TIME = [
        (FLOW, _("new this period")),
        (ACTIVE, _("different people in this period")),
        (STOCK, _("at the end of the period")),
        (TO_DATE, _("all so far")),
    ]

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    name = models.CharField(_("name"), max_length=200)
    definition = models.CharField(_("what is counted, and what is not"), max_length=1_000)
    kind = models.CharField(max_length=9, choices=KINDS)
    over_time = models.CharField(max_length=7, choices=OVER_TIME)
    counts_people = models.BooleanField(default=False)
    adults_only = models.BooleanField(default=False)
    least = models.IntegerField(null=True, blank=True)
    most = models.IntegerField(null=True, blank=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["indicator", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="one_indicator_version_a_number"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(definition=""), name="indicator_is_defined"),
            models.CheckConstraint(
                condition=Q(kind="scale", least__isnull=False, most__isnull=False, most__gt=F("least"))
                | (Q(kind__in=["count", "ratio", "money", "narrative"]) & Q(least__isnull=True, most__isnull=True)),
                name="only_a_scale_has_ends",
            ),
            models.CheckConstraint(
                condition=Q(over_time__in=["flow", "active", "stock", "to_date"]), name="known_over_time"
            ),
            models.CheckConstraint(
                condition=Q(counts_people=False) | Q(kind__in=["count", "ratio"]), name="people_are_counted_in_numbers"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="indicator_versions_from_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Expected(models.Model):
    """An indicator on which a project reports, in one version, and the breakdowns that are asked with it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(IndicatorVersion, on_delete=models.PROTECT, related_name="+")
    breakdowns = models.JSONField(default=list, blank=True)
    """Names of breakdowns, in the order in which they are asked."""
    position = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    """Since when it is no longer asked."""
    came_with = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The project whose joining brought it here; it goes again when the two are parted."""

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "indicator"], name="expected_once"),
            models.CheckConstraint(
                condition=Q(came_with__isnull=True) | ~Q(came_with=F("project")), name="expected_came_from_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} of {self.project}"


class Baseline(models.Model):
    """Where a project stood before: a figure, or the reason why there is none."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    as_at = models.DateField()
    value = models.BigIntegerField(null=True, blank=True)
    missing_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "indicator", "cell"], name="baseline_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, value__gte=0, missing_because="")
                | (Q(value__isnull=True) & ~Q(missing_because="")),
                name="baseline_or_the_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.project}: {self.value if self.value is not None else self.missing_because}"


class Target(models.Model):
    """What a grant is meant to reach in a window, agreed with its funder."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    start = models.DateField()
    end = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant", "indicator", "cell", "start", "end"], name="outcome_target_once"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="outcome_target_dates_in_order"),
            models.CheckConstraint(condition=Q(value__gte=0), name="outcome_target_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.grant}: {self.value}"
