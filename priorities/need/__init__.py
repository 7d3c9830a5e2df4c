"""Need beside money: published figures, and the comparisons that they bear (see comparing.py)."""

from priorities.need.comparing import (
    ADULTS,
    HALF,
    INCLUDED,
    Comparator,
    Deficit,
    Family,
    Met,
    Short,
    deficits,
    met,
    shares,
    short,
    together,
)

__all__ = [
    "ADULTS",
    "HALF",
    "INCLUDED",
    "Comparator",
    "Deficit",
    "Family",
    "Met",
    "Short",
    "deficits",
    "met",
    "shares",
    "short",
    "together",
]
