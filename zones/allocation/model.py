"""The allocation as a linear programme: columns of hectares, rows of land, pace and targets.

A column is one zone in one commune on one land source in one year, and it exists only where land,
suitability, list and locks allow it. Targets, yearly floors and ``must`` locks are elastic: each
has a shortfall column, so the programme always has an answer; the algebra stands in
``docs/explanation/allocation.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from layers.base.remembered import remembered
from zones.allocation.inputs import AllocationInputs, AllocationSettings
from zones.allocation.land_years import land_windows, usable_land, usable_years
from zones.solver.linear_programme import Programme

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Rows with a shortfall column.
_ELASTIC = ("target_low", "cover_low", "pace_low", "must")

#: What a row says where a key or a bound does not apply.
_DEFAULTS: dict[str, str | float] = {
    "zone": "",
    "commune_code": "",
    "source": "",
    "target": "",
    "year": np.nan,
    "lower": -np.inf,
    "upper": np.inf,
    "weight": 0.0,
}


_NO_ROWS = pd.DataFrame(
    {
        name: pd.Series(dtype="str" if isinstance(value, str) else "float64")
        for name, value in {"kind": "", **_DEFAULTS}.items()
    }
)
_NO_MEMBERS = pd.DataFrame({"row": [], "column": []}, dtype="int64").assign(value=0.0)
_NO_USES = pd.DataFrame({"window": [], "in_year": []}, dtype="int64")


@dataclass(frozen=True)
class Model:
    """The rows and columns that all stages share; what follows from them is worked out once."""

    inputs: AllocationInputs  # The checked inputs
    settings: AllocationSettings  # The settings
    # One row per column of hectares: ``zone, commune_code, source, year, suitability, preferred``
    # (on the plan's list, or the zone has none)
    columns: pd.DataFrame
    # One row per row: ``kind`` (``land, land_year, pace, pace_low, target_low, target_high,
    # cover_low, cover_cut, must``), ``zone, commune_code, source, year, target, lower, upper,
    # weight``; text that does not apply is empty, weight is that of the shortfall
    rows: pd.DataFrame
    # Rows × (columns of hectares, then the shortfalls of elastic rows in order, then the hectares
    # of each window of years used in each of its years)
    matrix: sparse.csc_matrix

    @cached_property
    def elastic(self) -> Integers:
        """Numbers of the rows that have a shortfall column, in the order of those columns."""
        return np.flatnonzero(self.rows["kind"].isin(_ELASTIC).to_numpy())

    @cached_property
    def pair(self) -> Integers:
        """Number of the zone in its commune, in order, of each column of hectares."""
        return _pairs(self.columns)

    @cached_property
    def land(self) -> pd.DataFrame:
        """Hectares that the plan may use: ``commune_code, source, origin, usable_ha``."""
        return usable_land(self.inputs.available, self.inputs.sources, self.settings)

    @cached_property
    def pieces(self) -> pd.DataFrame:
        """Pieces of land with years of their own, as ``land_windows`` gives them."""
        return land_windows(self.inputs.available, self.inputs.sources, self.settings)[1]

    @cached_property
    def cuts(self) -> tuple[Integers, Integers]:
        """Rows that use the shortfall of another row, and the place of that among the elastic."""
        return _cuts(self.rows, self.elastic)

    @property
    def shortfalls(self) -> slice:
        """Where the shortfalls stand among the columns of the matrix."""
        return slice(len(self.columns), len(self.columns) + len(self.elastic))

    def programme(self) -> Programme:
        """Programme of the first stage: the least weighted shortfall."""
        count = self.matrix.shape[1]
        cost = np.zeros(count)
        cost[self.shortfalls] = self.rows["weight"].to_numpy()[self.elastic]
        return Programme(
            cost,
            np.zeros(count),
            np.full(count, np.inf),
            self.matrix,
            self.rows["lower"].to_numpy(),
            self.rows["upper"].to_numpy(),
        )


@remembered()
def _pairs(columns: pd.DataFrame) -> Integers:
    pairs = columns.groupby(["zone", "commune_code"]).ngroup()
    return np.asarray(pairs, dtype="int64")


def build_model(inputs: AllocationInputs, settings: AllocationSettings) -> Model:
    """Write the allocation as rows and columns."""
    zones = [*inputs.targets["zone"], *inputs.locks["zone"], *inputs.pace["zone"]]
    land = inputs.available, inputs.sources
    columns = _columns(
        tuple(dict.fromkeys(zones)),
        inputs.suitability,
        inputs.available,
        inputs.listed,
        inputs.locks,
        settings,
    )
    rows = _rows_of_land_and_pace(columns, *land, inputs.pace, settings).going_on()
    _add_targets(rows, inputs)
    _add_cover(rows, inputs)
    _add_musts(rows, inputs, settings)
    frame, matrix = rows.assembled()
    return Model(inputs, settings, columns, frame, matrix)


@remembered()
def _columns(
    zones: tuple[str, ...],
    suitability: pd.DataFrame,
    available: pd.DataFrame,
    listed: pd.DataFrame,
    locks: pd.DataFrame,
    settings: AllocationSettings,
) -> pd.DataFrame:
    """Where hectares may be added: suitable, on land, on the list or allowed, not barred."""
    suits = suitability[(suitability["suitability"] > 0) & suitability["zone"].isin(zones)]
    frame = suits.merge(usable_years(available, settings), on=["commune_code", "source"])
    # Of no rows at all the years would be texts.
    first = frame["zone"].map(settings.zone_first_year).fillna(settings.first_year).astype("int64")
    frame = _within_lists(frame[frame["year"] >= first], listed, locks)
    frame = _not_barred(frame, locks)
    order = ["zone", "commune_code", "source", "year"]
    return frame.sort_values(order, ignore_index=True)[[*order, "suitability", "preferred"]]


def _within_lists(frame: pd.DataFrame, listed: pd.DataFrame, locks: pd.DataFrame) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_frame(frame[["zone", "commune_code"]])
    on_list = pairs.isin(pd.MultiIndex.from_frame(listed[["zone", "commune_code"]]))
    may = allowed_by_lock(frame, locks)
    closed = frame["zone"].isin(listed.loc[listed["list"] == "closed", "zone"])
    unlisted_zone = ~frame["zone"].isin(listed["zone"])
    frame = frame.assign(preferred=on_list | may | unlisted_zone)
    return frame[~closed | on_list | may]


def allowed_by_lock(frame: pd.DataFrame, locks: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which rows a lock ``may`` allows, for all land of a commune or for one source."""
    pair, triple = ["zone", "commune_code"], ["zone", "commune_code", "source"]
    may = locks[locks["lock"] == "may"]
    whole = pd.MultiIndex.from_frame(may.loc[may["source"] == "", pair])
    one = pd.MultiIndex.from_frame(may.loc[may["source"] != "", triple])
    here = pd.MultiIndex.from_frame(frame[pair]).isin(whole)
    return np.asarray(here | pd.MultiIndex.from_frame(frame[triple]).isin(one))


