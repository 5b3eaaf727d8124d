"""Seasons, varieties, standards and methods of a crop that a text names: parts of it, not all.

"Lúa xuân 15.000 ha" is sown in one season, on ground that the summer crop uses again; "vải sớm" and
"chè Shan" stand on a part of the crop's ground. The words are data (``data/crop_parts.csv``):
``behind`` holds where it follows the crop's name, ``anywhere`` beside the figure as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from layers.base.resources import data_rows, kept
from layers.communes.name_pairs import begins_a_commune
from layers.kinds.crop_parts import PartWords, words_anywhere, words_behind
from zones.plan.extract.crop_names import crops_named
from zones.plan.extract.sentences import sentence_bounds

#: Words between a crop and what says which part of it is meant: "rau sản xuất theo hướng an toàn".
_LINKS = (
    r"(?:[\s(]|(?<!\w)(?:sản xuất|canh tác|nuôi|trồng|vùng|cây|được|đạt|theo|tiêu chuẩn|quy trình|"
    r"hướng|chứng nhận|cấp|giống|loại|các loại|vụ|phương thức|ứng dụng|áp dụng|phục vụ|cho|bằng)"
    r"(?!\w))*?"
)
_BETWEEN = re.compile(r"\s*(?:,|và)(?=\s)")
#: A season that opens a sentence or one of its parts is that of all figures that follow.
_OPENS = re.compile(
    r"(?:^|[;.:•+–-]|,)\s*(?:(?:cây|cây trồng|sản xuất|trong|riêng|đối với|kế hoạch|diện tích"
    r"|gieo trồng|các loại|gồm)\s+)*$",
    re.IGNORECASE,
)
_SEASONS = "season"
#: What words that stand without the crop say of all of it.
_OF_THE_WHOLE = ("state", "use")
#: Crops of which seasons follow each other on one ground.
_OF_SEASONS = ("annual", "paddy")


@dataclass(frozen=True, slots=True)
class CropPart:
    """A part of a crop, as a text names it."""

    part: str  # its id in ``data/crop_parts.csv``
    kind: str
    name_en: str
    written: str  # in the words of the text


@kept
def _land() -> dict[str, str]:
    return {row["crop"]: row["land_kind"] for row in data_rows("crops.csv")}


@kept
def _chain() -> re.Pattern[str]:
    """A part behind a crop's name, with the words between."""
    return re.compile(_LINKS + words_behind().pattern.pattern, re.IGNORECASE)


def _part(words: PartWords, found: re.Match[str], crop: str) -> CropPart | None:
    said = found["part"]
    for row in words.rows[said.lower()]:
        if not row["crops"] or crop in row["crops"].split("|"):
            return CropPart(row["part"], row["kind"], row["name_en"], said)
    return None


def _behind_crop(text: str, start: int, crop: str) -> Iterator[CropPart]:
    """Parts in an unbroken chain behind a crop's name: "lúa xuân chất lượng cao"."""
    words, place = words_behind(), start
    while found := _chain().match(text, place):
        part = _part(words, found, crop)
        if part is None or (
            " " not in found["part"] and begins_a_commune(text, found.start("part"))
        ):
            return
        yield part
        further = _BETWEEN.match(text, found.end())  # "chất lượng cao, phát thải thấp"
        place = further.end() if further else found.end()


def _within_names(text: str, begin: int, end: int, crop: str) -> Iterator[CropPart]:
    """Parts that the crop's own word holds: "tôm sú" is a word for shrimp."""
    short = re.match(r"\S+(?=\s)", text[begin:end])
    if short and [one for one, _, _ in crops_named(short[0])] == [crop]:
        yield from _behind_crop(text, begin + short.end(), crop)


def parts_named(phrase: str, crop: str, *, own: bool = True) -> tuple[CropPart, ...]:
    """Parts of a crop that the words round a figure name; ``own`` those beside the figure alone."""
    found: dict[str, CropPart] = {}
    for name, begin, end in crops_named(phrase):
        if name == crop:
            for part in (
                *_within_names(phrase, begin, end, crop),
                *_behind_crop(phrase, end, crop),
            ):
                found.setdefault(part.part, part)
    if own:
        words = words_anywhere()
        for match in words.pattern.finditer(phrase):
            if one := _part(words, match, crop):
                found.setdefault(one.part, one)
    return tuple(found.values())


def part_at_start(phrase: str, crop: str) -> tuple[CropPart, ...]:
    """Parts that words without a crop begin with: "…, hè thu 280.000 ha".

    "50.000 ha kinh doanh gỗ nguyên liệu" says what the whole is for.
    """
    return tuple(part for part in _behind_crop(phrase, 0, crop) if part.kind not in _OF_THE_WHOLE)


def season_said(text: str) -> str:
    """Season that words without a crop name, as written: "I. Vụ xuân"; empty for none."""
    found = words_anywhere().pattern.search(text)
    part = _part(words_anywhere(), found, "") if found else None
    said = part is not None and part.kind == _SEASONS and not crops_named(text)
    return part.written if part and said else ""


def season_of_sentence(text: str, place: int, crop: str) -> tuple[CropPart, ...]:
    """Season that opens the sentence of a figure: "Vụ đông: khoai lang 500 ha, ngô 1.000 ha"."""
    if _land().get(crop) not in _OF_SEASONS:
        return ()
    begin, _ = sentence_bounds(text, place)
    words = words_anywhere()
    for match in reversed(list(words.pattern.finditer(text, begin, place))):
        part = _part(words, match, crop)
        if part is None or part.kind != _SEASONS:
            continue
        opens = _OPENS.search(text[begin : match.start()])
        if opens or _heads_a_list(text[begin:place], match.end() - begin, crop):
            return (part,)
    return ()


def _heads_a_list(text: str, end: int, crop: str) -> bool:
    """Whether a season stands before the colon of a list: "vụ Đông 22.000 ha, trong đó: ngô …"."""
    lead, colon, _ = text[end:].partition(":")
    named = {one for one, _, _ in crops_named(text[: end + len(lead)])}
    return bool(colon) and ";" not in lead and named <= {crop}
