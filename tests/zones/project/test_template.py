"""A new project names the plans of the province as it is today."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.base.errors import NameResolutionError
from layers.communes.gazetteer import communes_on, provinces
from layers.crs.crs import area_crs, zone_in_doubt
from zones.cli.main import run
from zones.project.model import load_project
from zones.project.template import write_new_project
from zones.project.yaml import read_document


@pytest.mark.parametrize(
    ("province", "plans"),
    [
        ("20", ["lang-son-2026-2030", "lang-son-2024", "lang-son-2023"]),
        ("22", []),
        # Two plans are of Bắc Giang, whose code Bắc Ninh has since it was joined with it.
        ("24", []),
    ],
)
def test_plans_of_a_territory_that_was_are_not_proposed(
    tmp_path: Path, province: str, plans: list[str]
) -> None:
    project, areas = write_new_project(tmp_path / "mới", province=province)
    assert read_document(project)["plans"] == plans
    assert areas.read_text("utf-8-sig").startswith("code,name,official_area_ha")


@pytest.mark.parametrize("province", sorted(provinces()))
def test_the_template_of_every_province_loads_and_names_its_zone(
    tmp_path: Path, province: str
) -> None:
    path, areas = write_new_project(tmp_path / province, province=province)
    for name in ("communes.gpkg", "forest_status.gpkg"):
        (path.parent / name).touch()
    project = load_project(path)
    zone = area_crs(province)
    assert (project.province, str(project.communes.vintage)) == (province, "2025-07-01")
    # A zone in doubt is a setting of the project, with its doubt beside it; a certain one is not.
    assert project.area_crs == (f"EPSG:{zone.to_epsg()}" if zone_in_doubt(province) else None)
    text = path.read_text("utf-8")
    assert text.count(f"EPSG:{zone.to_epsg()}") == 3
    assert ("chưa thấy văn bản" in text) == zone_in_doubt(province)
    assert len(areas.read_text("utf-8-sig").splitlines()) == len(communes_on(province)) + 1


def test_areas_of_lists_stand_beside_the_official_ones_and_never_in_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, own = write_new_project(tmp_path / "20", province="20")
    assert own.read_text("utf-8-sig").splitlines()[:2] == [
        "code,name,official_area_ha",
        "05977,Đông Kinh,5471.0",
    ]
    assert run(["new", str(tmp_path / "24"), "--province", "24"]) == 0
    told = capsys.readouterr().out
    assert "99 xã" in told
    assert "của 98 xã" in told
    table = pd.read_csv(tmp_path / "24" / "natural_areas.csv", dtype={"code": str})
    assert list(table.columns) == ["code", "name", "official_area_ha", "circulated_area_ha"]
    assert table["official_area_ha"].isna().all()
    # Chũ has a figure that its own boundary contradicts; the others add up to the province's
    # 471,860 ha less the 5,718 of Chũ.
    assert table.loc[table["circulated_area_ha"].isna(), "name"].tolist() == ["Chũ"]
    assert table["circulated_area_ha"].sum() == pytest.approx(466_143, abs=1)


@pytest.mark.parametrize("name", ["24", "Bắc Ninh", "Bắc Giang", "tỉnh bắc giang"])
def test_a_province_is_given_by_code_name_or_old_name(tmp_path: Path, name: str) -> None:
    path, _ = write_new_project(tmp_path / "mới", province=name)
    assert read_document(path)["province"] == "24"
    with pytest.raises(NameResolutionError, match="No province has the code or name 'x'"):
        write_new_project(tmp_path / "x", province="x")


@pytest.mark.parametrize(
    ("name", "told"), [("Bắc Giang", True), ("Bắc Ninh", False), ("bac ninh", False), ("24", False)]
)
def test_a_province_that_was_joined_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, told: bool
) -> None:
    assert run(["new", str(tmp_path / "mới"), "--province", name]) == 0
    assert ("Bắc Ninh (24)" in capsys.readouterr().out) == told
