"""Sentences of a catalogue: values as each language prints them, errors across processes."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.base import messages
from layers.base.errors import InputError, MissingFileError, OutputExistsError, VungTrongError
from layers.base.language import Phrase
from layers.base.messages import joined, message


def _say(monkeypatch: pytest.MonkeyPatch, words: str, **values: Any) -> tuple[str, str]:
    """One sentence, the same in both languages, as each prints it."""
    catalogue = {"layers.base": {"said": {"en": words, "vi": words}, **AND_MORE}}
    monkeypatch.setattr(messages, "_catalogue", catalogue.__getitem__)
    phrase = message("layers.base.said", **values)
    return phrase.en, phrase.vi


AND_MORE = dict(messages._catalogue("layers.base"))


@pytest.mark.parametrize(
    ("words", "value", "en", "vi"),
    [
        ("{x}", 2025, "2025", "2025"),
        ("{x:,} {x:plot is|plots are}", 1, "1 plot is", "1 plot is"),
        ("{x:,} {x:plot is|plots are}", np.int64(0), "0 plots are", "0 plots are"),
        ("{x:,} {x:plot is|plots are}", 1234, "1,234 plots are", "1.234 plots are"),
        ("{x}", np.int64(32648), "32648", "32648"),
        ("{x:,}", 1234567, "1,234,567", "1.234.567"),
        ("{x:,.2f}", 536083.92, "536,083.92", "536.083,92"),
        ("{x:,.2f}", np.float64(536083.92), "536,083.92", "536.083,92"),
        ("{x:.1%}", 0.425, "42.5%", "42,5%"),
        ("{x:g}", 0.25, "0.25", "0,25"),
        ("{x}", 0.25, "0.25", "0,25"),
        ("{x:.2f}", -0.001, "0.00", "0,00"),
        ("{x:,.2f}", math.nan, "–", "–"),
        ("{x}", True, "True", "True"),
        ("{x}", dt.date(2025, 12, 31), "2025-12-31", "31/12/2025"),
        ("{x}", Phrase("plot", "lô"), "plot", "lô"),
        ("{x!r}", Phrase("plot", "lô"), "'plot'", "'lô'"),
        ("{x!r}", np.str_("lô 1"), "'lô 1'", "'lô 1'"),
        ("{x}", Path("a") / "b", "a/b", "a/b"),
        ("{x}", "1,234.5", "1,234.5", "1,234.5"),
        ("{x}", [], "", ""),
        ("{x}", ["a", "b"], "a, b", "a, b"),
        ("{x!r}", ("a", "b"), "'a', 'b'", "'a', 'b'"),
        ("{x}", pd.Index([3, 4]), "3, 4", "3, 4"),
        ("{x}", list("abcde"), "a, b, c, d, e", "a, b, c, d, e"),
        ("{x}", np.arange(1505), "0, 1, 2, 3, 4 and 1,500 more", "0, 1, 2, 3, 4 và 1.500 mục khác"),
        ("{x:all}", list("abcdefg"), "a, b, c, d, e, f, g", "a, b, c, d, e, f, g"),
        ("{x:or}", ["a", "b"], "a or b", "a hoặc b"),
        ("{x}", [1.5, 2.5], "1.5, 2.5", "1,5; 2,5"),
        ("{x:.1f}", [1.25, 2.0], "1.3, 2.0", "1,3; 2,0"),
        ("{x}", [Phrase("a", "b"), Phrase("c", "d")], "a, c", "b, d"),
    ],
)
def test_a_value_is_printed_as_the_language_prints_it(
    monkeypatch: pytest.MonkeyPatch, words: str, value: object, en: str, vi: str
) -> None:
    assert _say(monkeypatch, words, x=value) == (en, vi)


def test_what_a_file_says_is_never_a_format(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "{x} {0} {x.__class__} {{"
    assert _say(monkeypatch, "<{x}>", x=hostile)[0] == f"<{hostile}>"
    assert _say(monkeypatch, "<{x}>", x=[hostile])[0] == f"<{hostile}>"


def test_a_key_may_be_a_value_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _say(monkeypatch, "{key} {what}", key="a", what="b") == ("a b", "a b")


def test_joined() -> None:
    assert joined([Phrase("a", "b"), Phrase("c", "d")]) == Phrase("a; c", "b; d")


@pytest.mark.parametrize("kind", [VungTrongError, InputError, MissingFileError, OutputExistsError])
def test_an_error_keeps_both_languages_across_processes(kind: type[VungTrongError]) -> None:
    error = kind("layers.base.and_more", first="{a}", count=1500)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is kind
    assert str(again) == again.text("en") == "{a} and 1,500 more"
    assert again.text("vi") == "{a} và 1.500 mục khác"


def test_an_error_takes_a_phrase() -> None:
    assert InputError(Phrase("plot", "lô")).text("vi") == "lô"
