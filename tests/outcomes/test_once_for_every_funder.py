"""One report, written once, reaches every funder that is owed it; each reviews its own copy; figures count once."""

from __future__ import annotations

from datetime import date

import pytest

from outcomes import asking, drafts, reports
from outcomes.models import Delivery, IndicatorVersion, Measurement, Question, Report
from tests import factories
from tests.outcomes.world import QUARTERS, World, everybody

pytestmark = pytest.mark.django_db
APRIL, JULY = QUARTERS[1][0], QUARTERS[2][0]


@pytest.fixture
def world() -> World:
    return World()


def three_quarters(world: World) -> None:
    new = world.expect("people-new")
    for start, _end in QUARTERS:
        report = world.report(start)
        world.write(report)
        world.count(report, new, 10)
        world.hand_in(report)


def test_reports_are_made_for_the_finest_periods_that_anyone_needs(world: World) -> None:
    made = Report.objects.filter(project=world.project).values_list("start", "end")
    assert list(made) == QUARTERS


def test_each_funder_sees_its_own_period_and_the_portfolio_counts_once(world: World) -> None:
    three_quarters(world)
    assert (world.seen_by("A", "people-new"), world.seen_by("B", "people-new")) == (30, 20)
    assert world.seen_by("C", "people-new") == 20
    assert world.portfolio("people-new") == 30


def test_a_longer_period_reaches_its_funder_when_all_of_it_is_handed_in(world: World) -> None:
    new = world.expect("people-new")
    report = world.report(APRIL)
    world.write(report)
    world.count(report, new, 10)
    world.hand_in(report)
    assert (len(world.copies("A")), world.copies("B")) == (1, [])

    report = world.report(JULY)
    world.write(report)
    world.count(report, new, 10)
    world.hand_in(report)
    assert (len(world.copies("A")), len(world.copies("B")), len(world.copies("C"))) == (2, 2, 2)


def test_a_correction_changes_the_portfolio_and_leaves_the_accepted_copy_flagged(world: World) -> None:
    three_quarters(world)
    world.accept("A", 0)
    before = world.now
    report = world.report(QUARTERS[0][0])
    reports.reopen(report, by=world.lead, at=world.later())
    world.count(report, asking.sheet(report).figures[0].expected, 9)
    world.hand_in(report, reason="One person was counted twice.")

    accepted = world.copies("A")[0]
    assert accepted.state == Delivery.ACCEPTED
    assert accepted.corrected_at == world.now
    assert world.portfolio("people-new") == 29
    assert world.seen_by("A", "people-new") == 30
    known = Measurement.objects.as_known_at(before).filter(indicator__code="people-new", cell=everybody())
    assert sum(each.value or 0 for each in known) == 30


def test_one_funder_returns_what_another_accepts(world: World) -> None:
    three_quarters(world)
    returned = world.copies("A")[1]
    question = Question.objects.get(code="what-done")
    reports.send_back(returned, notes={question: "Which house?"}, by=world.officers["A"], at=world.later())
    accepted = world.accept("B", 0)

    report = world.report(APRIL)
    assert drafts.is_open(report)
    assert drafts.values(report)[f"q{question.pk}"] == "We ran the house."
    world.type(report, {f"q{question.pk}": "We ran the house in the north."})
    world.hand_in(report, reason="Said which house.")

    states = {name: world.copies(name)[number].state for name, number in (("A", 1), ("B", 0), ("C", 0))}
    assert states == {"A": "handed_in", "B": "accepted", "C": "handed_in"}
    accepted.refresh_from_db()
    assert accepted.corrected_at is not None
    words = [each.answer.text for each in accepted.delivered_answers.filter(answer__question=question)]
    assert words == ["We ran the house."]
    words = [each.answer.text for each in world.copies("A")[1].delivered_answers.filter(answer__question=question)]
    assert words == ["We ran the house in the north."]


def test_a_funders_own_question_is_asked_once_its_period_ends_and_reaches_it_alone(world: World) -> None:
    own = Question.objects.create(
        code="b-own", funder=world.grants["B"].funder, text="What of the north?", why="We fund the north.", position=900
    )
    assert asking.sheet(world.report(APRIL)).own == {}
    report = world.report(JULY)
    assert [each.question for each in asking.sheet(report).own[own.funder]] == [own]

    first = world.report(APRIL)
    for each in (first, report):
        world.write(each)
    world.type(report, {f"q{own.pk}": "Two houses."})
    world.hand_in(first)
    world.hand_in(report)
    readers = {
        name for name in "ABC" for copy in world.copies(name) if copy.delivered_answers.filter(answer__question=own)
    }
    assert readers == {"B"}


