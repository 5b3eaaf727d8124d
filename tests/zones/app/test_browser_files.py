"""The room Files in a real browser: dropped layers, choices that a file leaves open, kept forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.factories import communes, forest_plots
from tests.zones.app.conftest import serve
from tests.zones.app.test_browser import Sat
from tests.zones.app.test_browser import browser as browser
from tests.zones.app.test_looked import LOCAL, PRJ
from zones.app.session import Session
from zones.project.yaml import read_document

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


def test_a_new_project_lists_no_plan_and_one_that_is_chosen(desk: Sat, tmp_path: Path) -> None:
    assert desk.page.locator("#no-plan").count() == 1
    assert _said(tmp_path)["plans"] == []
    desk.page.select_option("#plan-pick", "lang-son-2026-2030")
    desk.page.wait_for_selector("[data-plan='lang-son-2026-2030']")
    assert _said(tmp_path)["plans"] == ["lang-son-2026-2030"]
