"""Lines of a Word document as it would be printed once all tracked changes are accepted.

The XML is read part by part, up to stated sizes, so that a small file that unpacks to gigabytes is
refused unread. Whatever Word wraps text in counts: insertions, moves, links, fields, tags, content
controls, text boxes, footnotes. Automatic numbers ("1.1.", "a)") are counted as Word counts them:
without them a document has no outline.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from layers.base.errors import InputError

#: Most bytes of one part, unpacked: a plan of 500 pages has a body of some 10 MB.
_MOST_BYTES = {"body": 24_000_000, "other": 8_000_000}
#: A plan of 500 pages has a million letters on 20,000 lines.
_MOST_LETTERS, _MOST_LINES = 4_000_000, 100_000
#: Levels of a list that Word knows.
_LEVELS = 9
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Raised letters are smaller than this share of those beside them. Figures of their size that are
#: moved up by so many half points may be marks or not, by fewer they are none.
_SMALL, _HIGH = 0.9, 6
#: Size of letters where nothing states one, in half points.
_USUAL_SIZE = 20
#: Signs that Word keeps as places of the Symbol font.
_SYMBOLS = {"F0B3": "≥", "F0A3": "≤", "F0B2": "”", "F02D": "-", "F0B7": "-"}
_SIGNS = {"tab": " ", "br": " ", "cr": " ", "ptab": " ", "noBreakHyphen": "-"}
#: What is gone once changes are accepted, and what holds text that is not the paragraph's own.
_GONE = frozenset({"del", "moveFrom", "pPr", "rPr", "instrText", "delText", "delInstrText"})
_ASIDE = frozenset({"txbxContent", "footnoteReference", "endnoteReference"})
_TRACKED = frozenset({"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel"})


@dataclass(frozen=True, slots=True)
class WordText:
    """Lines of a Word document, and how many tracked changes were accepted for them."""

    lines: tuple[str, ...]
    tracked: int
    struck: tuple[str, ...] = ()  # texts that are struck through: they are left out


def _name(element: Any) -> str:
    """Name without its namespace: transitional and strict documents differ in that alone."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _get(element: Any, name: str, default: str = "") -> str:
    if element is None:
        return default
    return next(
        (str(v) for k, v in element.attrib.items() if k.rpartition("}")[2] == name), default
    )


def _find(element: Any, *names: str) -> Any:
    """Child of a child by names; None where one of them is missing."""
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if _name(child) == name), None)
    return element


