"""The first page a person sees."""

from __future__ import annotations

from typing import Any

from django.db import Error as DatabaseProblem
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import clock, tasks
from accounts.access import FUNDERS, GRANTEES, Administrator, Anyone, may, only
from accounts.models import Invitation, Organisation, Person, Task
from funders_portal import summary, waiting
from grants import joining
from grants.models import Grant, Project
from outcomes import standing
from outcomes.models import Delivery
from priorities import columns, freshness, gaps, kinds
from priorities.coverage import Question
from priorities.models import GapRules
from priorities.to_sort import own_backlog

MOST_TASKS, MOST_SENTENCES, MOST_CARDS, MOST_DATES = 5, 3, 40, 6


@only(Anyone)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each kind of person's own first page; strangers are welcomed."""
    person = request.user
    if not person.is_authenticated:
        return render(request, "funders_portal/home_stranger.html")
    invited = {"invited": Invitation.objects.to(person).open().select_related("organisation")}
    if may(person, *FUNDERS):
        return render(request, "funders_portal/home_funder.html", _for_funder(person) | invited)
    if may(person, *GRANTEES):
        return render(request, "funders_portal/home_grantee.html", _for_grantee(person) | invited)
    if may(person, Administrator):
        return render(request, "funders_portal/home_administrator.html", _for_administrator() | invited)
    return render(request, "funders_portal/home_nobody.html", {"secretariat": _secretariat()} | invited)


@only(Anyone)
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The words, the rules behind the figures, the keys, and whom to ask."""
    # Names and addresses are for those who belong here.
    secretariat = _secretariat() if request.user.is_authenticated else []
    context = {"secretariat": secretariat, "gap_rules": kinds.rules_in_words(GapRules.current())}
    return render(request, "funders_portal/help.html", context)


@only(Anyone)
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For whatever watches over the server: 200 while the database answers and the clock knocks, else 503 and why.

    Ages are in seconds. ?part=web: the web server alone, whatever the clock does.
    """
    at = timezone.now()
    try:
        found = clock.health(at=at)
    except DatabaseProblem:
        told: dict[str, Any] = {"database": "no answer", "problems": ["the database does not answer"]}
        well = False
    else:
        ages = {
            name: None if moment is None else max(0, round((at - moment).total_seconds()))
            for name, moment in (("last_knock_age", found.last_knock), ("oldest_due_age", found.oldest_due))
        }
        told = {"database": "ok", **ages, "in_doubt": found.doubt, "held": found.held, "problems": found.problems}
        well = found.is_well or request.GET.get("part") == "web"
    answer = JsonResponse(told, status=200 if well else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def _for_funder(person: Person) -> dict[str, Any]:
    today = timezone.localdate()
    portfolio = columns.current()
    to_sort = own_backlog(person, portfolio)
    left = Task.objects.visible_to(person).open()
    to_do = [(each, tasks.address(each)) for each in left[:MOST_TASKS]]
    files, room_for_files = waiting.imports(person), MOST_TASKS - len(to_do)
    imports = list(files[:room_for_files])
    rests_on = freshness.of(Question(on=today), portfolio=portfolio)
    short = gaps.table(on=today, portfolio=portfolio, person=person)
    to_answer = standing.to_answer(person) if person.funder_ids else Delivery.objects.none()
    answers = list(to_answer[: room_for_files - len(imports)])
    same_work = joining.waiting(person)
    room = max(0, room_for_files - len(imports) - len(answers) - bool(to_sort.grants) - bool(same_work))
    return {
        "empty": not Grant.objects.visible_to(person).exists(),
        "today": today,
        "funders": list(waiting.own_funders(person)),
        "running": waiting.running(person, today, portfolio),
        "to_sort": to_sort,
        "imports": imports,
        "tasks": to_do,
        "more_tasks": left.count() - len(to_do) if len(to_do) == MOST_TASKS else 0,
        "to_answer": answers,
        "same_work": same_work,
        "more_to_answer": to_answer.count() - len(answers) if len(answers) == room_for_files - len(imports) else 0,
        "more_imports": files.count() - len(imports) if len(imports) == room_for_files else 0,
        "ending": waiting.ending(person, today, room),
        "short": waiting.marked(person, short.lines[:MOST_SENTENCES]),
        "shortfalls": len(short.lines),
        "rests_on": rests_on,
        "where": summary.places_in_words(rests_on.places),
    }


def _for_grantee(person: Person) -> dict[str, Any]:
    today = timezone.localdate()
    reports = standing.of_charity(person, today=today)
    now = [each for each in reports if each.is_now]
    answered = [each for each in reports if each.deliveries and not each.is_open]
    later = [each for each in reports if each.is_open and not each.is_now]
    charities = Organisation.objects.filter(id__in=person.organisation_ids)
    told: dict[str, Any] = {
        "next": now[0] if now else None,
        "also": now[1:],
        "last": answered[0] if answered else None,
    }
    grants = {} if reports else _works(person)
    told["same_work"] = joining.waiting(person)
    return {**told, **grants, "later": later[:MOST_DATES], "charities": charities, "reports": reports, "today": today}


def _works(person: Person) -> dict[str, Any]:
    """The grants of a charity of which no report is planned, by the work they pay for."""
    own: Any = Grant.objects.visible_to(person).with_running_period().select_related("funder", "project")
    grants = own.order_by("-runs_to", "-id")[: MOST_CARDS + 1]
    works: dict[Project, list[Grant]] = {}
    for grant in grants[:MOST_CARDS]:
        works.setdefault(grant.project, []).append(grant)
    return {"works": works, "more": len(grants) > MOST_CARDS}


def _for_administrator() -> dict[str, Any]:
    return {
        "funder_count": Organisation.objects.funders().count(),
        "people_count": Person.objects.count(),
        "grant_count": Grant.objects.shared().count(),
    }


def _secretariat() -> list[Person]:
    return list(Person.objects.filter(is_secretariat=True, is_active=True)[:3])
