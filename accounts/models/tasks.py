"""What waits for somebody to do it, shown on her first page until it is done."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models.who import Membership, Organisation, Person


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None)

    def of_nobody_left(self) -> TaskQuerySet:
        """For all of the organisation's officers, or for one who is no longer one of them."""
        held = Membership.objects.filter(
            person=OuterRef("person"),
            organisation=OuterRef("organisation"),
            role=Membership.OFFICER,
            person__is_active=True,
        )
        return self.filter(Q(person=None) | ~Exists(held))

    def visible_to(self, person: Any) -> TaskQuerySet:
        """An officer's own, and those of her funder that are for any officer or that one who left has held."""
        if not person.is_authenticated:
            return self.none()
        theirs = self.filter(organisation__in=person.officer_ids)
        return theirs.filter(person=person) | theirs.of_nobody_left()


class Task(models.Model):
    """One thing to do, ever (`key`), for one officer of an organisation or, without a person, for any of them."""

    key = models.CharField(max_length=200, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=80)
    """What it is about, as the journal names things: "grants.grant:7"."""
    kind = models.CharField(max_length=40)
    words = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(about="") & ~Q(kind="") & ~Q(words=""), name="task_says_what"
            ),
            # Done by nobody is done by the portal itself, which saw that nothing is left to do.
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by__isnull=True), name="task_done_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "made_at"], condition=Q(done_at=None), name="task_open"),
        ]

    def __str__(self) -> str:
        return self.words
