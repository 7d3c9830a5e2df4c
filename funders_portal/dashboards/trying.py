"""Try a grant: every figure as it is and as it would be, nothing saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import FUNDERS, only
from counting import money
from counting.money import WHOLE
from funders_portal import summary
from funders_portal.dashboards import answers
from funders_portal.forms import ADD, END, SHARED, TryAdding, TryEnding
from grants.portfolio import shown_text
from priorities import columns, trying
from priorities.columns import Portfolio
from priorities.filters import unknown
from priorities.linking import in_percent
from priorities.memory.reading import Vocabulary
from priorities.sentences import day
from priorities.trying import MadeUp, Step, Tried

Form = TryAdding | TryEnding
FIRST = 10
"""So many sentences of a kind stand open."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure before and after, in words; change is "" where it stays."""

    label: str
    before: str
    after: str
    change: str


@only(*FUNDERS)
@require_safe
def try_a_grant(request: HttpRequest) -> HttpResponse:
    """What a grant, or a grant's end, would change; the address holds all of it, and nothing else does."""
    if any(not each.strip() for _name, values in request.GET.lists() for each in values):
        asked_for = answers.without(request.GET)
        return redirect(f"{reverse('try_a_grant')}?{asked_for}")
    what, portfolio = request.GET.get("what", ""), columns.current()
    context = _forms(request, what, portfolio)
    if request.GET and what not in (ADD, END):
        return _page(request, context | {"problem": _neither(what)}, refused=True)
    if not request.GET:
        return _page(request, context)
    asked: Form = context[what]
    if not asked.is_valid():
        return _page(request, context | {"form": asked}, refused=True)
    then = _then(asked, portfolio)
    return _page(request, context | (_answer(portfolio, then, asked, request.user) if then else {}) | {"form": asked})


def _page(request: HttpRequest, context: dict[str, Any], *, refused: bool = False) -> HttpResponse:
    return render(request, "funders_portal/try_a_grant.html", context, status=400 if refused else 200)


def _neither(what: str) -> str:
    choices = (ADD, END)
    missing = _("say which. Choose from: %(choices)s.") % {"choices": ", ".join(choices)}
    told = unknown(what, choices) if what else missing
    return f"what: {told}"


def _forms(request: HttpRequest, what: str, portfolio: Portfolio) -> dict[str, Any]:
    """Both forms, the one that was sent filled with what it was sent."""
    person: Any = request.user
    today = timezone.localdate()
    adding = TryAdding(
        request.GET if what == ADD else None, person=person, today=today, vocabulary=portfolio.vocabulary
    )
    ending = TryEnding(request.GET if what == END else None, person=person, today=today)
    return {ADD: adding, END: ending, "what": what, "query": request.GET.urlencode()}


def _then(asked: Form, portfolio: Portfolio) -> Portfolio | None:
    """The portfolio as it would be; None where it is not said yet which grant would end."""
    given = asked.cleaned_data
    if isinstance(asked, TryAdding):
        made_up = MadeUp(int(given["funder"]), given["amount"], given["from"], given["to"], asked.shares)
        return trying.with_grant(portfolio, made_up, on=asked.looked_at)
    return trying.with_end(portfolio, given["grant"].pk, given["last"]) if not asked.found else None


def _answer(before: Portfolio, after: Portfolio, asked: Form, person: Any) -> dict[str, Any]:
    found = trying.compare(before, after, on=asked.looked_at, person=person)
    return {
        "tried": found,
        "told": adding_in_words(asked, before.vocabulary) if isinstance(asked, TryAdding) else ending_in_words(asked),
        "shown_on": day(found.on),
        "on": found.on,
        "totals": list(_totals(found)),
        "areas": [_line(step) for step in found.areas],
        "regions": [_line(step) for step in found.regions],
        "where": [summary.places_in_words(each) or _("nothing runs") for each in found.places],
        "lists": [
            (_("Would close"), found.closed[:FIRST], found.closed[FIRST:]),
            (_("Would appear"), found.new[:FIRST], found.new[FIRST:]),
        ],
        "other": found.other[:FIRST],
        "more_other": found.other[FIRST:],
        "count": counts_in_words(found),
    }


def adding_in_words(asked: TryAdding, vocabulary: Vocabulary) -> str:
    """£100,000 from Ash, from 1 January to 31 December 2026: research 60 %, victim services 40 %; Wales."""
    given = asked.cleaned_data
    names = dict(asked.fields["funder"].choices)  # type: ignore[attr-defined]
    told = _("%(pounds)s more from %(funder)s, from %(first)s to %(last)s") % {
        "pounds": money.exact(given["amount"]),
        "funder": names[given["funder"]],
        "first": day(given["from"]),
        "last": day(given["to"]),
    }
    return f"{told}: {'; '.join(_for(asked, vocabulary))}."


def _for(asked: TryAdding, vocabulary: Vocabulary) -> list[str]:
    """What it is for, list by list; what is left of the whole is not yet sorted."""
    found = []
    for dimension, shares in asked.shares.items():
        labels = {entry.code: entry.label for entry in vocabulary[dimension]}
        parts = [_share(labels[code], share) for code, share in shares.items()]
        if (rest := WHOLE - sum(shares.values())) and dimension in SHARED:
            where = _("not yet sorted by area") if dimension == SHARED[0] else _("not yet sorted by place")
            parts.append(_share(where, rest))
        found.append(", ".join(parts))
    return found


def _share(label: str, share: int) -> str:
    return label if share == WHOLE else f"{label} {in_percent(share)}\u00a0%"


def ending_in_words(asked: TryEnding) -> str:
    grant = asked.cleaned_data["grant"]
    return _("“%(title)s”, %(pounds)s from %(funder)s, ends on %(last)s instead of %(end)s.") % {
        "title": shown_text(grant, grant.title),
        "pounds": money.exact(grant.amount_awarded, grant.currency),
        "funder": grant.funder,
        "last": day(asked.cleaned_data["last"]),
        "end": day(grant.runs_to),
    }


def counts_in_words(found: Tried) -> str:
    """Three places would close, one would appear, two would be said otherwise."""
    told = [
        ngettext("%(n)s shortfall would close", "%(n)s shortfalls would close", len(found.closed))
        % {"n": len(found.closed)},
        ngettext("%(n)s would appear", "%(n)s would appear", len(found.new)) % {"n": len(found.new)},
        ngettext("%(n)s would read otherwise", "%(n)s would read otherwise", len(found.other))
        % {"n": len(found.other)},
    ]
    return ", ".join(told) + "."


def _totals(found: Tried) -> Sequence[Line]:
    before, after = found.places
    pounds = [
        (_("All running grants"), *found.total),
        (_("In London"), before.london, after.london),
        (_("Elsewhere in the UK"), before.regions, after.regions),
        (_("UK-wide"), before.uk_wide, after.uk_wide),
        (_("Abroad, not sorted or not divided"), before.other, after.other),
    ]
    lines = [_pounds(label, was, is_) for label, was, is_ in pounds[: None if before.other or after.other else 4]]
    was, is_ = found.grants
    changed = f"{is_ - was:+,}".replace("-", "\u2212") if is_ != was else ""
    return [*lines, Line(_("Number of running grants"), f"{was:,}", f"{is_:,}", changed)]


def _line(step: Step) -> Line:
    return _pounds(step.line.label, step.before, step.after)


def _pounds(label: str, was: int, is_: int) -> Line:
    sign = "+" if is_ > was else "\u2212"
    changed = f"{sign}{money.exact(abs(is_ - was))}" if is_ != was else ""
    return Line(label, money.exact(was), money.exact(is_), changed)
