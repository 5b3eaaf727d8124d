"""Sentences below printed tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from zones.publish.notes import allocation_notes, print_notes


def _targets(*widths: float) -> pd.DataFrame:
    return pd.DataFrame({"tolerance_percent": list(widths)})


def test_targets_say_the_tolerance_of_single_figures() -> None:
    (note,) = print_notes({}, _targets(5.0, np.nan, 0.0))
    assert note.table == "targets"
    assert "khoảng ±5 % quanh con số đó" in note.text.vi
    assert "range of ±5 % around it" in note.text.en
    (other,) = print_notes({}, _targets(2.5, 5.0))
    assert "±2,5, ±5 %" in other.text.vi


def test_targets_without_single_figures_need_no_note() -> None:
    assert print_notes({}, _targets(np.nan, 0.0)) == ()


def test_allocation_aims_at_the_figure_itself() -> None:
    _, aim = print_notes({"allocation": pd.DataFrame()}, _targets(5.0))
    assert (aim.table, aim.text.en) == (
        "targets",
        "The allocation aims at the plan's own figure.",
    )


def test_roundings_that_gave_way_are_told_below_allocation_and_zones() -> None:
    said = Phrase(en="Beside its bound: pine-2030, pine.", vi="Lệch khi in: pine-2030, pine.")
    names = {"pine": Phrase(en="P.", vi="T."), "pine-2030": Phrase(en="Pine", vi="Thông")}
    table = allocation_notes((said,), names)
    assert table.loc[0].tolist() == ["Beside its bound: Pine, P..", "Lệch khi in: Thông, T.."]
    notes = print_notes({"allocation_notes": table}, _targets())
    assert [note.table for note in notes] == ["allocation", "zone"]
    assert {note.text.vi for note in notes} == {"Lệch khi in: Thông, T.."}
    assert allocation_notes((), names).columns.tolist() == ["message_en", "message_vi"]


def test_ids_that_are_syllables_of_other_words_are_left_there() -> None:
    said = Phrase(
        en="In print beside its bound by na alone: na, na-2030, natural, In.",
        vi="Chỉ lệch khi in na ra: na, na-2030, natural, In.",
    )
    names = {
        "na": Phrase(en="Custard apple", vi="Na dai"),
        "na-2030": Phrase(en="na to 2030", vi="na đến 2030"),
        "In": Phrase(en="Indigo", vi="Chàm"),
    }
    assert allocation_notes((said,), names).loc[0].tolist() == [
        "In print beside its bound by na alone: Custard apple, na to 2030, natural, Indigo.",
        "Chỉ lệch khi in na ra: Na dai, na đến 2030, natural, Chàm.",
    ]
    assert allocation_notes((said,), {}).loc[0, "message_en"] == said.en
