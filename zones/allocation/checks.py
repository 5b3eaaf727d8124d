"""What can be wrong with the tables of an allocation: everything collected, raised once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layers.base.errors import SchemaError
from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.remembered import remembered
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

#: Least and most weight that the solver tells from nothing and from no limit; 0 leaves a thing out.
_WEIGHTS = (1e-3, 1e6)


def check_allocation_inputs(
    inputs: AllocationInputs, settings: AllocationSettings
) -> AllocationInputs:
    """Check the tables together and put them in order."""
    findings = Findings()
    frames: dict[str, pd.DataFrame] = {}
    for name in SCHEMAS:
        try:
            frames[name] = _in_order(getattr(inputs, name), name)
        except SchemaError as error:
            findings.add(Finding("error", "table", name, error.phrase))
    findings.raise_errors()
    validated = AllocationInputs(**frames, natural_area_ha=inputs.natural_area_ha)
    checker = _Checker(validated, settings, findings)
    checker.check()
    findings.raise_errors()
    return replace(
        validated,
        available=_with_freed_land(validated.available, validated.losses),
        pace=_pace_by_year(validated.pace, settings.years),
    )


@remembered(most=2 * len(SCHEMAS))
def _in_order(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table with the columns of its schema, in the order of its keys."""
    schema = SCHEMAS[name]
    return schema.validate(_filled(frame, schema)).sort_values(KEYS[name], ignore_index=True)


def _beyond(weights: pd.Series[float]) -> pd.Series[bool]:
    """Whether weights are beyond what the solver tells from nothing and from no limit."""
    return (weights != 0) & ~weights.between(*_WEIGHTS)


