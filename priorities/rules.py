"""What a grant is probably for: words, programme, places and earlier grants into suggestions. No database here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from counting.money import WHOLE
from priorities import words

TITLE, PROGRAMME, DESCRIPTION, RECIPIENT = "title", "programme", "description", "recipient"
EARLIER, FILE, KIND_OF_WORK, AREA = "earlier", "file", "kind-of-work", "area"
"""Where a suggestion comes from; with the word found, its reason."""

WEIGHTS = {TITLE: 4, PROGRAMME: 3, RECIPIENT: 2, EARLIER: 2, DESCRIPTION: 1}
NOT_APPLICABLE = "not-applicable"
LONGEST_WORD = 80
SERVING = ("victim_services", "legal_representation")
"""Areas that help people one by one."""

Shares = Mapping[str, int]
"""Code to basis points, of one dimension."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one grant. regions: place codes that its file gives; known: what people have said of it
    already; earlier: what people said of this recipient's latest other grant. Both by dimension."""

    title: str
    description: str = ""
    programme: str = ""
    recipient: str = ""
    regions: Sequence[str] = ()
    known: Mapping[str, Shares] = field(default_factory=dict)
    earlier: Mapping[str, Shares] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A share (basis points) in one code, by which rule, and the word that set it off ("" where it needs none)."""

    dimension: str
    code: str
    share: int
    rule: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class _Sign:
    """One word that speaks for one code."""

    code: str
    weight: int
    rule: str
    word: str


_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def singular(token: str) -> str:
    """A word in lower case without its plural s or its possessive, as far as whole-word matching needs it."""
    token = token.lower()
    if "'" in token or "’" in token:
        token = re.sub(r"['’]s?$", "", token)
    return token[:-1] if len(token) > 3 and token[-1] == "s" and token[-2] != "s" else token


class Lexicon:
    """Word lists of one dimension, found in a text in one pass; a longer phrase wins over a word within it."""

    openings: set[str] = set()
    """The first words of every list's phrases; nothing else in a text needs a second look."""

    def __init__(self, lists: Mapping[str, str]) -> None:
        codes: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for code, phrases in lists.items():
            for phrase in phrases.split(","):
                codes[tuple(singular(token) for token in _TOKEN.findall(phrase))].append(code)
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], list[str]]]] = defaultdict(list)
        for words_of_phrase in sorted(codes, key=len, reverse=True):
            self._by_first_word[words_of_phrase[0]].append((words_of_phrase, codes[words_of_phrase]))
        Lexicon.openings.update(self._by_first_word)

    def find(self, text: Text) -> Iterator[tuple[str, int, int]]:
        """Code, first token and the token after the last, for every phrase found."""
        after = 0
        for at in text.openings:
            if at < after:
                continue
            for phrase, codes in self._by_first_word.get(text.tokens[at], ()):
                if text.tokens[at : at + len(phrase)] == phrase:
                    after = at + len(phrase)
                    yield from ((code, at, after) for code in codes)
                    break


class Text:
    """One text of a grant, cut into words once for all dimensions."""

    def __init__(self, rule: str, text: str) -> None:
        self.rule = rule
        self._text = text
        self._spans = [found.span() for found in _TOKEN.finditer(text)]
        self.tokens = tuple(singular(text[start:end]) for start, end in self._spans)
        self.openings = [at for at, token in enumerate(self.tokens) if token in Lexicon.openings]

    def signs(self, lexicon: Lexicon) -> Iterator[_Sign]:
        """Each code once for each phrase, with the words as they stand in the text."""
        seen = set()
        for code, first, after in lexicon.find(self):
            key = code, self.tokens[first:after]
            if key not in seen:
                seen.add(key)
                word = self._text[self._spans[first][0] : self._spans[after - 1][1]]
                yield _Sign(code, WEIGHTS[self.rule], self.rule, word[:LONGEST_WORD])


_AREAS, _NAMES, _PLACES = Lexicon(words.AREAS), Lexicon(words.NAMES), Lexicon(words.PLACES)
_STUDY, _TRAINING = Lexicon({"study": words.STUDY}), Lexicon({"training": words.TRAINING})
_REST = {
    "group": Lexicon(words.GROUPS),
    "exploitation": Lexicon(words.EXPLOITATION),
    "service": Lexicon(words.SERVICES),
    "audience": Lexicon(words.AUDIENCES),
    "term": Lexicon(words.TERMS),
}


