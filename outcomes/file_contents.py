"""What is in a file that a charity sends: its kind by content, its text, who made it; and the rest. No database."""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

from grants import workbooks
from grants.rows import Unreadable

PDF, DOCX, XLSX, CSV, TXT, JPEG, PNG = "pdf", "docx", "xlsx", "csv", "txt", "jpeg", "png"
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    CSV: (".csv",),
    TXT: (".txt",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
}
MOST_UNPACKED = 100 * 1024**2
MOST_PIXELS = 50_000_000
MOST_CHARACTERS = 2_000_000
PDF_SECONDS = 20
TOO_LARGE = {"workbook-too-large", "too-many-columns", "sheet-too-long"}
_MARKUP = ("<!doctype", "<html", "<svg", "<?xml", "<script", "<!--")
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/"
_EMPTY = {
    "docprops/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties"/>',
    "docprops/app.xml": f'<Properties xmlns="{_PROPERTIES}extended-properties"/>',
    "docprops/custom.xml": f'<Properties xmlns="{_PROPERTIES}custom-properties"/>',
}
_MAKER = re.compile(r"<(?:\w+:)?(creator|lastModifiedBy|Company|Manager)>([^<]{1,200})<")
_AUTHOR = re.compile(r"""\b(?:w:author|displayName)\s*=\s*["']([^"']{1,200})["']|<author>([^<]{1,200})</author>""")
_TEXTS = re.compile(
    r"word/(?:document|comments\w*|footnotes|endnotes|header\d*|footer\d*)\.xml"
    r"|xl/(?:sharedStrings|comments\d*|worksheets/[^/]+|threadedComments/[^/]+|workbook)\.xml|xl/comments/[^/]+\.xml",
    re.IGNORECASE,
)
_NAMES = re.compile(r"(?:word/(?:document|comments\w*|people)|xl/(?:comments\d*|persons/[^/]+))\.xml", re.IGNORECASE)
_PICTURE = re.compile(r"(?:word|xl|ppt)/media/[^/]+\.(?:jpe?g|png)|docprops/thumbnail\.(?:jpe?g|png)", re.IGNORECASE)
_ENDS = re.compile(r"</(?:w:p|w:tc|si|c|row|text|author)>|<w:(?:br|tab)/>")
_APART = re.compile(r"\"?[,;\t]\"?")
_TAG = re.compile(r"<[^>]{0,5000}>")


class Unfit(Exception):
    """The file cannot be taken; its argument is a code."""


@dataclass(frozen=True, slots=True)
class Looked:
    """content: as it may be kept, without who made it. text: all words in it that could be read. made_by: names of
    people and firms that it carried beside its content, or still carries in comments. unread: some of it could not be
    read.
    """

    kind: str
    content: bytes
    text: str = ""
    made_by: list[str] = field(default_factory=list)
    unread: bool = False


def look(content: bytes) -> Looked:
    """Tell a file's kind by its content, read it, and take off who made it. Raises Unfit."""
    if not content:
        raise Unfit("empty")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    if content.startswith(b"\xff\xd8\xff"):
        return Looked(JPEG, picture(content, "JPEG"))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Looked(PNG, picture(content, "PNG"))
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif"):
        raise Unfit("heic")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unfit("old-office")
    return _plain(content)


# --- plain text ---------------------------------------------------------------------------------------------------
def _plain(content: bytes) -> Looked:
    text = _decoded(content)
    if any(ord(each) < 32 and each not in "\t\r\n\f" for each in text):
        raise Unfit("kind")
    if text.lstrip("\ufeff \t\r\n")[:20].lower().startswith((*_MARKUP, "#!", "{\\rtf")):
        raise Unfit("kind")
    more, text = len(text) > MOST_CHARACTERS, text[:MOST_CHARACTERS]
    if _is_table(text):
        return Looked(CSV, content, _APART.sub(", ", text), unread=more)
    return Looked(TXT, content, text, unread=more)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit("kind")


