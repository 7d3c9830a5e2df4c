"""Results as a page, a chart, a file and through the API: exact for one's own grants, in tens for everybody."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from counting.tables import NUMBER, Line, Table, Unprotected
from funders_portal import charts, written
from funders_portal.demo import many, many_reports
from outcomes.models import Baseline, Indicator, Measurement, Target
from tests import factories
from tests.factories import NOW
from tests.outcomes.test_results import several
from tests.outcomes.world import everybody

pytestmark = pytest.mark.django_db
PAGE = "/results/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def text_of(answer) -> str:
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_a_funder_sees_its_own_exact_and_everybodys_in_tens_and_the_page_says_which(sign_in) -> None:
    worlds = several(43, 31, 22)
    client = sign_in(worlds[0].officers["A"])
    own = text_of(client.get(PAGE))
    assert "People newly supported, 2026: 43, as 1 charity reports." in own
    assert "You see the figures of your own grants, exact" in own
    everybodys = text_of(client.get(PAGE, {"whose": "all", "by": "region"}))
    assert "January to September 2026: about 100, as 3 charities report." in everybodys
    assert "each rounded to the nearest ten" in everybodys
    assert "43" not in everybodys
    assert "96" not in everybodys


def test_the_form_holds_what_is_shown(sign_in) -> None:
    """So that Apply without a change shows the same again."""
    worlds = several(43, 31, 22)
    client = sign_in(worlds[0].officers["A"])
    form = client.get(PAGE).context["form"]
    chosen = {name: form[name].value() for name in form.fields}
    shown = {"indicator": "people-new", "by": "priority", "year": "2026", "whose": "own"}
    assert chosen == {**shown, "quarter": "", "known_on": ""}
    assert client.get(PAGE, chosen).context["told"] == client.get(PAGE).context["told"]


def test_the_secretariat_sees_everybodys_alone(sign_in) -> None:
    several(43, 31, 22)
    client = sign_in(factories.secretariat())
    assert "about 100" in text_of(client.get(PAGE))
    for query in ({"whose": "own"}, {"quarter": "1"}, {"known_on": "2026-11-01"}, {"funder": "1"}, {"recipient": "1"}):
        assert client.get(PAGE, query).status_code == 400


def test_another_funder_learns_nothing_that_is_not_for_everybody(sign_in) -> None:
    several(43, 31, 22)
    client = sign_in(factories.officer())
    assert "about 100" in text_of(client.get(PAGE))
    assert "43" not in text_of(client.get(PAGE, {"by": "region"}))
    answer = client.get(PAGE, {"whose": "own"})
    assert "nothing was reported" in text_of(answer)


@pytest.mark.parametrize("query", [{"known_on": "2026-11-01"}, {"quarter": "1"}])
def test_what_would_tell_who_reported_is_asked_of_ones_own_grants_alone(sign_in, query: dict[str, str]) -> None:
    [world] = several(43)
    client = sign_in(world.officers["A"])
    assert client.get(PAGE, query).status_code == 200
    answer = client.get(PAGE, {**query, "whose": "all"})
    assert answer.status_code == 400
    assert "Only the figures of your own grants" in text_of(answer)


def test_from_two_charities_nothing_is_shown_but_the_reason(sign_in) -> None:
    several(43, 31)
    told = text_of(sign_in(factories.secretariat()).get(PAGE))
    assert "not shown. Fewer than three charities" in told
    assert "74" not in told
    assert "70" not in told


def test_the_file_and_the_api_hold_everybodys_figures_alone_even_for_a_funder(sign_in) -> None:
    worlds = several(43, 31, 22)
    client = sign_in(worlds[0].officers["A"])
    file = client.get(reverse("results_csv"), {"by": "region"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0] == ["Place", "Number", "Exact or rounded"]
    assert rows[1:] == [
        ["London", "100", "about, to the nearest ten"],
        ["The whole", "100", "about, to the nearest ten"],
    ]
    answer = client.get(reverse("api-results-list"), {"by": "region"}).json()
    assert (answer["cells"], answer["totals"], answer["about"], answer["charities"]) == ([[100]], [100], True, 3)
    for address in ("results_csv", "api-results-list"):
        assert client.get(reverse(address), {"whose": "own"}).status_code == 400


def test_the_chart_says_what_the_table_says(sign_in) -> None:
    worlds = several(43, 31, 22)
    client = sign_in(worlds[0].officers["A"])
    drawn = client.get(reverse("results_chart"), {"by": "region", "whose": "all"})
    [bars] = drawn.json()["data"]
    told = {name: bars[name] for name in ("x", "y", "text", "customdata")}
    assert told == {"x": [100], "y": [0], "text": ["about 100"], "customdata": ["London: about 100"]}
    assert set(bars) - set(told) == {
        "cliponaxis", "hovertemplate", "marker", "orientation", "textfont", "textposition", "type"
    }  # fmt: skip


def test_what_was_agreed_stands_beside_what_was_reached_for_the_grants_own_funder(sign_in) -> None:
    [world] = several(43)
    for name, value in (("A", 60), ("B", 777)):
        Target.objects.create(
            grant=world.grants[name], indicator=Indicator.objects.get(code="people-new"), cell=everybody(),
            start=date(2026, 1, 1), end=date(2026, 12, 31), value=value,
        )  # fmt: skip
    Baseline.objects.create(
        project=world.project, indicator=Indicator.objects.get(code="people-new"), cell=everybody(),
        as_at=date(2025, 12, 31), value=11,
    )  # fmt: skip
    told = text_of(sign_in(world.officers["A"]).get(PAGE))
    assert re.search(r"11 60 43", told)
    assert "777" not in told


def people(**more: object) -> Table:
    return Table(
        measure="people-new", unit=NUMBER, on=date(2026, 11, 21), rows=[Line("LON", "London")],
        columns=[Line("people", "Number")], cells=[[7]], row_totals=[7], column_totals=[7], total=7,
        people=True, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "show",
    [
        lambda table: charts.lengths(table, ["7"]),
        lambda table: charts.bars(table, rest=""),
        charts.beside,
        charts.heatmap,
        written.table_as_csv,
        written.results_as_csv,
        Table.as_dict,
    ],
)
def test_a_new_table_of_people_that_did_not_pass_is_shown_nowhere(show) -> None:
    with pytest.raises(Unprotected):
        show(people())


@pytest.mark.parametrize("give", [written.table_as_csv, written.results_as_csv, Table.as_dict])
def test_what_is_for_its_own_funders_alone_is_drawn_and_never_given_away(give) -> None:
    assert charts.lengths(people(own=True), ["7"])["data"]
    with pytest.raises(Unprotected):
        give(people(own=True))


def test_many_figures_are_made_for_measuring_and_count_once(sign_in) -> None:
    many.make(count=200, seed=1, today=NOW.date())
    made = many_reports.make(count=2_000, seed=1, today=NOW.date())
    assert (made.figures, Measurement.objects.count(), made.projects) == (2_000, 2_000, 100)
    client = sign_in(factories.secretariat())
    assert "charities report" in text_of(client.get(PAGE))
    with pytest.raises(CommandError):
        call_command("many_reports", "10")
