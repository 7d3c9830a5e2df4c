"""What the database itself refuses, on whichever engine the tests run; each tried with NULL too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from grants.models import Project
from outcomes import guards
from outcomes.models import (
    Answer,
    Baseline,
    Cell,
    Delivery,
    Indicator,
    IndicatorVersion,
    Measurement,
    Overlap,
    Question,
    Report,
    ReviewEvent,
)  # fmt: skip
from tests import factories
from tests.outcomes.world import AT, World, everybody

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def refused(work: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


@pytest.fixture
def report() -> Report:
    project = factories.ProjectFactory()
    return Report.objects.create(project=project, start=FIRST, end=LAST)


def measure(report: Report, code: str = "people-new", **more: Any) -> Measurement:
    indicator = Indicator.objects.get(code=code)
    version = indicator.versions.get()
    given: dict[str, Any] = {
        "project": report.project, "indicator": indicator, "version": version, "cell": everybody(), "start": FIRST,
        "end": LAST, "over_time": version.over_time, "report": report, "value": 10, "at": AT,
        "by": more.pop("by", None) or factories.PersonFactory(),
    }  # fmt: skip
    return Measurement.objects.create(**{**given, **more})


def test_nought_is_kept(report: Report) -> None:
    assert measure(report, value=0).value == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": None},
        {"value": -1},
        {"status": "withheld"},
        {"status": "withheld", "value": None, "typed_total": 3},
        {"status": "withheld", "value": None, "numerator": 3},
        {"status": "guessed"},
        {"numerator": 1, "denominator": 2},
        {"start": date(2026, 4, 1)},
        {"revision": 2},
        {"over_time": "seldom"},
    ],
)
def test_a_count_is_a_figure_or_a_reason(report: Report, wrong: dict[str, Any]) -> None:
    refused(lambda: measure(report, **wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"numerator": 1, "denominator": None},
        {"numerator": None, "denominator": 2},
        {"numerator": 0, "denominator": 0},
        {"numerator": 3, "denominator": 2},
        {"numerator": -1, "denominator": 2},
        {"value": 1},
    ],
)
def test_a_ratio_has_both_numbers(report: Report, wrong: dict[str, Any]) -> None:
    refused(lambda: measure(report, "mscos-2", **{"value": None, **wrong}))


def test_a_ratio_is_kept(report: Report) -> None:
    kept = measure(report, "mscos-2", value=None, numerator=0, denominator=4)
    assert (kept.numerator, kept.denominator) == (0, 4)


def test_one_current_figure_a_window(report: Report) -> None:
    measure(report, "waiting")
    refused(lambda: measure(report, "waiting", revision=2, reason="again"))


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 1, 1), date(2026, 12, 31)), (LAST, LAST), (FIRST, FIRST), (date(2025, 1, 1), FIRST)]
)
def test_windows_of_new_people_do_not_overlap(report: Report, start: date, end: date) -> None:
    measure(report)
    refused(lambda: measure(report, start=start, end=end))


def test_windows_of_new_people_may_touch_and_of_different_people_overlap(report: Report) -> None:
    measure(report)
    measure(report, start=date(2026, 4, 1), end=date(2026, 6, 30))
    measure(report, "people-active")
    measure(report, "people-active", end=date(2026, 12, 31))
    assert Measurement.objects.count() == 4


@pytest.mark.parametrize("change", [{"value": 9}, {"value": None, "status": "withheld"}, {"end": date(2026, 4, 1)}])
def test_a_figure_is_never_edited(report: Report, change: dict[str, Any]) -> None:
    kept = measure(report)
    refused(lambda: Measurement.objects.filter(pk=kept.pk).update(**change))


def test_a_figure_is_superseded_once_and_never_deleted(report: Report) -> None:
    kept = measure(report)
    Measurement.objects.filter(pk=kept.pk).update(superseded_at=AT)
    refused(lambda: Measurement.objects.filter(pk=kept.pk).update(superseded_at=None))
    refused(lambda: Measurement.objects.filter(pk=kept.pk).delete())
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("DELETE FROM outcomes_measurement"))


def test_a_figure_is_given_under_its_own_indicators_version(report: Report) -> None:
    other = IndicatorVersion.objects.get(indicator__code="waiting")
    refused(lambda: measure(report, version=other))
    refused(lambda: measure(report, over_time="stock"))


def test_a_version_is_frozen_once_used(report: Report) -> None:
    version = IndicatorVersion.objects.get(indicator__code="people-new")
    IndicatorVersion.objects.filter(pk=version.pk).update(name="New people")
    measure(report)
    refused(lambda: IndicatorVersion.objects.filter(pk=version.pk).update(name="Other people"))
    IndicatorVersion.objects.filter(pk=version.pk).update(retired_at=AT)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "scale"}, {"kind": "scale", "least": 1}, {"kind": "scale", "least": 5, "most": 5},
     {"least": 1, "most": 5}, {"counts_people": True, "kind": "money"}, {"name": ""}, {"number": 0}],
)  # fmt: skip
def test_a_version_says_how_it_counts(wrong: dict[str, Any]) -> None:
    indicator = Indicator.objects.get(code="waiting")
    given = {"number": 2, "name": "n", "definition": "d", "kind": "count", "over_time": "stock", "made_at": AT}
    refused(lambda: IndicatorVersion.objects.create(indicator=indicator, **{**given, **wrong}))


@pytest.mark.parametrize("people", [None, 3])
@pytest.mark.parametrize("method", ["known", "none", "all"])
def test_an_overlap_has_a_number_only_where_it_is_known(method: str, people: int | None) -> None:
    one, other = (factories.ProjectFactory() for _ in range(2))
    given = {
        "indicator": Indicator.objects.get(code="people-new"), "cell": everybody(), "start": FIRST, "end": LAST,
        "method": method, "people": people, "by": factories.PersonFactory(), "at": AT,
    }  # fmt: skip
    refused(lambda: Overlap.objects.create(one=other, other=one, **given))
    if (method == "known") == (people is not None):
        assert Overlap.objects.create(one=one, other=other, **given).pk
    else:
        refused(lambda: Overlap.objects.create(one=one, other=other, **given))


@pytest.mark.parametrize(
    ("value", "because", "good"),
    [(None, "", False), (3, "lost", False), (-1, "", False), (0, "", True), (None, "lost", True)],
)
def test_a_baseline_is_a_figure_or_the_reason(value: int | None, because: str, good: bool) -> None:
    project: Project = factories.ProjectFactory()
    given = {
        "project": project,
        "indicator": Indicator.objects.get(code="waiting"),
        "cell": everybody(),
        "as_at": FIRST,
    }
    if good:
        assert Baseline.objects.create(**given, value=value, missing_because=because).pk
    else:
        refused(lambda: Baseline.objects.create(**given, value=value, missing_because=because))


@pytest.mark.parametrize(
    ("breakdown", "code"), [("age", ""), ("", "16-17"), ("height", "tall"), ("age", "16-17"), ("", "")]
)
def test_a_cell_is_the_total_or_one_category_once(breakdown: str, code: str) -> None:
    refused(lambda: Cell.objects.create(breakdown=breakdown, code=code, name="again"))


def test_a_report_is_handed_in_by_somebody(report: Report) -> None:
    refused(lambda: Report.objects.filter(pk=report.pk).update(submitted_at=AT))
    refused(lambda: Report.objects.create(project=report.project, start=FIRST, end=LAST))


def test_an_answer_is_never_edited_but_blacked_out(report: Report) -> None:
    question = Question.objects.get(code="what-done")
    person = factories.PersonFactory()
    kept = Answer.objects.create(report=report, question=question, text="Anna came.", by=person, at=AT)
    refused(lambda: Answer.objects.filter(pk=kept.pk).update(text="Somebody came."))
    refused(lambda: Answer.objects.filter(pk=kept.pk).update(reader="kept"))
    refused(lambda: Answer.objects.filter(pk=kept.pk).delete())
    refused(lambda: Answer.objects.create(report=report, question=question, text="Two", by=person, at=AT, revision=2))
    black_out = Answer.objects.filter(pk=kept.pk).update
    for wrong in ("█████ went.", "Anna █████ came.", "████ came.", "Anna left."):
        refused(lambda wrong=wrong: black_out(text=wrong, blacked_out_at=AT))
    refused(lambda: black_out(text="█████ came.", blacked_out_at=None))
    black_out(text="█████ came.", blacked_out_at=AT)
    refused(lambda: black_out(text="█████", blacked_out_at=AT))
    refused(lambda: black_out(blacked_out_at=None))
    black_out(text="█████", blacked_out_at=AT + timedelta(days=1))
    Answer.objects.filter(pk=kept.pk).update(superseded_at=AT)
    refused(lambda: Answer.objects.filter(pk=kept.pk).update(superseded_at=None))


def test_a_copy_is_accepted_with_feedback_and_its_steps_stay() -> None:
    world = World()
    report = world.report(date(2026, 4, 1))
    world.write(report)
    world.hand_in(report)
    [copy] = world.copies("A")
    for wrong in (
        {"state": "accepted", "answered_at": AT},
        {"state": "returned"},
        {"answered_at": AT},
        {"state": "lost"},
    ):
        refused(lambda wrong=wrong: Delivery.objects.filter(pk=copy.pk).update(**wrong))
    refused(lambda: Delivery.objects.create(report=report, due=copy.due, handed_in_at=AT))
    step = copy.events.get()
    refused(lambda: ReviewEvent.objects.filter(pk=step.pk).update(note="changed"))
    refused(lambda: ReviewEvent.objects.filter(pk=step.pk).delete())
    refused(lambda: ReviewEvent.objects.create(delivery=copy, step="returned", by=world.lead, at=AT))


def test_of_a_figure_only_its_reason_is_blacked_out(report: Report) -> None:
    kept = Measurement.objects.filter(pk=measure(report, revision=2, reason=r"100 % of Anna_K\C moved").pk)
    refused(lambda: kept.update(reason="Moved"))
    refused(lambda: kept.update(reason=r"100 % of █████ moved", value=9))
    refused(lambda: kept.update(reason=r"1000% of █████ moved"))
    kept.update(reason=r"100 % of █████\C moved")
    assert kept.get().reason == r"100 % of █████\C moved"


def test_a_note_is_only_blacked_out() -> None:
    world = World()
    report = world.report(date(2026, 4, 1))
    world.write(report)
    world.hand_in(report)
    step = ReviewEvent.objects.filter(delivery__report=report)
    step.model.objects.create(delivery=step[0].delivery, step="returned", note="Who is Anna?", by=world.lead, at=AT)
    noted = ReviewEvent.objects.filter(note="Who is Anna?")
    refused(lambda: noted.update(note="Who?", blacked_out_at=AT))
    noted.update(note="Who is █████?", blacked_out_at=AT)


def test_every_guard_stands() -> None:
    """A table that SQLite makes anew for a new column loses its triggers; a migration must put them up again."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {name for (name,) in cursor.fetchall()}
    assert {name for name, *_ in guards.every()} <= standing
