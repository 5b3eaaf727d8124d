"""What can be wrong with the tables of an allocation: everything collected, raised once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.schema import Schema
from zones.allocation.inputs import (
    AVAILABLE,
    KEYS,
    MAY_BE_EMPTY,
    PACE,
    SCHEMAS,
    AllocationInputs,
    AllocationSettings,
)

#: Hectares this close, as a part of the whole, are the same.
_NEAR = 1e-6


def check_allocation_inputs(
    inputs: AllocationInputs, settings: AllocationSettings
) -> AllocationInputs:
    """Check the tables together and put them in order."""
    findings = Findings()
    frames: dict[str, pd.DataFrame] = {}
    for name, schema in SCHEMAS.items():
        try:
            frame = schema.validate(_filled(getattr(inputs, name), schema))
        except SchemaError as error:
            findings.add(Finding("error", "table", name, error.phrase))
            continue
        frames[name] = frame.sort_values(KEYS[name], ignore_index=True)
    findings.raise_errors()
    validated = AllocationInputs(**frames, natural_area_ha=inputs.natural_area_ha)
    checker = _Checker(validated, settings, findings)
    checker.check()
    findings.raise_errors()
    return replace(
        validated,
        available=_with_freed_land(validated),
        pace=_pace_by_year(validated.pace, settings.years),
    )


def _filled(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Add the columns that may be empty and were left out."""
    absent = [c.name for c in schema.columns if c.nullable and c.name not in frame.columns]
    return frame.assign(**dict.fromkeys(absent, np.nan))


def _with_freed_land(inputs: AllocationInputs) -> pd.DataFrame:
    """Land plus what losses free: cut in one year, free from the next."""
    freed = inputs.losses[inputs.losses["source"] != ""]
    if freed.empty:
        return inputs.available
    added = pd.DataFrame(
        {
            "commune_code": freed["commune_code"],
            "source": freed["source"],
            "area_ha": freed["loss_ha"],
            "origin": "losses",
            "from_year": freed["year"] + 1,
            "until_year": np.nan,
        }
    )
    both = pd.concat([inputs.available, AVAILABLE.validate(added)], ignore_index=True)
    return both.sort_values(KEYS["available"], ignore_index=True)


