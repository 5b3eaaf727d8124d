"""The room Files in a real browser: dropped layers, choices that a file leaves open, kept forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.io.table import read_table
from tests.factories import communes, forest_plots, write_raster
from tests.zones.app.conftest import serve
from tests.zones.app.test_browser import Sat
from tests.zones.app.test_browser import browser as browser
from tests.zones.app.test_looked import LOCAL, PRJ
from zones.app.session import Session
from zones.project.yaml import read_document
from zones.project.yaml_blocks import cut_block

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(browser: Any, tmp_path: Path) -> Iterator[Sat]:
    """A new project of the page, in Vietnamese, at the room Files."""
    for live in serve(Session()):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script("localStorage.setItem('zones-language', 'vi')")
        here = Sat(context.new_page(), live)
        here.page.set_default_timeout(60_000)
        here.page.on("pageerror", lambda error, here=here: here.faults.append(str(error)))
        here.page.goto(f"http://127.0.0.1:{live.port}/#token={live.token}")
        here.page.fill("#new-path", str(tmp_path / "kế hoạch"))
        here.page.locator("form:has(#new-path) button").click()
        here.page.wait_for_selector("#pick")
        yield here
        context.close()
        assert here.faults == []


def _said(tmp_path: Path) -> Any:
    """The project file, which may name files that are not there yet."""
    return read_document(tmp_path / "kế hoạch" / "project.yaml")


def _drop(here: Sat, *files: Path) -> None:
    here.page.set_input_files("#drop-pick", [str(file) for file in files])


def test_a_shapefile_is_dropped_in_parts_and_its_crs_is_chosen(desk: Sat, tmp_path: Path) -> None:
    page = desk.page
    folder = tmp_path / "gửi"
    folder.mkdir()
    communes().to_file(folder / "ranh.shp")
    (folder / "ranh.prj").write_text(LOCAL, "utf-8")
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf")  # what a folder of Windows has beside it
    _drop(desk, *sorted(folder.iterdir()))
    page.wait_for_selector("#file-form")
    assert "Thumbs.db" in desk.text("#fault")
    assert page.input_value("#file-kind") == "communes"
    assert "Nonearth" in desk.text("#file-form label:has(#layer-crs)")
    page.click("#put")
    assert page.locator("#layer-crs:invalid").count() == 1  # nothing is written before it is said
    page.select_option("#layer-crs", "EPSG:9215")
    page.wait_for_selector("#file-map path")
    desk.axe()
    page.click("#put")
    page.wait_for_selector("#pick")
    communes_said = _said(tmp_path)["communes"]
    assert (communes_said["path"], communes_said["crs"]) == ("ranh.shp", "EPSG:9215")


@pytest.mark.parametrize("asked", ["drop", "take away"])
def test_files_of_a_page_go_into_no_other_project(asked: str, desk: Sat, tmp_path: Path) -> None:
    page = desk.page
    unread, *sent = (tmp_path / name for name in ("hỏng.gpkg", "xa.csv", "xã.csv"))
    for file in (unread, *sent):
        file.write_text("not a database")
    _drop(desk, unread)
    page.wait_for_selector("#take-away")
    page.route("**/do/start/folder", lambda route: route.abort())  # as if the program were gone
    page.fill("#other-folder", str(tmp_path))
    page.locator("form:has(#other-folder) button").click()
    page.wait_for_selector("#fault:has-text('Mất kết nối')")
    assert desk.live.ask("start", "new", path=str(tmp_path / "khác"), province="20")[0] == 200
    if asked == "drop":
        _drop(desk, *sent)
    else:
        page.click("#take-away")
    page.wait_for_selector(f"#room .file-path:has-text('{tmp_path / 'khác'}')")
    page.wait_for_selector("body:not([data-busy])")
    page.wait_for_selector("#fault:has-text('dự án khác')")
    assert (tmp_path / "kế hoạch" / "hỏng.gpkg").is_file()
    assert not [file for file in sent if (tmp_path / "khác" / file.name).exists()]


def test_a_half_filled_form_is_there_again_with_its_table_of_types(
    desk: Sat, tmp_path: Path
) -> None:
    page = desk.page
    made = forest_plots().head(1).assign(maldlr=1, ldlr="TXG1")  # in table 93 as in 98
    for part in [made.to_file(tmp_path / "rung.shp")] and sorted(tmp_path.glob("rung.*")):
        part.with_suffix(".prj").write_bytes(PRJ["cut off"])
    _drop(desk, *sorted(tmp_path.glob("rung.*")))
    page.wait_for_selector("#file-form")
    assert page.input_value("#file-kind") == "forest_status"
    page.fill("#layer-date", "31/12/2025")
    page.fill("#layer-source", "Chi cục Kiểm lâm")
    page.select_option("#layer-crs", "EPSG:9215")
    page.wait_for_selector("#file-map path")
    page.click("#put")
    assert page.locator("#layer-codes:invalid").count() == 1
    assert "93, 98" in desk.text("label:has(#layer-codes)")
    assert "code_table" not in desk.text("#room")
    page.select_option("#layer-codes", "98")
    desk.go("start")
    page.fill("#new-path", "/nơi/khác")
    page.click("[data-room=files]")
    page.wait_for_selector("#file-map path")
    told = {name: page.input_value(f"#layer-{name}") for name in ("date", "source", "crs", "codes")}
    assert told == {
        "date": "31/12/2025", "source": "Chi cục Kiểm lâm", "crs": "EPSG:9215", "codes": "98",
    }  # fmt: skip
    desk.go("start")
    assert page.input_value("#new-path") == "/nơi/khác"
    page.reload()
    page.wait_for_selector("#file-form")
    assert page.input_value("#layer-source") == "Chi cục Kiểm lâm"
    page.click("#put")
    page.wait_for_selector("#pick")
    layer = _said(tmp_path)["layers"]["forest"]
    assert (layer["code_table"], layer["crs"]) == ("98", "EPSG:9215")
    page.click("[data-again=forest]")  # what was said of it stands there
    page.wait_for_selector("#file-form")
    assert page.input_value("#layer-codes") == "98"
    assert page.input_value("#layer-date") == "31/12/2025"


def test_a_report_with_names_is_put_in_without_codes(desk: Sat, tmp_path: Path) -> None:
    page = desk.page
    frame = pd.DataFrame({"Tên xã": ["Thụy Hùng", "Lộc Bình"], "Cây": ["Na", "Na"]})
    frame.assign(**{"Năm": 2025, "Diện tích": [3.0, 4.5]}).to_csv(tmp_path / "xa.csv", index=False)
    _drop(desk, tmp_path / "xa.csv")
    page.wait_for_selector("#file-form")
    code, name = (page.locator(f"[data-field={it}]") for it in ("commune_code", "commune"))
    assert (code.input_value(), name.input_value()) == ("", "Tên xã")
    assert "*" not in desk.text("tr:has([data-field=commune_code]) th")
    name.select_option("")  # of the two one is needed, whichever
    page.fill("#layer-date", "31/12/2025")
    page.click("#put")
    assert code.evaluate("it => it.matches(':invalid')")
    name.select_option("Tên xã")
    page.click("#put")
    page.wait_for_selector("#pick")
    assert _said(tmp_path)["layers"]["xa"]["columns"]["commune"] == "Tên xã"


def test_a_table_with_a_column_for_each_crop_is_made_a_list(desk: Sat, tmp_path: Path) -> None:
    page, book = desk.page, tmp_path / "cây.xlsx"
    rows = [["Số liệu năm 2025", None, None, None], ["Xã", "Diện tích (ha)", None, "Tổng"]]
    rows += [[None, "Thông", "Hồi", None], ["Bắc Sơn", 12.5, None, 12.5], ["Đồng Đăng", 1, 7, 19]]
    pd.DataFrame(rows).to_excel(book, index=False, header=False)
    _drop(desk, book)
    page.wait_for_selector("#make-list")
    assert page.input_value("#wide-year") == "2025"
    desk.axe()
    page.click("#make-list-button")
    page.wait_for_selector("#make-list", state="detached")
    told = desk.text("#files-told")
    assert "3 dòng vào cây-danh-sach.xlsx" in told
    assert "dòng 5" in told  # whose total is not the sum of its crops
    chosen = {
        name: page.input_value(f"[data-field={name}]") for name in ("crop", "year", "area_ha")
    }
    assert chosen == {"crop": "Cây trồng", "year": "Năm", "area_ha": "Diện tích (ha)"}
    page.fill("#layer-date", "31/12/2025")
    page.click("#put")
    page.wait_for_selector("#pick")
    (said,) = [layer["path"] for layer in _said(tmp_path)["layers"].values()]
    assert said == "cây-danh-sach.xlsx"
    made = read_table(tmp_path / "kế hoạch" / said)
    assert made["Diện tích (ha)"].tolist() == [12.5, 1, 7]


def test_a_new_project_lists_no_plan_and_one_that_is_chosen(desk: Sat, tmp_path: Path) -> None:
    assert desk.page.locator("#no-plan").count() == 1
    assert _said(tmp_path)["plans"] == []
    desk.page.select_option("#plan-pick", "lang-son-2026-2030")
    desk.page.wait_for_selector("[data-plan='lang-son-2026-2030']")
    assert _said(tmp_path)["plans"] == ["lang-son-2026-2030"]


ENTRIES = """\
layers:
  forest:  # rừng
    kind: forest_status
    path: rung.shp
    date: 2025-12-31
    source: Chi cục Kiểm lâm
    crs: EPSG:32648
    code_table: '98'
    encoding: utf-8
    columns:  # cột của huyện
      ldlr: LDLR_KK
      maldlr: MALDLR_KK
      sldlr: CAY_TRONG
      dtich: DT_HA
      malr3: null
      tk: TIEU_KHU
    species: {Thông: pine}
  fruit:
    kind: report
    path: so.xlsx
    date: 2025-12-31
    source: ''
    sheet: Hai
    decimal: .
    columns: {commune_code: Mã, crop: Giống, year: Năm, area_ha: DT}
    crops:
      Na: persimmon  # hồng
      Hồi: anise
  cover:
    kind: raster
    path: cover.tif
    date: 2025-12-31
    source: ''
    classes: {1: trees, 2: crops, 9: nước}  # lớp
