"""What people say of a shortfall: set aside until a day, we are looking at this, and the group's own thresholds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import JournalEntry, Membership, Organisation, Person
from priorities import gaps
from priorities.gaps import Gap, Gaps
from priorities.kinds import EMPTY, ENDING, FRAGILE, UNDER_NEED
from priorities.models import GapRules, Looking, SetAside
from priorities.shortfall import asides, neglected
from tests.factories import FunderFactory, link, officer, secretariat, viewer
from tests.priorities.test_gaps import code, english, funded, quill, watch

__all__ = ["english", "quill"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAY = NOW.date()
AGAIN = date(2026, 9, 1)
IRELAND = "victim_services.region.NI"


def found(person: Person | None = None, on: date = DAY) -> Gaps:
    return gaps.table(on=on, person=person)


def ireland(on: date = DAY) -> Gap:
    return found(on=on).gap(IRELAND)


def in_list(key: str = IRELAND, on: date = DAY) -> bool:
    return key in {each.key for each in found(on=on).gaps}


def leave(by: Person, gap: Gap | None = None, **fields: object) -> SetAside:
    usual = {"reason": "The autumn meeting decides.", "look_again_on": AGAIN, "at": NOW}
    (row,) = asides.set_aside(gaps=[gap or ireland()], by=by, **{**usual, **fields})
    return row


@pytest.fixture(autouse=True)
def by_place():
    watch("victim_services", "region")
    for place in ("NE", "NW", "YH", "EM", "EE", "LON", "SE", "SW", "WM", "WAL"):
        funded(region=place)


class TestSetAside:
    def test_it_stands_at_the_end_with_who_and_why_and_comes_back_by_itself(self):
        row = leave(officer(name="Robin Ashdown"))
        assert not in_list()
        assert [(line.text, line.aside.reason, str(line.aside.by)) for line in found().aside] == [
            (ireland(AGAIN).sentence, "The autumn meeting decides.", "Robin Ashdown")
        ]
        assert not in_list(on=AGAIN - timedelta(days=1))
        assert in_list(on=AGAIN)
        assert found(on=AGAIN).aside == []
        assert row.ended_at is None

    def test_days_before_it_was_set_aside_are_as_they_were(self):
        leave(officer())
        assert in_list(on=DAY - timedelta(days=1))

    def test_a_joined_sentence_loses_only_what_was_set_aside(self):
        (before,) = found().only(kind=EMPTY).lines
        assert [each.column for each in before.gaps] == ["SCO", "NI"]
        leave(officer())
        (after,) = found().only(kind=EMPTY).lines
        assert [each.column for each in after.gaps] == ["SCO"]

    def test_a_place_without_a_grant_does_not_come_back_as_small_beside_the_need(self):
        """Published figures of need ship with the portal, and nought is small beside any of them."""
        assert found().gap(IRELAND, UNDER_NEED).pence == 0
        leave(officer())
        assert not in_list()
        assert [line.kind for line in found().aside] == [EMPTY]

    def test_the_next_kind_of_the_place_stands_in_the_list_then(self):
        funded(region="SCO", until=date(2026, 12, 1))
        scotland = found().gap("victim_services.region.SCO")
        assert scotland.kind == ENDING
        leave(officer(), scotland)
        assert found().gap("victim_services.region.SCO").kind == FRAGILE
        assert [line.kind for line in found().aside] == [ENDING]

    def test_it_can_be_taken_back_and_then_set_aside_anew(self):
        person = officer()
        row = leave(person)
        asides.take_back(row=row, by=person, at=NOW)
        asides.take_back(row=row, by=person, at=NOW)
        assert in_list()
        leave(person, reason="Another one.")
        assert not in_list()
        deeds = list(JournalEntry.objects.order_by("id").values_list("what", flat=True))
        assert deeds == ["set gap aside", "took gap back", "set gap aside"]

    def test_what_came_back_by_itself_can_be_set_aside_again(self):
        person = officer()
        leave(person)
        leave(person, ireland(AGAIN), look_again_on=date(2027, 3, 1), at=datetime(2026, 9, 1, 9, tzinfo=UTC))
        assert [each.look_again_on for each in SetAside.objects.filter(ended_at=None)] == [date(2027, 3, 1)]
        assert not in_list(on=AGAIN)

    def test_the_csv_and_the_api_say_why(self, sign_in):
        person = officer()
        leave(person)
        client = sign_in(person)
        (told,) = client.get(f"/api/gaps/?on={DAY}").json()["set_aside"]
        assert (told["column"], told["reason"], told["look_again_on"]) == (
            "NI",
            "The autumn meeting decides.",
            "2026-09-01",
        )
        last = client.get(f"/gaps.csv?on={DAY}").content.decode("utf-8-sig").splitlines()[-1]
        assert ",2026-09-01,The autumn meeting decides.," in last

    @pytest.mark.parametrize("fields", [{"reason": ""}, {"kind": "small"}, {"dimension": ""}])
    def test_the_database_refuses_one_without_a_reason_a_kind_or_a_whole_place(self, fields):
        usual = {"area": code("priority", "research"), "dimension": "region", "column": "NI", "kind": EMPTY}
        with pytest.raises(IntegrityError), transaction.atomic():
            SetAside.objects.create(
                **{**usual, "reason": "x", "look_again_on": AGAIN, "by": officer(), "at": NOW, **fields}
            )


def post(client, name: str, **data: str):
    return client.post(reverse(name), {"kind": EMPTY, "gap": "victim_services.region.SCO", "back": "", **data})


def later(days: int = 90) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


class TestTheFormBesideASentence:
    def test_an_officer_and_the_secretariat_set_aside_all_of_a_line_or_one_place_of_it(self, sign_in):
        post(sign_in(officer()), "gap_set_aside", reason="Later", look_again_on=later(), which=IRELAND)
        assert [each.column for each in SetAside.objects.all()] == ["NI"]
        post(sign_in(secretariat()), "gap_set_aside", reason="Later", look_again_on=later())
        assert [each.column for each in SetAside.objects.order_by("id")] == ["NI", "SCO"]

    def test_a_second_click_adds_nothing(self, sign_in):
        client, once = sign_in(officer()), str(uuid4())
        for _ in range(2):
            answer = post(client, "gap_set_aside", reason="Later", look_again_on=later(), once=once)
            assert (answer.status_code, answer["Location"]) == (302, "/coverage/gaps/")
        assert SetAside.objects.count() == 2
        assert JournalEntry.objects.filter(what="set gap aside").count() == 2

    def test_it_leads_back_to_the_list_as_it_was_asked_for(self, sign_in):
        answer = post(sign_in(officer()), "gap_set_aside", reason="x", look_again_on=later(), back="kind=empty&evil=1")
        assert answer["Location"] == "/coverage/gaps/?kind=empty"

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (
                {"reason": "", "look_again_on": "2999-01-01"},
                "Say why it is set aside, so that whoever looks again knows.",
            ),
            ({"reason": "x", "look_again_on": ""}, "Say on which day it comes back into the list."),
            ({"reason": "x", "look_again_on": "2020-01-01"}, "This day is over or today. Write a later one."),
            ({"reason": "x", "look_again_on": "2999-01-01"}, "This is more than 24 months away. Write an earlier day."),
            ({"reason": "x", "look_again_on": "soon"}, "This day does not exist. Write it as 2026-03-31 or choose it."),
        ],
    )
    def test_what_cannot_be_is_said_in_words_and_the_rest_is_kept(self, sign_in, data, sentence):
        answer = post(sign_in(officer()), "gap_set_aside", **data)
        html = answer.content.decode()
        assert answer.status_code == 422
        assert html.count(sentence) == 2
        assert f'id="id_reason" name="reason" maxlength="300" required value="{data["reason"]}"' in html
        assert SetAside.objects.count() == 0

    def test_what_is_no_longer_short_changes_nothing_and_says_so(self, sign_in):
        client = sign_in(officer())
        answer = client.post(
            reverse("gap_set_aside"), {"kind": EMPTY, "gap": "nothing", "reason": "x", "look_again_on": later()}
        )
        assert "so nothing was changed" in client.get(answer["Location"]).content.decode()
        assert SetAside.objects.count() == 0

    def test_a_viewer_sees_no_form(self, sign_in):
        assert reverse("gap_set_aside") not in sign_in(viewer()).get("/coverage/gaps/").content.decode()
        assert reverse("gap_set_aside") in sign_in(officer()).get("/coverage/gaps/").content.decode()


class TestLooking:
    def look(self, funder: Organisation, by: Person, *, is_open: bool = True, **fields: object) -> Looking:
        usual = {"gaps": [ireland()], "note": "A visit in May", "at": NOW}
        (row,) = asides.look_at(funder=funder, by=by, is_open=is_open, **{**usual, **fields})
        return row

    def seen(self, person: Person | None, on: date = DAY) -> list[str]:
        return [str(seen.row.funder) for line in found(person, on).lines for seen in line.looking]

    def test_an_open_one_is_seen_by_all_funders_and_the_secretariat(self, quill: Organisation):
        self.look(quill, officer(quill))
        for person in (viewer(quill), officer(), secretariat()):
            assert self.seen(person) == ["Quillfeather Trust"]
        assert self.seen(None) == []

    def test_one_that_is_not_open_is_seen_by_its_own_funder_alone(self, quill: Organisation, sign_in):
        person = officer(quill)
        row = self.look(quill, person, is_open=False)
        assert self.seen(viewer(quill)) == ["Quillfeather Trust"]
        for other in (officer(), secretariat()):
            assert self.seen(other) == []
            assert "is looking at this" not in sign_in(other).get(f"/coverage/gaps/?on={DAY}").content.decode()
        (line,) = JournalEntry.objects.filter(what="said looking")
        assert line.details == {}
        assert sign_in(officer()).post(reverse("gap_looking_end", args=[row.pk])).status_code == 404

    def test_it_goes_when_a_grant_arrives_that_runs_or_is_to_start_there(self, quill: Organisation):
        person = officer(quill)
        self.look(quill, person)
        funded(region="NI", until=date(2026, 5, 31))
        funded(region="SCO")
        assert self.seen(person) == ["Quillfeather Trust"]
        funded(region="NI", planned_start=date(2026, 9, 1))
        assert self.seen(person) == []

    def test_a_grant_that_was_there_before_does_not_take_it_away(self, quill: Organisation):
        funded(region="SCO", until=date(2026, 12, 1))
        person = officer(quill)
        scotland = found().gap("victim_services.region.SCO")
        self.look(quill, person, gaps=[scotland])
        assert self.seen(person) == ["Quillfeather Trust"]
        assert [seen.row.note for line in found(person).only(kind=FRAGILE).lines for seen in line.looking] == [
            "A visit in May"
        ]

    def test_two_funders_may_look_at_one_place_and_each_ends_its_own(self, quill: Organisation):
        other = FunderFactory(name="Marrowstone Foundation")
        mine, theirs = officer(quill), officer(other)
        row = self.look(quill, mine)
        self.look(other, theirs)
        assert self.seen(mine) == ["Quillfeather Trust", "Marrowstone Foundation"]
        with pytest.raises(asides.NotYours):
            asides.stop_looking(row=row, by=theirs, at=NOW)
        asides.stop_looking(row=row, by=mine, at=NOW)
        assert self.seen(mine) == ["Marrowstone Foundation"]

    def test_said_of_a_whole_line_it_stands_once_and_is_ended_at_once(self, quill: Organisation):
        person = officer(quill)
        (line,) = found().only(kind=EMPTY).lines
        self.look(quill, person, gaps=line.gaps[:1], at=NOW - timedelta(days=1))
        first, second = asides.look_at(gaps=line.gaps, funder=quill, note="", is_open=True, by=person, at=NOW)
        ((seen,),) = [line.looking for line in found(person).only(kind=EMPTY).lines]
        assert (seen.row, seen.places) == (first, ())
        asides.stop_looking(row=second, by=person, at=NOW)
        assert self.seen(person) == []
        assert JournalEntry.objects.filter(what="ended looking").count() == 1

    def test_said_again_it_stands_once(self, quill: Organisation):
        person = officer(quill)
        self.look(quill, person)
        self.look(quill, person, note="Again")
        assert self.seen(person) == ["Quillfeather Trust"]
        assert Looking.objects.filter(ended_on=None).count() == 1

    def test_nobody_writes_for_another_funder(self, quill: Organisation):
        with pytest.raises(asides.NotYours):
            self.look(quill, officer())
        with pytest.raises(asides.NotYours):
            self.look(quill, viewer(quill))
        assert Looking.objects.count() == 0

    def test_the_form_says_so_once_and_the_list_shows_it(self, quill: Organisation, sign_in):
        client, once = sign_in(officer(quill)), str(uuid4())
        for _ in range(2):
            post(client, "gap_looking", note="A visit in May", is_open="on", which=IRELAND, once=once)
        html = client.get("/coverage/gaps/").content.decode()
        assert Looking.objects.count() == 1
        assert "Quillfeather Trust is looking at this: Victim services in Northern Ireland. “A visit in May”" in html

    def test_an_officer_of_two_funders_says_which(self, quill: Organisation, sign_in):
        person, other = officer(quill), FunderFactory()
        Membership.objects.create(person=person, organisation=other, role=Membership.OFFICER)
        client = sign_in(person)
        answer = post(client, "gap_looking", note="x")
        assert answer.status_code == 422
        assert answer.content.decode().count("Say which funder is looking at it.") == 2
        post(client, "gap_looking", note="x", funder=str(other.pk), which=IRELAND)
        assert [each.funder for each in Looking.objects.all()] == [other]


class TestThresholds:
    USUAL = {
        "ending_soon": "6",
        "ending_within": "12",
        "ending_later": "18",
        "fragile": "80",
        "need": "50",
        "narrow": "80",
        "evidence_months": "12",
    }

    def send(self, sign_in, person: Person, **changed: str):
        return sign_in(person).post(reverse("gap_rules"), {**self.USUAL, **changed})

    def test_the_secretariat_changes_them_and_the_journal_keeps_what_they_were(self, sign_in):
        assert self.send(sign_in, secretariat(), fragile="66.67", ending_later="24").status_code == 302
        rules = GapRules.current()
        assert (rules.fragile, rules.ending) == (6_667, (6, 12, 24))
        (line,) = JournalEntry.objects.filter(what="changed gap rules")
        assert line.details["changed"] == {"fragile": [8_000, 6_667], "ending_later": [18, 24]}

    def test_saved_unchanged_nothing_is_noted(self, sign_in):
        assert self.send(sign_in, secretariat()).status_code == 302
        assert not JournalEntry.objects.filter(what="changed gap rules").exists()

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("fragile", "-80", "Write a percentage from 1 to 100, such as 80."),
            ("fragile", "0.5", "Write a percentage from 1 to 100, such as 80."),
            ("need", "101", "Write a percentage from 1 to 100, such as 80."),
            ("narrow", "", "Write a percentage from 1 to 100, such as 80."),
            ("ending_soon", "-6", "Write a whole number of months from 1 to 120."),
            ("ending_later", "121", "Write a whole number of months from 1 to 120."),
            ("evidence_months", "a year", "Write a whole number of months from 1 to 120."),
            ("ending_within", "6", "Write the three in order, each longer than the one before: 6, 12, 18."),
        ],
    )
    def test_a_threshold_that_cannot_be_is_refused_with_what_is_allowed(self, sign_in, name, value, sentence):
        answer = self.send(sign_in, secretariat(), **{name: value})
        assert answer.status_code == 422
        assert answer.context["form"].errors == {name: [sentence]}
        assert not GapRules.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [{"fragile": 99}, {"narrow": 10_001}, {"need": 0}, {"evidence_months": 0}, {"ending_soon": 12}, {"id": 2}],
    )
    def test_the_database_refuses_them_too(self, fields):
        with pytest.raises(IntegrityError), transaction.atomic():
            GapRules.objects.create(**{"id": 1, **fields})

    def test_an_officer_reads_the_rules_and_changes_none(self, sign_in):
        person = officer()
        assert self.send(sign_in, person).status_code == 403
        html = sign_in(person).get(reverse("gap_rules")).content.decode()
        assert "ends within 6, 12 or 18 months and nothing follows" in html
        assert '<input type="text"' not in html

    def test_every_line_of_the_list_prints_its_rule_with_the_threshold_as_it_stands(self, sign_in):
        GapRules.objects.create(id=1, ending_later=40)
        until = timezone.localdate() + timedelta(days=900)
        funded(region="SCO", planned_end=until)
        html = sign_in(officer()).get("/coverage/gaps/").content.decode()
        assert "Rule: ends within 40 months and nothing follows. Here too: Rests on one grant." in html


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

    def test_every_line_opens_exactly_its_grants(self, sign_in):
        client = sign_in(viewer())
        whole = found()
        for kind in (EMPTY, FRAGILE):
            for line in whole.only(kind=kind).lines:
                opened = client.get("/coverage/grants/", {"on": DAY, "kind": kind, "gap": line.key})
                assert sorted(grant.pk for grant, _ in opened.context["lines"]) == line.grants
