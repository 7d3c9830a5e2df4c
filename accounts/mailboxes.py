"""Addresses as people type them: read from pasted lines, what is wrong with one, whether a role stands behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

LONGEST = 254
ROLES = frozenset(
    {
        "accounts", "admin", "administrator", "applications", "ceo", "chair", "charity", "contact", "director",
        "enquiries", "enquiry", "finance", "fundraising", "funding", "general", "grants", "hello", "help",
        "info", "mail", "manager", "office", "post", "projects", "reception", "reporting", "reports",
        "secretary", "services", "support", "team", "treasurer", "trustees",
    }
)  # fmt: skip
"""Words before the @ that name a role rather than somebody."""
MEANT = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com", "gmail.co": "gmail.com",
    "gnail.com": "gmail.com", "gmail.co.uk": "gmail.com", "hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com",
    "homail.com": "hotmail.com", "outlok.com": "outlook.com", "outloook.com": "outlook.com", "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com", "yaho.co.uk": "yahoo.co.uk", "iclod.com": "icloud.com", "btinternet.co.uk":
    "btinternet.com",
}  # fmt: skip
"""Hosts that nobody means, and what she means."""
ENDINGS = {".con": ".com", ".cmo": ".com", ".couk": ".co.uk", ".co.ukk": ".co.uk", ".orguk": ".org.uk", ".ogr": ".org"}
APART = re.compile(r"[,;\t<>\"]+")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at an address, in small letters; `name` as far as it is known."""

    address: str
    name: str = ""

    @property
    def is_role(self) -> bool:
        return is_role(self.address)


def is_role(address: str) -> bool:
    """Whether whoever holds a role reads this mailbox (info@, office@, reports-wales@)."""
    return bool(ROLES & set(re.split(r"[._+\-0-9]+", address.partition("@")[0].lower())))


def read(line: str) -> Contact:
    """Of "Ali Wexcombe, ali@example.org", "Ali <ali@example.org>" or the address alone. No check is made."""
    parts = [" ".join(each.split()) for each in APART.split(line)]
    address = next((each for each in parts if "@" in each), "")
    if " " in address:
        words = address.split()
        address = next(each for each in words if "@" in each)
        parts += [" ".join(each for each in words if each is not address)]
    name = next((each for each in parts if each and "@" not in each), "")
    return Contact(address.removeprefix("mailto:").strip(".").lower(), name)


def fault(contact: Contact) -> str:
    """What is wrong with it and how to mend it, in words; "" where nothing is."""
    if not contact.address:
        return _("There is no address here; one looks like name@example.org.")
    try:
        validate_email(contact.address)
    except ValidationError:
        return _("“%(address)s” is not a whole address; one looks like name@example.org.") % {
            "address": contact.address[:80]
        }
    if len(contact.address) > LONGEST:
        return _("This address is too long to be one.")
    if len(contact.name) > 150:
        return _("This name is too long. Give at most 150 characters.")
    if meant := probably(contact.address):
        return _("“%(address)s”: did you mean %(meant)s?") % {"address": contact.address, "meant": meant}
    return ""


def probably(address: str) -> str:
    """What was meant by an address that is mistyped in a common way, "" where it looks right."""
    before, _at, host = address.partition("@")
    meant = MEANT.get(host, "")
    for wrong, right in ENDINGS.items():
        if not meant and host.endswith(wrong):
            meant = host.removesuffix(wrong) + right
            meant = MEANT.get(meant, meant)
    return f"{before}@{meant}" if meant else ""
