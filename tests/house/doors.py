"""Every door of the portal, read from the URLconf, and who may pass it, written down a second time by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from priorities import linking
from priorities.models import SetAside
from tests.house.world import (
    ADMINISTRATOR,
    ADVISER,
    CONTRIBUTOR,
    KINDS,
    LEAD,
    NOBODY,
    OFFICER,
    OTHER_LEAD,
    OTHER_OFFICER,
    PUBLIC_BODY,
    SECRETARIAT,
    STRANGER,
    VIEWER,
    World,
)

EVERYBODY = frozenset(KINDS)
SIGNED_IN = EVERYBODY - {STRANGER}
OFFICERS = frozenset({OFFICER, OTHER_OFFICER})
READERS = OFFICERS | {VIEWER, SECRETARIAT}
"""Those who look over the whole portfolio."""
WRITERS = frozenset({OFFICER, SECRETARIAT})
"""Those who may change a grant of the funder."""
KEEPERS = frozenset({SECRETARIAT, ADMINISTRATOR})
"""Those who keep the group's own rows: people, organisations, settings."""
OWN = frozenset({LEAD, CONTRIBUTOR})
MEMBERS_ELSEWHERE = frozenset({OTHER_LEAD, PUBLIC_BODY, ADVISER})
"""Leads of other organisations: the same kind of person as the recipient's lead, but this grant is not theirs."""


@dataclass(frozen=True)
class Door:
    """Who gets in; who is told that there is no such thing (it is not theirs); everybody else is refused.

    at: the address's parts. posts: it only takes POST, with this data. answers: what a GET that gets in is answered.
    write: those of them who may send its form, where that is fewer.
    """

    enter: frozenset[str]
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

