"""Crops that a text names (``data/crop_words.csv``), with an id or without, alone or together."""

from __future__ import annotations

import re
from collections.abc import Iterable

from layers.base.resources import data_rows, kept
from layers.communes.name_pairs import TWO_WORDS, pairs_of_names
from layers.communes.similarity import letters, slips
from zones.plan.extract.sentences import content

#: A name behind "vùng" or "rừng"; only one with a capital may be a misspelt crop ("vùng quê").
_NAMED_THING = re.compile(
    r"(?:(?:[Vv]ùng|[Rr]ừng|[Cc]ây)(?:\s+(?:trồng|sản xuất))?|[Tt]rồng)\s+(\w+(?:\s\w+)?)"
)
_FAR = 12
_JOINT = re.compile(r"\s*(?:,|và|/|\+)\s*(?:cây\s+)?")


@kept
def _rows() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Crop id, words for it, and longer words of which they are a part ("cam" in "cam kết")."""
    return tuple(
        (
            row["crop"],
            tuple(filter(None, row["written"].split("|"))),
            tuple(filter(None, row["not_in"].split("|"))),
        )
        for row in data_rows("crop_words.csv")
    )


@kept
def _words(*, known: bool = True) -> tuple[re.Pattern[str], dict[str, str]]:
    """Words for crops that have an id, or for those that have none."""
    crops = {word: crop for crop, words, _ in _rows() for word in words if crop}
    others = {word: "" for crop, words, _ in _rows() for word in words if word not in crops}
    if not known:
        crops, others = others, {}
    # "Chanh leo" is another crop than "chanh", "cây dược liệu" none than "dược liệu".
    others = {word: "" for word in others if any(word.startswith(f"{one} ") for one in crops)}
    longest = sorted({**crops, **others}, key=lambda word: (-len(word), word))
    options = "|".join(re.escape(word) for word in longest)
    return re.compile(rf"(?<![\w-])({options})(?![\w-])", re.IGNORECASE), crops


@kept
def _others() -> re.Pattern[str]:
    words = {word for _, _, strange in _rows() for word in strange}
    options = "|".join(
        re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))
    )
    return re.compile(rf"(?<!\w)(?:{options})(?!\w)|Điều\s+\d", re.IGNORECASE)


def without_other_words(text: str) -> str:
    """Text of the same length, with words that only look like crops ("điều kiện") blanked."""
    return _others().sub(lambda found: "·" * len(found[0]), text)


def crops_named(text: str) -> list[tuple[str, int, int]]:
    """Ids of the crops that a text names, and where each name begins and ends."""
    pattern, crops = _words()
    return [
        (crops[found[0].lower()], found.start(), found.end())
        for found in pattern.finditer(without_other_words(text))
        if found[0].lower() in crops and not _is_of_a_commune(text, found)
    ]


#: "keo, bạch đàn tại các xã A, B": where they grow is no third crop.
_PLACE_BEHIND = re.compile(r"(?<=\w)\s(?:tại|ở|thuộc|trên địa bàn)\s+(?:các\s+)?(?:xã|phường)\s.*$")
#: "mắc ca xen cà phê": the crop that is planted stands first.
_INTERCROPPED = re.compile(r"(?<!\w)xen(?!\w)", re.IGNORECASE)
_KIND_BEFORE = re.compile(r"(?<!\w)(?:xã|phường|đặc khu|thị trấn|huyện)\s*:?\s*$", re.IGNORECASE)
_LISTED_BEFORE = re.compile(r"(?:,|\svà)\s+$")


def _is_of_a_commune(text: str, crop: re.Match[str]) -> bool:
    """Whether a crop's word is of a commune's name: xã Hoa Quân; Diên Lạc; "A, Cam Lâm"."""
    if not crop[0][0].isupper():
        return False
    before = text[max(0, crop.start() - _FAR) : crop.start()]
    if _KIND_BEFORE.search(before) or (*before.split()[-1:], crop[0]) in pairs_of_names():
        return True
    name = TWO_WORDS.match(text, crop.start())
    listed = _LISTED_BEFORE.search(before) and name
    return bool(listed) and tuple(name[0].split() if name else ()) in pairs_of_names()


def without_crops(text: str) -> str:
    """Text without the crops that it names, with an id or without."""
    for known in (False, True):
        text = _words(known=known)[0].sub(" ", text)
    return text


def _misspelt_crop(text: str) -> str:
    _, crops = _words()
    for match in reversed(list(_NAMED_THING.finditer(text))):
        for name in (match[1], match[1].split()[0]):
            if len(name) > 2 and name[0].isupper():
                near = [c for word, c in crops.items() if slips(letters(name), letters(word)) <= 1]
                if len(set(near)) == 1:
                    return near[0]
    return ""


def find_crop(text: str) -> tuple[str, bool]:
    """Crop that a text names last, and whether it is misspelt."""
    found = crops_named(text)
    if found:
        beside = _INTERCROPPED.search(text, found[0][2])
        own = [one for one in found if beside is None or one[1] < beside.start()]
        return own[-1][0], False
    near = _misspelt_crop(without_other_words(text))
    return near, bool(near)


def group_of(crops: Iterable[str]) -> str:
    """Crop that several are parts of or are: citrus of orange and pomelo; empty where none is."""
    wholes = {row["crop"]: row["part_of"] for row in data_rows("crops.csv")}
    groups = {wholes.get(crop) or crop for crop in crops}
    return groups.pop() if len(groups) == 1 else ""


def several_crops(before: str) -> str:
    """Crops that share one figure: "keo, bạch đàn", "hồi và quế"."""
    before = _PLACE_BEHIND.sub("", before)
    found = crops_named(before)
    for place in range(len(found) - 1, 0, -1):
        if not _JOINT.fullmatch(before[found[place - 1][2] : found[place][1]]):
            found = found[place:]
            break
    if len({crop for crop, _, _ in found}) < 2 or content(before[found[-1][2] :]):
        return ""
    return before[found[0][1] : found[-1][2]]


def other_crop(before: str, behind: str) -> str:
    """Crop without an id that stands right before a figure, or right behind its unit."""
    pattern, _ = _words(known=False)
    found = list(pattern.finditer(before))
    if found and not content(re.sub(r"\([^()]*\)", " ", before[found[-1].end() :])):
        return found[-1][0]
    first = pattern.match(behind)
    return first[0] if first else ""
