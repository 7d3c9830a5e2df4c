"""Each kind of person's first page says what waits and no more."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone

from accounts.models import Group
from counting import periods
from funders_portal import navigation
from grants.models import Import
from tests import factories

pytestmark = pytest.mark.django_db


def running(**fields):
    today = timezone.localdate()
    return factories.GrantFactory(
        award_date=today, planned_start=today, planned_end=periods.add_months(today, 3), **fields
    )


def test_a_stranger_is_shown_the_way_in(client):
    html = client.get("/").content.decode()
    assert 'href="/accounts/login/"' in html
    assert "<nav" not in html


def test_an_empty_portal_offers_one_button(sign_in):
    html = sign_in(factories.officer()).get("/").content.decode()
    assert "Add your grants: paste or upload any list" in html
    assert "Where coverage falls short" not in html


def test_an_officer_sees_own_running_grants_and_what_waits(sign_in):
    funder = factories.FunderFactory(name="Quillfeather Trust")
    running(funder=funder, title="Support in Wales", amount_awarded=140_000_00)
    running(amount_awarded=999_00)
    html = sign_in(factories.officer(funder)).get("/").content.decode()
    assert "1 running grant, £140,000" in html
    assert "Sort 1 grant" in html
    assert "Support in Wales" in html
    assert "ends in 3 months, and nothing follows" in html


def test_a_grant_that_another_of_the_same_work_outlasts_is_no_task(sign_in):
    funder = factories.FunderFactory()
    ends = running(funder=funder)
    page = sign_in(factories.officer(funder)).get("/")
    assert [each.grant for each in page.context["ending"]] == [ends]
    factories.GrantFactory(project=ends.project, planned_start=ends.planned_end, planned_end=date(2099, 1, 1))
    assert list(sign_in(factories.officer(funder)).get("/").context["ending"]) == []


def test_a_viewer_has_nothing_to_do(sign_in):
    funder = factories.FunderFactory()
    running(funder=funder)
    html = sign_in(factories.viewer(funder)).get("/").content.decode()
    assert "Nothing waits for you." in html


def test_a_stranger_reads_no_name_on_the_help_page_and_a_member_does(client, sign_in):
    secretariat = factories.secretariat(name="Bernie Cotterell")
    html = client.get("/help/").content.decode()
    assert (secretariat.email in html, "Bernie" in html) == (False, False)
    assert "Ask the secretariat of your group." in html
    assert secretariat.email in sign_in(factories.viewer()).get("/help/").content.decode()


def test_help_names_every_page_of_the_navigation_and_one_order_of_the_list(sign_in):
    told = sign_in(factories.officer()).get("/help/").content.decode()
    facts, rest = told.split('id="measures"')
    pages = [each.words for place in navigation.MAIN for each in place.beneath]
    assert [str(words) for words in pages if str(words) not in facts.split("<main")[1]] == []
    assert rest.count("Order of the list") + rest.count("Order:") == 1


def test_a_charity_sees_its_own_grants_and_no_navigation_beyond_them(sign_in):
    charity = factories.GranteeFactory(name="Kestrel")
    mine, other = running(title="Mentoring", recipient=charity), running(title="Someone else's")
    html = sign_in(factories.lead(charity)).get("/").content.decode()
    assert str(mine.project) in html
    assert str(other.project) not in html
    assert "Coverage" not in html


def test_a_charitys_page_comes_in_under_60_kilobytes(sign_in):
    charity = factories.GranteeFactory()
    for _ in range(12):
        running(recipient=charity)
    html = sign_in(factories.lead(charity)).get("/").content
    fetched = [
        "vendor/bootstrap-reboot.min.css",
        "portal.css",
        "portal.js",
        "icon.svg",
        "arrow.svg",
        *(f"vendor/atkinson-hyperlegible-latin-{weight}-normal.woff2" for weight in (400, 700)),
    ]
    assert html.count(b"<script") == 1
    assert html.count(b'rel="stylesheet"') == 2
    paths = [finders.find(f"funders_portal/{name}") for name in fetched]
    assert len(gzip.compress(html)) + sum(len(gzip.compress(Path(path).read_bytes())) for path in paths) < 60 * 1024


def test_a_person_who_belongs_nowhere_is_told_whom_to_ask(sign_in):
    factories.secretariat(name="Bernie")
    html = sign_in(factories.PersonFactory()).get("/").content.decode()
    assert "You do not belong to an organisation yet" in html
    assert "Bernie" in html


def test_an_administrator_is_told_what_to_set_up(sign_in):
    html = sign_in(factories.administrator()).get("/").content.decode()
    assert "Setting up" in html


def test_every_page_bears_the_groups_name(client):
    Group.objects.create(id=1, name="Funders of the north")
    assert "<title>Welcome · Funders of the north</title>" in client.get("/").content.decode()


def test_health_is_told_to_anybody(client):
    told = client.get("/healthz").json()
    assert (told["database"], told["problems"]) == ("ok", [])


def test_a_page_that_does_not_exist_keeps_the_frame(sign_in):
    response = sign_in(factories.officer()).get("/no-such-page/")
    assert response.status_code == 404
    assert "give them the reference" in response.content.decode()


def test_a_page_that_is_for_others_says_whom_to_ask(sign_in):
    response = sign_in(factories.lead()).get("/coverage/")
    assert response.status_code == 403
    assert "ask the secretariat" in response.content.decode()


@pytest.mark.django_db(databases=[])
def test_the_page_for_a_failure_asks_no_database(rf):
    from funders_portal import errors

    response = errors.failed(rf.get("/"))
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_a_form_out_of_date_says_so(client):
    strict = type(client)(enforce_csrf_checks=True)
    response = strict.post("/accounts/login/", {"email": "a@example.org"})
    assert response.status_code == 403
    assert "This form was out of date" in response.content.decode()
    assert settings.CSRF_FAILURE_VIEW == "funders_portal.errors.form_out_of_date"


def test_home_says_which_files_can_be_applied_and_how_many_more_wait(client):
    factories.GrantFactory()
    for number in range(5):
        Import.objects.create(
            name=f"bad{number}.json", state=Import.CHECKED, received_at=factories.NOW, read=2, refused=2
        )
    Import.objects.create(name="good.json", state=Import.CHECKED, received_at=factories.NOW, read=2, added=2)
    client.force_login(factories.secretariat())
    page = client.get("/").content.decode()
    assert ("Look at bad0.json: every row was refused" in page, "and 1 more file<" in page) == (True, True)
    Import.objects.filter(name__startswith="bad").delete()
    page = client.get("/").content.decode()
    assert ("Look at good.json and apply it" in page, "more file" in page) == (True, False)
