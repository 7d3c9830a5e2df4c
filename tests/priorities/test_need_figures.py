"""Need figures keep every value they had, answer for each day with the one known then, and follow from each other."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import JournalEntry
from priorities.models import NeedFigure, NeedSeries
from priorities.need import history as need_history
from priorities.need import loading as need_loading
from priorities.need.history import History
from tests import factories
from tests.priorities.need_files import added, file, year

pytestmark = pytest.mark.django_db

PAIRS = {
    2018: [("6,993", "2019-03-20"), ("6,985", "2020-03-26"), ("6,986", "2020-10-18")],
    2019: [("10,627", "2020-04-02"), ("10,616", "2021-03-18"), ("10,611", "2022-03-03")],
    2020: [("10,613", "2021-03-18"), ("10,601", "2022-03-03")],
    2021: [("12,727", "2022-03-03"), ("12,706", "2023-03-02")],
    2022: [("16,938", "2023-03-02"), ("16,921", "2024-03-07")],
    2023: [("17,004", "2024-03-07"), ("16,990", "2025-03-06")],
}
"""Each year's values with the days on which this test has them published."""


def values(history: History) -> dict[int, int]:
    return {each.first.year: each.value for each in history.latest.values() if each.series.code == "counted"}


def known(day: date) -> dict[int, int]:
    rows = NeedFigure.objects.known_on(day).filter(series__code="counted")
    return {each.first.year: each.value for each in rows}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 3, 19), {}),
        (date(2019, 3, 20), {2018: 6_993}),
        (date(2020, 10, 17), {2018: 6_985, 2019: 10_627}),
        (date(2021, 3, 18), {2018: 6_986, 2019: 10_616, 2020: 10_613}),
        (date(2022, 3, 3), {2018: 6_986, 2019: 10_611, 2020: 10_601, 2021: 12_727}),
        (date(2023, 3, 1), {2018: 6_986, 2019: 10_611, 2020: 10_601, 2021: 12_727}),
        (date(2023, 3, 2), {2018: 6_986, 2019: 10_611, 2020: 10_601, 2021: 12_706, 2022: 16_938}),
        (date(2024, 3, 7), {2018: 6_986, 2019: 10_611, 2020: 10_601, 2021: 12_706, 2022: 16_921, 2023: 17_004}),
        (date(2025, 3, 6), {2018: 6_986, 2019: 10_611, 2020: 10_601, 2021: 12_706, 2022: 16_921, 2023: 16_990}),
    ],
)
def test_a_restated_figure_answers_for_each_day_with_the_value_known_then(day, expected):
    added(*(year(each, value=value, published_on=on) for each, pairs in PAIRS.items() for value, on in pairs))
    assert known(day) == expected
    assert values(History.on(day)) == expected


def test_a_value_without_a_day_answers_for_now_alone():
    added(
        year(2017, value="5,145", edition="1"),
        year(2017, value="5,142", edition="2", published_on="2019-03-20"),
        year(2017, value="5,141", edition="3", source="Letter"),
    )
    assert known(date(2030, 1, 1)) == {2017: 5_142}
    assert values(History.on(None)) == {2017: 5_141}
    (now,) = NeedFigure.objects.known_now().filter(series__code="counted")
    assert (now.value, now.published) == (5_141, "not known")
    (line,) = need_history.restated(History.on(None).of(now.series))
    assert [each.value for each in line.earlier] == [5_145, 5_142]


def test_a_removed_value_answers_no_more_and_the_one_before_it_does():
    added(year(2023, value="17,004", published_on="2024-03-07"), year(2023, value="16,990", published_on="2025-03-06"))
    later = NeedFigure.objects.get(series__code="counted", value=16_990)
    secretary = factories.secretariat()
    need_loading.remove(figure=later, by=secretary, at=factories.NOW)
    assert known(date(2026, 1, 1)) == {2023: 17_004}
    need_loading.restore(figure=later, by=secretary, at=factories.NOW)
    assert known(date(2026, 1, 1)) == {2023: 16_990}
    did = list(JournalEntry.objects.filter(about=f"priorities.needfigure:{later.pk}").values_list("what", flat=True))
    assert sorted(did) == ["removed need figure", "restored need figure"]


def lines_of(*lines: dict[str, str]) -> dict[tuple[int, str], need_history.Line]:
    added(*lines)
    series = NeedSeries.objects.get(code="counted")
    return {
        (each.figure.first.year, each.figure.part): each for each in need_history.lines(History.on(None).of(series))
    }


def in_percent(points: int | None) -> int | None:
    return None if points is None else round(points / 100)


def test_what_the_parts_of_2021_leave_and_their_shares():
    parts = {"sex: male": "9,790", "sex: female": "2,923", "age: adult": "6,411", "age: child": "5,468"}
    found = lines_of(year(2021, value="12,727"), *(year(2021, of=of, value=value) for of, value in parts.items()))
    series = NeedSeries.objects.get(code="counted")
    assert {each.axis: each.count for each in need_history.rests(History.on(None).of(series))} == {
        "sex": 14,
        "age": 848,
    }
    shares = {part: in_percent(line.share) for (_year, part), line in found.items() if part}
    assert shares == {"male": 77, "female": 23, "adult": 50, "child": 43}


