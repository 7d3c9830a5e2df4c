"""What could tell who a person is, found in a text. Pure; the browser runs the very same rules while somebody types.

The patterns are plain enough that Python (re.ASCII) and JavaScript (flags "gu") read them alike: no named groups, no
flags inside, no class that depends on a language.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from grants import texts

NAME, PHONE, MAIL, POSTCODE, ADDRESS = "name", "phone", "mail", "postcode", "address"
BIRTH, INSURANCE, NHS, AGE = "birth", "insurance", "nhs", "age"
MOST_FINDS = 50
"""In one text; more would help nobody."""

BLANKS = "[\\u000b\\u000c\\u001c-\\u001f\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]"
"""What counts as a blank beside space, tab and line break; the two languages know different ones."""
ACCENTED = "[\\u00c0-\\u024f\\u1e00-\\u1eff]"

_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?)"
)
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ ./-]{{1,2}}(?:\d{{1,2}}|{_MONTH})[ ,./-]{{1,2}}(?:19|20)?\d{{2}}"
    rf"|(?:19|20)\d{{2}}-\d{{2}}-\d{{2}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d{{2}})(?!\d)"
)
_BORN = (
    r"\b(?:[Bb]orn|[Dd]\.?[Oo]\.?[Bb]\b\.?|[Dd]ate of [Bb]irth|[Bb]irth ?date|[Bb]irthday)"
    r"(?: on| is| was)?[\s:;,()-]{0,4}"
)

_NO_INITIALS = r"(?!(?:U\.K|U\.S|E\.U|U\.N|N\.I|G\.P|B\.A|M\.A|R\.S)\b)"
_INITIALS = rf"(?<![\w.]){_NO_INITIALS}[A-Z]\.\s?[A-Z](?:\.\s?[A-Z])?\.?(?!\w)"
_SHORTENED = rf"\b[A-Z][a-z]{{1,20}} [A-Z]\.(?!\w)|(?<![\w.]){_NO_INITIALS}[A-Z]\. [A-Z][a-z]{{1,20}}\b"
_TITLED = r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.? [A-Z](?:[a-z'-]{1,20})?\b\.?"
_ONE_LETTER = r"(?<![\w.])[A-Z]\.(?=,? \(?\d)"
_COUNTED = (
    "people|persons?|wom[ae]n|m[ae]n|children|girls|boys|families|hours?|days?|weeks?|months?|minutes|sessions?|clients"
    "|grants?|survivors|adults|cases|places|beds|per|pages|staff|others|referrals|calls|of|at|out"
)
_NO_RANGE = (
    r"(?![\d%]|[.,:/]\d|\s?(?:%|-|\u2013|\+)|\s(?:to|plus|upwards)\b"
    r"|\s(?:years? )?(?:and|or) (?:\d|over|under|above|below|older|younger|up)\b)"
)
_BESIDE = (
    r"(?:,? \(?aged? |,? (?:is|was) (?:aged )?|, ?| ?\((?:[MFmf],? ?)?)\d{2}"
    rf"{_NO_RANGE}(?! (?:{_COUNTED}|{_MONTH})\b)"
)
_GROUPS = (
    "Women|Men|Girls|Boys|Children|Adults|Clients|Survivors|People|Person|Those|Anyone|Everyone|Everybody|Some|Most"
    "|Many|All|Any|Others|Residents|Users|Participants|Victims|Families|Youth|Males|Females|Mothers|Refugees|Ages|Only"
    "|Individuals|Beneficiaries|Guests|Learners|Members|Students|Pupils|Teenagers|Minors|Both|Half|And|For|From|Of|The"
)
_WORD = rf"\b(?!(?:{_GROUPS})\b)[A-Z][a-z]{{1,20}}"
_YEARS_OLD = r"\d{1,2}[\s-](?:years?|yrs?)[\s-]old\b|\d{1,2} ?y/?o\b"

_PEOPLES = (
    "Afghan|Albanian|Algerian|American|Angolan|Armenian|Azerbaijani|Bangladeshi|Belarusian|Bolivian|Bosnian|Brazilian"
    "|Bulgarian|Burmese|Cambodian|Cameroonian|Chadian|Chinese|Colombian|Congolese|Croatian|Cuban|Czech|Dominican"
    "|Ecuadorian|Egyptian|Eritrean|Estonian|Ethiopian|Filipin[ao]|French|Gambian|Georgian|German|Ghanaian|Greek"
    "|Guatemalan|Guinean|Haitian|Honduran|Hungarian|Indian|Indonesian|Iranian|Iraqi|Irish|Italian|Ivorian|Jamaican"
    "|Jordanian|Kazakh|Kenyan|Kosovan|Kurdish|Kyrgyz|Laotian|Latvian|Lebanese|Liberian|Libyan|Lithuanian|Macedonian"
    "|Malawian|Malaysian|Malian|Mexican|Moldovan|Mongolian|Moroccan|Mozambican|Namibian|Nepal(?:i|ese)|Nigerian"
    "|Pakistani|Palestinian|Peruvian|Polish|Portuguese|Roma|Romanian|Russian|Rwandan|Senegalese|Serbian|Slovak"
    "|Slovenian|Somali|South African|Spanish|Sri Lankan|Sudanese|Syrian|Taiwanese|Tajik|Tanzanian|Thai|Tunisian"
    "|Turkish|Turkmen|Ugandan|Ukrainian|Uzbek|Venezuelan|Vietnamese|Yemeni|Zambian|Zimbabwean"
)
_COUNTRIES = (
    "Afghanistan|Albania|Algeria|Angola|Armenia|Azerbaijan|Bangladesh|Belarus|Bolivia|Bosnia|Brazil|Bulgaria|Burma"
    "|Cambodia|Cameroon|Chad|China|Colombia|Congo|Croatia|Cuba|Czechia|Ecuador|Egypt|Eritrea|Estonia|Ethiopia|France"
    "|Gambia|Georgia|Germany|Ghana|Greece|Guatemala|Guinea|Haiti|Honduras|Hungary|India|Indonesia|Iran|Iraq|Ireland"
    "|Italy|Jamaica|Jordan|Kazakhstan|Kenya|Kosovo|Kyrgyzstan|Laos|Latvia|Lebanon|Liberia|Libya|Lithuania|Macedonia"
    "|Malawi|Malaysia|Mali|Mexico|Moldova|Mongolia|Morocco|Mozambique|Myanmar|Namibia|Nepal|Nigeria|Pakistan"
    "|Palestine|Peru|Poland|Portugal|Romania|Russia|Rwanda|Senegal|Serbia|Sierra Leone|Slovakia|Slovenia|Somalia"
    "|South Africa|Spain|Sri Lanka|Sudan|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Tunisia|Turkey|Turkmenistan|Uganda"
    "|Ukraine|Uzbekistan|Venezuela|Vietnam|Yemen|Zambia|Zimbabwe"
)
_NO_PLACE = (
    f"{_COUNTRIES}|{_MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|England|Wales|Scotland|Britain|Great|United"
    "|Northern|Europe|European|English|Home|Modern|Spring|Summer|Autumn|Winter|Year|Quarter|Our"
)
_SOMEBODY = "woman|man|girl|boy|male|female|national|mother|father|survivor|client|victim|teenager|person"
_OF_AN_AGE = rf"\b(?:{_YEARS_OLD}|aged \d{{1,2}}{_NO_RANGE}|(?:{_SOMEBODY}),? \(?\d{{2}}(?=[,)]))"
_OF_A_PEOPLE = rf"\b(?:(?:{_PEOPLES})\b|[Ff]rom (?:the )?(?:{_COUNTRIES})\b)"
_IN_A_PLACE = rf"\b(?:[Ii]n|[Nn]ear|[Aa]t|[Aa]round|[Ff]rom|[Oo]f) (?!(?:{_NO_PLACE})\b)[A-Z][a-z]+"
_ON = r"[^.!?\n]{0,80}?"
_ALL_THREE = (
    rf"(?={_ON}(?:{_OF_AN_AGE}))(?={_ON}(?:{_OF_A_PEOPLE}))(?={_ON}(?:{_IN_A_PLACE}))"
    rf"(?:{_OF_AN_AGE}|{_OF_A_PEOPLE}|{_IN_A_PLACE})[^.!?\n]{{0,100}}"
)
"""An age, a nationality and a place in one sentence, in any order."""

MOD_11 = "mod 11"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, the code of what it finds, and the check that its digits must pass ("" for none)."""

    code: str
    pattern: str
    check: str = ""

    @property
    def expression(self) -> re.Pattern[str]:
        return _compiled(self.pattern)


