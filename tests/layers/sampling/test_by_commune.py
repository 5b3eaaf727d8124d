"""Areas by commune: sums that close, weights that grow with points, intervals that hold."""

import numpy as np
import pandas as pd
import pytest

from layers import InputError, estimate_area, estimate_area_by_commune


def country(
    communes: int, points: int, *, spread: float, seed: int = 4
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Sample, map areas and true pine of communes whose strata differ by so much."""
    random = np.random.default_rng(seed)
    codes = [f"{place:05d}" for place in range(communes)]
    pine = random.uniform(100, 900, communes)
    areas = pd.DataFrame({"pine": pine, "other": 1500 - pine}, index=codes)
    purity = np.clip(0.85 + spread * random.standard_normal(communes), 0.3, 1)
    missed = np.clip(0.05 + spread / 3 * random.standard_normal(communes), 0, 0.3)
    truth = pd.Series(areas["pine"] * purity + areas["other"] * missed, index=codes)
    rows = []
    for stratum, chance in (("pine", purity), ("other", missed)):
        weight = areas[stratum].to_numpy()
        at = random.choice(communes, points // 2, p=weight / weight.sum())
        hit = random.random(len(at)) < chance[at]
        rows += [
            (codes[c], stratum, "pine" if h else "other") for c, h in zip(at, hit, strict=True)
        ]
    sample = pd.DataFrame(rows, columns=["commune_code", "stratum", "reference_class"])
    long = areas.rename_axis("commune_code").reset_index()
    long = long.melt("commune_code", var_name="stratum", value_name="area_ha")
    return sample, long, truth


def test_classes_and_communes_close() -> None:
    sample, areas, _ = country(40, 800, spread=0.1)
    found = estimate_area_by_commune(sample, areas)
    by_commune = found.groupby("commune_code")["area_ha"].sum()
    assert by_commune.to_numpy() == pytest.approx(np.full(40, 1500.0), rel=1e-9)
    whole = areas.groupby("stratum")["area_ha"].sum()
    province = estimate_area(sample, whole).areas.set_index("class")["area_ha"]
    sums = found.groupby("class")["area_ha"].sum()
    assert sums.to_dict() == pytest.approx(province.to_dict(), rel=1e-7)


def test_a_commune_without_points_has_weight_nought_and_the_largest_error() -> None:
    sample, areas, _ = country(30, 900, spread=0.15)
    bare = sample["commune_code"].iloc[0]
    found = estimate_area_by_commune(sample[sample["commune_code"] != bare], areas)
    pine = found[found["class"] == "pine"].set_index("commune_code")
    assert pine.loc[bare, "points"] == 0
    assert pine.loc[bare, "weight"] == 0
    assert pine.loc[bare, "standard_error_ha"] == pine["standard_error_ha"].max()
    assert (pine.drop(bare)["weight"] > 0).all()
    ranks = pine[["points", "weight"]].corr(method="spearman")
    assert ranks.loc["points", "weight"] > 0.6


def test_own_points_help_where_communes_differ() -> None:
    sample, areas, truth = country(60, 3000, spread=0.2)
    pine = estimate_area_by_commune(sample, areas).query("`class` == 'pine'")
    pine = pine.set_index("commune_code")
    composite = (pine["area_ha"] - truth).abs().mean()
    synthetic = (pine["synthetic_ha"] - truth).abs().mean()
    assert composite < 0.8 * synthetic


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = []
    for seed in range(12):
        sample, areas, truth = country(60, 1500, spread=0.12, seed=seed)
        pine = estimate_area_by_commune(sample, areas).query("`class` == 'pine'")
        pine = pine.set_index("commune_code")
        held.append(((pine["low_ha"] <= truth) & (truth <= pine["high_ha"])).mean())
    assert 0.90 <= np.mean(held) <= 0.98


def test_faults() -> None:
    sample, areas, _ = country(10, 200, spread=0.1)
    with pytest.raises(InputError, match="points outside the communes of the map"):
        estimate_area_by_commune(sample.assign(commune_code="99999"), areas)
    with pytest.raises(InputError, match="no point lies in strata 'pine'"):
        estimate_area_by_commune(sample[sample["stratum"] != "pine"], areas)
