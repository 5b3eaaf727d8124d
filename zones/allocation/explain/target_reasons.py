"""Reasons: why each target ends where it does, and what would mend it, in sentences.

A short target is explained by three figures that add up: what it asks for, what the communes it may
use could take if they served it alone (solved again), and what of that serves other zones. Which
zones those are, the duals of the first stage tell; an irreducible infeasible subset is looked for
only where they do not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from layers.base.language import Phrase
from layers.base.messages import joined, message
from zones.allocation.allocate import Allocation
from zones.allocation.explain.about_cover import about_cover
from zones.allocation.explain.allocation_wide import WideProgramme, repaired_targets, widen
from zones.allocation.explain.repairs import find_repairs
from zones.allocation.explain.sentences import WORDS, Sentence, Voice
from zones.allocation.limits import BINDING, binding_limits
from zones.allocation.rounded import RoundedAllocation
from zones.allocation.targets import is_counted_from_nothing
from zones.solver.linear_programme import irreducible_rows

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

Row = dict[Hashable, Any]

_NOISE_HA = 1e-3
_NOISE_DUAL = 1e-6
#: What kinds of rules are called where they cannot hold together.
_RULES = WORDS["rules"]
#: So many zones are named that share land or pace with a short one.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the plan is what it is."""

    reasons: tuple[Sentence, ...]  # Per target: reached or short, and why
    # ``zones.allocation.explain.repairs.REPAIRS``: per short target, most hectares gained first
    repairs: pd.DataFrame
    # The same in sentences; after those of a target, its smallest repair that closes the gap
    repair_sentences: tuple[Sentence, ...]


def explain_allocation(
    allocation: Allocation,
    *,
    printed: RoundedAllocation,
    names: Mapping[str, Phrase] | None = None,
    missing_maps: Mapping[str, tuple[str, ...]] | None = None,
) -> Explanation:
    """Explain an allocation: a sentence per target, the reasons of every shortfall, its repairs.

    Parameters
    ----------
    allocation : Allocation
        The plan.
    printed : RoundedAllocation
        Its printed figures; the sentences use these.
    names : mapping of str to Phrase, optional
        Names of zones by id; those of land sources come from the inputs.
    missing_maps : mapping of str to tuple of str, optional
        Zones whose land is shown by kinds of layers that are not there. While they have no land at
        all, nothing else is said of their shortfall: no list, pace or year would mend it.

    Returns
    -------
    Explanation
        Sentences and repairs.
    """
    named = {**source_names(allocation), **(names or {})}
    voice = Voice(printed.step, named, _places(allocation, printed))
    reasons: list[Sentence] = []
    short = allocation.held["status"] == "short"
    wide = widen(allocation) if short.any() else None
    rivals = _rivals(allocation)
    suited = set(allocation.inputs.suitability["zone"])
    unmapped = {zone: it for zone, it in (missing_maps or {}).items() if zone not in suited}
    for row in printed.held.to_dict("records"):
        reasons += _about_target(voice, row)
        reasons += _off_list(allocation, printed, voice, row)
        if row["status"] == "short" and row["zone"] in unmapped:
            reasons.append(_no_map(voice, row, unmapped[str(row["zone"])]))
        elif row["status"] == "short" and wide is not None:
            reasons += _why_short(allocation, wide, voice, row, rivals.get(row["target"], []))
    reasons += about_cover(allocation, voice)
    reasons += _about_unmet(allocation, voice)
    repairs = find_repairs(allocation, wide)
    repairs = repairs[~repairs["zone"].isin(list(unmapped))].reset_index(drop=True)
    repaired = len(repaired_targets(allocation))
    if repaired < int(short.sum()):
        reasons.append(voice.say("repairs_of_largest", repaired=repaired, short=int(short.sum())))
    said = tuple(_about_repairs(allocation, printed, voice, repairs))
    return Explanation(tuple(reasons), repairs, said)


def no_map(kinds: tuple[str, ...]) -> Phrase:
    """Say that no layer shows land for a zone, and which kind of layer is missing."""
    named = [message(f"zones.project.kind_{kind}") for kind in kinds]
    return message(
        "zones.allocation.explain.no_map", maps=named, kinds=[f"kind: {it}" for it in kinds]
    )


