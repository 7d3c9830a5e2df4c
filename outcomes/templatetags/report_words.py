"""Figures, windows and days in templates about reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from outcomes import serving, words
from outcomes.marked import Marked
from outcomes.models import Answer, Measurement, ReportFile

register = template.Library()


@register.filter
def figure(measured: Measurement) -> str:
    """30, 12 of 40, £1,250, 3.75, or why there is none."""
    return words.figure(measured)


@register.filter
def as_evidence(thing: Answer | ReportFile) -> str:
    """Whether an answer or a file may serve as evidence, as its funder reads it."""
    return words.as_evidence(serving.said_of(thing))


@register.filter
def window(about: Any) -> str:
    """The days that something with `start` and `end` is about: 1 April to 30 June 2026."""
    return words.window(about.start, about.end)


@register.filter
def overlap(joining: Any) -> str:
    """The days on which all grants of a joining run."""
    return words.window(joining.overlap_from, joining.overlap_to)


@register.filter
def days_since(moment: datetime, today: date) -> int:
    """Whole days of the calendar here, not of the clock in UTC."""
    return (today - timezone.localdate(moment)).days


@register.filter
def box(boxes: dict[str, Marked], name: str) -> Marked:
    """The box of that name, as it was sent; empty where none was."""
    return boxes.get(name) or Marked(name)


@register.filter
def joined_to(letter: str, number: int) -> str:
    """The name of a box: "q" and 7 give q7."""
    return f"{letter}{number}"
