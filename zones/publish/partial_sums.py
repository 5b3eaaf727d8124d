"""Sentences on sums that some communes are missing from: what they leave out, and who is to come.

Missing is not zero: a sum of those who told is printed as such, and one that is not held against a
target for that reason is still said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.remembered import remembered
from maps import TableNote
from maps.layout.words import word
from zones.certainty.sentences import figure_phrase
from zones.measure.targets import yearly_unit
from zones.publish.rounded_figures import area_targets

_THING = ["zone", "indicator", "unit"]


@remembered()
def partial_notes(
    targets: pd.DataFrame,
    zones: pd.DataFrame,
    reported: pd.DataFrame,
    zone_names: pd.DataFrame,
    *,
    decimals: int,
) -> tuple[TableNote, ...]:
    """Sentences for below the targets: present areas (ha) and reports without some communes.

    Columns are those of ``TARGETS``, ``ZONES``, ``REPORTED`` and ``ZONE_NAMES``.
    """
    names = {
        str(row["zone"]): Phrase(en=str(row["name_en"]), vi=str(row["name_vi"]))
        for row in zone_names.to_dict("records")
    }
    return (
        *_of_present(targets, zones, names),
        *_of_reports(targets, zones, reported, names, decimals),
    )


def _of_present(
    targets: pd.DataFrame, zones: pd.DataFrame, names: dict[str, Phrase]
) -> Iterator[TableNote]:
    """Zones whose present area is the sum of some communes, those with the same ones together."""
    asked = targets[area_targets(targets) & targets["present"].notna()]["zone"].unique()
    groups: dict[tuple[str, ...], list[str]] = {}
    for zone in asked:
        rows = zones[(zones["zone"] == zone) & zones["present_ha"].isna()]
        if len(rows):
            groups.setdefault(tuple(rows["commune"]), []).append(str(zone))
    every = zones["commune_code"].nunique()
    for missing, of in groups.items():
        text = message(
            "zones.publish.partial_present",
            zones=[names[zone] for zone in of],
            known=every - len(missing),
            every=every,
            missing=missing,
        )
        yield TableNote("targets", text, of[0])


def _of_reports(
    targets: pd.DataFrame,
    zones: pd.DataFrame,
    reported: pd.DataFrame,
    names: dict[str, Phrase],
    decimals: int,
) -> Iterator[TableNote]:
    """Sums of reports that are held against no target because some have not reported."""
    silent = targets[targets["present"].isna() & targets["commune_code"].eq("")]
    asked = set(
        zip(silent["zone"], silent["indicator"], silent["unit"].map(yearly_unit), strict=True)
    )
    part = reported[(reported["reporters"] > 0) & (reported["reporters"] < reported["expected"])]
    sums = part[part["commune_code"].eq("") & part["value"].notna()]
    told = reported[reported["commune_code"].ne("") & reported["value"].notna()]
    communes = zones.drop_duplicates("commune_code").set_index("commune_code")["commune"]
    groups: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in sums.to_dict("records"):
        thing = tuple(row[key] for key in _THING)
        if thing not in asked:
            continue
        same = np.logical_and.reduce([told[key].eq(row[key]) for key in _THING])
        missing = tuple(communes[~communes.index.isin(told.loc[same, "commune_code"])])
        of = (row["year"], row["reporters"], row["expected"], missing)
        groups.setdefault(of, []).append({str(key): value for key, value in row.items()})
    for (year, reporters, expected, not_there), mine in groups.items():
        text = message(
            "zones.publish.partial_reports",
            year=str(year),
            reporters=reporters,
            expected=expected,
            missing=not_there,
            sums=_sums(mine, names, decimals),
        )
        yield TableNote("unmeasured", text, str(mine[0]["zone"]))


def _sums(
    rows: Sequence[dict[str, object]], names: dict[str, Phrase], decimals: int
) -> list[Phrase]:
    """What is counted, its sum and its unit."""
    said = []
    for row in rows:
        zone, indicator, unit = (str(row[key]) for key in _THING)
        counted = Phrase(
            en=word("indicator", indicator, "en"), vi=word("indicator", indicator, "vi")
        )
        figures = {
            "value": figure_phrase(float(str(row["value"])), decimals),
            "unit": Phrase(en=word("unit", unit, "en"), vi=word("unit", unit, "vi")),
        }
        name = names.get(zone, counted)
        if zone in names and indicator != "area":
            name = Phrase(en=f"{name.en}, {counted.en}", vi=f"{name.vi}, {counted.vi}")
        said.append(message("zones.publish.partial_sum", name=name, **figures))
    return said
