"""Levers: what one step of each input does to the rate, and the least that reaches a target.

Steps are taken on the likely case, one at a time. What reaches a target is solved: the rate rises
with the hectares of a lever, so the hectares at which it meets the target are the root of a
monotone function, found by Brent's method and put back in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from zones.forest.trajectory.draws import Triangle
from zones.forest.trajectory.forecast import Setup, likely_path, with_levers
from zones.forest.trajectory.lags import later
from zones.tables import LEVERS

Floats = npt.NDArray[np.float64]

#: Points by which a solved lever may miss its target.
MISS_POINTS = 1e-6
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


def levers_table(setup: Setup, targets: pd.DataFrame) -> pd.DataFrame:
    """Columns of ``LEVERS``: steps for the last year, and what reaches each target that is missed.

    ``targets`` has ``target, year, target_percent, gap_ha``, as in ``TRAJECTORY_TARGETS``.
    """
    rows = [*_steps(setup)]
    for target in targets[targets["gap_ha"] > 0].to_dict("records"):
        until = replace(setup, to=int(target["year"]))
        for name in ("extra_bare_ha", "delay_harvest_ha"):
            rows += _least(until, str(target["target"]), name, float(target["target_percent"]))
    return LEVERS.validate(pd.DataFrame(rows, columns=LEVERS.names))


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
            "step": lever.step,
            "unit": lever.unit,
            "less_points": less,
            "more_points": more,
        }


def _least(setup: Setup, target: str, name: str, asked: float) -> list[dict[str, Any]]:
    """Least hectares of a lever that reach a rate: of the province, then by commune."""
    from scipy.optimize import brentq  # Slow to load, seldom needed

    base = rate_at_end(setup)
    most = _most(setup, name)
    row: dict[str, Any] = {
        "target": target,
        "year": setup.to,
        "lever": name,
        "kind": "least",
        "commune_code": "",
        "unit": "ha",
        "most_ha": most,
        "most_points": rate_at_end(_moved(setup, name, most)) - base,
    }
    if base + row["most_points"] < asked:
        return [row]
    root = float(
        brentq(lambda ha: rate_at_end(_moved(setup, name, ha)) - asked, 0.0, most, xtol=_ROOT_HA)
    )
    row["area_ha"] = root
    causes = _moved(setup, name, root).causes
    if name == "extra_bare_ha":
        weights = causes.extra_bare_ha.sum(axis=1)
        by_commune = np.bincount(
            setup.start.cells["commune"].to_numpy(), weights, len(setup.start.communes)
        )
    else:
        by_commune = causes.delay_ha.sum(axis=1)
    codes = setup.start.communes["commune_code"]
    return [
        row,
        *(
            {**row, "commune_code": code, "area_ha": area, "most_ha": None, "most_points": None}
            for code, area in zip(codes, by_commune, strict=True)
            if area > 0
        ),
    ]


def _moved(setup: Setup, name: str, hectares: float) -> Setup:
    levers = {"extra_bare_ha": 0.0, "delay_harvest_ha": 0.0} | {name: hectares}
    return with_levers(setup, **levers)


def _most(setup: Setup, name: str) -> float:
    """Hectares of a lever that there are: bare land, or the harvest of the last years."""
    if name == "extra_bare_ha":
        return float(setup.start.bare_ha.sum()) if len(setup.counting_years) else 0.0
    first = max(len(setup.years) - setup.section.legal_lag.years, 0)
    return float(likely_path(setup).cut_ha[:, first:, 0].sum())


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