def _number(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else default


def _counted(number: int, form: str) -> str:
    """Write a number of a list in its form."""
    if form in ("upperRoman", "lowerRoman"):
        text, rest = "", min(number, 400)
        for value, letters in _ROMAN:
            count, rest = divmod(rest, value)
            text += letters * count
        return text.upper() if form == "upperRoman" else text
    if form in ("lowerLetter", "upperLetter"):
        letter = _LETTERS[(number - 1) % len(_LETTERS)]
        return letter.upper() if form == "upperLetter" else letter
    return str(number)


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class _Lists:
    """Lists of a document: their levels, how far each has counted, and the lists of the styles."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    styles: dict[str, tuple[str, Any]] = field(default_factory=dict)
    resolved: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def add_numbering(self, root: Any) -> None:
        abstract: dict[str, dict[int, _Level]] = {}
        for part in root:
            if _name(part) == "abstractNum":
                abstract[_get(part, "abstractNumId")] = {
                    _number(_get(level, "ilvl"), 0): _Level(
                        _get(_find(level, "numFmt"), "val", "decimal"),
                        _get(_find(level, "lvlText"), "val"),
                        _number(_get(_find(level, "start"), "val"), 1),
                    )
                    for level in part
                    if _name(level) == "lvl" and _number(_get(level, "ilvl"), 0) < _LEVELS
                }
        for part in root:
            if _name(part) == "num":
                list_id, family = _get(part, "numId"), _get(_find(part, "abstractNumId"), "val")
                self.levels[list_id] = abstract.get(family, {})
                # Lists of one definition go on counting, unless one says that it begins anew.
                anew = any(_name(child) == "lvlOverride" for child in part)
                self.families[list_id] = f"{list_id} anew" if anew else family

    def add_styles(self, root: Any) -> None:
        for style in root:
            if _name(style) == "style":
                above = _get(_find(style, "basedOn"), "val")
                self.styles[_get(style, "styleId")] = (above, _find(style, "pPr", "numPr"))

    def label(self, paragraph: Any) -> str:
        """Next number of a paragraph, its own or its style's, as Word prints it."""
        properties = _find(paragraph, "pPr")
        found, style = _find(properties, "numPr"), _get(_find(properties, "pStyle"), "val")
        if found is None:
            found = self._of_style(style)
        if found is None:
            return ""
        list_id = _get(_find(found, "numId"), "val")
        return self._next(list_id, _number(_get(_find(found, "ilvl"), "val"), 0))

    def _of_style(self, style: str) -> Any:
        """List of a style, or of the first above it that has one; None where none has."""
        asked: list[str] = []
        found = None
        while found is None and style in self.styles:
            if style in self.resolved:
                found = self.resolved[style]
                break
            asked.append(style)
            self.resolved[style] = None  # what a style gets that leads back to itself
            style, found = self.styles[style]
        self.resolved |= dict.fromkeys(asked, found)
        return found

    def _next(self, list_id: str, level: int) -> str:
        levels = self.levels.get(list_id, {})
        if level not in levels:
            return ""
        counts = self.counts.setdefault(self.families[list_id], {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        form, text = levels[level].form, levels[level].text
        if form == "bullet":
            return "-"

        def counted(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            shape = levels.get(place, _Level("decimal", "", 1))
            return _counted(counts.get(place, shape.start), shape.form)

        return re.sub(r"%(\d)", counted, text) if form != "none" else ""


class _Reader:
    """Turns the body of a document into lines."""

    def __init__(self, lists: _Lists, notes: dict[str, Any]) -> None:
        self.lists, self.notes = lists, notes
        self.raised_styles: frozenset[str] = frozenset()
        self.striking_styles: frozenset[str] = frozenset()
        self.struck: list[str] = []
        self.sizes: dict[str, int] = {}
        self.beside: Any = None  # The last run of a paragraph that stands on its line
        self.aside: list[Any] = []

    def _pieces(self, element: Any) -> Iterator[str]:
        """Texts of an element in reading order; what stands aside is kept for later."""
        for child in element:
            name = _name(child)
            if name in _GONE or (name == "r" and _is_hidden(child)):
                continue
            if name == "r" and _is_struck(child, self.striking_styles):
                self._leave_out(child)
            elif name in _ASIDE:
                self.aside.append(child)
            elif name == "r":
                yield self._run(child, "".join(self._pieces(child)))
            elif name == "t":
                yield child.text or ""
            elif name == "sym":
                yield _SYMBOLS.get(_get(child, "char").upper(), "")
            elif name == "AlternateContent":
                yield from self._pieces(child[:1])  # one drawing in two forms
            elif name == "p":
                self.beside = None
                yield " "
                yield from self._pieces(child)
            else:
                yield _SIGNS.get(name, "")
                yield from self._pieces(child)

    def _leave_out(self, run: Any) -> None:
        """Keep the text of a struck run for the note on it; runs side by side are one."""
        text = "".join(part.text or "" for part in run.iter() if _name(part) == "t")
        before = run.getprevious()
        beside = before is not None and _name(before) == "r"
        if self.struck and beside and _is_struck(before, self.striking_styles):
            self.struck[-1] += text
        else:
            self.struck.append(text)

    def _run(self, run: Any, text: str) -> str:
        """Text of a run; raised letters stand in ``<sup>``, a figure that may be one is parted."""
        if not text.strip():
            return text
        beside, self.beside = self.beside, run
        if not _is_raised(run, self.raised_styles):
            lifted = 0 if beside is None else _position(run) - _position(beside)
            is_small = lifted > 0 and self._size(run) < _SMALL * self._size(beside)
            if lifted <= 0 or not is_small:
                may_be_mark = lifted >= _HIGH and re.fullmatch(r"\d{1,2}", text)
                return f" {text.translate(_SUPERSCRIPTS)}" if may_be_mark else text
        self.beside = beside
        return f"<sup>{text}</sup>"

    def _size(self, run: Any) -> int:
        """Size of the letters of a run, its own or its paragraph's, in half points."""
        own = _number(_get(_find(run, "rPr", "sz"), "val"), 0)
        if own > 0:
            return own
        paragraph = next((above for above in run.iterancestors() if _name(above) == "p"), None)
        style = _get(_find(paragraph, "pPr", "pStyle"), "val")
        return self.sizes.get(style) or self.sizes.get("", _USUAL_SIZE)

    def _text(self, element: Any) -> str:
        return " ".join("".join(self._pieces(element)).split())

    def _row(self, row: Any, above: list[str]) -> list[str] | None:
        """Texts of a row's cells, one for each column; None where the row was deleted."""
        if _find(row, "trPr", "del") is not None:
            return None
        cells: list[str] = []
        for cell in _unwrapped(row):
            properties = _find(cell, "tcPr")
            if _name(cell) != "tc" or _find(properties, "cellDel") is not None:
                continue
            merged = _find(properties, "vMerge")
            goes_on = merged is not None and _get(merged, "val", "continue") == "continue"
            column = len(cells)
            own = self._text(cell)
            cells.append(above[column] if goes_on and not own and column < len(above) else own)
            # A cell across several columns stands in the first of them.
            span = _number(_get(_find(properties, "gridSpan"), "val"), 1)
            cells += [""] * (min(span, 64) - 1)
        return cells

    def _table(self, table: Any) -> Iterator[str]:
        above: list[str] = []
        for row in _unwrapped(table):
            cells = self._row(row, above) if _name(row) == "tr" else None
            if cells is not None:
                above = cells
                yield " | ".join(cells).strip(" |") if not any(cells[1:]) else " | ".join(cells)
                yield from self._waiting()

    def _waiting(self) -> Iterator[str]:
        """Lines of text boxes and notes that the lines before refer to."""
        aside, self.aside = self.aside, []
        for element in aside:
            name = _name(element)
            if name == "txbxContent":
                yield from self.lines(element)
                continue
            note = self.notes.get(f"{name.removesuffix('Reference')} {_get(element, 'id')}")
            if note is not None and (text := self._text(note)):
                yield f"{_get(element, 'id').translate(_SUPERSCRIPTS)} {text}"

    def lines(self, body: Any) -> Iterator[str]:
        """Paragraphs and rows of tables, in order."""
        begun = ""
        for block in _unwrapped(body):
            name = _name(block)
            if name == "tbl":
                yield from self._table(block)
            elif name == "p":
                self.beside = None
                text = "".join(self._pieces(block))
                if not begun and text.strip() and (label := self.lists.label(block)):
                    text = f"{label} {text}"
                begun += text
                mark = _find(block, "pPr", "rPr")
                if _find(mark, "del") is None and _find(mark, "moveFrom") is None:
                    yield " ".join(begun.split())
                    begun = ""
                    yield from self._waiting()
        if begun:
            yield " ".join(begun.split())
        yield from self._waiting()


def _is_hidden(run: Any) -> bool:
    """Whether a run is hidden; a style's hiding may be undone by a value."""
    return _is_on(_find(run, "rPr", "vanish"))


def _is_on(mark: Any) -> bool:
    """Whether a property of letters is there and not undone by its value."""
    return mark is not None and _get(mark, "val", "1") not in ("0", "false", "off", "none")


def _strikes(properties: Any) -> bool | None:
    """Whether properties strike letters through; None where they leave it open."""
    marks = [_find(properties, name) for name in ("strike", "dstrike")]
    return None if marks == [None, None] else any(map(_is_on, marks))


def _is_struck(run: Any, styles: frozenset[str]) -> bool:
    """Whether a run is struck through: by its own properties, else by a style."""
    properties = _find(run, "rPr")
    own = _strikes(properties)
    if own is not None or not styles:
        return bool(own)
    above = next((one for one in run.iterancestors() if _name(one) == "p"), None)
    named = (_find(properties, "rStyle"), _find(above, "pPr", "pStyle"))
    return any(_get(style, "val") in styles for style in named)


def _striking_styles(root: Any) -> frozenset[str]:
    """Styles that strike letters through, and those based on one that do not undo it."""
    own, above = dict[str, bool | None](), dict[str, str]()
    for style in root:
        if _name(style) == "style":
            name = _get(style, "styleId")
            own[name] = _strikes(_find(style, "rPr"))
            above[name] = _get(_find(style, "basedOn"), "val")
    found = {name for name, strikes in own.items() if strikes}
    while more := {n for n, a in above.items() if a in found and own[n] is None} - found:
        found |= more
    return frozenset(found)


def _is_raised(run: Any, styles: frozenset[str]) -> bool:
    """Whether a run is a superscript: by its own properties, else by its style."""
    properties = _find(run, "rPr")
    own = _get(_find(properties, "vertAlign"), "val")
    return own == "superscript" or (not own and _get(_find(properties, "rStyle"), "val") in styles)


def _position(run: Any) -> int:
    """How far a run is moved up, in half points."""
    return _number(_get(_find(run, "rPr", "position"), "val"), 0)


def _style_sizes(root: Any) -> dict[str, int]:
    """Sizes of letters of the styles of paragraphs; that of no style is the document's own."""
    own, above = dict[str, int](), dict[str, str]()
    defaults = _find(root, "docDefaults", "rPrDefault", "rPr", "sz")
    found = {"": _number(_get(defaults, "val"), _USUAL_SIZE)}
    for style in root:
        if _name(style) == "style" and _get(style, "type") == "paragraph":
            name = _get(style, "styleId")
            own[name] = _number(_get(_find(style, "rPr", "sz"), "val"), 0)
            above[name] = _get(_find(style, "basedOn"), "val")
            if _get(style, "default") in ("1", "true", "on") and own[name] > 0:
                found[""] = own[name]
    found |= {name: size for name, size in own.items() if size > 0}
    while more := {n: found[a] for n, a in above.items() if a in found and n not in found}:
        found |= more
    return found


def _raised_styles(root: Any) -> frozenset[str]:
    """Styles of letters that raise them, and those based on one that do not undo it."""
    aligned, above = dict[str, str](), dict[str, str]()
    for style in root:
        if _name(style) == "style" and _get(style, "type") == "character":
            name = _get(style, "styleId")
            aligned[name] = _get(_find(style, "rPr", "vertAlign"), "val")
            above[name] = _get(_find(style, "basedOn"), "val")
    found = {name for name, value in aligned.items() if value == "superscript"}
    while more := {n for n, a in above.items() if a in found and not aligned[n]} - found:
        found |= more
    return frozenset(found)


def _unwrapped(element: Any) -> Iterator[Any]:
    """Children of an element, out of the wrappers that Word may put round blocks."""
    for child in element:
        if _name(child) in ("sdt", "customXml", "ins", "moveTo", "sdtContent"):
            yield from _unwrapped(child)
        elif _name(child) == "AlternateContent":
            yield from _unwrapped(child[0] if len(child) else child)
        else:
            yield child


def _part(archive: zipfile.ZipFile, name: str, kind: str) -> Any:
    """Root of a part of the archive; None where the archive has none."""
    if name not in archive.namelist():
        return None
    most = _MOST_BYTES[kind]
    size = archive.getinfo(name).file_size
    if size > most:
        raise InputError(
            "zones.plan.extract.part_too_large",
            file=Path(str(archive.filename)).name,
            name=name,
            size=size / 1000000.0,
            most=most / 1000000.0,
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(archive.read(name), parser)
    if root.getroottree().docinfo.doctype:
        raise etree.XMLSyntaxError("a document type is declared", 0, 1, 1)
    return root


def _body_name(archive: zipfile.ZipFile) -> str:
    """Name of the part that holds the body, as the archive's relations have it."""
    relations = _part(archive, "_rels/.rels", "other")
    for relation in () if relations is None else relations:
        if _get(relation, "Type").endswith("/officeDocument"):
            return _get(relation, "Target").lstrip("/")
    return "word/document.xml"


def kept_lines(path: Path, lines: Iterable[str]) -> tuple[str, ...]:
    """Lines of a document; a text without end is refused while it comes.

    A few letters may repeat a note, or a cell that goes on over rows, a million times.
    """
    kept: list[str] = []
    letters = 0
    for line in lines:
        kept.append(line)
        letters += len(line)
        if letters > _MOST_LETTERS or len(kept) > _MOST_LINES:
            raise InputError(
                "zones.plan.extract.text_too_long",
                file=path.name,
                most_lines=_MOST_LINES,
                most_letters=_MOST_LETTERS,
            )
    return tuple(kept)


def _read(path: Path, archive: zipfile.ZipFile) -> WordText:
    name = _body_name(archive)
    folder = name.rpartition("/")[0]
    body = _part(archive, name, "body")
    if body is None or (content := _find(body, "body")) is None:
        raise KeyError(name)
    parts = {
        part: root
        for part in ("numbering", "styles", "footnotes", "endnotes")
        if (root := _part(archive, f"{folder}/{part}.xml", "other")) is not None
    }
    lists = _Lists()
    if "numbering" in parts:
        lists.add_numbering(parts["numbering"])
    if "styles" in parts:
        lists.add_styles(parts["styles"])
    notes = {
        f"{_name(note)} {_get(note, 'id')}": note
        for part in ("footnotes", "endnotes")
        for note in parts.get(part, ())
    }
    reader = _Reader(lists, notes)
    if "styles" in parts:
        reader.raised_styles = _raised_styles(parts["styles"])
        reader.striking_styles = _striking_styles(parts["styles"])
        reader.sizes = _style_sizes(parts["styles"])
    roots = [content, *notes.values()]
    tracked = sum(_name(element) in _TRACKED for root in roots for element in root.iter())
    lines = kept_lines(path, reader.lines(content))
    return WordText(lines, tracked, tuple(filter(None, map(str.strip, reader.struck))))


def read_word_text(path: Path) -> WordText:
    """Read paragraphs and table rows of a Word document, tracked changes accepted."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive)
    except InputError:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        OSError,
        KeyError,
        NotImplementedError,  # a way of packing that zipfile does not know
        RuntimeError,  # a password, or nested without end
        ValueError,
        etree.XMLSyntaxError,
    ) as error:
        raise InputError("zones.plan.extract.unreadable_word_document", file=path.name) from error
