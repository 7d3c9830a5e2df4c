"""Figures, windows and what could tell who a person is, as people read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from counting import money
from outcomes import identifying
from outcomes.identifying import Find
from outcomes.models import EvidenceMark, IndicatorVersion, Measurement


def figure(measured: Measurement) -> str:
    """30, 12 of 40, £1,250, 3.75, or why there is none."""
    if measured.status != Measurement.REPORTED:
        return str(measured.get_status_display())
    if measured.numerator is not None:
        return _("%(part)s of %(whole)s") % {"part": f"{measured.numerator:,}", "whole": f"{measured.denominator:,}"}
    value = measured.value or 0
    if measured.version.kind == IndicatorVersion.MONEY:
        return money.exact(value)
    return f"{value:,}" if measured.version.kind != IndicatorVersion.SCALE else f"{value / 100:.2f}"


def window(start: date, end: date) -> str:
    """1 April to 30 June 2026, with both years where they differ."""
    first = date_format(start, "j F" if start.year == end.year else "j F Y")
    return _("%(first)s to %(last)s") % {"first": first, "last": date_format(end, "j F Y")}


AS_EVIDENCE = {
    EvidenceMark.NAMED: later("As evidence for the group's monitoring work: yes, with the charity's name."),
    EvidenceMark.UNNAMED: later("As evidence for the group's monitoring work: yes, without the charity's name."),
    EvidenceMark.NO: later("As evidence for the group's monitoring work: no."),
}


def as_evidence(said: str) -> str:
    """What the charity said of an answer or a file; where it said nothing, no."""
    return str(AS_EVIDENCE[said or EvidenceMark.NO])


PLACES = {
    "answers": later("answers handed in, earlier ones too"),
    "figures": later("reasons of corrected figures"),
    "notes": later("notes on the report"),
    "feedback": later("funders' answers"),
    "dates": later("reasons why a report was not needed"),
    "draft": later("boxes not handed in yet"),
    "files": later("names of files"),
    "letters": later("letters about it"),
    "grants": later("titles and descriptions of its grants, earlier ones too"),
    "rows": later("rows of files that the grants came in"),
}
"""Where a passage may stand in a report."""


def places(found: Mapping[str, int]) -> list[tuple[str, int]]:
    """Where, in words, and how often."""
    return [(str(PLACES[name]), number) for name, number in found.items()]


FILE_PROBLEMS = {
    "empty": later("This file is empty. Look whether it was saved."),
    "too-large": later("This file is larger than 20 MB. Leave pictures out, or send it in parts."),
    "kind": later("This is no PDF, Word, Excel, CSV or text file, JPEG or PNG. Save it as one of them."),
    "heic": later("This is a photo as telephones of Apple keep it (HEIC). Save it as JPEG and send that."),
    "old-office": later(
        "This is an old or a locked file of Word or Excel. Save it as DOCX or XLSX without a password."
    ),
    "macros": later("This file holds programs (macros). Save it without them."),
    "locked": later("This file is locked with a password. Save it without one."),
    "broken": later("This file cannot be opened; it may be broken. Save it again and send that."),
    "endless": later("Unpacked, this file would be far larger than it says, so it was not opened."),
    "too-many-points": later("This picture is too large to be opened. Save it at half its size."),
}
"""Why a file is not taken, and what to do."""


IDENTIFYING = {
    identifying.NAME: later(
        "This looks like a person's name or initials with an age. Write it so that nobody can be told."
    ),
    identifying.PHONE: later("This looks like a phone number. Write it so that nobody can be told."),
    identifying.MAIL: later("This looks like a mail address. Write it so that nobody can be told."),
    identifying.POSTCODE: later("This looks like a postcode. Name the region instead."),
    identifying.ADDRESS: later("This looks like a street address. Name the region instead."),
    identifying.BIRTH: later("This looks like a date of birth. Give an age group instead."),
    identifying.INSURANCE: later("This looks like a National Insurance number. Leave it out."),
    identifying.NHS: later("This looks like an NHS number. Leave it out."),
    identifying.AGE: later(
        "Age, nationality and place together can tell who a person is. Leave one or two of them out."
    ),
}
"""A sentence for each kind of find."""


def identifies(found: Sequence[Find]) -> str:
    """What was found first, quoted, and what to do about it; how many more there are."""
    sentence = f"“{found[0].words}”: {IDENTIFYING[found[0].code]}"
    if len(found) == 1:
        return sentence
    return sentence + " " + _("There are %(number)d more like it.") % {"number": len(found) - 1}


def for_browser() -> str:
    """The rules and the words that mark what could tell who a person is, as the form brings them to the browser."""
    told: dict[str, Any] = {
        "rules": identifying.rules(),
        "sentences": {code: str(sentence) for code, sentence in IDENTIFYING.items()},
        "none": _("This tells nobody; keep it as it is."),
        "show": _("Show it in the box"),
        "waits": _("Not saved: something in a box could tell who a person is. Look beneath the box."),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
