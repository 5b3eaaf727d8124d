"""Verdicts in words: what would decide, in both languages, with the reader's figures."""

import numpy as np
import pandas as pd
import pytest

from zones.certainty.sentences import needed_words, verdict_sentences

NAMES = pd.DataFrame({"zone": ["pine"], "name_vi": ["Thông"], "name_en": ["Pine"]})


def targets(**columns: object) -> pd.DataFrame:
    row = {
        "target": "pine-area",
        "zone": "pine",
        "indicator": "area",
        "unit": "ha",
        "present": 155_400.0,
        "low_interval": 154_400.0,
        "high_interval": 156_400.0,
        "verdict": "cannot_tell",
        "needed": "points:320:pine+other",
    } | columns
    return pd.DataFrame([row])


def told(frame: pd.DataFrame) -> list:
    return verdict_sentences(frame, NAMES, level_percent=95.0, decimals=0)


def test_cannot_tell_says_what_would_decide() -> None:
    general, sentence = told(targets())
    assert "95 %" in general.en
    assert sentence.en == (
        "Pine: cannot tell yet, 155,400 ha, interval 154,400–156,400; about 320 more points, "
        "most of all in strata pine, other, would decide."
    )
    assert "chưa kết luận được, 155.400 ha, khoảng tin cậy 154.400–156.400" in sentence.vi


def test_errors_of_drawing_alone_are_said_to_be_no_more() -> None:
    general, only, sentence = told(targets(needed="error_m:0.8"))
    assert "wrong species" in only.en
    assert sentence.en.endswith("boundaries drawn to 0.8 m would decide.")
    assert sentence.vi.endswith("ranh giới phải chính xác đến 0,8 m mới kết luận được.")
    assert general.vi != general.en


def test_what_is_decided_or_was_not_judged_needs_no_sentence() -> None:
    assert len(told(targets(verdict="met", needed=""))) == 2
    assert told(targets(low_interval=np.nan)) == []


@pytest.mark.parametrize("needed", ["points:1:a", "error_m:2", "at_the_end"])
def test_every_need_has_words(needed: str) -> None:
    assert needed_words(needed).vi != needed_words(needed).en


def test_rate_of_forest_cover_has_its_name() -> None:
    *_, sentence = told(targets(zone="", indicator="forest_cover_rate", unit="%"))
    assert sentence.en.startswith("Forest cover rate: cannot tell yet")
