"""What is kept beside the list of shortfalls: its thresholds, what was said of a gap, and whether reports came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from counting.money import WHOLE
from grants.models import Grant
from priorities.kinds import KINDS
from priorities.models.codes import Code, Dimension

if TYPE_CHECKING:
    from datetime import date

LONGEST = 120
"""Months; a threshold further off than ten years is a slip."""


def _between(name: str, least: int, most: int) -> models.CheckConstraint:
    within = Q(**{f"{name}__gte": least}) & Q(**{f"{name}__lte": most})
    return models.CheckConstraint(condition=within, name=f"gap_rule_{name}_in_range")


class GapRules(models.Model):
    """The group's thresholds: from which figure on something is a gap. One row; without it the defaults stand.

    ending_*: months, shortest first. fragile, need, narrow: basis points. evidence_months: months.
    """

    ending_soon = models.PositiveSmallIntegerField(default=6)
    ending_within = models.PositiveSmallIntegerField(default=12)
    ending_later = models.PositiveSmallIntegerField(default=18)
    fragile = models.PositiveSmallIntegerField(default=8_000)
    need = models.PositiveSmallIntegerField(default=5_000)
    narrow = models.PositiveSmallIntegerField(default=8_000)
    evidence_months = models.PositiveSmallIntegerField(default=12)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_gap_rules"),
            models.CheckConstraint(
                condition=Q(ending_soon__lt=F("ending_within")) & Q(ending_within__lt=F("ending_later")),
                name="gap_rule_months_in_order",
            ),
            *[_between(name, 1, LONGEST) for name in ("ending_soon", "ending_later", "evidence_months")],
            *[_between(name, WHOLE // 100, WHOLE) for name in ("fragile", "need", "narrow")],
        ]

    def __str__(self) -> str:
        return "gap rules"

    @classmethod
    def current(cls) -> GapRules:
        """The rules as they stand; the defaults, unsaved, where nobody has changed any."""
        return cls.objects.filter(id=1).first() or cls(id=1)

    @property
    def ending(self) -> tuple[int, int, int]:
        """Within how many months money may run out, shortest first."""
        return self.ending_soon, self.ending_within, self.ending_later


class AboutCell(models.Model):
    """Something said of one cell: an area, or an area's code (several joined by "+") of a dimension."""

    area = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension.choices, blank=True)
    column = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def key(self) -> str:
        """The cell as a gap names it: victim_services.region.WAL."""
        return ".".join(part for part in (self.area.code, self.dimension, self.column) if part)


def _whole_or_one(name: str) -> models.CheckConstraint:
    as_a_whole, one = Q(dimension="", column=""), ~Q(dimension="") & ~Q(column="")
    return models.CheckConstraint(condition=as_a_whole | one, name=name)


class SetAsideQuerySet(models.QuerySet["SetAside"]):
    def standing_on(self, day: date) -> SetAsideQuerySet:
        """Those made by that day, not taken back by then, and to be looked at again later."""
        still = Q(ended_at=None) | Q(ended_at__date__gt=day)
        return self.filter(still, at__date__lte=day, look_again_on__gt=day)


class SetAside(AboutCell):
    """A gap of one kind that the funders left for now, with the reason; it comes back by itself on look_again_on."""

    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=300)
    look_again_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = SetAsideQuerySet.as_manager()

    class Meta:
        ordering = ["look_again_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="set_aside_of_a_known_kind"),
            models.CheckConstraint(condition=~Q(reason=""), name="set_aside_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__gte=F("at"), ended_by__isnull=False),
                name="set_aside_ended_by_somebody",
            ),
            _whole_or_one("set_aside_of_one_cell"),
            models.UniqueConstraint(
                fields=["area", "dimension", "column", "kind"],
                condition=Q(ended_at=None),
                name="set_aside_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class LookingQuerySet(models.QuerySet["Looking"]):
    def standing_on(self, day: date) -> LookingQuerySet:
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), at__date__lte=day)

    def visible_to(self, person: Any) -> LookingQuerySet:
        """What is open: every funder and the secretariat; the rest: the people of the funder that wrote it."""
        if person is None or not person.is_authenticated or not person.sees_all_grants:
            return self.none()
        return self.filter(Q(is_open=True) | Q(funder__in=person.funder_ids))


class Looking(AboutCell):
    """A funder is looking at a cell that falls short.

    newest_grant: the number of the newest grant in the portal as it was written. Grants are numbered as they are
    added, so one with a higher number arrived later, and where it runs or is to start here this has done its work.
    """

    funder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    is_open = models.BooleanField(default=True)
    newest_grant = models.BigIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)

    objects = LookingQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            _whole_or_one("looking_at_one_cell"),
            models.UniqueConstraint(
                fields=["funder", "area", "dimension", "column"],
                condition=Q(ended_on=None),
                name="looking_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder} {self.key}"


class Evidence(models.Model):
    """Whether a grant's reports came: written by whoever keeps reports, who then calls changes.touch.

    owed_since: the day since which its newest report is owed (None: none was ever owed). handed_in_on: the day on
    which that report was handed in (None while it is not, or when it was sent back). accepted_on: the day on which a
    report of this grant, this one or an earlier one, was last accepted. Handed in, and accepted_on before that day or
    None: it waits for the funder's answer.
    """

    grant = models.OneToOneField(Grant, on_delete=models.CASCADE, related_name="+")
    owed_since = models.DateField(_("owed since"), null=True, blank=True)
    handed_in_on = models.DateField(_("handed in on"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owed_since__isnull=False) | Q(handed_in_on=None, accepted_on=None),
                name="evidence_was_owed",
            ),
            models.CheckConstraint(
                condition=Q(handed_in_on=None) | Q(handed_in_on__gte=F("owed_since")),
                name="evidence_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}: owed {self.owed_since}, handed in {self.handed_in_on}, accepted {self.accepted_on}"
