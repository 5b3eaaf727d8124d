"""Totals among the rows of a report that share commune, crop and year, told from their parts.

A total that is added to its parts doubles hectares. What a label calls a total must be the sum of
its parts as printed; what may be the name of a place is one only where the figures say so.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.printed_sums import SAME_HA, printed_decimals, rounding_of_sums
from layers.kinds.report_entries import heads_notes, heads_places, refuse_kinds, words_of
from layers.kinds.report_holes import read_holes

_TOTAL = re.compile(
    r"(?:tong|cong|t cong|tong cong|tong so|tong hop|tong dien tich|tat ca|toan bo|"
    r"(?:grand |sub)?total|sum|"
    r"(?:tong|cong|tong cong|tong so|toan|ca)(?: toan| ca| cac)? (?:xa|phuong|thi tran)(?: .*)?|"
    r"(?:tong|cong|tong cong|tong so) (?:cac )?(?:thon|ban|khu|to|lo|ho))"
)
#: What may be the name of a place too: a total where it is the sum of two rows or more.
_LIKE_TOTAL = re.compile(r"(?:[ivx]+ )?(?:tong|cong|chung|tc|(?:grand )?total)(?: .*)?")
_COMMUNE = re.compile(r"^(?:ubnd )?(?:xa|phuong|thi tran) ")


@lru_cache(maxsize=4096)
def is_total_of_commune(text: str) -> bool:
    """Whether a label heads the total of a commune: "Cộng xã"; "Cộng Hòa" is a village."""
    return bool(_TOTAL.fullmatch(words_of(text)))


def _may_be_name(text: str) -> bool:
    """Whether a place may be called so: "Cộng Hòa", "Chung"; not "Tổng cộng (3 thôn)"."""
    return text.istitle() and text.replace(" ", "").isalpha()


def labelled_totals(texts: pd.DataFrame) -> pd.Series[bool]:
    """Rows that any column but the crop's and those of notes labels surely as totals."""
    found = pd.Series(data=False, index=texts.index)
    for name in texts.columns[1:]:
        if not heads_notes(str(name)):
            found |= texts[name].fillna("").map(is_total_of_commune)
    return found


@dataclass(frozen=True, slots=True)
class Entries:
    """What becomes of the rows of one commune, crop and year, by their index."""

    left_out: pd.Index  # Totals, which are not added to their parts
    replaced: pd.Index  # Rows in whose place a total stands
    told: pd.Index  # Rows without figure of which a total, or its parts, tell what is there
    rounded: pd.DataFrame  # Totals that differ from their parts by rounding: row, total, records
    differ: pd.DataFrame  # Totals of all crops of a commune that differ from their sum
    stand: pd.DataFrame  # Totals that stand for parts of which some have no figure
    named: pd.Index  # Totals that are left out, and may be places by their name
    perhaps: pd.Index  # Rows that are added, and are as large as all others together


def settle_entries(rows: pd.DataFrame, texts: pd.DataFrame, *, source: str) -> Entries:
    """Tell totals of a commune, crop and year from their parts; figures of kinds stop.

    ``rows`` has ``of`` (the commune under one name, missing where it is none), ``commune`` (its
    name), ``crop``, ``year``, ``row`` and ``area_ha``, missing where nothing is written; ``texts``,
    by the same index, the crop as written and the text columns that tell rows apart.
    """
    keys = ["of", "crop", "year"]
    group = rows.groupby(keys, sort=False, observed=True).ngroup()
    several = (group >= 0) & group.duplicated(keep=False)
    chosen = rows[several].assign(group=group[several])
    mine = texts.loc[chosen.index].fillna("")
    found = _Totals(chosen, mine, source)
    found.settle()
    gone = [*found.left_out, *found.replaced]
    left = chosen.index[chosen["area_ha"].notna() & ~chosen.index.isin(gone)]
    refuse_kinds(chosen.loc[left], mine.loc[left], source)
    of_crops, rounded, differ = _totals_of_crops(rows.drop(index=gone), texts)
    return Entries(
        pd.Index([*found.left_out, *of_crops], dtype="int64"),
        pd.Index([*found.replaced], dtype="int64"),
        pd.Index([*found.told, *of_crops], dtype="int64"),
        pd.concat([found.listed(found.rounded), rounded]),
        differ,
        found.listed(found.stand),
        pd.Index([*found.doubtful], dtype="int64"),
        pd.Index(_perhaps_totals(chosen.loc[left], found), dtype="int64"),
    )


