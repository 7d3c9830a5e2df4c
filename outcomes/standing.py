"""Where reports stand: for the charity what to do next and what became of the rest, for the funder what waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import Organisation
from grants import joining
from grants.models import Grant
from outcomes import asking, drafts
from outcomes.models import (
    DeliveredAnswer,
    DeliveredFigure,
    Delivery,
    IndicatorVersion,
    Report,
    ReportDue,
    Request,
    ReviewEvent,
)  # fmt: skip
from outcomes.windows import Window

SOON = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Told:
    """What one funder has of a report, and what it said."""

    delivery: Delivery
    events: list[ReviewEvent]
    answers: list[DeliveredAnswer]
    figures: list[DeliveredFigure]

    @property
    def funder(self) -> Organisation:
        return self.delivery.due.grant.funder

    @property
    def measured(self) -> list[IndicatorVersion]:
        """What its figures are of, each once."""
        return list({each.figure.version_id: each.figure.version for each in self.figures}.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """A report as the charity sees it in a list."""

    report: Report
    dues: list[ReportDue]
    deliveries: list[Delivery]
    today: date

    @property
    def due_on(self) -> date | None:
        """The earliest day on which one of its funders wants it."""
        return min((each.due_on for each in self.dues), default=None)

    @property
    def funders(self) -> list[Organisation]:
        return sorted({each.grant.funder for each in self.dues}, key=lambda each: (each.name, each.pk))

    @property
    def is_open(self) -> bool:
        return drafts.is_open(self.report)

    @property
    def is_returned(self) -> bool:
        return any(each.state == Delivery.RETURNED for each in self.deliveries)

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < self.today

    @property
    def is_now(self) -> bool:
        """Whether it is time to write it: returned, begun, or due within eight weeks."""
        if not self.is_open or not self.dues:
            return False
        near = self.due_on is not None and self.due_on <= self.today + SOON
        return self.is_returned or bool(self.report.draft) or near

    @property
    def is_begun(self) -> bool:
        """Also where what was typed has had its time and was taken away."""
        return self.report.draft_at is not None


def of_charity(person: Any, *, today: date) -> list[Standing]:
    """Every report of this person's charities that a due asks for or that was handed in: the most urgent first."""
    found = Report.objects.written_by(person).select_related("project", "submitted_by")
    return _standings(list(found), today)


def _standings(found: list[Report], today: date) -> list[Standing]:
    found = _without_carried_on(found)
    met = asking.met_by_each(found)
    deliveries: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in Delivery.objects.filter(report__in=found).select_related("due__grant__funder"):
        deliveries[delivery.report_id].append(delivery)
    standings = []
    for report in found:
        if met[report.pk] or report.submitted_at or report.draft:
            standings.append(Standing(report, met[report.pk], deliveries[report.pk], today))
    return sorted(standings, key=_urgent)


def _urgent(each: Standing) -> tuple[Any, ...]:
    """What is to be done now by its day, then what is to come, then what was handed in, the newest first."""
    if each.is_open:
        return (not each.is_now, False, (each.due_on or date.max).toordinal(), each.report.pk)
    return (True, True, -each.report.end.toordinal(), each.report.pk)


def _without_carried_on(found: list[Report]) -> list[Report]:
    """Without reports that another carries on, because their project was joined into that one's."""
    hosts = joining.gone_into({each.project_id for each in found})
    carrying: dict[int, list[Window]] = defaultdict(list)
    for each in Report.objects.filter(project__in=hosts.values()):
        carrying[each.project_id].append(Window(each.start, each.end))
    return [
        each
        for each in found
        if each.submitted_at
        or not any(Window(each.start, each.end).touches(other) for other in carrying[hosts.get(each.project_id, 0)])
    ]


def accepted_by(report: Report) -> list[Organisation]:
    """The funders that accepted this report: they see a change marked."""
    accepted = report.deliveries.filter(state=Delivery.ACCEPTED).select_related("due__grant__funder")
    return sorted({each.due.grant.funder for each in accepted}, key=lambda each: (each.name, each.pk))


def told(report: Report) -> list[Told]:
    """What each funder has of it and said to it, by funder."""
    found = report.deliveries.select_related("due__grant__funder", "report__project")
    return sorted((of_delivery(each) for each in found), key=lambda each: (each.funder.name, each.delivery.pk))


def of_delivery(delivery: Delivery) -> Told:
    answers = delivery.delivered_answers.select_related("answer__question", "answer__evidence_mark").order_by(
        "answer__question__position"
    )
    figures = delivery.delivered_figures.select_related("figure__version", "figure__cell", "figure__indicator")
    ordered = figures.order_by("figure__indicator__position", "figure__start", "figure__cell__position")
    events = delivery.events.select_related("by", "question", "indicator")
    return Told(delivery, list(events), list(answers), list(ordered))


def to_answer(person: Any) -> Any:
    """The copies that wait for an answer of this person's funders, the longest waiting first."""
    own = Grant.objects.current().filter(funder__in=person.funder_ids)
    waiting = Delivery.objects.to_answer().filter(due__grant__in=own)
    return waiting.select_related("report__project", "due__grant__funder").order_by("handed_in_at", "id")


def asked(person: Any) -> Any:
    """What charities asked of this person's funders and nobody has answered, the longest waiting first."""
    own = Grant.objects.current().filter(funder__in=person.funder_ids)
    return Request.objects.open().filter(grant__in=own).select_related("grant__project")


def owed(person: Any) -> Any:
    """The dues of this person's funders that are open and not wholly handed in, the earliest first."""
    own = Grant.objects.current().filter(funder__in=person.funder_ids)
    handed_in = Delivery.objects.exclude(state=Delivery.RETURNED)
    dues = ReportDue.objects.open().filter(grant__in=own).exclude(deliveries__in=handed_in)
    return dues.select_related("grant__funder", "grant__project").order_by("due_on", "id")
