"""What an officer holds (tasks, open invitations), and who takes it over when she goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import journal
from accounts.journal import Did
from accounts.models import Invitation, Membership, Organisation, Person, Task
from accounts.organisations import Refused


@dataclass(frozen=True, slots=True)
class Held:
    """What one person holds for a funder."""

    person: Person
    membership: Membership | None
    tasks: int
    invitations: int

    @property
    def is_officer(self) -> bool:
        return self.membership is not None and self.membership.role == Membership.OFFICER


def held(funder: Organisation) -> list[Held]:
    """The funder's people with what they hold, and whoever has left and still holds something."""
    members = {each.person: each for each in funder.memberships.select_related("person")}
    members = {person: each for person, each in members.items() if each.role in Membership.FUNDER_ROLES}
    tasks = Task.objects.open().filter(organisation=funder).exclude(person=None).select_related("person")
    invitations = Invitation.objects.open().filter(sender=funder).select_related("held_by")
    doing = [each.person for each in tasks if each.person]
    keeping = [each.held_by for each in invitations]
    gone = dict.fromkeys(each for each in [*doing, *keeping] if each not in members)
    return [
        Held(each, members.get(each), doing.count(each), keeping.count(each)) for each in [*members, *gone]
    ]  # fmt: skip


@transaction.atomic
def take_over(*, funder: Organisation, leaver: Person, successor: Person, by: Person, at: datetime) -> tuple[int, int]:
    """Everything that the one held for the funder is the other's; how many tasks and invitations that were.

    Raises Refused unless the successor is an officer of the funder.
    """
    officers = funder.memberships.filter(role=Membership.OFFICER, person__is_active=True)
    if not officers.filter(person=successor).exists():
        raise Refused(_("%(name)s is no officer of %(funder)s.") % {"name": successor, "funder": funder})
    tasks = Task.objects.open().filter(organisation=funder, person=leaver).update(person=successor)
    invitations = Invitation.objects.open().filter(sender=funder, held_by=leaver).update(held_by=successor)
    said = {"organisation": funder.name, "colleague": str(leaver), "tasks": tasks, "invitations": invitations}
    if tasks or invitations:
        journal.record(what=Did.TOOK_OVER, about=successor, by=by, at=at, **said)
    return tasks, invitations