def _is_table(text: str) -> bool:
    """Whether the first lines have the same number of commas, semicolons or tabs."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    counts = [{line.count(mark) for line in lines} for mark in ",;\t"]
    return len(lines) > 1 and any(len(each) == 1 and 0 not in each for each in counts)


# --- pictures -----------------------------------------------------------------------------------------------------
def picture(content: bytes, form: str) -> bytes:
    """The picture as it is seen, with nothing beside its points: neither place nor camera nor preview. Raises Unfit."""
    try:
        with Image.open(io.BytesIO(content), formats=(form,)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unfit("too-many-points")
            seen = ImageOps.exif_transpose(opened)
            seen = seen.convert(_mode(seen, form))
        seen.info = {}
        kept = io.BytesIO()
        seen.save(kept, form, **({"quality": 90} if form == "JPEG" else {}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise Unfit("broken") from problem
    return kept.getvalue()


def _mode(image: Image.Image, form: str) -> str:
    """How the points are kept: as they are where the form can hold that, else in colour."""
    if image.mode in ("L", "RGB") or (form == "PNG" and image.mode in ("1", "LA", "RGBA")):
        return image.mode
    see_through = image.mode == "PA" or (image.mode == "P" and "transparency" in image.info)
    return "RGBA" if form == "PNG" and see_through else "RGB"


# --- Word and Excel -----------------------------------------------------------------------------------------------
def _packed(content: bytes) -> Looked:
    kind, holds = _which(content)
    _check(content, holds)
    kept = io.BytesIO()
    texts: list[str] = []
    made_by: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for member in given.infolist():
            name, part = member.filename, given.read(member)
            made_by += _makers(name, part)
            if _TEXTS.fullmatch(name):
                texts.append(_words(part))
            if not name.endswith("/"):
                new.writestr(zipfile.ZipInfo(name), _without_maker(name, part), zipfile.ZIP_DEFLATED)
    text = "\n".join(texts)
    return Looked(
        kind, kept.getvalue(), text[:MOST_CHARACTERS], list(dict.fromkeys(made_by)), unread=len(text) > MOST_CHARACTERS
    )


def _which(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise Unfit("broken") from problem
    names = {each.filename.lower() for each in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unfit("macros")
    for kind, holds in ((DOCX, "word/document.xml"), (XLSX, "xl/workbook.xml")):
        if holds in names and "[content_types].xml" in names:
            if any(".." in name or name.startswith("/") for name in names) or len(names) < len(members):
                raise Unfit("broken")
            if sum(each.file_size for each in members) > MOST_UNPACKED:
                raise Unfit("endless")
            return kind, holds
    raise Unfit("kind")


def _check(content: bytes, holds: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(content)
        file.flush()
        try:
            workbooks.check(Path(file.name), holds=holds)
        except Unreadable as problem:
            locked = "locked" if problem.code == "workbook-locked" else "broken"
            raise Unfit("endless" if problem.code in TOO_LARGE else locked) from problem


def _words(part: bytes) -> str:
    """The words of a part: letters that formatting pulled apart come together, cells and paragraphs do not."""
    apart = _ENDS.sub("\n", part.decode("utf-8", errors="replace"))
    return html.unescape(_TAG.sub("", apart))


def _makers(name: str, part: bytes) -> Iterator[str]:
    if name.lower() in _EMPTY:
        yield from (html.unescape(found) for _, found in _MAKER.findall(part.decode("utf-8", errors="replace")))
    elif _NAMES.fullmatch(name):
        yield from (html.unescape(one or two) for one, two in _AUTHOR.findall(part.decode("utf-8", errors="replace")))


def _without_maker(name: str, part: bytes) -> bytes:
    if empty := _EMPTY.get(name.lower()):
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{empty}'.encode()
    if _PICTURE.fullmatch(name):
        return picture(part, "PNG" if name.lower().endswith("png") else "JPEG")
    return part


# --- PDF ----------------------------------------------------------------------------------------------------------
def _pdf(content: bytes) -> Looked:
    """Read by a process of its own with an end to its time and memory: a small file can keep a reader busy for long."""
    command = [sys.executable, "-m", "outcomes.pdf_reading"]
    root = Path(__file__).resolve().parent.parent
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=PDF_SECONDS, check=False, cwd=root)
        head, _, kept = done.stdout.partition(b"\n")
        told = json.loads(head)
    except (subprocess.TimeoutExpired, ValueError):
        return Looked(PDF, content, unread=True)
    if told["locked"]:
        raise Unfit("locked")
    return Looked(PDF, kept, told["text"], told["made_by"], unread=not told["text"].strip() or told["more"])
