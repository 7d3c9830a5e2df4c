"""Every door of the portal, read from the URLconf, and who may pass it, read from docs/who-sees-what.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from priorities import linking
from priorities.models import SetAside
from tests.house.world import (
    CONTRIBUTOR,
    KINDS,
    LEAD,
    OFFICER,
    STRANGER,
    VIEWER,
    World,
)

TABLE = Path(__file__).resolve().parents[2] / "docs" / "who-sees-what.md"
HEAD = f"| page, file or API | {' | '.join(KINDS)} |"
YES, READS, NO_SUCH_PAGE = "yes", "reads", "no such page"


@dataclass(frozen=True)
class Door:
    """Who gets in; who is told that there is no such thing (it is not theirs); everybody else is refused.

    at: the address's parts. posts: it only takes POST, with this data. answers: what a GET that gets in is answered.
    write: those of them who may send its form, where that is fewer.
    """

    enter: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    at: Callable[[World], dict[str, Any]] = lambda world: {}
    posts: Callable[[World], dict[str, Any]] | None = None
    answers: tuple[int, ...] = (200,)
    query: dict[str, str] = field(default_factory=dict)
    write: frozenset[str] | None = None

    def expects(self, kind: str, method: str) -> str:
        if kind in self.enter:
            return "refused" if method == "post" and self.write is not None and kind not in self.write else "in"
        if kind in self.hidden:
            return "hidden"
        return "sign in" if kind == STRANGER else "refused"


def patterns(within: Iterable[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the URLconf with its whole route, those of included files too."""
    for each in get_resolver().url_patterns if within is None else within:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, route)
        else:
            yield route, each


def guard_of(pattern: URLPattern) -> tuple[Any, ...] | None:
    """What a view says of who may enter; None where it says nothing."""
    stated = getattr(pattern.callback, "guard", None)
    return stated if stated is not None else getattr(getattr(pattern.callback, "cls", None), "guard", None) or None


def unguarded(within: Iterable[Any] | None = None) -> list[str]:
    return [route for route, each in patterns(within) if not guard_of(each)]


def address(name: str, world: World) -> str:
    return reverse(name, kwargs=DOORS[name].at(world))


def grant(world: World) -> dict[str, Any]:
    return {"pk": world.grant.pk}


def project(world: World) -> dict[str, Any]:
    return {"pk": world.grant.project_id}


def charity(world: World) -> dict[str, Any]:
    return {"pk": world.charity.pk}


def target(world: World) -> dict[str, Any]:
    return {"pk": world.target.pk}


def sorted_as(world: World) -> dict[str, Any]:
    return {"priority": "victim_services", "region": "LON", "seen": linking.fingerprint(world.grant)}


def source(world: World) -> dict[str, Any]:
    return {"pk": world.source.pk}


def membership(world: World) -> dict[str, Any]:
    return {"pk": world.people[LEAD].memberships.get().pk}


def removed(world: World) -> dict[str, Any]:
    return {"pk": world.removed_grant.pk}


def need_figure(world: World) -> dict[str, Any]:
    return {"pk": world.need_figure.pk}


def need_removed(world: World) -> dict[str, Any]:
    return {"pk": world.removed_need.pk}


def report(world: World) -> dict[str, Any]:
    return {"pk": world.report.pk}


def handed_in(world: World) -> dict[str, Any]:
    return {"pk": world.handed_in.pk}


def colleague(world: World) -> dict[str, Any]:
    return {"pk": world.people[CONTRIBUTOR].memberships.get().pk}


def invitation(world: World) -> dict[str, Any]:
    return {"pk": world.invitation.pk}


def handed_over(world: World) -> dict[str, Any]:
    return {"leaver": world.people[VIEWER].pk, "successor": world.people[OFFICER].pk}


def nothing(world: World) -> dict[str, Any]:
    return {}


SHORT = {"kind": "empty", "gap": "victim_services.region.NI"}
"""What falls short in the demo."""


def set_aside(world: World) -> dict[str, Any]:
    """What one kind of person has set aside is not set aside again by the next, so it is taken back before."""
    SetAside.objects.exclude(pk=world.aside.pk).delete()
    again = timezone.localdate() + timedelta(days=90)
    return {**SHORT, "reason": "The autumn meeting decides.", "look_again_on": again.isoformat()}


LIBRARY_DOORS = {
    "account_login": "allauth's request for a code, under the name that Django's guards send strangers to",
    "account_request_login_code": "allauth's own name for the same page; its views redirect to it by this name",
    "account_confirm_login_code": "allauth's page for the code",
    "account_logout": "allauth's way out, asked first, so that no link signs anybody out",
    "account_inactive": "where allauth sends a person who may no longer sign in",
    "api-root": "the REST framework's list of what the API has",
    "api-schema": "drf-spectacular's description of the API",
}
"""Views made by libraries: name to the reason why they stand. Each carries a guard of ours and is walked like any."""

