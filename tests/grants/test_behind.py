"""Writes that are carried out while the next are worked out belong to the transaction of whoever began them."""

from __future__ import annotations

import sys
import threading

import pytest
from django.db import IntegrityError, transaction

from grants.behind import behind
from grants.models import Project, Recipient
from tests import factories

pytestmark = pytest.mark.django_db


def test_writes_are_done_in_their_order_by_another_thread_and_seen_here():
    threads: list[int] = []

    def write(title: str) -> None:
        threads.append(threading.get_ident())
        Project.objects.create(title=title)

    with behind() as writes:
        for title in ("first", "second", "third"):
            writes.start(lambda title=title: write(title))
        writes.wait()
        assert list(Project.objects.order_by("id").values_list("title", flat=True)) == ["first", "second", "third"]
    assert threading.get_ident() not in threads


def test_what_fails_there_fails_here_and_leaves_nothing():
    grant = factories.GrantFactory()
    charity = grant.recipients.get()

    def twice() -> None:
        Project.objects.create(title="lost")
        Recipient.objects.create(grant=grant, organisation=charity)

    with pytest.raises(IntegrityError), transaction.atomic(), behind() as writes:
        writes.start(twice)
    assert not Project.objects.filter(title="lost").exists()


def test_the_thread_and_its_haste_end_with_it():
    before = sys.getswitchinterval(), threading.active_count()
    with behind() as writes:
        writes.start(lambda: None)
        assert threading.active_count() == before[1] + 1
    assert (sys.getswitchinterval(), threading.active_count()) == before
