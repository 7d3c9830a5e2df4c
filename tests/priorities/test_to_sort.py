"""The screen on which grants are sorted: whose, in what order, and what each press saves."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from counting.money import WHOLE
from grants import changes
from grants.models import Location
from priorities import columns, linking, to_sort
from priorities.models import Suggestion
from tests.factories import (
    NOW,
    FunderFactory,
    GrantFactory,
    lead,
    link,
    officer,
    secretariat,
    viewer,
)

pytestmark = pytest.mark.django_db


def suggested(**fields):
    """A grant that the rules have seen."""
    region = fields.pop("region", "WAL")
    grant = GrantFactory(**{"title": "Refuge", **fields})
    Location.objects.create(grant=grant, region=region)
    with transaction.atomic():
        changes.touch([grant.pk])
    linking.link_new_grants(at=NOW)
    return grant


def titles(response) -> list[str]:
    return re.findall(r"<h2><a [^>]*>([^<]*)</a></h2>", response.content.decode())


def quick(client, grant, **data):
    return client.post(
        reverse("sort_quick", args=[grant.pk]), {"seen": linking.fingerprint(grant), **data}, follow=False
    )


def test_a_grant_in_figures_waits_until_area_and_place_are_wholly_stated():
    waiting, half, done, joint = GrantFactory(), GrantFactory(), GrantFactory(), GrantFactory()
    for grant in (half, done):
        link(grant, "priority", "awareness")
    link(half, "region", "WAL", 9_999)
    link(done, "region", "undivided")
    joint.joint_share, joint.amount_awarded = True, 0
    joint.save()
    regranter = FunderFactory(is_grantee=True)
    passed_on = GrantFactory(recipient=regranter, regrant_type="FRG010")
    queue = to_sort.unsorted(secretariat())
    assert passed_on.pk not in queue.ids
    assert set(queue.ids) == {waiting.pk, half.pk}
    assert queue.own == queue.all == to_sort.Backlog(2, 2_000_000)
    assert to_sort.own_backlog(secretariat(), columns.current()) == queue.all
    assert to_sort.Backlog(3, 0).minutes == 2


@pytest.mark.parametrize(
    ("grants", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (85, "57 minutes"), (90, "1 hour"), (135, "1½ hours"), (313, "3½ hours"),
     (60_008, "667 hours")],
)  # fmt: skip
def test_how_long_it_takes_is_said_as_people_say_it(grants, said):
    assert to_sort.Backlog(grants, 0).time == said


def test_what_the_screen_does_not_read_is_refused(sign_in):
    response = sign_in(secretariat()).get("/grants/to-sort/?what=x")
    assert response.status_code == 400
    assert "“what” is no filter here. There are: page, rest." in response.content.decode()


def test_the_officers_own_come_first_and_then_the_largest(sign_in):
    funder = FunderFactory()
    GrantFactory(title="Another's", amount_awarded=9_000_000)
    GrantFactory(title="Mine, small", funder=funder, amount_awarded=100)
    GrantFactory(title="Mine, large", funder=funder, amount_awarded=200)
    page = sign_in(officer(funder)).get(reverse("to_sort"))
    assert titles(page) == ["Mine, large", "Mine, small", "Another&#x27;s"]
    said = " ".join(page.content.decode().split())
    assert "£3 in 2 grants that you may sort is not yet sorted by area and place; about 2 minutes." in said
    assert said.count("data-sorting") == 2


def test_other_currencies_are_counted_but_not_added():
    GrantFactory(currency="EUR", amount_awarded=100)
    assert to_sort.unsorted(secretariat()).own == to_sort.Backlog(1, 0)


def test_a_suggestion_is_shown_with_its_reason(sign_in):
    suggested(title="Safe house")
    said = " ".join(sign_in(secretariat()).get(reverse("to_sort")).content.decode().split())
    assert '<b>Victim services</b> <span class="hint">because the title says “Safe house”</span>' in said
    assert '<b>Wales</b> <span class="hint">because the grant&#x27;s places say so</span>' in said


def test_an_empty_screen_says_what_to_do_next(sign_in):
    page = sign_in(secretariat()).get(reverse("to_sort")).content.decode()
    assert "Every grant is sorted by area and place." in page
    assert reverse("upload") in page


def test_all_of_it_goes_where_two_presses_say(sign_in):
    grant = GrantFactory()
    person = secretariat()
    response = quick(sign_in(person), grant, priority="awareness", region="LON", next="77")
    assert (response.status_code, response["Location"]) == (302, f"{reverse('to_sort')}#grant-77")
    assert linking.sorting_of(grant) == {"priority": {"awareness": WHOLE}, "region": {"LON": WHOLE}}


def test_enter_confirms_what_is_suggested_with_all_that_goes_with_it(sign_in):
    grant = suggested()
    quick(sign_in(secretariat()), grant, priority="suggested", region="suggested", also="1")
    said = linking.sorting_of(grant)
    assert (said["priority"], said["region"]) == ({"victim_services": WHOLE}, {"WAL": WHOLE})
    assert said["service"] == {"housing": WHOLE}
    assert not Suggestion.objects.exists()


def test_another_area_than_the_suggested_leaves_the_rest_to_wait(sign_in):
    grant = suggested()
    quick(sign_in(secretariat()), grant, priority="research", region="suggested", also="1")
    assert linking.sorting_of(grant) == {"priority": {"research": WHOLE}, "region": {"WAL": WHOLE}}
    linking.link_new_grants(at=NOW)
    assert set(Suggestion.objects.filter(dimension="service").values_list("code__code", "share")) == {
        ("not-applicable", WHOLE)
    }


def test_nothing_chosen_is_asked_again(sign_in):
    grant = GrantFactory()
    response = quick(sign_in(secretariat()), grant)
    assert response.status_code == 422
    assert "Choose an area or a place, then save." in response.content.decode()


def test_an_unknown_code_is_refused_in_words(sign_in):
    grant = GrantFactory()
    response = quick(sign_in(secretariat()), grant, priority="tourism", region="LON")
    assert response.status_code == 422
    assert "“tourism” is no entry of the list" in response.content.decode()
    assert linking.sorting_of(grant) == {}


def test_a_second_tab_is_told_and_saves_nothing(sign_in):
    grant = GrantFactory()
    client = sign_in(secretariat())
    opened = linking.fingerprint(grant)
    quick(client, grant, priority="awareness")
    response = client.post(reverse("sort_quick", args=[grant.pk]), {"seen": opened, "priority": "research"})
    assert response.status_code == 409
    assert linking.sorting_of(grant) == {"priority": {"awareness": WHOLE}}


def test_undo_puts_back_what_stood_and_suggests_again(sign_in):
    grant = suggested()
    link(grant, "region", "LON", 4000)
    client = sign_in(secretariat())
    quick(client, grant, priority="awareness", region="SCO")
    client.post(reverse("sort_undo"))
    assert linking.sorting_of(grant) == {"region": {"LON": 4000}}
    assert Suggestion.objects.filter(grant=grant, dimension="priority").exists()


def test_undo_leaves_what_somebody_else_has_said_since(sign_in):
    grant = GrantFactory()
    client = sign_in(secretariat())
    quick(client, grant, priority="awareness")
    linking.set_shares(grant=grant, dimension="priority", shares={"research": WHOLE}, by=None, at=NOW)
    page = client.post(reverse("sort_undo"), follow=True)
    assert linking.sorting_of(grant) == {"priority": {"research": WHOLE}}
    assert "Not all is taken back" in page.content.decode()


def test_undo_with_nothing_to_undo_says_so(sign_in):
    page = sign_in(secretariat()).post(reverse("sort_undo"), follow=True)
    assert "There is nothing to take back." in page.content.decode()


def test_one_press_confirms_the_whole_screen_and_one_takes_it_back(sign_in):
    grants = [suggested(), suggested(title="Literature review", region="")]
    client = sign_in(secretariat())
    page = client.get(reverse("to_sort")).content.decode()
    form = page[page.index("data-confirm-all") :].split("</form>")[0]
    ids = re.findall(r'name="suggestion" value="(\d+)"', form)
    assert len(ids) == Suggestion.objects.count()
    client.post(reverse("suggestions_confirm"), {"suggestion": ids})
    assert linking.sorting_of(grants[0])["region"] == {"WAL": WHOLE}
    assert linking.sorting_of(grants[1])["priority"] == {"research": WHOLE}
    client.post(reverse("sort_undo"))
    assert [linking.sorting_of(each) for each in grants] == [{}, {}]


def test_confirming_rubbish_confirms_nothing(sign_in):
    page = sign_in(secretariat()).post(
        reverse("suggestions_confirm"), {"suggestion": ["x", "-1", "³", "99999999"]}, follow=True
    )
    assert "There was nothing left to confirm." in page.content.decode()


def test_what_may_wait_is_on_a_screen_of_its_own(sign_in):
    grant = suggested()
    client = sign_in(secretariat())
    quick(client, grant, priority="suggested", region="suggested")
    assert titles(client.get(reverse("to_sort"))) == []
    assert titles(client.get(reverse("to_sort") + "?rest=1")) == ["Refuge"]


def test_a_viewer_reads_and_a_grantee_stays_out(sign_in):
    grant = GrantFactory()
    watcher = sign_in(viewer(grant.funder))
    assert "data-sorting" not in watcher.get(reverse("to_sort")).content.decode()
    assert quick(watcher, grant, priority="awareness").status_code == 403
    assert sign_in(lead()).get(reverse("to_sort")).status_code == 403


def test_another_funders_officer_cannot_sort_a_grant(sign_in):
    grant = GrantFactory()
    client = sign_in(officer())
    assert quick(client, grant, priority="awareness").status_code == 404
    assert client.get(reverse("sort", args=[grant.pk])).status_code == 404
    assert client.post(reverse("suggestion_dismiss", args=[grant.pk])).status_code == 404
    assert linking.sorting_of(grant) == {}


def test_a_screen_takes_as_many_queries_with_one_grant_as_with_ten(sign_in, django_assert_max_num_queries):
    for _ in range(10):
        suggested()
    client = sign_in(secretariat())
    with django_assert_max_num_queries(60):
        client.get(reverse("to_sort"))
