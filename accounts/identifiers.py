"""How an organisation's identifier is written (org-id.guide form), and what is wrong with one that is not."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FORM = re.compile(r"^[A-Z0-9]{2,4}-[A-Za-z0-9]+-[^-].*$")
"""Where it is registered, the register, the number there; "360G-" and a publisher's own are of this form too."""
NUMBERS = {
    "GB-CHC": (r"\d{6,7}(-\d+)?", gettext_lazy("A charity number of England and Wales has 6 or 7 figures.")),
    "GB-SC": (r"SC\d{6}", gettext_lazy("A Scottish charity number is SC and 6 figures: GB-SC-SC012345.")),
    "GB-NIC": (r"\d{6}", gettext_lazy("A charity number of Northern Ireland has 6 figures.")),
    "GB-COH": (
        r"[A-Z0-9]{8}",
        gettext_lazy("A company number has 8 figures or letters; put noughts in front: GB-COH-00123456."),
    ),
}
"""Register to what its numbers look like, and what to say of one that does not."""


def tidy(value: str) -> str:
    """Without spaces; capitals in the register, and in the number where it has a known form."""
    value = re.sub(r"\s+", "", value)
    if value.count("-") < 2:
        return value
    place, register, number = value.split("-", 2)
    if place.upper() == "360G":
        return f"360G-{register}-{number}"
    prefix = f"{place}-{register}".upper()
    return f"{prefix}-{number.upper() if prefix in NUMBERS else number}"


def fault(value: str) -> str:
    """What is wrong with a tidied identifier and how to mend it, in words; "" where nothing is."""
    if not FORM.match(value):
        return _(
            "“%(value)s” does not say where it is registered. Put the register in front: GB-CHC-1234567 for a charity "
            "of England and Wales, GB-SC-SC012345 for one of Scotland, GB-COH-01234567 for a company."
        ) % {"value": value}
    place, register, number = value.split("-", 2)
    pattern, words = NUMBERS.get(f"{place}-{register}", (r".+", ""))
    return "" if re.fullmatch(pattern, number) else f"“{value}”: {words}"