def _no_map(voice: Voice, row: Row, kinds: tuple[str, ...]) -> Sentence:
    return voice.say(
        "no_map", about=str(row["zone"]), target=str(row["target"]), told=no_map(kinds)
    )


def source_names(allocation: Allocation) -> dict[str, Phrase]:
    """Names of the land sources of an allocation."""
    sources = allocation.inputs.sources
    return {
        str(source): Phrase(en=str(en), vi=str(vi))
        for source, vi, en in zip(
            sources["source"], sources["name_vi"], sources["name_en"], strict=True
        )
    }


def _about_target(voice: Voice, row: Row) -> Iterator[Sentence]:
    key = str(row["status"])
    if key in ("reached", "short") and row["loss_ha"]:
        key = f"{key}_lost"
    elif key == "reached" and not row["planned_ha"]:
        key = "reached_already"
    elif key in ("reached", "short") and is_counted_from_nothing(row["zone"], row["present_ha"]):
        key = f"{key}_converted"
    yield voice.say(
        key,
        about=str(row["zone"]),
        target=str(row["target"]),
        year=int(str(row["year"])),
        low=_float(row["low_ha"]),
        high=_float(row["high_ha"]),
        present=_float(row["present_ha"]),
        lost=_float(row["loss_ha"]),
        planned=_float(row["planned_ha"]),
        end=_float(row["end_ha"]),
        short=_float(row["shortfall_ha"]),
        surplus=_float(row["surplus_ha"]),
    )
    if row["status"] == "short" and isinstance(row["clause"], str) and row["clause"]:
        yield voice.say(
            "clause", about=str(row["zone"]), target=str(row["target"]), clause=row["clause"]
        )


def _float(value: object) -> float:
    return float(str(value))


def _why_short(
    allocation: Allocation,
    wide: WideProgramme,
    voice: Voice,
    row: Row,
    rivals: list[str],
) -> Iterator[Sentence]:
    zone, target = str(row["zone"]), str(row["target"])
    about = {"about": zone, "target": target}
    if not allocation.inputs.targets.set_index("target")["importance"][target]:
        yield voice.say("weighs_nothing", **about)
        return
    mine = _columns_of(wide, row)
    free = np.flatnonzero(mine & (wide.barrier == ""))
    capacity = wide.most(free, keep_others=False)
    exact = float(allocation.held.set_index("target")["planned_ha"][target])
    present = np.nan_to_num(_float(row["present_ha"]))
    need = _float(row["low_ha"]) - present + _float(row["loss_ha"])
    planned = _float(row["planned_ha"])
    codes = wide.model.columns["commune_code"].to_numpy()
    communes = len(np.unique(codes[free]))
    if capacity - exact < _NOISE_HA:
        # What the zone takes is all it could take: then so it prints, too.
        capacity = planned
    # The printed figures must add up: need − capacity + taken = shortfall.
    if capacity < need - voice.step:
        listed = zone in set(allocation.inputs.listed["zone"]) and not _is_open(allocation, zone)
        key = "own_limits_listed" if listed else "own_limits"
        said = voice.say(key, need=need, communes=communes, capacity=capacity, **about)
    else:
        capacity = max(capacity, need)
        said = voice.say("enough_alone", need=need, capacity=capacity, **about)
    if communes:
        yield said
    taken = _float(said.figures["capacity"]) - planned
    if taken > voice.step / 2:
        yield _taken(allocation, voice, row, (taken, rivals))
    yield _used_up(allocation, voice, row, set(codes[free]))
    held_off = np.flatnonzero(mine & (wide.barrier == "list"))
    if len(held_off) and target in set(repaired_targets(allocation)["target"]):
        all_open = np.flatnonzero(mine & np.isin(wide.barrier, ["", "list"]))
        more = wide.most(all_open, keep_others=True) - exact
        yield voice.say("others_could", other=max(more, 0.0), **about)


def _columns_of(wide: WideProgramme, row: Row) -> npt.NDArray[np.bool_]:
    columns = wide.model.columns
    mine = (columns["zone"] == row["zone"]) & (columns["year"] <= row["year"])
    if row["commune_code"]:
        mine &= columns["commune_code"] == row["commune_code"]
    return np.asarray(mine, dtype=bool)


def _is_open(allocation: Allocation, zone: str) -> bool:
    listed = allocation.inputs.listed
    return bool((listed.loc[listed["zone"] == zone, "list"] == "open").all())


