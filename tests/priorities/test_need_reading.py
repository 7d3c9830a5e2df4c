"""Each line of a need file is read and checked by itself, and refused in words."""

from __future__ import annotations

from datetime import date

import pytest

from priorities.need import loading as need_loading
from priorities.need.files import COLUMNS, in_words
from tests import factories
from tests.priorities.need_files import file, told, year

pytestmark = pytest.mark.django_db
PLACES = (
    "North East (NE), North West (NW), Yorkshire and the Humber (YH), East Midlands (EM), West Midlands (WM), East of "
    "England (EE), London (LON), South East (SE), South West (SW), Wales (WAL), Scotland (SCO), Northern Ireland (NI), "
    "United Kingdom (UK), Great Britain (GB), England and Wales (EW), England (ENG)"
)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        (
            {"value": "a few"},
            "value",
            "“a few” is no whole number. Write one such as 3,533; no ranges, and no “more than”.",
        ),
        (
            {"value": "10,000–13,000"},
            "value",
            "“10,000–13,000” is no whole number. Write one such as 3,533; no ranges, and no “more than”.",
        ),
        ({"value": "-4"}, "value", "“-4” is less than nought. Write how many there are."),
        (
            {"value": "9" * 23},
            "value",
            f"“{'9' * 23}” is too large. The most that is kept here is 1,000,000,000,000.",
        ),
        ({"published_on": "2026-11-22"}, "published_on", "Published on 2026-11-22, which is still to come."),
        (
            {"first": "2026-11-22", "last": "2026-12-31"},
            "first",
            "The period begins on 2026-11-22, which is still to come.",
        ),
        ({"whole": "Atlantis"}, "whole", f"“Atlantis” is no place here. Choose from: {PLACES}."),
        (
            {"value": "1,00"},
            "value",
            "“1,00” is no whole number. Write one such as 3,533; no ranges, and no “more than”.",
        ),
        ({"value": ""}, "value", "Give how many there are, or their share."),
        ({"share": "120 %"}, "share", "120 % is more than the whole. Write 100 or less."),
        ({"share": "most"}, "share", "“most” is no percentage. Write a number such as 80 or 33.33."),
        ({"last": "2022-12-31"}, "last", "The period ends on 2022-12-31, before it begins on 2023-01-01."),
        (
            {"first": "2023-02-30"},
            "first",
            "“2023-02-30” is no day that can be. Write year, month and day: 2023-06-30.",
        ),
        (
            {"published_on": "2022-12-31"},
            "published_on",
            "Published on 2022-12-31, before the period begins on 2023-01-01.",
        ),
        (
            {"published_on": "6 March"},
            "published_on",
            "“6 March” is no day that can be. Write year, month and day: 2023-06-30.",
        ),
        ({"place": "Atlantis"}, "place", f"“Atlantis” is no place here. Choose from: {PLACES}."),
        (
            {"of": "men"},
            "of",
            "“men”: write what it is a part by, a colon and the part, such as “group: children” or "
            "“nationality: Albania”. Leave it empty for all of the people.",
        ),
        (
            {"of": "exploitation: war"},
            "of",
            "“war” is no entry of the list “exploitation”. Choose from: criminal, domestic_servitude, "
            "internal, labour, mixed, organ, sexual.",
        ),
        (
            {"of": "region: LON"},
            "of",
            "Parts by “region” are not written here. A place has a column of its own; the lists are: group, "
            "exploitation, service, audience.",
        ),
        (
            {"change": "up a lot"},
            "change",
            "“up a lot” cannot be read. Write the change on the period before as “+33 %” or “5 % (465 more)”.",
        ),
        (
            {"edition": "second"},
            "edition",
            "“second” is no edition. Write 1 for what was published first, 2 for what came next.",
        ),
        ({"source": ""}, "source", "Name the source: who published the figure, and in what."),
        ({"url": "nowhere"}, "url", "“nowhere” is no web address. Copy the whole of it, beginning with https://."),
        (
            {"url": "javascript:alert(1)"},
            "url",
            "“javascript:alert(1)” is no web address. Copy the whole of it, beginning with https://.",
        ),
        (
            {"kind": "gossip"},
            "kind",
            "“gossip” is no “kind”. Choose from: referrals, assessed, estimate, provision, capacity, population.",
        ),
        ({"people": ""}, "people", "“counted” is new here: fill in the column “people” on its first line."),
        (
            {"series": "Our figures"},
            "series",
            "“Our figures” is no short name. Write small letters, digits and hyphens, such as nrm-referrals.",
        ),
        (
            {"codes": "victims"},
            "codes",
            "“victims” in “codes”: write a list, a colon and its entries. The lists are: priority, region, "
            "group, exploitation, service, audience, term.",
        ),
        (
            {"provides_for": "nothing", "kind": "provision"},
            "provides_for",
            "No statistic here is called “nothing” (column provides_for). Put its lines above this one.",
        ),
        (
            {"provides_for": "nrm-referrals"},
            "provides_for",
            "Only a provision or a capacity answers a need. Leave “provides_for” empty.",
        ),
        ({"source": "x" * 301}, "source", "This is longer than 300 letters. Shorten it."),
    ],
)
def test_a_line_that_cannot_stand_is_refused_at_its_column(cells, column, words):
    assert told(file(year(2023, **{"value": "100", **cells}))) == [(2, column, words)]


