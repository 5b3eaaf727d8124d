"""Several rows of a report for one commune, crop and year: which of them add up, and which do not.

Villages and plots add up. A plan beside what was done, a yield beside an area, quarters, or a part
beside the whole do not: nobody can add them, so they are refused; a total counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd

from layers.base.errors import InputError
from layers.communes.spelling import without_marks

#: Printed parts are each off by half a step, so that their sum is off by some (ha).
ROUNDING_HA = 0.05

_PLANNED = re.compile(r"\b(ke hoach|kh|muc tieu|du kien|duoc giao)\b")
_TOTAL = re.compile(
    r"(?:tong|cong|tong cong|tong so|tong hop|tong dien tich|total|sum|subtotal|xa|phuong|"
    r"(?:tong|cong|tong cong|tong so|toan|ca)(?: toan| ca| cac)? (?:xa|phuong|thi tran)(?: .*)?|"
    r"(?:tong|cong|tong cong|tong so) (?:cac )?(?:thon|ban|khu|to|lo|ho))"
)
_COMMUNE = re.compile(r"^(?:xa|phuong|thi tran) ")
#: Words with which the name of a kind of figures begins, and no name of a village.
_KIND = re.compile(
    r"(?:trong do|td|chia ra|hien co|trong (?:moi|lai|dam)|cho (?:thu hoach|san pham)|"
    r"kien thiet co ban|ktcb|kinh doanh|chuyen doi|thanh ly|chuyen muc dich|"
    r"thuc hien|uoc (?:thuc hien|tinh|dat)|ket qua|so (?:sanh|voi)|cung ky|"
    r"nam (?:truoc|nay|sau|\d{4})|luy ke|ca nam|(?:6|9|sau|chin) thang|"
    r"(?:quy|thang|ky|dot|vu) (?:\d+|i{1,3}|iv|vi{0,3}|ix|xi{0,2}|nay|truoc)|"
    r"nang suat|san luong|tru luong|so (?:ho|cay|con|luong)|gia tri|yield|production|"
    r"vu (?:dong|xuan|he|thu|mua|chiem)|dien tich|area|planned?|actual|target|q[1-4]|"
    r"(?:first|second|third|fourth) quarter)(?: .*)?"
)
#: Headers of columns that tell kinds of figures apart.
_KIND_HEAD = re.compile(
    r"(?:ten |loai )?(?:chi tieu|chi so|so lieu|dien tich)|indicator|status|"
    r"(?:ky|quy|thang|vu|dot|giai doan|thoi (?:ky|diem|gian))(?: .*)?|period|quarter|month|season"
)
_NOTE_HEAD = re.compile(r"(?:ghi chu|nhan xet|dien giai|note|remark)s?(?: .*)?")


@lru_cache(maxsize=1024)  # Labels come again in every file; what else it says comes once
def words_of(text: str) -> str:
    """Letters of a text without marks, in lower case, words apart by one space."""
    return " ".join(re.findall(r"[a-z0-9%]+", without_marks(text.casefold())))


@lru_cache(maxsize=4096)
def is_planned(text: str) -> bool:
    """Whether a text says what is planned, not what was done."""
    return bool(_PLANNED.search(words_of(text)))


@lru_cache(maxsize=4096)
def is_total_of_commune(text: str) -> bool:
    """Whether a label heads the total of a commune: "Cộng xã"; "Cộng Hòa" is a village."""
    return bool(_TOTAL.fullmatch(words_of(text)))


@lru_cache(maxsize=4096)
def is_kind(text: str) -> bool:
    """Whether a label names a kind of figures: a plan, an indicator, a period, a part."""
    return is_planned(text) or bool(_KIND.fullmatch(words_of(text)))


def totals_of_entries(table: pd.DataFrame, texts: pd.DataFrame, *, source: str) -> pd.Series[bool]:
    """Rows that are the total of others of their commune, crop and year; figures of kinds stop.

    ``texts`` holds the crop as written and the text columns that tell rows apart, by the index of
    ``table``.
    """
    totals = pd.Series(data=False, index=table.index)
    commune = table["commune_code"].fillna(table["commune"]).rename("commune_code")
    keys = pd.concat([commune, table[["crop", "year"]]], axis=1)
    several = table[commune.notna() & keys.duplicated(keep=False)]
    kinds = _Kinds()
    for _, rows in several.groupby([keys[name] for name in keys], sort=False, observed=True):
        mine = texts.loc[rows.index].fillna("")
        found = _totals(rows, mine, source)
        totals.loc[found] = True
        kinds.look(rows.drop(index=found), mine.drop(index=found))
    kinds.refuse(source)
    return totals


def _totals(rows: pd.DataFrame, texts: pd.DataFrame, source: str) -> list[int]:
    """Rows that are the sum of the others: of their crop as written, where it has others."""
    found: list[int] = []
    communes = {_COMMUNE.sub("", words_of(text)) for text in rows["commune"].dropna()}
    own = [f"{kind} {name}" for name in communes for kind in ("xa", "phuong", "thi tran")]
    crop = texts.iloc[:, 0].str.casefold()
    for name in texts.columns[1:]:
        cells = texts[name]
        if cells.nunique() < 2 or _NOTE_HEAD.fullmatch(words_of(str(name))):
            continue
        whole = cells.map(is_total_of_commune) | cells.map(words_of).isin(own)
        if not whole.any():
            if cells.map(is_kind).any():
                continue
            whole = cells == ""
        for at in rows.index[whole]:
            parts = ~whole & (crop == crop[at])
            parts = parts if parts.any() else ~whole
            total, records = float(rows["area_ha"][at]), float(rows["area_ha"][parts].sum())
            if abs(total - records) > ROUNDING_HA * int(parts.sum()) ** 0.5:
                raise InputError(
                    "layers.kinds.total_of_parts_unclear",
                    source=source,
                    row=int(rows["row"][at]),
                    total=total,
                    records=records,
                    rows=rows["row"][parts].tolist(),
                    column=str(name),
                )
            found.append(at)
    return list(dict.fromkeys(found))


@dataclass(slots=True)
class _Kinds:
    """Rows that a column tells apart whose words are of kinds of figures."""

    rows: list[int] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    words: dict[str, None] = field(default_factory=dict)

    def look(self, rows: pd.DataFrame, texts: pd.DataFrame) -> None:
        """Add the rows of one commune, crop and year, where they are of kinds."""
        for place, name in enumerate(texts.columns):
            cells, head = texts[name], words_of(str(name))
            alike = texts.drop(columns=name).duplicated(keep=False)
            if cells.nunique() < 2 or (_NOTE_HEAD.fullmatch(head) and not alike.any()):
                continue
            said = [cell for cell in cells.unique() if (is_kind(cell) if place else _of_crop(cell))]
            if said or (place and _KIND_HEAD.fullmatch(head)):
                self.rows += [row for row in rows["row"].tolist() if row not in self.rows]
                self.columns[str(name)] = None
                self.words |= dict.fromkeys(said or cells.unique().tolist())

    def refuse(self, source: str) -> None:
        """Raise where there are any."""
        if self.rows:
            raise InputError(
                "layers.kinds.rows_of_kinds",
                source=source,
                count=len(self.rows),
                columns=list(self.columns),
                words=list(self.words),
                rows=self.rows,
            )


def _of_crop(text: str) -> bool:
    """Whether a kind of figures stands behind the name of a crop: "Na trồng mới"."""
    words = words_of(text).split()
    return is_planned(text) or any(
        _KIND.fullmatch(" ".join(words[at:])) for at in range(1, len(words))
    )
