"""Which grants a list shows: every filter, alone, refused where nobody knows it."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from accounts.models import Alias
from grants import listing
from grants.filters import GrantFilter
from grants.models import Grant
from tests.factories import FunderFactory, GranteeFactory, GrantFactory, lead

pytestmark = pytest.mark.django_db


def asked(query):
    return GrantFilter(QueryDict(query), Grant.objects.current())


def shown(query):
    found = asked(query)
    assert found.is_valid(), found.errors
    return [each.title for each in found.qs]


def refused(query):
    found = asked(query)
    assert not found.is_valid()
    return found.errors


@pytest.fixture
def portfolio(db):
    funder = FunderFactory(name="Marrow Trust", identifier="GB-CHC-100")
    charity = GranteeFactory(name="Ember Row", identifier="GB-CHC-200")
    Alias.objects.create(organisation=charity, name="Old Ember")
    a = {"programme": "Homes", "regrant_type": "FRG040", "planned_start": None, "planned_end": date(2024, 12, 31)}
    b = {"description": "Trauma counselling", "planned_end": None, "protected_location": False}
    c = {"grant_id": "360G-abc-9", "currency": "EUR"}
    GrantFactory(title="A", funder=funder, recipient=charity, amount_awarded=100, award_date=date(2024, 5, 1), **a)
    GrantFactory(title="B", amount_awarded=300, award_date=date(2025, 5, 1), **b)
    GrantFactory(title="C", amount_awarded=200, award_date=date(2026, 5, 1), **c)
    return {"funder": funder, "charity": charity}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", "CBA"),
        ("search=", "CBA"),
        ("search=counselling", "B"),
        ("search=trauma+COUNSEL", "B"),
        ("search=trauma+zebra", ""),
        ("search=360g-abc", "C"),
        ("search=marrow", "A"),
        ("search=old+ember", "A"),
        ("search=100%25", ""),
        ("funder=GB-CHC-100", "A"),
        ("recipient=GB-CHC-200", "A"),
        ("programme=Homes", "A"),
        ("from=2025", "CB"),
        ("to=2025", "BA"),
        ("from=May+2025&to=2025-05", "B"),
        ("on=2024-06-30", "A"),
        ("on=2026-06-01", "C"),
        ("least=£2", "CB"),
        ("most=2.00", "CA"),
        ("currency=EUR", "C"),
        ("protected=no", "B"),
        ("regrant=FRG040&regrant=FRG010", "A"),
        ("sort=award", "ABC"),
        ("sort=-amount", "BCA"),
        ("sort=title", "ABC"),
        ("sort=end", "ACB"),
        ("sort=-end", "CAB"),
    ],
)
def test_a_filter_shows_exactly_its_grants(portfolio, query, titles):
    assert shown(query) == list(titles)


def test_organisations_are_named_by_number_too_and_several_at_once(portfolio):
    other = Grant.objects.get(title="B").funder
    assert shown(f"funder={portfolio['funder'].pk}&funder={other.org_id}&sort=title") == ["A", "B"]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("colour=red", "__all__", "“colour” is no filter here. There are: search, funder, recipient,"),
        (
            "funder=GB-CHC-999",
            "funder",
            "Nobody is known here as “GB-CHC-999”. Give an organisation identifier, such as",
        ),
        ("funder=99999999999999999999", "funder", "Nobody is known here as “99999999999999999999”."),
        ("funder=%00", "funder", "Nobody is known here as"),
        ("recipient=nobody", "recipient", "Nobody is known here as “nobody”."),
        ("programme=Boats", "programme", "“Boats” is none of the choices: Homes."),
        ("currency=ZZZ", "currency", "“ZZZ” is none of the choices: EUR, GBP."),
        ("protected=maybe", "protected", "“maybe” is none of the choices: yes, no."),
        ("regrant=FRG999", "regrant", "“FRG999” is none of the choices: FRG010 (common regrant), "),
        ("sort=colour", "sort", "“colour” is none of the choices: -award (award date, newest first), "),
        ("from=2025-02-30", "from", "“2025-02-30” is no date. Write it like 2025-03-31 or 31/3/2025."),
        ("on=tomorrow", "on", "“tomorrow” is no date."),
        ("least=lots", "least", "“lots” is no amount. Write it like 120000 or £120,000."),
        ("search=%00", "search", "Null characters are not allowed."),
    ],
)
def test_an_unknown_value_is_refused_with_the_choices(portfolio, query, field, sentence):
    errors = refused(query)
    assert list(errors) == [field]
    assert errors[field][0].startswith(sentence)


@pytest.mark.parametrize("address", ["/grants/", "/api/grants/"])
def test_a_grantee_learns_of_no_organisation_programme_or_currency_beyond_her_grants(client, portfolio, address):
    other = Grant.objects.get(title="B").recipients.get()
    GrantFactory(programme="Refuges by the sea", currency="USD")
    client.force_login(lead(portfolio["charity"]))

    def answer(query):
        response = client.get(f"{address}?{query}", HTTP_ACCEPT="text/html" if address == "/grants/" else "*/*")
        return response.status_code, response.content.decode()

    for probe in ("NOPE", other.pk, other.org_id, 999_999):
        status, text = answer(f"recipient={probe}")
        assert (status, other.name in text, "Ember Row" in text) == (400, False, True)
    for query in ("programme=zz", "programme=Refuges+by+the+sea", "currency=USD", "currency=ZZZ"):
        status, text = answer(query)
        assert (status, "by the sea</option>" in text, "EUR" in text) == (400, False, False)
    assert answer("recipient=GB-CHC-200&programme=Homes&currency=GBP")[0] == 200
    text = answer("")[1]
    assert ("Refuges" in text, "USD" in text, "Homes" in text) == (False, False, True)


def test_a_funder_without_grants_is_no_mistake(portfolio):
    assert shown(f"funder={FunderFactory().pk}") == []


def test_totals_add_pounds_only_and_count_joint_shares_apart(portfolio):
    GrantFactory(joint_share=True, amount_awarded=0)
    for texts in (False, True):
        totals, pages = listing.of(Grant.objects.current(), texts=texts)
        assert (totals.rows, totals.grants, totals.shares, totals.pounds) == (4, 3, 1, 400)
        assert totals.others == [("EUR", 200)]
        assert len(pages.page(1).object_list) == 4


def test_a_list_without_grants_comes_to_nothing():
    totals, pages = listing.of(Grant.objects.current(), texts=False)
    assert (totals.rows, totals.pounds, totals.others, list(pages.page(1))) == (0, 0, [], [])


def test_filters_are_written_out_in_words_each_with_the_address_without_it(portfolio):
    found = asked("search=a&funder=GB-CHC-100&from=2024&least=1&regrant=FRG040&sort=title")
    assert found.is_valid()
    assert [tuple(vars_of(each)) for each in listing.said(found)] == [
        ("Search: “a”", "funder=GB-CHC-100&from=2024&least=1&regrant=FRG040&sort=title"),
        ("Funder: Marrow Trust", "search=a&from=2024&least=1&regrant=FRG040&sort=title"),
        ("Awarded from: 1 January 2024", "search=a&funder=GB-CHC-100&least=1&regrant=FRG040&sort=title"),
        ("Amount from: £1", "search=a&funder=GB-CHC-100&from=2024&regrant=FRG040&sort=title"),
        ("Kind of regrant: funder collaboration", "search=a&funder=GB-CHC-100&from=2024&least=1&sort=title"),
    ]
    assert listing.sorting(found) == "title"


def vars_of(said):
    return said.words, said.without
