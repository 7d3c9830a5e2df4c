"""Officers and charities say what is asked for; nobody is asked for more than agreed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from outcomes import asking, expecting
from outcomes.models import Baseline, Expected, Indicator, Question, ReportRule, Target
from tests import factories
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def address(world: World) -> str:
    return reverse("figures", args=[world.grants["A"].pk])


def test_a_figure_asked_for_stands_in_the_next_report(world: World, address: str, sign_in: Any) -> None:
    client = sign_in(world.officers["A"])
    client.post(address, {"add": "yes", "indicator": "people-new", "breakdowns": ["gender", "age"]})
    [figure] = asking.sheet(world.report(QUARTERS[0][0])).figures
    assert [part.breakdown for part in figure.parts] == ["age", "gender"]
    assert "People newly supported" in client.get(address).content.decode()


def test_a_figure_asked_no_longer_leaves_what_was_reported(world: World, address: str, sign_in: Any) -> None:
    new = world.expect("people-new")
    report = world.report(QUARTERS[0][0])
    world.write(report)
    world.count(report, new, 4)
    world.hand_in(report)
    sign_in(world.officers["A"]).post(address, {"no_longer": "yes", "expected": str(new.pk)})
    assert asking.sheet(world.report(QUARTERS[1][0])).figures == []
    assert world.portfolio("people-new") == 4


def test_asked_again_it_comes_back(world: World) -> None:
    given = {"by": world.lead, "at": AT}
    indicator = Indicator.objects.get(code="waiting")
    first = expecting.ask(world.project, indicator, **given)
    expecting.ask_no_longer(first, **given)
    assert expecting.ask(world.project, indicator, breakdowns=["region"], **given) == first
    first.refresh_from_db()
    assert (first.ended_at, first.breakdowns) == (None, ["region"])


def test_a_charity_counts_in_its_own_way(world: World, address: str, sign_in: Any) -> None:
    client = sign_in(world.lead)
    told = {
        "own": "yes",
        "name": "Shared meals",
        "definition": "Meals cooked together.",
        "kind": "count",
        "over_time": "flow",
    }
    client.post(address, told)
    indicator = Indicator.objects.get(owner=world.charity)
    assert Expected.objects.filter(project=world.project, indicator=indicator).exists()
    other = factories.GrantFactory()
    page = sign_in(factories.officer(other.funder)).get(reverse("figures", args=[other.pk])).content.decode()
    assert "Shared meals" not in page
    assert sign_in(world.officers["A"]).post(address, told).status_code == 403


def test_a_target_is_the_funders_and_a_baseline_anybodys(world: World, address: str, sign_in: Any) -> None:
    new = world.expect("people-new")
    target = {"target": "yes", "expected": str(new.pk), "value": "40", "start": "2026-01-01", "end": "2026-12-31"}
    assert sign_in(world.lead).post(address, target).status_code == 403
    sign_in(world.officers["A"]).post(address, target)
    assert Target.objects.get().value == 40
    sign_in(world.lead).post(
        address, {"baseline": "yes", "expected": str(new.pk), "as_at": "2026-01-01", "because": "New work."}
    )
    assert Baseline.objects.get().missing_because == "New work."


def test_a_baseline_is_one_of_the_two(world: World) -> None:
    new = world.expect("people-new")
    for value, because in ((None, " "), (3, "lost")):
        with pytest.raises(expecting.CannotAsk, match="one of the two"):
            expecting.set_baseline(new, value=value, because=because, as_at=date(2026, 1, 1), by=world.lead, at=AT)


def test_a_figure_that_is_none_is_refused_in_a_sentence(world: World, address: str, sign_in: Any) -> None:
    answer = sign_in(world.officers["A"]).post(address, {"add": "yes", "indicator": "nonsense"})
    assert answer.status_code == 422
    assert not Expected.objects.exists()


def test_a_number_that_is_none_finds_nothing(world: World, address: str, sign_in: Any) -> None:
    client = sign_in(world.officers["A"])
    for number in ("", "x", "²", "9" * 30):
        assert client.post(address, {"no_longer": "yes", "expected": number}).status_code == 404
        assert client.post(reverse("what_we_ask"), {"retire": number}).status_code == 404


def test_a_fourth_question_of_a_funders_own_is_refused(world: World, sign_in: Any) -> None:
    client = sign_in(world.officers["A"])
    for number in range(4):
        told = {"question": "yes", "text": f"Question {number}?", "why": "To learn.", "limit": "500"}
        answer = client.post(reverse("what_we_ask"), told)
    assert answer.status_code == 422
    assert "There are three already." in answer.content.decode()
    assert Question.objects.filter(funder=world.grants["A"].funder).count() == 3


def test_a_retired_question_is_asked_no_longer_and_its_answers_stay(world: World, sign_in: Any) -> None:
    own = expecting.add_question(
        world.grants["A"].funder, text="What of the north?", why="We fund it.", limit=500, by=world.officers["A"], at=AT
    )
    report = world.report(QUARTERS[0][0])
    world.write(report)
    world.type(report, {f"q{own.pk}": "Two houses."})
    world.hand_in(report)
    sign_in(world.officers["B"]).post(reverse("what_we_ask"), {"retire": str(own.pk)})
    own.refresh_from_db()
    assert own.retired_at is None
    sign_in(world.officers["A"]).post(reverse("what_we_ask"), {"retire": str(own.pk)})
    assert asking.sheet(world.report(QUARTERS[1][0])).own == {}
    assert world.copies("A")[0].delivered_answers.filter(answer__question=own).count() == 1


def test_rules_are_added_once_and_taken_out(world: World, sign_in: Any) -> None:
    client = sign_in(world.officers["A"])
    told = {
        "rule": "yes", "from_amount": "5,000", "from_months": "0", "form": "short", "every": "12", "anchor": "award",
        "days_after": "30",
    }  # fmt: skip
    assert client.post(reverse("what_we_ask"), told).status_code == 302
    assert client.post(reverse("what_we_ask"), told).status_code == 422
    rule = ReportRule.objects.get()
    assert (rule.from_amount, rule.form) == (500_000, "short")
    client.post(reverse("what_we_ask"), {"remove": str(rule.pk)})
    assert not ReportRule.objects.exists()