def test_what_the_parts_of_2023_leave():
    parts = {
        "sex: male": "12,903",
        "sex: female": "4,088",
        "age: adult": "8,622",
        "age: child": "7,432",
        "authority: single": "13,704",
        "authority: immigration": "3,300",
    }
    lines_of(year(2023, value="17,004"), *(year(2023, of=of, value=value) for of, value in parts.items()))
    series = NeedSeries.objects.get(code="counted")
    rests = {each.axis: each.count for each in need_history.rests(History.on(None).of(series))}
    assert rests == {"sex": 13, "age": 950}


def test_what_is_left_is_not_told_where_it_is_few():
    lines_of(year(2023, value="100"), year(2023, of="sex: a", value="60"), year(2023, of="sex: b", value="38"))
    series = NeedSeries.objects.get(code="counted")
    assert [each.count for each in need_history.rests(History.on(None).of(series))] == [None]


def test_nationalities_from_2023_to_2024():
    changes = {
        "UK": (4_287, 4_441, 4), "Albania": (4_055, 2_492, -39), "Vietnam": (988, 2_153, 118),
        "Eritrea": (897, 1_702, 90), "Sudan": (940, 1_175, 25),
    }  # fmt: skip
    found = lines_of(
        *(
            year(2023 + after, of=f"nationality: {name}", value=f"{told[after]:,}")
            for name, told in changes.items()
            for after in (0, 1)
        )
    )
    assert {name: in_percent(found[2024, name].change) for name in changes} == {
        name: told[2] for name, told in changes.items()
    }


def test_2018_by_nation_is_2018_and_grew():
    nations = {"ENG": "6,462", "WAL": "251", "SCO": "228", "NI": "52"}
    lines = [
        year(2017, value="5,142"),
        year(2018, value="6,993", change="+36 %"),
        year(2017, of="group: children", value="2,118"),
        year(2018, of="group: children", value="3,137", change="+48 %"),
        *(year(2018, place=name, value=value) for name, value in nations.items()),
    ]
    added(*lines)
    rows = NeedFigure.objects.filter(series__code="counted", first__year=2018).exclude(place="UK")
    assert sum(each.value for each in rows) == 6_993
    history = History.on(None).of(NeedSeries.objects.get(code="counted"))
    grown = {each.figure.part: in_percent(each.change) for each in need_history.lines(history) if each.change}
    assert grown == {"": 36, "children": 48}


def test_a_file_is_taken_whole_with_its_line_in_the_journal():
    secretary = factories.secretariat()
    text = file(year(2023, value="3,533"), year(2022, value="3,068"))
    assert need_loading.add(text=text, by=secretary, at=factories.NOW) == 2
    entry = JournalEntry.objects.get(what="added need figures")
    assert (entry.by, entry.details) == (secretary, {"figures": 2, "series": ["counted"]})
    assert NeedFigure.objects.filter(added_by=secretary).count() == 2


def test_of_a_file_that_is_not_sound_nothing_is_saved():
    before = NeedFigure.objects.count()
    text = file(year(2023, value="3,533"), year(2023, value="3,534", published_on="2022-01-01"))
    with pytest.raises(need_loading.NotSound):
        need_loading.add(text=text, by=None, at=factories.NOW)
    assert NeedFigure.objects.count() == before
    assert not NeedSeries.objects.filter(code="counted").exists()


def test_what_is_shipped_is_sound_and_says_its_sources():
    assert NeedFigure.objects.count() == 142
    checked = need_loading.check(need_loading.SHIPPED.read_text(encoding="utf-8"), on=factories.NOW.date())
    assert checked.fresh == []
    assert {each.column for each in checked.problems} == {"value"}, "each line repeats what stands already"
    assert not NeedFigure.objects.filter(source="").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"value": None, "share": None},
        {"value": -1},
        {"share": 10_001, "printed": "100.01 %"},
        {"share": 5_000, "printed": ""},
        {"last": date(2022, 12, 31)},
        {"published_on": date(2022, 12, 31)},
        {"place": "XX"},
        {"axis": "sex", "part": ""},
        {"edition": 0},
        {"source": ""},
        {"url": "ftp://example.org"},
    ],
)
def test_the_database_refuses_a_figure_that_cannot_be(fields):
    series = NeedSeries.objects.create(code="x", people="People", kind="estimate", place="UK")
    usual = {
        "series": series, "first": date(2023, 1, 1), "last": date(2023, 12, 31), "period": "2023", "place": "UK",
        "value": 3, "source": "Report", "url": "https://www.example.org/", "added_at": factories.NOW,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        NeedFigure.objects.create(**{**usual, **fields})
    NeedFigure.objects.create(**usual)


def test_the_database_refuses_two_values_of_one_thing_on_one_day():
    added(year(2023, value="3", published_on="2024-01-01"))
    again = NeedFigure.objects.get(series__code="counted")
    again.pk, again.value = None, 4
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_a_need_is_answered_by_a_provision_alone():
    need = NeedSeries.objects.get(code="asylum-legal-need")
    with pytest.raises(IntegrityError), transaction.atomic():
        NeedSeries.objects.create(code="x", people="People", kind="estimate", place="UK", provides_for=need)
