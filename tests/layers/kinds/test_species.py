"""Species → crops and shares."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.base.errors import InputError
from layers.base.resources import data_path
from layers.kinds.crops import crop_weights, load_crops, plain_name, species_shares
from layers.kinds.plots import CROP_WEIGHTS


@pytest.mark.parametrize(
    ("written", "crop"),
    [
        ("Thông mã vĩ", "pine"),
        ("THÔNG MÃ VĨ", "pine"),
        ("thong ma vi", "pine"),
        ("TMV", "pine"),
        ("Pinus massoniana", "pine"),
        ("hồi", "anise"),
        ("Hồi", "anise"),
        ("Keo  lai", "acacia"),
        ("BĐ", "eucalyptus"),
        ("bd", "eucalyptus"),
        ("Quế", "cinnamon"),
        ("que", "cinnamon"),
        ("Mắc ca", "macadamia"),
        ("Dẻ", "chestnut"),
        ("hong", "persimmon"),
    ],
)
def test_names_of_one_crop(written, crop):
    assert species_shares(written) == {crop: 1.0}


@pytest.mark.parametrize("written", ["Hông", "Dưa", "Dè", "Quê", "Lim xanh"])
def test_a_written_accent_counts(written):
    assert species_shares(written) == {written: 1.0}


@pytest.mark.parametrize(
    ("written", "shares"),
    [
        ("Keo+Bạch đàn", {"acacia": 0.5, "eucalyptus": 0.5}),
        ("Keo tai tượng + Keo lai", {"acacia": 1.0}),
        ("Thông; Hồi, Quế", {"pine": 1 / 3, "anise": 1 / 3, "cinnamon": 1 / 3}),
        ("Keo và Lim xanh", {"acacia": 0.5, "Lim xanh": 0.5}),
        ("Keo - Keo - Quế", {"acacia": 2 / 3, "cinnamon": 1 / 3}),
        ("+Keo+", {"acacia": 1.0}),
    ],
)
def test_mixtures_are_shared_equally(written, shares):
    assert species_shares(written) == pytest.approx(shares)


def test_aliases_of_the_project_win():
    assert species_shares("Lim xanh", {"lim XANH": "pine"}) == {"pine": 1.0}
    assert species_shares("Keo+Sa mộc", {"Keo + Sa mộc": "acacia"}) == {"acacia": 1.0}
    with pytest.raises(InputError, match=r"names lead to 'lim'"):
        crop_weights(pd.Series([0]), pd.Series(["Lim"]), aliases={"Lim": "lim"})


def test_the_table_may_give_other_shares(monkeypatch):
    from layers.kinds import crops

    table = ({"keo+quế": {"acacia": 0.7, "cinnamon": 0.3}}, {})
    monkeypatch.setattr(crops, "_aliases", lambda: table)
    assert species_shares("Keo + Quế") == {"acacia": 0.7, "cinnamon": 0.3}


names = st.sampled_from(["Keo", "Thông + Hồi", "Lim", "Keo+Lim+Quế", None])


@settings(max_examples=50)
@given(st.lists(names))
def test_weights_of_a_plot_sum_to_one(species):
    rows = pd.Series(range(10, 10 + len(species)), dtype="int64")
    weights = crop_weights(rows, pd.Series(species, dtype="str"))
    assert list(weights.columns) == CROP_WEIGHTS.names
    sums = weights.groupby("row")["weight"].sum()
    assert sorted(sums.index) == [row for row, name in zip(rows, species, strict=True) if name]
    assert all(abs(total - 1) < 1e-12 for total in sums)


def test_the_alias_table_is_sound():
    table = pd.read_csv(data_path("species_aliases.csv"))
    assert set(table["crop"]) <= set(load_crops()["crop"])
    assert not table.duplicated(["alias", "crop"]).any()
    plain = table.assign(plain=table["alias"].map(plain_name)).groupby("plain")["crop"].nunique()
    assert plain.max() == 1  # a name without accents may stand for one crop only


@pytest.mark.parametrize("text", ["+", " ; ", "++", "/"])
def test_a_species_of_marks_alone_keeps_its_hectares(text: str) -> None:
    assert species_shares(text) == {text.strip(): 1.0}
