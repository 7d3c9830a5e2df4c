"""Names that somebody made up do nothing in what is taken away: not as a formula in a file, not as a tag in a chart."""

import csv
import io

import pytest
from django.test import Client

from accounts.models import Organisation
from priorities.models import NeedFigure, SetAside
from tests.house import doors
from tests.house import world as worlds
from tests.house.doors import DOORS

pytestmark = pytest.mark.django_db
TAG = '<a href="https://evil.example/">x</a>'
FORMULA = '=HYPERLINK("https://evil.example/")'
FILES = sorted(each.name for route, each in doors.patterns() if route.endswith(".csv"))
MORE = {"who_funds_csv": [{}, {"what": "ways"}, {"what": "together"}, {"what": "pairs"}]}
CHARTS = sorted(each.name for route, each in doors.patterns() if route.endswith("/chart/"))


def named(name: str) -> worlds.World:
    """The world in which every organisation has this name, and what people write is as bad."""
    world = worlds.build()
    Organisation.objects.update(name=name)
    NeedFigure.objects.update(source="@SUM(A1)")
    SetAside.objects.update(reason="=1+1|cmd", column="NI")
    return world


def secretariat(world: worlds.World) -> Client:
    client = Client()
    client.force_login(world.people[worlds.SECRETARIAT])
    return client


def is_a_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_no_file_has_a_cell_that_a_spreadsheet_takes_for_a_formula():
    world, told = named(FORMULA), ""
    client = secretariat(world)
    for name in FILES:
        for query in MORE.get(name, [DOORS[name].query]):
            answer = client.get(doors.address(name, world), query)
            assert answer["Content-Type"].startswith("text/csv"), name
            text = answer.getvalue().decode()
            told += text
            cells = [cell for line in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in line]
            live = [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and not is_a_number(cell)]
            assert live == [], name
    assert all(f"'{each}" in told.replace('""', '"') for each in (FORMULA, "@SUM(A1)", "=1+1|cmd"))


def test_no_chart_has_a_name_that_is_taken_for_a_tag():
    world, told = named(TAG), ""
    client = secretariat(world)
    for name in CHARTS:
        answer = client.get(doors.address(name, world), DOORS[name].query)
        assert answer.status_code == 200, name
        told += answer.content.decode()
    assert "<a" not in told
    assert "&lt;a" in told or "\\u0026lt;a" in told
