"""What a charity gives for after the renewal waits for each funder's decision, then stands on that funder's copies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.journal import Did
from accounts.models import JournalEntry
from outcomes import asking, renewals, reports
from outcomes.models import Answer, DeliveredAnswer, Delivery, Renewal, Report
from tests.outcomes.world import QUARTERS, World

pytestmark = pytest.mark.django_db
HARM = "Somebody was moved twice."


@pytest.fixture
def world() -> World:
    """Two quarters handed in, each with harm told for after the renewal, so that every funder has a copy."""
    world = World()
    for start, _end in QUARTERS[1:]:
        told(world, world.report(start))
    return world


def told(world: World, report: Report, reader: str = "after_renewal", text: str = HARM) -> None:
    again = report.submitted_at is not None
    if again:
        reports.reopen(report, by=world.lead, at=world.later())
    world.write(report, harm=text)
    world.type(report, {f"{box(report)}-reader": reader})
    world.hand_in(report, reason="To be frank." if again else "")
    report.refresh_from_db()


def box(report: Report) -> str:
    return next(each.name for each in asking.sheet(report).words if each.question.code == "harm")


def decide(world: World, name: str, decided_on: date = date(2026, 10, 1)) -> int:
    return renewals.decide(world.grants[name], decided_on=decided_on, by=world.officers[name], at=world.later())


def read_by(world: World, name: str) -> list[str]:
    """What stands about harm on this funder's copies."""
    rows = DeliveredAnswer.objects.filter(delivery__in=world.copies(name), answer__question__code="harm")
    return list(rows.order_by("delivery__report__start", "answer__revision").values_list("answer__text", flat=True))


# --- when it comes --------------------------------------------------------------------------------------------------
def test_before_the_decision_no_copy_has_it_and_then_the_funders_own(world: World):
    assert [read_by(world, name) for name in "ABC"] == [[], [], []]
    assert decide(world, "A") == 2
    assert [read_by(world, name) for name in "ABC"] == [[HARM, HARM], [], []]
    assert decide(world, "C") == 2
    assert [read_by(world, name) for name in "ABC"] == [[HARM, HARM], [], [HARM, HARM]]


def test_an_accepted_copy_keeps_what_was_accepted_and_has_it_too(world: World):
    accepted = world.accept("A")
    before = set(accepted.delivered_answers.values_list("answer", flat=True))
    decide(world, "A")
    accepted.refresh_from_db()
    assert before < set(accepted.delivered_answers.values_list("answer", flat=True))
    assert (accepted.state, accepted.corrected_at) == ("accepted", None)


def test_what_is_handed_in_afterwards_waits_for_the_next_decision(world: World):
    decide(world, "A")
    told(world, world.report(QUARTERS[0][0]), text="The van broke down.")
    assert read_by(world, "A") == [HARM, HARM]
    assert decide(world, "A", date(2026, 10, 2)) == 1
    assert read_by(world, "A") == ["The van broke down.", HARM, HARM]


def test_a_correction_waits_and_what_was_read_stays(world: World):
    decide(world, "A")
    told(world, world.report(QUARTERS[1][0]), text="Two were moved twice.")
    assert read_by(world, "A") == [HARM, HARM]
    assert decide(world, "A", date(2026, 10, 2)) == 1
    assert read_by(world, "A") == ["Two were moved twice.", HARM]


@pytest.mark.parametrize(("reader", "read"), [("kept", [HARM]), ("learning", [HARM]), ("now", [HARM, HARM])])
def test_the_charity_may_think_again_before_the_decision(world: World, reader: str, read: list[str]):
    told(world, world.report(QUARTERS[1][0]), reader=reader)
    decide(world, "A")
    assert read_by(world, "A") == read


def test_what_was_read_stays_when_the_report_is_handed_in_again(world: World):
    decide(world, "A")
    report = world.report(QUARTERS[1][0])
    reports.reopen(report, by=world.lead, at=world.later())
    world.write(report, what_done="We ran two houses.", harm=HARM)
    world.hand_in(report, reason="One was left out.")
    assert read_by(world, "A") == [HARM, HARM]


def test_a_copy_that_comes_later_has_what_was_handed_in_before_the_decision():
    world = World()
    told(world, world.report(QUARTERS[1][0]))
    assert decide(world, "B") == 0
    told(world, world.report(QUARTERS[2][0]), reader="now", text="Nothing.")
    assert read_by(world, "B") == [HARM, "Nothing."]


def test_the_journal_says_when_and_how_much_and_never_what(world: World):
    decide(world, "A")
    entry = JournalEntry.objects.get(what=Did.DECIDED_RENEWAL)
    assert (entry.by, entry.details) == (world.officers["A"], {"decided_on": "2026-10-01", "answers": 2})


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(1, "still to come"), (0, None), (-10_000, "had not been awarded by then")],
)
def test_a_wrong_day_is_refused_with_a_sentence(world: World, days: int, sentence: str | None):
    day = timezone.localdate(world.now) + timedelta(days=days)
    if sentence is None:
        assert decide(world, "A", day) == 2
        with pytest.raises(renewals.CannotRecord, match="recorded already"):
            decide(world, "A", day)
        return
    with pytest.raises(renewals.CannotRecord, match=sentence):
        decide(world, "A", day)
    assert not Renewal.objects.exists()


