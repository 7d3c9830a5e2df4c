"""Every kind of shortfall, and of task beside it: its code, the word on screen, and the rule beside its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from counting.money import WHOLE

if TYPE_CHECKING:
    from priorities.models import GapRules

EMPTY, NEGLECTED, UNDER_TARGET, UNDER_NEED = "empty", "neglected", "under_target", "under_need"
ENDING, FRAGILE, TOO_NARROW, NO_EVIDENCE = "ending", "fragile", "too_narrow", "no_evidence"
KINDS = (EMPTY, NEGLECTED, UNDER_TARGET, UNDER_NEED, ENDING, FRAGILE, TOO_NARROW, NO_EVIDENCE)
"""Strongest first: a cell that is several of them stands in the list once, as the first."""
UNKNOWN, WAITING = "unknown", "waiting"
"""Tasks, not gaps: what nobody has sorted yet; reports that were handed in and that a funder has not answered."""

GRANT, FUNDER, CHARITY = "grant", "funder", "charity"
"""On whom a cell rests."""

WORDS = {
    EMPTY: _("No grant here"),
    NEGLECTED: _("Named, not reached"),
    UNDER_TARGET: _("Below what we agreed"),
    UNDER_NEED: _("Small beside the need"),
    ENDING: _("Money running out"),
    FRAGILE: _("Rests on one"),
    TOO_NARROW: _("One service only"),
    NO_EVIDENCE: _("No recent report"),
    UNKNOWN: _("Not yet sorted"),
    WAITING: _("Waiting for our answer"),
    "stale": _("May be out of date"),
}
RESTS_ON = {
    GRANT: _("Rests on one grant"),
    FUNDER: _("Rests on one funder"),
    CHARITY: _("Rests on one charity"),
}


def word(kind: str, rests_on: str = "") -> str:
    return str(RESTS_ON[rests_on] if rests_on else WORDS.get(kind) or kind)


def rule(kind: str, rules: GapRules, *, within: int | None = None, rests_on: str = "") -> str:
    """The rule in words with its threshold as it stands; `within` the months of this very sentence (ending)."""
    if kind == ENDING:
        if within is None:
            told = gettext("ends within %(first)s, %(second)s or %(third)s months and nothing follows")
            return told % dict(zip(("first", "second", "third"), rules.ending, strict=True))
        return ngettext(
            "ends within %(n)s month and nothing follows", "ends within %(n)s months and nothing follows", within
        ) % {"n": within}
    if kind == FRAGILE:
        return _fragile(rests_on) % {"share": percent(rules.fragile)}
    if kind == TOO_NARROW:
        told = gettext("%(share)s or more of the grants here each pay for a single service")
        return told % {"share": percent(rules.narrow)}
    if kind == NO_EVIDENCE:
        return ngettext(
            "a report was owed, none accepted in %(n)s month",
            "a report was owed, none accepted in %(n)s months",
            rules.evidence_months,
        ) % {"n": rules.evidence_months}
    if kind == UNDER_NEED:
        told = gettext("share of money is under %(part)s the share of need, same people, both dated")
        return told % {"part": part_of(rules.need)}
    return str(PLAIN[kind])


def rules_in_words(rules: GapRules) -> list[tuple[str, str, str]]:
    """Each kind, and each task beside them, with its word and its rule as it stands."""
    return [(kind, word(kind), rule(kind, rules)) for kind in (*KINDS, UNKNOWN, WAITING)]


PLAIN = {
    EMPTY: _("none of the funders here has a running grant on this day"),
    NEGLECTED: _("named by the funders; no grant says it reaches them"),
    UNDER_TARGET: _("running money is less than the target that was agreed"),
    UNKNOWN: _("nobody has said which area or place (a task, not a gap)"),
    WAITING: _("handed in, a funder has not answered (own funders only)"),
}
"""Rules without a threshold."""


def percent(share: int) -> str:
    """Basis points as they are: 1000 gives 10 %."""
    whole, rest = divmod(share, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "\u00a0%" if rest else f"{whole}\u00a0%"


def part_of(share: int) -> str:
    """ "half" for 5,000 basis points, "40 % of" for 4,000."""
    return gettext("half") if share == WHOLE // 2 else gettext("%(share)s of") % {"share": percent(share)}


def _fragile(rests_on: str) -> str:
    if rests_on == CHARITY:
        return gettext("%(share)s or more of the running money to one")
    if rests_on in (GRANT, FUNDER):
        return gettext("%(share)s or more of the running money from one")
    return gettext("%(share)s or more of the running money from, or to, one")