def _taken(
    allocation: Allocation,
    voice: Voice,
    row: Row,
    what: tuple[float, list[str]],
) -> Sentence:
    taken, rivals = what
    about = {"about": str(row["zone"]), "target": str(row["target"])}
    if rivals:
        return voice.say("taken", taken=taken, others=_some(allocation, voice, rivals), **about)
    kinds = _irreducible(allocation, str(row["target"]))
    named = [_RULES.get(kind, Phrase(en=kind, vi=kind)) for kind in kinds]
    return voice.say("taken_by_rules", taken=taken, others=joined(named, between=", "), **about)


def _some(allocation: Allocation, voice: Voice, zones: list[str]) -> Phrase:
    """Names of the zones that add most, and how many more there are."""
    added = allocation.plan.groupby("zone")["planned_ha"].sum()
    order = sorted(zones, key=lambda zone: (-float(added.get(zone, 0.0)), zone))
    named = voice.list_of(order[:_NAMED])
    rest = len(order) - _NAMED
    if rest <= 0:
        return named
    return message("zones.allocation.explain.named_and_more", named=named, rest=rest)


def _irreducible(allocation: Allocation, target: str) -> list[str]:
    """Kinds of rows that rule a target out together, none of them needlessly."""
    model = allocation.model
    programme = model.programme()
    upper = programme.upper.copy()
    upper[model.shortfalls] = allocation.staged.shortfalls + _NOISE_HA
    elastic = model.rows.iloc[model.elastic]
    upper[model.shortfalls][(elastic["target"] == target).to_numpy()] = 0.0
    rows = model.rows.iloc[irreducible_rows(replace(programme, upper=upper))]
    rows = rows[rows["target"] != target]
    kinds = rows["kind"].replace({"land_year": "land", "cover_cut": "cover_low"})
    said = rows["target"].where((rows["target"] != "") & (kinds != "cover_low"), kinds)
    return sorted(set(said.tolist()))


def _off_list(
    allocation: Allocation, printed: RoundedAllocation, voice: Voice, row: Row
) -> Iterator[Sentence]:
    """Say what goes to communes that the plan does not list, and what stops the listed ones."""
    zone, inputs = str(row["zone"]), allocation.inputs
    listed = set(inputs.listed.loc[inputs.listed["zone"] == zone, "commune_code"]) - {""}
    planned = printed.planned
    mine = planned[(planned["zone"] == zone) & (planned["planned_ha"] > 0)]
    mine = mine[(mine["year"] <= row["year"]) & ~mine["commune_code"].isin(listed)]
    if row["commune_code"] or not listed or mine.empty:
        return
    moved = binding_limits(allocation.model, allocation.staged, moved=True)
    yield voice.say(
        "off_list",
        about=zone,
        target=str(row["target"]),
        off=float(mine["planned_ha"].sum()),
        planned=_float(row["planned_ha"]),
        communes=mine["commune_code"].nunique(),
        limits=_limits(moved, voice, zone, listed)[0],
    )


def _limits(
    limits: pd.DataFrame, voice: Voice, zone: str, codes: set[str]
) -> tuple[Phrase, dict[str, int]]:
    """Count what binds in communes of a zone (all without codes), in words and numbers."""
    mine = limits[limits["zone"] == zone]
    mine = mine[mine["commune_code"].isin(codes)] if codes else mine
    counts = mine["binding"].value_counts()
    values = {kind: int(counts[kind]) for kind in BINDING if kind in counts.index}
    parts = [voice.say(f"limit_{kind}", communes=number).phrase for kind, number in values.items()]
    return joined(parts), values


def _used_up(allocation: Allocation, voice: Voice, row: Row, codes: set[str]) -> Sentence:
    limits, values = _limits(allocation.limits, voice, str(row["zone"]), codes)
    values.pop("target", None)  # Said as nothing; ``target`` is the sentence's own
    key = "used_up" if codes else "nowhere"
    return voice.say(
        key, about=str(row["zone"]), target=str(row["target"]), limits=limits, **values
    )


