"""Percentages as people write them, exactly in basis points."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

_WRITTEN = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")


class NotAPercentage(ValueError):
    """The text is no percentage from 0 to 100 in hundredths; its text says so to the person who wrote it."""


def basis_points(text: str) -> int:
    """ "33.33", "33,33 %" or "80" as basis points (0 to 10,000). Raises NotAPercentage."""
    bare = text.strip().removesuffix("%").strip()
    if not _WRITTEN.fullmatch(bare) or not bare.isascii():
        raise NotAPercentage(
            _("“%(text)s” is no percentage. Write a number such as 80 or 33.33.") % {"text": text[:40]}
        )
    points = Decimal(bare.replace(",", ".")) * 100
    if points > 10_000:
        raise NotAPercentage(_("%(text)s %% is more than the whole. Write 100 or less.") % {"text": bare})
    if points != int(points):
        raise NotAPercentage(
            _("%(text)s %% is finer than a hundredth. Write two digits after the point.") % {"text": bare}
        )
    return int(points)
