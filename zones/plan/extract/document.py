"""Text of a document, line by line: .docx, .pdf with a text layer, .txt and .md.

lxml and pypdf read the two binary formats: an office machine needs no other program, and neither
opens anything a document points to.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import DependencyError

from layers.base.errors import InputError
from layers.base.files import require_file
from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.endings import DOCUMENT_KINDS
from layers.io.pdf import opened_pdf, page_text
from zones.plan.extract.docx import kept_lines, read_word_text
from zones.plan.extract.quantity import clean_text

_MAX_BYTES = 100_000_000
_MAX_PAGES = 3_000
#: Instructions of all pages together; those of a plan of 500 pages take some 10 MB.
_MOST_DRAWING_MB = 100
#: Fewer letters than this on a page, on average, and the page is a picture.
_LETTERS_PER_PAGE = 20

_HEADING_MARKS = re.compile(r"^\s{0,3}#{1,6}\s+")
#: Not the sign between two figures: "5*10³".
_EMPHASIS = re.compile(r"(?<!\d)\*{1,3}|\*{1,3}(?!\d)|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)")
#: A note of Markdown: "50.000[^1] ha".
_NOTE = re.compile(r"\[\^\w{1,20}\]")
_RULE = re.compile(r"^[-*_=\s]{3,}$")
_TAGS = re.compile(r"</?(?:b|i|u|em|strong|span)\b[^>]{0,200}>", re.IGNORECASE)
#: Tags that part what stands before them from what comes behind.
_BREAKS = re.compile(r"</?(?:br|p|ul|ol|li|div)\b[^>]{0,200}>", re.IGNORECASE)


# pypdf logs every repair of a damaged file; what could not be read is told as an error.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Document:
    """A document as text."""

    name: str  # File name
    sha256: str  # Of the file
    # Lines in order; line 1 is the first. A line is a line of text, a paragraph or table row of a
    # .docx, or a line of a page of a .pdf. A line without text is empty
    lines: tuple[str, ...]
    # What a reader should know of the document: that its changes are tracked
    notes: tuple[Phrase, ...] = ()


def _plain_line(line: str) -> str:
    if _RULE.match(line):
        return ""
    line = _EMPHASIS.sub("", _HEADING_MARKS.sub("", line))
    return clean_text(_BREAKS.sub(" ", _TAGS.sub("", _NOTE.sub("", line)))).strip()


def _lines_of_text(path: Path) -> list[str]:
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            "zones.plan.extract.not_utf8", file=path.name, start=error.start
        ) from error
    if "\0" in text:
        raise InputError("zones.plan.extract.binary_data", file=path.name)
    return re.split(r"\r\n|\n|\r|\f", text.rstrip("\n"))


def _pdf_pages(path: Path, reader: PdfReader) -> Iterator[str]:
    try:
        opened = not reader.is_encrypted or bool(reader.decrypt(""))
    except DependencyError:  # ciphers for which pypdf wants another package
        opened = False
    if not opened:
        raise InputError("zones.plan.extract.pdf_encrypted", file=path.name)
    if len(reader.pages) > _MAX_PAGES:
        raise InputError(
            "zones.plan.extract.too_many_pages",
            file=path.name,
            count=len(reader.pages),
            max_pages=_MAX_PAGES,
        )
    size = 0
    for page in reader.pages:
        content = page.get_contents()
        size += len(content.get_data()) if content is not None else 0
        if size > _MOST_DRAWING_MB * 1_000_000:
            raise InputError(
                "zones.plan.extract.pdf_too_long", file=path.name, most_mb=_MOST_DRAWING_MB
            )
        yield page_text(page)


def _lines_of_pdf(path: Path) -> list[str]:
    with opened_pdf(path) as reader:
        pages = kept_lines(path, _pdf_pages(path, reader))
    letters = sum(sum(sign.isalpha() for sign in page) for page in pages)
    if letters < _LETTERS_PER_PAGE * max(1, len(pages)):
        raise InputError(
            "zones.plan.extract.scan_without_text",
            file=path.name,
            count=len(pages),
            letters=letters,
        )
    # A line of digits alone is the page's own number.
    return [
        "" if line.strip().isdigit() and len(line.strip()) < 5 else line
        for page in pages
        for line in page.splitlines()
    ]


def _read(path: Path) -> tuple[Sequence[str], tuple[Phrase, ...]]:
    """Lines of a document of any kind, and what should be known of it."""
    kind = path.suffix.lower()
    if kind == ".pdf":
        return _lines_of_pdf(path), ()
    if kind != ".docx":
        return _lines_of_text(path), ()
    word = read_word_text(path)
    notes = []
    if word.tracked:
        notes.append(
            message("zones.plan.extract.tracked_changes", file=path.name, tracked=word.tracked)
        )
    if word.struck:
        texts = [f"“{text[:_LONGEST_STRUCK]}”" for text in word.struck]
        notes.append(
            message("zones.plan.extract.struck", file=path.name, count=len(texts), texts=texts)
        )
    return word.lines, tuple(notes)


_LONGEST_STRUCK = 40


def read_document_text(path: str | Path) -> Document:
    """Read the text of a document.

    Parameters
    ----------
    path : str or pathlib.Path
        A .docx, .pdf, .txt or .md file.

    Returns
    -------
    Document
        Its lines, without marks of layout, in NFC.

    Raises
    ------
    MissingFileError
        There is no such file.
    InputError
        Another kind of file, too large, encrypted, a scan without text, or not what its name says.
    """
    path = require_file(path)
    if path.suffix.lower() not in DOCUMENT_KINDS:
        kinds = ", ".join(DOCUMENT_KINDS)
        shown = path.suffix or message("zones.plan.extract.no_suffix")
        raise InputError(
            "zones.plan.extract.not_a_document", file=path.name, kinds=kinds, suffix=shown
        )
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise InputError(
            "zones.plan.extract.document_too_large",
            file=path.name,
            size=size / 1000000.0,
            max_bytes=_MAX_BYTES / 1000000.0,
        )
    found, notes = _read(path)
    lines = tuple(_plain_line(line) for line in kept_lines(path, found))
    with path.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    return Document(path.name, digest, lines, notes)
