"""What did not work reaches the group without a name, and only once three charities have written and agreed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from outcomes import learning
from outcomes.models import Answer, Learning, Question
from tests import factories
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db


def written(reader: str = "learning") -> World:
    world = World()
    report = world.report(QUARTERS[0][0])
    question = Question.objects.get(code="what-not-worked")
    world.write(report)
    world.type(report, {f"q{question.pk}": f"The bus to {world.charity.name}.", f"q{question.pk}-reader": reader})
    world.hand_in(report)
    return world


@pytest.fixture
def three() -> list[World]:
    return [written() for _ in range(3)]


def test_nothing_is_offered_until_three_charities_have_written() -> None:
    written(), written()
    written("kept")
    assert learning.offered() == []
    written()
    assert len(learning.offered()) == 3


def test_edited_agreed_and_read_without_a_name(three: list[World], sign_in: Any) -> None:
    editor, reader = factories.secretariat(), factories.viewer()
    answer = learning.offered()[0]
    client = sign_in(editor)
    client.post(reverse("what_was_learned"), {"answer": str(answer.pk), "text": "Transport was cut."})
    kept = Learning.objects.get()
    assert "Transport was cut." not in sign_in(reader).get(reverse("what_was_learned")).content.decode()
    world = next(each for each in three if each.project == answer.report.project)
    client = sign_in(world.lead)
    assert reverse("learning_agree", args=[kept.pk]) in client.get(reverse("our_reports")).content.decode()
    client.post(reverse("learning_agree", args=[kept.pk]), {"text": "Transport was cut."})
    page = sign_in(reader).get(reverse("what_was_learned")).content.decode()
    assert "Transport was cut." in page
    assert not any(each.charity.name in page or str(each.project) in page for each in three)


def test_the_charity_agrees_to_the_very_text_it_saw(three: list[World]) -> None:
    kept = learning.edit(learning.offered()[0], text="First words.", by=factories.secretariat(), at=AT)
    learning.edit(kept.answer, text="Other words.", by=factories.secretariat(), at=AT)
    with pytest.raises(learning.NotNow, match="changed while you read it"):
        learning.agree(kept, text="First words.", by=three[0].lead, at=AT)


def test_kept_after_all_it_goes_and_stays_with_the_charity(three: list[World]) -> None:
    kept = learning.edit(learning.offered()[0], text="Words.", by=factories.secretariat(), at=AT)
    learning.keep_back(kept, by=three[0].lead, at=AT)
    assert not Learning.objects.exists()
    assert (
        Answer.objects.get(report=kept.answer.report, question=kept.answer.question, superseded_at=None).reader
        == "kept"
    )


def test_another_charity_does_not_agree_to_it(three: list[World], sign_in: Any) -> None:
    kept = learning.edit(learning.offered()[0], text="Words.", by=factories.secretariat(), at=AT)
    assert sign_in(factories.lead()).get(reverse("learning_agree", args=[kept.pk])).status_code == 404


def test_an_officer_edits_nothing(three: list[World], sign_in: Any) -> None:
    sign_in(factories.officer()).post(
        reverse("what_was_learned"), {"answer": str(learning.offered()[0].pk), "text": "x"}
    )
    assert not Learning.objects.exists()


@pytest.mark.parametrize("wrong", [{"text": ""}, {"agreed_at": AT}])
def test_the_database_keeps_it_whole(three: list[World], wrong: dict[str, Any]) -> None:
    kept = learning.edit(learning.offered()[0], text="Words.", by=factories.secretariat(), at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Learning.objects.filter(pk=kept.pk).update(**wrong)