def _about_unmet(allocation: Allocation, voice: Voice) -> Iterator[Sentence]:
    communes = allocation.inputs.communes.set_index("commune_code")["commune"]
    for row in allocation.unmet.to_dict("records"):
        must = row["kind"] == "must"
        yield voice.say(
            "unmet_must" if must else "unmet_pace_low",
            about=str(row["zone"]),
            commune=str(communes.get(row["commune_code"], "")),
            year=0 if must else int(row["year"]),
            wanted=float(row["wanted_ha"]),
            short=float(row["shortfall_ha"]),
        )


def _rivals(allocation: Allocation) -> dict[str, list[str]]:
    """For each target the other zones in its group of limits that have a price.

    Rows with a dual in the first stage are joined where a column that serves a priced target meets
    both; targets in one piece pay for each other's hectares.
    """
    model, duals = allocation.model, allocation.staged.duals
    rows = model.rows
    # Forest cover meets every zone that plants: it would make one group of all.
    priced = (np.abs(duals) > _NOISE_DUAL) & ~rows["kind"].str.startswith("cover").to_numpy()
    asks = priced & rows["kind"].isin(["target_low"]).to_numpy()
    width, end = len(model.columns), model.shortfalls.stop
    matrix = sparse.csr_matrix(model.matrix)[np.flatnonzero(priced)]
    serves = np.asarray(np.abs(matrix[asks[priced]]).sum(axis=0)).ravel() > 0
    serves[width:end], serves[end:] = False, True
    net = np.abs(matrix[:, np.flatnonzero(serves)])
    label = connected_components(net @ net.T, directed=False)[1]
    found = rows.iloc[np.flatnonzero(priced)].assign(label=label)
    found = found[found["kind"] == "target_low"]
    groups = found.groupby("label")["zone"].agg(lambda zones: sorted(set(zones)))
    return {
        str(target): [other for other in groups[label] if other != zone]
        for target, zone, label in zip(found["target"], found["zone"], found["label"], strict=True)
    }


def _places(allocation: Allocation, printed: RoundedAllocation) -> dict[str, tuple[str, str]]:
    communes = allocation.inputs.communes.set_index("commune_code")["commune"]
    asked = printed.held[printed.held["commune_code"].isin(communes.index)]
    return {
        str(row["target"]): (str(row["zone"]), str(communes[row["commune_code"]]))
        for row in asked.to_dict("records")
    }


def _about_repairs(
    allocation: Allocation, printed: RoundedAllocation, voice: Voice, repairs: pd.DataFrame
) -> Iterator[Sentence]:
    held = {row["target"]: row for row in printed.held.to_dict("records")}
    communes = allocation.inputs.communes.set_index("commune_code")["commune"]
    exact = allocation.held.set_index("target")["shortfall_ha"]
    for target, group in repairs.groupby("target", sort=False):
        lacking = float(exact[target])
        row = held[target]
        said = []
        for repair in group.to_dict("records"):
            sentence = voice.say(
                _repair_key(repair),
                about=str(repair["zone"]),
                target=str(target),
                commune=str(communes.get(repair["commune_code"], "")),
                source=voice.name(str(repair["source"])),
                change=float(repair["change_ha"]),
                gain=float(repair["gain_ha"]),
                left=float(repair["left_ha"]),
                year=int(row["year"]) + 1,
                low=float(row["low_ha"]) - float(row["shortfall_ha"]),
            )
            said.append((_size(repair), repair["gain_ha"] >= lacking - _NOISE_HA, sentence))
        yield from (sentence for _, _, sentence in said)
        closing = [(size, number) for number, (size, closes, _) in enumerate(said) if closes]
        if len(closing) > 1:
            smallest = said[min(closing)[1]][2]
            bare = Phrase(en=smallest.phrase.en.rstrip("."), vi=smallest.phrase.vi.rstrip("."))
            yield voice.say("smallest", about=smallest.zone, target=str(target), repair=bare)


def _repair_key(repair: Row) -> str:
    if repair["repair"] != "pace" or repair["commune_code"]:
        return f"repair_{repair['repair']}"
    return "repair_pace_all" if np.isnan(_float(repair["change_ha"])) else "repair_pace_figure"


#: What touches least first: one commune, then one source, then a list, a year, many communes.
_SIZES = ("list_commune", "pace", "lock", "source", "open_list", "year", "pace_all", "floor")


def _size(repair: Row) -> int:
    key = _repair_key(repair).removeprefix("repair_").replace("pace_figure", "pace")
    return _SIZES.index(key)