"""


@pytest.fixture
def again(desk: Sat, tmp_path: Path) -> Path:
    """A project that says much of its files, open in the room Files; its file."""
    file = tmp_path / "kế hoạch" / "project.yaml"
    own = {"ldlr": "LDLR_KK", "maldlr": "MALDLR_KK", "sldlr": "CAY_TRONG", "dtich": "DT_HA"}
    own["tk"] = "TIEU_KHU"
    plots = forest_plots()[[*own, "geometry"]].rename(columns=own)
    plots.to_crs(32648).to_file(file.with_name("rung.shp"))
    file.with_name("rung.prj").unlink()
    names = {"Mã": ["06148"] * 3, "Giống": ["Na", "Na dai", "Hồi"], "Năm": 2025}
    table = pd.DataFrame({**names, "DT": ["1.234", "2", "3"], "Cây": ["Quýt"] * 3})
    with pd.ExcelWriter(file.with_name("so.xlsx")) as book:
        for sheet in ("Một", "Hai"):
            table.to_excel(book, sheet_name=sheet, index=False)
    write_raster(file.with_name("cover.tif"))
    text = cut_block(file.read_text("utf-8"), "layers")
    file.write_text(text.rstrip("\n") + "\n" + ENTRIES, "utf-8")
    desk.page.reload()
    desk.page.wait_for_selector("[data-again=cover]")
    return file


@pytest.mark.parametrize("name", ["forest", "fruit", "cover"])
def test_what_the_project_says_of_a_file_stays_where_it_is_looked_at_and_written_again(
    name: str, desk: Sat, again: Path
) -> None:
    page, before = desk.page, again.read_text("utf-8")
    page.click(f"[data-again={name}]")
    page.wait_for_selector("#file-form")
    if name == "forest":
        page.wait_for_selector("#file-map path")
        assert page.input_value("#layer-crs") == "EPSG:32648"
        assert page.input_value("[data-field=sldlr]") == "CAY_TRONG"
    if name == "fruit":
        assert page.input_value("#file-sheet") == "Hai"
        assert page.input_value("#layer-decimal") == "."
        assert page.input_value("[name='crop:Na']") == "persimmon"
        assert page.input_value("[name='crop:Na dai']") == ""  # which the project leaves as it is
        assert "theo tệp dự án" in desk.text("tr:has([name='crop:Na'])")
        assert "gần giống “Na”" in desk.text("tr:has([name='crop:Na dai'])")
    page.click("#put")
    page.wait_for_selector("#pick")
    assert again.read_text("utf-8") == before
    page.click(f"[data-again={name}]")
    page.wait_for_selector("#file-form")
    page.fill("#layer-date", "31/12/2024")
    page.click("#put")
    page.wait_for_selector("#pick")
    at = before.index(f"  {name}:")
    told = before[:at] + before[at:].replace("2025-12-31", "2024-12-31", 1)
    assert again.read_text("utf-8") == told


def test_a_column_that_is_emptied_or_changed_leads_and_the_page_comes_to_rest(
    desk: Sat, again: Path
) -> None:
    page, asked = desk.page, []
    page.on("request", lambda it: asked.append(it.url) if it.url.endswith("/look") else None)
    page.click("[data-again=forest]")
    page.wait_for_selector("#file-map path")
    for field, left in (("ldlr", "MALDLR_KK"), ("dtich", "MALDLR_KK")):
        page.select_option(f"[data-field={field}]", "")
        page.wait_for_function(
            "field => document.querySelector(`[data-field=${field}]`)?.value === ''"
            " && !document.body.hasAttribute('data-busy')", arg=field,
        )  # fmt: skip
        assert page.input_value("[data-field=maldlr]") == left
    page.wait_for_timeout(1500)
    quiet = len(asked)
    page.wait_for_timeout(1500)
    assert len(asked) == quiet <= 6
    desk.go("start")
    page.click("[data-room=files]")
    page.wait_for_selector("#file-map path")
    page.wait_for_timeout(1000)
    assert len(asked) <= quiet + 3
    assert page.input_value("[data-field=ldlr]") == page.input_value("[data-field=dtich]") == ""
    page.click("#put")
    page.wait_for_selector("#pick")
    columns = read_document(again)["layers"]["forest"]["columns"]
    assert columns == {
        "ldlr": None, "maldlr": "MALDLR_KK", "sldlr": "CAY_TRONG", "dtich": None, "malr3": None,
        "tk": "TIEU_KHU",
    }  # fmt: skip
    page.click("[data-again=fruit]")
    page.wait_for_selector("[name='crop:Hồi']")
    page.focus("[data-field=crop]")
    page.select_option("[data-field=crop]", "Cây")
    page.wait_for_selector("[name='crop:Quýt']")
    assert page.locator("[name='crop:Hồi']").count() == 0
    assert page.evaluate("document.activeElement.dataset.field") == "crop"


def test_the_later_of_two_answers_counts(desk: Sat, again: Path) -> None:
    page, held, tried = desk.page, [], []

    def route(it: Any) -> None:
        asked = it.request.post_data_json
        tried.append(asked.get("crs"))
        if asked.get("crs") == "EPSG:5897" or (asked.get("columns") or {}).get("crop") == "Cây":
            held.append(it)
        else:
            it.continue_()

    page.route("**/do/files/look", route)
    page.click("[data-again=forest]")
    page.wait_for_selector("#file-map path")
    assert tried == [None, "EPSG:32648"]  # looked at, and tried once
    page.select_option("#layer-crs", "EPSG:5897")
    page.select_option("#layer-crs", "EPSG:32649")
    page.wait_for_selector("#file-map path")
    held.pop().fulfill(json={"place": []})
    page.wait_for_timeout(500)
    assert page.locator("#file-map path").count() == 1
    page.click("[data-again=fruit]")
    page.wait_for_selector("[name='crop:Hồi']")
    page.select_option("[data-field=crop]", "Cây")
    page.select_option("[data-field=crop]", "Mã")
    page.wait_for_selector("[name='crop:06148']")
    held.pop().continue_()
    page.wait_for_timeout(1500)
    assert page.input_value("[data-field=crop]") == "Mã"
    assert page.locator("[name='crop:06148']").count() == 1


def test_a_sheet_has_a_form_of_its_own_and_keeps_only_what_was_changed(
    desk: Sat, again: Path
) -> None:
    page = desk.page
    page.click("[data-again=fruit]")
    page.wait_for_selector("#file-form")
    page.fill("#layer-source", "Phòng Nông nghiệp")
    page.select_option("#file-sheet", "Một")
    page.wait_for_function("() => document.querySelector('#layer-place')?.value === ''")
    assert page.input_value("#layer-source") == ""  # another sheet, which nothing lists yet
    assert page.input_value("#layer-decimal") == ""
    page.select_option("#file-sheet", "Hai")
    page.wait_for_function("() => document.querySelector('#layer-place')?.value === 'fruit'")
    assert page.input_value("#layer-date") == "31/12/2025"
    text = again.read_text("utf-8").replace("Hai\n    decimal: .", "Hai\n    decimal: ','")
    again.write_text(text.replace("2025-12-31", "2023-12-31"), "utf-8")
    page.reload()
    page.wait_for_selector("#file-form")
    told = {name: page.input_value(f"#layer-{name}") for name in ("source", "date", "decimal")}
    assert told == {"source": "Phòng Nông nghiệp", "date": "31/12/2023", "decimal": ","}
