"""The recursion: bare → planted, not yet forest → forest → harvested → replanted, year by year.

Shares of a cohort depend on its species, its age and the draw alone, so they are computed once and
multiply the hectares of all communes. What depends on a commune's own land (no more is planted
than lies bare or harvested, no more is cut than stands mature) follows year by year. Algebra:
``docs/explanation/trajectory.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from layers.base.errors import ClosureError
from zones.forest.trajectory.cohorts import Start
from zones.forest.trajectory.planting import Planting

Floats = npt.NDArray[np.float64]

#: Hectares by which the land of a commune may differ from what it was.
CLOSURE_HA = 1e-6
#: Three-forest classes that are cut by rotation.
_CUT = ("production", "outside")


@dataclass(frozen=True, slots=True)
class Rates:
    """What the draws differ in; the last axis of every array is the draw."""

    counts: Floats  # Species × ages × draws, share of plantings that is forest by age
    survival: Floats  # Draws, share of plantings that become forest; the rest falls bare
    bare_share: Floats  # Draws, share of promised planting on bare land
    harvest_share: Floats  # Species × draws, of mature forest, cut in a year
    harvest_ha: Floats  # Species × draws, a fixed harvest in its place; NaN: by share


@dataclass(frozen=True, slots=True)
class Causes:
    """What is the same in all draws."""

    rotation: npt.NDArray[np.int64]  # Species, age of harvest; 0: not cut
    # Share of all forest lost in a year that falls bare, and that goes to other use
    lost_to_bare: float
    lost_to_other: float
    regeneration_ha: float  # Bare land that becomes natural forest in a year
    resurvey_ha: Floats  # Years, other land found to be natural forest (below 0: the reverse)
    extra_bare_ha: Floats  # Cells × years, planted on bare land beyond everything else
    # Communes × years, harvest put off beyond the horizon
    delay_ha: Floats


@dataclass(frozen=True, slots=True)
class Path:
    """Land of every commune at the end of every year; communes × years × draws, in hectares."""

    natural_ha: Floats
    forest_ha: Floats  # Planted, and forest
    young_ha: Floats  # Planted, not yet forest
    bare_ha: Floats
    harvested_ha: Floats  # Harvested and not replanted
    other_ha: Floats
    cut_ha: Floats  # Harvested in the year
    new_ha: Floats  # Planted in the year on bare and other land (TR1)
    replanted_ha: Floats  # Planted in the year after harvest (TR2)
    became_ha: Floats  # Plantings that meet the criteria in the year
    lost_ha: Floats  # Forest lost to fire, clearing, weather and change of purpose in the year
    regenerated_ha: Floats
    resurveyed_ha: Floats
    # Years × draws: asked of harvest, of bare and of harvested land, and not there
    short_cut_ha: Floats
    short_bare_ha: Floats
    short_harvested_ha: Floats

    @property
    def rate_ha(self) -> Floats:
        """Forest that counts for the rate."""
        return self.natural_ha + self.forest_ha


def simulate(start: Start, planting: Planting, rates: Rates, causes: Causes) -> Path:
    """Follow the land of all communes through the years of a planting, for every draw."""
    state = _State(start, planting, rates, causes)
    for step in range(1, len(planting.years) + 1):
        state.pass_year(step)
    return state.path()


def standing_harvest(
    start: Start, nothing: Planting, rates: Rates, causes: Causes
) -> tuple[Floats, Floats]:
    """Harvest (ha) of what stands at the start, and its share of what is mature; cells × years.

    ``nothing`` plants no hectare. The likely case alone.
    """
    state = _State(start, nothing, rates, causes)
    for step in range(1, len(nothing.years) + 1):
        state.pass_year(step)
    cut, mature = (np.stack(years, axis=1) for years in zip(*state.cuts, strict=True))
    return cut, _ratio(cut, mature)


class _State:
    """Land at the end of a year; cells or communes × draws."""

    def __init__(self, start: Start, planting: Planting, rates: Rates, causes: Causes) -> None:
        self.start, self.planting, self.rates, self.causes = start, planting, rates, causes
        draws = len(rates.survival)
        cells = start.cells
        self.commune = cells["commune"].to_numpy()
        _, self.species = np.unique(cells["crop"].to_numpy(dtype=str), return_inverse=True)
        count = len(cells)
        self.sums = sparse.csr_matrix(
            (np.ones(count), (self.commune, np.arange(count))),
            shape=(len(start.communes), count),
        )
        self.cut = cells["three_forest"].isin(_CUT).to_numpy() & (causes.rotation[self.species] > 0)
        self.kept = 1.0 - causes.lost_to_bare - causes.lost_to_other
        self.cohorts = _Cohorts(start, rates, causes, self.species, self.kept)
        self.planted: list[Floats] = []
        self.forest = _wide(start.forest_ha.sum(axis=1) + start.unknown_ha, draws)
        self.young = _wide(start.young_ha.sum(axis=1), draws)
        self.removed = np.zeros((count, draws))  # Harvested before, less what would have been lost
        self.held = np.zeros((count, draws))  # Mature, and its harvest put off
        self.pool = np.zeros((count, draws))
        self.natural = _wide(start.natural_ha, draws)
        self.bare = _wide(start.bare_ha, draws)
        self.other = _wide(start.other_ha, draws)
        self.told: dict[str, list[Floats]] = {}
        # By year, of the likely case alone: harvest of each cell, and mature before it.
        self.cuts: list[tuple[Floats, Floats]] = []

    def pass_year(self, step: int) -> None:
        year = step - 1
        before_forest, before_young = self.forest, self.young
        lost = self._lose(before_forest)
        grown, young, mature = self._grown(step)
        # What left the young and did not become forest has fallen bare.
        became = grown - self.kept * (before_forest + self.removed)
        self.bare = self.bare + self.sums @ (before_young - young - became)
        self._tell(became=self.sums @ became, lost=lost)
        self.removed, self.held = self.removed * self.kept, self.held * self.kept
        mature = np.maximum(mature - self.removed - self.held, 0.0)
        cut = self._harvest(mature, year)
        self.cuts.append((cut[:, 0].copy(), mature[:, 0].copy()))
        self.removed = self.removed + cut
        self.pool = self.pool + cut
        self.forest = np.maximum(grown - self.removed, 0.0)
        planted = self._plant(year)
        self.planted.append(planted)
        self.young = young + planted
        self._move_natural(year)
        self._tell(
            natural=self.natural,
            forest=self.sums @ self.forest,
            young=self.sums @ self.young,
            bare=self.bare,
            harvested=self.sums @ self.pool,
            other=self.other,
            cut=self.sums @ cut,
        )
        self._close(step)

    def _lose(self, forest: Floats) -> Floats:
        """Fire, clearing, weather and change of purpose take their share of all forest."""
        standing = self.sums @ forest + self.natural
        self.bare = self.bare + self.causes.lost_to_bare * standing
        self.other = self.other + self.causes.lost_to_other * standing
        self.natural = self.natural * self.kept
        return np.asarray((1.0 - self.kept) * standing)

    def _grown(self, step: int) -> tuple[Floats, Floats, Floats]:
        """Forest without any harvest, not yet forest, and what of the forest is mature."""
        grown, young, mature = self.cohorts.at(step)
        for made, planted in enumerate(self.planted):
            age = step - 1 - made
            share, left = self.cohorts.of_planting(age)
            fresh = planted * share[self.species]
            grown += fresh
            young += planted * left[self.species]
            old = self.causes.rotation[self.species] <= age
            mature += np.where(old[:, None], fresh, 0.0)
        return grown, young, np.where(self.cut[:, None], mature, 0.0)

    def _harvest(self, mature: Floats, year: int) -> Floats:
        """Cut of each cell: a share of what is mature, or a fixed area of the species."""
        cut = mature * self.rates.harvest_share[self.species]
        fixed = self.rates.harvest_ha
        short = np.zeros(mature.shape[1])
        for species in np.flatnonzero(~np.isnan(fixed[:, 0])):
            mine = self.species == species
            standing = mature[mine].sum(axis=0)
            asked = fixed[species]
            short += np.maximum(asked - standing, 0.0)
            cut[mine] = mature[mine] * _ratio(np.minimum(asked, standing), standing)
        self._tell(short_cut=short)
        put_off = self.causes.delay_ha[:, year][:, None]
        there = self.sums @ cut
        kept = cut * _ratio(np.minimum(put_off, there), there)[self.commune]
        self.held = self.held + kept
        return np.asarray(cut - kept)

    def _plant(self, year: int) -> Floats:
        """Plant cells; nothing is planted on land that is not there."""
        plan, rest = self.planting, self.planting.promised_ha[year]
        # Crops that never count take their bare land first.
        taken = np.minimum(_of_year(plan.lost_bare_ha, year), self.bare)
        self.bare, self.other = self.bare - taken, self.other + taken
        asked = _of_year(plan.bare_ha, year) + self.causes.extra_bare_ha[:, year][:, None]
        wanted = self.sums @ asked
        placed = np.minimum(wanted, self.bare)
        new = asked * _ratio(placed, wanted)[self.commune]
        self.bare = self.bare - placed
        promised = rest * self.rates.bare_share
        free = self.bare.sum(axis=0)
        spread = self.bare * _ratio(np.minimum(promised, free), free)
        spread = spread * (self.sums @ plan.mix > 0)[:, None]
        new = new + spread[self.commune] * plan.mix[:, None]
        self.bare = self.bare - spread
        replanted = self._replant(_of_year(plan.harvested_ha, year), rest - promised)
        fields = _of_year(plan.other_ha, year)
        wide = self.sums @ fields
        from_fields = np.minimum(wide, np.maximum(self.other, 0.0))
        new = new + fields * _ratio(from_fields, wide)[self.commune]
        self.other = self.other - from_fields
        short = (wanted - placed).sum(axis=0) + promised - spread.sum(axis=0)
        self._tell(new=self.sums @ new, replanted=self.sums @ replanted, short_bare=short)
        return np.asarray(new + replanted)

    def _replant(self, placed: Floats, promised: Floats) -> Floats:
        """Replanting: placed hectares from the commune's harvested land, the rest where it lies."""
        lying = self.sums @ self.pool
        wanted = self.sums @ placed
        there = np.minimum(wanted, lying)
        planted = placed * _ratio(there, wanted)[self.commune]
        self.pool = self.pool * (1.0 - _ratio(there, lying))[self.commune]
        left = self.pool.sum(axis=0)
        part = _ratio(np.minimum(promised, left), left)
        again = self.pool * part
        self.pool = self.pool - again
        short = (wanted - there).sum(axis=0) + np.maximum(promised - left, 0.0)
        self._tell(short_harvested=short)
        return np.asarray(planted + again)

    def _move_natural(self, year: int) -> None:
        """Regeneration takes bare land, a re-survey other land, in proportion to what is there."""
        free = self.bare.sum(axis=0)
        regenerated = self.bare * _ratio(np.minimum(self.causes.regeneration_ha, free), free)
        self.bare, self.natural = self.bare - regenerated, self.natural + regenerated
        found = float(self.causes.resurvey_ha[year])
        source = np.maximum(self.other if found > 0 else self.natural, 0.0)
        whole = source.sum(axis=0)
        moved = np.sign(found) * source * _ratio(np.minimum(abs(found), whole), whole)
        self.natural, self.other = self.natural + moved, self.other - moved
        self._tell(regenerated=regenerated, resurveyed=moved)

    def _tell(self, **values: Floats) -> None:
        for name, value in values.items():
            self.told.setdefault(name, []).append(value)

    def _close(self, step: int) -> None:
        """Land is neither made nor lost in any commune."""
        last = [self.told[name][-1] for name in _STATES]
        away = np.abs(np.sum(last, axis=0) - self.start.land_ha[:, None])
        if not float(away.max(initial=0.0)) < CLOSURE_HA:
            place = int(away.max(axis=1).argmax())
            raise ClosureError(
                "zones.forest.trajectory.not_closed",
                year=self.planting.years[step - 1],
                commune=str(self.start.communes["commune"].iloc[place]),
                residual_ha=float(away.max()),
            )

    def path(self) -> Path:
        """All years, communes first."""
        stacked = {name: np.stack(values, axis=-2) for name, values in self.told.items()}
        return Path(**{f"{name}_ha": value for name, value in stacked.items()})


