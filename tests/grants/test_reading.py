"""Files into rows: streamed, told apart by what they hold, refused in words where they cannot be read to their end."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from grants import checking, problems, reading, standard
from grants.rows import Row, Unreadable
from tests.grants import files


def rows(path: Path, name: str = "") -> list[Row]:
    return list(reading.rows(path, name or path.name))


def written(tmp_path: Path, content: bytes, name: str = "file.json") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refusal(path: Path, name: str = "") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        rows(path, name)
    told = json.dumps({"code": caught.value.code, "row": caught.value.row, "detail": caught.value.detail})
    assert problems.unreadable(told).fix
    return caught.value


def test_numbers_are_exact_and_rows_are_numbered_from_one(tmp_path: Path):
    found = rows(written(tmp_path, b'{"grants":[{"amountAwarded":0.1},{"amountAwarded":40000.0}]}'))
    assert [row.number for row in found] == [1, 2]
    assert found[0].fields["amountAwarded"] == Decimal("0.1")


@pytest.mark.parametrize("content", [b'[{"id":"a"}]', b'\xef\xbb\xbf {"grants":[{"id":"a"}]}', b' \n[{"id":"a"}]'])
def test_a_bare_list_and_a_byte_order_mark_are_taken(tmp_path: Path, content: bytes):
    assert [row.fields for row in rows(written(tmp_path, content))] == [{"id": "a"}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b'{"grants":[]}', "json-no-grants"),
        (b'{"grants":3}', "json-no-grants"),
        (b'{"other":[{}]}', "json-no-grants"),
        (b'{"grants":[{"id":"a"}', "json-breaks-off"),
        (b'{"grants":[{"id":"a', "json-breaks-off"),
        (b'{"grants":[{"id":"a"}]} and more', "json-broken"),
        (b'{"grants":[{"id":"a",}]}', "json-broken"),
        (b'{"grants":[{"amountAwarded":NaN}]}', "json-not-a-number"),
        (b'{"grants":[{"amountAwarded":Infinity}]}', "json-not-a-number"),
        (b'{"grants":[{"amountAwarded":-Infinity}]}', "json-not-a-number"),
        (b'{"grants":[{"title":"caf\xe9"}]}', "not-utf-8"),
        ('{"grants":[]}'.encode("utf-16"), "not-utf-8"),
        (b'{"grants":[{"amountAwarded":' + b"9" * 5_000 + b"}]}", "json-number-too-long"),
        (b'{"grants":[{"amountAwarded":1e99999999999999999999}]}', "json-number-too-long"),
        (b'{"grants":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}", "json-too-deep"),
        (b'{"grants":[{"title":"' + b"x" * 5_000_000 + b'"}]}', "json-grant-too-large"),
    ],
)
def test_json_that_cannot_be_read_to_its_end_is_refused_with_a_reason(tmp_path: Path, content: bytes, code: str):
    assert refusal(written(tmp_path, content)).code == code


@pytest.mark.parametrize("title", ["Work [phase 1", "Two }} ends", 'Said "[{" and', "A stroke \\", '\\"[' * 300])
def test_brackets_in_texts_are_no_lists(tmp_path: Path, title: str):
    grants = [files.grant(number, title=title) for number in range(400)]
    assert [row.fields["title"] for row in rows(written(tmp_path, files.package(*grants)))] == [title] * 400


@pytest.mark.parametrize("before", range(65_500, 65_540))
def test_lists_too_deep_are_found_behind_texts_where_two_chunks_meet(tmp_path: Path, before: int):
    start = b'[{"a":"' + b"x" * before + b'\\"[\\\\\\"","b":'
    assert refusal(written(tmp_path, start + b"[" * 250)).code == "json-too-deep"
    assert len(list(rows(written(tmp_path, start + b"[" * 50 + b"]" * 50 + b"}]")))) == 1


def test_numbers_in_refusals_have_their_commas():
    said = problems.unreadable('{"code": "too-many-columns", "detail": "10001"}').problem
    assert said == "The sheet has 10,001 columns; 1,000 can be read."


def test_a_refusal_names_the_row_where_reading_stopped(tmp_path: Path):
    whole = b",".join(json.dumps(files.grant(number)).encode() for number in range(500))
    assert refusal(written(tmp_path, b'{"grants":[' + whole)).row == 501


def test_half_characters_reach_the_checks_as_broken_ones(tmp_path: Path):
    content = b'[{"a":"x\\ud800y","b":"\\ud83d\\ude00","c":"\\\\ud800","d":"\\udc00"}]'
    (row,) = rows(written(tmp_path, content))
    assert row.fields == {"a": "x\ufffdy", "b": "😀", "c": "\\ud800", "d": "\ufffd"}


@pytest.mark.parametrize("before", range(65_520, 65_545))
def test_half_characters_are_found_where_two_chunks_meet(tmp_path: Path, before: int):
    text = b"x" * before + b"\\ud83d\\ude00\\\\\\ud83d"
    (row,) = rows(written(tmp_path, b'[{"a":"' + text + b'"}]'))
    assert row.fields["a"] == "x" * before + "😀\\\ufffd"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read a process's memory from")
def test_reading_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from grants import reading\n"
        "count = sum(1 for _ in reading.rows(Path(sys.argv[1]), 'f.json'))\n"
        "told = Path('/proc/self/status').read_text()\n"
        "print(count, told.partition('VmHWM:')[2].split()[0])"
    )
    peaks = []
    for number in (100, 40_000):
        whole = b",".join(json.dumps(files.grant(each)).encode() for each in range(number))
        path = written(tmp_path, b'{"grants":[' + whole + b"]}")
        told = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        ).stdout
        count, peak = map(int, told.split())
        assert count == number
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 8_000  # KB; the second file has 16 MB


# --- what a file is -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b'{"grants":[{}]}', "grants.csv", "not-what-it-says"),
        (b'{"grants":[{}]}', "grants.xlsx", "not-what-it-says"),
        (b"Identifier,Title\n", "grants.json", "not-what-it-says"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "grants.xls", "old-excel"),
        (b"%PDF-1.7", "grants.csv", "pdf"),
        (b"\x89PNG\r\n", "grants.json", "picture"),
        (b"\x1f\x8b\x08", "grants.json", "packed"),
        (b"<html><body>Sign in</body></html>", "grants.csv", "web-page"),
        (b"\x00\x01\x02binary", "grants", "not-text"),
        (b"PK\x03\x04broken", "grants.xlsx", "workbook-broken"),
        (b"a,b\n1,2\n", "grants.csv", "no-titles"),
        (",".join(files.TITLES).encode(), "grants.csv", "no-rows"),
        ((",".join(files.TITLES) + '\n"360G-a').encode(), "grants.csv", "csv-breaks-off"),
        ((",".join(files.TITLES) + '\n"360G-a"b,c\n').encode(), "grants.csv", "csv-quotes"),
        (",".join(f"Title {number}" for number in range(10_000)).encode(), "grants.csv", "too-many-columns"),
        ((",".join(files.TITLES) + "\n" + "x" * 1_200_000 + "\n").encode(), "grants.csv", "csv-value-too-long"),
        ((",".join(files.TITLES) + "\n" + "x," * 2_500_000 + "\n").encode(), "grants.csv", "csv-line-too-long"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_words(tmp_path: Path, content: bytes, name: str, code: str):
    assert refusal(written(tmp_path, content, "received"), name).code == code


# --- sheets -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", "|")]
)
def test_csv_of_any_usual_encoding_and_delimiter_is_read(tmp_path: Path, encoding: str, delimiter: str):
    values = [files.VALUES[0], "Café £5", *files.VALUES[2:]]
    path = files.sheet(tmp_path / "f.csv", [files.TITLES, values], encoding=encoding, delimiter=delimiter)
    (row,) = rows(path)
    assert (row.number, row.fields["title"], row.fields["amountAwarded"]) == (2, "Café £5", Decimal(12_500))
    assert [each.code for each in row.problems] == ["encoding-guessed"] * (encoding == "cp1252")
    assert checking.clean(row.fields)[1] == []


def test_rows_of_one_identifier_beneath_one_another_are_one_grant(tmp_path: Path):
    more = [files.VALUES[0], *[""] * 11, "York", "E06000014"]
    other = ["360G-quill-2", *files.VALUES[1:]]
    found = rows(files.sheet(tmp_path / "f.csv", [files.TITLES, files.VALUES, more, ["", ""], other]))
    assert [row.number for row in found] == [2, 5]
    assert [each["name"] for each in found[0].fields["beneficiaryLocation"]] == ["Leeds", "York"]
    assert len(found[0].written) == 2


def test_later_rows_only_add_and_what_they_say_otherwise_is_listed(tmp_path: Path):
    otherwise = [files.VALUES[0], "Another title", *files.VALUES[2:]]
    (row,) = rows(files.sheet(tmp_path / "f.csv", [files.TITLES, files.VALUES, otherwise]))
    assert row.fields["title"] == "Advice"
    assert [(each.code, each.column) for each in row.problems] == [("conflicting-rows", "Title")]
    assert len(row.fields["recipientOrganization"]) == 1


def test_a_row_with_more_values_than_titles_is_refused_and_unknown_titles_are_named_once(tmp_path: Path):
    titles = [*files.TITLES, "Our own column"]
    path = files.sheet(
        tmp_path / "f.csv", [titles, [*files.VALUES, "x", "y"], ["360G-quill-2", *files.VALUES[1:], "x"]]
    )
    first, second = rows(path)
    assert [each.code for each in first.problems] == ["column-unknown", "cells-beyond-titles"]
    assert second.problems == []
    assert first.written["Our own column"] == "x"


def test_a_workbook_is_read_with_its_side_sheets_and_not_its_meta(tmp_path: Path):
    path = files.workbook(
        tmp_path / "f.xlsx",
        Meta=[["Version", "1.4"], ["Title", "Our grants"]],
        grants=[
            files.TITLES,
            [*files.VALUES[:4], 12_500.5, *files.VALUES[5:]],
            [],
            ["360G-quill-2", *files.VALUES[1:]],
        ],
        Beneficiary_Location=[["Identifier", "Name", "Geographic Code"], ["360G-quill-1", "Hull", "E06000010"]],
    )
    first, second = rows(path)
    assert (first.number, second.number) == (2, 4)
    assert first.fields["amountAwarded"] == Decimal("12500.5")
    assert [each["name"] for each in first.fields["beneficiaryLocation"]] == ["Leeds", "Hull"]
    assert [each["name"] for each in second.fields["beneficiaryLocation"]] == ["Leeds"]


@pytest.mark.parametrize(
    ("part", "change", "code"),
    [
        ("sheet1", lambda part: part.replace(b'r="A2"', b'r="XFD1048576"'), "too-many-columns"),
        ("sheet1", lambda part: part.replace(b'r="A2"', b"r='CV1048577'"), "sheet-too-long"),
        ("sheet1", lambda part: part.replace(b'r="A2"', b'r="Z1000000"'), "sheet-too-long"),
        ("sheet1", lambda part: b'<!DOCTYPE w [<!ENTITY a "b">]>' + part, "workbook-entities"),
        ("styles", lambda part: b'<!doctype w SYSTEM "http://example.org/x">' + part, "workbook-entities"),
        ("sheet1", lambda part: part + b" " * 60_000_000, "workbook-too-large"),
        ("sheet1", lambda part: b"no xml", "workbook-broken"),
    ],
)
def test_a_workbook_is_looked_over_before_a_library_opens_it(tmp_path: Path, part: str, change, code: str):
    book = files.workbook(tmp_path / "f.xlsx", grants=[files.TITLES, files.VALUES])
    broken = files.repacked(book, lambda name, content: change(content) if part in name else content)
    assert refusal(broken).code == code


def test_a_text_that_is_repeated_without_end_is_refused(tmp_path: Path):
    book = files.workbook(tmp_path / "f.xlsx", grants=[files.TITLES, ["x" * 30_000] * 14, *[["y"]] * 3])
    sheet = b"".join(b'<row><c t="s"><v>%d</v></c></row>' % 14 for _ in range(20_000))
    broken = files.repacked(
        book,
        lambda name, content: (
            content.replace(b"</sheetData>", sheet + b"</sheetData>") if "sheet1" in name else content
        ),
    )
    assert refusal(broken).code == "workbook-too-large"


def test_a_packed_file_without_a_workbook_and_one_cut_short_are_refused(tmp_path: Path):
    book = files.workbook(tmp_path / "f.xlsx", grants=[files.TITLES, files.VALUES])
    assert refusal(written(tmp_path, book.read_bytes()[:-200], "short.xlsx")).code == "workbook-broken"


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Identifier", ("id",)),
        ("award date", ("awardDate",)),
        ("Recipient Org: Charity Number", ("recipientOrganization", 0, "charityNumber")),
        ("Beneficiary Location:2:Name", ("beneficiaryLocation", 2, "name")),
        ("Recipient Org:0:Location:1:Geographic Code", ("recipientOrganization", 0, "location", 1, "geoCode")),
        ("plannedDates/0/startDate", ("plannedDates", 0, "startDate")),
        ("Planned Dates:Duration (months)", ("plannedDates", 0, "duration")),
        ("Recipient Ind:Name", ("recipientIndividual", "name")),
        ("Our own column", None),
    ],
)
def test_titles_lead_to_the_standards_fields(title: str, path: standard.Path | None):
    assert standard.path_of(title) == path