def _pace_by_year(pace: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    """Let a row of one year stand for that year alone: the row of each year keeps the others."""
    pair = ["zone", "commune_code"]
    dated = pace[pace["year"].notna()]
    mixed = pace["year"].isna() & pd.MultiIndex.from_frame(pace[pair]).isin(
        pd.MultiIndex.from_frame(dated[pair])
    )
    if not mixed.any():
        return pace
    every = pd.DataFrame({"year": pd.array(years, dtype="Int64")})
    spread = pace[mixed].drop(columns="year").merge(every, how="cross")
    named = pd.MultiIndex.from_frame(dated[KEYS["pace"]])
    spread = spread[~pd.MultiIndex.from_frame(spread[KEYS["pace"]]).isin(named)]
    both = pd.concat([pace[~mixed], spread], ignore_index=True)
    return PACE.validate(both).sort_values(KEYS["pace"], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Checker:
    """Collects what is wrong with tables whose columns are right."""

    inputs: AllocationInputs
    settings: AllocationSettings
    findings: Findings

    def check(self) -> None:
        self._settings()
        self._repeated()
        self._empty_keys()
        self._unknown()
        self._words()
        self._numbers()
        self._land()
        self._losses()
        self._targets()
        self._pace()
        self._locks()
        self._empty_zones()

    def _add(self, table: str, kind: str, en: str, vi: str) -> None:
        self.findings.add(Finding("error", kind, table, Phrase(en=en, vi=vi)))

    def _rows(self, table: str, rows: pd.Series, en: str, vi: str) -> None:
        """Report the rows of a table at which something is wrong, if there are any."""
        frame: pd.DataFrame = getattr(self.inputs, table)
        wrong = frame.loc[rows.fillna(False).astype(bool), KEYS[table]]
        if len(wrong):
            first = [tuple(str(part) for part in row) for row in wrong.head(5).to_numpy()]
            self._add(
                table,
                "row",
                f"{len(wrong)} rows, first {first}: {en}",
                f"{len(wrong)} dòng, đầu tiên {first}: {vi}",
            )

    def _settings(self) -> None:
        settings = self.settings
        first, last = settings.first_year, settings.last_year
        if last < first:
            self._add(
                "settings",
                "years",
                f"the last year {last} lies before the first {first}",
                f"năm cuối {last} trước năm đầu {first}",
            )
        if min(settings.unlisted_cost, settings.must_weight) < 0:
            self._add(
                "settings", "weights", "weights must be at least 0", "trọng số phải từ 0 trở lên"
            )

    def _repeated(self) -> None:
        for name, keys in KEYS.items():
            frame: pd.DataFrame = getattr(self.inputs, name)
            self._rows(name, frame.duplicated(keys), "repeated; sum or drop them", "bị trùng")

    def _empty_keys(self) -> None:
        """Tell rows without a commune, zone or source: their hectares would be lost unsaid."""
        for name, schema in SCHEMAS.items():
            frame: pd.DataFrame = getattr(self.inputs, name)
            for column in ("commune_code", "zone", "source"):
                if column not in schema.names or column in MAY_BE_EMPTY.get(schema.name, ()):
                    continue
                self._rows(name, frame[column] == "", f"no {column}", f"thiếu {column}")
        locks = self.inputs.locks
        self._rows("locks", locks["commune_code"] == "", "no commune_code", "thiếu commune_code")

    def _unknown(self) -> None:
        inputs = self.inputs
        zones = {*inputs.targets["zone"], *inputs.present["zone"], *inputs.suitability["zone"]}
        self._strangers("commune_code", {*inputs.communes["commune_code"]}, "commune", "xã")
        self._strangers("source", {*inputs.sources["source"]}, "land source", "nguồn đất")
        self._strangers("zone", zones, "zone", "vùng")

    def _strangers(self, column: str, known: set[str], en: str, vi: str) -> None:
        for name, schema in SCHEMAS.items():
            if column not in schema.names or name in {"communes", "sources"}:
                continue
            values: pd.Series = getattr(self.inputs, name)[column]
            self._rows(
                name,
                ~values.isin({*known, ""}),
                f"unknown {en}; check the code against the table of communes, sources or zones",
                f"{vi} không có trong danh mục; hãy đối chiếu lại mã",
            )

    def _words(self) -> None:
        listed, locks = self.inputs.listed, self.inputs.locks
        self._rows(
            "listed",
            ~listed["list"].isin(["open", "closed"]),
            "list must be open or closed",
            "list phải là open hoặc closed",
        )
        self._rows(
            "locks",
            ~locks["lock"].isin(["must", "may", "must_not"]),
            "lock must be must, may or must_not",
            "lock phải là must, may hoặc must_not",
        )
        kinds = listed.groupby("zone")["list"].transform("nunique")
        self._rows(
            "listed",
            kinds > 1,
            "one zone's list cannot be open and closed at once",
            "danh sách của một vùng không thể vừa mở vừa đóng",
        )

    def _numbers(self) -> None:
        for name, column in (
            ("suitability", "suitability"),
            ("sources", "limit_ratio"),
            ("cover", "cover_change_ratio"),
        ):
            values: pd.Series = getattr(self.inputs, name)[column]
            self._rows(name, values.abs() > 1, f"{column} above 1", f"{column} lớn hơn 1")
        for name, schema in SCHEMAS.items():
            numbers = [column.name for column in schema.columns if column.kind == "number"]
            if numbers:
                figures: pd.DataFrame = getattr(self.inputs, name)[numbers]
                infinite = figures.isin([np.inf, -np.inf]).any(axis=1)
                self._rows(name, infinite, "an infinite figure", "số vô hạn")

    def _land(self) -> None:
        land = self.inputs.available
        self._rows(
            "available",
            land["from_year"] > land["until_year"],
            "from_year after until_year",
            "from_year sau until_year",
        )
        self._ground()

    def _ground(self) -> None:
        """Refuse more usable land than the commune's ground; each source under trees by itself."""
        sources = self.inputs.sources.drop_duplicates("source").set_index("source")
        land = self.inputs.available
        shares = land["source"].map(sources["shares"]).fillna(False).astype(bool)
        usable = land["area_ha"] * land["source"].map(sources["limit_ratio"]).astype("float64")
        place = land["source"].where(shares, "")
        land = land.assign(usable=usable.fillna(0.0), place=place)
        sums = land.groupby(["commune_code", "place"])["usable"].sum()
        worst = sums.groupby("commune_code").max()
        ground = self.inputs.ground
        land_ha = ground["commune_code"].map(worst).astype("float64").fillna(0.0)
        self._rows(
            "ground",
            land_ha > ground["ground_ha"] * (1 + _NEAR),
            "more land may be planted than the commune has ground, so some of it stands twice; "
            "correct the table 'available' or the land sources",
            "đất có thể trồng lớn hơn diện tích của xã nên có phần bị tính hai lần; hãy sửa bảng "
            "'available' hoặc bảng nguồn đất",
        )

    def _losses(self) -> None:
        """Tell losses beyond what is there; what is planted within the plan is not lost in it."""
        losses, keys = self.inputs.losses, ["zone", "commune_code"]
        first, last = self.settings.first_year, self.settings.last_year
        self._rows(
            "losses",
            ~losses["year"].between(first, last),
            f"year outside {first}–{last}",
            f"năm ngoài giai đoạn {first}–{last}",
        )
        present = self.inputs.present.set_index(keys)["present_ha"]
        present = present[~present.index.duplicated()]
        standing = present.reindex(pd.MultiIndex.from_frame(losses[keys])).fillna(0.0).to_numpy()
        measured = losses["zone"].isin(self.inputs.present["zone"])
        lost = losses.groupby(keys)["loss_ha"].transform("sum")
        self._rows(
            "losses",
            measured & (lost > standing + 1e-6),
            "more is lost than the commune has of the zone; lower the losses, or check present",
            "mất nhiều hơn diện tích hiện có của vùng tại xã; hãy giảm số mất hoặc xem lại hiện "
            "trạng",
        )

    def _targets(self) -> None:
        targets = self.inputs.targets
        first, last = self.settings.first_year, self.settings.last_year
        low, high = targets["low_ha"], targets["high_ha"]
        self._rows("targets", low > high, "low_ha above high_ha", "low_ha lớn hơn high_ha")
        self._rows(
            "targets",
            low.isna() & high.isna(),
            "neither low_ha nor high_ha",
            "thiếu cả low_ha lẫn high_ha",
        )
        self._rows(
            "targets",
            ~targets["year"].between(first, last),
            f"year outside {first}–{last}",
            f"năm ngoài giai đoạn {first}–{last}",
        )

    def _pace(self) -> None:
        pace = self.inputs.pace
        low, high, year = pace["low_ha"], pace["high_ha"], pace["year"]
        first, last = self.settings.first_year, self.settings.last_year
        self._rows(
            "pace",
            high == 0,
            "a pace of 0 ha plants nothing; leave the row out, or lock it must_not",
            "tốc độ 0 ha nghĩa là không trồng; hãy bỏ dòng này hoặc khóa must_not",
        )
        self._rows("pace", low > high, "low_ha above high_ha", "low_ha lớn hơn high_ha")
        self._rows(
            "pace",
            low.isna() & high.isna(),
            "neither low_ha nor high_ha",
            "thiếu cả low_ha lẫn high_ha",
        )
        self._rows(
            "pace",
            year.notna() & ~year.between(first, last),
            f"year outside {first}–{last}",
            f"năm ngoài giai đoạn {first}–{last}",
        )

    def _locks(self) -> None:
        locks, listed = self.inputs.locks, self.inputs.listed
        pair = pd.MultiIndex.from_frame(locks[["zone", "commune_code"]])
        on_list = pair.isin(pd.MultiIndex.from_frame(listed[["zone", "commune_code"]]))
        closed = locks["zone"].isin(listed.loc[listed["list"] == "closed", "zone"])
        must = locks["lock"] == "must"
        may = pair.isin(pair[(locks["lock"] == "may").to_numpy()])
        bars = (locks["lock"] == "must_not") & (locks["source"] == "")
        barred = pair.isin(pair[bars.to_numpy()])
        self._rows(
            "locks",
            must & closed & ~on_list & ~may,
            "must against the zone's closed list; add the commune to the list, or lock it may",
            "must trái với danh sách đóng của vùng; hãy thêm xã vào danh sách, hoặc khóa may",
        )
        self._rows("locks", must & barred, "must and must_not at once", "vừa must vừa must_not")
        self._rows(
            "locks",
            must & ~(locks["area_ha"] > 0),
            "must needs area_ha above 0",
            "must cần area_ha lớn hơn 0",
        )

    def _empty_zones(self) -> None:
        zones = self.inputs.targets["zone"]
        self._rows(
            "targets",
            ~zones.isin(self.inputs.present["zone"]),
            "an empty zone: its present area was not measured (missing is not zero); measure it, "
            "or state 0 ha",
            "vùng trống: chưa đo diện tích hiện trạng (thiếu số liệu không phải là 0); hãy đo đạc, "
            "hoặc ghi rõ 0 ha",
        )
