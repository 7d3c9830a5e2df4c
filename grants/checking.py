"""One raw row into a clean grant, with a line for every repair, refusal and oddity.

Codes only: grants/problems.py has the words. A row is refused only for what the portal cannot do without: an
identifier, a title, an amount with its currency, an award date, a funder and one kind of recipient.
"""

from __future__ import annotations

from typing import Any

from grants import people, standard
from grants.amounts import AmountsAndDates
from grants.findings import Clean, Problem
from grants.locations import Locations
from grants.organisations import Organisations
from grants.texts import LEFT_OUT, NOBODY, is_plain, shown

REFUSALS = frozenset(
    """
    not-a-row too-deep id-missing id-too-long id-broken title-missing currency-missing currency-unknown amount-missing
    amount-not-a-number amount-negative amount-too-large award-date-missing award-date-not-a-date award-date-no-such-day
    award-date-absurd-year award-date-partial funder-missing recipient-missing two-kinds-of-recipient duplicate-id
    not-your-funder other-funders-grant cells-beyond-titles
    """.split()  # noqa: SIM905 - a list is easier read as words
)
"""With one of these a row is refused."""
NOTICES = frozenset(
    """
    several-funders several-periods several-programmes description-missing nil-amount applied-for-nought
    disbursed-more-than-awarded applied-for-less id-without-prefix org-id-odd relation-not-found other-name
    award-date-in-future removed-here edited-here not-a-list encoding-guessed column-unknown column-beyond
    """.split()  # noqa: SIM905
)
"""Worth a look; nothing was changed. Every code that is in neither set is a repair."""

_PROGRAMME = (("programme", "title", standard.LONGEST_TITLE), ("programme_code", "code", standard.LONGEST_NAME))


def clean(raw: Any) -> tuple[Clean | None, list[Problem]]:
    """One row as the portal keeps it, or None where it is refused, and every problem found; never raises.

    The clean grant has the fields of grants.revisions.PLAIN that a file can fill (dates as ISO texts, amounts in minor
    units), "funder" [identifier or "", name], "recipients" as a list of such pairs, "locations" as objects,
    "relations" as identifiers, and "from_open_call".
    """
    if not isinstance(raw, dict):
        return None, [Problem("", "not-a-row", shown(raw))]
    personal = people.names_somebody(raw)
    check = _Check(people.safe(raw) | {"recipientOrganization": raw.get("recipientOrganization")} if personal else raw)
    if personal and people.names_of(raw):
        check.note("title", "name-left-out")
    found = check.grant(personal=personal)
    refused = any(problem.code in REFUSALS for problem in check.problems)
    return (None if refused else found), check.problems


class _Check(AmountsAndDates, Organisations, Locations):
    """All checks of one row."""

    __slots__ = ()

    def grant(self, *, personal: bool) -> Clean:
        currency = self.currency()
        awarded = self.awarded(currency)
        found: Clean = {
            "grant_id": self.identifier(),
            "to_individual": personal,
            "title": self.title(),
            "description": self.description(),
            "programme_code": "",
            "programme": "",
            "currency": currency,
            "amount_awarded": awarded,
            "amount_applied_for": self.applied_for(currency, awarded),
            "amount_disbursed": self.disbursed(currency, awarded),
            "award_date": self.award_date(),
            "regrant_type": self.regrant_type(),
            "from_open_call": self.open_call(),
        }
        self.programme(found)
        self.period("plannedDates", "planned", found)
        self.period("actualDates", "actual", found)
        found["relations"] = self.relations(found["grant_id"])
        found["joint_share"] = awarded == 0 and bool(found["relations"])
        if awarded == 0 and not found["joint_share"]:
            self.note("amountAwarded", "nil-amount", 0)
        found["funder"] = self.funder()
        found["recipients"] = self.recipients(personal=personal)
        found["locations"] = self.locations()
        return found

    def identifier(self) -> str:
        value = self.raw.get("id")
        if (
            type(value) is str
            and value.isascii()
            and value.isprintable()
            and value.startswith("360G-")
            and value[-1] != " "
        ):
            text = value
        else:
            text = self.odd_identifier(value)
        if len(text) > standard.LONGEST_IDENTIFIER:
            self.note("id", "id-too-long", text)
        elif not text:
            self.note("id", "id-missing", value if value is not None else "")
        return text

    def odd_identifier(self, value: Any) -> str:
        text = self.text("id", value)
        if NOBODY.fullmatch(text):
            return ""
        if "\ufffd" in text:
            self.note("id", "id-broken", text)
        if not isinstance(value, str):
            self.note("id", "id-as-number", value, text)
        if not text.startswith("360G-"):
            self.note("id", "id-without-prefix", text)
        return text

    def title(self) -> str:
        title = self.public_text("title", standard.LONGEST_TITLE)
        if not title:
            self.note("title", "title-missing")
        return title

    def description(self) -> str:
        description = self.public_text("description", lines=True)
        if not description:
            self.note("description", "description-missing")
        return description

    def open_call(self) -> str:
        value = self.raw.get("fromOpenCall")
        if value is None or value in ("Yes", "No", ""):
            return value or ""
        meant = {"y": "Yes", "yes": "Yes", "true": "Yes", "n": "No", "no": "No", "false": "No"}.get(
            shown(value).strip().lower(), ""
        )
        self.note("fromOpenCall", "yes-or-no", value, meant)
        return meant

    def regrant_type(self) -> str:
        value = self.raw.get("regrantType")
        if value is None or value == "" or (type(value) is str and value in standard.REGRANT_TYPES):
            return value or ""
        text = shown(value).strip().upper()
        if text in standard.REGRANT_TYPES:
            self.note("regrantType", "regrant-type-written-otherwise", value, text)
            return text
        self.note("regrantType", "regrant-type-unknown", value)
        return ""

    def programme(self, found: Clean) -> None:
        programmes = self.objects("grantProgramme")
        if not programmes:
            return
        if len(programmes) > 1:
            self.note("grantProgramme", "several-programmes", len(programmes))
        first = programmes[0]
        for name, field, longest in _PROGRAMME:
            written = first.get(field)
            if type(written) is str and len(written) <= longest and is_plain(written):
                found[name] = written
                continue
            column = f"grantProgramme/0/{field}"
            found[name] = self.public(column, self.text(column, written, longest))

    def relations(self, grant_id: str) -> list[str]:
        written = self.raw.get("relatedActivity")
        if not written:
            return []
        texts = [self.text("relatedActivity", each) for each in (written if isinstance(written, list) else [written])]
        texts = [self.public("relatedActivity", text) for text in texts]
        fit = [
            text
            for text in texts
            if text and LEFT_OUT not in text and len(text) <= standard.LONGEST_IDENTIFIER and text != grant_id
        ]
        if len(fit) < len(texts):
            self.note("relatedActivity", "relation-left-out", "; ".join(set(texts) - set(fit)) or grant_id)
        return sorted(set(fit))
