"""One raw row into a clean grant, with a line for every repair, refusal and oddity.

Codes only: grants/problems.py has the words. A row is refused only for what the portal cannot do without: an
identifier, a title, an amount with its currency, an award date, a funder and one kind of recipient.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from counting import money, periods, places
from grants import dates, standard
from grants.texts import POSTCODE, shown, tidy, without_contacts, without_names

Clean = dict[str, Any]


class Problem(NamedTuple):
    """Where (the standard's JSON path), what (a code), what was written, and what it was mended to, if it was."""

    column: str
    code: str
    value: str = ""
    repair: str = ""


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

_LEFT_OUT = {"not-a-date": "date-not-a-date", "no-such-day": "date-no-such-day", "absurd-year": "date-absurd-year"}
_NOBODY = re.compile(r"(?:n/?a|none|null|nil|unknown|tb[acd]|not (?:known|applicable)|[-.?0x]*)", re.IGNORECASE)
_GENERIC_NAMES = frozenset(
    {"", "individual", "individual recipient", "recipient", "anonymous", "individuals", "redacted"}
)
_ORG_ID = re.compile(r"([A-Za-z]{2,3}-[A-Za-z0-9]+|360[Gg])-(.+)", re.DOTALL)
_ABOUT_PEOPLE = frozenset(standard.OBJECTS)
_PLAIN_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_WHAT_PERSONS_KEEP = standard.KNOWN - {"recipientOrganization", "relatedDocument", "url"}
LONGEST_DURATION = 1_200
_REFUSED = -1
_NO_PERIOD: dict[str, Clean] = {
    name: {f"{name}_start": None, f"{name}_start_precision": "", f"{name}_end": None, f"{name}_end_precision": ""}
    for name in ("planned", "actual")
}
_NO_PERIOD["planned"]["planned_months"] = None


def names_somebody(raw: Any) -> bool:
    """Whether the row is about a person, so that most of it must not be kept."""
    if not isinstance(raw, dict):
        return False
    if not _ABOUT_PEOPLE.isdisjoint(raw):
        return True
    if standard.KNOWN.issuperset(raw):
        return False
    return any(_is_personal(key) for key in raw.keys() - standard.KNOWN)


def _is_personal(key: Any) -> bool:
    plain = str(key).replace(" ", "").casefold()
    return plain.startswith(("recipientind", "toindividuals"))


def safe(raw: Any) -> Any:
    """The row as it may be kept: whole, but for a person's name and everything that could lead to her."""
    if not names_somebody(raw):
        return raw
    names = _names(raw)
    kept = {key: _unnamed(value, names) for key, value in raw.items() if key in _WHAT_PERSONS_KEEP}
    if "recipientIndividual" in raw:
        kept["recipientIndividual"] = {}
    if raw.get("beneficiaryLocation"):
        kept["beneficiaryLocation"] = [_coarse(each) for each in _objects(raw["beneficiaryLocation"])]
    return kept


def _names(raw: dict[str, Any]) -> tuple[str, ...]:
    people = [each for key, value in raw.items() if _is_personal(key) for each in _objects(value)]
    found = [each["name"].strip() for each in people if isinstance(each.get("name"), str)]
    return tuple(name for name in found if name.casefold() not in _GENERIC_NAMES)


def _unnamed(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return without_contacts(without_names(value, names))
    if isinstance(value, list):
        return [_unnamed(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _unnamed(each, names) for key, each in value.items()}
    return value


def _coarse(location: dict[str, Any]) -> dict[str, Any]:
    """A person's place: its region and country, nothing finer."""
    region = places.region_of(str(location.get("geoCode") or ""))
    gss = places.REGIONS[region][1] if region in places.REGIONS else ""
    return {"countryCode": location.get("countryCode")} | ({"geoCode": gss} if gss else {})


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def clean(raw: Any) -> tuple[Clean | None, list[Problem]]:
    """One row as the portal keeps it, or None where it is refused, and every problem found; never raises.

    The clean grant has the fields of grants.revisions.PLAIN that a file can fill (dates as ISO texts, amounts in minor
    units), "funder" [identifier or "", name], "recipients" as a list of such pairs, "locations" as objects,
    "relations" as identifiers, and "from_open_call".
    """
    if not isinstance(raw, dict):
        return None, [Problem("", "not-a-row", shown(raw))]
    personal = names_somebody(raw)
    check = _Check(safe(raw) | {"recipientOrganization": raw.get("recipientOrganization")} if personal else raw)
    if personal and _names(raw):
        check.note("title", "name-left-out")
    found = check.grant(personal=personal)
    refused = any(problem.code in REFUSALS for problem in check.problems)
    return (None if refused else found), check.problems


class _Check:
    """The checks of one row; each reads its fields of `raw` and leaves its problems in `problems`."""

    __slots__ = ("problems", "raw")

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def note(self, column: str, code: str, value: object = "", repair: object = "") -> None:
        self.problems.append(Problem(column, code, shown(value), shown(repair)))

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

    # --- texts ----------------------------------------------------------------------------------------------------
    def text(self, column: str, value: Any, longest: int = 0, *, lines: bool = False) -> str:
        """A text mended; numbers are taken as they are written, anything else is no text and gives ""."""
        if type(value) is not str:
            if value is None or isinstance(value, (dict, list, bool)):
                return ""
            value = shown(value)
        text, codes = tidy(value, lines=lines)
        for code in codes:
            self.note(column, code, value, text)
        if longest and len(text) > longest:
            self.note(column, "text-cut", len(text), longest)
            text = text[: longest - 1] + "…"
        return text

    def public_text(self, column: str, longest: int = 0, *, lines: bool = False) -> str:
        """A text that many will read, so without anybody's address, number or mailbox."""
        text = self.text(column, self.raw.get(column), longest, lines=lines)
        public = without_contacts(text)
        if public != text:
            self.note(column, "contact-left-out")
        return public

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
        if _NOBODY.fullmatch(text):
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
        found["programme"] = self.text("grantProgramme/0/title", first.get("title"), standard.LONGEST_TITLE)
        found["programme_code"] = self.text("grantProgramme/0/code", first.get("code"), standard.LONGEST_NAME)

    def relations(self, grant_id: str) -> list[str]:
        written = self.raw.get("relatedActivity")
        if not written:
            return []
        texts = [self.text("relatedActivity", each) for each in (written if isinstance(written, list) else [written])]
        fit = [text for text in texts if text and len(text) <= standard.LONGEST_IDENTIFIER and text != grant_id]
        if len(fit) < len(texts):
            self.note("relatedActivity", "relation-left-out", "; ".join(set(texts) - set(fit)) or grant_id)
        return sorted(set(fit))

    def objects(self, column: str) -> list[dict[str, Any]]:
        """What stands in an array of objects; a lone object is taken for an array of one."""
        value = self.raw.get(column)
        if not value:
            return []
        if type(value) is list and len(value) == 1 and type(value[0]) is dict:
            return value
        if not isinstance(value, list):
            self.note(column, "not-a-list", value)
        return _objects(value)

    # --- money ----------------------------------------------------------------------------------------------------
    def currency(self) -> str:
        value = self.raw.get("currency")
        if type(value) is str and value in standard.CURRENCIES:
            return value
        text = self.text("currency", value)
        if not text:
            self.note("currency", "currency-missing")
            return ""
        meant = {"£": "GBP", "€": "EUR", "STG": "GBP", "UKP": "GBP"}.get(text.upper(), text.upper())
        if meant not in standard.CURRENCIES:
            self.note("currency", "currency-unknown", text)
            return ""
        if meant != text:
            self.note("currency", "currency-written-otherwise", text, meant)
        return meant

    def awarded(self, currency: str) -> int:
        """The amount, or _REFUSED where there is none that could be held."""
        value = self.raw.get("amountAwarded")
        if value is None or value == "":
            self.note("amountAwarded", "amount-missing")
            return _REFUSED
        try:
            pence = self.minor("amountAwarded", value, currency)
        except money.NotMoney as problem:
            too_large = str(problem) == "too-large"
            self.note("amountAwarded", "amount-too-large" if too_large else "amount-not-a-number", value)
            return _REFUSED
        if pence < 0:
            self.note("amountAwarded", "amount-negative", value)
            return _REFUSED
        return pence

    def other_amount(self, column: str, currency: str) -> int | None:
        """An amount that may be missing: what cannot be held is left out and listed."""
        value = self.raw.get(column)
        if value is None or value == "":
            return None
        try:
            pence = self.minor(column, value, currency)
        except money.NotMoney:
            pence = -1
        if pence >= 0:
            return pence
        self.note(column, "amount-left-out", value)
        return None

    def applied_for(self, currency: str, awarded: int) -> int | None:
        pence = self.other_amount("amountAppliedFor", currency)
        if pence == 0:
            self.note("amountAppliedFor", "applied-for-nought", 0)
            return None
        if pence is not None and pence < awarded:
            self.note("amountAppliedFor", "applied-for-less", self.raw.get("amountAppliedFor"))
        return pence

    def disbursed(self, currency: str, awarded: int) -> int | None:
        pence = self.other_amount("amountDisbursed", currency)
        if pence is not None and pence > awarded != _REFUSED:
            self.note("amountDisbursed", "disbursed-more-than-awarded", self.raw.get("amountDisbursed"))
        return pence

    def minor(self, column: str, value: Any, currency: str) -> int:
        """`value` in minor units; texts are mended, fractions of a penny rounded. Raises money.NotMoney."""
        if type(value) is int and currency == "GBP" and 0 <= value < 10**12:
            return value * 100
        if isinstance(value, str):
            value = self.number(column, value)
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise money.NotMoney("not-a-number")
        try:
            return money.minor(value, currency)
        except money.NotMoney as problem:
            if str(problem) != "finer-than-a-penny":
                raise
        unit = Decimal(1).scaleb(-money.digits(currency))
        rounded = Decimal(value).quantize(unit)
        self.note(column, "amount-rounded", value, rounded)
        return money.minor(rounded, currency)

    def number(self, column: str, written: str) -> Decimal:
        """A number that was written as text: "£1,250.50 " gives 1250.50. Raises money.NotMoney."""
        if len(written) > 60:
            raise money.NotMoney("not-a-number")
        text = re.sub(r"\s|^(?:GBP|£)|(?:GBP|£)$", "", written.strip(), flags=re.IGNORECASE)
        if not _PLAIN_NUMBER.fullmatch(text):
            raise money.NotMoney("not-a-number")
        number = Decimal(text.replace(",", ""))
        self.note(column, "number-as-text", written, number)
        return number

    # --- dates ----------------------------------------------------------------------------------------------------
    def award_date(self) -> str:
        value = self.raw.get("awardDate")
        if value is None or value == "":
            self.note("awardDate", "award-date-missing")
            return ""
        when = dates.read(value)
        if not when.precision:
            self.note("awardDate", f"award-date-{when.code}", value)
        elif when.precision != periods.DAY:
            self.note("awardDate", "award-date-partial", value)
        elif when.code:
            self.note("awardDate", when.code, value, when.first)
        return when.first

    def day(self, column: str, value: Any) -> dates.When | None:
        """A date that may be missing or partial: what is none is left out and listed."""
        if value is None or value == "":
            return None
        when = dates.read(value)
        if not when.precision:
            self.note(column, _LEFT_OUT[when.code], value)
            return None
        if when.code:
            self.note(column, when.code, value, when.first[: {"year": 4, "month": 7}.get(when.precision, 10)])
        return when

    def period(self, column: str, name: str, found: Clean) -> None:
        """Start, end and their precision under `name`; an end before its start is left out."""
        written = self.objects(column)
        if not written:
            found |= _NO_PERIOD[name]
            return
        one = written[0]
        if len(written) > 1:
            self.note(column, "several-periods", len(written))
        start = self.day(f"{column}/0/startDate", one.get("startDate"))
        end = self.day(f"{column}/0/endDate", one.get("endDate"))
        months = self.months(f"{column}/0/duration", one.get("duration"))
        found[f"{name}_start"], found[f"{name}_start_precision"] = (
            (start.first, start.precision) if start else (None, "")
        )
        found[f"{name}_end"], found[f"{name}_end_precision"] = (end.last, end.precision) if end else (None, "")
        if start and end and end.last < start.first:
            self.note(f"{column}/0/endDate", "end-before-start", one["endDate"])
            found[f"{name}_end"], found[f"{name}_end_precision"] = None, ""
        elif start and months and not end:
            day = periods.end_after(periods.partial(start.first).first, months)
            found[f"{name}_end"], found[f"{name}_end_precision"] = day.isoformat(), "duration"
        if name == "planned":
            found["planned_months"] = months

    def months(self, column: str, value: Any) -> int | None:
        if value is None or value == "":
            return None
        if type(value) is int and 0 <= value <= LONGEST_DURATION:
            return value or None
        try:
            number = Decimal(self.minor(column, value, "GBP")) / 100
        except money.NotMoney:
            number = Decimal(-1)
        if not 0 <= number <= LONGEST_DURATION:
            self.note(column, "duration-left-out", value)
            return None
        whole = int(number.to_integral_value())
        if whole != number:
            self.note(column, "duration-rounded", value, whole)
        return whole or None

    # --- who and where --------------------------------------------------------------------------------------------
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
            name = self.text(f"{column}/{number}/name", each.get("name"), standard.LONGEST_NAME)
            org_id = self.org_id(f"{column}/{number}/id", each.get("id"))
            if not name and org_id:
                self.note(f"{column}/{number}/name", "org-name-missing", "", org_id)
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

    def locations(self) -> list[dict[str, str]]:
        """Where the work is; addresses, postcodes and points on the map stay in the raw row."""
        written = self.objects("beneficiaryLocation")
        found = [self.location(f"beneficiaryLocation/{number}", each) for number, each in enumerate(written)]
        return [each for each in found if any(each.values())]

    def location(self, column: str, written: dict[str, Any]) -> dict[str, str]:
        texts = [written.get(name) for name in ("name", "geoCode", "geoCodeType", "countryCode")]
        if all(type(text) is str for text in texts) and (plain := _plain_location(*texts)):
            return plain
        name = self.text(f"{column}/name", written.get("name"), standard.LONGEST_NAME)
        gss = self.text(f"{column}/geoCode", written.get("geoCode"))
        public = without_contacts(name)
        if public != name:
            self.note(f"{column}/name", "contact-left-out")
        if gss and POSTCODE.search(gss.upper()):
            self.note(f"{column}/geoCode", "place-code-is-postcode")
            gss = ""
        elif len(gss) > 40:
            self.note(f"{column}/geoCode", "place-code-unknown", gss)
            gss = ""
        country = self.country(f"{column}/countryCode", written.get("countryCode"))
        region = _region_of(gss) or ("" if country in ("", "GB") else places.INTERNATIONAL)
        kind = self.text(f"{column}/geoCodeType", written.get("geoCodeType"))[:40]
        return {"name": public, "geo_code": gss, "geo_code_type": kind, "country_code": country, "region": region}

    def country(self, column: str, value: Any) -> str:
        text = self.text(column, value)
        if not text or text in standard.COUNTRIES:
            return text
        meant = {"UK": "GB"}.get(text.upper(), text.upper())
        known = meant if meant in standard.COUNTRIES else ""
        self.note(column, "country-written-otherwise" if known else "country-unknown", text, known)
        return known


@lru_cache(maxsize=65_536)
def _identified(text: str) -> tuple[str, tuple[str, ...]]:
    """An organisation's identifier in its right form, "" where it is none, and the codes of what was wrong."""
    if not text:
        return "", ("org-id-missing",)
    parts = _ORG_ID.fullmatch(text)
    if parts is None or _NOBODY.fullmatch(parts[2].strip()) or len(text) > standard.LONGEST_IDENTIFIER:
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
    return (org_id, name) if fit and not tidy(name)[1] and not tidy(org_id)[1] else None


@lru_cache(maxsize=16_384)
def _plain_location(name: str, gss: str, kind: str, country: str) -> dict[str, str] | None:
    """A place where nothing is wrong with it, else None. Shared by all grants there; nobody changes it."""
    texts = (name, gss, kind, country)
    if len(name) > standard.LONGEST_NAME or any(tidy(text)[1] for text in texts) or without_contacts(name) != name:
        return None
    if not _GSS.fullmatch(gss) or country not in standard.COUNTRIES or len(kind) > 40:
        return None
    region = _region_of(gss) or ("" if country == "GB" else places.INTERNATIONAL)
    return {"name": name, "geo_code": gss, "geo_code_type": kind, "country_code": country, "region": region}


_GSS = re.compile(r"[A-Z]\d{8}", re.ASCII)
_region_of = lru_cache(maxsize=4_096)(places.region_of)


def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern, re.ASCII).fullmatch


_REGISTERS: dict[str, Callable[[str], object]] = {
    "GB-CHC": _matches(r"\d{6,7}(-\d{1,3})?"),
    "GB-COH": _matches(r"[A-Z0-9]{8}"),
    "GB-SC": _matches(r"SC\d{6}"),
    "GB-NIC": _matches(r"\d{6}"),
}
"""What numbers of a register look like; another is kept and listed."""
