"""The page as text: what it carries, what it forbids, what it refuses."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
from shapely.geometry import box

from benchmarks._map_content import made_content
from layers.errors import OutputExistsError
from maps import MapContent, build_map, save_map
from maps.page_data import read_page_data


def squares(count: int = 4, *, names: dict[int, str] | None = None) -> gpd.GeoDataFrame:
    """A row of squares of 0.1° with codes 00001, 00002, …"""
    named = names or {}
    return gpd.GeoDataFrame(
        {
            "commune_code": [f"{row + 1:05d}" for row in range(count)],
            "commune": [named.get(row, f"Xã số {row + 1}") for row in range(count)],
            "kind": "xã",
            "official_area_ha": 11_000.0,
        },
        geometry=[box(106 + 0.1 * row, 21, 106.1 + 0.1 * row, 21.1) for row in range(count)],
        crs=4326,
    )


@pytest.fixture
def content() -> MapContent:
    return made_content(squares())


def test_the_same_content_gives_the_same_page(content: MapContent) -> None:
    assert build_map(content) == build_map(content)


def test_nothing_in_the_page_points_outside(content: MapContent) -> None:
    page = build_map(content)
    assert "connect-src" not in page
    assert "default-src 'none'" in page
    assert "<script src" not in page
    assert '<link rel="stylesheet"' not in page
    assert "sourceMappingURL" not in page


def test_hostile_names_stay_data() -> None:
    name = "<script>alert(1)</script>"
    hostile = replace(made_content(squares(names={0: name})), title_vi=name)
    page = build_map(hostile)
    assert name not in page
    assert read_page_data(page)["communes"]["name"][0] == name


def test_figures_survive_the_page(content: MapContent) -> None:
    data = read_page_data(build_map(content))
    pine = content.zone_communes[content.zone_communes["zone"] == "pine"]
    assert data["zones"][0]["values"]["present"] == pytest.approx(pine["present_ha"], abs=5e-5)


def test_a_file_is_never_overwritten_unasked(content: MapContent, tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "bản đồ.html"
    save_map(content, target)
    with pytest.raises(OutputExistsError, match="exists"):
        save_map(content, target)
    save_map(content, target, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["bản đồ.html"]
