"""One grant sorted in full: every list in shares, the initiatives, and two tabs at once."""

import pytest
from django.urls import reverse

from counting.money import WHOLE
from priorities import linking
from priorities.models import Code, InitiativeLink, Link, Suggestion
from priorities.percents import NotAPercentage, basis_points
from tests.factories import NOW, GrantFactory, link, secretariat

pytestmark = pytest.mark.django_db


def post(client, grant, *, seen=None, **data):
    fields = {name.replace("__", "-"): value for name, value in data.items()}
    return client.post(
        reverse("sort", args=[grant.pk]), {"seen": linking.fingerprint(grant) if seen is None else seen, **fields}
    )


def test_shares_are_kept_to_the_hundredth_of_a_per_cent(sign_in):
    grant = GrantFactory()
    data = {"priority__awareness": "33.33", "priority__research": "33,33 %", "priority__accountability": " 33.34 "}
    response = post(sign_in(secretariat()), grant, **data)
    assert (response.status_code, response["Location"]) == (302, grant.get_absolute_url())
    assert linking.sorting_of(grant) == {
        "priority": {"accountability": 3334, "awareness": 3333, "research": 3333},
    }


def test_all_seven_lists_and_the_initiatives_are_saved_at_once(sign_in):
    grant = GrantFactory()
    lists = {
        "priority": "awareness",
        "region": "WAL",
        "group": "not-applicable",
        "exploitation": "undivided",
        "service": "not-applicable",
        "audience": "practitioners",
        "term": "long_term",
    }
    data = {f"{name}__{code}": "100" for name, code in lists.items()}
    post(sign_in(secretariat()), grant, **data, initiative=["B1", "B3"])
    assert linking.sorting_of(grant) == {name: {code: WHOLE} for name, code in lists.items()}
    assert linking.initiatives_of(grant) == ["B1", "B3"]


def test_the_answers_that_carry_no_share_are_spelled_out(sign_in):
    page = sign_in(secretariat()).get(reverse("sort", args=[GrantFactory().pk])).content.decode()
    for words in (
        "Whole-person, not divided",
        "An answer: the funder says that the work should not be split.",
        "Does not apply",
        "Not yet sorted",
    ):
        assert words in page


def test_what_is_suggested_stands_in_the_boxes_and_counts_once_saved(sign_in):
    grant = GrantFactory()
    code = Code.objects.get(dimension="service", code="housing")
    Suggestion.objects.create(grant=grant, dimension="service", code=code, rule="title", reason="Refuge")
    page = sign_in(secretariat()).get(reverse("sort", args=[grant.pk]))
    form = next(each for each in page.context["forms"] if each.dimension == "service")
    assert form["housing"].value() == "100"
    assert not Link.objects.exists()


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"priority__awareness": "90"}, "These shares come to 90 %; 10 % is missing."),
        ({"priority__awareness": "80", "priority__research": "30"}, "which is 10 % more than the whole"),
        ({"priority__awareness": "101"}, "101 % is more than the whole. Write 100 or less."),
        ({"priority__awareness": "lots"}, "“lots” is no percentage. Write a number such as 80 or 33.33."),
        ({"priority__awareness": "-5"}, "“-5” is no percentage."),
        ({"priority__awareness": "33.333"}, "33.333 % is finer than a hundredth."),
        ({"priority__awareness": "NaN"}, "“NaN” is no percentage."),
    ],
)
def test_shares_that_do_not_stand_are_refused_with_what_was_typed_kept(sign_in, shares, said):
    grant = GrantFactory()
    link(grant, "priority", "accountability")
    response = post(sign_in(secretariat()), grant, **shares, region__LON="100")
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert f'value="{shares["priority__awareness"]}"' in page
    assert linking.sorting_of(grant) == {"priority": {"accountability": WHOLE}}


def test_a_part_may_stay_unsorted_and_comes_back_so(sign_in):
    grant = GrantFactory()
    client = sign_in(secretariat())
    post(client, grant, **{"region__LON": "40", "region__not-stated": "60"})
    assert linking.sorting_of(grant) == {"region": {"LON": 4000}}
    form = client.get(reverse("sort", args=[grant.pk])).context["forms"][1]
    assert (form["LON"].value(), form["not-stated"].value()) == ("40", "60")


def test_what_was_not_touched_keeps_whose_word_it_is(sign_in):
    grant = GrantFactory()
    before = link(grant, "priority", "awareness")
    post(sign_in(secretariat()), grant, priority__awareness="100", region__WAL="100")
    after = Link.objects.get(dimension="priority")
    assert (after.pk, after.by, after.at) == (before.pk, None, NOW)


def test_two_tabs_are_shown_what_differs_and_then_may_save_over_it(sign_in):
    grant, other = GrantFactory(), secretariat(name="Ines Quill")
    client = sign_in(secretariat())
    opened = linking.fingerprint(grant)
    linking.set_shares(grant=grant, dimension="region", shares={"WAL": WHOLE}, by=other, at=NOW)
    response = post(client, grant, seen=opened, region__LON="100")
    assert response.status_code == 409
    assert response.context["differences"] == [
        {"label": "place", "before": "Not yet sorted", "now": "Wales 100 %", "by": "Ines Quill"}
    ]
    assert linking.sorting_of(grant) == {"region": {"WAL": WHOLE}}
    again = post(client, grant, seen=response.context["seen"], region__LON="100")
    assert again.status_code == 302
    assert linking.sorting_of(grant) == {"region": {"LON": WHOLE}}


def test_a_suggestion_set_aside_is_gone_and_stays_gone(sign_in):
    grant = GrantFactory()
    code = Code.objects.get(dimension="service", code="housing")
    Suggestion.objects.create(grant=grant, dimension="service", code=code, rule="title", reason="Refuge")
    sign_in(secretariat()).post(reverse("suggestion_dismiss", args=[grant.pk]), {"list": "service"})
    assert not Suggestion.objects.open().exists()
    assert Suggestion.objects.get().dismissed


@pytest.mark.parametrize("name", ["", "colour", "\0"])
def test_a_suggestion_of_no_list_is_refused_in_words(sign_in, name):
    grant = GrantFactory()
    response = sign_in(secretariat()).post(reverse("suggestion_dismiss", args=[grant.pk]), {"list": name})
    assert response.status_code == 422
    assert "is no list that grants are sorted by" in response.content.decode()


def test_an_unknown_initiative_is_refused(sign_in):
    response = post(sign_in(secretariat()), GrantFactory(), initiative=["Z9"])
    assert response.status_code == 422
    assert "“Z9” is no initiative" in response.content.decode()
    assert not InitiativeLink.objects.exists()


@pytest.mark.parametrize(
    ("text", "points"), [("0", 0), ("100", 10_000), ("0.01", 1), ("33,33%", 3_333), ("12.50", 1_250)]
)
def test_percentages_become_basis_points_exactly(text, points):
    assert basis_points(text) == points


@pytest.mark.parametrize("text", ["", "1e2", "٣", "1.", ".5", "1.005", "100.01", "9" * 5_000, "1 0", "%"])
def test_what_is_no_percentage_is_refused(text):
    with pytest.raises(NotAPercentage):
        basis_points(text)
