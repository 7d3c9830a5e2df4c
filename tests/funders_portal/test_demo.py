"""The demo shows on any day what its papers print for 1 January 2025."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Group, JournalEntry, Organisation, Person
from funders_portal.demo import loading
from grants.models import Grant, Project, Revision
from priorities import coverage, gaps
from priorities.models import Link, Suggestion, Target

AT = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Europe/London"))
DAYS = [loading.PRINTED_DAY, date(2026, 11, 21), date(2028, 2, 29)]

pytestmark = pytest.mark.django_db


@pytest.fixture(params=DAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    loading.load(today=request.param, at=AT)
    return request.param


def _awarded(rows: str, columns: str, today: date) -> coverage.Table:
    return coverage.table(coverage.Question(rows=rows, columns=columns, measure="awarded", on=today))


def _share(part: int, whole: int) -> Decimal:
    return round(Decimal(100) * part / whole, 1)


def test_it_holds_45_grants_of_7_funders_to_24_charities_and_8195000_pounds(today: date) -> None:
    assert Grant.objects.current().count() == 45
    assert Organisation.objects.funders().count() == 7
    assert Organisation.objects.grantees().count() == 24
    assert _awarded("priority", "region", today).total == 8_195_000_00


def test_its_awarded_figures_are_those_the_papers_print(today: date) -> None:
    table = _awarded("priority", "region", today)
    areas = {line.code: total for line, total in zip(table.rows, table.row_totals, strict=True)}
    printed = {
        "victim_services": "59.2",
        "legal_representation": "19.6",
        "accountability": "8.4",
        "awareness": "6.6",
        "research": "6.2",
    }
    assert {code: str(_share(areas[code], table.total)) for code in printed} == printed
    services = areas["victim_services"]
    assert services == 4_848_500_00
    assert table.cell("victim_services", "LON") == 3_746_000_00
    assert str(_share(3_746_000_00, services)) == "77.3"
    assert [table.cell("victim_services", place) for place in ("NE", "SW", "NI")] == [0, 0, 0]
    assert str(_share(table.cell("victim_services", "NW"), services)) == "6.1"
    assert str(_share(table.cell("victim_services", "SE"), services)) == "2.6"


def test_its_victim_services_reach_the_people_that_the_papers_print(today: date) -> None:
    table = _awarded("priority", "group", today)
    shares = {
        group: str(_share(table.cell("victim_services", group), 4_848_500_00))
        for group in ("adult_women", "adult_men", "children")
    }
    assert shares == {"adult_women": "74.1", "adult_men": "3.5", "children": "5.5"}


def test_its_services_are_shared_as_the_papers_print(today: date) -> None:
    table = _awarded("service", "priority", today)
    services = {line.code: total for line, total in zip(table.rows, table.row_totals, strict=True)}
    assert str(_share(services["housing"], table.total)) == "30.0"
    assert str(_share(services["education"], table.total)) == "0.7"
    assert [services[code] for code in ("family_tracing", "documentation", "clothing", "travel")] == [0] * 4


def test_43_of_its_grants_run_on_its_reference_day(today: date) -> None:
    assert Grant.objects.current().running_on(today).count() == 43


def test_victim_services_have_no_grant_in_three_regions_and_wales_runs_out_in_three_months(today: date) -> None:
    found = gaps.table(on=today)
    by_place = {gap.column: gap for gap in found.gaps if gap.row == "victim_services" and gap.dimension == "region"}
    assert {place for place, gap in by_place.items() if gap.kind == "empty"} == {"NE", "SW", "NI"}
    wales, ending = by_place["WAL"], Grant.objects.get(grant_id="360G-demo-0018")
    assert (wales.kind, wales.pence, wales.grants) == ("ending", 140_000_00, (ending.pk,))
    assert ending.planned_end - today == timedelta(days=89)


def test_the_guardianship_pilot_is_one_project_of_three_funders(today: date) -> None:
    pilot = Project.objects.get(title="Guardianship pilot")
    assert sorted(pilot.grants.values_list("amount_awarded", flat=True)) == [50_000_00, 60_000_00, 110_000_00]
    assert pilot.grants.values("funder").distinct().count() == 3


def test_every_grant_has_a_revision_and_every_name_says_that_it_is_a_demo(today: date) -> None:
    assert Revision.objects.count() == 45
    assert JournalEntry.objects.filter(what="loaded demo").count() == 1
    for name in (*Organisation.objects.values_list("name", flat=True), *Person.objects.values_list("name", flat=True)):
        assert name.endswith("(demo)")


def test_its_targets_say_who_agreed_them_and_when_before_the_reference_day(today: date) -> None:
    assert Target.objects.count() == 5
    assert all(target.agreed_by and target.agreed_on < today for target in Target.objects.all())


def test_it_is_sorted_by_people_so_that_nothing_is_left_to_suggest_by_area_and_place(today: date) -> None:
    assert Link.objects.filter(by=None).count() == 0
    assert Suggestion.objects.filter(dimension__in=["priority", "region"]).count() == 0


def test_it_is_loaded_once_and_only_into_an_empty_portal() -> None:
    call_command("demo", today=loading.PRINTED_DAY)
    call_command("demo", once=True)
    with pytest.raises(CommandError, match="holds grants already"):
        call_command("demo")
    assert Grant.objects.count() == 45
    assert Group.current().demo_loaded_on == loading.PRINTED_DAY
