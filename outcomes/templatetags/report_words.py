"""Figures, windows and days in templates about reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template

from outcomes import words
from outcomes.models import Measurement

register = template.Library()


@register.filter
def figure(measured: Measurement) -> str:
    """30, 12 of 40, £1,250, 3.75, or why there is none."""
    return words.figure(measured)


@register.filter
def window(about: Any) -> str:
    """The days that something with `start` and `end` is about: 1 April to 30 June 2026."""
    return words.window(about.start, about.end)


@register.filter
def overlap(joining: Any) -> str:
    """The days on which all grants of a joining run."""
    return words.window(joining.overlap_from, joining.overlap_to)


@register.filter
def days_until(due: date | None, today: date) -> int | None:
    return (due - today).days if due else None


@register.filter
def days_since(moment: Any, today: date) -> int:
    return int((today - moment.date()).days)


@register.filter
def note_on(notes: dict[str, str], name: str) -> str:
    """What was typed into the box for a note of that name."""
    return notes.get(f"note-{name}", "")
