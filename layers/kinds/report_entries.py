"""Several rows of a report for one commune, crop and year: which of them add up, and which do not.

Villages and plots add up. A plan beside what was done, a yield beside an area, quarters, or a part
beside the whole do not: nobody can add them, so they are refused; a total counts once.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd

from layers.base.errors import InputError
from layers.communes.spelling import without_marks
from layers.kinds.crop_parts import SOWN_IN_TURN, heads_seasons, is_season, kinds_of_parts

_PLANNED = re.compile(r"\b(ke hoach|kh|muc tieu|du kien|duoc giao)\b")
#: Headings of columns of places, whose cells are names whatever they say.
_PLACE_HEAD = re.compile(
    r"(?:ten )?(?:thon|ban|xom|ap|khu|to|lo|khoanh|tieu khu|dia (?:diem|ban|chi)|vung|ho|chu ho|"
    r"village|hamlet|place|plot|parcel|household|nam trong|cap tuoi|thua)(?: .*)?|noi(?: trong)?"
)
#: Words with which the name of a kind of figures begins.
_KIND = re.compile(
    r"(?:(?:ke hoach|kh|muc tieu|du kien|duoc giao|"
    r"trong do|td|chia ra|hien co|trong (?:moi|lai|dam)|cho (?:thu hoach|san pham)|"
    r"thuc hien|uoc (?:thuc hien|tinh|dat)|so (?:sanh|voi)|cung ky|"
    r"nam (?:truoc|nay|sau|\d{4})|luy ke|ca nam|(?:6|9|sau|chin) thang|"
    r"(?:quy|thang|ky|dot) (?:\d+|i{1,3}|iv|vi{0,3}|ix|xi{0,2}|nay|truoc)|"
    r"nang suat|san luong|tru luong|so (?:ho|cay|con|luong)|gia tri|yield|production|"
    r"dien tich|area|planned?|actual|target|q[1-4]|"
    r"(?:first|second|third|fourth) quarter)(?: .*)?|ket qua(?: thuc hien)?)"
)
#: Headings of columns that tell kinds of figures apart, whatever their cells say.
_KIND_HEAD = re.compile(
    r"(?:ten |loai )?(?:chi tieu|so lieu)|indicator|(?:ky|quy)(?: bao cao)?|period|quarter"
)
_NOTE_HEAD = re.compile(r"(?:ghi chu|nhan xet|dien giai|y kien|ly do|note|remark)s?(?: .*)?")


@lru_cache(maxsize=1024)  # Labels come again in every file; what else it says comes once
def words_of(text: str) -> str:
    """Letters of a text without marks, in lower case, words apart by one space."""
    return " ".join(re.findall(r"[a-z0-9%]+", without_marks(text.casefold())))


@lru_cache(maxsize=4096)
def is_planned(text: str) -> bool:
    """Whether a text says what is planned, not what was done."""
    return bool(_PLANNED.search(words_of(text)))


@lru_cache(maxsize=4096)
def is_kind(text: str) -> bool:
    """Whether a label names a kind of figures: a plan, an indicator, a period, a part."""
    return bool(_KIND.fullmatch(words_of(text)))


def heads_notes(heading: str) -> bool:
    """Whether a heading stands over notes, which may say anything."""
    return bool(_NOTE_HEAD.fullmatch(words_of(heading)))


def heads_places(heading: str) -> bool:
    """Whether a heading stands over what tells places, plots or plantings apart."""
    return bool(_PLACE_HEAD.fullmatch(words_of(heading)))


def refuse_kinds(rows: pd.DataFrame, texts: pd.DataFrame, source: str) -> None:
    """Raise where rows are told apart by a column whose words are of kinds of figures.

    Where each of them is of another place, such a column describes the places.
    """
    group = rows["group"]
    places = [name for name in texts.columns[1:] if heads_places(str(name))]
    apart = pd.Series(data=False, index=rows.index)
    for name in places:
        named = texts[name].where(texts[name] != "").groupby(group).transform("nunique")
        apart |= named == group.groupby(group).transform("size")
    wrong = pd.Series(data=False, index=rows.index)
    columns: list[str] = []
    words: dict[str, None] = {}
    for place, name in enumerate(texts.columns):
        cells, head = texts[name], words_of(str(name))
        if name in places or cells.nunique() < 2:
            continue
        told = ~apart & (cells.groupby(group).transform("nunique") > 1)
        if heads_notes(str(name)):
            rest = texts.drop(columns=name).assign(group=group)
            told &= rest.duplicated(keep=False)
        kinds = cells.map(_is_kind_or_season) if place else _kinds_of_crop(cells, rows)
        if not (place and (_KIND_HEAD.fullmatch(head) or heads_seasons(str(name)))):
            told &= (kinds & told).groupby(group).transform("any")
        if told.any():
            wrong |= told
            columns.append(str(name))
            words |= dict.fromkeys(cells[told & kinds] if kinds[told].any() else cells[told])
    if wrong.any():
        raise InputError(
            "layers.kinds.rows_of_kinds",
            source=source,
            count=int(wrong.sum()),
            columns=columns,
            words=list(words),
            rows=rows["row"][wrong].tolist(),
        )


def _is_kind_or_season(text: str) -> bool:
    return is_kind(text) or is_season(text, said=True)


def _kinds_of_crop(cells: pd.Series[str], rows: pd.DataFrame) -> pd.Series[bool]:
    """Names of crops with a kind of figures, a season, or a part beside the crop as such."""
    pairs = zip(cells, rows["crop"].astype("str"), strict=True)
    parts = [kinds_of_parts(text, crop) for text, crop in pairs]
    in_turn = pd.Series([bool(one & {*SOWN_IN_TURN}) for one in parts], index=cells.index)
    part = pd.Series(list(map(bool, parts)), index=cells.index)
    beside = part & (~part).groupby(rows["group"]).transform("any")
    return cells.map(_of_crop).astype(bool) | in_turn | beside


def _of_crop(text: str) -> bool:
    """Whether a kind of figures stands beside the name of a crop: "Na trồng mới"."""
    words = words_of(text).split()
    return is_planned(text) or any(
        _KIND.fullmatch(" ".join(words[at:])) for at in range(len(words))
    )
