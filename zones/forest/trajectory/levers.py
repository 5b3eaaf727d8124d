"""Levers: what one step of each input does to the rate, and the least that reaches a target.

Steps are taken on the likely case, one at a time. What reaches a target is solved: the rate rises
with the hectares of a lever, so the hectares at which it meets the target are the root of a
monotone function, found by Brent's method and put back in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zones.forest.trajectory.draws import Triangle
from zones.forest.trajectory.forecast import Setup, free_bare_ha, likely_path, with_levers
from zones.forest.trajectory.lags import later
from zones.tables import LEVERS

Floats = npt.NDArray[np.float64]

#: Levers whose least hectares are solved.
LEAST = ("extra_bare_ha", "delay_harvest_ha")
#: Points by which a solved lever may miss its target.
MISS_POINTS = 1e-6
#: Steps of a printed hectare.
_STEPS_OF_HA = 10
#: Half a step of a printed hectare: a target that lacks no more is reached, of a lever that has no
#: more there is nothing, and no more beyond what there is may be asked for.
NEAR_HA = 0.5 / _STEPS_OF_HA + 1e-9
#: Hectares to which a root is found.
_ROOT_HA = 1e-7

_Move = Callable[[Setup, float], Setup]


@dataclass(frozen=True, slots=True)
class _Lever:
    """One input, the size of its step, and how a step is taken."""

    name: str
    step: float
    unit: str
    move: _Move


def levers_table(setup: Setup, targets: pd.DataFrame, *, before: Setup) -> pd.DataFrame:
    """Columns of ``LEVERS``: steps for the last year, and what reaches each target that is missed.

    ``targets`` has ``target, year, target_percent, gap_ha``, as in ``TRAJECTORY_TARGETS``;
    ``before`` is the setup without the levers that the settings pull.
    """
    rows = [*_asked(before), *_steps(setup)]
    for target in targets[targets["gap_ha"] > NEAR_HA].to_dict("records"):
        until = replace(setup, to=int(target["year"]))
        rows += _closing(until, str(target["target"]), float(target["target_percent"]))
    return LEVERS.validate(pd.DataFrame(rows, columns=LEVERS.names))


def printed_least(area_ha: float, most_ha: float) -> float:
    """Least hectares as they are printed: rounded up, so that they do; no more than there are."""
    return min(math.ceil(round(area_ha * _STEPS_OF_HA, 6)) / _STEPS_OF_HA, most_ha)


def rate_at_end(setup: Setup) -> float:
    """Likely rate of the province in the last year (%)."""
    forest = likely_path(setup).rate_ha[:, -1, 0].sum()
    return float(100 * forest / setup.natural_area_ha.sum())


def _steps(setup: Setup) -> Iterator[dict[str, Any]]:
    """What a step less and a step more of each input do, the greatest first."""
    base = rate_at_end(setup)
    found = []
    for lever in _LEVERS:
        less, more = (rate_at_end(lever.move(setup, s * lever.step)) - base for s in (-1.0, 1.0))
        found.append((max(abs(less), abs(more)), lever, less, more))
    for _, lever, less, more in sorted(found, key=lambda item: -item[0]):
        yield {
            "target": "",
            "year": setup.to,
            "lever": lever.name,
            "kind": "step",
            "commune_code": "",
            "commune": "",
            "step": lever.step,
            "unit": lever.unit,
            "less_points": less,
            "more_points": more,
        }


def _asked(setup: Setup) -> Iterator[dict[str, Any]]:
    """Levers that the settings pull: hectares asked for, beside those that there are."""
    for name in LEAST:
        hectares = float(getattr(setup.section, name))
        if hectares > 0:
            yield _told(setup, "", name, "asked") | {"area_ha": hectares}


def _closing(setup: Setup, target: str, asked: float) -> list[dict[str, Any]]:
    """What reaches a rate: each lever alone; where one does not do, all of it with the other."""
    rows: list[dict[str, Any]] = []
    short = []
    for name in LEAST:
        told = _told(setup, target, name, "least")
        hectares = _least(setup, name, asked, most=told["most_ha"])
        rows += _with_communes(setup, told, hectares)
        short += [name] if hectares is None else []
    if short:
        rows += _mixed(setup, target, asked, whole=short[0])
    return rows


def _mixed(setup: Setup, target: str, asked: float, *, whole: str) -> list[dict[str, Any]]:
    """All there is of one lever, and the least of the other that reaches a rate with it."""
    other = next(name for name in LEAST if name != whole)
    first = _told(setup, target, whole, "mix")
    moved = _moved(setup, whole, first["most_ha"])
    second = _told(moved, target, other, "mix")
    if min(first["most_ha"], second["most_ha"]) <= NEAR_HA:
        return []
    rest = _least(moved, other, asked, most=second["most_ha"])
    rows = _with_communes(setup, first, None if rest is None else first["most_ha"])
    return rows + _with_communes(moved, second, rest)


def _told(setup: Setup, target: str, name: str, kind: str) -> dict[str, Any]:
    """Row of the province: hectares of a lever that there are, and what the forecast has anyway."""
    years = setup.counting_years if name == "extra_bare_ha" else setup.last_years
    path, most = likely_path(setup), _most(setup, name)
    row: dict[str, Any] = {
        "target": target,
        "year": setup.to,
        "lever": name,
        "kind": kind,
        "commune_code": "",
        "commune": "",
        "unit": "ha",
        "most_ha": most,
        "most_points": rate_at_end(_moved(setup, name, most)) - rate_at_end(setup),
    }
    if len(years):
        row |= {"first_year": years[0], "last_year": years[-1]}
        first = years[0] - setup.years[0]
        mine = slice(first, first + len(years))
        new, again = (float(ha[:, mine, 0].sum()) for ha in (path.new_ha, path.replanted_ha))
        row |= {"new_a_year_ha": new / len(years), "planted_a_year_ha": (new + again) / len(years)}
        row["recent_a_year_ha"] = float(setup.usual_ha.sum())
    return row


def _least(setup: Setup, name: str, asked: float, *, most: float) -> float | None:
    """Least hectares of a lever that reach a rate; none where all of it does not."""
    from scipy.optimize import brentq  # Slow to load, seldom needed

    def beyond(hectares: float) -> float:
        return rate_at_end(_moved(setup, name, hectares)) - asked

    if beyond(most) < 0:
        return None
    if beyond(0.0) >= 0:
        return 0.0
    return float(brentq(beyond, 0.0, most, xtol=_ROOT_HA))


def _with_communes(
    setup: Setup, row: dict[str, Any], hectares: float | None
) -> list[dict[str, Any]]:
    """Row of the province with the hectares of a lever, then those of each commune."""
    if hectares is None:
        return [row]
    name, before = row["lever"], setup.causes
    causes = _moved(setup, name, hectares).causes
    if name == "extra_bare_ha":
        weights = (causes.extra_bare_ha - before.extra_bare_ha).sum(axis=1)
        commune = setup.start.cells["commune"].to_numpy()
        by_commune = np.bincount(commune, weights, len(setup.start.communes))
    else:
        by_commune = (causes.delay_ha - before.delay_ha).sum(axis=1)
    own = {key: row[key] for key in ("target", "year", "lever", "kind", "unit")}
    communes = setup.start.communes
    return [
        {**row, "area_ha": hectares},
        *(
            {**own, "commune_code": code, "commune": commune, "area_ha": area}
            for code, commune, area in zip(
                communes["commune_code"], communes["commune"], by_commune, strict=True
            )
            if area > 0
        ),
    ]


def _moved(setup: Setup, name: str, hectares: float) -> Setup:
    return with_levers(setup, **(dict.fromkeys(LEAST, 0.0) | {name: hectares}))


def _most(setup: Setup, name: str) -> float:
    """Hectares of a lever that there are: free bare land, or the harvest of the last years."""
    if name == "extra_bare_ha":
        return float(free_bare_ha(setup).sum())
    last = len(setup.last_years)
    return float(likely_path(setup).cut_ha[:, -last:, 0].sum())


def _planting(setup: Setup, step: float) -> Setup:
    promised = np.maximum(setup.planting.promised_ha + step, 0.0)
    return replace(setup, planting=replace(setup.planting, promised_ha=promised))


def _shifted(ends: Triangle, step: float) -> Triangle:
    low, likely, high = (min(max(end + step, 0.0), 1.0) for end in ends)
    return low, likely, high


def _bare_share(setup: Setup, step: float) -> Setup:
    share = _shifted(setup.unknowns.bare_share, step)
    return replace(setup, unknowns=replace(setup.unknowns, bare_share=share))


def _survival(setup: Setup, step: float) -> Setup:
    survival = _shifted(setup.unknowns.survival, step)
    return replace(setup, unknowns=replace(setup.unknowns, survival=survival))


def _harvest(setup: Setup, step: float) -> Setup:
    unknowns = setup.unknowns
    factor = 1.0 + step / 100
    return replace(
        setup,
        unknowns=replace(
            unknowns,
            harvest_share=np.minimum(unknowns.harvest_share * factor, 1.0),
            harvest_ha=unknowns.harvest_ha * factor,
        ),
    )


def _lag(setup: Setup, step: float) -> Setup:
    lags = [later(lag, int(step)) for lag in setup.unknowns.lags]
    return replace(setup, unknowns=replace(setup.unknowns, lags=lags))


def _conversion(setup: Setup, step: float) -> Setup:
    lost = max(setup.causes.lost_to_other + step / 100, 0.0)
    return replace(setup, causes=replace(setup.causes, lost_to_other=lost))


def _regeneration(setup: Setup, step: float) -> Setup:
    area = max(setup.causes.regeneration_ha + step, 0.0)
    return replace(setup, causes=replace(setup.causes, regeneration_ha=area))


_LEVERS = (
    _Lever("planting", 1000.0, "ha/year", _planting),
    _Lever("bare_share", 0.1, "share", _bare_share),
    _Lever("harvest", 10.0, "%", _harvest),
    _Lever("lag", 1.0, "years", _lag),
    _Lever("survival", 0.05, "share", _survival),
    _Lever("conversion", 0.1, "% of forest a year", _conversion),
    _Lever("regeneration", 1000.0, "ha/year", _regeneration),
)
