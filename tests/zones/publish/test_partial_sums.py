"""Sums that some communes are missing from are said to be such."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zones.publish.partial_sums import partial_notes
from zones.tables import REPORTED

NAMES = pd.DataFrame(
    [("tea", "Chè", "Tea"), ("plum", "Mận", "Plum"), ("pine", "Thông", "Pine")],
    columns=["zone", "name_vi", "name_en"],
)
COMMUNES = {"1": "An", "2": "Bình", "3": "Cao"}


def _targets(**present: float) -> pd.DataFrame:
    rows = [(zone, "area", "", "ha", value) for zone, value in present.items()]
    return pd.DataFrame(rows, columns=["zone", "indicator", "commune_code", "unit", "present"])


def _zones(**held: tuple[float, float, float]) -> pd.DataFrame:
    rows = [
        (zone, code, name, area)
        for zone, areas in held.items()
        for (code, name), area in zip(COMMUNES.items(), areas, strict=True)
    ]
    return pd.DataFrame(rows, columns=["zone", "commune_code", "commune", "present_ha"])


def _reported(*rows: tuple[str, str, str, float, int, int]) -> pd.DataFrame:
    columns = ["zone", "indicator", "commune_code", "value", "reporters", "expected"]
    frame = pd.DataFrame(rows, columns=columns)
    return REPORTED.validate(frame.assign(unit="ha", year=2026, total=frame["value"]))


def test_present_areas_of_some_communes_say_whom_they_leave_out() -> None:
    zones = _zones(tea=(1, 2, np.nan), plum=(0, 5, np.nan), pine=(1, 1, 1))
    targets = _targets(tea=3, plum=5, pine=3)
    (note,) = partial_notes(targets, zones, REPORTED.empty(), NAMES, decimals=1)
    assert (note.table, note.zone) == ("targets", "tea")
    assert note.text.vi == (
        "Hiện trạng của Chè, Mận là tổng của 2/3 xã đã có số liệu, chưa gồm Cao;"
        " thiếu số liệu không phải là 0."
    )


def test_reports_that_are_not_all_there_are_summed_and_those_to_come_named() -> None:
    zones = _zones(tea=(1, 2, np.nan), plum=(0, 5, np.nan), pine=(1, 1, 1))
    reported = _reported(
        ("tea", "area", "", 1203.5, 2, 3),
        ("tea", "area", "1", 1, 1, 1),
        ("tea", "area", "3", 1202.5, 1, 1),
        ("pine", "area", "", 3, 3, 3),
    )
    targets = _targets(tea=np.nan, pine=np.nan)
    (note,) = partial_notes(targets, zones, reported, NAMES, decimals=1)
    assert note.table == "unmeasured"
    assert note.text.vi == (
        "Báo cáo năm 2026: đã có 2/3 đơn vị; tổng của các đơn vị này chưa phải số toàn tỉnh nên"
        " chưa so với chỉ tiêu: Chè 1.203,5 ha. Chưa báo cáo: Bình; thiếu số liệu không phải là 0."
    )


def test_a_layer_that_tells_leaves_nothing_to_say() -> None:
    zones = _zones(tea=(1, 2, 0))
    reported = _reported(("tea", "area", "", 3, 2, 3), ("tea", "area", "1", 3, 1, 1))
    assert partial_notes(_targets(tea=3), zones, reported, NAMES, decimals=1) == ()
