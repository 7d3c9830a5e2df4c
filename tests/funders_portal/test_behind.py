"""While a very large change is being counted in, every file and every answer of the API says that it is without it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from priorities import columns
from tests import factories

pytestmark = pytest.mark.django_db
HEADER = "X-Figures-Behind"
FILES = (
    "areas_csv",
    "coverage_csv",
    "funder_view_csv",
    "gaps_csv",
    "need_csv",
    "neglected_csv",
    "runs_out_csv",
    "who_funds_csv",
)
FIGURES = ("api-coverage-list", "api-gaps-list", "api-runs-out-list", "api-who-funds-list")


@pytest.fixture
def client(client: Client) -> Client:
    grant = factories.GrantFactory()
    factories.link(grant, "priority", "research")
    client.force_login(factories.viewer(grant.funder))
    return client


@pytest.fixture
def counted_in_later(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_held", replace(columns.current(), behind=True))


@pytest.mark.parametrize("name", FILES + FIGURES)
def test_fresh_figures_say_nothing(client: Client, name: str):
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert HEADER not in answer
    assert "large-change" not in answer.get("Content-Disposition", "")


@pytest.mark.parametrize("name", FILES + FIGURES)
def test_figures_from_before_the_change_say_so(client: Client, counted_in_later: None, name: str):
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert answer[HEADER] == "1"


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_figures_from_before_the_change_says_so_in_its_name(
    client: Client, counted_in_later: None, name: str
):
    assert client.get(reverse(name))["Content-Disposition"].endswith('-before-a-large-change.csv"')


def test_the_documentation_and_the_description_for_machines_tell_of_the_header(client: Client):
    assert f"{HEADER}: 1" in client.get(reverse("api-docs")).content.decode()
    schema = client.get(reverse("api-schema"), headers={"accept": "application/vnd.oai.openapi+json"}).json()
    telling = {
        path
        for path, methods in schema["paths"].items()
        if HEADER in methods["get"]["responses"]["200"].get("headers", {})
    }
    assert telling == {reverse(name) for name in FIGURES}
