"""Texts as files bring them: blanks, misread characters and contact details found, mended and named by a code."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LEFT_OUT = "[…]"
"""Stands where a contact detail or a name stood."""

LONGEST_NAME = 200
"""So much of a person's name is looked for."""

_BLANK = " \t\r\n\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")

# Two or more characters in a row that UTF-8 bytes turn into when they are read as Windows-1252 or Latin-1.
_LEAD, _TAIL = (
    "ÂÃÅâ",
    "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122",
)
_MISREAD = re.compile(f"[{_LEAD}][{_TAIL}]{{1,2}}")
_WINDOWS = re.compile("[\u0080-\u009f]")
_MEANT = re.compile("[\u00a0-\u00ff\u2010-\u2044\u20ac\u2122\u0174-\u0177]")

# Every repetition has an end, so that no text, however long, takes more than a moment.
EMAIL = r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
PHONE = r"(?<![\w£$€.,/-])(?:\+44[\s()-]{0,3}(?:0[\s)-]{0,2})?|\(?0)[1-9](?:[\s()-]{0,3}\d){8,9}(?!\d)"
# Lower case too, but not "Q1 2nd".
_POSTCODE = (
    r"\b(?![A-Z]{1,2}\d[A-Z\d]?\s(?:1st|2nd|3rd|[04-9]th)\b)"
    r"[A-Za-z]{1,2}\d[A-Za-z\d]?[\s.\u2010-\u2015-]{0,3}\d[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}\b"
)
STREET = (
    r"\b(?:[Ff]lat \w{1,5},? )?\d{1,4}[A-Za-z]?,? (?:[A-Z][\w'’-]{1,30} ){1,3}"
    r"(?:Street|Road|Lane|Avenue|Close|Drive|Terrace|Gardens|Crescent|Grove|Mews|Square|Rd|Ave|St)\b"
    r"(?!\.? [A-Z][a-z]{1,30}['’]?s?\b)"
)
_CONTACTS = tuple(
    (re.compile(sign).search, re.compile(pattern))
    for sign, pattern in (
        ("@", EMAIL),
        (r"\+44|0[1-9]", PHONE),
        (r"\d[A-Za-z\d]?[\s.\u2010-\u2015-]{0,3}\d[A-Za-z]{2}\b", _POSTCODE),
        (r"\d[A-Za-z]?,? [A-Z]", STREET),
    )
)
"""Each kind of contact with a sign that is quick to look for; without its sign a text holds none of that kind."""
_any_sign = re.compile(r"[@\d]").search
"""What every one of these signs begins with, but for a plus before it."""
POSTCODE = re.compile(_POSTCODE)
_PART_OF_POSTCODE = re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d.-]{0,5}|\d[A-Za-z]{1,2}", re.ASCII)
NOBODY = re.compile(r"(?:n/?a|none|null|nil|unknown|tb[acd]|not (?:known|applicable)|[-.?0x]*)", re.IGNORECASE)
"""What people write where they have nothing to write."""
_NO_NAMES = frozenset("mr mrs ms miss dr the and of de da du la le el al van von der".split())  # noqa: SIM905
BARE = dict(zip("ØøŁłĐđŦŧĦħıÐð", "OoLlDdTtHhiDd", strict=True))
_JSON = {None: "null", True: "true", False: "false"}


def tidy(text: str, *, lines: bool = False) -> tuple[str, tuple[str, ...]]:
    """`text` mended, and the codes of what was wrong with it; `lines` True keeps its line breaks."""
    if text.isascii() and text.isprintable() and text[:1] != " " and text[-1:] != " ":
        return text, ()
    codes = []
    for code, mend in _MENDS:
        mended = mend(text)
        if mended != text:
            codes.append(code)
            text = mended
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines and len(parts := text.splitlines()) > 1:
        codes.append("line-break")
        text = " ".join(part for part in map(str.strip, parts) if part)
    if "\ufffd" in text:
        codes.append("broken-character")
    return text, tuple(codes)


