"""Need figures on screen: a file is looked over before anything is saved, a figure is removed and put back."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from priorities.models import NeedFigure, NeedSeries
from tests import factories
from tests.priorities.need_files import added, file, year

pytestmark = pytest.mark.django_db
ADD = "/need/figures/add/"


@pytest.fixture
def secretariat(sign_in):
    return sign_in(factories.secretariat())


def counted() -> int:
    return NeedFigure.objects.filter(series__code="counted").count()


def test_a_file_is_looked_over_and_nothing_is_saved(secretariat):
    sent = SimpleUploadedFile("need.csv", file(year(2023, value="3,533")).encode())
    answer = secretariat.post(ADD, {"file": sent, "rows": ""})
    assert answer.status_code == 200
    assert "One figure can be added; nothing is saved yet." in answer.content.decode()
    assert [each.value for each in answer.context["checked"].figures] == [3_533]
    assert counted() == 0


def test_what_was_looked_over_is_then_applied_once(secretariat):
    text = file(year(2023, value="3,533"))
    sent = {"rows": text, "apply": "1", "once": str(uuid4())}
    for _ in range(2):
        assert secretariat.post(ADD, sent).url == "/need/figures/"
    assert counted() == 1
    assert "1 figure is added." in secretariat.get("/need/figures/").content.decode()


def test_a_file_that_contradicts_itself_is_refused_with_both_figures(secretariat):
    text = file(
        year(2024, of="nationality: UK", value="4,411", published_on="2025-03-06"),
        year(2024, of="nationality: UK", value="4,441", published_on="2025-03-06"),
    )
    answer = secretariat.post(ADD, {"rows": text, "apply": "1"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "4,441 stands here and 4,411 in line 2 for the same thing" in html
    assert "Nothing is added." in html
    assert counted() == 0


def test_a_line_that_cannot_be_read_is_told_with_its_line_and_column(secretariat):
    html = secretariat.post(ADD, {"rows": file(year(2023, value="some"))}).content.decode()
    assert "Line 2, column “value”: “some” is no whole number." in html


def test_a_file_that_no_longer_goes_with_what_stands_here_is_not_applied(secretariat):
    text = file(year(2023, value="3,533", published_on="2024-01-01"))
    assert secretariat.post(ADD, {"rows": text}).status_code == 200
    added(year(2023, value="3,534", published_on="2024-01-01"))
    assert secretariat.post(ADD, {"rows": text, "apply": "1"}).status_code == 422
    assert counted() == 1


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"rows": ""}, 422, "Choose a file, or paste the table with its line of headings."),
        ({"file": SimpleUploadedFile("need.csv", b"\xff\xfe\x00")}, 422, "This is no text in UTF-8."),
        ({"file": SimpleUploadedFile("need.csv", b"a" * 2_000_001)}, 413, "This file is larger than 2 MB."),
        ({"file": SimpleUploadedFile("need.csv", b"series"), "rows": "series"}, 422, "Give a file or a pasted table"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(secretariat, sent, status, words):
    for each in sent.values():
        if hasattr(each, "seek"):
            each.seek(0)
    answer = secretariat.post(ADD, sent)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_the_example_file_can_be_brought_in_as_it_is(secretariat):
    example = secretariat.get("/need/figures/example.csv").content
    answer = secretariat.post(ADD, {"file": SimpleUploadedFile("example.csv", example)})
    assert answer.status_code == 200
    assert len(answer.context["checked"].figures) == 4


def test_a_figure_is_removed_and_put_back(secretariat):
    added(year(2023, value="17,004", published_on="2024-03-07"), year(2023, value="16,990", published_on="2025-03-06"))
    later = NeedFigure.objects.get(series__code="counted", value=16_990)
    assert secretariat.post(f"/need/figures/{later.pk}/remove/").url == "/need/figures/counted/"
    page = secretariat.get("/need/figures/counted/")
    assert [line.figure.value for group in page.context["groups"] for line in group["lines"]] == [17_004]
    assert [each.pk for each in page.context["removed"]] == [later.pk]
    secretariat.post(f"/need/figures/{later.pk}/restore/")
    page = secretariat.get("/need/figures/counted/")
    assert [line.figure.value for group in page.context["groups"] for line in group["lines"]] == [16_990]
    assert [each.value for each in page.context["groups"][0]["lines"][0].earlier] == [17_004]


def test_a_figure_whose_place_is_taken_is_not_put_back(secretariat):
    added(year(2023, value="1", published_on="2024-03-07"))
    first = NeedFigure.objects.get(series__code="counted")
    secretariat.post(f"/need/figures/{first.pk}/remove/")
    added(year(2023, value="2", published_on="2024-03-07"), people="", kind="", whole="", codes="")
    answer = secretariat.post(f"/need/figures/{first.pk}/restore/", follow=True)
    assert "Another value of the same day stands in its place by now." in answer.content.decode()
    assert NeedFigure.objects.standing().get(series__code="counted").value == 2


def test_a_counted_share_has_one_digit_after_the_point_and_a_published_one_is_as_published(secretariat):
    added(
        year(2023, value="1,000", published_on="2024-03-07"),
        year(2023, of="sex: male", value="500", published_on="2024-03-07"),
        year(2023, of="group: children", share="two thirds", published_on="2024-03-07"),
    )
    html = secretariat.get("/need/figures/counted/").content.decode()
    assert re.findall(r'data-label="Of all">([^<]*)<', html) == ["", "two thirds", "50.0\u00a0%"]
    assert "Change on the period before" in html


def test_an_officer_reads_the_figures_and_is_offered_no_change(sign_in):
    client = sign_in(factories.officer())
    html = client.get("/need/figures/nrm-referrals/").content.decode()
    assert "17,004" in html
    assert "16,990" in html
    assert "/remove/" not in html
    assert ADD not in client.get("/need/figures/").content.decode()


def test_the_api_gives_the_latest_value_of_each_or_that_of_a_day(sign_in):
    client = sign_in(factories.officer())
    asked = {"series": "nrm-referrals", "place": "UK", "kind": "referrals"}

    def of_2023(**more: str) -> list[tuple[int, str]]:
        answer = client.get("/api/need/", {**asked, **more, "page_size": "100"}).json()
        rows = [each for each in answer["results"] if each["period"] == "2023" and not each["by"]]
        return [(each["value"], each["published_on"]) for each in rows]

    assert of_2023() == [(16_990, "2025-03-06")]
    assert of_2023(known_on="2025-03-05") == [(17_004, "2024-03-07")]
    assert of_2023(known_on="2024-03-06") == []


def test_the_api_refuses_what_it_does_not_know(sign_in):
    client = sign_in(factories.officer())
    answer = client.get("/api/need/", {"kind": "gossip", "colour": "red"})
    assert answer.status_code == 400
    assert "Choose from: referrals, assessed, estimate, provision, capacity, population." in answer.json()["detail"]
    assert "“colour” is no filter here." in answer.json()["detail"]


def test_every_statistic_stands_in_the_list(sign_in):
    context = sign_in(factories.viewer()).get("/need/figures/").context
    assert sum(len(rows) for _words, rows in context["kinds"]) == NeedSeries.objects.count()
