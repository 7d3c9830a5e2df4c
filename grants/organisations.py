"""Who gives and who receives, as one row names them: identifiers mended, what is no identifier left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from grants import standard
from grants.findings import RowCheck
from grants.texts import NOBODY, tidy, without_contacts

_ORG_ID = re.compile(r"([A-Za-z]{2,3}-[A-Za-z0-9]+|360[Gg])-(.+)", re.DOTALL)


class Organisations(RowCheck):
    """The checks of one row's funder and recipients."""

    __slots__ = ()

    def funder(self) -> list[str]:
        funders = self.organisations("fundingOrganization")
        if not funders:
            self.note("fundingOrganization", "funder-missing")
            return ["", ""]
        if len(funders) > 1:
            self.note("fundingOrganization", "several-funders", len(funders))
        return funders[0]

    def recipients(self, *, personal: bool) -> list[list[str]]:
        found = self.organisations("recipientOrganization")
        if personal and found:
            self.note("recipientOrganization", "two-kinds-of-recipient")
        if not personal and not found:
            self.note("recipientOrganization", "recipient-missing")
        return [] if personal else found

    def organisations(self, column: str) -> list[list[str]]:
        found: list[list[str]] = []
        for number, each in enumerate(self.objects(column)):
            org_id, name = each.get("id"), each.get("name")
            if type(org_id) is str and type(name) is str and (plain := _plain_party(org_id, name)):
                found.append([*plain])
                continue
            where = f"{column}/{number}/name"
            name = self.public(where, self.text(where, each.get("name"), standard.LONGEST_NAME))
            org_id = self.org_id(f"{column}/{number}/id", each.get("id"))
            if not name and org_id:
                self.note(where, "org-name-missing", "", org_id)
            if name or org_id:
                found.append([org_id, name or org_id])
        return found if len(found) < 2 else [each for place, each in enumerate(found) if each not in found[:place]]

    def org_id(self, column: str, value: Any) -> str:
        """An organisation's identifier, mended, or "" where what is written is none."""
        text = self.text(column, value)
        mended, codes = _identified(text)
        for code in codes:
            self.note(column, code, text, mended)
        return mended


@lru_cache(maxsize=65_536)
def _identified(text: str) -> tuple[str, tuple[str, ...]]:
    """An organisation's identifier in its right form, "" where it is none, and the codes of what was wrong."""
    if not text:
        return "", ("org-id-missing",)
    parts = _ORG_ID.fullmatch(text)
    if parts is None or NOBODY.fullmatch(parts[2].strip()) or len(text) > standard.LONGEST_IDENTIFIER:
        return "", ("org-id-unusable",)
    prefix, number = parts[1].upper(), re.sub(r"\s+", "", parts[2])
    if prefix == "GB-COH" and number.isascii() and number.isdecimal() and 5 <= len(number) < 8:
        number = number.zfill(8)
    mended = f"{prefix}-{number}"
    odd = prefix in _REGISTERS and not _REGISTERS[prefix](number)
    return mended, ("org-id-written-otherwise",) * (mended != text) + ("org-id-odd",) * odd


@lru_cache(maxsize=65_536)
def _plain_party(org_id: str, name: str) -> tuple[str, str] | None:
    """Identifier and name where nothing is wrong with either, which is nearly always; None sends them to be checked."""
    mended, codes = _identified(org_id)
    fit = mended and not codes and name and len(name) <= standard.LONGEST_NAME
    right = fit and not tidy(name)[1] and not tidy(org_id)[1] and without_contacts(name) == name
    return (org_id, name) if right else None


def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern, re.ASCII).fullmatch


_REGISTERS: dict[str, Callable[[str], object]] = {
    "GB-CHC": _matches(r"\d{6,7}(-\d{1,3})?"),
    "GB-COH": _matches(r"[A-Z0-9]{8}"),
    "GB-SC": _matches(r"SC\d{6}"),
    "GB-NIC": _matches(r"\d{6}"),
}
"""What numbers of a register look like; another is kept and listed."""
