"""One funder beside the group: its part in every area and place, what ends, what it alone holds."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, SignedInRequest, only
from accounts.models import Organisation, Person
from funders_portal import alongside, choices, summary, written
from funders_portal.dashboards.answers import csv_file, of_a_day, refused
from grants.models import Grant
from priorities import columns, gaps, kinds, passed_on
from priorities.beside import Look
from priorities.coverage import Question
from priorities.filters import CoverageFilter
from priorities.models import Dimension

FIRST = 10
"""So many grants and places are listed before the rest is folded away."""
WITHOUT_GRANTS = (kinds.EMPTY, kinds.NEGLECTED)
"""Kinds whose sentences speak of grants that are over or elsewhere."""
LISTS = (Dimension.PRIORITY, Dimension.REGION)


@only(*FUNDERS)
@require_safe
def funder_view(request: SignedInRequest) -> HttpResponse:
    """A funder's money by area and place beside everybody's here, its ends, and what rests on it alone."""
    asked, funder = _asked(request)
    if not asked.is_valid():
        return refused(request, asked, choices.day_and_funder(asked, funder))
    if funder is None:
        return render(request, "funders_portal/funder_view.html", {"empty": True})
    portfolio = columns.current()
    question = Question(on=asked.question.on, funders=(funder.pk,))
    look = Look(funder.pk, on=question.on, portfolio=portfolio)
    context = {
        **choices.day_and_funder(asked, funder),
        **alongside.told(funder, look),
        **summary.places_line(question, portfolio=portfolio),
        **_ending(request.user, look),
        **_alone(request.user, look),
        **_held_back(request.user, funder),
        "funder": funder,
        "on": question.on,
        "counted": choices.in_words(question),
        "query": choices.day_query(question),
        "passed_on": passed_on.of(question, portfolio),
    }
    return render(request, "funders_portal/funder_view.html", context)


@only(*FUNDERS)
@require_safe
def funder_view_csv(request: SignedInRequest) -> HttpResponse:
    """The same figures for a spreadsheet."""
    asked, funder = _asked(request)
    if not asked.is_valid() or funder is None:
        return refused(request, asked, choices.day_and_funder(asked, funder))
    look = Look(funder.pk, on=asked.question.on, portfolio=columns.current())
    lists = [(str(each.label), look.by(each)) for each in LISTS]
    return csv_file(written.beside_as_csv(funder.name, lists), f"funder-{funder.pk}-{look.on}.csv")


def _asked(request: SignedInRequest) -> tuple[CoverageFilter, Organisation | None]:
    """What is asked, and of whom: the funder in the address, else the reader's own, else the first by name."""
    asked, members = of_a_day(request), Organisation.objects.funders().order_by("name", "id")
    named = asked.question.funders if asked.is_valid() else ()
    if len(named) > 1:
        asked.form.add_error("funder", _("Only one can be asked for; the address gives %(n)s.") % {"n": len(named)})
    if named:
        found = members.filter(id=named[0]).first()
        if found is None:
            asked.form.add_error("funder", _("This organisation is no funder here. Choose one of the list."))
        return asked, found
    own = members.filter(id__in=request.user.funder_ids).first()
    return asked, own or members.first()


def _ending(person: Person, look: Look) -> dict[str, Any]:
    """Own grants that run out, soonest first, each with whether another of the same work goes on."""
    ending = look.ending()
    visible: Any = Grant.objects.visible_to(person)
    grants = visible.with_running_period().in_bulk(list(ending.grants[:FIRST]))
    longer = visible.with_running_period().filter(project__in={each.project_id for each in grants.values()})
    lasts: dict[int, Any] = {}
    for project, runs_to in longer.values_list("project", "runs_to"):
        lasts[project] = max(runs_to or look.on, lasts.get(project, look.on))
    listed = [grants[each] for each in ending.grants[:FIRST] if each in grants]
    return {
        "ends": ending,
        "ending": [(grant, lasts[grant.project_id] > grant.runs_to) for grant in listed],
        "more_ending": len(ending.grants) - len(listed),
    }


def _held_back(person: Person, funder: Organisation) -> dict[str, Any]:
    """What the funder holds back and no figure counts: told to its own people, since nobody else sees these grants."""
    grants = Grant.objects.visible_to(person).filter(funder=funder, held_back=True)
    return {"held_back": grants[:FIRST], "all_held_back": grants.count()}


def _alone(person: Person, look: Look) -> dict[str, Any]:
    """What falls short and rests on this funder's grants alone, and every watched place that it alone pays for."""
    short = gaps.table(on=look.on, portfolio=look.portfolio, person=person)
    # Only what few enough grants hold is worth looking up whose they are.
    few = [line for line in short.lines if line.kind not in WITHOUT_GRANTS and 0 < line.number <= look.own_grants]
    mine = look.mine([each for line in few for each in line.grants])
    alone = look.alone()
    return {
        "short": [line for line in few if line.grants and mine.issuperset(line.grants)],
        "alone": alone[:FIRST],
        "more_alone": alone[FIRST:],
        "all_alone": len(alone),
    }