def test_all_that_is_wrong_with_a_line_is_told_at_once():
    problems = told(file(year(2023, value="some", place="Nowhere", source="")))
    assert [each[:2] for each in problems] == [(2, "value"), (2, "place"), (2, "source")]


HEADINGS = ", ".join(COLUMNS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", f"There is nothing in it. The first line has the headings: {HEADINGS}."),
        ("series,colour\nx,red", f"“colour” is no heading here. The first line has the headings: {HEADINGS}."),
        ("series,first,last,value\nx,1,2,3", "There is no column “source”. It is needed on every line."),
        ("series,series\nx,y", "Two columns are called “series”. Leave one of them out."),
        ("series,first,last,source,url", "There are headings and no figure beneath them."),
        ('series,first,last,source,url\n"x,1', "Line 2 cannot be read: look for a quotation mark that is not closed."),
        ("PK\0\0", "This is no text. Save the table as CSV (UTF-8) and choose that file."),
    ],
)
def test_what_is_no_such_table_is_refused_as_a_whole(text, words):
    assert told(text) == [(0, "", words)]


def test_more_than_there_are_headings_is_refused():
    text = file(year(2023, value="3"))
    head, line = text.splitlines()
    assert told(f"{head}\n{line},surplus") == [
        (2, "", "There is more on this line than there are headings: “surplus”. Put texts with commas in quotes.")
    ]


def test_a_statistic_that_stands_is_not_told_otherwise():
    words = "“nrm-referrals” is known with another “people”. Leave it empty, or give the statistic a new name."
    assert told(file(year(2025, value="1"), series="nrm-referrals")) == [(2, "people", words)]
    alone = {"people": "", "kind": "", "whole": "", "codes": ""}
    assert told(file(year(2026, value="1"), series="nrm-referrals", **alone)) == []


def test_a_line_is_read_as_it_is_written():
    text = file(
        year(2023, place="south east", of="Group: Children and young people", value="3,533", share="two thirds"),
        whole="England and Wales",
        codes="priority: Victim services; group: children, males_16_17",
    )
    (figure,) = need_loading.check(text, on=factories.NOW.date()).figures
    assert (figure.place, figure.axis, figure.part) == ("SE", "group", "children")
    assert (figure.value, figure.share, figure.printed) == (3_533, 6_667, "two thirds")
    assert (figure.period, figure.published_on, figure.edition) == ("2023", None, 1)
    assert figure.series.place == "EW"
    assert figure.series.codes == (("group", "children"), ("group", "males_16_17"), ("priority", "victim_services"))


@pytest.mark.parametrize("between", ["\t", ";"])
def test_a_table_pasted_from_a_spreadsheet_is_read_too(between):
    text = between.join(["series", "people", "kind", "whole", "first", "last", "value", "source", "url"])
    line = ["x", "People", "estimate", "UK", "2023-01-01", "2023-12-31", "3,533", "Report", "https://www.example.org/"]
    (figure,) = need_loading.check(f"\ufeff{text}\r\n{between.join(line)}\r\n", on=factories.NOW.date()).figures
    assert figure.value == 3_533


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2023, 1, 1), date(2023, 12, 31), "2023"),
        (date(2022, 7, 1), date(2023, 6, 30), "July 2022 to June 2023"),
        (date(2022, 9, 15), date(2023, 8, 31), "15 September 2022 to 31 August 2023"),
    ],
)
def test_a_period_is_said_as_people_say_it(first, last, words):
    assert in_words(first, last) == words