def suggest(facts: Facts) -> list[Suggested]:
    """What the rules think, in each dimension of which nobody has said anything; shares of one come to the whole.

    Nothing is suggested where no rule has anything to go by.
    """
    texts = [Text(TITLE, facts.title), Text(PROGRAMME, facts.programme), Text(DESCRIPTION, facts.description[:2_000])]
    area = _area(facts, texts)
    found = {"priority": area, "region": _place(facts, texts)}
    main = _main(facts.known.get("priority")) or (area[0].code if area else "")
    for dimension, lexicon in _REST.items():
        found[dimension] = _rest(dimension, main, facts, texts, lexicon)
    return [each for dimension, shares in found.items() if dimension not in facts.known for each in shares]


def _area(facts: Facts, texts: Sequence[Text]) -> list[Suggested]:
    signs = [sign for text in texts for sign in text.signs(_AREAS)]
    signs += Text(RECIPIENT, facts.recipient).signs(_NAMES)
    return _decide("priority", signs, facts.earlier, most=1)


def _place(facts: Facts, texts: Sequence[Text]) -> list[Suggested]:
    """What the file says, before any word; several places are shared evenly."""
    codes = list(dict.fromkeys(code for code in facts.regions if code))
    if codes:
        return _evenly("region", [_Sign(code, 0, FILE, "") for code in codes])
    signs = [sign for text in texts for sign in text.signs(_PLACES)]
    return _decide("region", signs, facts.earlier, most=4)


def _rest(dimension: str, area: str, facts: Facts, texts: Sequence[Text], lexicon: Lexicon) -> list[Suggested]:
    """The vocabularies beside area and place: what does not apply to this kind of work, else words, else earlier."""
    if silent := _does_not_apply(dimension, area, texts):
        return [silent]
    if dimension == "service" and area == "legal_representation":
        return [Suggested("service", "legal", WHOLE, AREA, area)]
    signs = [sign for text in texts for sign in text.signs(lexicon)]
    decided = _decide(dimension, signs, facts.earlier, most=4)
    if dimension == "group" and {"adult_women", "adult_men"} <= {each.code for each in decided}:
        return [Suggested("group", "mixed_adults", WHOLE, decided[0].rule, decided[0].word)]
    return decided


def _does_not_apply(dimension: str, area: str, texts: Sequence[Text]) -> Suggested | None:
    """Research and monitoring have no service area and, unless people are named, no population group; training and
    campaigns have an audience instead; help given to people one by one has no audience."""
    work = _kind_of_work(area, texts)
    silent = {
        "study": ("service", "group", "term"),
        "training": ("service", "group", "term"),
        "help": ("audience",),
    }.get(work[0], ())
    if dimension not in silent:
        return None
    if dimension == "group" and any(True for text in texts for _ in text.signs(_REST["group"])):
        return None
    return Suggested(dimension, NOT_APPLICABLE, WHOLE, *work[1:])


def _kind_of_work(area: str, texts: Sequence[Text]) -> tuple[str, str, str]:
    """study, training, help or "", with rule and word."""
    for kind, areas, lexicon in (
        ("study", ("research", "accountability"), _STUDY),
        ("training", ("awareness",), _TRAINING),
    ):
        if area in areas:
            sign = next((sign for text in texts for sign in text.signs(lexicon)), None)
            return (kind, KIND_OF_WORK, sign.word) if sign else (kind, AREA, area)
    return ("help", AREA, area) if area in SERVING else ("", "", "")


def _decide(dimension: str, signs: Iterable[_Sign], earlier: Mapping[str, Shares], *, most: int) -> list[Suggested]:
    """The codes that most speaks for, evenly shared where they tie; an earlier grant counts as one sign more."""
    before = earlier.get(dimension, {})
    of_earlier = [_Sign(_main(before), WEIGHTS[EARLIER], EARLIER, "")] if before else []
    weights: dict[str, int] = defaultdict(int)
    first: dict[str, _Sign] = {}
    for sign in (*signs, *of_earlier):
        weights[sign.code] += sign.weight
        first.setdefault(sign.code, sign)
    heaviest = max(weights.values(), default=0)
    best = [sign for code, sign in first.items() if weights[code] == heaviest][:most]
    if len(best) == 1 and best[0].rule == EARLIER:
        return [Suggested(dimension, code, share, EARLIER) for code, share in before.items()]
    return _evenly(dimension, best)


def _evenly(dimension: str, signs: Sequence[_Sign]) -> list[Suggested]:
    """The whole shared over the signs' codes, the odd basis points going to the first."""
    share, rest = divmod(WHOLE, len(signs) or 1)
    return [Suggested(dimension, sign.code, share + (at < rest), sign.rule, sign.word) for at, sign in enumerate(signs)]


def _main(shares: Shares | None) -> str:
    """The code with the largest share, "" where there is none."""
    return max(shares, key=lambda code: shares[code]) if shares else ""
