"""Copies of workbook and document, kept without their pictures beside the printed figures.

What comes back is held against them by one reader for both, so that neither the version that wrote
a folder nor the version that checks it matters. Headings, titles and notes are thus held against
what was published, not against what today's program would write.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path

from layers.base.language import Phrase
from layers.base.messages import message
from layers.io.archive_limits import look_through_archive
from zones.publish.differences import Difference, Words, told

#: Offices save these again, which changes their bytes: they are compared by content alone.
EDITED = ("annex.xlsx", "annex.docx")
#: Parts of an office's file that hold texts, figures, or how they are shown.
_PARTS = (".xml", ".rels")
#: Above so many places in the order of two lists is not looked for: they are held in turn.
_SEARCHED = 5_000
#: Letters of a text around the place where two differ.
_BEFORE, _BEHIND = 20, 60


@dataclass(slots=True)
class Held:
    """What a page says otherwise than its copy."""

    differences: list[Difference] = field(default_factory=list)
    # Sheets and tables where rows or columns moved, so that a place means another cell
    moved: set[str] = field(default_factory=set)

    def with_others(self, others: Sequence[Difference]) -> list[Difference]:
        """All differences with those from the printed figures at places not told yet."""
        places = {told(item.place, "vi") for item in self.differences}
        known = {*places, *map(_name, places)}
        rest = [(told(item.place, "vi"), item) for item in others]
        more = [it for place, it in rest if place not in known and _name(place) not in self.moved]
        return [*self.differences, *more]


def _name(place: str) -> str:
    """Sheet or table of a place."""
    return re.split(r"!|, ", place)[0]


def kept_page(folder: Path, name: str) -> Path:
    """Where the copy of a page lies in the folder of the printed figures."""
    return folder / f"{name}.zip"


def keep_page(page: Path, folder: Path) -> None:
    """Keep a copy of a workbook or document without its pictures; the same page, the same bytes."""
    with (
        zipfile.ZipFile(page) as given,
        zipfile.ZipFile(kept_page(folder, page.name), "w", zipfile.ZIP_DEFLATED) as taken,
    ):
        for item in given.infolist():
            if item.filename.endswith(_PARTS):
                entry = zipfile.ZipInfo(item.filename, date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 0
                taken.writestr(entry, given.read(item))


def is_untouched(page: Path, kept: Path) -> bool:
    """Whether a page, which was looked through, still holds what its copy holds, byte by byte."""
    look_through_archive(kept)
    return _digests(page) == _digests(kept)


def _digests(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(_PARTS))
        return {name: hashlib.sha256(archive.read(name)).digest() for name in names}


def aligned(
    wanted: Sequence[Hashable], given: Sequence[Hashable]
) -> list[tuple[int | None, int | None]]:
    """Places of the same or of a changed item in two lists; None where one list has no such."""
    pairs = list(zip(wanted, given, strict=False))
    first = next((at for at, (one, other) in enumerate(pairs) if one != other), len(pairs))
    turned = list(zip(reversed(wanted[first:]), reversed(given[first:]), strict=False))
    last = next((at for at, (one, other) in enumerate(turned) if one != other), len(turned))
    ours, theirs = (range(first, len(items) - last) for items in (wanted, given))
    found: list[tuple[int | None, int | None]] = [(at, at) for at in range(first)]
    if len(ours) == len(theirs) or max(len(ours), len(theirs)) > _SEARCHED:
        found += zip_longest(ours, theirs)
    else:
        one, other = (items[first : len(items) - last] for items in (wanted, given))
        for _, start, end, there, until in SequenceMatcher(None, one, other, False).get_opcodes():
            found += zip_longest(ours[start:end], theirs[there:until])
    ends = (range(len(items) - last, len(items)) for items in (wanted, given))
    return [*found, *zip(*ends, strict=True)]


def plain(text: object) -> str:
    """Text as a reader sees it, whatever blanks and line breaks a program puts in."""
    return " ".join(str(text).split())


def excerpts(wanted: str, given: str) -> tuple[Words, Words]:
    """Both texts about the place where they differ, if they are long."""
    if not wanted or not given:
        return _cut(wanted) if wanted else nothing(), _cut(given) if given else nothing()
    pairs = enumerate(zip_longest(wanted, given))
    at = next((place for place, (one, other) in pairs if one != other), 0)
    start = max(0, at - _BEFORE) if max(len(wanted), len(given)) > _BEFORE + _BEHIND else 0
    one, other = (("…" if start else "") + _cut(text[start:]) for text in (wanted, given))
    return one, other


def _cut(text: str) -> str:
    return text if len(text) <= _BEFORE + _BEHIND else f"{text[: _BEFORE + _BEHIND]}…"


def nothing() -> Phrase:
    """What stands where there is nothing."""
    return message("zones.publish.nothing")
