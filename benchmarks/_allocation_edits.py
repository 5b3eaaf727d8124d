"""Random edits of an allocation, and what must hold of each: shared by the benchmark and a test."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from layers.base.errors import InputError
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.model import Model
from zones.allocation.objectives import preference_costs
from zones.allocation.prepare import Prepared
from zones.allocation.rounded import round_allocation
from zones.allocation.scenario import change_inputs

__all__ = ["Edits", "random_edit", "same_edits", "try_edits"]

_CELL = ["zone", "commune_code", "source", "year"]
#: Hectares that a zone may move that shares nothing with an edit, and those of no edit at all.
_STILL_HA = 1e-6
#: Hectares that a scenario may move beyond the least that its edit needs.
_NEEDLESS_HA = 1e-2


@dataclass(slots=True)
class Edits:
    """What became of edits.

    Parameters
    ----------
    answered, refused, kept : int
        Edits with a plan, edits that contradict the inputs, stages that kept the plan before.
    seconds : list of float
        Time of the processor for each answer.
    faults : list of str
        What did not hold.
    """

    answered: int
    refused: int
    kept: int
    seconds: list[float]
    faults: list[str]


def random_edit(prepared: Prepared, generator: np.random.Generator) -> str:
    """Draw one edit as it is typed: targets, paces, lists, locks, land, weights."""
    inputs = prepared.inputs
    zone = str(generator.choice(inputs.targets["zone"].unique()))
    code = str(generator.choice(inputs.communes["commune_code"]))
    source = str(generator.choice(inputs.available["source"].unique()))
    low = float(inputs.targets.set_index("zone")["low_ha"].fillna(100.0)[[zone]].iloc[0])
    factor = f"{generator.choice([0.2, 0.5, 0.9, 1.1, 1.5, 3.0])}x"
    hectares = f"{generator.uniform(0, 400):.1f}"
    mine = inputs.listed[inputs.listed["zone"] == zone]
    among = mine["commune_code"] if len(mine) else inputs.communes["commune_code"]
    edits = [
        f"low.{zone}={low * generator.uniform(0.8, 1.3):.1f}",
        f"low.{zone}={factor}",
        f"high.{zone}={low * generator.uniform(0.9, 1.5):.1f}",
        f"importance.{zone}={generator.choice([0.1, 0.5, 2.0, 10.0])}",
        f"list.{zone}={generator.choice(['open', 'closed'])}",
        f"listed.{zone}.{code}={generator.choice(['yes', 'no'])}",
        f"pace.{code}={generator.uniform(1, 200):.1f}",
        f"pace.{zone}={generator.uniform(1, 3000):.1f}",
        f"pace.{zone}.{code}={generator.uniform(1, 50):.1f}",
        f"pace.{code}={factor}",
        f"land.{source}={factor}",
        f"land.{source}.{code}={hectares}",
        f"suitability.{zone}.{source}={generator.choice([0.0, 0.25, 0.5, 1.0])}",
        f"lock.{zone}.{generator.choice(among)}=must:{generator.uniform(1, 400):.1f}",
        f"lock.{zone}.{code}={generator.choice(['may', 'must_not'])}",
        f"unlisted_cost={generator.choice([0.0, 0.5, 2.0])}",
    ]
    return edits[int(generator.integers(len(edits)))]


def try_edits(prepared: Prepared, count: int, *, seed: int = 0) -> Edits:
    """Allocate so many edits beside the plan without them, and check each."""
    generator = np.random.default_rng(seed)
    base = allocate(prepared.inputs, settings=prepared.settings)
    told = Edits(0, 0, 0, [], [])
    for _ in range(count):
        edit = random_edit(prepared, generator)
        try:
            changed = change_inputs(prepared, [edit])
            started = time.process_time()
            other = allocate(changed.inputs, settings=changed.settings, near=base.plan)
        except InputError:
            told.refused += 1
            continue
        told.seconds.append(time.process_time() - started)
        told.answered += 1
        kept = [stage.name for stage in other.stages if stage.status == "kept"]
        told.kept += len(kept)
        told.faults += [f"{edit}: {fault}" for fault in _faults(base, other)]
    told.faults += _without_edit(prepared, base)
    return told


def same_edits(prepared: Prepared) -> list[str]:
    """Write what stands already as edits, one for each key that the inputs give a value to."""
    inputs = prepared.inputs
    edits = [f"unlisted_cost={prepared.settings.unlisted_cost!r}"]
    for row in inputs.targets[inputs.targets["commune_code"] == ""].to_dict("records"):
        figures = {"low": "low_ha", "high": "high_ha", "year": "year", "importance": "importance"}
        stands = {key: row[column] for key, column in figures.items() if pd.notna(row[column])}
        edits += [f"{key}.{row['zone']}={_one_way(value)}" for key, value in stands.items()]
    for row in inputs.listed.drop_duplicates("zone").to_dict("records"):
        edits += [f"list.{row['zone']}={row['list']}"]
        edits += [f"listed.{row['zone']}.{row['commune_code']}=yes"]
    pace = inputs.pace.assign(
        of_zone=inputs.pace["zone"] != "", of=inputs.pace["commune_code"] != ""
    )
    pace = pace[(pace["of_zone"] | pace["of"]) & pace["high_ha"].notna()]
    for row in pace.drop_duplicates(["of_zone", "of"]).to_dict("records"):
        edits += [f"pace.{'.'.join(filter(None, (row['zone'], row['commune_code'])))}=1x"]
    for source, land in inputs.available.groupby("source"):
        code = land["commune_code"].iloc[0]
        area = float(land.loc[land["commune_code"] == code, "area_ha"].sum())
        edits += [f"land.{source}=1x", f"land.{source}.{code}={_one_way(area)}"]
    return edits


def _one_way(value: float) -> str:
    """Figure in full, with so many decimals that no reader takes its point for a thousands mark."""
    whole, point, decimals = repr(value).partition(".")
    return f"{whole}.{decimals:0<4}" if point else whole


def _without_edit(prepared: Prepared, base: Allocation) -> list[str]:
    """Change values to themselves: nothing may change, in the plan and in what is printed."""
    printed = round_allocation(base)
    faults = []
    for edit in same_edits(prepared):
        same = change_inputs(prepared, [edit])
        again = allocate(same.inputs, settings=same.settings, near=base.plan)
        if not again.plan.equals(base.plan):
            faults.append(f"{edit}: an edit to the same value changes the plan")
        elif not round_allocation(again).lands.equals(printed.lands):
            faults.append(f"{edit}: an edit to the same value changes what is printed")
    return faults


def _faults(base: Allocation, other: Allocation) -> list[str]:
    sums = ["zone", "commune_code"]
    before, after = (plan.plan.groupby(sums)["planned_ha"].sum() for plan in (base, other))
    moved = float(after.sub(before, fill_value=0.0).abs().sum())
    gone = ~before.index.isin(pd.MultiIndex.from_frame(other.model.columns[sums]))
    change = next(stage for stage in other.stages if stage.name == "change")
    least = change.objective + float(before[gone].sum())
    faults = []
    if change.status == "optimal" and moved > least + _NEEDLESS_HA:
        faults.append(f"{moved:.4f} ha move where {least:.4f} would do")
    cells = [plan.plan.set_index(_CELL)["planned_ha"] for plan in (base, other)]
    steps = cells[1].sub(cells[0], fill_value=0.0).abs().groupby("zone").max()
    touched = _touched(base.model, other.model)
    untouched = [zone for zone in steps.index if zone not in touched]
    worst = float(steps[untouched].max()) if untouched else 0.0
    if worst > _STILL_HA:
        faults.append(f"a zone that shares nothing with it moves {worst:.2g} ha")
    return faults


def _touched(before: Model, after: Model) -> set[str]:
    """Zones whose rows or columns differ, and all that share land or pace with these."""
    touched: set[str] = set()
    for model, other in ((before, after), (after, before)):
        keys = ["kind", "zone", "commune_code", "source", "year", "target"]
        names = [*keys, "lower", "upper", "weight"]
        ours, theirs = (part.rows[names].round(9) for part in (model, other))
        rows = ours.merge(theirs.drop_duplicates(), how="left", indicator=True)["_merge"]
        mine, others = (
            part.columns[_CELL].assign(cost=preference_costs(part)[: len(part.columns)].round(9))
            for part in (model, other)
        )
        columns = mine.merge(others, how="left", indicator=True)["_merge"]
        of_zone, of_row = _groups(model)
        hit = {*of_row[(rows == "left_only").to_numpy()]}
        hit |= {*of_zone[mine.loc[(columns == "left_only").to_numpy(), "zone"].unique()]}
        touched |= set(of_zone.index[of_zone.isin(hit)])
    return touched


def _groups(model: Model) -> tuple[pd.Series, npt.NDArray[np.int64]]:
    """Give the number of the group that rows of land or pace join, by zone and by row."""
    codes, zones = pd.factorize(model.columns["zone"])
    member = sparse.csr_matrix(
        (np.ones(len(codes)), (np.arange(len(codes)), codes)), shape=(len(codes), len(zones))
    )
    net = sparse.csr_matrix(model.matrix[:, : len(codes)]) @ member
    uses = model.matrix[:, model.shortfalls.stop :]
    both = sparse.bmat([[None, net.T, None], [net, None, uses], [None, uses.T, None]])
    labels = np.asarray(connected_components(both, directed=False)[1], dtype="int64")
    count = len(zones)
    return pd.Series(labels[:count], index=zones), labels[count : count + len(model.rows)]