def without_controls(text: str) -> str:
    """Characters that nobody sees, and halves of characters (surrogates), which become U+FFFD."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def _read_right(text: str) -> str:
    """Text that was UTF-8, was read as Windows-1252 and saved so: "Â£100" becomes "£100"."""
    if text.isascii():
        return text
    return _WINDOWS.sub(_windows_character, _MISREAD.sub(_decoded, text))


def _decoded(found: re.Match[str]) -> str:
    written = found.group()
    for length in range(len(written), 1, -1):
        try:
            meant = b"".join(_byte(each) for each in written[:length]).decode("utf-8")
        except UnicodeError:
            continue
        if len(meant) == 1 and _MEANT.match(meant):
            return meant + written[length:]
    return written


def _byte(character: str) -> bytes:
    return bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252")


def _windows_character(found: re.Match[str]) -> str:
    return found.group().encode("latin-1").decode("cp1252", errors="replace")


_MENDS = (
    ("blanks-around", lambda text: text.strip(_BLANK)),
    ("misread-characters", _read_right),
    ("control-characters", without_controls),
)


def without_contacts(text: str, *, instead: str = LEFT_OUT) -> str:
    """`text` without e-mail addresses, telephone numbers, postcodes and street addresses."""
    first = _any_sign(text)
    if first is None:
        return text
    start = max(first.start() - 1, 0)
    for has_sign, pattern in _CONTACTS:
        if has_sign(text, start):
            text, start = pattern.sub(lambda found: instead, text), 0
    return text


@lru_cache(maxsize=4_096)
def is_plain(text: str) -> bool:
    """Whether nothing is wrong with a text that many rows share: nothing to mend, and nobody's contact in it."""
    return not tidy(text)[1] and without_contacts(text) == text


def contacts(text: str) -> list[str]:
    """The e-mail addresses, telephone numbers, postcodes and street addresses in `text`, in its order."""
    found = [each for has_sign, pattern in _CONTACTS if has_sign(text) for each in pattern.findall(text)]
    return sorted(found, key=text.find)


def part_of_contact(word: str) -> bool:
    """Whether a word searched for is a postcode, half of one or another contact, so that finding it would tell one."""
    return bool(_PART_OF_POSTCODE.fullmatch(word) or contacts(word))


def without_names(text: str, names: tuple[str, ...]) -> str:
    """`text` without these names of people, accents aside: whole, whatever their capitals, and each of their parts."""
    pattern = _naming(names)
    if pattern is None:
        return text
    whole = unicodedata.normalize("NFC", text)
    spans = [found.span() for found in pattern.finditer(without_accents(whole))]
    for start, end in reversed(spans):
        whole = whole[:start] + LEFT_OUT + whole[end:]
    return whole if spans else text


@lru_cache(maxsize=64)
def _naming(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds these names in a text without accents."""
    found: dict[str, None] = {}
    for name in names:
        plain = without_accents(unicodedata.normalize("NFC", name[:LONGEST_NAME]))
        parts = re.findall(r"\w+", plain)
        for order in (parts, parts[1:] + parts[:1], parts[-1:] + parts[:-1]):
            found[_whole_words(r"\W+".join(map(re.escape, order)))] = None
        for part in parts:
            found |= dict.fromkeys(_as_written(part))
    found.pop("", None)
    return re.compile("|".join(found)) if found else None


def _whole_words(pattern: str) -> str:
    """Any capitals; where words stand without blanks between them, as in Chinese, a name may begin anywhere."""
    if not pattern:
        return ""
    return rf"(?i:\b{pattern}\b)" if pattern.isascii() else f"(?i:{pattern})"


def _as_written(part: str) -> list[str]:
    """One part of a name as a name is written, so with a capital: "hope" stays where Hope is left out."""
    if len(part) < 2 or part.casefold() in _NO_NAMES:
        return []
    return [rf"\b{form}\b" for form in dict.fromkeys((part, part.capitalize(), part.upper())) if not form.islower()]


def without_accents(text: str) -> str:
    """`text` with as many characters, each without its accents."""
    if text.isascii():
        return text
    return "".join(BARE.get(each) or unicodedata.normalize("NFD", each)[0] for each in text)


def shown(value: object) -> str:
    """What was written, short enough for one line of a list; containers are not spelt out."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if value is None or isinstance(value, bool):
        return _JSON[value]
    try:
        text = value if isinstance(value, str) else str(value)
    except ValueError:  # Python spells no number of more than 4,300 digits.
        return "…"
    text = without_controls(text)
    return text if len(text) <= 200 else text[:199] + "…"