def _filled(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Add the columns that may be empty and were left out."""
    absent = [c.name for c in schema.columns if c.nullable and c.name not in frame.columns]
    return frame.assign(**dict.fromkeys(absent, np.nan))


@remembered()
def _with_freed_land(available: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """Land plus what losses free: cut in one year, free from the next."""
    freed = losses[losses["source"] != ""]
    if freed.empty:
        return available
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
    both = pd.concat([available, AVAILABLE.validate(added)], ignore_index=True)
    return both.sort_values(KEYS["available"], ignore_index=True)


@remembered()
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


def _wrong_rows(
    table: str, frame: pd.DataFrame, rows: pd.Series[bool], what: Phrase
) -> list[Finding]:
    """A finding on the rows of a table at which something is wrong, if there are any."""
    there = rows.fillna(False).to_numpy(dtype=bool)
    if not there.any():
        return []
    wrong = frame.loc[there, KEYS[table]]
    said = [tuple(str(part) for part in row) for row in wrong.to_numpy()]
    told = message("zones.allocation.rows_wrong", count=len(wrong), rows=said, what=what)
    return [Finding("error", "row", table, told)]


@remembered(most=2 * len(SCHEMAS))
def _wrong_by_itself(
    name: str,
    frame: pd.DataFrame,
    communes: pd.DataFrame,
    sources: pd.DataFrame,
    zones: tuple[str, ...],
) -> list[Finding]:
    """Rows that stand twice, that lack a key or have an unknown one, and figures without end.

    The hectares of a row without commune, zone or source would be lost unsaid.
    """
    schema = SCHEMAS[name]
    said = [(frame.duplicated(KEYS[name]), message("zones.allocation.rows_repeated"))]
    for column in ("commune_code", "zone", "source"):
        if column in schema.names and column not in MAY_BE_EMPTY.get(schema.name, ()):
            told = message("zones.allocation.column_empty", column=column)
            empty = frame[column] == ""
            if name == "listed" and column == "commune_code":
                empty &= frame["list"] != "closed"  # A closed list of nobody has one row
            said.append((empty, told))
    for column, known in (
        ("commune_code", communes["commune_code"]),
        ("source", sources["source"]),
        ("zone", zones),
    ):
        if column in schema.names and name not in {"communes", "sources"}:
            told = message(f"zones.allocation.stranger_{column}")
            said.append((~frame[column].isin([*known, ""]), told))
    numbers = [column.name for column in schema.columns if column.kind == "number"]
    infinite = frame[numbers].isin([np.inf, -np.inf]).any(axis=1)
    said.append((infinite, message("zones.allocation.infinite_figure")))
    return [finding for rows, what in said for finding in _wrong_rows(name, frame, rows, what)]


@dataclass(frozen=True, slots=True)
class _Checker:
    """Collects what is wrong with tables whose columns are right."""

    inputs: AllocationInputs
    settings: AllocationSettings
    findings: Findings

    def check(self) -> None:
        self._settings()
        self._tables()
        self._words()
        self._numbers()
        self._land()
        self._losses()
        self._targets()
        self._pace()
        self._locks()
        self._empty_zones()

    def _add(self, table: str, kind: str, what: Phrase) -> None:
        self.findings.add(Finding("error", kind, table, what))

    def _rows(self, table: str, rows: pd.Series, what: Phrase) -> None:
        """Report the rows of a table at which something is wrong, if there are any."""
        for finding in _wrong_rows(table, getattr(self.inputs, table), rows, what):
            self.findings.add(finding)

    def _settings(self) -> None:
        settings = self.settings
        first, last = settings.first_year, settings.last_year
        if last < first:
            self._add(
                "settings",
                "years",
                message("zones.allocation.years_reversed", last=last, first=first),
            )
        least, most = _WEIGHTS
        told = message("zones.allocation.weights_beyond", least=str(least), most=most)
        weights = pd.Series([settings.unlisted_cost, settings.must_weight])
        if _beyond(weights).any():
            self._add("settings", "weights", told)
        for name in ("targets", "cover_asked"):
            self._rows(name, _beyond(getattr(self.inputs, name)["importance"]), told)

    def _tables(self) -> None:
        """Tell what is wrong with the rows of each table by themselves."""
        inputs = self.inputs
        zones = {*inputs.targets["zone"], *inputs.present["zone"], *inputs.suitability["zone"]}
        for name in SCHEMAS:
            for finding in _wrong_by_itself(
                name,
                getattr(inputs, name),
                inputs.communes,
                inputs.sources,
                tuple(sorted(zones)),
            ):
                self.findings.add(finding)
        locks = inputs.locks
        self._rows(
            "locks", locks["commune_code"] == "", message("zones.allocation.no_commune_code")
        )

    def _words(self) -> None:
        listed, locks = self.inputs.listed, self.inputs.locks
        self._rows(
            "listed",
            ~listed["list"].isin(["open", "closed"]),
            message("zones.allocation.list_open_or_closed"),
        )
        self._rows(
            "locks",
            ~locks["lock"].isin(["must", "may", "must_not"]),
            message("zones.allocation.bad_lock"),
        )
        kinds = listed.groupby("zone")["list"].transform("nunique")
        self._rows(
            "listed",
            kinds > 1,
            message("zones.allocation.list_open_and_closed"),
        )

    def _numbers(self) -> None:
        for name, column in (
            ("suitability", "suitability"),
            ("sources", "limit_ratio"),
            ("cover", "cover_change_ratio"),
        ):
            values: pd.Series = getattr(self.inputs, name)[column]
            self._rows(name, values.abs() > 1, message("zones.allocation.above_one", column=column))

    def _land(self) -> None:
        land = self.inputs.available
        self._rows(
            "available",
            land["from_year"] > land["until_year"],
            message("zones.allocation.from_year_after_until_year"),
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
            message("zones.allocation.more_land_than_ground"),
        )

    def _losses(self) -> None:
        """Tell losses beyond what is there; what is planted within the plan is not lost in it."""
        losses, keys = self.inputs.losses, ["zone", "commune_code"]
        first, last = self.settings.first_year, self.settings.last_year
        self._rows(
            "losses",
            ~losses["year"].between(first, last),
            message("zones.allocation.year_outside", first=first, last=last),
        )
        begins = losses["zone"].map(dict(self.settings.zone_first_year)).astype("float64")
        self._rows(
            "losses", losses["year"] < begins, message("zones.allocation.lost_before_present")
        )
        present = self.inputs.present.set_index(keys)["present_ha"]
        present = present[~present.index.duplicated()]
        standing = present.reindex(pd.MultiIndex.from_frame(losses[keys])).fillna(0.0).to_numpy()
        measured = losses["zone"].isin(self.inputs.present["zone"].unique())
        lost = losses.groupby(keys)["loss_ha"].transform("sum")
        self._rows(
            "losses",
            measured & (lost > standing + 1e-6),
            message("zones.allocation.lost_more_than_present"),
        )

    def _targets(self) -> None:
        targets = self.inputs.targets
        first, last = self.settings.first_year, self.settings.last_year
        low, high = targets["low_ha"], targets["high_ha"]
        self._rows("targets", low > high, message("zones.allocation.low_above_high"))
        self._rows(
            "targets",
            low.isna() & high.isna(),
            message("zones.allocation.no_limits"),
        )
        self._rows(
            "targets",
            ~targets["year"].between(first, last),
            message("zones.allocation.year_outside", first=first, last=last),
        )

    def _pace(self) -> None:
        pace = self.inputs.pace
        low, high, year = pace["low_ha"], pace["high_ha"], pace["year"]
        first, last = self.settings.first_year, self.settings.last_year
        self._rows(
            "pace",
            high == 0,
            message("zones.allocation.pace_of_zero"),
        )
        self._rows("pace", low > high, message("zones.allocation.low_above_high"))
        self._rows(
            "pace",
            low.isna() & high.isna(),
            message("zones.allocation.no_limits"),
        )
        self._rows(
            "pace",
            year.notna() & ~year.between(first, last),
            message("zones.allocation.year_outside", first=first, last=last),
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
            message("zones.allocation.must_against_list"),
        )
        self._rows("locks", must & barred, message("zones.allocation.must_and_must_not"))
        self._rows(
            "locks",
            must & ~(locks["area_ha"] > 0),
            message("zones.allocation.must_needs_area"),
        )

    def _empty_zones(self) -> None:
        zones = self.inputs.targets["zone"]
        self._rows(
            "targets",
            ~zones.isin(self.inputs.present["zone"].unique()),
            message("zones.allocation.empty_zone"),
        )
