"""Grants that may pay for the same work: proposed with the reason, answered by those concerned, joined and parted."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, Person
from grants.models.grants import Grant, Project


class JoiningQuerySet(models.QuerySet["Joining"]):
    def open(self) -> JoiningQuerySet:
        """Proposed, and neither joined nor set aside."""
        return self.filter(joined_at=None, ended_at=None)

    def standing(self) -> JoiningQuerySet:
        """Joined and not parted since."""
        return self.filter(joined_at__isnull=False, ended_at=None)

    def visible_to(self, person: Any) -> JoiningQuerySet:
        """Those of a grant that this person's funder gives, or of her charity."""
        if not person.is_authenticated:
            return self.none()
        given = JoinedGrant.objects.given_by(person.funder_ids)
        return self.filter(Q(id__in=given.values("joining")) | Q(recipient__in=person.grantee_ids))

    def answerable_by(self, person: Any) -> JoiningQuerySet:
        """Those on which this person has a word: as officer of a funder concerned, or as lead of the charity."""
        if not person.is_authenticated:
            return self.none()
        led = [each.organisation_id for each in person.own_memberships if each.role == Membership.LEAD]
        given = JoinedGrant.objects.given_by(person.officer_ids)
        return self.filter(Q(id__in=given.values("joining")) | Q(recipient__in=led))


class Joining(models.Model):
    """Grants to one charity that may pay for the same work.

    Open until it is joined or ends; once joined, it stands until somebody parts it. What ended is history: joining the
    same grants again is a new row. `key` names its grants, so that no two that have not ended are about the same ones.
    """

    DECLARED, SAID, TITLE, PROGRAMME, DAYS = "declared", "said", "title", "programme", "days"
    BECAUSE = [
        (DECLARED, _("A published file says that they belong together.")),
        (SAID, _("Somebody said so when one of them was added or changed.")),
        (TITLE, _("Their titles are alike.")),
        (PROGRAMME, _("Their programmes have the same name.")),
        (DAYS, _("Nothing else speaks for it: titles and programmes differ.")),
    ]

    recipient = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    grants = models.ManyToManyField(Grant, through="JoinedGrant", related_name="+")
    key = models.CharField(max_length=64)
    because = models.CharField(max_length=9, choices=BECAUSE)
    overlap_from = models.DateField()
    overlap_to = models.DateField()
    """The first and the last day on which all of them run."""
    made_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The one project that the grants then have."""
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was parted, or said not to be the same work, or could no longer be."""
    ended_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Empty where the portal itself ended it, because a grant was removed or moved."""

    objects = JoiningQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(ended_at__isnull=True), name="joining_stands_once"),
            models.CheckConstraint(condition=~Q(key=""), name="joining_is_about_grants"),
            models.CheckConstraint(
                condition=Q(because__in=["declared", "said", "title", "programme", "days"]), name="joining_has_a_reason"
            ),
            models.CheckConstraint(condition=Q(overlap_to__gte=F("overlap_from")), name="joining_of_overlapping_days"),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True, project__isnull=True)
                | Q(joined_at__isnull=False, project__isnull=False),
                name="joined_into_a_project",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True), name="joining_ended_by_somebody_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.key}"

    @property
    def is_open(self) -> bool:
        return self.joined_at is None and self.ended_at is None

    @property
    def is_standing(self) -> bool:
        return self.joined_at is not None and self.ended_at is None


class JoinedGrantQuerySet(models.QuerySet["JoinedGrant"]):
    def given_by(self, funders: list[int]) -> JoinedGrantQuerySet:
        """Parts that these funders pay, without joinings of which another funder holds its part back."""
        held_back = JoinedGrant.objects.filter(grant__held_back=True).exclude(grant__funder__in=funders)
        return self.filter(grant__funder__in=funders).exclude(joining__in=held_back.order_by().values("joining"))

    def moved(self) -> JoinedGrantQuerySet:
        """Grants that a joining which stands took out of another project, where they are not back."""
        standing = self.filter(joining__joined_at__isnull=False, joining__ended_at=None, came_from__isnull=False)
        return standing.exclude(came_from=F("grant__project"))


class JoinedGrant(models.Model):
    """One grant of a joining, and once joined the project that it came from: parting brings it back there."""

    joining = models.ForeignKey(Joining, on_delete=models.CASCADE, db_index=False, related_name="parts")
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    came_from = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = JoinedGrantQuerySet.as_manager()

    class Meta:
        ordering = ["joining", "grant"]
        constraints = [models.UniqueConstraint(fields=["joining", "grant"], name="grant_once_in_a_joining")]

    def __str__(self) -> str:
        return f"{self.grant_id} in {self.joining_id}"


class JoiningAnswer(models.Model):
    """What a funder or the charity says of a proposal."""

    joining = models.ForeignKey(Joining, on_delete=models.CASCADE, db_index=False, related_name="answers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    same = models.BooleanField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["joining", "organisation"], name="one_answer_a_party")]

    def __str__(self) -> str:
        return f"{self.organisation_id} of {self.joining_id}: {self.same}"


class JoiningBookmark(models.Model):
    """How far whoever proposes joinings has read the change log. Its row is locked while proposals are written."""

    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_joining_bookmark")]

    def __str__(self) -> str:
        return str(self.seq)
