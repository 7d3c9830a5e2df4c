"""What somebody sent outside a form's fields, made safe to look up and to keep."""

from __future__ import annotations

from django.http import QueryDict

MOST_DIGITS = 18
"""A longer number is no key of any row, and more than a database counts with."""


def can_be_kept(value: str) -> bool:
    """Whether databases and pages can hold it: without null characters and halves of a character."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def text(given: QueryDict, name: str) -> str:
    """What was typed, "" where nothing was, without the one character that no database keeps as text."""
    return given.get(name, "").replace("\0", "")


def none_in(given: QueryDict, name: str) -> str:
    """What somebody said tells nobody, a find a line: from ticks and from the box that keeps them, of one name."""
    lines = (line for each in given.getlist(name) for line in each.replace("\0", "").splitlines())
    return "\n".join(dict.fromkeys(line for line in lines if line))


def number(given: QueryDict, name: str) -> int:
    """A whole number from nought up; 0, the key of no row, for anything else."""
    digits = given.get(name, "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else 0
