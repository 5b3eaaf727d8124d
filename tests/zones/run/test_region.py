"""A region of two made provinces side by side: each in its own zone, sums, borders, bad files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

from layers.base.errors import InputError, OutputExistsError
from layers.base.language import format_number
from maps.interactive.page_data import read_page_data
from tests.zones.borders.border_ground import write_across, write_own
from zones.cli.main import run
from zones.pages.region_document import save_region_document
from zones.project.region import load_region
from zones.publish.publish import PublishedFigures
from zones.run.context import RunOptions, SilentTeller
from zones.run.region import REGION_BORDERS, REGION_COVER, REGION_TARGETS, RegionResult, run_region
from zones.run.store import Store
from zones.tables import TARGETS

TEXT = "version: 1\ntitle: Hai tỉnh\nregion_of: [lạng sơn, bắc ninh/project.yaml]\n"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RegionResult]:
    folder = tmp_path_factory.mktemp("vùng")
    write_own(folder / "lạng sơn")
    across = write_across(folder / "bắc ninh")
    across.write_text(
        across.read_text("utf-8").replace("[plan.yaml]", "[lang-son-2026-2030]"), "utf-8"
    )
    path = folder / "region.yaml"
    path.write_text(TEXT, "utf-8")
    found = load_region(path)
    assert found is not None
    only = RunOptions(only=("cover", "compare", "borders", "map"))
    return folder, run_region(found, options=only, teller=SilentTeller())


def test_the_region_is_the_sum_of_its_provinces(region: tuple[Path, RegionResult]) -> None:
    cover = region[1].tables[REGION_COVER].set_index("province")
    assert list(cover.index) == ["20", "24", ""]
    # Across: 6 ha of natural and 14 + 15 ha of planted forest by the ledger, on 2 × 100 ha
    across = cover.loc["24"]
    assert across["natural_area_ha"] == 200
    whole = cover.iloc[-1]
    for name in ("natural_area_ha", "natural_forest_ha", "planted_forest_ha"):
        assert whole[name] == pytest.approx(cover[name].iloc[:2].sum(), abs=1e-9)
    forest = whole["natural_forest_ha"] + whole["planted_forest_ha"]
    assert whole["cover_percent"] == pytest.approx(forest / whole["natural_area_ha"] * 100)
    assert whole["cover_percent"] != pytest.approx(cover["cover_percent"].iloc[:2].mean())


def test_each_province_is_measured_in_its_own_zone(region: tuple[Path, RegionResult]) -> None:
    cover = region[1].tables[REGION_COVER].set_index("province")
    assert cover["area_crs"].tolist() == ["EPSG:9215", "EPSG:9214", ""]


def test_the_border_is_measured_from_both_sides(region: tuple[Path, RegionResult]) -> None:
    borders = region[1].tables[REGION_BORDERS].set_index("province")
    assert borders["neighbour_province"].to_dict() == {"20": "24", "24": "20"}
    assert borders["length_m"].to_numpy() == pytest.approx([2000, 2000], rel=1e-3)
    assert borders.loc["20", "length_m"] == pytest.approx(borders.loc["24", "length_m"], rel=1e-6)


def test_files_stand_beside_the_provinces(region: tuple[Path, RegionResult]) -> None:
    out = region[0] / "out"
    assert (out / "20" / "borders.docx").exists()
    assert (out / "24" / "run.json").exists()
    table = pd.read_parquet(out / "tables" / "region_cover.parquet")
    assert len(table) == 3
    rows = list(openpyxl.load_workbook(out / "region.xlsx").worksheets[0].values)
    assert [row[0] for row in rows] == ["Tỉnh", "Lạng Sơn", "Bắc Ninh", "Toàn vùng"]
    assert rows[0][1] == "Múi chiếu"


def test_the_report_prints_the_rows_of_the_workbook(region: tuple[Path, RegionResult]) -> None:
    out = region[0] / "out"
    report = docx.Document(str(out / "region.docx"))
    cover, targets, borders = (
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in report.tables
        if table.rows[0].cells[0].text == "Tỉnh"
    )
    frame = region[1].tables[REGION_COVER]
    printed = [format_number(value, "vi", decimals=2) for value in frame["natural_area_ha"]]
    assert [row[0] for row in cover[1:]] == ["Lạng Sơn", "Bắc Ninh", "Toàn vùng"]
    assert [row[2] for row in cover[1:]] == printed
    assert len(targets) == 1 + len(region[1].tables[REGION_TARGETS])
    # Zones and indicators by their names, in no id that only programs read.
    assert {"Hồi", "Diện tích hữu cơ"} <= {text for row in targets for text in row}
    assert not {text for row in targets[1:] for text in row if "_" in text or text == "area"}
    assert [row[:2] for row in borders[1:]] == [["Lạng Sơn", "Bắc Ninh"], ["Bắc Ninh", "Lạng Sơn"]]


def test_tables_of_the_report_are_numbered_without_a_gap(tmp_path: Path) -> None:
    tables = {
        REGION_COVER: ("Che phủ rừng", REGION_COVER.empty().reindex([0])),
        REGION_TARGETS: ("Chỉ tiêu", REGION_TARGETS.empty()),
        REGION_BORDERS: ("Ranh giới", REGION_BORDERS.empty().reindex([0])),
    }
    path = save_region_document(
        "Vùng", tables, ["24"], tmp_path / "a.docx", demo=False, language="vi"
    )
    texts = [line.text for line in docx.Document(str(path)).paragraphs]
    assert [text for text in texts if text[:1].isdigit()] == ["1. Che phủ rừng", "2. Ranh giới"]


def test_one_map_shows_all_provinces(region: tuple[Path, RegionResult]) -> None:
    out, result = region[0] / "out", region[1]
    page = read_page_data((out / "map.html").read_text("utf-8"))
    parts = [read_page_data((out / code / "map.html").read_text("utf-8")) for code in ("20", "24")]
    assert page["title"]["vi"] == "Hai tỉnh"
    assert page["communes"]["code"] == sorted(c for p in parts for c in p["communes"]["code"])
    assert None not in page["communes"]["rings"]
    whole, cover = page["cover"]["province"], result.tables[REGION_COVER].iloc[-1]
    assert whole["name"] == "Toàn vùng"
    assert whole["region"] is True  # The headline said "Toàn tỉnh" of three provinces
    assert all("region" not in part["cover"]["province"] for part in parts)
    for name in ("natural_area_ha", "natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha"):
        printed = sum(part["cover"]["province"][name] for part in parts)
        assert whole[name] == pytest.approx(printed, abs=1e-9)
        assert cover[name] == pytest.approx(printed, abs=1e-9)
    assert whole["cover_percent"] == pytest.approx(cover["cover_percent"], abs=1e-4)


def test_targets_of_the_region_are_those_that_the_provinces_print(
    region: tuple[Path, RegionResult],
) -> None:
    sums = region[1].tables[REGION_TARGETS].set_index(["province", "target"])["present"].dropna()
    told, exact = 0, 0
    for code, result in region[1].provinces.items():
        pages = result[PublishedFigures].targets.set_index("target")["present"]
        measured = result[TARGETS].set_index("target")["present"]
        for target, present in sums.get(code, default=sums.iloc[:0]).items():
            assert present == pages[target]
            told, exact = told + 1, exact + (measured[target] == pages[target])
    assert exact < told, "some hectares must be rounded for this to say anything"


def test_a_province_without_a_figure_leaves_the_sum_open(
    region: tuple[Path, RegionResult],
) -> None:
    from zones.run.region import region_tables
    from zones.tables import BORDERS, FOREST_COVER

    class Unmeasured:
        def __init__(self, of: object, without: str) -> None:
            self.record, self.store = of.record, Store()  # type: ignore[attr-defined]
            kept = of.tables.items()  # type: ignore[attr-defined]
            self.tables = {name: table for name, table in kept if name != without}

    of = region[1].provinces
    results = {"20": of["20"], "24": Unmeasured(of["24"], FOREST_COVER.name)}
    cover = region_tables(results)[REGION_COVER]  # type: ignore[arg-type]
    assert cover["natural_forest_ha"].isna().tolist() == [False, True, True]
    assert cover["cover_percent"].isna().tolist() == [False, True, True]
    # Borders that no province was asked for are no table without borders
    unasked = {code: Unmeasured(one, BORDERS.name) for code, one in of.items()}
    assert REGION_BORDERS not in region_tables(unasked)  # type: ignore[arg-type]


def test_what_a_province_asks_for_twice_is_not_added_up(
    region: tuple[Path, RegionResult],
) -> None:
    from zones.run.region import region_tables

    class Asked:
        def __init__(self, of: object, times: int) -> None:
            self.record, self.store = of.record, Store()  # type: ignore[attr-defined]
            self.tables = dict(of.tables)  # type: ignore[attr-defined]
            asked = self.tables[TARGETS.name]
            asked = asked[asked["unit"].eq("ha") & asked["commune_code"].eq("")].head(1)
            self.tables[TARGETS.name] = pd.concat([asked.assign(present=7.0)] * times)

    of = region[1].provinces["20"]
    once = {"20": Asked(of, 1), "24": Asked(of, 1)}
    sums = region_tables(once)[REGION_TARGETS]  # type: ignore[arg-type]
    assert sums.loc[sums["province"] == "", "present"].tolist() == [14.0]
    twice = {"20": Asked(of, 2), "24": Asked(of, 1)}
    assert (region_tables(twice)[REGION_TARGETS]["province"] != "").all()  # type: ignore[arg-type]


def test_an_earlier_region_stays_unless_told(region: tuple[Path, RegionResult]) -> None:
    found = load_region(region[0] / "region.yaml")
    assert found is not None
    with pytest.raises(OutputExistsError):
        run_region(found, options=RunOptions(only=("cover",)), teller=SilentTeller())
    assert (region[0] / "out" / "region.xlsx").exists()


def test_a_province_named_twice_is_refused(region: tuple[Path, RegionResult]) -> None:
    path = region[0] / "twice.yaml"
    path.write_text(TEXT.replace("bắc ninh/project.yaml", "lạng sơn/project.yaml"), "utf-8")
    with pytest.raises(InputError, match=r"hai dự án cùng một tỉnh.*20|of the same: '?20"):
        load_region(path)


def test_the_command_takes_a_region(
    region: tuple[Path, RegionResult], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, stale = str(region[0] / "region.yaml"), tmp_path / "map.html"
    stale.write_text("of an earlier run", "utf-8")
    only = ["--only", "cover", "--only", "borders"]
    command = ["run", path, *only, "--out", str(tmp_path), "--overwrite", "--json"]
    assert run(command) == 2  # nothing says that an earlier run wrote it
    assert "--overwrite" in capsys.readouterr().err
    assert stale.exists()
    (tmp_path / "20").mkdir()
    shutil.copy(region[0] / "out" / "20" / "run.json", tmp_path / "20")
    code = run(command)
    assert not stale.exists()
    assert (tmp_path / "outdated" / "map.html").read_text("utf-8") == "of an earlier run"
    assert (tmp_path / "region.xlsx").is_file()
    told = json.loads(capsys.readouterr().out)
    assert code == int(told["has_problems"])
    assert [row["province"] for row in told["region_cover"]] == ["20", "24", ""]


def test_what_a_person_changed_in_a_region_is_kept(
    region: tuple[Path, RegionResult], tmp_path: Path
) -> None:
    found = load_region(region[0] / "region.yaml")
    assert found is not None
    again = RunOptions(out=tmp_path, only=("cover",), overwrite=True)
    run_region(found, options=again, teller=SilentTeller())
    for text in ("by hand", "once more"):
        (tmp_path / "region.docx").write_text(text, "utf-8")
        run_region(found, options=again, teller=SilentTeller())
        assert len(docx.Document(str(tmp_path / "region.docx")).tables) > 0
    # What the program wrote and wrote again is not kept: the two copies are all there is.
    kept = {path.name: path.read_text("utf-8") for path in (tmp_path / "outdated").rglob("*")}
    assert kept == {"region.docx": "by hand", "region (2).docx": "once more"}
