"""Fields of the status layer in a GIS: each under its own name, once, with words for its codes."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from layers.kinds.forest_fields import forest_fields
from tests.factories import square
from zones.pages.qgis_words import aliases
from zones.pages.status_fields import field_names, field_words, own_names, with_own_fields


@pytest.fixture
def plots() -> gpd.GeoDataFrame:
    """Two plots of a forest layer and one of another layer, as the planning layer has them."""
    return gpd.GeoDataFrame(
        {
            "layer": ["forest", "forest", "orchards"],
            "row": [1, 0, 0],
            "measure": ["BV", "KN", "TK"],
            "type_number": pd.array([18, 93, None], dtype="Int64"),
            "ledger_ha": [2.5, 7.0, 3.0],
            "three_forest": ["production", "outside", ""],
        },
        geometry=[square(0, 0, 10, 10)] * 3,
        crs="EPSG:9215",
    )


def own() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "maldlr": [93, 18],
            "dtich": [7.0, 2.5],
            "malr3": [0, 3],
            "nqh": pd.array([2, 1], dtype="Int64"),
            "churung": ["Ông A", "Bà B"],
            "ghi_chu": ["x", "y"],
            "Measure": ["của xã", "của huyện"],
            "FID": [7, 8],
        }
    )


def test_fields_keep_their_names_and_values(plots: gpd.GeoDataFrame) -> None:
    made = with_own_fields(plots, {"forest": own()})
    assert made["nqh"].tolist()[:2] == [1, 2]
    assert made["churung"].tolist()[:2] == ["Bà B", "Ông A"]
    assert made["ghi_chu"].tolist()[:2] == ["y", "x"]
    # What we call otherwise stands once, under the name of the standard.
    assert {"type_number", "ledger_ha", "three_forest"}.isdisjoint(made.columns)
    assert made["dtich"].tolist() == [2.5, 7.0, 3.0]
    # A plot of another layer has no fields of this one.
    assert made.loc[2, ["nqh", "churung"]].isna().all()
    assert len({name.lower() for name in made.columns}) == len(made.columns)


def test_a_field_that_has_the_name_of_ours_stands_beside_it(plots: gpd.GeoDataFrame) -> None:
    made = with_own_fields(plots, {"forest": own()})
    assert made["measure"].tolist() == ["BV", "KN", "TK"]
    assert made["Measure_goc"].tolist()[:2] == ["của huyện", "của xã"]
    assert made["FID_goc"].tolist()[:2] == [8, 7]
    assert own_names({"forest": own()}, made.columns) == {
        "FID_goc": "FID",
        "Measure_goc": "Measure",
        "ghi_chu": "ghi_chu",
    }


def test_an_offices_fields_stand_once_each_whatever_they_are_called(
    plots: gpd.GeoDataFrame,
) -> None:
    """Numbers of records, fields of our index, and names that differ in case or end as ours do."""
    names = ["OGC_FID", "fid", "ogr_fid", "FID_1", "fid_goc", "layer", "ROW", "ghi_chu", "GHI_CHU"]
    source = {
        "forest": own()
        .drop(columns=["FID", "ghi_chu"])
        .assign(**{name: [f"{name} 0", f"{name} 1"] for name in names})
    }
    made = with_own_fields(plots, source)
    assert made["layer"].tolist() == ["forest", "forest", "orchards"]
    assert len({name.lower() for name in made.columns}) == len(made.columns)
    found = own_names(source, made.columns)
    assert found == {
        "OGC_FID_goc": "OGC_FID", "fid_goc2": "fid", "ogr_fid": "ogr_fid", "FID_1": "FID_1",
        "fid_goc": "fid_goc", "layer_goc": "layer", "ROW_goc": "ROW", "ghi_chu": "ghi_chu",
        "GHI_CHU_goc": "GHI_CHU", "Measure_goc": "Measure",
    }  # fmt: skip
    for column, name in found.items():
        if name in names:
            assert made[column].tolist()[:2] == [f"{name} 1", f"{name} 0"]
    told = aliases(made.columns, "vi", found)
    assert told["fid_goc2"] == "fid (trong lớp gốc)"
    assert "ghi_chu" not in told


def test_a_field_that_the_layer_lacks_has_what_was_read(plots: gpd.GeoDataFrame) -> None:
    made = with_own_fields(plots, {"forest": own().drop(columns=["maldlr", "malr3"])})
    assert made["maldlr"].tolist()[:2] == [18, 93]
    assert made["three_forest"].tolist() == ["production", "outside", ""]
    pd.testing.assert_frame_equal(with_own_fields(plots, {}), plots)


def test_every_field_has_a_name_in_both_languages_without_its_codes() -> None:
    for language in ("vi", "en"):
        names = field_names(language)
        assert set(names) == set(forest_fields()["field"])
        assert all(name and name[0].isupper() and ":" not in name for name in names.values())
    assert field_names("vi")["mgo"] == "Trữ lượng gỗ trên ha, m3"


def test_codes_have_words() -> None:
    words = field_words(None, "vi")
    assert words["nggocr"] == {
        "0": "–", "1": "1 – tự nhiên", "2": "2 – trồng", "3": "3 – chưa có rừng",
    }  # fmt: skip
    assert words["malr3"]["2"] == "2 – đặc dụng"
    assert words["mamdsd"]["5"] == "5 – Vườn quốc gia"
    assert words["mamdsd"]["9"] == "9 – Sản xuất"
    assert len(words["mamdsd"]) == 13
