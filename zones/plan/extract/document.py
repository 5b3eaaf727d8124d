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

from layers.base.errors import InputError, MissingFileError
from layers.base.language import Phrase
from zones.plan.extract.docx import read_word_text
from zones.plan.extract.quantity import clean_text

_MAX_BYTES = 100_000_000
_MAX_PAGES = 3_000
#: A plan of 500 pages has a million letters on 20,000 lines.
_MOST_LETTERS, _MOST_LINES = 4_000_000, 100_000
#: Fewer letters than this on a page, on average, and the page is a picture.
_LETTERS_PER_PAGE = 20

_HEADING_MARKS = re.compile(r"^\s{0,3}#{1,6}\s+")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)")
#: A raised figure behind a unit of length is part of it (m²); elsewhere it points to a footnote.
_FOOTNOTE = re.compile(r"(?<!\bm)(?<!\b[kcd]m)<sup>\s*\d+\s*</sup>", re.IGNORECASE)
_RULE = re.compile(r"^[-*_=\s]{3,}$")
_TAGS = re.compile(r"</?(?:b|i|u|em|strong|span|sup|sub)\b[^>]{0,200}>", re.IGNORECASE)
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
    return clean_text(_BREAKS.sub(" ", _TAGS.sub("", _FOOTNOTE.sub("", line)))).strip()


def _lines_of_text(path: Path) -> list[str]:
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            en=f"{path.name}: expected text in UTF-8, found another encoding at byte "
            f"{error.start}; save the document as UTF-8.",
            vi=f"{path.name}: cần văn bản UTF-8, nhưng gặp bảng mã khác tại byte {error.start}; "
            "hãy lưu lại tài liệu dạng UTF-8.",
        ) from error
    if "\0" in text:
        raise InputError(
            en=f"{path.name}: expected text, found binary data.",
            vi=f"{path.name}: cần văn bản, nhưng gặp dữ liệu nhị phân.",
        )
    return re.split(r"\r\n|\n|\r|\f", text.rstrip("\n"))


def _pdf_pages(path: Path) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(path)
    try:
        opened = not reader.is_encrypted or bool(reader.decrypt(""))
    except DependencyError:  # ciphers for which pypdf wants another package
        opened = False
    if not opened:
        raise InputError(
            en=f"{path.name}: the PDF is encrypted; save a copy without a password.",
            vi=f"{path.name}: tệp PDF có mật khẩu; hãy lưu một bản không mật khẩu.",
        )
    if len(reader.pages) > _MAX_PAGES:
        raise InputError(
            en=f"{path.name}: {len(reader.pages)} pages; at most {_MAX_PAGES} are read.",
            vi=f"{path.name}: {len(reader.pages)} trang; chỉ đọc tối đa {_MAX_PAGES} trang.",
        )
    for page in reader.pages:
        yield page.extract_text()


def _lines_of_pdf(path: Path) -> list[str]:
    from pypdf.errors import PyPdfError

    try:
        pages = list(_pdf_pages(path))
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            en=f"{path.name}: not a PDF that can be read ({type(error).__name__}); save it again "
            "from the program it came from.",
            vi=f"{path.name}: không phải tệp PDF đọc được ({type(error).__name__}); hãy xuất lại "
            "từ chương trình gốc.",
        ) from error
    letters = sum(sum(sign.isalpha() for sign in page) for page in pages)
    if letters < _LETTERS_PER_PAGE * max(1, len(pages)):
        raise InputError(
            en=f"{path.name}: a scan: {len(pages)} pages hold {letters} letters of text; run text "
            "recognition (OCR) over it first.",
            vi=f"{path.name}: bản quét ảnh: {len(pages)} trang chỉ có {letters} chữ; hãy nhận dạng "
            "chữ (OCR) trước.",
        )
    # A line of digits alone is the page's own number.
    return [
        "" if line.strip().isdigit() and len(line.strip()) < 5 else line
        for page in pages
        for line in page.splitlines()
    ]


_KINDS = (".txt", ".md", ".docx", ".pdf")


def _read(path: Path) -> tuple[Sequence[str], tuple[Phrase, ...]]:
    """Lines of a document of any kind, and what should be known of it."""
    kind = path.suffix.lower()
    if kind == ".pdf":
        return _lines_of_pdf(path), ()
    if kind != ".docx":
        return _lines_of_text(path), ()
    word = read_word_text(path)
    if not word.tracked:
        return word.lines, ()
    return word.lines, (
        Phrase(
            en=f"{path.name} has {word.tracked} tracked changes, which were read as accepted; "
            "accept or reject them in the document, then draft the plan again.",
            vi=f"{path.name} có {word.tracked} chỗ theo dõi thay đổi (Track Changes), được đọc như "
            "đã chấp nhận; hãy chấp nhận hoặc từ chối trong văn bản rồi lập lại bản thảo.",
        ),
    )


def _refuse_endless(path: Path, lines: Sequence[str]) -> None:
    letters = sum(map(len, lines))
    if letters > _MOST_LETTERS or len(lines) > _MOST_LINES:
        raise InputError(
            en=f"{path.name}: {len(lines):,} lines with {letters:,} letters; texts of at most "
            f"{_MOST_LINES:,} lines and {_MOST_LETTERS:,} letters are read; split the document.",
            vi=f"{path.name}: {len(lines):,} dòng, {letters:,} ký tự; chỉ đọc văn bản không quá "
            f"{_MOST_LINES:,} dòng và {_MOST_LETTERS:,} ký tự; hãy chia nhỏ văn bản.",
        )


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
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(
            en=f"No file {path}; check the path.", vi=f"Không có tệp {path}; hãy xem lại đường dẫn."
        )
    if path.suffix.lower() not in _KINDS:
        kinds = ", ".join(_KINDS)
        raise InputError(
            en=f"{path.name}: expected one of {kinds}, found {path.suffix or 'no suffix'!r}; save "
            "it as .docx or .pdf.",
            vi=f"{path.name}: cần một trong {kinds}, nhưng gặp {path.suffix or 'không đuôi'!r}; "
            "hãy lưu dạng .docx hoặc .pdf.",
        )
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise InputError(
            en=f"{path.name}: {size / 1e6:.0f} MB; documents of at most {_MAX_BYTES / 1e6:.0f} MB "
            "are read; leave out pictures.",
            vi=f"{path.name}: {size / 1e6:.0f} MB; chỉ đọc tài liệu không quá "
            f"{_MAX_BYTES / 1e6:.0f} MB; hãy bỏ bớt hình ảnh.",
        )
    found, notes = _read(path)
    _refuse_endless(path, found)
    lines = tuple(_plain_line(line) for line in found)
    with path.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    return Document(path.name, digest, lines, notes)
