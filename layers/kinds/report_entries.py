"""Several rows of a report for one commune, crop and year: which of them add up, and which do not.

Villages and plots add up. A plan beside what was done, a yield beside an area, quarters, or a part
beside the whole do not: nobody can add them, so they are refused; a total counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from layers.base.errors import InputError
from layers.communes.spelling import without_marks

#: Printed parts are each off by half a step, so that their sum is off by some (ha).
ROUNDING_HA = 0.05

_PLANNED = re.compile(r"\b(ke hoach|kh|muc tieu|du kien|duoc giao)\b")
_TOTAL = re.compile(
    r"(?:tong|cong|tong cong|tong so|tong hop|tong dien tich|(?:grand |sub)?total|sum|"
    r"(?:tong|cong|tong cong|tong so|toan|ca)(?: toan| ca| cac)? (?:xa|phuong|thi tran)(?: .*)?|"
    r"(?:tong|cong|tong cong|tong so) (?:cac )?(?:thon|ban|khu|to|lo|ho))"
)
#: What may be the name of a place too: a total where it is the sum of two rows or more.
_LIKE_TOTAL = re.compile(r"(?:[ivx]+ )?(?:tong|cong|chung|tc|(?:grand )?total)(?: .*)?")
_COMMUNE = re.compile(r"^(?:xa|phuong|thi tran) ")
#: Headings of columns of places, whose cells are names whatever they say.
_PLACE_HEAD = re.compile(
    r"(?:ten )?(?:thon|ban|xom|ap|khu|to|lo|khoanh|tieu khu|dia (?:diem|ban|chi)|vung|ho|chu ho|"
    r"village|hamlet|place|plot|parcel|household)(?: .*)?|noi(?: trong)?"
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
def is_total_of_commune(text: str) -> bool:
    """Whether a label heads the total of a commune: "Cộng xã"; "Cộng Hòa" is a village."""
    return bool(_TOTAL.fullmatch(words_of(text)))


@lru_cache(maxsize=4096)
def is_kind(text: str) -> bool:
    """Whether a label names a kind of figures: a plan, an indicator, a period, a part."""
    return bool(_KIND.fullmatch(words_of(text)))


def totals_of_entries(table: pd.DataFrame, texts: pd.DataFrame, *, source: str) -> pd.Series[bool]:
    """Rows that are the total of others of their commune, crop and year; figures of kinds stop.

    ``texts`` holds the crop as written and the text columns that tell rows apart, by the index of
    ``table``.
    """
    commune = table["commune_code"].fillna(table["commune"])
    keys = pd.concat([commune.rename("commune_code"), table[["crop", "year"]]], axis=1)
    group = keys.groupby(list(keys), sort=False, observed=True).ngroup()
    several = (group >= 0) & commune.notna() & group.duplicated(keep=False)
    totals = pd.Series(data=False, index=table.index)
    if not several.any():
        return totals
    rows = table[several].assign(group=group[several])
    mine = texts.loc[rows.index].fillna("")
    totals.loc[_totals(rows, mine, source)] = True
    left = rows.index[~totals[rows.index]]
    _refuse_kinds(rows.loc[left], mine.loc[left], source)
    return totals


def _totals(rows: pd.DataFrame, texts: pd.DataFrame, source: str) -> list[int]:
    """Rows that are the sum of the others: of their crop as written, where it has others.

    A label of a total must be one. What may be the name of a place, and a place without a name,
    is a total where it is the sum of two rows or more, else a row like the others.
    """
    found: dict[int, None] = {}
    own = rows["commune"].fillna("").map(words_of).str.replace(_COMMUNE, "", regex=True)
    crop = texts.iloc[:, 0].str.casefold()
    for name in texts.columns[1:]:
        head, cells = words_of(str(name)), texts[name]
        if _NOTE_HEAD.fullmatch(head) or cells.nunique() < 2:
            continue
        said = cells.map(words_of)
        named = said.str.contains(_COMMUNE) & (said.str.replace(_COMMUNE, "", regex=True) == own)
        sure = cells.map(is_total_of_commune) | (named & (own != ""))
        like = ~sure & said.map(lambda one: bool(_LIKE_TOTAL.fullmatch(one)))
        blank = ~sure & (cells == "") & bool(_PLACE_HEAD.fullmatch(head))
        told = _Labelled(rows, crop, sure, like, blank, str(name))
        found |= dict.fromkeys([*told.totals(source), *told.subtotals()])
    return list(found)


@dataclass(frozen=True, slots=True)
class _Labelled:
    """Rows that a column labels as totals, surely or as it seems, or labels not at all."""

    rows: pd.DataFrame
    crop: pd.Series[str]
    sure: pd.Series[bool]
    like: pd.Series[bool]
    blank: pd.Series[bool]
    column: str

    def totals(self, source: str) -> list[int]:
        """Rows that are surely totals; each is the sum of others, whatever seems a total or not."""
        every, plain = self._closes(self.sure, ~self.sure), self._closes(self.sure, self._plain)
        equal = every["equal"] | plain["equal"]
        if (wrong := ~equal & (every["number"] > 0)).any():
            at = wrong.index[wrong][0]
            others = ~self.sure & (self.rows["group"] == self.rows["group"][at])
            raise InputError(
                "layers.kinds.total_of_parts_unclear",
                source=source,
                row=int(self.rows["row"][at]),
                total=float(self.rows["area_ha"][at]),
                records=float(every["records"][at]),
                rows=self.rows["row"][others].tolist(),
                column=self.column,
            )
        return equal.index[equal].tolist()

    def subtotals(self) -> list[int]:
        """Rows that seem totals: sums of two rows or more, or what a sure total closes without."""
        seem = self._closes(self.like | self.blank, self._plain & ~self.blank)
        every, plain = self._closes(self.sure, ~self.sure), self._closes(self.sure, self._plain)
        closed = self.rows["group"][self.sure][plain["equal"] & ~every["equal"]]
        without = self.like & self.rows["group"].isin(closed)
        own = seem.index[seem["equal"] & (seem["number"] > 1)].tolist()
        return [*own, *without.index[without].tolist()]

    @property
    def _plain(self) -> pd.Series[bool]:
        return ~(self.sure | self.like)

    def _closes(self, whole: pd.Series[bool], parts: pd.Series[bool]) -> pd.DataFrame:
        """Sum and number of the parts of each whole, and whether it is their sum.

        They are the rows of its crop as written; where it has none, those of all.
        """
        group, area = self.rows["group"], self.rows["area_ha"].where(parts)
        of_crop = [group, self.crop]
        told = pd.DataFrame(
            {
                "records": area.groupby(of_crop).transform("sum"),
                "number": area.groupby(of_crop).transform("count"),
            }
        )[whole]
        if whole is self.sure:  # A total of several crops stands for all of them
            of_all = pd.DataFrame(
                {
                    "records": area.groupby(group).transform("sum"),
                    "number": area.groupby(group).transform("count"),
                }
            )[whole]
            told = told.where(told["number"] > 0, of_all)
        apart = (self.rows["area_ha"][whole] - told["records"]).abs()
        close = (apart <= ROUNDING_HA * told["number"] ** 0.5) & (told["number"] > 0)
        return told.assign(equal=close)


def _refuse_kinds(rows: pd.DataFrame, texts: pd.DataFrame, source: str) -> None:
    """Raise where rows are told apart by a column whose words are of kinds of figures.

    Where each of them is of another place, such a column describes the places.
    """
    group = rows["group"]
    places = [name for name in texts.columns[1:] if _PLACE_HEAD.fullmatch(words_of(str(name)))]
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
        if _NOTE_HEAD.fullmatch(head):
            rest = texts.drop(columns=name).assign(group=group)
            told &= rest.duplicated(keep=False)
        kinds = cells.map(is_kind if place else _of_crop)
        if not (place and _KIND_HEAD.fullmatch(head)):
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


def _of_crop(text: str) -> bool:
    """Whether a kind of figures stands behind the name of a crop: "Na trồng mới"."""
    words = words_of(text).split()
    return is_planned(text) or any(
        _KIND.fullmatch(" ".join(words[at:])) for at in range(1, len(words))
    )