RULES = (
    Rule(MAIL, texts.EMAIL),
    Rule(NHS, r"(?<![\d.,£$€/-])\d{3}[\s-]?\d{3}[\s-]?\d{4}(?![\d/-]|[.,]\d)", MOD_11),
    Rule(
        INSURANCE,
        r"\b(?!(?:BG|GB|NK|KN|TN|NT|ZZ))[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z]"
        r"(?:[\s-]?\d{2}){3}[\s-]?[A-Da-d]\b",
    ),
    Rule(BIRTH, rf"(?:{_BORN}|{_INITIALS},? ?\(?){_DATE}"),
    Rule(PHONE, texts.PHONE),
    Rule(PHONE, r"(?<![\w+])\+(?!44)\d{1,3}(?:[\s().-]{0,2}\d){7,12}(?!\d)"),
    Rule(PHONE, r"(?<![\w£$€.,/-])(?:00[1-9]\d?(?:[\s().-]{0,2}\d){8,12}|0[127]\d{2,4}\.\d{3}\.?\d{3,4})(?!\d)"),
    Rule(ADDRESS, texts.STREET),
    Rule(POSTCODE, texts.POSTCODE.pattern),
    Rule(NAME, rf"(?:{_INITIALS}|{_SHORTENED}|{_TITLED}|{_ONE_LETTER}){_BESIDE}"),
    Rule(NAME, rf"\b[A-Z]{{2,3}},? \(?(?:aged \d{{1,2}}|{_YEARS_OLD}){_NO_RANGE}"),
    Rule(NAME, rf"{_WORD}(?:,? \(?aged \d{{1,2}}{_NO_RANGE}|,? (?:(?:is|was) )?\(?(?:{_YEARS_OLD}))"),
    Rule(NAME, rf"{_WORD}(?:, \d{{2}}, | \(\d{{2}}\),? )(?:an? |from|who|came|arrived|told|says|said|{_PEOPLES})\b"),
    Rule(AGE, _ALL_THREE),
)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


