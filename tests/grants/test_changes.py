"""The log of changes: its numbers follow one another in the order of commits."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from grants import changes
from grants.models import Change, ChangeCounter
from tests.factories import GrantFactory


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share the test's one SQLite connection in memory")
def test_two_who_make_the_very_first_change_at_once_both_do() -> None:
    first, second = GrantFactory(), GrantFactory()
    Change.objects.all().delete()
    ChangeCounter.objects.all().delete()
    has_begun = threading.Event()
    numbers: list[int] = []

    def touch() -> None:
        with transaction.atomic():
            has_begun.set()
            numbers.append(changes.touch([second.pk]))
        connection.close()

    other = threading.Thread(target=touch)
    with transaction.atomic():
        numbers.append(changes.touch([first.pk]))
        other.start()
        has_begun.wait()
        other.join(0.3)  # It waits for this transaction.
        assert numbers == [1]
    other.join()
    assert numbers == [1, 2]
    assert list(Change.objects.order_by("seq").values_list("seq", "grant")) == [(1, first.pk), (2, second.pk)]
