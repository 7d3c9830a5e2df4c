"""What rests on one, pays for one service only, has no recent report, or is small beside the need."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organisation, Person
from grants.models import Grant, RelatedGrant
from priorities import gaps, need
from priorities.gaps import Gap, Gaps
from priorities.kinds import EMPTY, ENDING, FRAGILE, NO_EVIDENCE, TOO_NARROW, UNDER_NEED, UNKNOWN, WAITING
from priorities.models import Evidence, GapRules
from tests.factories import FunderFactory, GranteeFactory, officer, secretariat, viewer
from tests.priorities.test_gaps import DAY, LATER, agree, code, english, funded, link, quill, watch

__all__ = ["english", "quill"]
pytestmark = pytest.mark.django_db
REGION = "victim_services.region."


def found(person: Person | None = None, on: date = DAY) -> Gaps:
    return gaps.table(on=on, person=person, today=DAY)


def gap(kind: str, key: str, person: Person | None = None) -> Gap:
    return found(person).gap(key, kind)


def is_gap(kind: str, key: str, person: Person | None = None) -> bool:
    return key in {each.key for each in found(person).every if each.kind == kind}


@pytest.fixture(autouse=True)
def by_place():
    watch("victim_services", "region")


class TestRestsOnOne:
    def test_one_grant_with_its_worth_its_funder_and_its_last_day(self):
        harbour = FunderFactory(name="Shared Harbour Collaborative")
        only = funded(region="WM", funder=harbour, amount_awarded=170_000_00, until=date(2028, 6, 30))
        west = gap(FRAGILE, REGION + "WM")
        assert west.sentence == (
            "Victim services in the West Midlands rests on one grant: "
            "£170,000 from Shared Harbour Collaborative, until 30 June 2028."
        )
        assert (west.word, west.pence, west.grants, west.until) == (
            "Rests on one grant",
            170_000_00,
            (only.pk,),
            date(2028, 6, 30),
        )
        assert west.rule == "80\u00a0% or more of the running money from one"

    def test_one_funder_with_exactly_the_threshold_and_not_a_penny_less(self, quill: Organisation):
        other = FunderFactory()
        mine = [funded(region="WAL", funder=quill, amount_awarded=40_000_00) for _ in range(2)]
        rest = funded(region="WAL", funder=other, amount_awarded=20_000_00)
        assert gap(FRAGILE, REGION + "WAL").sentence == (
            "Victim services in Wales rests on one funder: £80,000 of £100,000 from Quillfeather Trust, "
            "in two grants, the last until 31 December 2029."
        )
        assert gap(FRAGILE, REGION + "WAL").grants == tuple(each.pk for each in mine)
        Grant.objects.filter(pk=rest.pk).update(amount_awarded=20_000_01)
        assert not is_gap(FRAGILE, REGION + "WAL")

    def test_one_charity_of_several_funders_is_named_with_what_it_gets(self):
        charity = GranteeFactory(name="Kestrel Young People")
        grants = [funded(region="SE", recipient=charity, amount_awarded=45_000_00) for _ in range(2)]
        funded(region="SE", amount_awarded=10_000_00)
        south = gap(FRAGILE, REGION + "SE")
        assert south.sentence == (
            "Victim services in the South East rests on one charity: £90,000 of £100,000 to Kestrel Young People, "
            "in two grants, the last until 31 December 2029."
        )
        assert (south.word, south.grants) == ("Rests on one charity", tuple(each.pk for each in grants))

    def test_charities_that_share_a_heap_are_told_apart(self):
        """Charities are added up in 64 heaps first; two in one heap are not one charity."""
        charities = [GranteeFactory() for _ in range(65)]
        for charity in (charities[0], charities[64]):
            funded(region="SE", recipient=charity, amount_awarded=45_000_00)
        assert charities[0].pk % 64 == charities[64].pk % 64
        assert not is_gap(FRAGILE, REGION + "SE")

    def test_one_funder_and_one_charity_are_both_told(self, quill: Organisation):
        charity = GranteeFactory()
        for _ in range(2):
            funded(region="WAL", funder=quill, recipient=charity, amount_awarded=5_000_00)
        told = gap(FRAGILE, REGION + "WAL").sentence
        assert told == (
            "Victim services in Wales rests on one funder: all £10,000 from Quillfeather Trust, in two grants, "
            "the last until 31 December 2029. One charity gets 80\u00a0% or more of it."
        )

    def test_an_award_that_several_funders_share_rests_on_none_of_them(self, quill: Organisation):
        parent = funded(region="WAL", funder=quill, amount_awarded=9_000_00)
        assert is_gap(FRAGILE, REGION + "WAL")
        share = funded(region="WAL", amount_awarded=0, joint_share=True)
        RelatedGrant.objects.create(grant=share, identifier=parent.grant_id, other=parent)
        rests = [each for each in found().every if each.kind == FRAGILE and each.column == "WAL"]
        assert [each.rests_on for each in rests] == ["charity"]

    def test_money_in_euros_is_not_added_to_pounds(self):
        funded(region="WAL", amount_awarded=1_000_00)
        funded(region="WAL", amount_awarded=1_000_00)
        funded(region="WAL", amount_awarded=99_000_00, currency="EUR")
        assert not is_gap(FRAGILE, REGION + "WAL")

    def test_the_threshold_is_the_groups_own(self):
        for _ in range(2):
            funded(region="WAL", amount_awarded=1_000_00)
        assert not is_gap(FRAGILE, REGION + "WAL")
        GapRules.objects.create(id=1, fragile=5_000)
        assert gap(FRAGILE, REGION + "WAL").rule == "50\u00a0% or more of the running money from one"

    def test_it_is_weaker_than_money_running_out_and_stands_beside_it(self):
        funded(region="WAL", until=date(2026, 12, 1))
        (wales,) = [each for each in found().gaps if each.column == "WAL"]
        assert (wales.kind, wales.also) == (ENDING, ("Rests on one grant",))
        (line,) = found().only(kind=FRAGILE).lines
        assert (line.word, line.grants) == ("Rests on one grant", list(wales.grants))


class TestOneServiceOnly:
    def grants(self, *services: str) -> list[Grant]:
        return [funded(region="NW", service=each, amount_awarded=10_000_00) for each in services]

    def test_grants_that_pay_for_one_service_each_stand_beside_what_is_whole_person(self):
        narrow = self.grants("housing", "legal", "housing", "medical")
        self.grants("undivided")
        north = gap(TOO_NARROW, REGION + "NW")
        assert north.sentence == (
            "Victim services in the North West: one service only. "
            "Four of five grants, £40,000, pay for a single service each. "
            "£10,000 in one grant is whole-person, not divided."
        )
        assert (north.number, north.grants, north.pence) == (4, tuple(each.pk for each in narrow), 40_000_00)
        assert north.rule == "80\u00a0% or more of the grants here each pay for a single service"

    def test_under_the_threshold_it_is_none(self):
        self.grants("housing", "legal", "undivided")
        assert not is_gap(TOO_NARROW, REGION + "NW")

    def test_a_grant_for_several_services_is_broad(self):
        self.grants("housing", "legal")
        assert is_gap(TOO_NARROW, REGION + "NW")
        several = funded(region="NW", amount_awarded=10_000_00)
        link(several, "service", "housing", 5_000)
        link(several, "service", "legal", 5_000)
        assert not is_gap(TOO_NARROW, REGION + "NW")

    def test_one_grant_alone_is_no_division_and_what_says_nothing_is_not_counted(self):
        self.grants("housing")
        funded(region="NW")
        assert not is_gap(TOO_NARROW, REGION + "NW")
        self.grants("housing")
        assert gap(TOO_NARROW, REGION + "NW").sentence.startswith(
            "Victim services in the North West: one service only. "
            "Two of three grants, £20,000, pay for a single service each; one says nothing of services."
        )

    def test_two_grants_are_both_and_three_are_all_three(self):
        self.grants("housing", "legal")
        assert "only. Both grants, £20,000," in gap(TOO_NARROW, REGION + "NW").sentence
        self.grants("medical")
        assert "only. All three grants, £30,000," in gap(TOO_NARROW, REGION + "NW").sentence

    def test_a_service_itself_is_not_asked(self):
        watch("victim_services", "service")
        self.grants("housing", "housing")
        assert not is_gap(TOO_NARROW, "victim_services.service.housing")


def reports(grant: Grant, **days: Any) -> Evidence:
    return Evidence.objects.create(grant=grant, **{"owed_since": date(2026, 3, 1), **days})


class TestNoRecentReport:
    def three(self, funder: Organisation) -> list[Grant]:
        """Four grants in Wales, one of this funder and three of others, none of them with an accepted report; the
        first three."""
        return [funded(region="WAL", funder=each) for each in (funder, *FunderFactory.create_batch(3))][:3]

    def test_nothing_is_said_while_no_report_is_recorded(self, quill: Organisation):
        self.three(quill)
        assert not is_gap(NO_EVIDENCE, REGION + "WAL")
        assert found().of_reports() == "No reports are recorded here yet, so nothing is said about them."

    def test_its_own_funder_sees_which_and_the_others_only_how_many(self, quill: Organisation):
        mine, other, _third = self.three(quill)
        reports(mine)
        reports(other)
        wales = gap(NO_EVIDENCE, REGION + "WAL", viewer(quill))
        assert (wales.grants, wales.number, wales.held_back) == ((mine.pk,), 2, 1)
        assert wales.sentence == (
            "Victim services in Wales: no recent report. Two grants owe one; "
            "none was accepted in the last 12 months. Which the other is, only its own funder sees."
        )
        for person in (officer(), secretariat(), None):
            wales = gap(NO_EVIDENCE, REGION + "WAL", person)
            assert (wales.grants, wales.number, wales.pence) == ((), 2, 0)
            assert wales.sentence.endswith("Which they are, only their own funders see.")

    @pytest.mark.parametrize(
        ("running", "owing", "told"),
        [(2, 1, 0), (3, 1, 1), (3, 2, 2), (3, 3, 0), (4, 3, 3), (4, 4, 0)],
    )
    def test_of_others_a_number_is_told_only_of_three_at_least_and_never_where_all_owe(self, running, owing, told):
        mine, other = FunderFactory(), FunderFactory()
        late = funded(region="WAL", funder=mine)
        theirs = [funded(region="WAL", funder=other) for _ in range(running)]
        for each in (late, *theirs[:owing]):
            reports(each)
        wales = gap(NO_EVIDENCE, REGION + "WAL", viewer(mine))
        assert (wales.grants, wales.number, wales.held_back) == ((late.pk,), 1 + told, told)
        assert found(viewer(mine)).reports_owed_elsewhere == told
        Evidence.objects.filter(grant=late).delete()
        assert is_gap(NO_EVIDENCE, REGION + "WAL", viewer(mine)) is bool(told)

    def test_the_number_over_all_is_told_in_words(self, quill: Organisation):
        mine, *_others = self.three(quill)
        reports(mine)
        assert found(viewer()).of_reports() == (
            "1 running grant of another funder owes a report; which, only that funder sees."
        )
        assert found(viewer(quill)).of_reports() == ""

    def test_of_any_day_but_today_nothing_is_said(self, quill: Organisation, sign_in):
        mine, other, _third = self.three(quill)
        reports(mine)
        reports(other)
        for day in (date(2026, 5, 31), date(2026, 6, 2)):
            then = found(viewer(quill), day)
            assert NO_EVIDENCE not in {each.kind for each in then.every}
            assert (then.reports_owed_elsewhere, then.of_reports()) == (
                0,
                "Reports are told of today only, so nothing is said about them on this day.",
            )
        client = sign_in(viewer(quill))
        answer = client.get("/api/gaps/?on=2026-06-02&kind=no_evidence").json()
        assert (answer["gaps"], answer["reports_owed_elsewhere"]) == ([], 0)
        assert len(client.get("/gaps.csv?on=2026-06-02&kind=no_evidence").content.splitlines()) == 1

    @pytest.mark.parametrize(
        ("days", "is_short"),
        [
            ({}, True),
            ({"accepted_on": date(2025, 6, 1)}, True),
            ({"accepted_on": date(2025, 6, 2)}, False),
            ({"handed_in_on": date(2026, 5, 1)}, False),
            ({"owed_since": date(2026, 6, 2)}, False),
            ({"owed_since": None}, False),
        ],
    )
    def test_owed_and_not_handed_in_and_none_accepted_in_twelve_months(self, quill: Organisation, days, is_short):
        mine, *_ = self.three(quill)
        reports(mine, **days)
        assert is_gap(NO_EVIDENCE, REGION + "WAL", viewer(quill)) is is_short

    def test_one_accepted_report_of_the_place_is_enough(self, quill: Organisation):
        mine, other, _third = self.three(quill)
        reports(mine)
        reports(other, accepted_on=date(2026, 4, 1))
        assert not is_gap(NO_EVIDENCE, REGION + "WAL", viewer(quill))

    def test_the_months_are_the_groups_own(self, quill: Organisation):
        mine, *_ = self.three(quill)
        reports(mine, accepted_on=date(2026, 2, 1))
        assert not is_gap(NO_EVIDENCE, REGION + "WAL")
        GapRules.objects.create(id=1, evidence_months=4)
        assert gap(NO_EVIDENCE, REGION + "WAL").rule == "a report was owed, none accepted in 4 months"

    def test_no_sentence_names_a_charity(self, quill: Organisation):
        charity = GranteeFactory(name="Hearthside Wales")
        late = funded(region="WAL", funder=quill, recipient=charity)
        reports(late)
        told = gap(NO_EVIDENCE, REGION + "WAL", viewer(quill))
        assert told.grants == (late.pk,)
        assert "Hearthside" not in told.sentence

    def test_what_waits_for_an_answer_is_a_task_of_its_own_funder_alone(self, quill: Organisation):
        mine, other, _third = self.three(quill)
        reports(mine, handed_in_on=date(2026, 5, 2))
        reports(other, handed_in_on=date(2026, 4, 2))
        (task,) = [each for each in found(viewer(quill)).tasks if each.kind == WAITING]
        assert (task.text, task.grants) == (
            "One report was handed in on 2 May 2026 and has had no answer.",
            [mine.pk],
        )
        assert not [each for each in found(secretariat()).tasks if each.kind == WAITING]
        Evidence.objects.filter(grant=mine).update(accepted_on=date(2026, 5, 2))
        assert not [each for each in found(viewer(quill)).tasks if each.kind == WAITING]

    @pytest.mark.parametrize(
        "days",
        [
            {"owed_since": None, "handed_in_on": date(2026, 5, 1)},
            {"owed_since": None, "accepted_on": date(2026, 5, 1)},
            {"owed_since": date(2026, 5, 2), "handed_in_on": date(2026, 5, 1)},
        ],
    )
    def test_days_out_of_order_are_refused_by_the_database(self, days):
        grant = funded(region="WAL")
        with pytest.raises(IntegrityError), transaction.atomic():
            reports(grant, **days)

    def test_the_page_the_api_and_the_csv_name_them_to_their_own_funder_alone(self, quill: Organisation, sign_in):
        mine, other, _third = self.three(quill)
        today = timezone.localdate()
        for each in (mine, other):
            reports(each, owed_since=today - timedelta(days=90))
        key = REGION + "WAL"
        shown = {}
        for who, person in (("own", viewer(quill)), ("other", viewer())):
            client = sign_in(person)
            (told,) = client.get(f"/api/gaps/?on={today}&kind=no_evidence").json()["gaps"]
            page = client.get("/coverage/grants/", {"on": today, "kind": NO_EVIDENCE, "gap": key}).content.decode()
            text = client.get(f"/gaps.csv?on={today}&kind=no_evidence").content.decode("utf-8-sig")
            (line,) = csv.DictReader(io.StringIO(text))
            shown[who] = (
                told["grants"],
                told["held_back"],
                [each.title in page for each in (mine, other)],
                (line["Pounds"], line["Grants"]),
            )
        assert shown["own"] == ([mine.grant_id], 1, [True, False], ("10000.00", "2"))
        assert shown["other"] == ([], 2, [False, False], ("0.00", "2"))
        assert "Which grants owe a report, only their own funders see; none of yours is among them." in page


@dataclass(frozen=True)
class Short:
    """What the need figures say of one place."""

    area: str = "victim_services"
    dimension: str = "region"
    columns: tuple[str, ...] = ("SE",)
    money_share_bp: int = 80
    need_share_bp: int = 1_180
    people: str = "Adults entering the national support contract, England and Wales"
    period: str = "July 2022 to June 2023"
    source: str = "Contract statistics"
    url: str = "https://example.org/statistics"
    pence: int = 124_000_00
    grants: list[int] = field(default_factory=list)
    printed: str = ""
    adults: bool = True


class TestBesideNeed:
    """The need figures come from their own module; here they are given, to see them said and placed."""

    @pytest.fixture
    def told(self, monkeypatch: pytest.MonkeyPatch):
        asked: list[int] = []

        def short(on, portfolio, *, below_bp, among):
            asked.append(below_bp)
            return [each for each in self.shorts if (each.area, each.dimension) in among]

        monkeypatch.setattr(need, "short", short)
        self.shorts = [Short()]
        return asked

    def test_both_shares_with_the_people_and_the_period(self, told):
        funded(region="SE")
        assert gap(UNDER_NEED, REGION + "SE").sentence == (
            "Adult victim services in the South East: 0.8\u00a0% of the money, 11.8\u00a0% of the people. "
            "(Adults entering the national support contract, England and Wales, July 2022 to June 2023.)"
        )
        assert gap(UNDER_NEED, REGION + "SE").rule == (
            "share of money is under half the share of need, same people, both dated"
        )
        assert set(told) == {5_000}

    def test_it_is_stronger_than_money_running_out_and_weaker_than_a_target(self, told):
        funded(region="SE", until=date(2026, 12, 1))
        assert found().gap(REGION + "SE").kind == UNDER_NEED
        agree("victim_services", "number", 3, code("region", "SE"))
        assert found().gap(REGION + "SE").also[0] == "Small beside the need"

    def test_several_that_are_counted_together_have_a_line_of_their_own(self, told):
        watch("victim_services", "group")
        self.shorts = [
            Short(dimension="group", columns=("adult_women", "adult_men"), adults=False, printed="two thirds")
        ]
        key = "victim_services.group.adult_women+adult_men"
        assert gap(UNDER_NEED, key).place == "Victim services for adult women and adult men"
        assert gap(UNDER_NEED, key).sentence.startswith(
            "Victim services for adult women and adult men: 0.8\u00a0% of the money, two thirds of the people."
        )

    def test_what_the_group_does_not_watch_is_not_said(self, told):
        watch("research")
        assert UNDER_NEED not in {each.kind for each in found().every}


class TestNotYetSorted:
    def test_money_without_a_place_is_a_task_and_no_gap(self):
        funded(amount_awarded=30_000_00)
        funded(region="WAL", share=5_000, amount_awarded=10_000_00)
        (task,) = found(secretariat()).tasks
        assert (task.kind, task.pence, task.number) == (UNKNOWN, 35_000_00, 2)
        assert (task.text, task.action) == (
            "£35,000 in two grants is not yet sorted by place; a shortfall below may close.",
            "Sort them, about 2 minutes",
        )
        assert UNKNOWN not in {each.kind for each in found().every}

    def test_only_who_may_sort_some_of_it_is_asked_to(self, quill: Organisation):
        funded(funder=quill)
        asked = [found(person).tasks[0].action for person in (officer(quill), officer(), viewer(quill), None)]
        assert asked == ["Sort it, about 1 minute", "", "", ""]

    def test_everything_sorted_leaves_no_task(self):
        funded(region="WAL", until=LATER)
        assert found().tasks == []


def test_an_empty_list_says_what_was_not_looked_at():
    watch("research")
    for _ in range(2):
        funded("research")
    assert found().nothing() == (
        "Nothing short in what the group watches. Not looked at: Accountability, Awareness, Legal representation, "
        "Victim services, place, people, form of exploitation, service area, audience, emergency or long-term."
    )
    assert EMPTY not in {each.kind for each in found().every}
