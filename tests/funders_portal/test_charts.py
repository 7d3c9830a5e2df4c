"""A figure repeats its Table, and nought looks unlike anything else."""

from datetime import date

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
