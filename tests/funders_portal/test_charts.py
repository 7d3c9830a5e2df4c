"""A figure repeats its Table, and nought looks unlike anything else."""

import itertools
import json
from dataclasses import replace
from datetime import date

import pytest
from plotly.utils import PlotlyJSONEncoder

from counting.tables import Line, Table
from funders_portal import charts

TABLE = Table(
    measure="live",
    unit="pence",
    on=date(2025, 1, 1),
    rows=[Line("victim_services", "Victim services"), Line("not-stated", "Not yet sorted", residual=True)],
    columns=[Line("LON", "London"), Line("NE", "North East"), Line("not-stated", "Not yet sorted", residual=True)],
    cells=[[374_600_000_00, 0, 12_000_00], [0, 0, 5_00]],
    row_totals=[0, 0],
    column_totals=[0, 0, 0],
    total=0,
    rows_name="Priority area",
    columns_name="Place",
)


def figure() -> dict:
    return charts.heatmap(TABLE)


def test_hover_repeats_the_table():
    assert list(figure()["data"][0]["customdata"][0]) == [
        "Victim services · London: £374,600,000",
        "Victim services · North East: £0",
        "Victim services · Not yet sorted: £12,000",
    ]


def test_money_nought_and_what_is_not_sorted_stand_in_layers_of_their_own():
    pale, deep, grey, paper = ([list(row) for row in layer["z"]] for layer in figure()["data"])
    assert [[bool(value) for value in row] for row in deep] == [[True, False, False], [False, False, False]]
    assert {value for row in pale for value in row} == {None}
    assert grey == [[None, None, 1], [None, None, 1]]
    assert paper == [[None, 0, None], [0, 0, None]]


def test_nought_has_a_dashed_edge_and_what_is_not_sorted_is_hatched():
    kinds = [shape["type"] for shape in figure()["layout"]["shapes"]]
    assert kinds == ["rect", "path", "path"]


def test_squares_are_never_smoothed():
    assert all(layer["xgap"] >= 1 and layer["ygap"] >= 1 for layer in figure()["data"])


def test_axes_are_named_in_words_and_labels_are_never_slanted():
    layout = figure()["layout"]
    assert (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]) == ("Place", "Priority area")
    assert {layout["xaxis"]["tickangle"], layout["yaxis"]["tickangle"]} == {0}


def test_labels_are_in_full_and_broken_between_words():
    assert charts.wrapped("Yorkshire and the Humber", 10) == "Yorkshire<br>and the<br>Humber"
    assert charts.wrapped("Translation/interpretation", 10) == "Translation/<br>interpre-<br>tation"


MONTHS = Table(
    measure="live",
    unit="pence",
    on=date(2025, 1, 1),
    rows=[Line("2025-01-01", "January 2025"), Line("2025-02-01", "February 2025"), Line("2025-03-01", "March 2025")],
    columns=[
        Line("victim_services", "Victim services"),
        Line("research", "Research"),
        Line("undivided", "Whole-person, not divided", residual=True),
        Line("not-stated", "Not yet sorted", residual=True),
    ],
    cells=[[500_00, 30_00, 1_00, 2_00], [500_00, 0, 0, 2_00], [100_00, 0, 0, 0]],
    row_totals=[533_00, 502_00, 100_00],
    column_totals=[0, 0, 0, 0],
    total=0,
    rows_name="month",
    columns_name="priority area",
)


def test_bars_stand_in_the_tables_order_each_in_its_areas_hue_and_all_without_a_share_in_one_grey():
    bars = charts.bars(MONTHS, rest="Not sorted or not divided")["data"]
    assert [(bar["name"], bar["marker"]["color"], list(bar["y"])) for bar in bars] == [
        ("Not sorted or not divided", "#9aa3ad", [3_00, 2_00, 0]),
        ("Research", "#3a7ca5", [30_00, 0, 0]),
        ("Victim services", "#332288", [500_00, 500_00, 100_00]),
    ]
    assert bars[2]["customdata"][2] == "March 2025 · Victim services: £100"


def test_bars_need_no_legend_and_the_labels_beside_them_never_touch():
    layout = charts.bars(MONTHS, rest="Not sorted")["layout"]
    assert layout["showlegend"] is False
    heights = [each["y"] for each in layout["annotations"]]
    assert [each["text"] for each in layout["annotations"]] == ["Not sorted", "Research", "Victim services"]
    apart = 18 * 533_00 / (460 - 34 - 62)
    assert all(high - low >= apart * 0.999 for low, high in itertools.pairwise(heights))


