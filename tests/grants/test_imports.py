"""A file's way in: nothing lost, nothing silent, all or nothing, the same file twice the same as once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import JournalEntry, Organisation
from grants import applying, changes, comparing, imports, revisions, showing, undoing
from grants.models import Grant, Import, ImportRow, Project, Revision
from priorities.models import Link
from tests import factories
from tests.grants import files

pytestmark = pytest.mark.django_db


def counts(source: Import) -> dict[str, int]:
    return {name: getattr(source, name) for name in Import.COUNTS if getattr(source, name)}


def codes(source: Import, row: int) -> list[str]:
    return list(source.problems.filter(row=row).order_by("id").values_list("code", flat=True))


def edit(grant: Grant, title: str) -> None:
    """As a person edits: a revision of her own."""
    Grant.objects.filter(pk=grant.pk).update(title=title)
    fresh = Grant.objects.select_related("funder", "project").get(pk=grant.pk)
    number = grant.revisions.count() + 1
    content = revisions.as_json(undoing.content_of(fresh))
    Revision.objects.create(grant=grant, number=number, at=factories.NOW, reason="changed", content=content)


def test_reading_changes_nothing_and_applying_adds_everything():
    source = files.read(files.package(files.grant(1), files.grant(2)))
    assert (source.state, counts(source)) == (Import.CHECKED, {"read": 2, "added": 2})
    assert Grant.objects.count() == 0
    files.carried_out(source, Import.APPLYING)
    assert (source.state, Grant.objects.count(), Project.objects.count()) == (Import.APPLIED, 2, 2)
    grant = Grant.objects.get(grant_id="360G-quill-1")
    assert (grant.amount_awarded, grant.funder.org_id, grant.protected_location) == (1_000_000, "GB-CHC-1180001", True)
    assert [each.org_id for each in grant.recipients.all()] == ["GB-CHC-1190001"]
    assert [each.region for each in grant.locations.all()] == ["YH"]
    assert (grant.funder.is_funder, grant.recipients.get().is_grantee) == (True, True)


def test_every_grant_written_has_a_revision_that_tells_it_whole():
    files.applied(files.package(files.grant(1, relatedActivity=["360G-quill-2"]), files.grant(2)))
    for grant in Grant.objects.select_related("funder", "project"):
        revision = grant.revisions.get()
        assert (revision.number, revision.reason) == (1, "import")
        assert revisions.from_json(revision.content) == json.loads(revisions.as_json(undoing.content_of(grant)))


def test_the_same_file_again_changes_nothing():
    content = files.package(*(files.grant(number) for number in range(5)))
    files.applied(content)
    head = changes.head()
    again = files.applied(content)
    assert counts(again) == {"read": 5, "unchanged": 5}
    assert (Revision.objects.count(), changes.head(), Organisation.objects.count()) == (5, head, 2)


def test_a_changed_row_shows_from_what_to_what_and_keeps_links_and_protection():
    files.applied(files.package(files.grant(1)))
    grant = Grant.objects.get()
    factories.link(grant, "priority", "awareness")
    Grant.objects.filter(pk=grant.pk).update(protected_location=False)
    source = files.read(files.package(files.grant(1, title="Better advice", amountAwarded=11_000)))
    (line,) = showing.lines(source, list(showing.rows(source, "changed", factories.secretariat())))
    assert {(each.field, each.old, each.new) for each in line.differences} == {
        ("title", "Advice 1", "Better advice"),
        ("amount_awarded", "£10,000", "£11,000"),
    }
    files.carried_out(source, Import.APPLYING)
    grant.refresh_from_db()
    assert (grant.title, grant.amount_awarded, grant.protected_location) == ("Better advice", 1_100_000, False)
    assert Link.objects.filter(grant=grant).count() == 1
    (line,) = showing.lines(source, list(showing.rows(source, "changed", factories.secretariat())))
    assert "title" in {each.field for each in line.differences}


def test_a_persons_edit_stands_until_the_file_itself_says_something_new():
    files.applied(files.package(files.grant(1)))
    edit(Grant.objects.get(), "As a person knows it")
    assert counts(files.applied(files.package(files.grant(1)))) == {"read": 1, "unchanged": 1}
    assert Grant.objects.get().title == "As a person knows it"
    source = files.read(files.package(files.grant(1, amountAwarded=20_000)))
    assert codes(source, 1) == ["edited-here"]
    files.carried_out(source, Import.APPLYING)
    assert Grant.objects.get().title == "Advice 1"


def test_each_refused_row_has_a_line_and_the_others_come_in():
    source = files.applied(files.package(files.grant(1), files.grant(2, amountAwarded=-1), 7, files.grant(4)))
    assert counts(source) == {"read": 4, "added": 2, "refused": 2}
    assert (codes(source, 2), codes(source, 3)) == (["amount-negative"], ["not-a-row"])
    assert source.rows.count() == 4
    assert json.loads(source.rows.get(row=3).raw) == 7


def test_a_second_row_with_the_same_identifier_is_refused_across_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    source = files.read(files.package(*(files.grant(number) for number in (1, 2, 3, 1, 5, 5))))
    assert counts(source) == {"read": 6, "added": 4, "refused": 2}
    assert (codes(source, 4), codes(source, 6)) == (["duplicate-id"], ["duplicate-id"])


def test_identifiers_that_look_alike_in_memory_are_told_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    monkeypatch.setattr(comparing.Seen, "BITS", 8)
    source = files.read(files.package(*(files.grant(number) for number in (*range(1, 40), 7))))
    assert counts(source) == {"read": 40, "added": 39, "refused": 1}
    assert codes(source, 40) == ["duplicate-id"]


def test_rows_are_applied_in_the_order_of_the_file_however_they_are_batched(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(applying, "BATCH", 2)
    source = files.read(files.package(*(files.grant(number) for number in (5, 3, 9, 3, 1, 2))))
    ImportRow.objects.filter(source=source, row=5).update(row=6)  # Two sheets of a workbook may number alike.
    files.carried_out(source, Import.APPLYING)
    written = Grant.objects.order_by("id").values_list("grant_id", flat=True)
    assert list(written) == [f"360G-quill-{number}" for number in (5, 3, 9, 1, 2)]


def test_the_raw_row_is_kept_as_it_was_written():
    written = '{"id": "360G-quill-1", "amountAwarded": 40000.10, "Open Call?": "YES", "n": 12345678901234567890123}'
    source = files.read(b'{"grants":[' + written.encode() + b"]}")
    kept = source.rows.get().raw
    assert "40000.10" in kept
    assert json.loads(kept)["Open Call?"] == "YES"


def test_nobody_is_named_in_anything_that_is_kept():
    secret = {"id": "360G-quill-IND-9", "name": "Mara Quenby"}
    row = files.grant(1, title="Help for Mara Quenby", recipientIndividual=secret)
    del row["recipientOrganization"]
    source = files.applied(files.package(row))
    assert Grant.objects.get().to_individual is True
    assert Grant.objects.get().recipients.count() == 0
    tables = [table for table in connection.introspection.table_names() if table.startswith(("grants_", "accounts_"))]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "Quenby" not in str(cursor.fetchall()), table
    assert not source.file
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# --- whose --------------------------------------------------------------------------------------------------------
def test_an_officer_brings_her_own_funders_grants_only():
    mine, other = factories.FunderFactory(identifier=files.FUNDER["id"]), factories.FunderFactory()
    theirs = files.grant(2, fundingOrganization=[{"id": other.org_id, "name": other.name}])
    source = files.read(files.package(files.grant(1), theirs), by=factories.officer(mine))
    assert counts(source) == {"read": 2, "added": 1, "refused": 1}
    assert codes(source, 2) == ["not-your-funder"]
    everything = files.read(files.package(files.grant(1), theirs), by=factories.secretariat())
    assert everything.added == 2


def test_a_funder_without_identifier_is_found_by_its_name_and_gets_one():
    mine = factories.FunderFactory(name="quillmere FOUNDATION", identifier="")
    files.applied(files.package(files.grant(1)), by=factories.officer(mine))
    assert Grant.objects.get().funder == mine
    assert mine.org_id == "GB-CHC-1180001"


def test_a_grant_that_another_funder_holds_is_refused():
    held = factories.GrantFactory(grant_id="360G-quill-1")
    source = files.applied(files.package(files.grant(1)))
    assert codes(source, 1) == ["other-funders-grant"]
    held.refresh_from_db()
    assert held.title != "Advice 1"


def test_other_names_of_an_organisation_are_kept_and_find_it():
    second = files.grant(2, recipientOrganization=[{"id": "GB-CHC-1190001", "name": "ASHCOMBE LAW PROJECT LTD"}])
    files.applied(files.package(files.grant(1)))
    source = files.applied(files.package(files.grant(1), second))
    charity = Organisation.objects.get(identifiers__value="GB-CHC-1190001")
    assert [each.name for each in charity.aliases.all()] == ["ASHCOMBE LAW PROJECT LTD"]
    assert codes(source, 2) == ["other-name"]


# --- relations ----------------------------------------------------------------------------------------------------
def test_nil_children_are_tied_to_their_parent_and_the_rest_are_listed():
    children = [files.grant(number, amountAwarded=0, relatedActivity=["360G-quill-9"]) for number in (1, 2)]
    lost = files.grant(3, amountAwarded=0, relatedActivity=["360G-quill-absent"])
    source = files.applied(files.package(*children, lost, files.grant(9)))
    assert source.totals["tied"] == {"grants": 2, "others": 1}
    assert source.totals["dangling"] == {"grants": 1, "others": 1}
    assert codes(source, 3) == ["relation-not-found"]
    assert Grant.objects.filter(joint_share=True).count() == 3
    parent = Grant.objects.get(grant_id="360G-quill-9")
    assert Grant.objects.filter(relations__other=parent).count() == 2
    files.applied(files.package(files.grant("absent")))
    assert Grant.objects.get(grant_id="360G-quill-3").relations.get().other.grant_id == "360G-quill-absent"


# --- undoing ------------------------------------------------------------------------------------------------------
def test_undo_removes_what_was_added_and_puts_back_what_was_changed():
    files.applied(files.package(files.grant(1), files.grant(2)))
    changed = files.grant(1, title="Changed", recipientOrganization=[{"id": "GB-CHC-1190002", "name": "Brindley"}])
    source = files.applied(files.package(changed, files.grant(3)))
    files.carried_out(source, Import.UNDOING)
    assert source.state == Import.UNDONE
    assert set(Grant.objects.current().values_list("grant_id", "title")) == {
        ("360G-quill-1", "Advice 1"),
        ("360G-quill-2", "Advice 2"),
    }
    assert Grant.objects.get(grant_id="360G-quill-1").recipients.get().org_id == "GB-CHC-1190001"
    again = files.applied(files.package(changed, files.grant(3)))
    assert counts(again) == {"read": 2, "added": 1, "changed": 1}
    assert Grant.objects.current().count() == 3


def test_undo_keeps_and_names_what_was_edited_since():
    source = files.applied(files.package(files.grant(1), files.grant(2)))
    edit(Grant.objects.get(grant_id="360G-quill-1"), "Edited since")
    files.carried_out(source, Import.UNDOING)
    assert source.totals["kept"] == ["360G-quill-1"]
    assert Grant.objects.current().get().title == "Edited since"


# --- no longer in the file ----------------------------------------------------------------------------------------
def test_a_grant_that_the_next_file_lacks_is_asked_about_and_never_dropped():
    files.applied(files.package(*(files.grant(number) for number in (1, 2, 3))))
    by_hand = factories.GrantFactory(funder=Grant.objects.first().funder)
    source = files.applied(files.package(files.grant(1), files.grant(2, amountAwarded=-1)))
    missing = source.rows.get(outcome=ImportRow.MISSING)
    assert (missing.grant_id, Grant.objects.current().count()) == ("360G-quill-3", 4)
    imports.answer_missing(source, rows=[missing.pk], answer=ImportRow.REMOVE, by=None, at=factories.NOW)
    assert not Grant.objects.current().filter(grant_id="360G-quill-3").exists()
    assert Grant.objects.current().filter(pk=by_hand.pk).exists()
    files.carried_out(source, Import.UNDOING)
    assert Grant.objects.current().filter(grant_id="360G-quill-3").exists()


# --- all or nothing, and once ---------------------------------------------------------------------------------------
def test_an_import_applied_after_somebody_changed_a_grant_is_shown_anew():
    files.applied(files.package(files.grant(1)))
    source = files.read(files.package(files.grant(1, title="New"), files.grant(2)))
    edit(Grant.objects.get(), "Meanwhile")
    files.carried_out(source, Import.APPLYING)
    assert (source.state, source.totals["compared_again"], Grant.objects.count()) == (Import.CHECKED, 1, 1)
    assert "edited-here" in codes(source, 1)
    files.carried_out(source, Import.APPLYING)
    assert (source.state, Grant.objects.get(grant_id="360G-quill-1").title) == (Import.APPLIED, "New")


def test_an_import_whose_new_grant_somebody_added_meanwhile_is_shown_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(applying, "BATCH", 1)
    source = files.read(files.package(*(files.grant(number) for number in range(1, 5))))
    factories.GrantFactory(grant_id="360G-quill-2")
    files.carried_out(source, Import.APPLYING)
    assert (source.state, source.totals["compared_again"], Grant.objects.count()) == (Import.CHECKED, 1, 1)
    assert (counts(source), codes(source, 2)) == ({"read": 4, "added": 3, "refused": 1}, ["other-funders-grant"])
    files.carried_out(source, Import.APPLYING)
    assert (source.state, Grant.objects.count()) == (Import.APPLIED, 4)


def test_applying_is_journalled_and_noted_in_the_change_log():
    before = changes.head()
    files.applied(files.package(files.grant(1)))
    assert changes.since(before).grant_ids == {Grant.objects.get().pk}
    assert set(JournalEntry.objects.values_list("what", flat=True)) == {"received file", "applied import"}


def test_an_import_is_applied_only_from_where_it_can_be():
    source = files.applied(files.package(files.grant(1)))
    with pytest.raises(imports.WrongState):
        imports.ask(source, Import.APPLYING, by=None)
    with pytest.raises(imports.WrongState):
        imports.drop(source, by=None, at=factories.NOW)
    assert not imports.read_next(at=factories.NOW)


def test_a_file_that_cannot_be_read_to_its_end_leaves_no_row():
    whole = b",".join(json.dumps(files.grant(number)).encode() for number in range(1_200))
    source = files.read(b'{"grants":[' + whole + b",{")
    assert (source.state, source.rows.count(), source.problems.count(), bool(source.file)) == (
        Import.FAILED,
        0,
        0,
        False,
    )
    assert json.loads(source.failure)["code"] == "json-breaks-off"


def test_a_file_whose_reader_died_is_read_anew_from_its_start():
    source = files.received(files.package(files.grant(1), files.grant(2)))
    dead = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    claim = imports._process(dead.pid)
    Import.objects.filter(pk=source.pk).update(state=Import.READING, claimed_by=claim, claimed_at=factories.NOW)
    ImportRow.objects.create(source=source, row=1, grant_id="360G-quill-1", outcome="added")
    assert not imports.read_next(at=factories.NOW)
    dead.kill()
    dead.communicate()
    assert imports.read_next(at=factories.NOW)
    source.refresh_from_db()
    assert (source.state, source.rows.count(), counts(source)) == (Import.CHECKED, 2, {"read": 2, "added": 2})


def test_a_reader_on_another_machine_is_given_time_before_it_is_taken_for_dead():
    source = files.received(files.package(files.grant(1)))
    Import.objects.filter(pk=source.pk).update(
        state=Import.READING, claimed_by="elsewhere:7:99", claimed_at=factories.NOW
    )
    assert not imports.read_next(at=factories.NOW + timedelta(minutes=1))
    assert imports.read_next(at=factories.NOW + timedelta(minutes=3))


def test_a_reader_that_was_taken_over_stops_without_a_trace():
    source = files.received(files.package(files.grant(1)))
    source.claimed_by, source.state = f"elsewhere:{os.getpid()}:1", Import.READING
    imports.read(source, at=factories.NOW)
    source.refresh_from_db()
    assert (source.state, source.rows.count(), bool(source.file)) == (Import.WAITING, 0, True)


class Whatever(TestCase):
    @given(
        st.lists(
            st.one_of(
                st.none(),
                st.builds(
                    files.grant,
                    st.integers(0, 6),
                    amountAwarded=st.sampled_from([0, 5, -1, "x", 12.5]),
                    awardDate=st.sampled_from(["2025-03-31", "31/03/2025", "x"]),
                    relatedActivity=st.lists(st.sampled_from(["360G-quill-1", "360G-quill-x"]), max_size=2),
                ),
            ),
            min_size=1,
            max_size=12,
        )
    )
    @hypothesis_settings(max_examples=40, deadline=None)
    def test_hypothesis_each_row_read_is_added_changed_unchanged_or_refused(self, rows: list[Any]) -> None:
        for _ in range(2):
            source = files.applied(files.package(*rows))
            assert source.read == len(rows)
            assert source.read == source.added + source.changed + source.unchanged + source.refused
            assert sorted(source.rows.exclude(row=0).values_list("row", flat=True)) == list(range(1, len(rows) + 1))
            refused = set(source.problems.filter(refuses=True).values_list("row", flat=True))
            assert refused == set(source.rows.filter(outcome="refused").values_list("row", flat=True))
        assert (source.added, source.changed) == (0, 0)


@pytest.mark.django_db
def test_a_key_with_a_null_character_harms_nothing():
    source = files.applied(files.package(files.grant(1, **{"k\0": 1})))
    assert source.totals["extra"] == {"k": 1}
