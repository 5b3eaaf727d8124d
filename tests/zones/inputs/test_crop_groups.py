"""Zones of a crop and of one of its kinds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from zones.inputs.checks import check_crop_groups


def test_kinds_that_have_a_zone_of_their_own_are_told_as_left_out_of_the_whole() -> None:
    zones: list[Any] = [SimpleNamespace(crop="citrus"), SimpleNamespace(crop="orange")]
    frame = pd.DataFrame({"crop": ["orange", "citrus"]})
    plan: Any = SimpleNamespace(zones=zones)
    (found,) = check_crop_groups({"fruit": frame}, [plan])
    assert (found.severity, found.kind, found.source) == ("problem", "part-left-out", "fruit")
    assert "stand in no figure of citrus" in found.message.en
    assert "crops: {Cam: citrus}" in found.message.en
    plan.zones = zones[:1]
    assert check_crop_groups({"fruit": frame[1:]}, [plan]) == []