def test_the_largest_step_is_drawn_from_its_bar_down_to_the_next():
    layout = charts.bars(MONTHS, rest="", mark=charts.Mark(1, "£400 ends"))["layout"]
    step = layout["shapes"][0]
    assert (step["x0"], step["x1"], step["y0"], step["y1"]) == (1.5, 1.5, 100_00, 502_00)
    assert layout["annotations"][-1]["text"] == "£400 ends"


def test_ticks_are_round_and_about_five():
    layout = charts.bars(MONTHS, rest="")["layout"]
    assert list(layout["yaxis"]["ticktext"]) == ["£0", "£200", "£400"]


def test_bands_add_up_to_the_ways_and_have_the_areas_hue():
    ash, birch, area = Line("1", "Ash"), Line("2", "Birch"), Line("research", "Research")
    ways = [
        charts.Way((ash, area, Line("LON", "London")), 30_00),
        charts.Way((birch, area, Line("LON", "London")), 10_00),
        charts.Way((birch, area, Line("research", "A place with an area's code")), 5_00),
        charts.Way((birch, area, Line("WAL", "Wales")), -1),
    ]
    figure = charts.sankey(ways, heads=["Funder", "Area", "Place"])
    (drawn,) = figure["data"]
    words = ["Funder", "Area", "Place", "Ash  £30", "Research  £45", "London  £40", "Birch  £15"]
    assert [each["text"] for each in figure["layout"]["annotations"]][:7] == words
    assert list(drawn["link"]["customdata"]) == [
        "Ash → Research: £30",
        "Research → London: £40",
        "Birch → Research: £14.99",
        "Research → A place with an area's code: £5",
    ]
    assert set(drawn["link"]["color"]) == {"#3a7ca566"}


def test_labels_of_bands_stand_outside_them_at_both_ends_and_on_light_ground_between():
    ways = [
        charts.Way((Line("1", "Ash"), Line("research", "Research"), Line("LON", "London")), 30_00),
        charts.Way((Line("2", "Birch"), Line("awareness", "Awareness"), Line("WAL", "Wales")), 10_00),
    ]
    figure = charts.sankey(ways, heads=["Funder", "Area", "Place"])
    said = figure["layout"]["annotations"][3:]
    assert [(each["text"], each["xanchor"], each["bgcolor"].endswith(",0)")) for each in said[:3]] == [
        ("Ash  £30", "right", True),
        ("Research  £30", "left", False),
        ("London  £30", "left", True),
    ]
    assert {bool(each) for each in figure["data"][0]["node"]["label"]} == {False}
    assert [round(1 - each["y"], 6) for each in said] == [round(each, 6) for each in figure["data"][0]["node"]["y"]]


@pytest.mark.parametrize(("row", "totals"), [(1, [9, 9, 3, *[2] * 22]), (20, [*[9] * 17, 7, 6, 6, 6, 1, 1, 1, 1])])
def test_the_words_of_the_largest_fall_stand_above_every_bar_that_they_pass(row, totals):
    months = replace(
        MONTHS,
        rows=[Line(str(number), str(number)) for number in range(25)],
        cells=[[each, 0, 0, 0] for each in totals],
        row_totals=totals,
    )
    said = charts.bars(months, rest="", mark=charts.Mark(row, "£6 ends\nin May"))["layout"]["annotations"][-1]
    passed = totals[row + 1 : row + 6] if said["xanchor"] == "left" else totals[row - 4 : row + 1]
    assert len(passed) == 5
    assert said["y"] >= max(passed)


TAG = '<a href="https://evil.example/">x</a>'
ILL_NAMED = replace(
    MONTHS,
    rows=[replace(line, label=TAG) for line in MONTHS.rows],
    columns=[replace(line, label=TAG) for line in MONTHS.columns],
    rows_name=TAG,
    columns_name=TAG,
)
WAY = charts.Way([Line(code, TAG) for code in ("1", "research", "LON")], 30_00)


@pytest.mark.parametrize(
    "drawn",
    [
        charts.heatmap(ILL_NAMED),
        charts.bars(ILL_NAMED, rest=TAG, mark=charts.Mark(1, TAG)),
        charts.beside(replace(ILL_NAMED, columns=ILL_NAMED.columns[:2])),
        charts.sankey([WAY], heads=[TAG, TAG, TAG]),
    ],
    ids=["heatmap", "bars", "beside", "sankey"],
)
def test_a_name_is_drawn_as_it_is_written_and_never_as_a_tag(drawn):
    told = json.dumps(drawn, cls=PlotlyJSONEncoder)
    assert "<a" not in told
    assert "&lt;a" in told


def test_words_of_several_lines_are_drawn_in_several_lines():
    layout = charts.bars(MONTHS, rest="", mark=charts.Mark(1, "£400 ends\nin March"))["layout"]
    assert layout["annotations"][-1]["text"] == "£400 ends<br>in March"
