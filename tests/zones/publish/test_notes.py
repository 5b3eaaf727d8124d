"""Sentences below printed tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zones.publish.notes import not_yet_notes, shortfall_notes, table_notes
from zones.tables import ALLOCATION_NOTES

NONE = ALLOCATION_NOTES.empty()


def _targets(*widths: float) -> pd.DataFrame:
    return pd.DataFrame({"tolerance_percent": list(widths)})


def test_targets_say_the_tolerance_of_single_figures() -> None:
    note, _ = table_notes(_targets(5.0, np.nan, 0.0), NONE)
    assert note.table == "targets"
    assert "được coi là đạt nếu lệch không quá ±5 %" in note.text.vi
    assert "counts as held within ±5 % of it" in note.text.en
    other, _ = table_notes(_targets(2.5, 5.0), NONE)
    assert "±2,5, ±5 %" in other.text.vi


def test_targets_without_single_figures_need_no_note() -> None:
    assert table_notes(_targets(np.nan, 0.0), NONE) == ()


def test_allocation_aims_at_the_figure_itself() -> None:
    _, aim = table_notes(_targets(5.0), NONE)
    assert (aim.table, aim.text.en) == (
        "targets",
        "The allocation aims at the plan's own figure.",
    )


def test_sentences_of_the_allocation_stand_below_it_and_its_zones() -> None:
    told = pd.DataFrame(
        [{"kind": "rounded", "message_en": "Beside its bound.", "message_vi": "Lệch khi in."}]
    )
    notes = table_notes(_targets(), told)
    assert [note.table for note in notes] == ["allocation", "zone"]
    assert {note.text.vi for note in notes} == {"Lệch khi in."}


def test_what_is_not_yet_forest_is_said_of_zones_that_are_all_of_a_species() -> None:
    # Pine: 100.5 ha, 40.2 of them not yet forest. Tea has none; of anise a report tells more land.
    species = pd.DataFrame(
        {
            "crop": ["pine", "anise", "tea"],
            "planted_ha": [100.5, 50.0, 7.0],
            "not_yet_ha": [40.2, 9.0, 0.0],
        }
    )
    names = pd.DataFrame(
        {
            "zone": ["pine", "anise", "tea", "macadamia"],
            "name_vi": ["Thông", "Hồi", "Chè", "Mắc ca"],
            "name_en": ["Pine", "Anise", "Tea", "Macadamia"],
        }
    )
    totals = pd.Series({"pine": 100.5, "anise": 60.0, "tea": 7.0, "macadamia": 3.0})
    notes = not_yet_notes(species, names, totals, decimals=1)
    assert [(note.table, note.zone) for note in notes] == [("targets", "pine"), ("zone", "pine")]
    assert notes[0].text.vi.startswith("Thông: trong diện tích hiện trạng có 40,2 ha đã trồng")
    assert "40.2 ha are planted and not yet forest" in notes[0].text.en


def test_targets_that_the_allocation_leaves_short_are_said_below_it() -> None:
    held = pd.DataFrame(
        [
            ("pine", "", 2030, 100.0, 0.0, "reached"),
            ("acacia_large_timber", "", 2030, 5000.0, 1234.56, "short"),
            ("pine", "06001", 2028, 10.0, 2.0, "short"),
            ("tea", "", 2030, 10.0, 0.04, "short"),
        ],
        columns=["zone", "commune_code", "year", "low_ha", "shortfall_ha", "status"],
    )
    names = pd.DataFrame(
        [("pine", "Thông", "Pine"), ("tea", "Chè", "Tea")], columns=["zone", "name_vi", "name_en"]
    )
    zones = pd.DataFrame([("06001", "Bình Gia")], columns=["commune_code", "commune"])
    (note,) = shortfall_notes(held, zones, names, decimals=1)
    assert note.table == "allocation"
    assert "(năm 2030) còn thiếu 1.234,6 ha trong 5.000,0 ha" in note.text.vi
    assert "Thông, Bình Gia (năm 2028) còn thiếu 2,0 ha trong 10,0 ha" in note.text.vi
    assert "Chè" not in note.text.vi
    assert shortfall_notes(held[:1], zones, names, decimals=1) == ()
