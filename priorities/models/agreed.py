"""What the group watches, and the targets it agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from counting import money
from counting.money import WHOLE
from priorities.models.codes import Code, Dimension

if TYPE_CHECKING:
    from datetime import date


class Watch(models.Model):
    """What the group watches for gaps: an area by every code of a dimension, or an area as a whole (no dimension)."""

    area = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    dimension = models.CharField(max_length=12, choices=Dimension.choices, blank=True)

    class Meta:
        ordering = ["area__order", "id"]
        constraints = [models.UniqueConstraint(fields=["area", "dimension"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.area} by {self.dimension}" if self.dimension else f"{self.area} as a whole"


class TargetQuerySet(models.QuerySet["Target"]):
    def standing_on(self, day: date) -> TargetQuerySet:
        """Those agreed by that day and not ended before it."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), agreed_on__lte=day)


class Target(models.Model):
    """What the funders agreed for an area, or for one cell of it, with who agreed it and when.

    kind: "share" (basis points of the area's running money, or for an area as a whole of all running money), "amount"
    (pence a calendar year, award shared out evenly by day) or "number" (running grants).
    """

    SHARE, AMOUNT, NUMBER = "share", "amount", "number"
    KINDS = [
        (SHARE, _("a share of running money")),
        (AMOUNT, _("an amount a year")),
        (NUMBER, _("a number of running grants")),
    ]

    area = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+", verbose_name=_("area"))
    column = models.ForeignKey(Code, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=6, choices=KINDS)
    value = models.BigIntegerField(_("value"))
    agreed_by = models.CharField(_("agreed by"), max_length=200)
    agreed_on = models.DateField(_("agreed on"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["area__order", "column__order", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=1), name="target_above_nought"),
            models.CheckConstraint(
                condition=~Q(kind="share") | Q(value__lte=WHOLE), name="target_share_within_the_whole"
            ),
            models.CheckConstraint(condition=Q(kind__in=["share", "amount", "number"]), name="target_of_a_known_kind"),
            models.CheckConstraint(condition=~Q(agreed_by=""), name="target_says_who_agreed"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("agreed_on")),
                name="target_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}{f', {self.column}' if self.column else ''}: {self.get_kind_display()}"

    @property
    def amount(self) -> str:
        """Its value as people say it: 25 % of all running money, £250,000 a year, 3 running grants."""
        if self.kind == self.SHARE:
            of = _t("%(share)s of the area's running money") if self.column_id else _t("%(share)s of all running money")
            return of % {"share": f"{self.value / 100:g}\u00a0%"}
        if self.kind == self.AMOUNT:
            return _t("%(amount)s a year") % {"amount": money.exact(self.value)}
        return ngettext("%(n)s running grant", "%(n)s running grants", self.value) % {"n": f"{self.value:,}"}
