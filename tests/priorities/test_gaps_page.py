"""The page of the list and its CSV, and the page of the groups that the funders named."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from priorities.kinds import EMPTY, FRAGILE
from priorities.models import Watch
from priorities.shortfall import neglected
from tests.factories import link, viewer
from tests.priorities.test_gaps import code, english, funded, watch
from tests.priorities.test_gaps_said import DAY, by_place, found

__all__ = ["by_place", "english"]
pytestmark = pytest.mark.django_db


class TestNamedByTheFunders:
    def test_all_sixteen_groups_stand_in_the_order_of_the_documents(self):
        rows = neglected.table(on=DAY)
        assert len(rows) == 16
        assert [row.group for row in rows][:3] == ["People outside London", "Men", "Children and young people"]
        assert rows[7].sentence == "People with challenging behaviour: no grant says it reaches them."

    def test_a_group_counts_with_its_share_and_opens_its_grants(self):
        man = funded(region="LON", group="adult_men", share=5_000, amount_awarded=1_000_00)
        (men,) = [row for row in neglected.table(on=DAY) if row.group == "Men"]
        assert (men.pence, men.number, list(men.grants)) == (500_00, 1, [man.pk])
        assert men.reached_by == [("people", "Adult men", "columns=group&column=adult_men")]

    def test_where_two_lists_may_say_it_a_grant_counts_once_with_the_larger_share(self):
        both = funded(group="criminality", share=3_000, amount_awarded=1_000_00)
        link(both, "exploitation", "criminal", 6_000)
        other = funded(amount_awarded=100_00)
        link(other, "exploitation", "criminal")
        (row,) = [row for row in neglected.table(on=DAY) if row.group == "People linked to criminality"]
        assert (row.pence, row.number, list(row.grants)) == (700_00, 2, [both.pk, other.pk])

    def test_outside_london_is_every_region_and_nation_but_not_uk_wide(self):
        funded(region="UK", amount_awarded=5_00)
        (row,) = [row for row in neglected.table(on=DAY) if row.group == "People outside London"]
        assert (row.number, row.pence) == (9, 9 * 10_000_00)

    def test_forced_labour_and_domestic_servitude_stand_beside_sexual_exploitation(self):
        for form, pounds in (("labour", 20_000_00), ("sexual", 80_000_00)):
            link(funded(region="LON", amount_awarded=pounds), "exploitation", form)
        told = [(form.code, form.pence, form.share, form.grants) for form in neglected.forms(on=DAY)]
        assert told == [
            ("labour", 20_000_00, 1_000, 1),
            ("domestic_servitude", 0, 0, 0),
            ("sexual", 80_000_00, 4_000, 1),
        ]

    def test_the_page_and_the_csv_say_the_same(self, sign_in):
        funded(group="adult_men", amount_awarded=1_000_00)
        client = sign_in(viewer())
        html = client.get(f"/coverage/neglected/?on={DAY}").content.decode()
        assert "Of 16 groups that the funders named, 14 are reached by no running grant that says so." in html
        text = client.get(f"/neglected.csv?on={DAY}").content.decode("utf-8-sig").splitlines()
        assert text[2] == "Men,people: Adult men,1000.00,1,0.99"
        assert len(text) == 17

    def test_the_page_stands_in_the_navigation_and_its_day_can_be_chosen_printed_and_copied(self, sign_in):
        html = sign_in(viewer()).get(f"/coverage/neglected/?on={DAY}").content.decode()
        assert '<a href="/coverage/neglected/" class="here" aria-current="page">Named by the funders</a>' in html
        assert f'name="on" value="{DAY}"' in html
        assert "data-print" in html
        assert "data-copy-address" in html

    def test_its_sentence_in_the_list_leads_to_it(self, sign_in):
        watch("victim_services", "group")
        html = sign_in(viewer()).get(f"/coverage/gaps/?kind=neglected&on={DAY}").content.decode()
        assert f'<a href="/coverage/neglected/?on={DAY}">' in html

    def test_a_day_that_does_not_exist_is_refused_in_a_sentence(self, sign_in):
        answer = sign_in(viewer()).get("/coverage/neglected/?on=2026-02-30")
        assert answer.status_code == 400
        assert "on: “2026-02-30” is no day that exists." in answer.content.decode()


class TestThePage:
    def test_choices_by_kind_and_area_count_and_narrow(self, sign_in):
        client = sign_in(viewer())
        page = client.get(f"/coverage/gaps/?on={DAY}")
        assert [words for words, _query, _here in page.context["kinds"]] == [
            "All",
            "No grant here (2)",
            "Small beside the need (2)",
            "Rests on one (10)",
        ]
        narrowed = client.get(f"/coverage/gaps/?on={DAY}&kind=fragile&priority=victim_services")
        assert {line.kind for line in narrowed.context["found"].lines} == {FRAGILE}
        assert client.get("/coverage/gaps/?kind=small").status_code == 400

    def test_the_choices_of_kinds_count_in_the_area_that_is_chosen(self, sign_in):
        Watch.objects.create(area=code("priority", "research"), dimension="")
        page = sign_in(viewer()).get(f"/coverage/gaps/?on={DAY}&priority=research")
        assert [words for words, _query, _here in page.context["kinds"]] == ["All", "No grant here (1)"]
        assert page.context["found"].by_kind == [(EMPTY, "No grant here", 1)]

    @pytest.mark.parametrize("address", ["/coverage/gaps/", "/coverage/neglected/", "/gaps.csv", "/neglected.csv"])
    def test_two_days_are_refused(self, sign_in, address):
        answer = sign_in(viewer()).get(f"{address}?on=2026-06-01&on=2026-06-02")
        assert answer.status_code == 400
        assert "on: Only one can be asked for; the address gives 2." in answer.content.decode()

    def test_a_kind_of_grants_that_there_is_not_is_refused_with_the_choices(self, sign_in):
        answer = sign_in(viewer()).get("/coverage/grants/?kind=zzz")
        assert answer.status_code == 400
        assert "kind: “zzz” is not known here. Choose from: empty, neglected, " in answer.content.decode()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"planned_start": date(2026, 9, 1)}, "Show the 1 grant that is to start"),
            ({"until": date(2026, 5, 1)}, "Show the 1 grant that has ended"),
            ({"planned_end": None}, "Show the 1 grant that does not say when it ends"),
            ({}, "Show the 1 grant"),
        ],
    )
    def test_the_link_to_grants_says_what_it_shows(self, fields, words):
        watch("victim_services", "group")
        funded(group="eu_nationals", **fields)
        assert found().gap("victim_services.group.eu_nationals").number == 1
        (line,) = [each for each in found().lines if "victim_services.group.eu_nationals" in {g.key for g in each.gaps}]
        assert line.show == words

    def test_the_csv_keeps_money_that_may_reach_a_place_apart(self, sign_in):
        funded(region="UK", amount_awarded=33_000_00)
        text = sign_in(viewer()).get(f"/gaps.csv?on={DAY}&kind=empty").content.decode("utf-8-sig")
        apart = "Pounds for all of the UK or several together"
        assert [(line["Pounds"], line[apart]) for line in csv.DictReader(io.StringIO(text))] == [("", "33000.00")] * 2

    def test_every_line_opens_exactly_its_grants(self, sign_in):
        client = sign_in(viewer())
        whole = found()
        for kind in (EMPTY, FRAGILE):
            for line in whole.only(kind=kind).lines:
                opened = client.get("/coverage/grants/", {"on": DAY, "kind": kind, "gap": line.key})
                assert sorted(grant.pk for grant, _ in opened.context["lines"]) == line.grants
