"""A process that reads one PDF from its input: a line of JSON with what is in it, then the PDF without who made it."""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
from collections.abc import Iterator
from typing import Any

SECONDS, BYTES = 20, 1024**3
MOST_CHARACTERS = 2_000_000


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    logging.disable(logging.CRITICAL)
    content = sys.stdin.buffer.read()
    told, kept = read(content)
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + kept)


def read(content: bytes) -> tuple[dict[str, Any], bytes]:
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        return {"locked": True}, b""
    text, more = "", False
    for words in _words(reader):
        text, more = text + words + "\n", len(text) > MOST_CHARACTERS
        if more:
            break
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    for holder in (writer.root_object, *writer.pages):
        holder.pop("/Metadata", None)
        holder.pop("/PieceInfo", None)
    kept = io.BytesIO()
    writer.write(kept)
    return {"locked": False, "text": text[:MOST_CHARACTERS], "more": more, "made_by": _makers(reader)}, kept.getvalue()


def _words(reader: Any) -> Iterator[str]:
    """The text of each page, and what stands in notes and boxes on it."""
    for page in reader.pages:
        yield page.extract_text()
        for each in page.get("/Annots") or []:
            note = each.get_object()
            yield from (str(note[name]) for name in ("/Contents", "/V") if name in note)


def _makers(reader: Any) -> list[str]:
    found = [str((reader.metadata or {}).get(name) or "") for name in ("/Author", "/Company", "/Manager")]
    if reader.xmp_metadata:
        found += [str(each) for each in reader.xmp_metadata.dc_creator or []]
    for page in reader.pages:
        notes = [each.get_object() for each in page.get("/Annots") or []]
        found += [str(note["/T"]) for note in notes if "/T" in note and note.get("/Subtype") != "/Widget"]
    return list(dict.fromkeys(name.strip() for name in found if name.strip()))


if __name__ == "__main__":
    main()