MORE: dict[str, Door] = {
    "account_login": Door(answers=(200, 302)),
    "account_request_login_code": Door(answers=(200, 302)),
    "account_confirm_login_code": Door(answers=(302,)),
    "account_logout": Door(answers=(200, 302)),
    "demo_enter": Door(posts=lambda world: {"who": "officer"}),
    "grant": Door(at=grant),
    "grant_edit": Door(at=grant),
    "grant_remove": Door(at=grant, posts=nothing),
    "grant_restore": Door(at=removed, posts=nothing),
    "grant_hold_back": Door(at=grant),
    "grant_protection": Door(at=grant),
    "organisation": Door(at=charity),
    "organisation_edit": Door(at=charity),
    "person_edit": Door(at=lambda world: {"pk": world.people[LEAD].pk}),
    "membership_end": Door(at=membership, posts=nothing),
    "import": Door(at=source),
    "import_progress": Door(at=source, answers=(302,)),
    "import_apply": Door(at=source, posts=nothing),
    "import_drop": Door(at=source, posts=nothing),
    "import_undo": Door(at=source, posts=nothing),
    "import_missing": Door(at=source, posts=nothing),
    "import_problems_csv": Door(at=source),
    "suggestions_confirm": Door(posts=lambda world: {"suggestion": world.suggestion.pk}),
    "sort_undo": Door(posts=nothing),
    "sort": Door(at=grant),
    "sort_quick": Door(at=grant, posts=sorted_as),
    "suggestion_dismiss": Door(at=grant, posts=lambda world: {"list": "priority"}),
    "target_edit": Door(at=target),
    "target_end": Door(at=target, posts=nothing),
    "gap_set_aside": Door(posts=set_aside),
    "gap_take_back": Door(at=lambda world: {"pk": world.aside.pk}, posts=nothing),
    "gap_looking": Door(posts=lambda world: SHORT),
    "gap_looking_end": Door(at=lambda world: {"pk": world.looking.pk}, posts=nothing),
    "runs_out_grants": Door(query={"on": "2026-11-21", "month": "2026-12"}),
    "need_chart": Door(query={"family": "support-contract.victim_services.region"}),
    "need_series": Door(at=lambda world: {"code": "nrm-referrals"}),
    "need_remove": Door(at=need_figure, posts=nothing),
    "need_restore": Door(at=need_removed, posts=nothing),
    "report": Door(at=report),
    "report_questions": Door(at=report),
    "report_draft": Door(at=report),
    "report_correct": Door(at=handed_in, posts=nothing),
    "report_evidence": Door(at=handed_in),
    "report_file_add": Door(at=report),
    "report_file": Door(at=lambda world: {"pk": world.file.pk}),
    "report_file_take_back": Door(at=lambda world: {"pk": world.file.pk}, posts=nothing),
    "report_black_out": Door(at=handed_in),
    "due": Door(at=lambda world: {"pk": world.due.pk}),
    "copy": Door(at=lambda world: {"pk": world.copy.pk}),
    "same_work_answer": Door(at=lambda world: {"pk": world.proposed.pk}, posts=lambda world: {"same": "yes"}),
    "same_work_part": Door(at=lambda world: {"pk": world.proposed.pk}, posts=nothing),
    "plan_reports": Door(at=grant),
    "renewal": Door(at=grant),
    "overlaps": Door(at=grant),
    "overlap_take_back": Door(at=lambda world: {"pk": world.grant.pk, "overlap": 1}, posts=nothing),
    "more_time": Door(at=report),
    "report_letters": Door(at=report),
    "ask_change": Door(at=grant),
    "asked": Door(at=lambda world: {"pk": world.asked.pk}),
    "follow_up": Door(at=lambda world: {"pk": world.follow_up.pk}),
    "learning_agree": Door(at=lambda world: {"pk": world.learning.pk}),
    "figures": Door(at=grant),
    "api-reports-due-detail": Door(at=lambda world: {"pk": world.due.pk}),
    "api-reports-detail": Door(at=lambda world: {"pk": world.copy.pk}),
    "grant_invite": Door(at=grant),
    "invitation_accept": Door(at=invitation, posts=nothing),
    "invitation_withdraw": Door(at=invitation, posts=nothing),
    "colleague_invite": Door(at=charity),
    "colleague_role": Door(at=colleague, posts=lambda world: {"role": "lead"}),
    "lead_hand_over": Door(at=colleague, posts=nothing),
    "colleague_remove": Door(at=colleague, posts=nothing),
    "take_over": Door(at=lambda world: {"pk": world.funder.pk}, posts=handed_over),
    # Without a provider there is no such page; with one its secret decides (tests/accounts/test_provider_events.py).
    "mail_events": Door(answers=(404,)),
    "task_done": Door(at=lambda world: {"pk": world.task.pk}, posts=nothing),
    "api-grants-detail": Door(at=grant),
    "api-projects-detail": Door(at=project),
    "api-organisations-detail": Door(at=charity),
    "api-nothing": Door(at=lambda world: {"rest": "nothing/here/"}, answers=(404,)),
}
"""What the table cannot say: the parts of an address, what a form is sent, what else is answered."""


def table() -> dict[str, dict[str, str]]:
    """docs/who-sees-what.md: by URL name, what each kind of person finds there."""
    rows = [
        [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        for line in TABLE.read_text(encoding="utf-8").partition(HEAD)[2].splitlines()
        if line.startswith("| `")
    ]
    return {name: dict(zip(KINDS, marks, strict=True)) for name, *marks in rows}


def _door(name: str, marks: dict[str, str]) -> Door:
    def those(*wanted: str) -> frozenset[str]:
        return frozenset(kind for kind, mark in marks.items() if mark in wanted)

    enter, writes = those(YES, READS), those(YES)
    more = MORE.get(name, Door())
    return replace(more, enter=enter, hidden=those(NO_SUCH_PAGE), write=None if writes == enter else writes)


DOORS: dict[str, Door] = {name: _door(name, marks) for name, marks in table().items()}
