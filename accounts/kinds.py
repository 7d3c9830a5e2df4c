"""The kinds of letter that the portal writes. Each room makes its own known when it starts (its apps.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from accounts.models import Letter

RESEND, HOLD = "resend", "hold"
"""What becomes of a letter in doubt where no provider can be asked: it goes once more, or a person decides."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says: one line of subject, and paragraphs."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter.

    write: the words of letters that were planned without any, by the letter's id; called when the mail first goes.
    unwanted: why letters are not wanted any more, by id; called in the transaction that sends them, so that what
    was done before it counts. It must ask the database, whatever the letters say.
    undelivered: leaves word, for whoever looks after these letters, that their mail was refused or came back; called
    once for each of them (accounts.undelivered).
    """

    code: str
    words: str | Promise
    at_once: bool = True
    doubt: str = RESEND
    write: Callable[[Sequence[Letter], datetime], Mapping[int, Words]] | None = None
    unwanted: Callable[[Sequence[Letter], datetime], Mapping[int, str]] | None = None
    undelivered: Callable[[Sequence[Letter], datetime], None] | None = None


_KNOWN: dict[str, Kind] = {}


def know(*kinds: Kind) -> None:
    """Make these known; said again they take the place of what was said before."""
    _KNOWN.update({each.code: each for each in kinds})


def of(code: str) -> Kind:
    """Raises KeyError for a kind that no room made known."""
    return _KNOWN[code]


def codes() -> list[str]:
    return sorted(_KNOWN)
