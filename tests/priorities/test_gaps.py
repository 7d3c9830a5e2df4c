"""Where coverage falls short: what is a gap, what is said of it, in which order, and which grants it opens."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Organisation
from grants.models import Grant
from priorities import gaps
from priorities.gaps import Gap, Gaps
from priorities.kinds import EMPTY, ENDING, NEGLECTED, UNDER_TARGET
from priorities.models import Code, Target, Watch
from priorities.shortfall import neglected
from tests.factories import NOW, FunderFactory, GrantFactory, link

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
LATER = date(2029, 12, 31)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en-gb"):
        yield


@pytest.fixture
def quill() -> Organisation:
    return FunderFactory(name="Quillfeather Trust")


def watch(area: str, dimension: str = "") -> None:
    """Let the group watch this and nothing else."""
    Watch.objects.all().delete()
    Watch.objects.create(area=code("priority", area), dimension=dimension)


def code(dimension: str, name: str) -> Code:
    return Code.objects.get(dimension=dimension, code=name)


def funded(area: str = "victim_services", share: int = 10_000, until: date = LATER, **fields: Any) -> Grant:
    """A grant for one area, running until long after; a dimension and its code as a keyword sorts it there."""
    sorted_by = {name: fields.pop(name) for name in ("region", "group", "service", "audience") if name in fields}
    grant = GrantFactory(**{"planned_start": date(2025, 1, 1), "planned_end": until, **fields})
    link(grant, "priority", area)
    for dimension, name in sorted_by.items():
        link(grant, dimension, name, share)
    return grant


def agree(area: str, kind: str, value: int, column: Code | None = None, **fields: Any) -> Target:
    fields = {"agreed_by": "Funders' meeting", "agreed_on": date(2025, 3, 14), **fields}
    return Target.objects.create(area=code("priority", area), column=column, kind=kind, value=value, **fields)


def found(on: date = DAY) -> Gaps:
    return gaps.table(on=on)


def gap(key: str, on: date = DAY) -> Gap:
    return found(on).gap(key)


class TestEmpty:
    def test_a_place_that_never_had_a_grant(self, quill: Organisation):
        FunderFactory.create_batch(6)
        watch("victim_services", "region")
        ireland = gap("victim_services.region.NI")
        assert (ireland.kind, ireland.row, ireland.column, ireland.grants) == (EMPTY, "victim_services", "NI", ())
        assert ireland.sentence == (
            "Victim services in Northern Ireland: no grant here. "
            "None of the seven funders has one running, and none has had one before."
        )

    def test_a_place_whose_last_grant_ended(self, quill: Organisation):
        watch("victim_services", "region")
        funded(region="NE", until=date(2025, 2, 28), funder=quill, amount_awarded=1_00)
        last = funded(region="NE", share=5_000, until=date(2025, 3, 31), funder=quill, amount_awarded=140_000_00)
        north_east = gap("victim_services.region.NE")
        assert north_east.sentence == (
            "Victim services in the North East: no grant here now. "
            "The last, £70,000 from Quillfeather Trust, ended on 31 March 2025."
        )
        assert north_east.grants == (last.pk,)

    def test_a_place_whose_next_grant_is_to_start(self, quill: Organisation):
        watch("victim_services", "region")
        funded(region="NE", until=date(2025, 2, 28))
        coming = funded(region="NE", planned_start=date(2026, 9, 1), funder=quill, amount_awarded=20_000_00)
        north_east = gap("victim_services.region.NE")
        assert north_east.sentence.endswith(
            "no grant here now. The next, £20,000 from Quillfeather Trust, starts on 1 September 2026."
        )
        assert north_east.grants == (coming.pk,)

    def test_grants_that_do_not_say_when_they_end_are_told(self):
        watch("victim_services", "region")
        open_ended = [funded(region="NE", planned_end=None) for _ in range(2)]
        north_east = gap("victim_services.region.NE")
        assert north_east.sentence == (
            "Victim services in the North East: no grant here now. "
            "Two grants here do not say when they end, so they are not counted as running."
        )
        assert set(north_east.grants) == {each.pk for each in open_ended}

    def test_money_for_all_of_the_uk_may_reach_a_place(self):
        watch("victim_services", "region")
        wide = funded(region="UK", amount_awarded=33_000_00)
        funded("research", region="UK", amount_awarded=99_000_00)
        ireland = gap("victim_services.region.NI")
        assert ireland.sentence.endswith(" £33,000 of UK-wide work may reach it.")
        assert (ireland.pence, ireland.may_reach, ireland.grants) == (0, 33_000_00, (wide.pk,))

    def test_a_nil_grant_and_a_grant_in_euros_are_grants_here(self):
        watch("victim_services", "region")
        funded(region="NE", amount_awarded=0)
        funded(region="SW", currency="EUR")
        short = {each.column for each in found().gaps}
        assert not {"NE", "SW"} & short

    def test_a_joint_share_and_a_removed_grant_are_none(self):
        watch("victim_services", "region")
        funded(region="NE", amount_awarded=0, joint_share=True)
        funded(region="NE", removed_at=NOW)
        assert "no grant here. None" in gap("victim_services.region.NE").sentence

    def test_people_named_by_the_funders_whom_no_grant_reaches(self):
        watch("victim_services", "group")
        assert gap("victim_services.group.eu_nationals").sentence == (
            "People trafficked from the EU: no grant says it reaches them."
        )

    def test_people_whom_another_areas_grant_reaches_are_only_missing_here(self):
        watch("victim_services", "group")
        funded("legal_representation", group="eu_nationals")
        told = gap("victim_services.group.eu_nationals").sentence
        assert told.startswith("Victim services for people trafficked from the EU: no grant here.")

    def test_a_service_an_audience_and_an_area_as_a_whole_are_named_in_words(self):
        Watch.objects.create(area=code("priority", "awareness"), dimension="service")
        places = {each.key: each.place for each in found().gaps}
        assert places["victim_services.service.family_tracing"] == "Victim services, family tracing"
        assert places["awareness.audience.public"] == "Awareness for the general public"
        assert places["research"] == "Research"

    def test_what_is_wide_or_unsorted_is_never_a_gap(self):
        columns = {each.column for each in found().gaps}
        assert not columns & {"UK", "INT", "mixed_adults", "undivided", "not-applicable", "not-stated"}

    def test_an_empty_cell_that_nobody_watches_is_a_blank(self):
        watch("research")
        for _ in range(2):
            funded("research")
        assert found().gaps == []


class TestEnding:
    def test_the_list_says_within_how_many_months(self):
        watch("victim_services", "region")
        for place, until in (("WAL", date(2026, 12, 1)), ("SCO", date(2026, 12, 2)), ("NW", date(2027, 12, 1))):
            funded(region=place, until=until)
        told = {each.column: (each.within, each.rule) for each in found().gaps if each.kind == ENDING}
        assert told == {
            "WAL": (6, "ends within 6 months and nothing follows"),
            "SCO": (12, "ends within 12 months and nothing follows"),
            "NW": (18, "ends within 18 months and nothing follows"),
        }

    def test_the_only_grant_ends_within_a_year(self, quill: Organisation):
        watch("victim_services", "region")
        only = funded(region="WAL", until=date(2027, 6, 1), funder=quill, amount_awarded=140_000_00)
        wales = gap("victim_services.region.WAL")
        assert wales.sentence == (
            "Victim services in Wales: money running out. "
            "The only grant, £140,000 from Quillfeather Trust, ends on 1 June 2027 and nothing follows."
        )
        assert (wales.kind, wales.pence, wales.grants, wales.until) == (
            ENDING,
            140_000_00,
            (only.pk,),
            date(2027, 6, 1),
        )

    def test_a_day_beyond_eighteen_months_is_none(self):
        watch("victim_services", "region")
        funded(region="WAL", until=date(2027, 12, 2))
        assert ENDING not in {each.kind for each in found().every}

    def test_several_grants_end_one_after_the_other(self):
        watch("victim_services", "region")
        ends = [date(2026, 7, 1), date(2026, 12, 31), date(2026, 6, 1)]
        grants = [funded(region="WAL", until=each, amount_awarded=10_000_00) for each in ends]
        wales = gap("victim_services.region.WAL")
        assert wales.sentence == (
            "Victim services in Wales: money running out. "
            "The last of three grants, £30,000 in all, ends on 31 December 2026 and nothing follows."
        )
        assert set(wales.grants) == {each.pk for each in grants}

    def test_a_grant_that_is_to_start_follows(self):
        watch("victim_services", "region")
        funded(region="WAL", until=date(2026, 12, 31))
        funded(region="WAL", planned_start=date(2027, 1, 1), until=LATER)
        assert ENDING not in {each.kind for each in found().every}

    def test_a_grant_without_an_end_beside_it_is_told(self):
        watch("victim_services", "region")
        funded(region="WAL", until=date(2026, 12, 31))
        funded(region="WAL", planned_end=None)
        assert gap("victim_services.region.WAL").sentence.endswith(
            "nothing follows. One more grant does not say when it ends."
        )


class TestUnderTarget:
    def test_an_amount_a_year(self):
        watch("victim_services", "region")
        agree("victim_services", "amount", 200_000_00, code("region", "NW"))
        year = {"planned_start": date(2026, 1, 1), "planned_end": date(2027, 12, 31)}
        there = funded(region="NW", amount_awarded=100_000_00, **year)
        north_west = gap("victim_services.region.NW")
        assert north_west.sentence == (
            "Victim services in the North West: £50,000 for 2026; "
            "£200,000 a year was agreed on 14 March 2025. £150,000 short."
        )
        assert (north_west.kind, north_west.pence, north_west.grants) == (UNDER_TARGET, 150_000_00, (there.pk,))

    def test_a_share_of_the_areas_running_money(self):
        watch("victim_services", "region")
        agree("victim_services", "share", 1_000, code("region", "SE"))
        there = funded(region="SE", amount_awarded=5_000_00)
        funded(region="LON", amount_awarded=95_000_00)
        funded("research", region="LON", amount_awarded=95_000_00)
        south_east = gap("victim_services.region.SE")
        assert south_east.sentence == (
            "Victim services in the South East: £5,000 in running grants; "
            "10\u00a0% of the area's money was agreed on 14 March 2025. £5,000 short."
        )
        assert (south_east.pence, south_east.grants) == (5_000_00, (there.pk,))

    def test_a_share_for_an_area_as_a_whole_is_of_all_running_money(self):
        watch("research")
        agree("research", "share", 1_000)
        funded("research", region="LON", amount_awarded=1_000_00)
        funded(region="LON", amount_awarded=99_000_00)
        assert gap("research").sentence == (
            "Research: £1,000 in running grants; 10\u00a0% of all running money was agreed on 14 March 2025. "
            "£9,000 short."
        )

    def test_a_number_of_grants(self):
        watch("victim_services", "group")
        agree("victim_services", "number", 3, code("group", "adult_men"))
        there = funded(group="adult_men")
        men = gap("victim_services.group.adult_men")
        assert men.sentence == (
            "Victim services for adult men: one running grant; three were agreed on 14 March 2025. Two short."
        )
        assert (men.pence, men.grants) == (0, (there.pk,))

    def test_what_is_reached_is_no_gap(self):
        watch("victim_services", "group")
        agree("victim_services", "number", 1, code("group", "adult_men"))
        funded(group="adult_men")
        assert UNDER_TARGET not in {each.kind for each in found().every}

    def test_a_target_counts_from_its_agreement_to_its_end(self):
        watch("victim_services")
        for _ in range(2):
            funded()
        agree("victim_services", "number", 5, agreed_on=date(2026, 6, 2))
        agree("victim_services", "number", 7, valid_to=date(2026, 5, 31))
        assert found().gaps == []
        assert gap("victim_services", date(2026, 6, 2)).kind == UNDER_TARGET

    def test_a_cell_with_a_target_is_watched_by_that(self):
        watch("research")
        agree("awareness", "number", 1)
        assert gap("awareness").kind == EMPTY

    def test_an_empty_cell_with_a_target_says_both_and_comes_first(self):
        watch("victim_services", "region")
        agree("victim_services", "amount", 50_000_00, code("region", "NI"))
        first = found().gaps[0]
        assert (first.kind, first.column, first.pence) == (EMPTY, "NI", 50_000_00)
        assert "no grant here." in first.sentence
        assert first.sentence.endswith("£0 for 2026; £50,000 a year was agreed on 14 March 2025. £50,000 short.")


class TestTheList:
    def test_it_is_in_the_printed_order(self):
        """Targets by pounds, then what the founding list names, then endings by date, then the rest by pounds."""
        agree("victim_services", "amount", 90_000_00, code("region", "NW"))
        agree("victim_services", "amount", 10_000_00, code("region", "SE"))
        agree("victim_services", "number", 9, code("service", "housing"))
        for place in ("NW", "SE", "LON"):
            funded(region=place, group="adult_women", service="housing", amount_awarded=2_000_00)
        funded(region="WAL", until=date(2026, 8, 1))
        funded(region="SCO", until=date(2026, 7, 1))
        funded("awareness", audience="public", amount_awarded=1_00)
        keys = [each.key for each in found().gaps]
        places = [
            keys.index(key)
            for key in (
                "victim_services.region.NW",
                "victim_services.region.SE",
                "victim_services.service.housing",
                "victim_services.region.NI",
                "victim_services.region.SCO",
                "victim_services.region.WAL",
                "victim_services.service.travel",
                "awareness.audience.politicians",
                "research",
            )
        ]
        assert places == sorted(places)
        assert keys[:3] == [
            "victim_services.region.NW",
            "victim_services.region.SE",
            "victim_services.service.housing",
        ]

    def test_empty_cells_of_one_area_are_joined(self):
        watch("legal_representation", "region")
        funded("legal_representation", region="UK", amount_awarded=485_500_00)
        for place in ("LON", "NW", "YH"):
            funded("legal_representation", region=place)
        (line,) = found().only(kind=EMPTY).lines
        assert line.text == (
            "Legal representation: no grant here in nine of twelve regions. £485,500 of UK-wide work may reach them."
        )
        assert [each.column for each in line.gaps] == ["NE", "EM", "WM", "EE", "SE", "SW", "WAL", "SCO", "NI"]

    def test_up_to_three_are_named(self):
        watch("victim_services", "region")
        for place in ("NW", "YH", "EM", "WM", "EE", "LON", "SE", "WAL", "SCO"):
            funded(region=place)
        (line,) = found().only(kind=EMPTY).lines
        assert line.text == "Victim services: no grant here in the North East, the South West or Northern Ireland."

    def test_services_and_audiences_are_named_too(self):
        watch("awareness", "audience")
        for audience in ("practitioners", "statutory", "voluntary"):
            funded("awareness", audience=audience)
        (line,) = found().only(kind=EMPTY).lines
        assert line.text == "Awareness: no grant here for the general public or politicians."

    def test_groups_that_nothing_reaches_are_joined(self):
        watch("victim_services", "group")
        funded(group="adult_women")
        (line,) = found().only(kind=NEGLECTED).lines
        assert line.text == (
            "All twelve groups that the funders named and the group watches: no grant says it reaches them."
        )

    def test_a_named_group_is_reached_by_whichever_list_says_so_as_on_the_page_of_all_that_are_named(self):
        watch("victim_services", "group")
        link(funded("research"), "exploitation", "criminal")
        (line,) = found().only(kind=NEGLECTED).lines
        assert line.text == (
            "Eleven of the twelve groups that the funders named and the group watches: no grant says it reaches them."
        )
        assert gap("victim_services.group.criminality").kind == EMPTY
        assert {row.group for row in neglected.table(on=DAY) if row.number} == {"People linked to criminality"}

    def test_an_ended_code_and_an_ended_area_are_no_longer_watched(self):
        watch("victim_services", "group")
        Code.objects.filter(dimension="group", code="detention").update(valid_to=date(2026, 5, 31))
        assert "detention" not in {each.column for each in found().gaps}
        assert "detention" in {each.column for each in found(date(2026, 5, 31)).gaps}
        Code.objects.filter(code="victim_services").update(valid_to=date(2026, 5, 31))
        assert found().gaps == []

    def test_a_funder_long_silent_that_was_here_before_may_be_out_of_date(self):
        watch("victim_services", "region")
        silent, busy = FunderFactory(name="Ottersmoor"), FunderFactory()
        funded(region="NE", until=date(2025, 5, 1), funder=silent, added_on=date(2025, 5, 31))
        funded(region="LON", funder=busy, added_on=date(2025, 6, 1))
        assert gap("victim_services.region.NE").out_of_date == ("Ottersmoor",)
        assert gap("victim_services.region.NI").out_of_date == ()
        assert gap("victim_services.region.NE", date(2026, 5, 1)).out_of_date == ()

    def test_one_kind_or_one_area_can_be_asked_for(self):
        funded(region="WAL", until=date(2026, 8, 1))
        assert {each.kind for each in found().only(kind=ENDING).gaps} == {ENDING}
        assert [each.key for each in found().only(row="research").gaps] == ["research"]
        assert [line.text for line in found().only(row="research").lines] == [gap("research").sentence]

    def test_an_empty_portal_names_what_it_watches_and_opens_nothing(self):
        assert {each.kind for each in found().gaps} == {EMPTY, NEGLECTED}
        assert {each.grants for each in found().gaps} == {()}
        with pytest.raises(KeyError):
            found().gap("victim_services.region.UK")
