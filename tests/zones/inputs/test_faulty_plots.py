"""What ``zones check`` tells and writes."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely

from layers.io.vector import VectorFile, list_layers
from layers.kinds.forest_status import check_forest_status
from tests.factories import forest_plots, square, write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language
from zones.inputs.faulty_plots import faulty_plots, layer_lines, save_faulty_plots


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Layer with a lost geometry, a wrong code, a plot far from its commune, a formula as name."""
    frame = forest_plots()
    frame.loc[0, "geometry"] = None
    frame.loc[1, "thanhrung"] = 7
    frame.loc[2, "dtich"] = 30.0
    frame.loc[3, "ldlr"] = "XYZ"
    frame.loc[4, "maxa"] = "06148"
    frame.loc[2, "sldlr"] = "=HYPERLINK(1)"
    path = tmp_path / "rừng lỗi.gpkg"
    frame.to_file(path)
    return path


def test_plots_to_fix_are_named_with_their_faults(faulty: Path, tmp_path: Path) -> None:
    layer = check_forest_status(VectorFile(faulty, name="forest"), code_table="98")
    plots = faulty_plots(layer, layer.findings.items, language="vi")
    assert plots["row"].tolist() == [0, 1, 2, 3]
    assert plots["plot"].tolist() == ["1/1/1", "1/1/2", "1/1/3", "1/1/4"]
    assert plots["severity"].tolist() == ["problem", "problem", "problem", "error"]
    assert plots["faults"].tolist()[:2] == ["geometry-missing", "thanhrung-unknown"]
    assert plots["faults"][2] == "ledger-differs; species-unknown"
    assert "lô" not in plots["explanation"][1].split()[-1]
    assert plots["explanation"][3].startswith(
        "mã loại không có trong bảng mã nào (77 XYZ [98: 77 DTR])"
    )
    assert plots.geometry.isna().tolist() == [True, False, False, False]
    files = save_faulty_plots({"rừng": plots}, tmp_path / "kiểm tra", language="vi")
    again = gpd.read_file(files[0])
    assert again["plot"].tolist() == plots["plot"].tolist()
    assert again.crs.to_epsg() == 9215
    assert pyogrio.list_layers(files[0])[:, 0].tolist() == ["rừng"]
    sheet = openpyxl.load_workbook(files[1])["rừng"]
    assert [cell.value for cell in sheet[1]][:3] == ["Bản ghi", "Lô (tk/khoảnh/lô)", "Tiểu khu"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert cells["=HYPERLINK(1)"].data_type == "s"
    assert cells[30].data_type == "n"
    assert sheet.max_row == 5


def test_the_same_plots_give_the_same_bytes(
    faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    layer = check_forest_status(faulty, code_table="98")
    plots = faulty_plots(layer, layer.findings.items, language="en")
    one = save_faulty_plots({"a": plots}, tmp_path / "1", language="en")
    two = save_faulty_plots({"a": plots}, tmp_path / "2", language="en")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_layers_may_be_called_anything(faulty: Path, tmp_path: Path) -> None:
    layer = check_forest_status(faulty, code_table="98")
    plots = faulty_plots(layer, layer.findings.items, language="vi")
    named = {"(cũ) 'rừng' [2025]": plots, "cũ rừng 2025": plots, "x/" * 40: plots}
    package, workbook = save_faulty_plots(named, tmp_path / "a", language="vi")
    assert list_layers(package)[:2] == ["cũ_rừng_2025", "cũ_rừng_2025_1"]
    assert len(openpyxl.load_workbook(workbook).sheetnames) == 3


def test_nothing_to_fix_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    forest_plots().to_file(path)
    layer = check_forest_status(path)
    plots = faulty_plots(layer, layer.findings.items, language="en")
    assert plots.empty
    assert save_faulty_plots({"a": plots}, tmp_path / "check", language="en") == []
    assert not (tmp_path / "check").exists()


def test_other_files_of_the_folder_stay(faulty: Path, tmp_path: Path) -> None:
    folder = tmp_path / "check"
    folder.mkdir()
    (folder / "ghi chú.txt").write_text("giữ", "utf-8")
    layer = check_forest_status(faulty, code_table="98")
    plots = faulty_plots(layer, layer.findings.items, language="en")
    save_faulty_plots({"a": plots}, folder, language="en")
    assert (folder / "ghi chú.txt").read_text("utf-8") == "giữ"


def test_lines_of_the_report(faulty: Path) -> None:
    layer = check_forest_status(faulty, code_table="98")
    text = "\n".join(layer_lines("forest", layer, layer.findings.items, language="en"))
    assert "planted, established" in text
    assert "without valid type" in text
    # Ledger of what is kept: 20.8 + 30 + 30 + 10; the lost plot of 50 ha is told apart.
    total = next(line for line in text.splitlines() if line.startswith("total"))
    assert total.split() == ["total", "4", "90.80", "100.00"]
    assert "set aside, draw them: 1 plot, 50.00 ha (1/1/1)" in text
    assert text.index("Error:") < text.index("Problem:") < text.index("Note:")
    histogram = text[text.index("ledger − geometry") :]
    assert "< -20 %" in histogram
    assert [line.split() for line in histogram.splitlines()][-1] == ["all", "4", "90.80", "100.00"]


def test_the_command_tells_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_language("en")
    project = write_project(tmp_path / "Dự án")
    frame = forest_plots()
    frame.loc[3, "maxa"] = "06529"  # lies in Cao Lộc
    frame.to_file(project.parent / "forest.gpkg", layer="lop_dien_bien")
    assert run(["check", str(project)]) == 1
    out = capsys.readouterr().out
    assert "lie in the commune they name" in out
    assert "1/1/4 06529 Cao Lộc 06211 Cao Lộc 30.00" in " ".join(out.split())
    assert "Plots to fix:" in out
    assert (project.parent / "check" / "faulty-plots.gpkg").exists()
    before = (project.parent / "check" / "faulty-plots.xlsx").read_bytes()
    assert run(["check", str(project)]) == 1
    assert "add --overwrite" in capsys.readouterr().out
    assert (project.parent / "check" / "faulty-plots.xlsx").read_bytes() == before
    assert run(["check", str(project), "--overwrite", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert len(told["files"]) == 2
    assert "commune-disagrees" in {item["kind"] for item in told["findings"]}


def test_a_wrong_meridian_stops_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("en")
    project = write_project(tmp_path / "p")
    frame = forest_plots()
    frame.to_crs("EPSG:9214").set_crs("EPSG:9215", allow_override=True).to_file(
        project.parent / "forest.gpkg", layer="lop_dien_bien"
    )
    assert run(["check", str(project)]) == 2
    assert "write crs: EPSG:9214" in capsys.readouterr().out


def test_a_layer_without_crs_names_the_province_s_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("vi")
    project = write_project(tmp_path / "p")
    path = project.parent / "forest.shp"
    forest_plots().to_file(path)
    path.with_suffix(".prj").unlink()
    text = project.read_text("utf-8").replace("forest.gpkg", "forest.shp")
    project.write_text(text, "utf-8")
    assert run(["check", str(project)]) == 2
    out = capsys.readouterr().out
    assert "EPSG:9215 (VN-2000 / TM-3 107-15) 100,0 %" in out
    assert "Hãy ghi 'crs: EPSG:9215' trong tệp dự án" in out
    forest_plots().to_crs(32648).to_file(path)
    path.with_suffix(".prj").unlink()
    assert run(["check", str(project)]) == 2
    out = capsys.readouterr().out
    # Few plots near the middle of communes of 1 km: the 200 m between the datums show in none.
    assert "ví dụ 'crs: EPSG:3405' hoặc 'crs: EPSG:32648'." in out
    assert "crs: EPSG:9215" not in out
    forest_plots().to_file(path)
    path.with_suffix(".prj").unlink()
    project.write_text(text.replace("code_table: 98", "code_table: 98, crs: 'EPSG:9215'"), "utf-8")
    assert run(["check", str(project)]) == 0


def test_a_plot_of_two_communes_is_right_in_either(tmp_path: Path) -> None:
    project = write_project(tmp_path / "p")
    frame = forest_plots()
    frame.loc[1, "geometry"] = shapely.union_all([square(850, 0, 50, 1000), frame.geometry[1]])
    frame.loc[1, "dtich"] = 25.0
    frame.to_file(project.parent / "forest.gpkg", layer="lop_dien_bien")
    assert run(["check", str(project)]) == 0
