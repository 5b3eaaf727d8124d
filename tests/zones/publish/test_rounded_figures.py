"""Printed figures: rounded once, so that what stands in two tables is the same figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from layers.base.errors import ClosureError
from zones.forest.cover import forest_cover_table
from zones.publish.consistency import check_consistency, twin_differences
from zones.publish.differences import told
from zones.publish.rounded_figures import (
    FUNCTIONS,
    WITH_FOREST,
    round_forest_cover,
    round_land,
    round_species,
    round_targets,
    round_zones,
    zone_totals,
)
from zones.tables import PLANTED_SPECIES

CODES = ["06001", "06002", "06003"]


def _zones(areas: dict[str, list[float]]) -> pd.DataFrame:
    rows = [
        (zone, code, f"Xã {code}", True, area, np.nan)
        for zone, values in areas.items()
        for code, area in zip(CODES, values, strict=True)
    ]
    names = ["zone", "commune_code", "commune", "listed", "present_ha", "share_ratio"]
    return pd.DataFrame(rows, columns=names)


def _target(zone: str, low: float, present: float, **more: object) -> dict[str, object]:
    return {
        "target": f"{zone}-2030",
        "zone": zone,
        "indicator": "area",
        "unit": "ha",
        "commune_code": "",
        "low": low,
        "high": np.nan,
        "present": present,
        "shortfall": max(low - present, 0.0),
        "surplus": np.nan,
        "estimate": np.nan,
        "low_interval": np.nan,
        "high_interval": np.nan,
        **more,
    }


def test_target_prints_the_sum_of_the_printed_communes() -> None:
    zones = round_zones(_zones({"pine": [0.06, 0.06, 0.06]}), decimals=1)
    assert zones["present_ha"].tolist() == [0.1, 0.1, 0.0]
    targets = round_targets(
        pd.DataFrame([_target("pine", 1.0, 0.18)]), zones, decimals=1, rate_decimals=2
    )
    assert targets.loc[0, ["present", "shortfall"]].tolist() == [0.2, 0.8]


def test_target_of_a_commune_prints_the_figure_of_the_table_of_the_zone() -> None:
    # 0.06 alone is 0.1; of three equal communes the last one gives way to the sum of 0.2.
    zones = round_zones(_zones({"na": [0.06, 0.06, 0.06]}), decimals=1)
    rows = [_target("na", 1.0, 0.06, commune_code="06003")]
    targets = round_targets(pd.DataFrame(rows), zones, decimals=1, rate_decimals=2)
    assert targets.loc[0, ["present", "shortfall"]].tolist() == [0.0, 1.0]


def test_shortfall_is_counted_from_what_is_printed() -> None:
    rows = [_target("", 65.0, 64.505, unit="%", indicator="forest_cover_rate")]
    zones = round_zones(_zones({"pine": [1.0, 1.0, 1.0]}), decimals=1)
    targets = round_targets(pd.DataFrame(rows), zones, decimals=1, rate_decimals=1)
    assert targets.loc[0, ["present", "shortfall"]].tolist() == [64.5, 0.5]


def _forest_areas(figures: list[list[float]]) -> pd.DataFrame:
    """Hectares by commune, origin and function, one figure each."""
    kinds = [
        (origin, function)
        for origin in ("natural_forest", "planted_forest", "not_yet_forest")
        for function in ("special_use", "protection", "production", "outside")
    ]
    rows = [
        (code, *kind, value, value)
        for code, values in zip(CODES, figures, strict=True)
        for kind, value in zip(kinds, values, strict=True)
    ]
    names = ["commune_code", "land", "three_forest", "area_ha", "ledger_ha"]
    return pd.DataFrame(rows, columns=names)


def _cover_table(figures: list[list[float]]) -> pd.DataFrame:
    communes = pd.DataFrame(
        {
            "commune_code": CODES,
            "commune": [f"Xã {code}" for code in CODES],
            "official_area_ha": 9999.96,
        }
    )
    return forest_cover_table(
        _forest_areas(figures), communes, province_code="20", province="Lạng Sơn"
    )


def _cover(figures: list[list[float]], *, decimals: int = 1) -> pd.DataFrame:
    return round_forest_cover(_cover_table(figures), decimals=decimals, rate_decimals=2)


def _species(figures: list[list[float]]) -> pd.DataFrame:
    """Three species whose classes take up the planted hectares of the communes."""
    planted = np.array(figures)[:, 4:8]
    classes = np.zeros((3, 7))
    classes[:, :4] = planted
    classes[:, 6] = np.array(figures)[:, 8:].sum(axis=1)
    frame = pd.DataFrame(classes, columns=PLANTED_SPECIES.names[2:])
    frame.insert(0, "planted_ha", frame.sum(axis=1))
    frame.insert(0, "crop", ["pine", "acacia", ""])
    return PLANTED_SPECIES.validate(frame)


def _land(figures: list[list[float]]) -> pd.DataFrame:
    """Natural forest of the communes, and two other classes beside it."""
    natural = [sum(values[:4]) for values in figures]
    rows = [
        (code, land, area)
        for place, code in enumerate(CODES)
        for land, area in (("bare", 0.06), ("natural_forest", natural[place]), ("water", 0.06))
    ]
    frame = pd.DataFrame(rows, columns=["commune_code", "land", "area_ha"])
    return frame.assign(ledger_ha=frame["area_ha"])


def _exact(figures: list[list[float]]) -> dict[str, pd.DataFrame]:
    """Tables of a run: pine is all of a species, anise holds more than the forest layer tells."""
    cells = np.array(figures)
    in_communes = cells[:, 4:].sum(axis=1)
    areas = {"pine": in_communes.tolist(), "anise": cells[:, 5].tolist()}
    rows = [
        _target("pine", 10.0, float(sum(areas["pine"]))),
        _target("anise", 10.0, areas["anise"][1], commune_code="06002"),
        _target("tea", 10.0, float(sum(areas["pine"]))),
    ]
    species = _species(figures)
    whole = species.drop(columns="crop").sum()
    # Pine is planted everywhere, the other species take nothing: its total is that of the zone.
    species = pd.DataFrame([{"crop": "pine", **whole}])
    names = [("pine", "pine"), ("anise", "anise"), ("tea", "pine")]
    return {
        "zones": _zones(areas),
        "zone_names": pd.DataFrame(names, columns=["zone", "crop"]),
        "targets": pd.DataFrame(rows),
        "planted_species": PLANTED_SPECIES.validate(species),
        "forest_cover": _cover_table(figures),
    }


def _totals(
    exact: dict[str, pd.DataFrame], species: pd.DataFrame, *, decimals: int = 1
) -> pd.Series[float]:
    measured = exact["planted_species"]
    return zone_totals(
        exact["targets"],
        exact["zones"],
        exact["zone_names"],
        (measured, species),
        decimals=decimals,
    )


def _tables(figures: list[list[float]], *, decimals: int = 1) -> dict[str, pd.DataFrame]:
    exact = _exact(figures)
    cover = _cover(figures, decimals=decimals)
    species = round_species(exact["planted_species"], cover, decimals=decimals)
    totals = _totals(exact, species, decimals=decimals)
    zones = round_zones(exact["zones"], decimals=decimals, totals=totals)
    return {
        "forest_cover": cover,
        "planted_species": species,
        "land": round_land(_land(figures), cover, decimals=decimals),
        "zones": zones,
        "targets": round_targets(
            exact["targets"], zones, decimals=decimals, rate_decimals=2, totals=totals
        ),
        "zone_totals": totals.rename("total_ha").rename_axis("zone").reset_index(),
    }


hectares = st.one_of(
    st.just(0.0),
    st.integers(0, 400).map(lambda figure: figure / 10),
    st.floats(0, 40, allow_nan=False).map(lambda figure: round(figure, 4)),
)
grids = st.lists(st.lists(hectares, min_size=12, max_size=12), min_size=3, max_size=3)


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(grids, st.integers(0, 2))
@example([[0.0] * 12, [0.0] * 12, [0.0, 0.0, 0.0, 0.1, *[0.0] * 7, 12.5]], 0)
def test_a_figure_in_two_tables_is_the_same_figure(
    figures: list[list[float]], decimals: int
) -> None:
    tables = _tables(figures, decimals=decimals)
    assert twin_differences(tables) == []
    check_consistency(tables)
    # One species, one zone: species and ages, zone, and the targets of both zones of the species.
    species = tables["planted_species"].iloc[0]
    zone = tables["zones"].loc[tables["zones"]["zone"] == "pine", "present_ha"].sum()
    planted = tables["forest_cover"][["planted_forest_ha", "not_yet_forest_ha"]].iloc[-1].sum()
    targets = tables["targets"]["present"]
    assert [zone, planted, targets[0], targets[2]] == pytest.approx([species["planted_ha"]] * 4)
    # A printed cell is the figure down or up; where few cells share a printed sum, the next step.
    cover, exact = tables["forest_cover"], _forest_areas(figures)
    step = 10.0**-decimals
    for land in ("natural_forest", "planted_forest", "not_yet_forest"):
        sums = exact[exact["land"] == land].groupby("commune_code")["ledger_ha"].sum()
        printed = cover.iloc[:-1].set_index("commune_code")[f"{land}_ha"]
        assert (printed - sums).abs().max() < 2 * step
    for name in FUNCTIONS:
        mine = exact[exact["three_forest"] == name.removesuffix("_ha")]
        printed = cover.iloc[:-1].set_index("commune_code")[name]
        assert (printed - mine.groupby("commune_code")["ledger_ha"].sum()).abs().max() < 2 * step
    # A sum that is whole without rounding stays: no figure is invented.
    for name in [*WITH_FOREST, *FUNCTIONS]:
        assert (cover[name] >= 0).all()


FIGURES = [
    [0.06, 0.06, 0.06, 0.0, 0.06, 0.06, 0.0, 0.0, 0.06, 0.0, 0.0, 0.0],
    [0.06, 0.0, 0.0, 0.06, 0.06, 0.0, 0.06, 0.0, 0.0, 0.06, 0.0, 0.0],
    [0.0, 0.06, 0.06, 0.06, 0.0, 0.06, 0.0, 0.06, 0.0, 0.0, 0.06, 0.06],
]


def test_forest_by_function_adds_up_to_the_area_with_forest() -> None:
    cover = _cover(FIGURES)
    by_origin = cover[WITH_FOREST].sum(axis=1)
    assert by_origin.to_numpy() == pytest.approx(cover[FUNCTIONS].sum(axis=1).to_numpy())
    assert by_origin.to_numpy() == pytest.approx(cover["area_with_forest_ha"].to_numpy())
    # 0.36 + 0.30 + 0.42 = 1.08 ha.
    assert by_origin.iloc[-1] == pytest.approx(1.1, abs=0.05)


def test_species_add_up_to_the_planted_forest_of_the_province() -> None:
    cover = _cover(FIGURES)
    species = round_species(_species(FIGURES), cover, decimals=1)
    established = species.drop(columns=["crop", "planted_ha", "not_yet_ha"]).sum().sum()
    assert established == pytest.approx(cover["planted_forest_ha"].iloc[-1])
    assert species["not_yet_ha"].sum() == pytest.approx(cover["not_yet_forest_ha"].iloc[-1])
    assert species["planted_ha"].to_numpy() == pytest.approx(
        species.drop(columns=["crop", "planted_ha"]).sum(axis=1).to_numpy()
    )
    assert round_species(species.iloc[:0], cover, decimals=1).empty


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(grids, st.integers(0, 1))
def test_species_of_any_figures_add_up(figures: list[list[float]], decimals: int) -> None:
    cover = _cover(figures, decimals=decimals)
    exact = _species(figures)
    species = round_species(exact, cover, decimals=decimals)
    assert twin_differences({"forest_cover": cover, "planted_species": species}) == []
    step = 10.0**-decimals
    apart = (species.drop(columns="crop") - exact.drop(columns="crop")).abs()
    # Both figures of the province are kept, so a sum may lie a step beside the nearest.
    assert apart.max(axis=None) < 2 * step


def test_zone_of_another_layer_keeps_its_own_total() -> None:
    exact = _exact(FIGURES)
    other = exact["zones"].assign(present_ha=exact["zones"]["present_ha"] + 0.01)
    species = round_species(exact["planted_species"], _cover(FIGURES), decimals=1)
    assert _totals(exact, species).index.tolist() == ["pine", "tea"]
    assert _totals({**exact, "zones": other}, species).index.tolist() == ["tea"]
    assert _totals(exact, species.iloc[:0]).empty


def test_land_prints_the_natural_forest_of_the_forest_cover() -> None:
    cover = _cover(FIGURES)
    land = round_land(_land(FIGURES), cover, decimals=1)
    natural = land[land["land"] == "natural_forest"]
    assert natural["area_ha"].tolist() == cover["natural_forest_ha"].tolist()[:-1]
    assert land.loc[land["land"] != "natural_forest", "area_ha"].sum() == pytest.approx(0.4)
    assert land["commune_code"].tolist() == [code for code in CODES for _ in range(3)]
    assert round_land(_land(FIGURES).iloc[:0], cover, decimals=1).empty


@pytest.mark.parametrize(
    ("table", "row", "column", "place"),
    [
        ("targets", 0, "present", "pine-2030, present"),
        ("targets", 1, "present", "anise-2030, present"),
        ("forest_cover", 0, "special_use_ha", "06001, special_use_ha + protection_ha"),
        ("forest_cover", 1, "area_with_forest_ha", "06002, area_with_forest_ha"),
        ("forest_cover", 3, "natural_area_ha", "natural_area_ha, last row"),
        ("planted_species", 0, "class_1_ha", "all species, planted_forest_ha"),
        ("planted_species", 0, "not_yet_ha", "all species, not_yet_forest_ha"),
        ("planted_species", 0, "planted_ha", "pine, planted_ha"),
        ("zones", 0, "present_ha", "pine, present_ha"),
        ("land", 1, "area_ha", "06001, natural_forest"),
    ],
)
def test_figure_that_differs_is_named(table: str, row: int, column: str, place: str) -> None:
    tables = _tables(FIGURES)
    changed = tables[table].copy()
    changed.loc[row, column] += 0.1
    found = twin_differences({**tables, table: changed})
    assert any(item.table == table and told(item.place, "en").startswith(place) for item in found)
    with pytest.raises(ClosureError, match=r"Printed tables do not agree in \d+ figures?, first"):
        check_consistency({**tables, table: changed})


def _allocated() -> dict[str, pd.DataFrame]:
    zones = round_zones(_zones({"pine": [1.0, 2.0, 0.0]}), decimals=1)
    zones = zones.assign(gap_ha=[0.9, -0.3, np.nan])
    rows = [
        ("pine", "06001", "Xã 06001", "bare", 2026, 0.5, 1.0, ""),
        ("pine", "06001", "Xã 06001", "bare", 2027, 0.4, 1.0, ""),
        ("pine", "06002", "Xã 06002", "", 2027, 0.0, 2.0, ""),
    ]
    names = ["zone", "commune_code", "commune", "land", "year"]
    allocation = pd.DataFrame(rows, columns=[*names, "planned_ha", "present_ha", "binding"])
    losses = pd.DataFrame(
        [("pine", "06002", 2026, 0.3)], columns=["zone", "commune_code", "year", "loss_ha"]
    )
    held = pd.DataFrame(
        [
            ("pine-2026", "pine", "", 2026, 4.0, np.nan, 3.0, 0.3, 0.5, 3.2, 0.8, 0.0),
            ("pine-2027", "pine", "06001", 2027, 1.0, 1.5, 1.0, 0.0, 0.9, 1.9, 0.0, 0.4),
        ],
        columns=[
            *("target", "zone", "commune_code", "year", "low_ha", "high_ha", "present_ha"),
            *("loss_ha", "planned_ha", "end_ha", "shortfall_ha", "surplus_ha"),
        ],
    )
    return {"zones": zones, "allocation": allocation, "losses": losses, "allocation_targets": held}


def test_allocation_agrees_with_zones_and_targets() -> None:
    assert twin_differences(_allocated()) == []


def test_gaps_are_checked_where_nothing_is_lost() -> None:
    tables = {name: frame for name, frame in _allocated().items() if name != "losses"}
    (item,) = twin_differences(tables)
    assert (item.place, item.expected, item.found) == ("pine, 06002, gap_ha", 0.0, -0.3)


@pytest.mark.parametrize(
    ("table", "row", "column", "place"),
    [
        ("allocation", 2, "present_ha", "pine, 06002, present_ha"),
        ("zones", 1, "gap_ha", "pine, 06002, gap_ha"),
        ("allocation_targets", 0, "planned_ha", "pine-2026, 2026, planned_ha"),
        ("allocation_targets", 1, "loss_ha", "pine-2027, 2027, loss_ha"),
        ("allocation_targets", 0, "present_ha", "pine-2026, 2026, end_ha"),
        ("allocation_targets", 1, "end_ha", "pine-2027, 2027, end_ha"),
        ("allocation_targets", 0, "low_ha", "pine-2026, 2026, shortfall_ha"),
        ("allocation_targets", 0, "shortfall_ha", "pine-2026, 2026, shortfall_ha"),
        ("allocation_targets", 1, "high_ha", "pine-2027, 2027, surplus_ha"),
        ("allocation_targets", 1, "surplus_ha", "pine-2027, 2027, surplus_ha"),
    ],
)
def test_allocation_that_differs_is_named(table: str, row: int, column: str, place: str) -> None:
    tables = _allocated()
    changed = tables[table].copy()
    changed.loc[row, column] += 0.1
    first = twin_differences({**tables, table: changed})[0]
    assert (first.table, first.place) == (table, place)
