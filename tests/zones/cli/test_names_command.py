"""``zones names``: what it prints, writes and answers."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import box

from layers.communes.gazetteer import list_communes
from layers.io.table import read_table
from zones.cli.main import run
from zones.cli.terminal.language import set_language


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


@pytest.fixture
def old_table() -> pd.DataFrame:
    old = list_communes("20", 2024)
    return pd.DataFrame(
        {
            "tt": range(1, 195),
            "maxa": old["code"].astype("int64"),  # as Excel leaves them
            "xa": old["kind"] + " " + old["name"],
            "huyen": old["district"],
            "dtich_ha": [0.1 + i for i in range(194)],
        }
    )


def _convert(path: Path, out: Path, *more: str) -> int:
    arguments = ["--from", "2024", "--to", "2025", "--code-column", "maxa", "-o", str(out)]
    return run(["names", "convert", str(path), *arguments, *more])


def test_resolve(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["names", "resolve", "Lộc Bình", "LOC BINH", "--province", "20"]) == 0
    assert "06529 xã Lộc Bình (spelling" in capsys.readouterr().out
    assert run(["names", "resolve", "Diềm He", "Bố Hạ", "--province", "20", "-v"]) == 1
    printed = capsys.readouterr().out
    assert "06280 xã Điềm He (near, 0.83: please confirm)" in printed
    assert "07294 xã Bố Hạ (Bắc Ninh)" in printed
    assert (
        run(["names", "resolve", "Thụy Hùng (Văn Lãng)", "--province", "20", "--on", "2024"]) == 0
    )
    assert "06136 xã Thụy Hùng, Huyện Văn Lãng" in capsys.readouterr().out


def test_resolve_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["names", "resolve", "Diềm He", "xyz", "--province", "20", "--json"]) == 1
    names = json.loads(capsys.readouterr().out)["names"]
    assert (names[0]["code"], names[0]["how"], names[0]["confirm"]) == ("06280", "near", True)
    assert (names[1]["code"], names[1]["reason"]) == (None, "unknown")


def test_resolve_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "các xã Lộc Bình, Ba sơn, Lộc Bình và phường Kỳ Lừa, ..."
    assert run(["names", "resolve", "--list", sentence, "--province", "20"]) == 1
    assert "3 communes, open list; named more than once: Lộc Bình" in capsys.readouterr().out
    assert (
        run(
            [
                "names",
                "resolve",
                "--list",
                "tại các xã, phường trên địa bàn tỉnh",
                "--province",
                "20",
                "--json",
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["lists"][0]["whole_province"] is True
    assert run(["names", "resolve", "--list", sentence]) == 2
    assert "give --province" in capsys.readouterr().err


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["names", "list", "--province", "Lạng Sơn"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 65
    assert lines[0] == "05977\tphường\tĐông Kinh"
    assert run(["names", "list", "--province", "20", "--on", "2024", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 194


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_convert_a_table(
    old_table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    folder = tmp_path / "dữ liệu cũ"
    folder.mkdir()
    path, out = folder / f"bảng.{kind}", folder / f"kết quả.{kind}"
    writers = {"csv": old_table.to_csv, "xlsx": old_table.to_excel, "parquet": old_table.to_parquet}
    writers[kind](path, index=False)  # type: ignore[operator]
    assert _convert(path, out, "--json") == 1  # two units were divided and nothing says how
    told = json.loads(capsys.readouterr().out)
    assert told["totals"][0]["before"] == told["totals"][0]["after"]
    assert told["rows"] == {"merged": 192, "split": 4}
    assert [one["kind"] for one in told["findings"]] == ["columns", "split-by-area"]
    made = read_table(out)
    assert len(made) == 65
    assert made["maxa"].str.fullmatch(r"0\d{4}").all()
    assert "tt" not in made
    report = pd.read_csv(folder / f"kết quả.{kind}.report.csv", dtype=str)
    assert len(report) == 196
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"bảng.{kind}", f"kết quả.{kind}", f"kết quả.{kind}.report.csv"]
    )


def test_convert_tells_the_title_that_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "t.csv", tmp_path / "o.csv"
    path.write_text("ĐVT: nghìn ha\nmaxa;xa;ha\n06529;Lộc Bình;1\n", "utf-8")
    assert (
        run(
            [
                "names",
                "convert",
                str(path),
                "--from",
                "2024",
                "-o",
                str(out),
                "--json",
                "--code-column",
                "maxa",
            ]
        )
        == 1
    )
    (told,) = [
        one
        for one in json.loads(capsys.readouterr().out)["findings"]
        if one["kind"] == "titles-left-out"
    ]
    assert "ĐVT: nghìn ha" in str(told)


def test_convert_refuses(
    old_table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "b.csv", tmp_path / "out.csv"
    old_table.to_csv(path, index=False)
    today = list_communes("20")
    pd.DataFrame({"maxa": today["code"], "xa": today["name"], "ha": 1.0}).to_csv(
        tmp_path / "now.csv", index=False
    )
    out.write_text("earlier", encoding="utf-8")

    def told(*arguments: str) -> str:
        assert run(["names", "convert", *arguments]) == 2
        return capsys.readouterr().err

    common = ["--from", "2024", "--code-column", "maxa"]
    assert "exists; add --overwrite" in told(str(path), *common, "-o", str(out))
    assert out.read_text(encoding="utf-8") == "earlier"
    fresh = str(tmp_path / "fresh.csv")
    assert "'vintage: 2025'" in told(str(tmp_path / "now.csv"), *common, "-o", fresh)
    assert "'vintage: 2024'" in told(
        str(path), "--from", "2023", "--code-column", "maxa", "-o", fresh
    )
    assert "--code-column or --name-column" in told(str(path), "--from", "2024", "-o", fresh)
    pd.DataFrame({"xa": ["Vĩnh Trại", "Mai Pha"], "ha": 1.0}).to_csv(
        tmp_path / "names.csv", index=False
    )
    assert "names alone do not tell the province: say which with --province" in told(
        *(str(tmp_path / "names.csv"), "--from", "2024", "--name-column", "xa", "-o", fresh)
    )
    assert "expected columns ma " in told(
        str(path), "--from", "2024", "--code-column", "ma", "-o", fresh
    )
    assert "expected a file to write as" in told(str(path), *common, "-o", "x.pdf")
    assert "--rows: expected keep or add" in told(str(path), *common, "-o", fresh, "--rows", "x")
    assert "--confirm: expected TEXT=CODE" in told(
        str(path), *common, "-o", fresh, "--confirm", "x"
    )
    assert "only with --communes" in told(str(path), *common, "-o", fresh, "--plots", str(path))
    assert "without geometry" in told(str(path), *common, "-o", str(tmp_path / "x.gpkg"))
    assert "No file" in told(str(tmp_path / "no.csv"), *common, "-o", fresh)
    assert not list(tmp_path.glob("fresh*"))
    assert not list(tmp_path.glob(".*"))


def test_no_formula_from_data(tmp_path: Path) -> None:
    path, out = tmp_path / "b.csv", tmp_path / "o.xlsx"
    frame = pd.DataFrame({"maxa": ["06529"], "cay": ["=1+1"], "ha": [1.0]})
    frame.to_csv(path, index=False)
    assert _convert(path, out) == 0
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    cells = [cell for cell in sheet[2] if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] != ["f"]
    assert _convert(path, tmp_path / "p.csv") == 0
    assert "'=1+1" in (tmp_path / "p.csv").read_text(encoding="utf-8-sig")


@pytest.fixture
def layer(tmp_path: Path) -> tuple[Path, Path]:
    """Plots of Bính Xá and of Lộc Bình, and two squares for the successors of Bính Xá."""
    plots = gpd.GeoDataFrame(
        {"maxa": ["06622", "06622", "06544"], "xa": ["Bính Xá", "Bính Xá", "Khánh Xuân"]},
        geometry=[box(500_100, 0, 500_400, 100), box(501_000, 0, 501_100, 100), box(0, 0, 9, 9)],
        crs="EPSG:9215",
    )
    squares = gpd.GeoDataFrame(
        {"code": ["06613", "06625"]},
        geometry=[box(500_000, 0, 501_000, 1000), box(501_000, 0, 502_000, 1000)],
        crs="EPSG:9215",
    )
    plots.to_file(tmp_path / "lô.gpkg")
    squares.to_file(tmp_path / "xã.gpkg")
    return tmp_path / "lô.gpkg", tmp_path / "xã.gpkg"


@pytest.mark.parametrize("kind", ["gpkg", "shp", "geojson", "fgb", "parquet", "csv"])
def test_convert_a_layer(layer: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    plots, communes = layer
    out = tmp_path / f"mới.{kind}"
    assert _convert(plots, out, "--communes", str(communes)) == 0
    if kind == "csv":
        made = pd.read_csv(out, dtype=str)
        assert "geometry" not in made
    else:
        made = gpd.read_parquet(out) if kind == "parquet" else gpd.read_file(out)
        areas = made.to_crs("EPSG:9215").area.round().tolist()
        assert areas == [30_000.0, 10_000.0, 81.0]
    assert made["maxa"].tolist() == ["06613", "06625", "06529"]
    assert made["old_code"].tolist() == ["06622", "06622", "06544"]


@pytest.mark.parametrize("kind", ["gpkg", "shp"])
def test_a_layer_bears_the_day_of_the_run(
    layer: tuple[Path, Path], tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots, communes = layer
    made = []
    for name, epoch in (("một", 86_400 * 365), ("hai", 86_400 * 365)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch))  # 1 January 1971
        (tmp_path / name).mkdir()
        out = tmp_path / name / f"a.{kind}"
        assert _convert(plots, out, "--communes", str(communes)) == 0
        parts = sorted(out.parent.glob("a.*"))
        made.append({part.name: part.read_bytes() for part in parts if part.suffix != ".csv"})
    assert made[0] == made[1]
    if kind == "shp":
        assert made[0]["a.dbf"][1:4] == bytes([71, 1, 1])
    else:
        assert b"1971-01-01T00:00:00.000Z" in made[0]["a.gpkg"]


def test_plots_share_a_divided_unit(
    layer: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three quarters of Bính Xá's plots lie in Đình Lập, and so do its figures."""
    plots, communes = layer
    table = tmp_path / "trâu.csv"
    table.write_text("maxa,con\n06622,100\n", encoding="utf-8")
    more = ["--communes", str(communes), "--plots", str(plots)]
    assert _convert(table, tmp_path / "o.csv", *more) == 0
    made = pd.read_csv(tmp_path / "o.csv", dtype={"maxa": str})
    assert dict(zip(made["maxa"], made["con"], strict=True)) == {"06613": 75.0, "06625": 25.0}
    assert "con_low" not in made
    assert _convert(table, tmp_path / "p.gpkg", *more) == 0
    assert gpd.read_file(tmp_path / "p.gpkg").area.round().tolist() == [1e6, 1e6]
    capsys.readouterr()


def test_report_in_vietnamese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_language("vi")
    path = tmp_path / "b.csv"
    path.write_text("maxa,xa,ha\n06529,Lộc Bình,1.5\n99999,Không Có,2.5\n", encoding="utf-8")
    assert _convert(path, tmp_path / "o.csv", "-v") == 1
    printed = capsys.readouterr().out
    assert "sáp nhập: 1" in printed
    assert "06529 Lộc Bình → 06529 Lộc Bình" in printed
    assert "ha: trước 4,00, sau 1,50, để riêng 2,50" in printed
    assert "Vấn đề: 1 dòng không khớp" in printed