def _totals_of_crops(
    rows: pd.DataFrame, texts: pd.DataFrame
) -> tuple[list[int], pd.DataFrame, pd.DataFrame]:
    """Rows whose crop is "Tổng cộng", where their commune has rows of crops in that year.

    No crop has their hectares, so that they are left out whether they are the sum of the others or
    not: of the same village, else of the commune. Those that are so by rounding alone, and those
    that are not, are listed with the sum.
    """
    label = texts.iloc[:, 0].reindex(rows.index).map(is_total_of_commune, na_action="ignore")
    total = label.eq(other=True) & rows["of"].notna()
    nothing = pd.DataFrame(columns=["row", "total", "records"])
    if not total.any():
        return [], nothing, nothing
    place = [rows["of"], rows["year"]]
    others = [name for name in texts.columns[1:] if not heads_notes(str(name))]
    same = [texts[name].reindex(rows.index).fillna("") for name in others]
    area, decimals = rows["area_ha"].where(~total), printed_decimals(rows["area_ha"])
    told = rows.rename(columns={"area_ha": "total"})[["row", "total"]].assign(records=np.nan)
    close = pd.Series(data=False, index=rows.index)
    for way in ([*place, *same], place):
        records, number = (area.groupby(way).transform(one) for one in ("sum", "count"))
        most = decimals.where(~total, 0).groupby(way).transform("max")
        apart = (told["total"] - records).abs()
        equal = ~close & (number > 0) & (apart <= rounding_of_sums(decimals, most, number))
        told["records"] = records.where(
            equal | (told["records"].isna() & (number > 0)), told["records"]
        )
        close |= equal
    found = told[total & told["records"].notna()]
    differ = (found["total"] - found["records"]).abs() > SAME_HA
    rounded = close[found.index]
    return found.index.tolist(), found[differ & rounded], found[differ & ~rounded]


def _perhaps_totals(rows: pd.DataFrame, found: _Totals) -> list[int]:
    """Rows that may be totals whatever they are called, where no total closes with them.

    They stand first or last of their group, and are the sum of two others or more, or rounded so;
    or their place has no name, and they are nearly as large as all others.
    """
    rows = rows[~found.closed[rows.index]]
    group, area = rows["group"], rows["area_ha"]
    others = area.groupby(group).transform("sum") - area
    number = area.groupby(group).transform("count") - 1
    decimals = found.decimals[rows.index]
    most = decimals.groupby(group).transform("max")
    coarser = decimals < most
    apart = (area - others).abs()
    equal = (apart < SAME_HA) | (coarser & (apart <= 0.5 * 10.0**-decimals + SAME_HA))
    nameless = found.nameless[rows.index]
    equal |= nameless & (apart <= rounding_of_sums(decimals, most, number))
    ends = ~group.duplicated() | ~group.duplicated(keep="last")
    likely = (number > 1) | ((number == 1) & nameless)
    return rows.index[equal & ends & likely & (area > 0)].tolist()