@dataclass(frozen=True, slots=True)
class Find:
    """Where something stands, what kind it is of, and its words with single spaces."""

    start: int
    end: int
    code: str
    words: str


def finds(text: str) -> list[Find]:
    """All that could tell who somebody is, in its order; what overlaps an earlier or longer find is left out."""
    spaced = re.sub(BLANKS, " ", text)
    plain = re.sub(ACCENTED, lambda found: texts.without_accents(found.group()), spaced)
    found = [
        Find(each.start(), each.end(), rule.code, " ".join(spaced[each.start() : each.end()].split()))
        for rule in RULES
        for each in rule.expression.finditer(plain)
        if not rule.check or passes(each.group())
    ]
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[Find] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept[:MOST_FINDS]


def left(text: str, said_none: Collection[str]) -> list[Find]:
    """Those of which nobody said that they are none."""
    return [each for each in finds(text) if each.words not in said_none]


def passes(number: str) -> bool:
    """Whether the last of ten digits is the check digit of the nine before it, as in an NHS number."""
    digits = [int(each) for each in number if each.isdigit()]
    weighed = sum(digit * (10 - place) for place, digit in enumerate(digits[:9]))
    return (11 - weighed % 11) % 11 == digits[9] and any(digits)


def rules() -> dict[str, Any]:
    """Everything that the browser needs to find the same."""
    return {
        "blanks": BLANKS,
        "accented": ACCENTED,
        "bare": {key: value for key, value in texts.BARE.items() if re.fullmatch(ACCENTED, key)},
        "rules": [[each.code, each.pattern, each.check] for each in RULES],
        "most": MOST_FINDS,
    }


def lines(said_none: Iterable[str]) -> str:
    """Finds of which somebody said that they are none, as a box keeps them: one a line."""
    return "\n".join(dict.fromkeys(said_none))