def _not_barred(frame: pd.DataFrame, locks: pd.DataFrame) -> pd.DataFrame:
    bars = locks[locks["lock"] == "must_not"]
    whole = bars[bars["source"] == ""]
    pairs = pd.MultiIndex.from_frame(frame[["zone", "commune_code"]])
    triples = pd.MultiIndex.from_frame(frame[["zone", "commune_code", "source"]])
    barred = pairs.isin(pd.MultiIndex.from_frame(whole[["zone", "commune_code"]]))
    barred |= triples.isin(pd.MultiIndex.from_frame(bars[["zone", "commune_code", "source"]]))
    return frame[~barred]


@dataclass(slots=True)
class _Rows:
    """Rows in the making; each names its members by a merge with the columns."""

    columns: pd.DataFrame
    frames: list[pd.DataFrame] = field(default_factory=list)
    members: list[pd.DataFrame] = field(default_factory=list)
    uses: list[pd.DataFrame] = field(default_factory=list)
    count: int = 0
    places: dict[str, pd.Index] = field(init=False)  # Values of each key of a column
    numbered: pd.DataFrame = field(
        init=False
    )  # Keys of the columns by their places, and ``column``

    def __post_init__(self) -> None:
        """Number the keys once: every row looks its members up by them."""
        keys = ("zone", "commune_code", "source", "year")
        self.places = {key: pd.Index(self.columns[key].unique()) for key in keys}
        numbered = _numbered(self.columns, self.places)
        self.numbered = numbered.assign(column=np.arange(len(numbered)))

    def going_on(self) -> _Rows:
        """The same rows, to which more may be added."""
        more = copy(self)
        more.frames, more.members = list(self.frames), list(self.members)
        more.uses = list(self.uses)
        return more

    def add(
        self,
        rows: pd.DataFrame,
        *,
        on: list[str],
        until: bool = False,
        among: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Add rows whose members are the columns that agree with them in the keys ``on``.

        With ``until`` the members are those of the row's year and of every year before; ``among``
        says which columns may be members.
        """
        if rows.empty:
            return
        rows = rows.copy()
        for name, value in _DEFAULTS.items():
            if name not in rows.columns:
                rows[name] = value
        rows["row"] = np.arange(self.count, self.count + len(rows))
        columns = self.numbered if among is None else self.numbered[among]
        keys = _numbered(rows, {key: self.places[key] for key in on})
        keys = keys.assign(row=rows["row"].to_numpy(), until=rows["year"].to_numpy("float64"))
        pairs = keys.merge(columns, on=on) if on else keys.merge(columns, how="cross")
        if until:
            year = self.columns["year"].to_numpy()[pairs["column"].to_numpy()]
            pairs = pairs[year <= pairs["until"].to_numpy()]
        self._put(rows, pairs[["row", "column"]].assign(value=1.0))

    def add_weighted(self, row: dict[str, object], weights: pd.DataFrame) -> None:
        """Add a row in which hectares count by ``value``, by zone, source and year."""
        frame = pd.DataFrame([{**_DEFAULTS, **row, "row": self.count}])
        columns = self.columns.assign(column=np.arange(len(self.columns)), row=self.count)
        self._put(frame, columns.merge(weights, on=["zone", "source", "year"]))

    def _put(self, rows: pd.DataFrame, members: pd.DataFrame) -> None:
        self.frames.append(rows)
        self.members.append(members[["row", "column", "value"]])
        self.count += len(rows)

    def assembled(self) -> tuple[pd.DataFrame, sparse.csc_matrix]:
        names = ["kind", "zone", "commune_code", "source", "year", "target"]
        names += ["lower", "upper", "weight"]
        frame = pd.concat([_NO_ROWS, *self.frames], ignore_index=True)[names]
        frame["year"] = frame["year"].astype("Int64")
        pairs = pd.concat([_NO_MEMBERS, *self.members], ignore_index=True)
        elastic = np.flatnonzero(frame["kind"].isin(_ELASTIC).to_numpy())
        width, wishes = len(self.columns), len(elastic)
        uses = pd.concat([_NO_USES, *self.uses], ignore_index=True)
        cuts, shared = _cuts(frame, elastic)
        row = np.concatenate([pairs["row"], elastic, uses["window"], uses["in_year"], cuts])
        column = np.concatenate(
            [
                pairs["column"],
                width + np.arange(wishes),
                np.tile(width + wishes + np.arange(len(uses)), 2),
                width + shared,
            ]
        )
        ones = np.repeat([1.0, -1.0], [wishes + len(uses), len(uses)])
        value = np.concatenate([pairs["value"].to_numpy(), ones, np.ones(len(cuts))])
        shape = (len(frame), width + wishes + len(uses))
        entries = (value, (row.astype("int64"), column.astype("int64")))
        return frame, sparse.csc_matrix(entries, shape=shape)


def _cuts(rows: pd.DataFrame, elastic: Integers) -> tuple[Integers, Integers]:
    """Further linear forms of a target of forest cover, and the shortfall that they share."""
    cuts = np.flatnonzero((rows["kind"] == "cover_cut").to_numpy())
    owners = rows.iloc[elastic].reset_index(drop=True)
    owners = owners[owners["kind"] == "cover_low"]
    place = pd.Series(owners.index, index=owners["target"], dtype="int64")
    return cuts, place.reindex(rows["target"].iloc[cuts]).to_numpy(dtype="int64")


@remembered()
def _rows_of_land_and_pace(
    columns: pd.DataFrame,
    available: pd.DataFrame,
    sources: pd.DataFrame,
    pace: pd.DataFrame,
    settings: AllocationSettings,
) -> _Rows:
    """Rows that no target changes."""
    rows = _Rows(columns)
    _add_land(rows, land_windows(available, sources, settings), settings)
    planting = columns["source"].isin(sources.loc[~sources["shares"], "source"]).to_numpy()
    _add_pace(rows, yearly_pace(pace, settings), planting)
    return rows


def _add_land(
    rows: _Rows, windows: tuple[pd.DataFrame, pd.DataFrame], settings: AllocationSettings
) -> None:
    """Each hectare once.

    Pieces with years of their own are used by columns of their own: a piece in all its years gives
    no more than it has (``land``), and a year takes no more than its pieces give (``land_year``).
    """
    keys = ["commune_code", "source"]
    whole, pieces = windows
    whole = whole.rename(columns={"area_ha": "upper"})
    rows.add(whole.assign(kind="land", year=settings.last_year), on=keys, until=True)
    if pieces.empty:
        return
    nothing = np.zeros(len(rows.columns), dtype=bool)
    start = rows.count
    limits = pieces.rename(columns={"area_ha": "upper"})[[*keys, "upper"]]
    rows.add(limits.assign(kind="land"), on=keys, among=nothing)
    uses = pieces.reset_index(names="window").merge(pd.DataFrame({"year": settings.years}), "cross")
    uses = uses[uses["year"].between(uses["first"], uses["last"])]
    years = uses[[*keys, "year"]].drop_duplicates()
    numbered = years.assign(in_year=rows.count + np.arange(len(years)))
    rows.add(years.assign(kind="land_year", upper=0.0), on=[*keys, "year"])
    uses = uses.merge(numbered, on=[*keys, "year"])
    rows.uses.append(uses.assign(window=uses["window"] + start)[["window", "in_year"]])


def yearly_pace(pace: pd.DataFrame, settings: AllocationSettings) -> pd.DataFrame:
    """Pace of every year; what a row says of one year stands in place of what is said of each."""
    keys = ["zone", "commune_code", "year"]
    years = pd.DataFrame({"year": pd.array(settings.years, dtype="Int64")})
    every = pace[pace["year"].isna()].drop(columns="year").merge(years, how="cross")
    both = pd.concat([pace[pace["year"].notna()], every])
    # What was planted before a zone's first year stands in its present area.
    first = both["zone"].map(dict(settings.zone_first_year)).fillna(settings.first_year)
    both = both[both["year"] >= first.astype("int64")]
    return both.groupby(keys, as_index=False)[["low_ha", "high_ha"]].first()


def _add_pace(rows: _Rows, pace: pd.DataFrame, planting: npt.NDArray[np.bool_]) -> None:
    """Most and least of each year; ``planting`` says which columns are no work under trees."""
    keys = ["zone", "commune_code", "year"]
    for has_zone in (False, True):
        for has_commune in (False, True):
            mine = pace[
                ((pace["zone"] != "") == has_zone) & ((pace["commune_code"] != "") == has_commune)
            ]
            on = ["zone"] * has_zone + ["commune_code"] * has_commune + ["year"]
            # Work on land that bears trees already is no planting: only its own figures hold it.
            among = None if has_zone else planting
            most = mine[mine["high_ha"].notna()]
            frame = most[keys].assign(kind="pace", upper=most["high_ha"])
            rows.add(frame.reset_index(drop=True), on=on, among=among)
            least = mine[mine["low_ha"] > 0]
            frame = least[keys].assign(kind="pace_low", lower=least["low_ha"], weight=1.0)
            rows.add(frame.reset_index(drop=True), on=on, among=among)


def _add_targets(rows: _Rows, inputs: AllocationInputs) -> None:
    """Present − losses + added ≥ low, made elastic; ≤ high, never asking for less than is there."""
    targets = inputs.targets
    needed = pd.DataFrame(
        {
            "zone": targets["zone"],
            "commune_code": targets["commune_code"],
            "year": targets["year"],
            "target": targets["target"],
            "weight": targets["importance"],
            "standing": present_until(inputs.present, targets) - lost_until(inputs.losses, targets),
            "low": targets["low_ha"],
            "high": targets["high_ha"],
        }
    )
    for in_commune in (False, True):
        mine = needed[(needed["commune_code"] != "") == in_commune]
        on = ["zone", "commune_code"] if in_commune else ["zone"]
        keys = ["zone", "commune_code", "year", "target"]
        low = mine[mine["low"] > mine["standing"]]
        frame = low[[*keys, "weight"]].assign(kind="target_low", lower=low["low"] - low["standing"])
        rows.add(frame.reset_index(drop=True), on=on, until=True)
        high = mine[mine["high"].notna()]
        room = (high["high"] - high["standing"]).clip(lower=0)
        frame = high[keys].assign(kind="target_high", upper=room)
        rows.add(frame.reset_index(drop=True), on=on, until=True)


def _add_cover(rows: _Rows, inputs: AllocationInputs) -> None:
    """Forest that counts without the plan + what its hectares add ≥ what is asked, made elastic.

    Of several linear forms each holds, with one shortfall for all of them (``cover_cut``).
    """
    counted = inputs.counted.rename(columns={"counted_ratio": "value"})
    first = ~inputs.cover_asked.duplicated("target").to_numpy()
    for kind, asked in zip(
        np.where(first, "cover_low", "cover_cut"),
        inputs.cover_asked.to_dict("records"),
        strict=True,
    ):
        needed = asked["asked_percent"] / 100 * asked["natural_area_ha"] - asked["without_ha"]
        mine = (counted["target"] == asked["target"]) & (counted["form"] == asked["form"])
        row = {"target": asked["target"], "year": asked["year"], "weight": asked["importance"]}
        rows.add_weighted({"kind": str(kind), "lower": needed, **row}, counted[mine])


@remembered(most=6)
def present_until(present: pd.DataFrame, targets: pd.DataFrame) -> Floats:
    """Present area that each target counts: what is known of it."""
    areas = present.dropna().rename(columns={"present_ha": "area"}).assign(at=0)
    return _sum_until(targets.assign(year=1), areas)


@remembered(most=6)
def present_told(present: pd.DataFrame, targets: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether anybody knows a present area that the target counts: none known is not 0 ha."""
    return present_until(present.assign(present_ha=present["present_ha"] * 0 + 1), targets) > 0


@remembered(most=6)
def lost_until(losses: pd.DataFrame, targets: pd.DataFrame) -> Floats:
    """Area lost until the year of each target."""
    return _sum_until(targets, losses.rename(columns={"loss_ha": "area", "year": "at"}))


def planned_until(plan: pd.DataFrame, targets: pd.DataFrame) -> Floats:
    """Area added until the year of each target."""
    return _sum_until(targets, plan.rename(columns={"planned_ha": "area", "year": "at"}))


def _sum_until(targets: pd.DataFrame, areas: pd.DataFrame) -> Floats:
    """Hectares of each target's zone, in its commune where it has one, until its year."""
    at, area = (areas[name].to_numpy("float64") for name in ("at", "area"))
    in_zone: dict[Any, Any] = areas.groupby("zone").indices
    in_commune: dict[Any, Any] = {}
    if targets["commune_code"].ne("").any():
        in_commune = areas.groupby(["zone", "commune_code"]).indices
    sums = np.zeros(len(targets))
    years = targets["year"].to_numpy("float64")
    wanted = zip(targets["zone"], targets["commune_code"], years, strict=True)
    for row, (zone, code, year) in enumerate(wanted):
        place = in_commune.get((zone, code)) if code else in_zone.get(zone)
        if place is not None:
            counted = area[place[at[place] <= year]]
            # One after the other: a sum of sums may end in another digit.
            sums[row] = counted.cumsum()[-1] if len(counted) else 0.0
    return sums


def _numbered(frame: pd.DataFrame, places: Mapping[str, pd.Index]) -> pd.DataFrame:
    """Keys by their place in an index, which pandas merges faster than texts; -1 is not in it."""
    return pd.DataFrame(
        {key: index.get_indexer(pd.Index(frame[key])) for key, index in places.items()}
    )


def _add_musts(rows: _Rows, inputs: AllocationInputs, settings: AllocationSettings) -> None:
    musts = inputs.locks[inputs.locks["lock"] == "must"]
    for on_source in (False, True):
        mine = musts[(musts["source"] != "") == on_source]
        on = ["zone", "commune_code"] + ["source"] * on_source
        frame = mine[["zone", "commune_code", "source"]].assign(
            kind="must", lower=mine["area_ha"], weight=settings.must_weight
        )
        rows.add(frame.reset_index(drop=True), on=on)
