"""Slips between a text and a name, and what the look-up makes of generated misspellings."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.misspell import SLIPS, misspell
from layers.communes.gazetteer import communes_on
from layers.communes.match_result import Match
from layers.communes.matching import match_commune
from layers.communes.similarity import letters, likeness, nearest, slips
from layers.communes.spelling import exact_key, plain_key, spelling_key, split_kind

NAMES = sorted({unit.name for unit in communes_on().values()})


@pytest.mark.parametrize(
    ("text", "name", "cost"),
    [
        ("Lộc Bình", "lộc bình", 0.0),
        ("Lộc Binh", "Lộc Bình", 0.75),
        ("Diềm He", "Điềm He", 1.0),
        ("Lộc Bìn", "Lộc Bình", 1.0),
        ("Lộc Bnh", "Lộc Bình", 1.0),
        ("Lộcc Bình", "Lộc Bình", 1.0),
        ("Loc Binh", "Lộc Bình", 2.5),
        ("Kỳ Lừa", "Kì Lừa", 1.0),
        ("Lộc Đình", "Lộc Bình", 2.0),
    ],
)
def test_slips(text: str, name: str, cost: float) -> None:
    assert slips(letters(text), letters(name)) == cost


@given(st.sampled_from(NAMES))
def test_a_name_is_nearest_to_itself(name: str) -> None:
    assert slips(letters(name), letters(name)) == 0
    assert likeness(letters(name), letters(name)) == 1


@given(st.text(max_size=12), st.sampled_from(NAMES))
def test_likeness_is_a_share(text: str, name: str) -> None:
    assert 0 <= likeness(letters(text), letters(name)) <= 1


def test_nearest_skips_nothing_near() -> None:
    """The short cut by bare letters gives what comparing with every name gives."""
    parts = [letters(name) for name in NAMES[::7]]
    source = random.Random(3)
    for name in source.sample(NAMES, 25):
        text = letters(misspell(name, "xã", 2, source)[0])
        every = sorted(
            (slips(text, other), at)
            for at, other in enumerate(parts)
            if other.digits == text.digits
        )
        expected = [cost for cost, _ in every if cost <= 5][:4]
        assert [cost for cost, _ in nearest([text], parts, most=5, count=4)] == expected


@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_keys_ignore_encoding_case_and_spaces(name: str, source: random.Random) -> None:
    for slip in ("case", "NFD", "spaces"):
        text = SLIPS[slip](name, source)
        assert exact_key(text) == exact_key(name)
        assert spelling_key(text) == spelling_key(name)
    assert plain_key(plain_key(name)) == plain_key(name)


def test_misspellings_of_the_province() -> None:
    """A sample of the benchmark: found, or refused with the right commune told; never mistaken."""
    source = random.Random(11)
    right = 0
    for code, unit in communes_on("20").items():
        for count in (1, 2, 1, 2):
            text, _ = misspell(unit.name, unit.kind, count, source)
            found = match_commune(text, province="20")
            if isinstance(found, Match):
                assert found.code == code, text
                right += 1
            else:
                assert code in [candidate.unit.code for candidate in found.candidates], text
    assert right >= 0.97 * 4 * 65


def test_split_kind() -> None:
    assert split_kind("TT. Na Dương")[0] == ("thị trấn", "Na Dương")
    assert split_kind("Thị trấn Na Dương")[0] == ("thị trấn", "Na Dương")
    assert split_kind("đặc khu Phú Quốc")[0] == ("đặc khu", "Phú Quốc")
    assert split_kind("Xuân Dương") == [("", "Xuân Dương")]
    assert split_kind("") == [("", "")]
