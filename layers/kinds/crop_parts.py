"""Words for seasons, varieties and standards of crops (``data/crop_parts.csv``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from layers.base.resources import data_rows, kept
from layers.communes.name_pairs import begins_a_commune

#: Kinds of parts that share one ground in turn, so that their areas are no ground when added.
SOWN_IN_TURN = ("season", "sown")
_SEASON_HEAD = re.compile(
    r"(?:mùa |thời |trà )?vụ(?: mùa| sản xuất| gieo trồng)?|season", re.IGNORECASE
)
_SEASON_CELL = r"(?:(?:cả|trong)\s+)?(?:vụ\s+)?{}(?:\s*(?:năm)?\s*20\d\d(?:\s*[-–]\s*20\d\d)?)?"


@dataclass(frozen=True, slots=True)
class PartWords:
    """Words for parts of crops in a column of the table, longer ones that mean none among them."""

    rows: dict[str, tuple[dict[str, str], ...]]  # by the word in small letters
    pattern: re.Pattern[str]  # finds them, the longest first, as ``part``


def _words(column: str) -> PartWords:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in data_rows("crop_parts.csv"):
        for word in filter(None, row[column].split("|")):
            rows.setdefault(word.lower(), []).append(row)
        for word in filter(None, row["not_in"].split("|")):
            rows.setdefault(word.lower(), [])
    longest = sorted(rows, key=lambda word: (-len(word), word))
    options = "|".join(map(re.escape, longest))
    pattern = re.compile(rf"(?<![\w-])(?P<part>{options})(?![\w-])", re.IGNORECASE)
    return PartWords({word: tuple(found) for word, found in rows.items()}, pattern)


@kept
def words_behind() -> PartWords:
    """Words that hold right behind a crop's name."""
    return _words("behind")


@kept
def words_anywhere() -> PartWords:
    """Words that hold beside a figure, too."""
    return _words("anywhere")


@kept
def _season_cell() -> re.Pattern[str]:
    return re.compile(_SEASON_CELL.format(words_behind().pattern.pattern), re.IGNORECASE)


def heads_seasons(heading: str) -> bool:
    """Whether a heading stands over seasons: "Vụ", "Mùa vụ"."""
    return bool(_SEASON_HEAD.fullmatch(heading.strip()))


def is_season(text: str, *, said: bool = False) -> bool:
    """Whether a cell names a season and nothing else; ``said``: with the word for season."""
    found = _season_cell().fullmatch(text.strip())
    rows = words_behind().rows[found["part"].lower()] if found else ()
    in_turn = any(row["kind"] in SOWN_IN_TURN for row in rows)
    return in_turn and (not said or "vụ" in text.lower())


def names_sowing(heading: str) -> bool:
    """Whether a heading is of one season's area, or of what is sown: "Diện tích vụ xuân"."""
    found = words_anywhere().pattern.search(heading)
    rows = words_anywhere().rows[found["part"].lower()] if found else ()
    return "gieo" in heading.lower() or any(row["kind"] in SOWN_IN_TURN for row in rows)


def kinds_of_parts(text: str, crop: str) -> frozenset[str]:
    """Kinds of the parts that a crop's name ends in: "Lúa xuân", not "Chè Đông Sơn"."""
    begin = re.match(r"\s*\S+", text)
    found = [
        one["part"].lower()
        for one in words_behind().pattern.finditer(text, begin.end() if begin else 0)
        if " " in one["part"] or not begins_a_commune(text, one.start("part"))
    ]
    rows = (row for part in found for row in words_behind().rows[part])
    return frozenset(row["kind"] for row in rows if crop in (row["crops"] or crop).split("|"))
