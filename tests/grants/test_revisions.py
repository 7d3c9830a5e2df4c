"""A revision holds the whole of a grant and gives it back; what differs is told in words."""

from __future__ import annotations

from datetime import UTC, date
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from grants import revisions

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
DAYS = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
AMOUNTS = st.none() | st.integers(0, 9 * 10**14)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
KINDS = {
    **dict.fromkeys((*revisions.DATES, "added_on", "award_date"), DAYS),
    **dict.fromkeys(("amount_awarded", "amount_applied_for", "amount_disbursed", "planned_months"), AMOUNTS),
    **{name: st.booleans() for name in ("to_individual", "joint_share", "protected_location")},
    "removed_at": MOMENTS,
}
NAMED = st.tuples(st.integers(1, 2**62), TEXTS)
PLACES = st.builds(SimpleNamespace, **dict.fromkeys(revisions.LOCATION, TEXTS))


@st.composite
def contents(draw):
    grant = SimpleNamespace(**{name: draw(KINDS.get(name, TEXTS)) for name in revisions.PLAIN})
    whole = revisions.content(
        grant,
        funder=draw(NAMED),
        project=draw(NAMED),
        recipients=draw(st.lists(NAMED, max_size=3, unique_by=lambda each: each[0])),
        locations=draw(st.lists(PLACES, max_size=3)),
        relations=draw(st.lists(TEXTS, max_size=3)),
    )
    return grant, whole


@given(contents())
def test_a_content_comes_back_from_json_as_it_went_in(made):
    grant, whole = made
    again = revisions.from_json(revisions.as_json(whole))
    assert again == whole
    assert revisions.values(again) == {name: getattr(grant, name) for name in revisions.PLAIN}
    assert revisions.same(whole, again)


def content(**changes):
    plain = dict.fromkeys(revisions.PLAIN, "") | dict.fromkeys(revisions.DATES)
    plain |= {
        "amount_awarded": 1_000_000, "amount_applied_for": None, "amount_disbursed": None, "planned_months": None,
        "award_date": date(2025, 12, 1), "added_on": date(2025, 12, 1), "removed_at": None, "currency": "GBP",
        "protected_location": True,
    }  # fmt: skip
    places = changes.pop("places", [])
    return revisions.content(
        SimpleNamespace(**(plain | changes)),
        funder=(1, "Funder"),
        project=(1, "Project"),
        recipients=[(2, "Charity")],
        locations=[SimpleNamespace(**(dict.fromkeys(revisions.LOCATION, "") | each)) for each in places],
        relations=[],
    )


def test_differences_are_told_in_words():
    after = content(
        amount_awarded=12_000_050,
        planned_end=date(2026, 3, 31),
        planned_end_precision="month",
        removed_at=date(2026, 1, 1),
    )
    assert revisions.differences(content(), after) == [
        ("amount_awarded", "Amount awarded", "£10,000", "£120,000.50"),
        ("planned_end", "Planned end", "", "March 2026"),
        ("removed_at", "Removed", "no", "yes"),
    ]


def test_the_same_content_differs_in_nothing():
    assert revisions.differences(content(), content()) == []


def test_places_differ_by_region_only_unless_both_contents_are_unprotected():
    before = content(places=[{"name": "Saltby Wharf", "region": "NE"}], protected_location=False)
    after = content(places=[{"name": "Quarrel Yard", "region": "LON"}], protected_location=False)
    hidden = {**before, "protected_location": True}
    assert revisions.differences(before, after, fine=True) == [("locations", "Places", "Saltby Wharf", "Quarrel Yard")]
    assert revisions.differences(before, after, fine=False) == [("locations", "Places", "North East", "London")]
    assert revisions.differences(hidden, after, fine=True)[-1] == ("locations", "Places", "North East", "Quarrel Yard")
