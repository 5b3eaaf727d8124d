"""The forest cover target in the allocation: forest that counts by its year, as one more row.

What a hectare of the plan adds is asked of the forecast's own cohorts: the same recursion, its
likely case, with one hectare more of each crop on each land in each year. The recursion is linear
until a limit is met, so another form is taken at the plan that the first led to, and all of them
hold, until the forecast of the plan is what the forms promise. Algebra:
``docs/explanation/allocation.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.base.findings import Finding
from layers.base.messages import message
from zones.allocation.allocate import PLAN, Allocation, allocate
from zones.allocation.cover_held import added_ha
from zones.allocation.inputs import COUNTED, COVER_ASKED, AllocationInputs, AllocationSettings
from zones.forest.trajectory.draws import draw_rates
from zones.forest.trajectory.forecast import Setup, prepare, with_levers
from zones.forest.trajectory.model import Causes, Path, Rates, simulate
from zones.forest.trajectory.planting import (
    PLACED,
    PLANTED_CLASS,
    Planting,
    lay_out_planting,
)
from zones.forest.trajectory.promise import (
    counting_crops,
    cover_targets,
    land_of_sources,
    placed_planting,
    promise_of,
)
from zones.project.trajectory import TrajectorySection

Floats = npt.NDArray[np.float64]

#: Points by which a plan may miss what the linear form promised.
MISS_POINTS = 1e-6
#: Times that a form is taken at most.
_MOST_FORMS = 8
#: Hectares by which a form may lie below what it stands for.
_CRUMB_HA = 1e-5
_FAR = 2100


class CoverLand:
    """The land that a forecast of forest cover starts from; made when it is first asked for."""

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        section: TrajectorySection,
        *,
        layer: str,
        year: int,
        until: int,
    ) -> None:
        self._tables, self._section = tables, section
        self._layer, self.year, self._until = layer, year, until

    @cached_property
    def setup(self) -> Setup:
        """The forecast without the allocation, with a cell for whatever it may place."""
        tables, year = self._tables, self.year
        measured, cover = tables["measured"], tables["forest_cover"]
        crops = sorted({*tables["zone_names"]["crop"].dropna()} - {""})
        codes = cover["commune_code"].iloc[:-1]
        nothing = pd.MultiIndex.from_product([codes, crops], names=["commune_code", "crop"])
        placed = nothing.to_frame(index=False).assign(year=year + 1, on="bare", planned_ha=0.0)
        promise = promise_of(
            PLACED.validate(placed), tables["targets"], tables.get("cover_change"), year=year
        )
        due = cover_targets(tables["targets"], after=year, to=_FAR)["year"]
        setup = prepare(
            measured[measured["layer"] == self._layer],
            cover,
            promise,
            self._section,
            year=year,
            to=self._section.to or int(due.max() if len(due) else self._until),
            look_until=self._until,
        )
        return with_levers(
            setup,
            extra_bare_ha=self._section.extra_bare_ha,
            delay_harvest_ha=self._section.delay_harvest_ha,
        )


@dataclass(frozen=True, slots=True)
class CoverTargets:
    """Targets of the forest cover rate that an allocation may be asked for."""

    land: CoverLand
    targets: pd.DataFrame  # ``target, clause, year, low`` (%)
    crops: pd.Series[str]  # Crop of each zone, by zone
    importance: float  # What a missing hectare of forest that counts weighs; 0: not asked for
    # Forms that an earlier plan on the same land led to, to begin with
    forms: tuple[CoverForm, ...] = ()

    @property
    def setup(self) -> Setup:
        """The forecast without the allocation."""
        return self.land.setup

    @property
    def years(self) -> range:
        """Years of the forecast up to the last target."""
        return range(self.setup.start.year + 1, int(self.targets["year"].max()) + 1)

    def counted_ha(self, path: Path) -> Floats:
        """Forest of the province that counts in the years of the targets; targets × draws."""
        places = [int(year) - self.years.start for year in self.targets["year"]]
        return np.asarray(path.rate_ha.sum(axis=0)[places])


@dataclass(frozen=True, slots=True)
class CoverForm:
    """Forest that counts in the years of the targets, and what one hectare more adds to it."""

    plan: pd.DataFrame  # The plan that the form was taken at
    counted_ha: Floats  # By target, with that plan
    ratios: pd.DataFrame  # ``crop, on, year`` and a column for each target, by its place


def allocate_with_cover(
    inputs: AllocationInputs,
    settings: AllocationSettings,
    asked: CoverTargets | None,
    *,
    near: pd.DataFrame | None = None,
) -> tuple[Allocation, CoverTargets | None, list[Finding]]:
    """Allocate with forest cover as one more target; without one, as ever.

    The targets come back with the forms that held, for the next plan on the same land.
    """
    if asked is None or asked.importance <= 0 or asked.targets.empty:
        return allocate(inputs, settings=settings, near=near), asked, []
    forms = asked.forms
    if not forms:
        first = _follow_plan(asked, inputs, PLAN.empty() if near is None else near)
        forms = (_form_at(asked, inputs, settings, first),)
    for _ in range(_MOST_FORMS):
        told = _with_forms(asked, inputs, forms)
        allocation = allocate(told, settings=settings, near=near)
        followed = _follow_plan(asked, inputs, allocation.plan)
        counted = asked.counted_ha(followed.path)[:, 0]
        promised = _promised_ha(allocation)
        miss = _points(asked, counted - promised.min(axis=0))
        if miss <= MISS_POINTS:
            return allocation, replace(asked, forms=forms), []
        # The forms lie above what a plan holds as long as it brings less and less: one that lies
        # below it elsewhere would hold back what is there.
        kept = np.flatnonzero((promised >= counted - _CRUMB_HA).all(axis=1))
        form = _form_at(asked, inputs, settings, followed)
        forms = (*(forms[place] for place in kept), form)
    return allocation, asked, [_not_linear(miss)]


def _promised_ha(allocation: Allocation) -> Floats:
    """Forest that counts by the linear forms of an allocation; forms × targets."""
    inputs = allocation.inputs
    whole = added_ha(inputs, allocation.plan) + inputs.cover_asked["without_ha"].to_numpy()
    table = inputs.cover_asked.assign(whole=whole)
    wide = table.pivot_table(index="form", columns="target", values="whole", sort=False)
    return wide.to_numpy(dtype="float64")


def _points(asked: CoverTargets, miss_ha: Floats) -> float:
    """Greatest of some differences, in percentage points."""
    area = float(asked.setup.natural_area_ha.sum())
    return float(np.abs(miss_ha).max()) / area * 100


def _not_linear(miss: float) -> Finding:
    return Finding(
        "note",
        "cover-not-settled",
        "allocation",
        message("zones.allocation.cover_not_settled", points=miss, times=_MOST_FORMS),
    )


def _with_forms(
    asked: CoverTargets, inputs: AllocationInputs, forms: tuple[CoverForm, ...]
) -> AllocationInputs:
    """Put linear forms, each taken at a plan of its own, into the inputs."""
    pairs = _pairs(asked, inputs)
    tables, frames = [], []
    for number, form in enumerate(forms):
        both = pairs.merge(form.ratios, on=["crop", "on"])
        mine = [
            both[["zone", "source", "year"]].assign(
                target=target, form=number, counted_ratio=both[str(place)]
            )
            for place, target in enumerate(asked.targets["target"])
        ]
        table = asked.targets.assign(
            form=number,
            asked_percent=asked.targets["low"].astype("float64"),
            importance=asked.importance,
            without_ha=form.counted_ha,
            natural_area_ha=float(asked.setup.natural_area_ha.sum()),
        )
        table = COVER_ASKED.validate(table[COVER_ASKED.names].reset_index(drop=True))
        counted = COUNTED.validate(pd.concat(mine, ignore_index=True)[COUNTED.names])
        one = replace(inputs, cover_asked=table, counted=counted)
        constant = form.counted_ha - added_ha(one, form.plan)
        tables.append(table.assign(without_ha=constant))
        frames.append(counted[counted["counted_ratio"] != 0])
    return replace(
        inputs,
        cover_asked=pd.concat(tables, ignore_index=True),
        counted=COUNTED.validate(pd.concat(frames, ignore_index=True)),
    )


def _pairs(asked: CoverTargets, inputs: AllocationInputs) -> pd.DataFrame:
    """Zones on the land sources that suit them, with the crop and the land of the cohorts."""
    pairs = inputs.suitability[["zone", "source"]].drop_duplicates()
    pairs = pairs.assign(on=land_of_sources(pairs["source"], sharing_sources(inputs)))
    pairs = pairs.dropna(subset="on")
    crop = pairs["zone"].map(asked.crops).fillna("").astype("str")
    return pairs.assign(crop=counting_crops(crop, pairs["on"]))


def sharing_sources(inputs: AllocationInputs) -> set[str]:
    """Land sources whose hectares bear trees already."""
    return set(inputs.sources.loc[inputs.sources["shares"].astype(bool), "source"])


def more_forest_ha(
    asked: CoverTargets,
    inputs: AllocationInputs,
    settings: AllocationSettings,
    plan: pd.DataFrame,
    *,
    more_ha: float,
) -> pd.DataFrame:
    """Forest that counts (ha) by so many hectares more than a plan, what they push aside included.

    ``crop, on, year`` and a column for each target, by its place. No more is pushed aside than
    there is: of what the plan promises in all, and of land.
    """
    followed = _follow_plan(asked, inputs, plan)
    return _form_at(asked, inputs, settings, followed, more_ha).ratios


@dataclass(frozen=True, slots=True)
class _Followed:
    """A plan, and what the likely case makes of it."""

    plan: pd.DataFrame
    planting: Planting
    rest_ha: Floats  # Years, promised beyond what is placed; below 0 where more is placed
    path: Path


def _follow_plan(asked: CoverTargets, inputs: AllocationInputs, plan: pd.DataFrame) -> _Followed:
    """Follow the land of a plan to the last target."""
    setup, years = asked.setup, asked.years
    placed = placed_planting(plan, sharing_sources(inputs), asked.crops)
    planting = lay_out_planting(
        setup.start, placed, years=years, total_ha=setup.total_ha, usual=setup.usual_ha
    )
    forest = placed[placed["crop"] != ""].groupby("year")["planned_ha"].sum()
    rest = setup.total_ha.reindex(list(years)).fillna(0.0).to_numpy() - forest.reindex(
        list(years), fill_value=0.0
    ).to_numpy(dtype="float64")
    return _Followed(plan, planting, rest, _follow(setup, planting, 1))


def _form_at(
    asked: CoverTargets,
    inputs: AllocationInputs,
    settings: AllocationSettings,
    followed: _Followed,
    more_ha: float = 1.0,
) -> CoverForm:
    """Forest that counts with a plan, and with a hectare (or more) more of each crop and year."""
    groups = _groups(asked, inputs, settings)
    more = _with_more(asked.setup, followed, groups, more_ha)
    ends = asked.counted_ha(_follow(asked.setup, more, 1 + len(groups)))
    ratios = {str(place): values[1:] - values[0] for place, values in enumerate(ends)}
    return CoverForm(followed.plan, ends[:, 0], groups.assign(**ratios))


def _groups(
    asked: CoverTargets, inputs: AllocationInputs, settings: AllocationSettings
) -> pd.DataFrame:
    """Crops, lands and years of planting that may reach the last target.

    What is planted later is young in its year, and gives way to nothing that counts by then.
    """
    last = asked.years.stop - 1 - asked.setup.section.legal_lag.years
    years = [year for year in settings.years if year <= last]
    known = _pairs(asked, inputs)[["crop", "on"]].drop_duplicates()
    known = known[known["crop"].isin([*asked.setup.start.crops, ""])].sort_values(["crop", "on"])
    return known.merge(pd.DataFrame({"year": years}, dtype="int64"), how="cross")


def _with_more(setup: Setup, followed: _Followed, groups: pd.DataFrame, more_ha: float) -> Planting:
    """The planting itself, then with hectares more of each group; draws on the last axis.

    They lie in the communes as the land they are planted on lies there in that year.
    """
    count = 1 + len(groups)
    planting, path = followed.planting, followed.path
    cells, years = setup.start.cells, planting.years
    bare, harvested, other, lost = (
        np.repeat(table[:, :, None], count, axis=2)
        for table in (
            planting.bare_ha,
            planting.harvested_ha,
            planting.other_ha,
            planting.lost_bare_ha,
        )
    )
    planted = {"bare": bare, "harvested": harvested, "other": other}
    left = np.repeat(followed.rest_ha[:, None], count, axis=1)
    lands = {
        "bare": (path.bare_ha + path.new_ha)[:, :, 0],
        "harvested": (path.harvested_ha + path.replanted_ha)[:, :, 0],
        "other": np.maximum(path.other_ha[:, :, 0], 0.0),
    }
    commune = cells["commune"].to_numpy()
    new = (cells["three_forest"] == PLANTED_CLASS).to_numpy()
    for number, (crop, land, year) in enumerate(groups.to_numpy().tolist(), start=1):
        at = year - years.start
        lying = lands[land][:, at]
        if crop:
            left[at, number] -= more_ha
            mine = np.flatnonzero(new & (cells["crop"] == crop).to_numpy())
            part = lying[commune[mine]]
            table = planted[land]
        elif land == "bare":
            mine, part, table = np.arange(len(lying)), lying, lost
        else:
            continue
        if part.sum() > 0:
            table[mine, at, number] += more_ha * part / part.sum()
    return replace(
        planting,
        bare_ha=bare,
        harvested_ha=harvested,
        other_ha=other,
        lost_bare_ha=lost,
        promised_ha=np.maximum(left, 0.0),
    )


def _follow(setup: Setup, planting: Planting, draws: int) -> Path:
    """Likely case of a planting, as many times as it has draws."""
    likely = draw_rates(setup.unknowns, draws=0, seed=setup.section.seed)
    rates = Rates(
        np.repeat(likely.counts, draws, axis=-1),
        np.repeat(likely.survival, draws),
        np.repeat(likely.bare_share, draws),
        np.repeat(likely.harvest_share, draws, axis=-1),
        np.repeat(likely.harvest_ha, draws, axis=-1),
    )
    return simulate(setup.start, planting, rates, _causes_of(setup, len(planting.years)))


def _causes_of(setup: Setup, count: int) -> Causes:
    return setup.until(setup.start.year + count)[1]
