"""Sentences for cells in which money runs and that fall short all the same, and for the tasks beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext, ngettext

from counting import money
from priorities.cells import Cell
from priorities.kinds import CHARITY, GRANT, percent
from priorities.models import Dimension
from priorities.need import Short
from priorities.need import words as need_words
from priorities.sentences import day, lowered, number, place
from priorities.shortfall.evidence import Owed
from priorities.shortfall.holding import Cut, Held
from priorities.to_sort import Backlog


def rests(cell: Cell, held: Held, names: Mapping[int, str], least: int) -> str:
    """What the cell's running money rests on; `names` of funders and charities, `least` the threshold."""
    who = names.get(held.id, gettext("one that is not named here"))
    if held.on == GRANT:
        told = gettext("%(place)s rests on one grant: %(amount)s from %(funder)s, until %(day)s.")
        return told % {"place": place(cell), "amount": money.short(held.pence), "funder": who, "day": day(held.until)}
    told = (
        gettext("%(place)s rests on one charity: %(amount)s to %(who)s, %(grants)s.")
        if held.on == CHARITY
        else gettext("%(place)s rests on one funder: %(amount)s from %(who)s, %(grants)s.")
    )
    sentence = told % {"place": place(cell), "amount": _of_all(held), "who": who, "grants": _in_grants(held)}
    if held.also_charity and held.on != CHARITY:
        sentence += " " + gettext("One charity gets %(share)s or more of it.") % {"share": percent(least)}
    return sentence


def _of_all(held: Held) -> str:
    if held.pence == held.total:
        return gettext("all %(amount)s") % {"amount": money.short(held.pence)}
    amounts = {"amount": money.short(held.pence), "total": money.short(held.total)}
    return gettext("%(amount)s of %(total)s") % amounts


def _in_grants(held: Held) -> str:
    count = len(held.grants)
    return ngettext(
        "in one grant, until %(day)s", "in %(count)s grants, the last until %(day)s", count
    ) % {"count": number(count), "day": day(held.until)}  # fmt: skip


def one_service(cell: Cell, cut: Cut) -> str:
    """How many grants pay for one service each, beside what is whole-person."""
    told = gettext("%(place)s: one service only. %(grants)s, %(amount)s, pay for a single service each%(beside)s.") % {
        "place": place(cell),
        "grants": _narrow_grants(cut),
        "amount": money.short(cut.narrow_pence),
        "beside": _silent(cut),
    }
    return f"{told} {whole_person(cut)}"


def _narrow_grants(cut: Cut) -> str:
    if cut.narrow < cut.grants:
        counts = {"narrow": number(cut.narrow).capitalize(), "grants": number(cut.grants)}
        return gettext("%(narrow)s of %(grants)s grants") % counts
    if cut.grants == 2:
        return gettext("Both grants")
    return gettext("All %(grants)s grants") % {"grants": number(cut.grants)}


def _silent(cut: Cut) -> str:
    """What is said of those that say nothing of services; the rule does not count them."""
    if not cut.silent:
        return ""
    return ngettext(
        "; %(count)s says nothing of services", "; %(count)s say nothing of services", cut.silent
    ) % {"count": number(cut.silent)}  # fmt: skip


def whole_person(cut: Cut) -> str:
    if not cut.whole:
        return gettext("No grant here is whole-person, not divided.")
    return ngettext(
        "%(amount)s in %(count)s grant is whole-person, not divided.",
        "%(amount)s in %(count)s grants is whole-person, not divided.",
        cut.whole,
    ) % {"amount": money.short(cut.whole_pence), "count": number(cut.whole)}


def no_report(cell: Cell, owed: Owed, months: int) -> str:
    """How many reports are owed; names neither a grant nor a charity."""
    told = [gettext("%(place)s: no recent report.") % {"place": place(cell)}]
    count = ngettext("%(count)s grant owes one;", "%(count)s grants owe one;", owed.grants)
    told.append(count % {"count": number(owed.grants).capitalize()})
    none = ngettext(
        "none was accepted in the last month.", "none was accepted in the last %(n)s months.", months
    )  # fmt: skip
    told.append(none % {"n": months})
    if owed.held_back == owed.grants:
        told.append(
            ngettext(
                "Which it is, only its own funder sees.", "Which they are, only their own funders see.", owed.grants
            )
        )
    elif owed.held_back:
        told.append(
            ngettext(
                "Which the other is, only its own funder sees.",
                "Which the other %(count)s are, only their own funders see.",
                owed.held_back,
            )
            % {"count": number(owed.held_back)}
        )
    return " ".join(told)


def beside_need(where: str, short: Short) -> str:
    """Both shares with the people, the period and so the comparator, as the page Beside need says them.

    `where`: the cell in words; the money may be that for adults in it alone.
    """
    told = gettext("%(place)s: %(money)s of the money, %(need)s of the people. (%(people)s, %(period)s.)")
    return told % {
        "place": gettext("Adult %(area)s") % {"area": lowered(where)} if short.adults else where,
        "money": need_words.percent(short.money_share_bp),
        "need": short.printed or need_words.percent(short.need_share_bp),
        "people": short.people,
        "period": short.period,
    }


def not_sorted(by: str, backlog: Backlog) -> str:
    """`by`: the list that nobody has sorted by, area or place."""
    told = {
        Dimension.PRIORITY.value: ngettext(
            "%(amount)s in %(count)s grant is not yet sorted by area; a shortfall below may close.",
            "%(amount)s in %(count)s grants is not yet sorted by area; a shortfall below may close.",
            backlog.grants,
        ),
        Dimension.REGION.value: ngettext(
            "%(amount)s in %(count)s grant is not yet sorted by place; a shortfall below may close.",
            "%(amount)s in %(count)s grants is not yet sorted by place; a shortfall below may close.",
            backlog.grants,
        ),
    }[by]
    return told % {"amount": money.short(backlog.pence), "count": number(backlog.grants)}


def sort_them(backlog: Backlog) -> str:
    return ngettext("Sort it, about %(time)s", "Sort them, about %(time)s", backlog.grants) % {"time": backlog.time}


def waiting(grants: int, since: date) -> str:
    told = ngettext(
        "%(count)s report was handed in on %(day)s and has had no answer.",
        "%(count)s reports were handed in and have had no answer; the oldest since %(day)s.",
        grants,
    )
    return told % {"count": number(grants).capitalize(), "day": day(since)}