_STATES = ("natural", "forest", "young", "bare", "harvested", "other")


class _Cohorts:
    """What becomes of the hectares of the start, and of a planting, per hectare."""

    def __init__(
        self,
        start: Start,
        rates: Rates,
        causes: Causes,
        species: npt.NDArray[np.int64],
        kept: float,
    ) -> None:
        self.start, self.rates, self.causes, self.kept = start, rates, causes, kept
        self.species = species
        self.first = self._counts(0)
        self.left = np.ones_like(self.first)  # Species × ages at the start × draws: still young
        self.grown = np.zeros_like(self.first)  # And forest
        self._planting = of_plantings(rates, kept)

    def at(self, step: int) -> tuple[Floats, Floats, Floats]:
        """Forest, not yet forest and mature forest of the start's cohorts after some years."""
        start, now = self.start, self._counts(step)
        ages = np.arange(start.forest_ha.shape[1]) + step
        open_ = np.maximum(1.0 - self.first, 0.0)
        # What should be forest and is not is held back: the curve does not speak of it.
        left = np.divide(1.0 - now, open_, out=np.ones_like(open_), where=open_ > 0)
        self.grown = self.kept * self.grown + self.rates.survival * (self.left - left)
        self.left = left
        draws = now.shape[2]
        grown, young, mature = (np.zeros((len(self.species), draws)) for _ in range(3))
        held = self.kept**step
        for number, rotation in enumerate(self.causes.rotation):
            mine = self.species == number
            old = (ages >= rotation) & (rotation > 0)
            grown[mine] = start.young_ha[mine] @ self.grown[number]
            young[mine] = start.young_ha[mine] @ left[number]
            mature[mine] = start.young_ha[mine][:, old] @ self.grown[number][old]
            mature[mine] += held * start.forest_ha[mine][:, old].sum(axis=1)[:, None]
            if rotation > 0:
                # Of unknown age: as many hectares of each age below the rotation.
                part = min(step / rotation, 1.0)
                mature[mine] += held * part * start.unknown_ha[mine][:, None]
        standing = start.forest_ha.sum(axis=1) + start.unknown_ha
        return grown + held * standing[:, None], young, mature

    def _counts(self, step: int) -> Floats:
        """Share of plantings that is forest some years after the start; the last age holds on."""
        ages = np.arange(self.start.forest_ha.shape[1]) + step
        return self.rates.counts[:, np.minimum(ages, self.rates.counts.shape[1] - 1)]

    def of_planting(self, age: int) -> tuple[Floats, Floats]:
        """Share of a planting that is forest, and that is not yet forest, at an age."""
        grown, left = self._planting
        return grown[age], left[age]


def of_plantings(rates: Rates, kept: float) -> tuple[list[Floats], list[Floats]]:
    """Share of a planting that is forest and not yet forest, by age; species × draws each."""
    left = np.ones_like(rates.counts[:, 0])
    share = np.zeros_like(left)
    grown_at, left_at = [], []
    for age in range(rates.counts.shape[1]):
        now = 1.0 - rates.counts[:, age]
        share = kept * share + rates.survival * (left - now)
        left = now
        grown_at.append(share)
        left_at.append(left)
    return grown_at, left_at


def _of_year(table: Floats, year: int) -> Floats:
    """Hectares of one year, the same in all draws or told for each (third axis)."""
    column = table[:, year]
    return column[:, None] if column.ndim == 1 else column


def _wide(values: Floats, draws: int) -> Floats:
    return np.repeat(values[:, None], draws, axis=1)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Part of a whole; nothing of nothing."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    return np.divide(part, whole, out=np.zeros(shape), where=np.broadcast_to(whole > 0, shape))
