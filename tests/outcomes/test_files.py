"""Files of a report: known by content, looked into first, kept once, only for those whom they were made for."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter

from accounts.journal import Did
from accounts.models import JournalEntry
from outcomes import blacking, file_contents, files, reports, words
from outcomes.file_contents import Unfit
from outcomes.models import Evidence, Report, ReportFile
from tests import factories
from tests.outcomes.world import AT, QUARTERS, World

pytestmark = pytest.mark.django_db
JUNE = QUARTERS[2][0]
"""The report that ends with September, owed to all three funders."""
TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"""
BODY = '<w:document xmlns:w="w"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:document>'
CORE = "<cp:coreProperties><dc:creator>{0}</dc:creator><cp:lastModifiedBy>{0}</cp:lastModifiedBy></cp:coreProperties>"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def report(world: World) -> Report:
    report = world.report(JUNE)
    world.write(report)
    return report


def packed(**parts: str | bytes) -> bytes:
    """A zip whose members are named with __ for / and _x for .xml."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", TYPES)
        for name, part in parts.items():
            file.writestr(name.replace("__", "/").replace("_x", ".xml").replace("_j", ".jpg"), part)
    return content.getvalue()


def docx(text: str = "Said in general.", maker: str = "", **more: str | bytes) -> bytes:
    about = {"docProps__core_x": CORE.format(maker)} if maker else {}
    return packed(word__document_x=BODY.format(text), **about, **more)


def xlsx(text: str = "Rooms") -> bytes:
    return packed(xl__workbook_x="<workbook/>", xl__sharedStrings_x=f"<sst><si><t>{text}</t></si></sst>")


def photo(form: str = "JPEG", mode: str = "RGB") -> bytes:
    content, picture = io.BytesIO(), Image.new(mode, (40, 20), 0 if mode in ("1", "L", "P") else None)
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x013B] = "Camera of Quint", 6, "Quint"
    more: dict[str, Any] = {"exif": exif}
    if form == "JPEG":
        more["comment"] = b"Quint was here"
    else:
        info = PngImagePlugin.PngInfo()
        info.add_text("Author", "Quint")
        more["pnginfo"] = info
    picture.save(content, form, **more)
    return content.getvalue()


def pdf(text: str = "", author: str = "", password: str = "") -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    if text:
        from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

        font = DictionaryObject({
            NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        })  # fmt: skip
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    if author:
        writer.add_metadata({"/Author": author})
    if password:
        writer.encrypt(password)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def add(world: World, report: Report, content: bytes, name: str = "file", **more: Any) -> ReportFile:
    given = {"grant": world.grants["A"], "by": world.lead, "at": world.later(), **more}
    return files.add(report, content=content, name=name, **given)


# --- what it is -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf("Said in general."), "pdf"),
        (docx(), "docx"),
        (xlsx(), "xlsx"),
        (b"what,number\nrooms,3\n", "csv"),
        (b"what;number\nrooms;3\n", "csv"),
        ("Nothing, at all.\nAnd more".encode("utf-16"), "txt"),
        ("Räume".encode("cp1252"), "txt"),
        (photo(), "jpeg"),
        (photo("PNG"), "png"),
    ],
)
def test_a_file_is_told_by_its_content(world: World, report: Report, content: bytes, kind: str):
    kept = add(world, report, content, "wrong.exe").evidence
    assert (kept.kind, kept.name) == (kind, "wrong.exe" + file_contents.ENDINGS[kind][0])
    assert kept.path.stat().st_size == kept.size


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00\x03\x00", "kind"),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", "kind"),
        (b"<svg onload='x()'/>", "kind"),
        (b"#!/bin/sh\nrm", "kind"),
        (b"GIF89a\x01\x00", "kind"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "heic"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old-office"),
        (packed(readme="x"), "kind"),
        (docx(**{"word__vbaProject.bin": b"x"}), "macros"),
        (docx(**{"..__..__x": "y"}), "broken"),
        (docx()[:-30], "broken"),
        (b"PK\x03\x04 nothing", "broken"),
        (photo()[:60], "broken"),
        (pdf("Said.", password="x"), "locked"),
        (docx("a" * 60_000_000), "endless"),
        (docx(**{f"word__p{number}_x": "b" * 30_000_000 for number in range(5)}), "endless"),
        (docx(word__footnotes_x='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "broken"),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_what_is_not_taken_is_told_why(content: bytes, code: str):
    with pytest.raises(Unfit) as refused:
        file_contents.look(content)
    assert str(refused.value) == code
    assert words.FILE_PROBLEMS[code]


def test_a_picture_too_large_to_open_is_not_opened(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_contents, "MOST_PIXELS", 799)
    with pytest.raises(Unfit, match="too-many-points"):
        file_contents.look(photo())


def test_more_than_twenty_megabytes_are_not_taken(world: World, report: Report):
    with pytest.raises(files.NotTaken, match="larger than 20 MB"):
        add(world, report, b"a" * (files.MOST_BYTES + 1))


@pytest.mark.parametrize("name", ["../../x", "..", "a/b.pdf", "c:\\x.txt", "", " \u202e "])
def test_a_name_that_leads_elsewhere_is_not_taken(world: World, report: Report, name: str):
    with pytest.raises(files.NotTaken, match="plain name"):
        add(world, report, b"Said in general.", name)
    assert not Evidence.objects.exists()


# --- what it tells --------------------------------------------------------------------------------------------------
def test_photos_keep_nothing_beside_their_points():
    for form in ("JPEG", "PNG"):
        kept = file_contents.look(photo(form)).content
        opened = Image.open(io.BytesIO(kept))
        assert (b"Quint" in kept, dict(opened.getexif()), opened.size) == (False, {}, (20, 40))
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_sort_of_png_is_kept(mode: str):
    content = io.BytesIO()
    Image.new(mode, (3, 2)).save(content, "PNG")
    assert Image.open(io.BytesIO(file_contents.look(content.getvalue()).content)).size == (3, 2)


def test_documents_lose_who_made_them_and_keep_their_words():
    looked = file_contents.look(docx("Said in general.", "Quint", word__media__image1_j=photo()))
    assert (looked.text.strip(), looked.made_by) == ("Said in general.", ["Quint"])
    with zipfile.ZipFile(io.BytesIO(looked.content)) as kept:
        everything = b"".join(kept.read(name) for name in kept.namelist())
    assert (b"Quint" in everything, b"Said in general." in everything) == (False, True)
    looked = file_contents.look(pdf("Said in general.", "Quint"))
    assert (looked.text.strip(), looked.made_by) == ("Said in general.", ["Quint"])
    assert b"Quint" not in looked.content
    assert PdfReader(io.BytesIO(looked.content)).pages[0].extract_text() == "Said in general."


@pytest.mark.parametrize(
    ("content", "name", "tells"),
    [
        (b"Ring 07700 900123.", "a.txt", "“07700 900123”: This looks like a phone number."),
        (b"who,phone\nher,07700 900123\n", "a.csv", "“07700 900123”: This looks like a phone number."),
        (docx("Ring 07700 </w:t></w:r><w:r><w:t>900123"), "a.docx", "“07700 900123”: This looks like a phone number."),
        (xlsx("Ring 07700 900123"), "a.xlsx", "“07700 900123”: This looks like a phone number."),
        (pdf("Ring 07700 900123"), "a.pdf", "“07700 900123”: This looks like a phone number."),
        (photo(), "07700 900123.jpg", "“07700 900123”: This looks like a phone number."),
        (docx(maker="Quint"), "a.docx", "It names who wrote it or commented on it: “Quint”."),
        (pdf("Said in general.", "Quint"), "a.pdf", "It names who wrote it or commented on it: “Quint”."),
        (pdf(), "scan.pdf", "We could not read all of it"),
        (b"%PDF-1.7 nothing", "a.pdf", "We could not read all of it"),
    ],
    ids=range(10),
)
def test_what_tells_somebody_is_told_before_anything_is_kept(
    world: World, report: Report, content: bytes, name: str, tells: str
):
    with pytest.raises(files.LookFirst) as found:
        add(world, report, content, name)
    assert found.value.tells[0].startswith(tells)
    assert not Evidence.objects.exists()
    with pytest.raises(files.LookFirst):
        add(world, report, content, name, none_in="of another file")
    add(world, report, content, name, none_in=found.value.digest)
    assert Evidence.objects.count() == 1


# --- kept and taken -------------------------------------------------------------------------------------------------
def test_the_same_file_twice_is_told_and_kept_once(world: World, report: Report):
    first = add(world, report, b"Said in general.", "one.txt")
    with pytest.raises(files.NotTaken, match=r"in the report already, as “one\.txt”"):
        add(world, report, b"Said in general.", "two.txt")
    elsewhere = add(world, world.report(QUARTERS[0][0]), b"Said in general.", "two.txt")
    assert elsewhere.evidence == first.evidence


def test_a_file_taken_back_is_gone_from_disk_and_may_come_again(
    world: World, report: Report, django_capture_on_commit_callbacks: Any
):
    kept = add(world, report, b"Said in general.", "one.txt")
    with django_capture_on_commit_callbacks(execute=True):
        files.take_back(kept, by=world.lead, at=world.later())
    assert not kept.evidence.path.exists()
    assert add(world, report, b"Said in general.", "one.txt").evidence.path.read_bytes() == b"Said in general."
    assert JournalEntry.objects.filter(what__in=[Did.ADDED_FILE, Did.TOOK_FILE_BACK]).count() == 3


def test_only_a_funder_that_is_owed_the_report_is_chosen(world: World, report: Report):
    for wrong in ({"grant": factories.GrantFactory()}, {"others": [factories.GrantFactory()]}):
        with pytest.raises(files.NotTaken, match="Choose the funder"):
            add(world, report, b"Said in general.", "one.txt", **wrong)


def seen_by(report: Report, *people: Any) -> list[bool]:
    return [ReportFile.objects.visible_to(each).filter(report=report).exists() for each in people]


def test_a_file_goes_to_the_funder_it_was_made_for_and_to_those_ticked(world: World, report: Report):
    charity, funders = [world.lead, world.colleague], [world.officers[name] for name in "ABC"]
    strangers = [factories.secretariat(), factories.lead(), factories.officer(), factories.PersonFactory()]
    add(world, report, b"Said in general.", "one.txt", grant=world.grants["B"], others=[world.grants["A"]])
    assert seen_by(report, *charity, *funders, *strangers) == [True] * 2 + [False] * 7
    world.write(world.report(QUARTERS[1][0]))
    world.hand_in(world.report(QUARTERS[1][0]))
    world.hand_in(report)
    assert seen_by(report, *charity, *funders, *strangers) == [True] * 4 + [False] * 5


def test_a_file_of_a_correction_waits_for_it(world: World, report: Report):
    world.hand_in(report)
    world.accept("A")
    reports.reopen(report, by=world.lead, at=world.later())
    add(world, report, b"Said in general.", "one.txt")
    assert seen_by(report, world.officers["A"]) == [False]
    world.hand_in(report, reason="A file was missing")
    assert seen_by(report, world.officers["A"]) == [True]


def test_nothing_is_added_to_what_was_handed_in(world: World, report: Report):
    world.hand_in(report)
    with pytest.raises(reports.AlreadyHandedIn):
        add(world, report, b"Said in general.", "one.txt")


# --- blacked out ----------------------------------------------------------------------------------------------------
def test_a_whole_file_is_blacked_out_and_does_not_come_again(
    world: World, report: Report, sign_in: Any, django_capture_on_commit_callbacks: Any
):
    kept = add(world, report, b"Said in general.", "Zorbelia.txt")
    world.hand_in(report)
    with django_capture_on_commit_callbacks(execute=True):
        blacking.black_out_file(kept, by=world.lead, at=world.later())
    kept.evidence.refresh_from_db()
    assert (kept.evidence.name, kept.evidence.path.exists()) == ("█████", False)
    assert sign_in(world.lead).get(reverse("report_file", args=[kept.pk])).status_code == 404
    reports.reopen(report, by=world.lead, at=world.later())
    with pytest.raises(files.NotTaken, match="blacked out before"):
        add(world, report, b"Said in general.", "again.txt")


def test_a_whole_file_is_asked_about_once_more(world: World, report: Report, sign_in: Any):
    kept = add(world, report, b"Said in general.", "one.txt")
    client, address = sign_in(world.lead), reverse("report_black_out", args=[report.pk])
    page = client.post(address, {"file": kept.pk})
    assert "Black out the whole of file 1, for good" in page.content.decode()
    kept.evidence.refresh_from_db()
    assert kept.evidence.name == "one.txt"
    client.post(address, {"file": kept.pk, "strike": "yes"})
    kept.evidence.refresh_from_db()
    assert kept.evidence.name == "█████"
    assert client.post(address, {"file": kept.pk, "strike": "yes"}).status_code == 404


def test_a_word_is_struck_from_the_names_of_files(world: World, report: Report):
    kept = add(world, report, b"Said in general.", "zorbelia_said.txt")
    assert blacking.black_out(report, "Zorbelia", by=world.lead, at=world.later()) == {"files": 1}
    kept.evidence.refresh_from_db()
    assert kept.evidence.name == "█████_said.txt"


# --- truths ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "x" * 64}, {"sha256": "A" * 64}, {"sha256": ""}, {"sha256": None}, {"name": ""}, {"name": None},
        {"size": 0}, {"size": None}, {"size": -1}, {"kind": "exe"}, {"kind": None}, {"organisation": None},
    ],
)  # fmt: skip
def test_the_database_refuses_a_wrong_file(world: World, wrong: dict[str, Any]):
    right = {"organisation": world.charity, "sha256": "a" * 64, "name": "x", "size": 1, "kind": "txt"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(**{**right, **wrong})
    Evidence.objects.create(**right)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(**right)


def test_the_database_refuses_a_file_half_taken_back(world: World, report: Report):
    kept = ReportFile.objects.filter(pk=add(world, report, b"Said in general.", "one.txt").pk)
    for wrong in ({"removed_at": AT}, {"removed_by": world.lead}, {"at": None}, {"grant": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            kept.update(**wrong)
    again = {"report": report, "evidence": kept.get().evidence, "grant": world.grants["A"], "by": world.lead, "at": AT}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportFile.objects.create(**again)
    kept.update(removed_at=AT, removed_by=world.lead)
    ReportFile.objects.create(**again)


# --- pages ----------------------------------------------------------------------------------------------------------
def test_a_file_is_sent_and_only_ever_taken_away(world: World, report: Report, sign_in: Any):
    client = sign_in(world.lead)
    sent = {"file": SimpleUploadedFile("fig<b>.html", b"Said in general."), "grant": world.grants["A"].pk}
    assert client.post(reverse("report_file_add", args=[report.pk]), sent).status_code == 302
    kept = ReportFile.objects.get()
    page = client.get(reverse("report", args=[report.pk])).content.decode()
    assert reverse("report_file", args=[kept.pk]) in page
    answer = client.get(reverse("report_file", args=[kept.pk]))
    assert b"".join(answer.streaming_content) == b"Said in general."
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="fig<b>.html.txt"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    client.post(reverse("report_file_take_back", args=[kept.pk]))
    assert client.get(reverse("report_file", args=[kept.pk])).status_code == 404


def test_the_page_tells_first_and_takes_the_tick(world: World, report: Report, sign_in: Any):
    client, address = sign_in(world.lead), reverse("report_file_add", args=[report.pk])

    def send(**more: str) -> Any:
        told = SimpleUploadedFile("a.txt", b"Ring 07700 900123.")
        return client.post(address, {"file": told, "grant": world.grants["A"].pk, **more})

    asked = send()
    assert asked.status_code == 422
    assert "“07700 900123”: This looks like a phone number." in asked.content.decode()
    assert send(holds_none="on", digest="0" * 64).status_code == 422
    assert send(holds_none="on", digest=asked.context["digest"]).status_code == 302


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "This field is required"),
        ({"file": ("a.txt", b"")}, "This file is empty."),
        ({"file": ("a.heic", b"\x00\x00\x00\x18ftypheic\x00")}, "Save it as JPEG"),
        ({"file": ("a.pdf", b"MZ\x00")}, "This is no PDF"),
    ],
)
def test_every_refusal_is_a_sentence(world: World, report: Report, sign_in: Any, sent: dict[str, Any], sentence: str):
    given = {name: SimpleUploadedFile(*each) for name, each in sent.items()}
    answer = sign_in(world.lead).post(
        reverse("report_file_add", args=[report.pk]), {**given, "grant": world.grants["A"].pk}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_funders_copy_lists_what_it_has(world: World, report: Report, sign_in: Any):
    kept = add(world, report, b"Said in general.", "one.txt", at=world.now + timedelta(seconds=1))
    world.hand_in(report)
    copy = world.copies("A")[-1]
    client = sign_in(world.officers["A"])
    assert reverse("report_file", args=[kept.pk]) in client.get(reverse("copy", args=[copy.pk])).content.decode()
    answer = client.get(reverse("report_file", args=[kept.pk]))
    assert b"".join(answer.streaming_content) == b"Said in general."
    assert sign_in(world.officers["B"]).get(reverse("report_file", args=[kept.pk])).status_code == 404


def test_what_is_added_before_a_funder_answers_reaches_it_too(world: World, report: Report):
    world.hand_in(report)
    reports.reopen(report, by=world.lead, at=world.later())
    kept = add(world, report, b"Said in general.", "one.txt")
    assert ReportFile.objects.visible_to(world.officers["A"]).count() == 0
    assert files.new(report) == 1
    world.hand_in(report, reason="The file was left out.")
    assert ReportFile.objects.visible_to(world.officers["A"]).get() == kept
    assert files.new(report) == 0


def test_no_name_reaches_the_disk(world: World, report: Report, settings: Any):
    add(world, report, b"Said in general.", "Zorbelia.txt")
    names = [str(each) for each in Path(settings.MEDIA_ROOT).rglob("*")]
    assert names
    assert not any("orbelia" in each or "txt" in each for each in names)
