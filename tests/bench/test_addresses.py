"""Speed is measured on every page over the portfolio, by addresses that are answered."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from funders_portal.demo import loading
from grants.models import Grant
from priorities.models import Code, Dimension
from tests.bench.addresses import ADDRESSES, APART, Asker, Facts
from tests.factories import NOW, secretariat
from tests.house import doors
from tests.house.doors import DOORS

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker() -> Asker:
    loading.load(today=timezone.localdate(), at=NOW)
    Grant.objects.filter(grant_id__endswith="1").update(programme="Refuge")
    return Asker(
        Facts(
            codes={
                each: list(Code.objects.ordinary().filter(dimension=each).values_list("code", flat=True))
                for each in Dimension.values
            },
            funders=list(Organisation.objects.funders().values_list("id", flat=True)),
            recipients=list(Organisation.objects.grantees().values_list("id", flat=True)),
            programmes=["Refuge"],
            today=timezone.localdate(),
        ),
        seed=1,
    )


def test_every_page_over_the_portfolio_has_a_line():
    over_all = {
        each.name
        for _, each in doors.patterns()
        if each.callback.__module__.startswith("funders_portal.dashboards") and DOORS[each.name].posts is None
    }
    assert over_all - set(ADDRESSES) == set(), "tests/bench/addresses.py: one line says what is asked of a page"


def test_every_address_is_answered(sign_in, asker: Asker):
    client = sign_in(secretariat())
    addresses = [
        f"{reverse(name)}?{urlencode(make(asker, number), doseq=True)}"
        for name, make in {**ADDRESSES, **APART}.items()
        # One of each kind: over all dates, filtered by what is not shown, anything.
        for number in range(3)
    ]
    assert [each for each in addresses if client.get(each).status_code != 200] == []