class _Totals:
    """Finds the totals among rows that share commune, crop and year."""

    def __init__(self, rows: pd.DataFrame, texts: pd.DataFrame, source: str) -> None:
        self.rows, self.texts, self.source = rows, texts, source
        self.decimals = printed_decimals(rows["area_ha"])
        self.crop = texts.iloc[:, 0].str.casefold()
        self.left_out: dict[int, None] = {}
        self.replaced: dict[int, None] = {}
        self.told: dict[int, None] = {}
        self.rounded: dict[int, float] = {}
        self.stand: dict[int, float] = {}
        self.open: dict[int, str] = {}  # Totals that are no sum of others, and their column
        self.doubtful: dict[int, None] = {}
        self.nameless = self._nowhere()
        self.closed = self._nowhere()  # Rows of which a total says that all of them are parts

    def listed(self, totals: dict[int, float]) -> pd.DataFrame:
        """Totals with the sums of their parts."""
        rows = self.rows.loc[list(totals), ["row", "area_ha"]]
        told = rows.rename(columns={"area_ha": "total"}).assign(records=list(totals.values()))
        return told.astype({"records": "float64"})

    def settle(self) -> None:
        """Look through each column for what it labels as totals."""
        labels = [label for name in self.texts.columns[1:] if (label := self._labels(str(name)))]
        sure, like = self._nowhere(), self._nowhere()
        for label in labels:
            sure |= label.sure
            like |= label.like
            self.nameless |= label.nameless
        for label in labels:
            self._take_sure(label, ~sure, like)
        self._take_open(sure, labels)
        for label in labels:
            self._take_alike(label, ~(sure | like))
            self._take_heads(label)
        rest = self.rows["area_ha"].isna() & sure
        others = (~rest).groupby(self.rows["group"]).transform("any")  # Else nothing tells of it
        self.told |= dict.fromkeys(self.rows.index[rest & others])

    def _nowhere(self) -> pd.Series[bool]:
        return pd.Series(data=False, index=self.rows.index)

    def _labels(self, name: str) -> _Labels | None:
        """What a column labels as totals.

        A label of a total must be one. What may be the name of a place, and a place without a name,
        is a total where it is the sum of two rows or more, else a row like the others.
        """
        cells = self.texts[name]
        if heads_notes(name) or cells.nunique() < 2:
            return None
        own = self.rows["commune"].fillna("").map(words_of).str.replace(_COMMUNE, "", regex=True)
        said = cells.map(words_of)
        named = said.str.contains(_COMMUNE) & (said.str.replace(_COMMUNE, "", regex=True) == own)
        sure = cells.map(is_total_of_commune) | (named & (own != ""))
        like = ~sure & said.map(lambda one: bool(_LIKE_TOTAL.fullmatch(one)))
        nameless = ~sure & (said == "") & heads_places(name)
        names = like & cells.map(_may_be_name)
        before = list(self.texts.columns[1 : self.texts.columns.get_loc(name)])
        outer = [one for one in before if not heads_notes(str(one))]
        heads = ~sure & said.str.contains(_COMMUNE)
        return _Labels(name, sure, like, nameless, names, heads, outer)

    def _take_sure(self, label: _Labels, parts: pd.Series[bool], like: pd.Series[bool]) -> None:
        """Leave totals out that are the sum of others, or let them stand for others.

        The others are those of the crop as written or of all crops, of the same outer places, or
        those that stand above or below up to the next total, like a printout has them.
        """
        whole = label.sure & self.rows["area_ha"].notna()
        if not whole.any():
            return
        group, count = self.rows["group"], label.sure.groupby(self.rows["group"]).cumsum()
        outer = [self.texts[name] for name in label.outer]
        below = count - label.sure.astype("int64")
        ways = [[group, self.crop], [group], [group, count], [group, below]]
        ways[2:2] = [[group, *outer]] if outer else []
        equal = self._nowhere()
        without = self._nowhere()
        for way, some in itertools.product(ways, (parts, parts & ~like)):
            if equal[whole].all():
                break
            close = self._closes(whole & ~equal, some, way)
            now = close.index[close["equal"]]
            if now.empty:
                continue
            self._tell_rounded(close.loc[now])
            # A total that closes without rows that have no figure tells that they add nothing
            holes = self.rows["area_ha"].isna() & self._within(now, way)
            self.told |= dict.fromkeys(holes.index[holes])
            equal[now] = True
            without[now] = some is not parts
            if some is parts and (way is ways[0] or way is ways[1]):
                self.closed |= self._within(now, way)
        self.left_out |= dict.fromkeys(equal.index[equal])
        # What a total closes without is a subtotal
        bare = like & group.isin(set(group[without])) & ~group.isin(set(group[equal & ~without]))
        self.left_out |= dict.fromkeys(bare.index[bare])
        self.open |= dict.fromkeys(whole.index[whole & ~equal], label.column)

    def _take_open(self, sure: pd.Series[bool], labels: list[_Labels]) -> None:
        """Let totals stand where parts have no figure; refuse others that differ from theirs."""
        if not self.open:
            return
        group = self.rows["group"]
        rows = self.rows[group.isin(set(group[[*self.open]]))]
        rows = rows[sure[rows.index] | ~rows.index.isin([*self.left_out])]
        count = sure.groupby(group).cumsum()
        ways = pd.DataFrame({"crop": self.crop}).loc[rows.index]
        for label in labels:
            if label.outer:
                outer = self.texts.loc[rows.index, label.outer]
                ways[len(ways.columns)] = pd.MultiIndex.from_frame(outer).to_flat_index()
        places = pd.DataFrame({"below": count, "above": count - sure.astype("int64")}).loc[
            rows.index
        ]
        for _, one in rows.groupby("group", sort=False):
            keys = (
                [key[name][one.index].tolist() for name in key.columns] for key in (ways, places)
            )
            if not sure[one.index].all():
                self._take_holes(one, sure, *keys)

    def _take_holes(
        self,
        rows: pd.DataFrame,
        sure: pd.Series[bool],
        ways: list[list[Hashable]],
        places: list[list[Hashable]],
    ) -> None:
        index, figures = rows.index.tolist(), rows["area_ha"].tolist()
        found = read_holes(figures, sure[index].tolist(), ways, places)
        if found is None:
            self._refuse_open(rows, sure)
            return
        for at in index:  # All totals of the group were read together
            for one in (self.left_out, self.rounded, self.told):
                one.pop(at, None)
        of_total = {index[at]: total for at, total in found.records.items()}
        self.left_out |= dict.fromkeys(of_total)
        self.rounded |= {
            at: total
            for at, total in of_total.items()
            if abs(rows["area_ha"][at] - total) > SAME_HA
        }
        self.stand |= {index[at]: records for at, records in found.stand.items()}
        self.replaced |= dict.fromkeys(index[at] for at in found.replaced)
        self.told |= dict.fromkeys(index[at] for at in found.holes)

    def _refuse_open(self, rows: pd.DataFrame, sure: pd.Series[bool]) -> None:
        at = next(at for at in rows.index if at in self.open)
        others = rows[~sure[rows.index] & rows["area_ha"].notna()]
        of_crop = others[self.crop[others.index] == self.crop[at]]
        others = others if of_crop.empty else of_crop
        raise InputError(
            "layers.kinds.total_of_parts_unclear",
            source=self.source,
            row=int(rows["row"][at]),
            total=float(rows["area_ha"][at]),
            records=float(others["area_ha"].sum()),
            rows=others["row"].tolist(),
            column=self.open[at],
        )

    def _take_alike(self, label: _Labels, plain: pd.Series[bool]) -> None:
        """Leave rows out that seem totals and are the sum of two others or more."""
        seem = (label.like | label.nameless) & self.rows["area_ha"].notna()
        seem &= ~self.closed & ~seem.index.isin([*self.left_out, *self.replaced])
        if not seem.any():
            return
        close = self._closes(seem, plain & ~label.nameless, [self.rows["group"], self.crop])
        apart = (close["records"] - self.rows["area_ha"][seem]).abs()
        own = self.decimals[seem]
        coarse = label.nameless[seem] & (own < close["decimals"])
        exact = apart < (0.5 * 10.0**-own).where(coarse, 0) + SAME_HA
        total = label.like[seem] & ~label.names[seem]
        found = close[close["equal"] & (close["number"] > 1) & (exact | total)]
        self._tell_rounded(found)
        self.left_out |= dict.fromkeys(found.index)
        self.doubtful |= dict.fromkeys(found.index[label.names[found.index]])
        # What names no place beside a total of the places that are named is a subtotal
        if not found.empty:
            rest = label.nameless & self._within(found.index, [self.rows["group"], self.crop])
            self.left_out |= dict.fromkeys(rest.index[rest & self.rows["area_ha"].notna()])

    def _take_heads(self, label: _Labels) -> None:
        """Leave former communes out that stand above or below their villages, if each is a sum."""
        group = self.rows["group"]
        rest = self.rows["area_ha"].notna() & ~self.rows.index.isin(
            [*self.left_out, *self.replaced]
        )
        heads = label.heads & rest
        if not heads.any():
            return
        count = heads.groupby(group).cumsum()
        for run in (count, count - heads.astype("int64")):
            close = self._closes(heads, rest & ~heads, [group, run])
            own = group[close.index]
            exact = (self.rows["area_ha"][heads] - close["records"]).abs() < SAME_HA
            several = (close["number"] > 1).groupby(own).transform("any")
            several &= own.duplicated(keep=False)  # "Xã Đội" alone is a village
            closed = exact.groupby(own).transform("all") & several
            self.left_out |= dict.fromkeys(close.index[closed])

    def _closes(
        self, whole: pd.Series[bool], parts: pd.Series[bool], way: list[pd.Series]
    ) -> pd.DataFrame:
        """Sum, number and holes of the parts of each whole, and whether it is their sum."""
        area = self.rows["area_ha"].where(parts)
        holes = (parts & self.rows["area_ha"].isna()).astype("int64")
        told = pd.DataFrame(
            {
                "records": area.groupby(way).transform("sum"),
                "number": area.groupby(way).transform("count"),
                "holes": holes.groupby(way).transform("sum"),
                "decimals": self.decimals.where(parts, 0).groupby(way).transform("max"),
            }
        )[whole]
        allowed = rounding_of_sums(self.decimals[whole], told["decimals"], told["number"])
        apart = self.rows["area_ha"][whole] - told["records"]
        # With a hole what is more than the parts is what stands in it, not rounding
        equal = (apart.abs() <= allowed) & ((apart <= SAME_HA) | (told["holes"] == 0))
        return told.assign(equal=equal & (told["number"] > 0))

    def _tell_rounded(self, close: pd.DataFrame) -> None:
        apart = (self.rows["area_ha"][close.index] - close["records"]).abs() > SAME_HA
        self.rounded |= {int(at): close["records"][at] for at in apart.index[apart]}

    def _within(self, totals: pd.Index, way: list[pd.Series]) -> pd.Series[bool]:
        """Rows of the same keys as some totals."""
        key = pd.MultiIndex.from_arrays([part.to_numpy() for part in way])
        some = key[self.rows.index.get_indexer(totals)]
        return pd.Series(key.isin(some), index=self.rows.index)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Rows that a column labels as totals, surely or as it seems, or labels not at all."""

    column: str
    sure: pd.Series[bool]
    like: pd.Series[bool]
    nameless: pd.Series[bool]
    names: pd.Series[bool]  # Of those that seem totals, what a village may be called
    heads: pd.Series[bool]  # What is called a commune, and is not that of the row
    outer: list[str]  # Columns before it