def test_an_answer_that_the_charity_keeps_reaches_no_funder(world: World) -> None:
    question = Question.objects.get(code="what-not-worked")
    report = world.report(JULY)
    first = world.report(APRIL)
    for each in (first, report):
        world.write(each)
    world.type(report, {f"q{question.pk}": "The second house.", f"q{question.pk}-reader": "kept"})
    world.hand_in(first)
    world.hand_in(report)
    assert report.answers.filter(question=question, text="The second house.").exists()
    assert not any(
        copy.delivered_answers.filter(answer__question=question) for name in "ABC" for copy in world.copies(name)
    )


def test_different_people_are_asked_for_each_period_that_a_funder_needs(world: World) -> None:
    """Different people of two quarters do not add up to those of both."""
    active = world.expect("people-active")
    asked = [(each.window.start, each.window.end) for each in asking.sheet(world.report(JULY)).figures]
    assert asked == [QUARTERS[2], (date(2026, 4, 1), date(2026, 9, 30))]
    assert active.version.over_time == IndicatorVersion.ACTIVE


def test_a_running_total_is_stored_as_the_difference(world: World) -> None:
    new = world.expect("people-new")
    for start, typed in ((QUARTERS[0][0], "10"), (APRIL, "25")):
        report = world.report(start)
        world.write(report)
        world.count(report, new, typed)
        figure = asking.sheet(report).figures[0]
        if start == APRIL:
            assert figure.reported_before == 10
            world.type(report, {figure.so_far_name: "all"})
        world.hand_in(report)
    kept = Measurement.objects.get(indicator=new.indicator, start=APRIL)
    assert (kept.value, kept.typed_total) == (15, 25)


def test_a_second_hand_in_is_told_who_was_first(world: World) -> None:
    report = world.report(APRIL)
    world.write(report)
    world.hand_in(report, by=world.colleague)
    with pytest.raises(drafts.AlreadyHandedIn, match=r"^Already handed in at .* by a colleague\.$"):
        world.hand_in(report)


def test_what_is_missing_is_named_at_its_box_and_nothing_is_kept(world: World) -> None:
    new = world.expect("people-new", "age")
    report = world.report(APRIL)
    figure = asking.sheet(report).figures[0]
    children, *_others = figure.parts[0].boxes
    world.type(report, {figure.total.name: "3", children.name: "4", figure.parts[0].name: "not_collected"})
    with pytest.raises(reports.NotReady) as refused:
        world.hand_in(report)
    done = Question.objects.get(code="what-done")
    assert refused.value.problems[f"q{done.pk}"].startswith("This one must be answered")
    assert refused.value.problems[figure.total.name] == "The parts by age come to 4, more than the whole of 3."
    assert not Measurement.objects.filter(indicator=new.indicator).exists()
    assert not report.answers.exists()


def test_parts_are_kept_beside_their_whole_and_empty_ones_with_their_reason(world: World) -> None:
    new = world.expect("people-new", "age")
    report = world.report(APRIL)
    world.write(report)
    figure = asking.sheet(report).figures[0]
    first, second, *_others = figure.parts[0].boxes
    typed = {figure.total.name: "7", first.name: "0", second.name: "7", figure.parts[0].name: "withheld"}
    world.type(report, typed)
    world.hand_in(report)
    kept = Measurement.objects.filter(indicator=new.indicator).order_by("cell__position")
    assert [(each.status, each.value) for each in kept[:4]] == [
        ("reported", 7), ("reported", 0), ("reported", 7), ("withheld", None),
    ]  # fmt: skip
    assert kept.count() == 1 + len(figure.parts[0].boxes)


def test_a_box_that_a_colleague_changed_is_shown_and_not_overwritten(world: World) -> None:
    report = world.report(APRIL)
    name = f"q{Question.objects.get(code='what-done').pk}"
    world.type(report, {name: "Mine"})
    names = set(asking.sheet(report).names())
    late = drafts.save(report, {name: drafts.Change("Theirs", 0)}, names=names, by=world.colleague, at=world.later())
    assert late.unlike[name]["value"] == "Mine"
    report.refresh_from_db()
    assert drafts.values(report)[name] == "Mine"


def test_the_same_saving_twice_changes_nothing(world: World) -> None:
    report = world.report(APRIL)
    name = f"q{Question.objects.get(code='what-done').pk}"
    names = set(asking.sheet(report).names())
    for _ in range(2):
        saved = drafts.save(report, {name: drafts.Change("Once", 0)}, names=names, by=world.lead, at=world.later())
        assert (saved.versions, saved.unlike) == ({name: 1}, {})
    report.refresh_from_db()
    assert report.draft_version == 1


def test_only_charity_and_own_funders_see_a_copy(world: World) -> None:
    three_quarters(world)
    copy = world.copies("A")[0]
    strangers = [factories.officer(), factories.lead(), factories.secretariat(), world.officers["B"]]
    readers = [world.officers["A"], world.lead, world.colleague]
    assert [Delivery.objects.visible_to(each).filter(pk=copy.pk).exists() for each in readers] == [True] * 3
    assert [Delivery.objects.visible_to(each).filter(pk=copy.pk).exists() for each in strangers] == [False] * 4
