"""Targets and the watch list: who may, what is asked, and what the journal keeps."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import JournalEntry
from priorities import targets
from priorities.models import Code, Target, Watch
from tests.factories import NOW, lead, officer, secretariat, viewer

pytestmark = pytest.mark.django_db


def area(code: str = "victim_services") -> Code:
    return Code.objects.get(dimension="priority", code=code)


def wales() -> Code:
    return Code.objects.get(dimension="region", code="WAL")


def answers(**changed) -> dict[str, object]:
    return {
        "area": area().pk,
        "column": wales().pk,
        "kind": "amount",
        "value": "£250,000",
        "agreed_by": "Funders' meeting",
        "agreed_on": "2026-03-01",
        **changed,
    }


def agreed(**fields) -> Target:
    usual = {
        "area": area(),
        "column": None,
        "kind": "share",
        "value": 2_500,
        "agreed_by": "All",
        "agreed_on": date(2026, 3, 1),
    }
    return targets.add(**{**usual, **fields}, by=None, at=NOW)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("amount", "250,000", 25_000_000),
        ("amount", "£1,234.56", 123_456),
        ("share", "33.33 %", 3_333),
        ("number", "3", 3),
    ],
)
def test_a_target_is_written_as_people_say_it(sign_in, kind, written, value):
    person = secretariat()
    response = sign_in(person).post(reverse("target_add"), answers(kind=kind, value=written))
    assert response.status_code == 302
    target = Target.objects.get()
    assert (target.area, target.column, target.kind, target.value) == (area(), wales(), kind, value)
    assert (target.agreed_by, target.agreed_on) == ("Funders' meeting", date(2026, 3, 1))
    entry = JournalEntry.objects.get()
    assert (entry.what, entry.by, entry.details["after"]["column"]) == ("changed target", person, "region:WAL")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"agreed_on": ""}, "Say on which day it was agreed; a target without a date binds nobody."),
        ({"agreed_on": "2026-02-30"}, "This day does not exist."),
        ({"agreed_on": "9999-01-01"}, "This day has not come yet."),
        ({"agreed_on": "0001-01-01"}, "This day is before 2000. Write the year in full."),
        ({"agreed_by": " "}, "Say who agreed it"),
        ({"valid_to": "2026-02-28"}, "This is before the day on which it was agreed."),
        ({"kind": "share", "value": "101"}, "101 % is more than the whole."),
        ({"kind": "number", "value": "2.5"}, "“2.5” is no number of grants."),
        ({"kind": "amount", "value": "much"}, "“much” is no amount."),
        ({"kind": "amount", "value": "NaN"}, "“NaN” is no amount."),
        ({"value": "0"}, "A target is more than nought."),
        ({"value": "-5"}, "A target is more than nought."),
        ({"area": "0"}, "Choose one of the areas in the list."),
        ({"area": ""}, "Area"),
        ({"kind": "wish"}, "wish"),
    ],
)
def test_a_target_that_does_not_stand_is_refused_in_words(sign_in, changed, said):
    response = sign_in(secretariat()).post(reverse("target_add"), answers(**changed))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Target.objects.exists()


def test_a_second_click_adds_no_second_target(sign_in):
    client = sign_in(secretariat())
    sent = answers(once=str(client.get(reverse("target_add")).context["once"]))
    assert [client.post(reverse("target_add"), sent).url for _click in (1, 2)] == [reverse("targets")] * 2
    assert Target.objects.count() == 1


def test_a_target_is_for_what_the_group_watches(sign_in):
    response = sign_in(secretariat()).post(reverse("target_add"), answers(area=area("awareness").pk))
    assert response.status_code == 422
    assert "The group does not watch Awareness by place." in response.content.decode()


def test_a_second_target_of_one_kind_for_one_cell_is_refused_until_the_first_ends(sign_in):
    standing = agreed(column=wales(), kind="amount", value=100_00)
    client = sign_in(secretariat())
    response = client.post(reverse("target_add"), answers())
    assert response.status_code == 422
    assert "There is a target of this kind here already: £100 a year." in response.content.decode()
    assert client.post(reverse("target_add"), answers(kind="number", value="2")).status_code == 302
    assert client.post(reverse("target_edit", args=[standing.pk]), answers(value="7")).status_code == 302
    client.post(reverse("target_end", args=[standing.pk]))
    assert client.post(reverse("target_add"), answers()).status_code == 302


def test_a_target_is_changed_with_what_it_was_in_the_journal(sign_in):
    target = agreed(kind="amount", value=100)
    client = sign_in(secretariat())
    page = client.get(reverse("target_edit", args=[target.pk]))
    assert page.context["form"]["value"].value() == "1"
    client.post(reverse("target_edit", args=[target.pk]), answers(value="2"))
    target.refresh_from_db()
    assert (target.value, target.column) == (200, wales())
    assert JournalEntry.objects.first().details["before"]["value"] == 100


def test_an_ended_target_is_kept_among_the_ended(sign_in):
    target = agreed()
    client = sign_in(secretariat())
    assert list(client.get(reverse("targets")).context["standing"]) == [target]
    client.post(reverse("target_end", args=[target.pk]))
    target.refresh_from_db()
    assert target.valid_to is not None
    targets.end(target=target, on=date(2026, 1, 1), by=secretariat(), at=NOW)
    assert target.valid_to == target.agreed_on
    assert list(client.get(reverse("targets")).context["ended"]) == [target]


def test_amounts_are_said_as_people_say_them():
    values = {"share": 3_333, "amount": 25_000_000, "number": 3}
    said = [agreed(kind=kind, value=value).amount for kind, value in values.items()]
    assert said == ["33.33\u00a0% of all running money", "£250,000 a year", "3 running grants"]


@pytest.mark.parametrize(
    "broken",
    [
        {"agreed_on": None},
        {"agreed_by": ""},
        {"value": 0},
        {"value": 10_001},
        {"kind": "wish"},
        {"valid_to": date(2026, 2, 1)},
        {"area": None},
    ],
)
def test_the_database_itself_refuses_a_broken_target(broken):
    usual = {"area": area(), "kind": "share", "value": 1, "agreed_by": "All", "agreed_on": date(2026, 3, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.bulk_create([Target(**{**usual, **broken})])


def test_funders_read_targets_and_the_watch_list_and_only_the_secretariat_writes(sign_in):
    target = agreed()
    for person in (officer(), viewer()):
        client = sign_in(person)
        for name in ("targets", "watch"):
            assert client.get(reverse(name)).status_code == 200
        assert client.get(reverse("target_add")).status_code == 403
        assert client.post(reverse("target_end", args=[target.pk])).status_code == 403
        assert client.post(reverse("watch"), {"watched": []}).status_code == 403
    assert Watch.objects.count() == 7
    client = sign_in(lead())
    assert [client.get(reverse(name)).status_code for name in ("targets", "watch")] == [403, 403]


def test_the_watch_list_is_what_is_ticked(sign_in):
    research, awareness = area("research"), area("awareness")
    person = secretariat()
    page = sign_in(person).post(
        reverse("watch"), {"watched": [f"{research.pk}:", f"{awareness.pk}:region"]}, follow=True
    )
    assert "Saved." in page.content.decode()
    assert set(Watch.objects.values_list("area__code", "dimension")) == {("research", ""), ("awareness", "region")}
    entry = JournalEntry.objects.get()
    assert (entry.what, entry.by, entry.details["added"]) == ("changed watch", person, [["awareness", "region"]])
    assert len(entry.details["removed"]) == 6


def test_a_watch_list_that_did_not_change_leaves_no_line(sign_in):
    pairs = [f"{area}:{dimension}" for area, dimension in Watch.objects.values_list("area", "dimension")]
    sign_in(secretariat()).post(reverse("watch"), {"watched": pairs})
    assert not JournalEntry.objects.exists()


def test_boxes_that_do_not_exist_are_refused_and_nothing_changes(sign_in):
    response = sign_in(secretariat()).post(reverse("watch"), {"watched": ["1:weather"]})
    assert response.status_code == 422
    assert "This page is out of date." in response.content.decode()
    assert Watch.objects.count() == 7
