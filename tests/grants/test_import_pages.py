"""The doors of an import: sent, watched, looked over, decided; each only by whoever may."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants import imports
from grants.models import Grant, Import, ImportRow
from tests import factories
from tests.grants import files

pytestmark = pytest.mark.django_db


def sent(client, content: bytes, name: str = "grants.json"):
    return client.post(reverse("upload"), {"file": SimpleUploadedFile(name, content)})


def test_an_officer_sends_a_file_looks_applies_and_undoes(sign_in):
    client = sign_in(factories.officer(factories.FunderFactory(identifier=files.FUNDER["id"])))
    address = sent(client, files.package(files.grant(1), files.grant(2, awardDate="31/03/2025"))).url
    assert "waiting to be read" in client.get(address).content.decode()
    imports.read_next(at=factories.NOW)
    page = client.get(address, {"show": "repaired"}).content.decode()
    assert "It was read as 2025-03-31; write dates so." in page
    assert Grant.objects.count() == 0
    source = Import.objects.get()
    for name, state in (("import_apply", Import.APPLIED), ("import_undo", Import.UNDONE)):
        assert client.post(reverse(name, args=[source.pk])).url == address
        imports.read_next(at=factories.NOW)
        source.refresh_from_db()
        assert source.state == state
    assert Grant.objects.current().count() == 0


@pytest.mark.parametrize("part", ["refused", "changed", "repaired", "added", "missing", "noticed", "unchanged"])
def test_every_part_of_an_import_has_a_page(sign_in, part: str):
    files.applied(files.package(files.grant(1), files.grant(2), files.grant(3)))
    source = files.read(
        files.package(files.grant(1), files.grant(2, title=" New"), {}, files.grant(4, amountAwarded=0))
    )
    client = sign_in(factories.secretariat())
    assert client.get(source.get_absolute_url(), {"show": part}).status_code == 200
    assert client.get(source.get_absolute_url(), {"show": "elsewhere"}).status_code == 404


def test_a_pasted_table_is_taken(sign_in):
    client = sign_in(factories.secretariat())
    pasted = "\n".join("\t".join(row) for row in (files.TITLES, files.VALUES))
    assert client.post(reverse("upload"), {"pasted": pasted}).status_code == 302
    imports.read_next(at=factories.NOW)
    assert Import.objects.get().added == 1


def test_nothing_and_too_much_are_refused_in_words(sign_in, settings):
    client = sign_in(factories.secretariat())
    nothing = client.post(reverse("upload"), {})
    assert (nothing.status_code, "Choose a file" in nothing.content.decode()) == (422, True)
    settings.IMPORT_MAX_BYTES = 10
    large = sent(client, files.package(files.grant(1)))
    assert (large.status_code, "larger than" in large.content.decode()) == (413, True)
    assert not Import.objects.exists()


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(sign_in):
    client = sign_in(factories.secretariat())
    address = sent(client, b'{"grants":[{"amountAwarded":NaN}]}').url
    imports.read_next(at=factories.NOW)
    page = client.get(address).content.decode()
    assert "NaN stands where a number is meant" in page
    assert "No grant was changed." in page


def test_progress_comes_as_a_piece_and_ends_with_the_whole_page(sign_in):
    source = files.received(files.package(files.grant(1)))
    client = sign_in(factories.secretariat())
    address = reverse("import_progress", args=[source.pk])
    assert client.get(address).url == source.get_absolute_url()
    waiting = client.get(address, headers={"HX-Request": "true"})
    assert ("HX-Refresh" in waiting, 'hx-trigger="every 1s"' in waiting.content.decode()) == (False, True)
    imports.read_next(at=factories.NOW)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_an_import_is_nobody_elses(sign_in):
    source = files.read(files.package(files.grant(1)), by=factories.officer())
    for person, status in ((factories.officer(), 404), (factories.viewer(), 403), (factories.lead(), 403)):
        client = sign_in(person)
        assert client.get(source.get_absolute_url()).status_code == status
        for name in ("import_apply", "import_drop", "import_undo", "import_missing"):
            assert client.post(reverse(name, args=[source.pk])).status_code == status
    source.refresh_from_db()
    assert source.state == Import.CHECKED


def test_missing_grants_are_kept_or_removed_by_a_persons_word(sign_in):
    files.applied(files.package(files.grant(1), files.grant(2), files.grant(3)))
    source = files.applied(files.package(files.grant(1)))
    client = sign_in(factories.secretariat())
    kept, gone = source.rows.filter(outcome=ImportRow.MISSING)
    address = reverse("import_missing", args=[source.pk])
    client.post(address, {"rows": [kept.pk], "answer": "keep"})
    client.post(address, {"rows": [gone.pk], "answer": "remove"})
    client.post(address, {"rows": [], "answer": "remove"})
    assert set(Grant.objects.current().values_list("grant_id", flat=True)) == {"360G-quill-1", kept.grant_id}


def test_problems_come_as_a_table_that_no_spreadsheet_takes_for_a_formula(sign_in):
    source = files.read(files.package(files.grant(1, id="=SUM(A1)", awardDate="31/03/2025")))
    answer = sign_in(factories.secretariat()).get(reverse("import_problems_csv", args=[source.pk]))
    text = b"".join(answer.streaming_content).decode()
    assert "f.json,1,awardDate,'=SUM(A1),repaired" in text


def test_setting_aside_changes_no_grant(sign_in):
    source = files.read(files.package(files.grant(1)))
    sign_in(factories.secretariat()).post(reverse("import_drop", args=[source.pk]))
    source.refresh_from_db()
    assert (source.state, Grant.objects.count()) == (Import.DROPPED, 0)


def test_a_part_or_page_that_an_import_lacks_is_no_page_whatever_its_state(sign_in):
    checked, waiting = files.read(files.package(files.grant(1))), files.received(files.package(files.grant(2)))
    client = sign_in(factories.secretariat())
    addresses = [f"{each.get_absolute_url()}?show={part}" for each in (waiting, checked) for part in ("zzz", "added")]
    pages = [f"{reverse('imports')}?page={n}" for n in ("-1", "1")] + [f"{checked.get_absolute_url()}?page=9"]
    assert [client.get(each).status_code for each in addresses + pages] == [404, 200, 404, 200, 404, 200, 404]


def test_a_file_of_which_every_row_was_refused_offers_to_set_it_aside_or_send_it_mended(sign_in):
    source = files.read(files.package(files.grant(1, title="")))
    page = sign_in(factories.secretariat()).get(source.get_absolute_url()).content.decode()
    assert "Every row was refused, so there is nothing to apply." in page
    assert '<button class="button" type="submit">Set aside</button>' in page
    assert (reverse("import_apply", args=[source.pk]) in page, "Send it again, mended" in page) == (False, True)


def test_a_file_that_looks_like_a_path_keeps_only_its_name():
    source = imports.receive(file=io.BytesIO(b"{}"), name="../../etc/grants.json", by=None, at=factories.NOW)
    assert source.name == "grants.json"
