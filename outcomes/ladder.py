"""The steps of a ladder: on which days before and after a report is due somebody is reminded of it."""

from __future__ import annotations

from datetime import date, timedelta

from counting import working_days
from outcomes.models.reminding import FIRM, LIGHT, USUAL

STEPS = {
    LIGHT: (-28, -3, 7),
    USUAL: (-28, -14, -3, 0, 7, 14),
    FIRM: (-56, -28, -14, -3, 0, 1, 7, 14, 30),
}
"""Days from the due date, as UK funders use them."""
COPY, RING, AGENDA = 7, 14, 30
"""The step that an officer has a letter of too; the one that is hers to ring; the one for the next meeting's agenda."""
GENTLEST = (LIGHT, USUAL, FIRM)


def letters(preset: str) -> tuple[int, ...]:
    """The steps on which the charity has a letter; the later ones are the officer's."""
    return tuple(each for each in STEPS[preset] if each not in (RING, AGENDA))


def gentlest(presets: set[str]) -> str:
    """The one that writes least, of those that several funders chose."""
    return min(presets, key=GENTLEST.index)


def day_of(due_on: date, step: int) -> date:
    """The working day of a step: one before the date, and the date itself, moves back from a closed day; one after it
    moves on."""
    day = due_on + timedelta(days=step)
    return working_days.on_or_after(day) if step > 0 else working_days.on_or_before(day)


def name(step: int) -> str:
    """As letters are told apart: "-14", "0", "+7"."""
    return f"{step:+d}" if step else "0"
