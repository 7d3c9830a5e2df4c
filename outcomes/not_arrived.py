"""Letters about reports that did not arrive: an officer of each funder that they serve learns whom mail does not
reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts import tasks
from accounts.models import Letter, Organisation
from outcomes import reminders
from outcomes.models import Delivery, Ladder, Report


def leave_tasks(found: Sequence[Letter], at: datetime) -> None:
    """One task a funder and address, ever: what follows, about any report, comes back for the same reason."""
    for letter in found:
        report, funders = _about(letter)
        for funder in funders:
            tasks.add(
                key=f"letter-lost:{funder.pk}:{sha256(letter.to.lower().encode()).hexdigest()}",
                organisation=funder,
                about=reminders.named(report.pk),
                kind="letter-lost",
                words=_("A letter about “%(project)s” did not reach %(person)s: ask for another address")
                % {"project": str(report.project)[:150], "person": str(letter.person or letter.to)[:80]},
                at=at,
            )


def _about(letter: Letter) -> tuple[Report, Iterable[Organisation]]:
    """The report, and the funders for which the letter was written: those to which it was handed in, or those that
    pressed Start while it is owed."""
    number = reminders.number(letter.about)
    copies = Delivery.objects.select_related("report__project", "due__grant__funder")
    if letter.about.startswith(f"{Delivery._meta.label_lower}:"):
        copy = copies.get(pk=number)
        return copy.report, [copy.due.grant.funder]
    report = Report.objects.select_related("project").get(pk=number)
    if handed_in := copies.filter(report=report):
        return report, {each.due.grant.funder for each in handed_in}
    ladders = Ladder.objects.filter(report=report).select_related("report__project")
    return report, [each for one in reminders.wanted(list(ladders)).values() for each in one.funders]
