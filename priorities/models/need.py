"""Need, as others have counted it: statistics, and their figures with every value that was ever published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from counting import places
from counting.money import WHOLE
from priorities.models.codes import Code

if TYPE_CHECKING:
    from datetime import date

PLACES = (*places.REGIONS, *places.WIDER)
"""Where a need figure may speak of."""
PEOPLE = "people"
"""The unit whose shares can stand beside shares of money."""
CELL = ("series", "first", "last", "place", "axis", "part")
"""What two values have in common of which one restates the other."""


class NeedSeries(models.Model):
    """One statistic, published again and again: of whom or what, where, and how it was counted.

    people: who or what is counted, "Adults entering the national support contract". place: where all of them are.
    codes: for whom the money is that may be compared with them, by the portal's own lists; none of a list is all of
    it. provides_for: the statistic of the need which this one, a provision, answers.
    """

    REFERRALS, ASSESSED, ESTIMATE, PROVISION, CAPACITY = "referrals", "assessed", "estimate", "provision", "capacity"
    POPULATION = "population"
    KINDS = [
        (REFERRALS, _("referrals")),
        (ASSESSED, _("assessed")),
        (ESTIMATE, _("estimate")),
        (PROVISION, _("provision")),
        (CAPACITY, _("capacity")),
        (POPULATION, _("everybody who lives there")),
    ]
    OF_NEED = (REFERRALS, ASSESSED, ESTIMATE)
    """Kinds that speak of need; the others of what there is to meet it, or of everybody."""

    code = models.SlugField(max_length=60, unique=True)
    people = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=KINDS)
    unit = models.CharField(max_length=40, default=PEOPLE)
    place = models.CharField(max_length=3)
    codes = models.ManyToManyField(Code, related_name="+")
    provides_for = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(people="") & ~Q(unit=""), name="need_series_says_what_it_counts"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["referrals", "assessed", "estimate", "provision", "capacity", "population"]),
                name="need_series_of_a_known_kind",
            ),
            models.CheckConstraint(condition=Q(place__in=PLACES), name="need_series_in_a_known_place"),
            models.CheckConstraint(
                condition=Q(provides_for=None) | Q(kind__in=["provision", "capacity"]),
                name="need_series_answers_as_provision",
            ),
        ]

    def __str__(self) -> str:
        return self.people


class NeedFigureQuerySet(models.QuerySet["NeedFigure"]):
    def standing(self) -> NeedFigureQuerySet:
        """Those that nobody has removed."""
        return self.filter(removed_at=None)

    def published_by(self, day: date) -> NeedFigureQuerySet:
        """Every value published on or before that day; one whose day is not known is not among them."""
        return self.standing().filter(published_on__lte=day)

    def known_on(self, day: date) -> NeedFigureQuerySet:
        """Of each thing counted the one value that was the latest on that day."""
        return self.published_by(day).exclude(Exists(_same_cell().filter(_published_after(), published_on__lte=day)))

    def known_now(self) -> NeedFigureQuerySet:
        """Of each thing counted the latest value, those whose day of publication is not known included."""
        after = Q(edition__gt=OuterRef("edition")) | (Q(edition=OuterRef("edition")) & _published_after())
        return self.standing().exclude(Exists(_same_cell().filter(after)))


def _same_cell() -> NeedFigureQuerySet:
    return NeedFigure.objects.standing().filter(**{name: OuterRef(name) for name in CELL})


def _published_after() -> Q:
    return Q(published_on__gt=OuterRef("published_on"))


class NeedFigure(models.Model):
    """One published value. A restatement is another row of the same statistic, period, place and part.

    axis and part: which of the people, as a list of the portal with one of its codes ("group", "children"), or in
    words of the source ("nationality", "Albania"); both "" for all of them. value: how many. share: basis points of
    all of them in that place and period, as printed. printed: the share as the source has it. change: what the source
    says of the difference to the period before. edition: counts values whose day of publication is not known, so that
    it is known which came later.
    """

    series = models.ForeignKey(NeedSeries, on_delete=models.PROTECT, related_name="figures")
    first = models.DateField()
    last = models.DateField()
    period = models.CharField(max_length=80)
    place = models.CharField(max_length=3)
    axis = models.CharField(max_length=40, blank=True)
    part = models.CharField(max_length=120, blank=True)
    value = models.BigIntegerField(null=True, blank=True)
    share = models.PositiveIntegerField(null=True, blank=True)
    printed = models.CharField(max_length=40, blank=True)
    change = models.CharField(max_length=40, blank=True)
    edition = models.PositiveSmallIntegerField(default=1)
    published_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    url = models.URLField(max_length=500)
    added_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = NeedFigureQuerySet.as_manager()

    class Meta:
        ordering = ["series", "-last", "-first", "axis", "place", "part", "edition", "published_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=[*CELL, "published_on"],
                condition=Q(removed_at=None) & Q(published_on__isnull=False),
                name="one_need_value_a_day",
            ),
            models.UniqueConstraint(
                fields=[*CELL, "edition"],
                condition=Q(removed_at=None) & Q(published_on=None),
                name="one_undated_need_value_an_edition",
            ),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="need_period_in_order"),
            models.CheckConstraint(
                condition=Q(published_on=None) | Q(published_on__gte=F("first")), name="need_published_once_begun"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(share__isnull=False), name="need_figure_says_how_many"
            ),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="need_value_not_below_nought"),
            models.CheckConstraint(
                condition=Q(share=None) | (Q(share__lte=WHOLE) & ~Q(printed="")), name="need_share_within_the_whole"
            ),
            models.CheckConstraint(condition=Q(place__in=PLACES), name="need_figure_in_a_known_place"),
            models.CheckConstraint(
                condition=(Q(axis="") & Q(part="")) | (~Q(axis="") & ~Q(part="")), name="need_part_of_something"
            ),
            models.CheckConstraint(condition=Q(edition__gte=1), name="need_editions_count_from_one"),
            models.CheckConstraint(
                condition=~Q(source="") & Q(url__startswith="http") & ~Q(period=""), name="need_figure_is_sourced"
            ),
            models.CheckConstraint(
                condition=Q(removed_by=None) | Q(removed_at__isnull=False), name="need_removed_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}, {self.period}: {self.said}"

    @property
    def cell(self) -> tuple[object, ...]:
        """What it has in common with a value that restates it."""
        return self.series_id, self.first, self.last, self.place, self.axis, self.part

    @property
    def said(self) -> str:
        """The figure as people write it: 3,533, or the share as printed."""
        return number_format(self.value, force_grouping=True) if self.value is not None else self.printed

    @property
    def published(self) -> str:
        """The day of publication in words, or that it is not known."""
        return date_format(self.published_on, "j F Y") if self.published_on else _t("not known")

    @property
    def place_name(self) -> str:
        return places.named(self.place)