# --- who sees it ----------------------------------------------------------------------------------------------------
def test_the_charity_sees_with_whom_it_is_and_since_when(world: World, sign_in: Any):
    report = world.report(QUARTERS[1][0])
    decide(world, "A")
    at = world.now
    found = {each.funder.name[-1]: each.since for each in renewals.promises(report)}
    assert found == {"A": at, "B": None, "C": None}
    page = sign_in(world.lead).get(reverse("report", args=[report.pk])).content.decode()
    assert "with Funder A since 5 October 2026, when it had decided" in page
    assert "Funder B has not decided yet and cannot read it" in page
    told(world, report, text="Two were moved twice.")
    [first, *_others] = renewals.promises(report)
    assert (first.since, first.earlier) == (None, True)


def test_the_page_of_the_decision_carries_none_and_leads_to_the_copies(world: World, sign_in: Any):
    client, address = sign_in(world.officers["A"]), reverse("renewal", args=[world.grants["A"].pk])
    assert "Somebody was moved" not in client.get(address).content.decode()
    page = client.post(address, {"decided_on": "2026-10-01"}, follow=True).content.decode()
    assert ("2 answers came to your copies" in page, "Somebody was moved" in page) == (True, False)
    copy = reverse("copy", args=[world.copies("A")[-1].pk])
    assert copy in page
    assert HARM in client.get(copy).content.decode()
    assert "Given to be read after the renewal was decided." in client.get(copy).content.decode()
    other = reverse("copy", args=[world.copies("B")[-1].pk])
    assert HARM not in sign_in(world.officers["B"]).get(other).content.decode()


def test_no_export_carries_it(world: World, sign_in: Any):
    decide(world, "A")
    copies = sign_in(world.officers["A"]).get("/api/reports/").json()["results"]
    assert {each["question"] for copy in copies for each in copy["answers"]} == {"what-done", "what-changed"}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [({"decided_on": ""}, "This field is required"), ({"decided_on": "soon"}, "Enter a valid date"),
     ({"decided_on": "9999-01-01"}, "still to come")],
)  # fmt: skip
def test_every_refusal_stands_at_the_field(world: World, sign_in: Any, sent: dict[str, str], sentence: str):
    answer = sign_in(world.officers["A"]).post(reverse("renewal", args=[world.grants["A"].pk]), sent)
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors["decided_on"])


# --- truths ---------------------------------------------------------------------------------------------------------
def refused(work: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


@pytest.mark.parametrize("reader", ["kept", "learning", "after_renewal"])
def test_the_database_puts_on_no_copy_what_is_not_for_it(world: World, reader: str):
    report = world.report(QUARTERS[1][0])
    if reader != "after_renewal":
        told(world, report, reader=reader)
    answer = report.answers.get(question__code="harm", superseded_at=None)
    copy = Delivery.objects.get(report=report, due__grant=world.grants["A"])
    refused(lambda: DeliveredAnswer.objects.create(delivery=copy, answer=answer))
    refused(lambda: copy.delivered_answers.update(answer=answer))
    decided = {"grant": world.grants["A"], "decided_on": date(2026, 10, 1), "by": world.officers["A"]}
    Renewal.objects.create(**decided, at=answer.at - timedelta(seconds=1))
    refused(lambda: DeliveredAnswer.objects.create(delivery=copy, answer=answer))
    Renewal.objects.create(**{**decided, "decided_on": date(2026, 10, 2)}, at=answer.at)
    if reader == "after_renewal":
        assert DeliveredAnswer.objects.create(delivery=copy, answer=answer).pk
        others = Delivery.objects.get(report=report, due__grant=world.grants["B"])
        refused(lambda: DeliveredAnswer.objects.create(delivery=others, answer=answer))
    else:
        refused(lambda: DeliveredAnswer.objects.create(delivery=copy, answer=answer))


def test_the_database_keeps_a_decision_whole_and_for_good(world: World):
    right = {"grant": world.grants["A"], "decided_on": date(2026, 10, 1), "by": world.officers["A"], "at": world.now}
    for name in right:
        refused(lambda name=name: Renewal.objects.create(**{**right, name: None}))
    kept = Renewal.objects.create(**right)
    refused(lambda: Renewal.objects.create(**right))
    refused(lambda: Renewal.objects.filter(pk=kept.pk).update(decided_on=date(2026, 9, 1)))
    refused(lambda: Renewal.objects.filter(pk=kept.pk).delete())
    assert Answer.objects.filter(reader="after_renewal").count() == 2
