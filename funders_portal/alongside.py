"""One funder beside the group in words and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from counting import money
from counting.money import WHOLE
from funders_portal.summary import percent
from priorities.beside import Beside, Look, Part
from priorities.models import Dimension


@dataclass(frozen=True, slots=True)
class Row:
    """One area or place: the figures, their shares in words, and in basis points as lengths of bars."""

    part: Part
    own_share: str
    group_share: str
    of_group: str
    own_bar: int
    group_bar: int


def told(funder: Organisation, look: Look) -> dict[str, Any]:
    areas, places = look.by(Dimension.PRIORITY), look.by(Dimension.REGION)
    return {
        "sentences": sentences(funder.name, areas),
        "together": areas.together,
        "lists": [
            _listed(Dimension.PRIORITY, _("By area"), funder.name, areas),
            _listed(Dimension.REGION, _("By place"), funder.name, places),
        ],
    }


def _listed(list_: Dimension, heading: str, name: str, beside: Beside) -> tuple[str, str, str, list[Row], list[Row]]:
    """A list's name and heading, the finding, rows of proper entries and of others with money, and the foot."""
    shown = [part for part in beside.parts if part.group or not part.line.residual]
    rows = [_row(part, beside.together) for part in shown]
    return list_.value, heading, finding(name, beside), rows, [_row(beside.together, beside.together)]


def _row(part: Part, whole: Part) -> Row:
    return Row(
        part,
        own_share=share(part.own, whole.own),
        group_share=share(part.group, whole.group),
        of_group=share(part.own, part.group),
        own_bar=part.own * WHOLE // whole.own if whole.own else 0,
        group_bar=part.group * WHOLE // whole.group if whole.group else 0,
    )


def share(part: int, whole: int) -> str:
    return percent(part, whole) if whole else ""


def sentences(name: str, areas: Beside) -> str:
    """£2.2m in 10 running grants, 27.0 % of the £8.0m that run here."""
    own = areas.together
    if not own.own_grants:
        return _("%(funder)s: no grant running on this day.") % {"funder": name}
    told = ngettext(
        "%(pounds)s in %(n)s running grant, %(share)s of the %(all)s that run here.",
        "%(pounds)s in %(n)s running grants, %(share)s of the %(all)s that run here.",
        own.own_grants,
    )
    return told % {
        "pounds": money.short(own.own),
        "n": f"{own.own_grants:,}",
        "share": share(own.own, own.group) or percent(0, 1),
        "all": money.short(own.group),
    }


def finding(name: str, beside: Beside) -> str:
    """Where its share and the group's differ most, as the picture shows; "" where one of them has no money."""
    whole = beside.together
    proper = [part for part in beside.parts if not part.line.residual]
    if not (whole.own and whole.group and proper):
        return ""
    most = max(proper, key=lambda part: abs(part.own * whole.group - part.group * whole.own))
    return _("%(entry)s: %(own)s of the money of %(funder)s, %(group)s of the group's.") % {
        "entry": most.line.label,
        "own": percent(most.own, whole.own),
        "funder": name,
        "group": percent(most.group, whole.group),
    }
