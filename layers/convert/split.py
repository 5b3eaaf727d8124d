"""How a figure of a divided unit is shared among the units that took it over.

By geometry or plots where they are given: that is known. By area where they are not: that is a
guess, so the figure comes with the band from nothing to all, and a problem is told.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from layers.base.errors import InputError, MissingFileError
from layers.base.resources import data_path
from layers.base.schema import read_schema
from layers.communes.codes import normal_code
from layers.communes.crosswalk import successors
from layers.communes.gazetteer import NEWEST_VINTAGE, Day, communes_on, find_province, vintage_on
from layers.communes.qualifiers import district_key

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SHARES = read_schema("layers.convert", "shares")


#: Least part of a divided unit's pieces within the units that took it over; else they are others'.
WITHIN = 0.9


@dataclass(frozen=True, slots=True)
class Sharing:
    """Parts of one figure."""

    parts: Mapping[str, Decimal]  # New code → weight, not normalised, in order of code
    known: bool  # The weights were measured (geometry, plots); else they are areas of the new units


def divide(figure: Decimal, sharing: Sharing, *, decimals: int) -> dict[str, Decimal]:
    """Share a figure by weights so that the parts sum to it to the last digit."""
    total = sum(sharing.parts.values(), Decimal(0))
    if len(sharing.parts) == 1:
        return dict.fromkeys(sharing.parts, figure)
    step = Decimal(1).scaleb(-decimals)
    given, done, reached = {}, Decimal(0), Decimal(0)
    # Rounding the running total, not each part, leaves the last part what it must be.
    for code, weight in sharing.parts.items():
        reached += weight
        upto = (figure * reached / total).quantize(step)
        given[code] = upto - done
        done = upto
    return given


def _official_areas(province: str, to: Day) -> dict[str, Decimal]:
    """Official natural areas (ha) of the units of a day, empty where there is no table of them."""
    if vintage_on(to, province=province) != NEWEST_VINTAGE:
        return {}
    try:
        path = data_path(f"communes-{province}.csv")
    except MissingFileError:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Decimal(row["official_area_ha"]) for row in csv.DictReader(file)}


def share_by_area(
    province: str, *, from_: Day, to: Day = None
) -> tuple[dict[str, Sharing], dict[str, Sharing]]:
    """Weights of divided units and of districts by the areas of the units that took them over.

    Where there is no table of official areas for the units of that day, new units count alike.
    """
    code = find_province(province)
    areas = _official_areas(code, to)
    after = successors(code, from_=from_, to=to)
    by_unit = {
        old: Sharing({new: areas.get(new, Decimal(1)) for new in parts}, known=len(parts) == 1)
        for old, parts in after.items()
    }
    before: dict[str, list[str]] = {}
    for old, parts in after.items():
        for new in parts:
            before.setdefault(new, []).append(old)
    districts = {old: district_key(unit.district) for old, unit in communes_on(code, from_).items()}
    by_district: dict[str, dict[str, Decimal]] = {}
    for new in sorted(before):
        for old in before[new]:
            if not districts[old]:  # units of today have none
                continue
            weights = by_district.setdefault(districts[old], {})
            part = areas.get(new, Decimal(1)) / len(before[new])
            weights[new] = weights.get(new, Decimal(0)) + part
    return by_unit, {
        key: Sharing(weights, known=len(weights) == 1) for key, weights in by_district.items()
    }


def share_by_geometry(
    pieces: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    code_column: str,
    province: str,
    from_: Day,
) -> pd.DataFrame:
    """Measure how divided units were shared, from plots or old boundaries that carry old codes."""
    import pandas as pd

    from layers.crs.transform import EQUAL_AREA, to_crs

    if pieces.crs is None or communes.crs is None:
        raise InputError("layers.convert.pieces_need_crs")
    after = {old: new for old, new in successors(province, from_=from_).items() if len(new) > 1}
    targets = to_crs(communes.set_index("commune_code").geometry, EQUAL_AREA)
    codes = pieces[code_column].map(normal_code)
    rows = []
    for old, parts in sorted(after.items()):
        mine = pieces.geometry[(codes == old).to_numpy()]
        if mine.empty:
            continue
        if lacking := [new for new in parts if new not in targets.index]:
            raise InputError("layers.convert.heirs_not_in_communes", lacking=lacking, old=old)
        # Equal-area, so that weights are areas whatever the CRS of the files.
        shapes = to_crs(mine, EQUAL_AREA)
        areas = {new: float(shapes.intersection(targets[new]).area.sum()) for new in parts}
        total, whole = sum(areas.values()), float(shapes.area.sum())
        if not total > WITHIN * whole:
            raise InputError(
                "layers.convert.pieces_outside_heirs",
                old=old,
                total=total / 10000.0,
                whole=whole / 10000.0,
                parts=parts,
            )
        rows += [(old, new, area / total) for new, area in areas.items()]
    return SHARES.validate(pd.DataFrame(rows, columns=SHARES.names))
