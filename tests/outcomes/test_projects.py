"""What is known of projects through their grants is the same, whether put together anew or mended after each change."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import transaction

from grants import changes
from grants.models import Grant
from outcomes import projects
from priorities import columns
from tests.factories import NOW, FunderFactory, GrantFactory, link

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = ("LON", "NW", "SE", "WALES")


def known(funders: list[int]) -> dict[str, list[int]]:
    works = projects.current()
    found = {"stands": works.stands(), "charity": works.charity(), "of": works.of_funders(funders)}
    found |= {each: works.bits(each) for each in ("priority", "region", "group")}
    return {name: np.asarray(each).tolist() for name, each in found.items()}


def test_after_each_change_projects_are_what_they_are_when_all_is_read_anew() -> None:
    funders = [FunderFactory() for _ in range(3)]
    with transaction.atomic():
        made = [GrantFactory(funder=funders[number % 3]) for number in range(8)]
        for number, each in enumerate(made):
            link(each, "region", PLACES[number % 2])
        # Out of order, and two of one project, of which one is removed below.
        Grant.objects.filter(pk=made[6].pk).update(project=made[1].project)
        changes.touch([each.pk for each in made])
    own = [funders[0].pk, funders[1].pk]
    before = known(own)

    def change(grant: Grant, **values: object) -> None:
        with transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(**values)
            changes.touch([grant.pk])

    change(made[1], removed_at=NOW)
    change(made[2], project=made[0].project)
    change(made[7], removed_at=NOW)
    change(made[4], funder=funders[2])
    mended = known(own)
    assert columns.current().edits.size == 2
    columns.forget()
    anew = known(own)
    assert columns.current().edits.size == 0
    longest = {name: anew[name] + mended[name][len(anew[name]) :] for name in anew}
    assert mended == longest
    assert mended["stands"][len(anew["stands"]) :] == [False] * (len(mended["stands"]) - len(anew["stands"]))
    assert mended != before
