"""Files made for a test: packages of grants, sheets and workbooks, every name and number invented."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from accounts.models import Organisation, Person
from grants import imports
from grants.models import Import
from tests import factories

FUNDER = {"id": "GB-CHC-1180001", "name": "Quillmere Foundation"}
TITLES = [
    "Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date", "Planned Dates:Start Date",
    "Planned Dates:Duration (months)", "Funding Org:Identifier", "Funding Org:Name", "Recipient Org:Identifier",
    "Recipient Org:Name", "Beneficiary Location:0:Name", "Beneficiary Location:0:Geographic Code",
]  # fmt: skip
VALUES = [
    "360G-quill-1", "Advice", "A caseworker.", "GBP", "12500", "2025-03-31", "2025-04-01", "12", FUNDER["id"],
    FUNDER["name"], "GB-CHC-1190001", "Ashcombe Law Project", "Leeds", "E08000035",
]  # fmt: skip


def grant(number: int | str = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"360G-quill-{number}",
        "title": f"Advice {number}",
        "description": "A caseworker three days a week.",
        "currency": "GBP",
        "amountAwarded": 10_000,
        "awardDate": "2025-03-31",
        "fundingOrganization": [FUNDER],
        "recipientOrganization": [{"id": "GB-CHC-1190001", "name": "Ashcombe Law Project"}],
        "beneficiaryLocation": [{"name": "Leeds", "geoCode": "E08000035", "countryCode": "GB"}],
    } | fields


def package(*grants: Any) -> bytes:
    return json.dumps({"version": "1.4", "grants": list(grants)}).encode()


def received(
    content: bytes, *, by: Person | None = None, funder: Organisation | None = None, name: str = "f.json"
) -> Import:
    return imports.receive(file=io.BytesIO(content), name=name, by=by, at=factories.NOW, funder=funder)


def read(content: bytes, **options: Any) -> Import:
    """A file that has been read and checked."""
    source = received(content, **options)
    assert imports.read_next(at=factories.NOW)
    source.refresh_from_db()
    return source


def applied(content: bytes, **options: Any) -> Import:
    source = read(content, **options)
    assert source.state == Import.CHECKED, source.failure
    return carried_out(source, Import.APPLYING)


def carried_out(source: Import, state: str) -> Import:
    """Apply or undo, as the job does it."""
    imports.ask(source, state, by=source.by)
    assert imports.read_next(at=factories.NOW)
    source.refresh_from_db()
    return source


def sheet(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def workbook(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        page = book.add_worksheet(name.replace("_", " "))
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    return path


def repacked(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with its parts changed, beside the first."""
    other = path.with_name("repacked.xlsx")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return other
