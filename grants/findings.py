"""What checking one row leaves behind: a clean grant and its problems; and what every check of a row begins with."""

from __future__ import annotations

from typing import Any, NamedTuple

from grants.texts import shown, tidy, without_contacts

Clean = dict[str, Any]


class Problem(NamedTuple):
    """Where (the standard's JSON path), what (a code), what was written, and what it was mended to, if it was."""

    column: str
    code: str
    value: str = ""
    repair: str = ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in an array; a lone one counts as an array of one."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


class RowCheck:
    """The checks of one row; each reads its fields of `raw` and leaves its problems in `problems`."""

    __slots__ = ("problems", "raw")

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def note(self, column: str, code: str, value: object = "", repair: object = "") -> None:
        self.problems.append(Problem(column, code, shown(value), shown(repair)))

    def text(self, column: str, value: Any, longest: int = 0, *, lines: bool = False) -> str:
        """A text mended; numbers are taken as they are written, anything else is no text and gives ""."""
        if type(value) is not str:
            if value is None or isinstance(value, (dict, list, bool)):
                return ""
            value = shown(value)
        text, codes = tidy(value, lines=lines)
        if not text and "blanks-around" in codes:
            codes = ("only-blanks",)
        for code in codes:
            self.note(column, code, value, text)
        if longest and len(text) > longest:
            self.note(column, "text-cut", len(text), longest)
            text = text[: longest - 1] + "…"
        return text

    def public_text(self, column: str, longest: int = 0, *, lines: bool = False) -> str:
        """A text that many will read, so without anybody's address, number or mailbox."""
        return self.public(column, self.text(column, self.raw.get(column), longest, lines=lines))

    def public(self, column: str, text: str) -> str:
        """`text` without contacts; what was left out is noted, but not repeated."""
        public = without_contacts(text)
        if public != text:
            self.note(column, "contact-left-out")
        return public

    def objects(self, column: str) -> list[dict[str, Any]]:
        """What stands in an array of objects; a lone object is taken for an array of one."""
        value = self.raw.get(column)
        if not value:
            return []
        if type(value) is list and len(value) == 1 and type(value[0]) is dict:
            return value
        if not isinstance(value, list):
            self.note(column, "not-a-list", value)
        return objects(value)
