"""A file of need figures that contradicts itself is refused, with both figures and where they stand."""

from __future__ import annotations

import pytest

from tests.priorities.need_files import added, file, told, year

pytestmark = pytest.mark.django_db
ANNEX = {"published_on": "2025-03-06"}


def test_two_values_for_one_thing_on_one_day_are_refused_with_both_figures():
    text = file(
        year(2024, value="19,125", **ANNEX),
        year(2024, of="nationality: UK", value="4,411", **ANNEX),
        year(2024, of="nationality: UK", value="4,441", **ANNEX),
    )
    assert told(text) == [
        (
            4,
            "value",
            "4,441 stands here and 4,411 in line 3 for the same thing, published at the same time: People counted, "
            "United Kingdom, 2024, nationality: UK. Look it up again and keep one of the two; if one corrects the "
            "other, give it its own day of publication.",
        )
    ]


def test_a_value_of_another_day_restates_and_is_not_refused():
    lines = [
        year(2024, value=value, published_on=day) for value, day in (("19,125", "2025-03-06"), ("19,190", "2026-02-19"))
    ]
    assert told(file(*lines)) == []


def test_a_value_that_clashes_with_what_stands_here_is_refused_and_the_standing_one_is_named():
    added(year(2024, value="19,125", **ANNEX))
    ((line, column, words),) = told(file(year(2024, value="19,152", **ANNEX)))
    assert (line, column) == (2, "value")
    assert words.startswith("19,152 stands here and 19,125 in what stands here already, published on 6 March 2025 for")


def test_a_line_said_twice_is_refused():
    line = year(2024, value="19,125", **ANNEX)
    assert told(file(line, line)) == [
        (3, "value", "Line 2 says the same of People counted, United Kingdom, 2024. Leave one of the two out.")
    ]


def test_what_stands_here_is_named_with_the_month_as_it_is_written():
    line = year(2024, value="19,125", **ANNEX)
    added(line)
    ((_line, _column, words),) = told(file(line, people="", kind="", whole="", codes=""))
    assert words.startswith("What stands here already, published on 6 March 2025 says the same of People counted")


def test_of_two_values_without_a_day_the_later_one_must_be_said():
    lines = [year(2017, value="5,145"), year(2017, value="5,141", source="Letter")]
    ((line, column, words),) = told(file(*lines))
    assert (line, column) == (3, "edition")
    assert words == (
        "5,141 stands here and 5,145 in line 2 for People counted, United Kingdom, 2017, and it is not known which "
        "was published later. Say so in the column “edition”: 1 for the earlier, 2 for the later."
    )
    assert told(file({**lines[0], "edition": "1"}, {**lines[1], "edition": "2"})) == []


def test_an_edition_against_the_days_of_publication_is_refused():
    lines = [
        year(2017, value="5,145", edition="2", published_on="2018-03-26"),
        year(2017, value="5,142", edition="1", published_on="2019-03-20"),
    ]
    ((line, column, words),) = told(file(*lines))
    assert (line, column) == (3, "edition")
    assert words.startswith("By its edition 5,145 came after 5,142 in line 3, by its day of publication before it.")


def test_a_stated_growth_that_does_not_follow_from_its_own_numbers_is_refused():
    """As printed of 2022-23: "5 % (465 more)", while 465 of 3,068 is 15 %."""
    line = {"first": "2022-07-01", "last": "2023-06-30", "value": "3,533", "change": "5 % (465 more)"}
    assert told(file(line)) == [
        (
            2,
            "change",
            "“5 % (465 more)” is said, but 3,533 against 3,068 in the period before (what it says itself) is 465 more, "
            "that is 465 of 3,068 or 15\u00a0%. Look up which of them is wrong and mend it, or leave the change out.",
        )
    ]


def test_a_stated_growth_is_held_against_the_period_before():
    before = {"first": "2021-07-01", "last": "2022-06-30", "value": "3,068"}
    now = {"first": "2022-07-01", "last": "2023-06-30", "value": "3,533"}
    ((line, column, words),) = told(file(before, {**now, "change": "+5 %"}))
    assert (line, column) == (3, "change")
    assert "3,533 against 3,068 in the period before (line 2) is 465 more" in words
    assert told(file(before, {**now, "change": "+15 %"})) == []
    assert told(file(before, {**now, "change": "15 % (465 more)"})) == []
    assert [each[1] for each in told(file(before, {**now, "change": "-15 %"}))] == ["change"]