DOORS: dict[str, Door] = {
    "home": Door(EVERYBODY),
    "help": Door(EVERYBODY),
    "healthz": Door(EVERYBODY),
    "account_login": Door(EVERYBODY, answers=(200, 302)),
    "account_request_login_code": Door(EVERYBODY, answers=(200, 302)),
    "account_confirm_login_code": Door(EVERYBODY, answers=(302,)),
    "account_logout": Door(EVERYBODY, answers=(200, 302)),
    "account_inactive": Door(EVERYBODY),
    "demo_enter": Door(EVERYBODY, posts=lambda world: {"who": "officer"}),
    "grants": Door(READERS | OWN | MEMBERS_ELSEWHERE),
    "grants_csv": Door(READERS | OWN | MEMBERS_ELSEWHERE),
    "grant": Door(READERS | OWN, hidden=MEMBERS_ELSEWHERE, at=grant),
    "grant_add": Door(OFFICERS | {SECRETARIAT}),
    "grant_edit": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant),
    "grant_remove": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant, posts=nothing),
    "grant_restore": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=removed, posts=nothing),
    "grants_removed": Door(OFFICERS | {SECRETARIAT}),
    "grant_protection": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant),
    "organisations": Door(SIGNED_IN),
    "organisation": Door(READERS | OWN | {ADMINISTRATOR}, hidden=MEMBERS_ELSEWHERE | {NOBODY}, at=charity),
    "organisation_add": Door(KEEPERS),
    "organisation_edit": Door(KEEPERS, at=charity),
    "people": Door(KEEPERS),
    "person_add": Door(KEEPERS),
    "person_edit": Door(KEEPERS, at=lambda world: {"pk": world.people[LEAD].pk}),
    "membership_end": Door(KEEPERS, at=membership, posts=nothing),
    "group_settings": Door(READERS | {ADMINISTRATOR}, write=KEEPERS),
    "journal": Door(KEEPERS),
    "tokens": Door(SIGNED_IN),
    "upload": Door(OFFICERS | {SECRETARIAT}),
    "imports": Door(OFFICERS | {SECRETARIAT}),
    "import": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source),
    "import_progress": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source, answers=(302,)),
    "import_apply": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source, posts=nothing),
    "import_drop": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source, posts=nothing),
    "import_undo": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source, posts=nothing),
    "import_missing": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source, posts=nothing),
    "import_problems_csv": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=source),
    "to_sort": Door(READERS),
    "suggestions_confirm": Door(OFFICERS | {SECRETARIAT}, posts=lambda world: {"suggestion": world.suggestion.pk}),
    "sort_undo": Door(OFFICERS | {SECRETARIAT}, posts=nothing),
    "sort_paste": Door(OFFICERS | {SECRETARIAT}),
    "sort": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant),
    "sort_quick": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant, posts=sorted_as),
    "suggestion_dismiss": Door(
        WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant, posts=lambda world: {"list": "priority"}
    ),
    "targets": Door(READERS),
    "target_add": Door(frozenset({SECRETARIAT})),
    "target_edit": Door(frozenset({SECRETARIAT}), at=target),
    "target_end": Door(frozenset({SECRETARIAT}), at=target, posts=nothing),
    "watch": Door(READERS, write=frozenset({SECRETARIAT})),
    "gap_rules": Door(READERS, write=frozenset({SECRETARIAT})),
    "gaps": Door(READERS),
    "gap_set_aside": Door(OFFICERS | {SECRETARIAT}, posts=set_aside),
    "gap_take_back": Door(OFFICERS | {SECRETARIAT}, at=lambda world: {"pk": world.aside.pk}, posts=nothing),
    "gap_looking": Door(OFFICERS, posts=lambda world: SHORT),
    "gap_looking_end": Door(
        frozenset({OFFICER}),
        hidden=frozenset({OTHER_OFFICER}),
        at=lambda world: {"pk": world.looking.pk},
        posts=nothing,
    ),
    "neglected": Door(READERS),
    "neglected_csv": Door(READERS),
    "coverage": Door(READERS),
    "areas_csv": Door(READERS),
    "coverage_by": Door(READERS),
    "coverage_csv": Door(READERS),
    "gaps_csv": Door(READERS),
    "coverage_chart": Door(READERS),
    "coverage_grants": Door(READERS),
    "runs_out": Door(READERS),
    "runs_out_csv": Door(READERS),
    "runs_out_chart": Door(READERS),
    "runs_out_grants": Door(READERS, query={"on": "2026-11-21", "month": "2026-12"}),
    "who_funds": Door(READERS),
    "who_funds_csv": Door(READERS),
    "who_funds_chart": Door(READERS),
    "try_a_grant": Door(READERS),
    "api-runs-out-list": Door(READERS),
    "api-who-funds-list": Door(READERS),
    "funder_view": Door(READERS),
    "funder_view_csv": Door(READERS),
    "need": Door(READERS),
    "need_chart": Door(READERS, query={"family": "support-contract.victim_services.region"}),
    "need_csv": Door(READERS),
    "need_figures": Door(READERS),
    "need_series": Door(READERS, at=lambda world: {"code": "nrm-referrals"}),
    "need_add": Door(frozenset({SECRETARIAT})),
    "need_example": Door(frozenset({SECRETARIAT})),
    "need_remove": Door(frozenset({SECRETARIAT}), at=need_figure, posts=nothing),
    "need_restore": Door(frozenset({SECRETARIAT}), at=need_removed, posts=nothing),
    "our_reports": Door(OWN | MEMBERS_ELSEWHERE),
    "report": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=report),
    "report_questions": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=report),
    "report_draft": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=report),
    "report_correct": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=handed_in, posts=nothing),
    "report_file_add": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=report),
    "report_file": Door(
        frozenset({OFFICER, VIEWER}) | OWN,
        hidden=MEMBERS_ELSEWHERE | {OTHER_OFFICER},
        at=lambda world: {"pk": world.file.pk},
    ),
    "report_file_take_back": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=lambda world: {"pk": world.file.pk}, posts=nothing),
    "reports_to_black_out": Door(frozenset({SECRETARIAT})),
    "report_black_out": Door(frozenset({LEAD, SECRETARIAT}), hidden=frozenset({OTHER_LEAD, PUBLIC_BODY}), at=handed_in),
    "to_answer": Door(OFFICERS | {VIEWER}),
    "dues": Door(OFFICERS | {VIEWER}),
    "due": Door(
        frozenset({OFFICER, VIEWER}),
        hidden=frozenset({OTHER_OFFICER}),
        at=lambda world: {"pk": world.due.pk},
        write=frozenset({OFFICER}),
    ),
    "copy": Door(
        frozenset({OFFICER, VIEWER}) | OWN,
        hidden=MEMBERS_ELSEWHERE | {OTHER_OFFICER},
        at=lambda world: {"pk": world.copy.pk},
        write=frozenset({OFFICER}),
    ),
    "same_work": Door(OFFICERS | {VIEWER} | OWN | MEMBERS_ELSEWHERE),
    "same_work_answer": Door(
        frozenset({OFFICER, LEAD}),
        hidden=frozenset({OTHER_OFFICER, OTHER_LEAD, PUBLIC_BODY}),
        at=lambda world: {"pk": world.proposed.pk},
        posts=lambda world: {"same": "yes"},
    ),
    "same_work_part": Door(
        frozenset({OFFICER, LEAD}),
        hidden=frozenset({OTHER_OFFICER, OTHER_LEAD, PUBLIC_BODY}),
        at=lambda world: {"pk": world.proposed.pk},
        posts=nothing,
    ),
    "plan_reports": Door(frozenset({OFFICER}), hidden=frozenset({OTHER_OFFICER}), at=grant),
    "more_time": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=report),
    "ask_change": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=grant),
    "asked": Door(
        frozenset({OFFICER, VIEWER}),
        hidden=frozenset({OTHER_OFFICER}),
        at=lambda world: {"pk": world.asked.pk},
        write=frozenset({OFFICER}),
    ),
    "follow_up": Door(
        frozenset({OFFICER, VIEWER}),
        hidden=frozenset({OTHER_OFFICER}),
        at=lambda world: {"pk": world.follow_up.pk},
        write=frozenset({OFFICER}),
    ),
    "what_was_learned": Door(READERS, write=frozenset({SECRETARIAT})),
    "learning_agree": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=lambda world: {"pk": world.learning.pk}),
    "what_we_ask": Door(OFFICERS | {VIEWER}, write=OFFICERS),
    "figures": Door(
        frozenset({OFFICER, VIEWER}) | OWN,
        hidden=MEMBERS_ELSEWHERE | {OTHER_OFFICER},
        at=grant,
        write=frozenset({OFFICER}) | OWN,
    ),
    "api-reports-due-list": Door(OFFICERS | {VIEWER} | OWN | MEMBERS_ELSEWHERE),
    "api-reports-due-detail": Door(
        frozenset({OFFICER, VIEWER}) | OWN,
        hidden=MEMBERS_ELSEWHERE | {OTHER_OFFICER},
        at=lambda world: {"pk": world.due.pk},
    ),
    "api-reports-list": Door(OFFICERS | {VIEWER} | OWN | MEMBERS_ELSEWHERE),
    "api-reports-detail": Door(
        frozenset({OFFICER, VIEWER}) | OWN,
        hidden=MEMBERS_ELSEWHERE | {OTHER_OFFICER},
        at=lambda world: {"pk": world.copy.pk},
    ),
    "grant_invite": Door(WRITERS, hidden=frozenset({OTHER_OFFICER}), at=grant),
    "invitations": Door(SIGNED_IN),
    "invitation_accept": Door(frozenset({NOBODY}), hidden=SIGNED_IN - {NOBODY}, at=invitation, posts=nothing),
    "invitation_withdraw": Door(
        WRITERS | {LEAD}, hidden=frozenset({OTHER_OFFICER, OTHER_LEAD, PUBLIC_BODY}), at=invitation, posts=nothing
    ),
    "our_charity": Door(OWN | MEMBERS_ELSEWHERE),
    "colleague_invite": Door(frozenset({LEAD}), hidden=frozenset({OTHER_LEAD, PUBLIC_BODY}), at=charity),
    "colleague_role": Door(
        frozenset({LEAD}),
        hidden=frozenset({OTHER_LEAD, PUBLIC_BODY}),
        at=colleague,
        posts=lambda world: {"role": "lead"},
    ),
    "lead_hand_over": Door(frozenset({LEAD}), hidden=frozenset({OTHER_LEAD, PUBLIC_BODY}), at=colleague, posts=nothing),
    "colleague_remove": Door(OWN, hidden=MEMBERS_ELSEWHERE, at=colleague, posts=nothing),
    "our_funder": Door(OFFICERS),
    "take_over": Door(
        frozenset({OFFICER}),
        hidden=frozenset({OTHER_OFFICER}),
        at=lambda world: {"pk": world.funder.pk},
        posts=handed_over,
    ),
    "task_done": Door(
        frozenset({OFFICER}),
        hidden=frozenset({OTHER_OFFICER}),
        at=lambda world: {"pk": world.task.pk},
        posts=nothing,
    ),
    "results": Door(READERS),
    "results_chart": Door(READERS),
    "results_csv": Door(READERS),
    "api-results-list": Door(READERS),
    "api-need-list": Door(READERS),
    "api-grants-list": Door(READERS | OWN | MEMBERS_ELSEWHERE),
    "api-grants-detail": Door(READERS | OWN, hidden=MEMBERS_ELSEWHERE, at=grant),
    "api-projects-list": Door(READERS | OWN | MEMBERS_ELSEWHERE),
    "api-projects-detail": Door(READERS | OWN, hidden=MEMBERS_ELSEWHERE, at=project),
    "api-organisations-list": Door(READERS | OWN | MEMBERS_ELSEWHERE),
    "api-organisations-detail": Door(READERS | OWN, hidden=MEMBERS_ELSEWHERE, at=charity),
    "api-priorities-list": Door(SIGNED_IN),
    "api-coverage-list": Door(READERS),
    "api-gaps-list": Door(READERS),
    "api-root": Door(SIGNED_IN),
    "api-schema": Door(SIGNED_IN),
    "api-docs": Door(SIGNED_IN),
    "api-nothing": Door(EVERYBODY, at=lambda world: {"rest": "nothing/here/"}, answers=(404,)),
}