def test_growth_on_a_restated_value_is_as_good_as_on_the_first():
    lines = [
        year(2017, value="5,145", edition="1"),
        year(2017, value="5,142", edition="2", source="Report of 2019"),
        year(2018, value="6,993", change="+36 %"),
    ]
    assert told(file(*lines)) == []


def test_a_fall_is_read_with_its_sign():
    lines = [year(2022, value="6,516"), year(2023, value="5,876", change="−10 %")]
    assert told(file(*lines)) == []
    assert told(file(lines[0], {**lines[1], "change": "640 fewer"})) == []
    assert [each[1] for each in told(file(lines[0], {**lines[1], "change": "+10 %"}))] == ["change"]


@pytest.mark.parametrize(
    ("part", "share", "sound"),
    [("672", "19 %", True), ("524", "15 %", True), ("160", "5 %", True), ("116", "3 %", True), ("465", "5 %", False)],
)
def test_a_stated_percentage_follows_from_its_figures(part, share, sound):
    problems = told(file(year(2023, value="3,533"), year(2023, of="form: one", value=part, share=share)))
    assert (problems == []) is sound
    if not sound:
        assert problems == [
            (
                3,
                "share",
                "5 % is said, but 465 of 3,533 (line 2) is 13\u00a0%. Look up which of them is wrong and mend it, or "
                "leave the percentage out.",
            )
        ]


def test_a_part_larger_than_the_whole_is_refused():
    problems = told(file(year(2023, value="100"), year(2023, of="sex: female", value="101")))
    assert problems == [(3, "value", "101 are more than all of them, 100 in line 2. One of the two is wrong.")]


def test_parts_that_come_to_more_than_the_whole_are_refused():
    lines = [year(2023, value="100"), year(2023, of="sex: female", value="60"), year(2023, of="sex: male", value="50")]
    assert told(file(*lines)) == [
        (
            4,
            "value",
            "60 (line 3) + 50 (line 4) come to 110, more than all of them, 100 in line 2. Mend one of them.",
        )
    ]


def test_parts_that_are_all_there_are_must_come_to_the_whole():
    lines = [
        year(2023, value="100"),
        year(2023, of="sex: female", value="60"),
        year(2023, of="sex: others", value="30"),
    ]
    assert told(file(*lines)) == [
        (
            4,
            "value",
            "60 (line 3) + 30 (line 4) are all there are and come to 90, not to 100 in line 2. Mend one of them.",
        )
    ]
    assert told(file(lines[0], lines[1], {**lines[2], "value": "40"})) == []


def test_nations_must_come_to_the_whole():
    """2018 by nation of the police force."""
    nations = {"England": "6,462", "Wales": "251", "Scotland": "228", "Northern Ireland": "52"}
    lines = [year(2018, value="6,993"), *(year(2018, place=name, value=value) for name, value in nations.items())]
    assert told(file(*lines)) == []
    ((line, column, words),) = told(file({**lines[0], "value": "6,994"}, *lines[1:]))
    assert (line, column) == (6, "value")
    assert "are all there are and come to 6,993, not to 6,994 in line 2" in words


def test_places_of_which_some_are_missing_need_not_come_to_the_whole():
    lines = [year(2018, value="6,993"), year(2018, place="Wales", value="251")]
    assert told(file(*lines)) == []


def test_shares_that_come_to_more_than_all_are_refused_but_not_for_their_rounding():
    parts = [year(2023, of=f"form: {name}", share=share) for name, share in (("a", "one third"), ("b", "two thirds"))]
    assert told(file(*parts, year(2023, of="form: c", share="1.5 %"))) == []
    ((line, column, words),) = told(file(*parts, year(2023, of="form: c", share="5 %")))
    assert (line, column) == (4, "share")
    assert words == "one third + two thirds + 5 % come to 105\u00a0%, more than all of them. Mend one of them."


def test_groups_that_overlap_are_not_added_up():
    lines = [
        year(2023, value="100"),
        year(2023, of="group: adult_women", value="80"),
        year(2023, of="group: no_recourse", value="60"),
    ]
    assert told(file(*lines)) == []
