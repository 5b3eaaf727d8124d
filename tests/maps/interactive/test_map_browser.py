"""The page in a real browser: from the disk, without a network, by mouse and by keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from benchmarks._map_content import made_content
from layers.base.language import Phrase, format_number
from maps import MapContent, TableNote, save_map
from tests.maps.interactive.made_map import (
    coloured,
    grid_of_communes,
    province_content,
    real_communes,
    squares,
    with_cover_path,
    with_intervals,
    with_progress,
)

pytestmark = pytest.mark.browser

OUT = Path(__file__).resolve().parents[3] / "out"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOC_BINH = "06529"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium of the machine."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(PROGRAMS)})")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        running.close()


@dataclass
class Opened:
    """A page and everything it asked for or complained about."""

    page: Any
    path: Path
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector)).replace("\u00a0", " ")

    def texts(self, selector: str) -> list[str]:
        texts = self.page.locator(selector).all_inner_texts()
        return [str(text).replace("\u00a0", " ") for text in texts]

    def choose(self, group: str, value: str) -> None:
        self.page.check(f"{group} input[value='{value}']", force=True)

    def fill(self, row: int) -> str:
        return str(self.page.locator("path.commune").nth(row).get_attribute("fill"))


Opener = Callable[..., Opened]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[MapContent], Path]:
    """Write each content once, in a folder with blanks and Vietnamese letters."""
    folder = tmp_path_factory.mktemp("bản đồ vùng trồng")
    written: list[tuple[MapContent, Path]] = []

    def save(content: MapContent) -> Path:
        for known, path in written:
            if known is content:
                return path
        path = save_map(content, folder / f"{len(written)}.html")
        written.append((content, path))
        return path

    return save


@pytest.fixture
def opener(browser: Any, saved: Callable[[MapContent], Path]) -> Iterator[Opener]:
    """Open a content as a file, offline; nothing may leave and nothing may fail."""
    contexts, seen = [], []

    def open_content(
        content: MapContent, fragment: str = "", *, width: int = 1440, height: int = 900
    ) -> Opened:
        path = saved(content)
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        contexts.append(context)
        opened = Opened(context.new_page(), path)
        seen.append(opened)
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.faults.append(dialog.message))
        opened.page.on(
            "console",
            lambda line: opened.faults.append(line.text) if line.type != "log" else None,
        )
        opened.page.goto(path.as_uri() + fragment)
        return opened

    yield open_content
    for opened in seen:
        inside = ("file://", "data:", "blob:")
        assert [url for url in opened.requests if not url.startswith(inside)] == []
        assert sum(url.startswith("file://") for url in opened.requests) == 1
        assert opened.faults == []
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def content() -> MapContent:
    return province_content()


def present(content: MapContent, zone: str) -> pd.Series:
    rows = content.zone_communes[content.zone_communes["zone"] == zone]
    return rows.set_index("commune_code")["present_ha"]


def test_it_opens_whole(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    assert opened.page.title() == content.title_vi
    assert opened.text("#demo") == "Dữ liệu minh họa / Demo data"
    assert opened.page.locator("path.commune").count() == 65
    assert len(opened.texts("#chart .zone-name")) == 13
    assert "Ranh giới xã, thời điểm 01/07/2025" in opened.text("#sources")
    assert content.digest in opened.text("#digest")
    assert opened.page.locator(".leaflet-control-scale-line").inner_text().endswith("km")
    assert opened.text("#north-letter") == "B"
    OUT.mkdir(exist_ok=True)
    opened.page.screenshot(path=OUT / "map-desktop.png")


def test_points_that_decide_against_the_status_are_said_beside_it(
    opener: Opener, content: MapContent
) -> None:
    first = content.targets.index == 0
    judged = content.targets.assign(
        low_interval=np.where(first, 1.5, np.nan), high_interval=np.where(first, 2.5, np.nan),
        verdict=np.where(first, "met", ""), status=np.where(first, "below", "within"),
    )  # fmt: skip
    opened = opener(replace(content, targets=judged))
    said = opened.texts("#chart .zone-status")
    assert "(theo điểm kiểm tra 1,5–2,5)" in opened.text("#chart .zone-figures")
    assert sum("theo điểm kiểm tra: đạt" in text for text in said) == 1


def test_the_verdict_of_a_zone_stands_above_its_map_in_words(
    opener: Opener, content: MapContent
) -> None:
    judged = content.targets.assign(low_interval=1.5, high_interval=2.5, verdict="cannot_tell")
    said = Phrase(en="Pine: cannot tell yet; 320 more points.", vi="Thông: cần thêm 320 điểm.")
    verdicts = (TableNote("verdict", said, "pine"),)
    opened = opener(replace(content, targets=judged, verdicts=verdicts), "#zone=pine")
    assert opened.texts("#headline .verdict-said") == ["Thông: cần thêm 320 điểm."]
    # The sentence names the target: it does not stand there twice.
    assert "Mục tiêu" not in opened.text("#headline")
    opened.page.click("[data-language='en']")
    assert opened.texts("#headline .verdict-said") == ["Pine: cannot tell yet; 320 more points."]
    opened.choose("#measures", "cover")
    assert opened.texts("#headline .verdict-said") == []
    opened.choose("#measures", "present")
    opened.choose("#chart", "anise")
    assert opened.texts("#headline .verdict-said") == []
    assert "Target" in opened.text("#headline")


def test_a_name_stays_on_its_line_beside_a_long_verdict(
    opener: Opener, content: MapContent
) -> None:
    first = content.zones.iloc[0]["zone"]
    mine = content.targets["zone"] == first
    judged = content.targets.assign(
        low_interval=np.where(mine, 1.5, np.nan), high_interval=np.where(mine, 2.5, np.nan),
        verdict=np.where(mine, "met", ""), status=np.where(mine, "below", "within"),
        shortfall=149.6,
    )  # fmt: skip
    named = content.zones.assign(name_vi=content.zones["name_vi"].mask(
        content.zones["zone"] == first, "Dẻ lấy hạt"))  # fmt: skip
    opened = opener(replace(content, targets=judged, zones=named))
    row = opened.page.locator("#chart .zone-row").first
    parts = (row.locator(f".zone-{part}").bounding_box() for part in ("name", "status"))
    name, status = (part["height"] for part in parts)
    assert name < 20 < status
    assert opened.page.evaluate("document.querySelector('.zones').scrollWidth") <= 280


def test_switching_zone_and_measure_changes_map_table_and_legend(
    opener: Opener, content: MapContent
) -> None:
    opened = opener(content)
    before = [opened.fill(row) for row in range(65)]
    opened.choose("#chart", "anise")
    anise = [opened.fill(row) for row in range(65)]
    assert anise != before
    largest = format_number(float(present(content, "anise").max()), "vi", decimals=1)
    assert opened.texts("#table tbody td.now")[0] == largest
    opened.choose("#measures", "cover")
    assert [opened.fill(row) for row in range(65)] != anise
    assert "Tỷ lệ che phủ rừng (%)" in opened.text("#legend")
    assert "Khoảng đều, số tròn" in opened.text("#legend")


def test_the_held_share_has_the_classes_of_the_target(opener: Opener, content: MapContent) -> None:
    frame = content.zone_communes.copy()
    pine = frame.index[frame["zone"] == "pine"]
    frame.loc[pine, "held_ratio"] = np.linspace(0, 1.3, len(pine))
    frame.loc[pine[1], "held_ratio"] = 0.25
    opened = opener(replace(content, zone_communes=frame), "#zone=pine&measure=held&lang=en")
    labels = [re.sub(r"\s*\(\d+\)", "", text) for text in opened.texts("#legend li")]
    assert labels[:6] == [
        "Zero", "Up to 25 %", "25 – 50 %", "50 – 75 %", "75 – 100 %", "Over 100 %",
    ]  # fmt: skip
    fixed = [opened.fill(row) for row in range(65)]
    edge = opened.page.evaluate("document.querySelector('#legend li:nth-child(2) rect').outerHTML")
    assert fixed[1] in edge
    opened.page.select_option("#scheme", "1")
    assert "Natural breaks" in opened.text("#legend")
    assert [opened.fill(row) for row in range(65)] != fixed


def test_the_year_slider_shows_one_year_and_all(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=pine&measure=planned")
    assert content.planned is not None
    pine = content.planned[content.planned["zone"] == "pine"]
    whole = pine.groupby("commune_code")["planned_ha"].sum().max()
    assert opened.text("#year-shown") == "Cả giai đoạn"
    assert opened.texts("#table tbody td.now")[0] == format_number(whole, "vi", decimals=1)
    opened.page.focus("#year")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert opened.text("#year-shown") == "2027"
    one = pine.loc[pine["year"] == 2027, "planned_ha"].max()
    assert opened.texts("#table tbody td.now")[0] == format_number(one, "vi", decimals=1)


def test_language_switches_words_and_figures(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    largest = float(present(content, "pine").max())
    assert opened.texts("#table tbody td.now")[0] == format_number(largest, "vi", decimals=1)
    opened.page.click("[data-language=en]")
    assert opened.page.get_attribute("html", "lang") == "en"
    assert opened.page.title() == content.title_en
    assert opened.texts("#table tbody td.now")[0] == format_number(largest, "en", decimals=1)
    assert "Present area" in opened.text("#measures")
    assert opened.text("#north-letter") == "N"
    opened.page.click("#table tbody tr:first-child button")
    assert opened.text("#card-title").split("0")[0].split()[-1] in ("commune", "ward")
    assert not re.search("[ạảấầẩậắặẵẻẽếềểệỉịọốồổộớợụủứừửữự]", opened.text("#legend"))


def test_search_finds_with_or_without_accents(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    for asked in ("loc binh", "LỘC BÌNH", "lộc  bình", "xã loc b", LOC_BINH):
        opened.page.fill("#search", "zzz")
        assert opened.texts("#found .name") == []
        opened.page.fill("#search", asked)
        assert opened.texts("#found .name") == ["Xã Lộc Bình"], asked
    opened.page.press("#search", "Enter")
    assert "Xã Lộc Bình" in opened.text("#card-title")
    assert f"commune={LOC_BINH}" in opened.page.url


def test_search_reads_d_with_and_without_its_bar(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    for asked in ("dong dang", "Đồng Đăng"):
        opened.page.fill("#search", asked)
        assert opened.texts("#found .name") == ["Xã Đồng Đăng"]


def test_search_says_when_there_is_nothing(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    opened.page.fill("#search", "Hà Nội")
    assert opened.texts("#found li") == ["Không tìm thấy"]
    assert opened.text("#spoken") == "Không tìm thấy"


def test_the_table_sorts_and_missing_comes_last(opener: Opener, content: MapContent) -> None:
    frame = content.zone_communes.copy()
    row = frame.index[(frame["zone"] == "pine") & (frame["commune_code"] == LOC_BINH)]
    frame.loc[row, ["present_ha", "share_ratio", "held_ratio"]] = np.nan
    opened = opener(replace(content, zone_communes=frame))
    assert opened.page.get_attribute("th.now", "aria-sort") == "descending"
    assert opened.texts("#table tbody th")[-1] == "Lộc Bình"
    assert opened.texts("#table tbody td.now")[-1] == "–"
    opened.page.click("th.now button")
    assert opened.page.get_attribute("th.now", "aria-sort") == "ascending"
    assert opened.texts("#table tbody th")[-1] == "Lộc Bình"
    opened.page.click("thead th:first-child button")
    names = opened.texts("#table tbody th")
    assert names[0] == "Ba Sơn"
    assert opened.page.evaluate("document.activeElement.dataset.focus") == "sort-name"
    assert names[-1] in ("Yên Phúc", "Yên Bình", "Xuân Dương")


def test_zero_trace_and_missing_look_different(opener: Opener) -> None:
    made = made_content(squares())
    frame = made.zone_communes.copy()
    pine = frame.index[frame["zone"] == "pine"]
    frame.loc[pine, "present_ha"] = [np.nan, 0.0, 0.004, 12.25]
    opened = opener(replace(made, zone_communes=frame))
    assert len({opened.fill(row) for row in range(3)}) == 3
    assert opened.fill(0) == "url(#hatch)"
    assert opened.texts("#table tbody td.now") == ["12,3", "< 0,1", "0", "–"]
    assert "Không có số liệu (1)" in opened.text("#legend")
    assert "Bằng 0 (1)" in opened.text("#legend")


def test_the_card_holds_the_figures_of_the_table_of_zones(
    opener: Opener, content: MapContent, tmp_path: Path
) -> None:
    content.zone_communes.to_csv(tmp_path / "zones.csv", index=False, encoding="utf-8-sig")
    zones = pd.read_csv(tmp_path / "zones.csv", dtype={"commune_code": str})
    opened = opener(content, f"#commune={LOC_BINH}&lang=en")
    here = zones[(zones["commune_code"] == LOC_BINH) & (zones["present_ha"] > 0)]
    assert len(here) > 3
    for row in here.itertuples():
        cell = f"#card tr[data-zone={row.zone}] td[data-measure=present]"
        assert opened.text(cell) == format_number(row.present_ha, "en", decimals=1)
        held = f"#card tr[data-zone={row.zone}] td[data-measure=held]"
        assert opened.text(held) == format_number(row.held_ratio * 100, "en", decimals=1)
    listed = zones[(zones["commune_code"] == LOC_BINH) & zones["listed"]]
    assert opened.page.locator("#card .dot").count() == len(listed)


def test_a_click_on_the_map_opens_the_card_and_marks_the_row(
    opener: Opener, content: MapContent
) -> None:
    opened = opener(content)
    box = opened.page.locator("path.commune").nth(40).bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tip = opened.text(".leaflet-tooltip")
    code = content.communes["commune_code"][40]
    name = content.communes["commune"][40]
    figure = format_number(float(present(content, "pine")[code]), "vi", decimals=1)
    assert name in tip
    assert code in tip
    assert f"{figure} ha" in tip or present(content, "pine")[code] == 0
    opened.page.mouse.down()
    opened.page.mouse.up()
    assert name in opened.text("#card-title")
    assert opened.texts("#table tr.chosen th") == [name]
    assert opened.page.evaluate("document.querySelector('#table tr.chosen').offsetTop > 0")


def test_the_keyboard_alone_is_enough(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    keyboard = opened.page.keyboard
    keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.id") == "skip"
    keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "figures"
    opened.page.focus("#chart input:checked")
    keyboard.press("ArrowDown")
    opened.page.wait_for_function("part => location.hash.includes(part)", arg="zone=anise")
    opened.page.focus("#measures input:checked")
    keyboard.press("ArrowRight")
    opened.page.wait_for_function("part => location.hash.includes(part)", arg="measure=share")
    opened.page.focus("#table tbody tr:nth-child(3) button")
    keyboard.press("Enter")
    assert opened.texts("#table tbody tr:nth-child(3) th")[0] in opened.text("#card-title")
    opened.page.focus("#close")
    keyboard.press("Escape")
    assert "Chọn một xã" in opened.text("#card")


def test_three_clicks_to_the_communes_that_hold_back_anise(
    opener: Opener, content: MapContent
) -> None:
    opened = opener(content)
    opened.page.click("#chart label:has-text('Hồi')")
    opened.page.click("#measures label:has-text('Tăng, giảm')")
    anise = content.zone_communes[content.zone_communes["zone"] == "anise"]
    worst = anise.sort_values(["gap_ha"], ascending=False)
    gaps = [format_number(gap, "vi", decimals=1) for gap in worst["gap_ha"].head(3)]
    assert opened.texts("#table tbody td.now")[:3] == gaps
    lacking = set(anise.loc[anise["gap_ha"] > 0, "commune"])
    assert set(opened.texts("#table tbody th")[:3]) <= lacking


def test_a_commune_that_loses_more_than_it_plants_is_not_one_without_a_gap(
    opener: Opener, content: MapContent
) -> None:
    frame = content.zone_communes.copy()
    rows = frame.index[frame["zone"] == "anise"]
    frame.loc[rows, "gap_ha"] = 5.0
    frame.loc[rows[:3], "gap_ha"] = [-20.0, -33.0, 0.0]
    shrinking = replace(content, zone_communes=frame)
    opened = opener(shrinking, "#zone=anise&measure=gap&lang=en")
    legend = opened.texts("#legend .classes li")
    assert "Shrinks below the present area (2)" in legend
    assert "No change (1)" in legend
    codes = list(content.communes["commune_code"])
    paths = opened.page.locator("path.commune")
    fills = [
        paths.nth(codes.index(code)).get_attribute("fill")
        for code in frame.loc[rows[:4], "commune_code"]
    ]
    assert fills[0] == fills[1]
    assert len(set(fills)) == 3
    opened.choose("#measures", "present")
    assert not any("Shrinks" in text for text in opened.texts("#legend .classes li"))


def test_a_link_opens_the_same_view(opener: Opener, content: MapContent) -> None:
    fragment = f"#zone=citrus&measure=planned&year=2028&commune={LOC_BINH}&lang=en"
    opened = opener(content, fragment)
    assert opened.page.is_checked("#chart input[value=citrus]")
    assert opened.text("#year-shown") == "2028"
    assert "Lộc Bình" in opened.text("#card-title")
    assert opened.page.get_attribute("html", "lang") == "en"
    assert set(opened.page.url.split("#")[1].split("&")) == set(fragment[1:].split("&"))
    opened.page.evaluate("location.hash = '#zone=citrus&measure=planned&lang=vi'")
    opened.page.wait_for_function("document.documentElement.lang === 'vi'")
    assert opened.text("#year-shown") == "Cả giai đoạn"
    opened.page.evaluate("location.hash = '#zone=pine&measure=cover&commune=nobody&lang=en'")
    opened.page.wait_for_function("document.documentElement.lang === 'en'")
    assert opened.page.is_checked("#measures input[value=cover]")
    assert "Choose a commune" in opened.text("#card")


def test_a_spoilt_link_is_ignored(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=<script>&measure=none&year=9999&lang=xx&commune=")
    assert opened.page.is_checked("#chart input[value=pine]")
    assert opened.page.is_checked("#measures input[value=present]")


def test_the_download_is_a_table_without_formulas(opener: Opener) -> None:
    names = {0: '=HYPERLINK("http://x","y")', 1: "@SUM(1,2)", 2: 'a "b", c'}
    opened = opener(made_content(squares(names=names)), "#zone=pine")
    with opened.page.expect_download() as waiting:
        opened.page.click("#download")
    path = waiting.value.path()
    raw = Path(path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path, dtype={"commune_code": str}, encoding="utf-8-sig")
    table = table.sort_values("commune_code").reset_index(drop=True)
    assert waiting.value.suggested_filename == "vung-trong-pine.csv"
    assert list(table["commune_code"]) == ["00001", "00002", "00003", "00004"]
    assert list(table["commune"][:3]) == ["'" + names[0], "'" + names[1], names[2]]
    assert table["present_ha"].sum() == pytest.approx(
        present(made_content(squares(names=names)), "pine").sum(), abs=1e-3
    )


@pytest.mark.parametrize("fragment", ["#measure=planned&year=2027", "#measure=cover"])
def test_names_stand_on_their_communes(opener: Opener, content: MapContent, fragment: str) -> None:
    opened = opener(content, fragment)
    names = list(content.communes["commune"])
    labels = opened.page.locator(".place")
    assert labels.count() > 20
    for number in range(0, labels.count(), 7):
        label = labels.nth(number)
        row = names.index(label.inner_text())
        shape = opened.page.locator("path.commune").nth(row).bounding_box()
        here = label.bounding_box()
        assert shape["x"] < here["x"] + here["width"] / 2 < shape["x"] + shape["width"]
        assert shape["y"] < here["y"] + here["height"] / 2 < shape["y"] + shape["height"]


def test_forest_cover_marks_no_list(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=anise&measure=cover")
    assert opened.page.locator("path.is-listed:visible").count() == 0
    assert "Có trong kế hoạch" not in opened.text("#legend")
    opened.choose("#measures", "present")
    assert opened.page.locator("path.is-listed:visible").count() > 0
    assert "Có trong kế hoạch" in opened.text("#legend")


def test_layers_switch_on_and_off(opener: Opener, content: MapContent) -> None:
    around = squares(3)
    around.geometry = around.geometry.translate(0, -0.2)
    plots = squares(2)
    opened = opener(replace(content, neighbours=around, plot_outlines=plots), "#zone=anise")
    listed = int(content.zone_communes.query("zone == 'anise'")["listed"].sum())
    assert opened.page.locator("path.is-listed:visible").count() == listed
    assert opened.page.locator("path.neighbour").count() == 3
    assert opened.page.locator(".place").count() > 20
    opened.page.click("#layers summary")
    for layer in ("listed", "names", "around"):
        opened.page.uncheck(f"[data-layer={layer}]")
    for selector in ("path.is-listed", ".place", "path.neighbour"):
        assert opened.page.locator(f"{selector}:visible").count() == 0
    before = opened.page.locator("#map path").count()
    opened.page.check("[data-layer=outlines]")
    assert opened.page.locator("#map path").count() == before + 1


def test_the_card_and_the_tip_say_what_limits_a_commune(
    opener: Opener, content: MapContent
) -> None:
    frame = content.zone_communes.assign(binding="target")
    here = frame["commune_code"] == LOC_BINH
    frame.loc[here & (frame["zone"] == "pine"), "binding"] = "commune_pace"
    limited = replace(content, zone_communes=frame)
    opened = opener(limited, f"#zone=pine&measure=gap&commune={LOC_BINH}&lang=en")
    told = "Limit: the commune's yearly pace is used up"
    assert opened.texts("#card .limit") == [told]
    row = list(content.communes["commune_code"]).index(LOC_BINH)
    opened.page.locator("path.commune").nth(row).hover()
    assert told in opened.text(".leaflet-tooltip")
    opened.choose("#measures", "share")
    opened.page.mouse.move(5, 5)
    opened.page.locator("path.commune").nth(row).hover()
    assert "Limit" not in opened.text(".leaflet-tooltip")


def test_many_communes_are_not_drawn_again_for_a_line_of_the_legend(opener: Opener) -> None:
    opened = opener(made_content(squares(520)), "#zone=pine&measure=present")
    size = "JSON.stringify(document.querySelector('#map svg').getAttribute('viewBox'))"
    before = opened.page.evaluate(size)
    opened.page.evaluate("document.getElementById('legend').style.minHeight = '130px'")
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate(size) == before
    opened.page.set_viewport_size({"width": 1250, "height": 760})
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate(size) != before


def test_the_measure_stays_in_sight_on_a_phone(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=anise&measure=available", width=360, height=740)
    box = opened.page.locator("#scroll").bounding_box()
    head = opened.page.locator("#table th.now").bounding_box()
    assert box["x"] <= head["x"]
    assert head["x"] + head["width"] <= box["x"] + box["width"] + 1
    row = opened.page.locator("#measures").bounding_box()
    chip = opened.page.locator("#measures .on").bounding_box()
    assert row["x"] <= chip["x"]
    assert chip["x"] + chip["width"] <= row["x"] + row["width"] + 1


def test_neighbours_tell_their_name_and_nothing_else(opener: Opener, content: MapContent) -> None:
    around = squares(3, names={1: "<b>Láng Giềng</b>"})
    around.geometry = around.geometry.translate(0.2, 0.4)
    opened = opener(replace(content, neighbours=around))
    opened.page.click(".leaflet-control-zoom-out")
    opened.page.wait_for_timeout(400)
    opened.page.locator("path.neighbour").nth(1).click()
    assert opened.text(".leaflet-tooltip") == "<b>Láng Giềng</b>"
    assert "Chọn một xã" in opened.text("#card")


def test_measures_without_figures_are_shown_as_absent(opener: Opener, content: MapContent) -> None:
    opened = opener(replace(content, planned=None))
    assert opened.page.is_disabled("#measures input[value=planned]")
    assert "Kế hoạch trồng (chưa có)" in opened.text("#measures")
    assert "Chưa có phương án phân bổ" in opened.text("#notes")


def test_hostile_and_endless_names_are_only_names(opener: Opener) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    endless = "Rất dài " * 25
    made = made_content(squares(names={0: hostile, 1: endless.strip()}), title_vi=hostile)
    assert made.warnings is not None
    made = replace(made, warnings=made.warnings.assign(message_vi=hostile))
    opened = opener(made, "#commune=00001", width=360, height=740)
    assert opened.text("#title") == hostile
    assert hostile in opened.text("#card-title")
    assert hostile in opened.text("#card .warnings")
    assert hostile in opened.texts("#table tbody th")
    opened.page.fill("#search", "rat dai")
    assert opened.texts("#found .name") == ["Xã " + endless.strip()]
    opened.page.press("#search", "Enter")
    opened.page.hover("path.commune >> nth=1")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    assert opened.page.evaluate("document.querySelectorAll('img').length") == 0


def test_the_policy_stops_what_slips_in(opener: Opener, content: MapContent) -> None:
    opened = opener(content)
    opened.page.evaluate(
        """() => new Promise((done) => {
          window.broken = [];
          setTimeout(done, 3000);
          document.addEventListener("securitypolicyviolation", (event) => {
            window.broken.push(event.effectiveDirective);
            if (window.broken.length === 3) done();
          });
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          const image = document.createElement("img");
          image.src = "https://example.org/x.png";
          document.body.append(script, image);
          fetch("https://example.org/").catch(() => {});
        })"""
    )
    assert opened.page.evaluate("window.ran") is None
    broken = opened.page.evaluate("window.broken.sort()")
    assert broken == ["connect-src", "img-src", "script-src-elem"]
    assert all("Content Security Policy" in f or "Refused" in f for f in opened.faults)
    opened.faults.clear()
    # The browser tells of the picture it was asked for, and that the policy held it back.
    opened.requests.remove("https://example.org/x.png")


def test_tiles_come_from_the_named_host_alone_and_may_be_absent(
    browser: Any, content: MapContent, tmp_path: Path
) -> None:
    path = save_map(replace(content, tile_hosts=("tiles.example.org",)), tmp_path / "map.html")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(re.compile("^https:"), lambda route: route.abort())
    page.goto(path.as_uri())
    assert len(asked) == 1
    asked.clear()
    page.click("#layers summary")
    with page.expect_request("https://tiles.example.org/**"):
        page.check("[data-layer=tiles]")
    page.check("#chart input[value=anise]", force=True)
    assert {url.split("/")[2] for url in asked} == {"tiles.example.org"}
    assert "tiles.example.org" in page.inner_text(".leaflet-control-attribution")
    assert page.locator("path.commune").count() == 65
    page.close()


def test_a_commune_without_boundary_and_a_page_without_zones(opener: Opener) -> None:
    made = made_content(squares())
    communes = made.communes.copy()
    communes.loc[1, "geometry"] = None
    opened = opener(replace(made, communes=communes), "#commune=00002")
    assert opened.page.locator("path.commune").count() == 3
    assert "không có ranh giới" in opened.text("#card")
    assert "không có ranh giới (1): Xã số 2" in opened.text("#notes")
    empty = replace(
        made,
        zones=made.zones.iloc[:0],
        zone_communes=made.zone_communes.iloc[:0],
        targets=made.targets.iloc[:0],
        planned=None,
    )
    bare = opener(empty, "#measure=cover")
    assert "Không có vùng trồng nào" in bare.text("#chart")
    assert len(bare.texts("#table tbody tr")) == 4


def test_it_fits_a_phone(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=anise", width=360, height=740)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    box = opened.page.locator("#map").bounding_box()
    assert box["width"] > 300
    assert box["y"] + box["height"] < 1000
    opened.page.select_option("#zone", label="Keo")
    assert "zone=acacia" in opened.page.url
    opened.page.locator("path.commune").nth(30).click()
    assert content.communes["commune"][30] in opened.text("#card-title")
    opened.page.screenshot(path=OUT / "map-phone.png", full_page=True)


def test_it_prints_on_one_page(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=anise&measure=present")
    OUT.mkdir(exist_ok=True)
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    frame = opened.page.locator(".frame").bounding_box()
    assert frame["width"] < 190 / 25.4 * 96 + 2
    assert len(opened.texts("#print-table li")) == 65
    drawn = [path.bounding_box() for path in opened.page.locator("path.commune").all()]
    west = min(box["x"] for box in drawn) - frame["x"]
    east = frame["x"] + frame["width"] - max(box["x"] + box["width"] for box in drawn)
    assert west == pytest.approx(east, abs=8)
    assert min(west, min(box["y"] for box in drawn) - frame["y"]) > 0
    opened.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert opened.page.locator(".frame").bounding_box()["width"] != frame["width"]
    pdf = opened.page.pdf(prefer_css_page_size=True, print_background=True, path=OUT / "map.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    width, height = map(float, re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    assert (round(width), round(height)) == (595, 842)


def test_the_real_province(opener: Opener, shared: Path) -> None:
    communes = real_communes(shared)
    made = made_content(communes, neighbours=real_communes(shared, "neighbour_communes"))
    opened = opener(made, "#zone=anise")
    assert opened.page.locator("path.commune").count() == 65
    assert opened.page.locator("path.neighbour").count() == 33
    opened.page.fill("#search", "loc binh")
    opened.page.press("#search", "Enter")
    assert "Lộc Bình" in opened.text("#card-title")
    OUT.mkdir(exist_ok=True)
    opened.page.screenshot(path=OUT / "map-real.png")


def test_every_commune_is_where_its_square_is(opener: Opener) -> None:
    """The page's decoder and projection against the made geometry: columns from west to east."""
    opened = opener(made_content(grid_of_communes()))
    lefts = [opened.page.locator("path.commune").nth(row).bounding_box()["x"] for row in range(9)]
    steps = np.diff(lefts)
    assert (steps > 0).all()
    assert steps == pytest.approx(steps.mean(), abs=1.5)


#: Where elements stand on the page, in one question: x, y, width, height.
BOXES = """found => found.map((it) => {
  const box = it.getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
})"""


def test_tooltips_stay_inside_the_map(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=pine&measure=gap")

    def boxes(selector: str) -> list[list[float]]:
        return opened.page.locator(selector).evaluate_all(BOXES)

    ((left, top, wide, high),) = boxes("#map")
    buttons = boxes(".leaflet-top .leaflet-bar")
    assert buttons
    for path_x, path_y, width, height in boxes("path.commune"):
        for x, y in ((0.5, 0.08), (0.08, 0.5), (0.92, 0.5), (0.5, 0.92)):
            at = path_x + x * width, path_y + y * height
            opened.page.mouse.move(*at)
            opened.page.mouse.move(at[0] + 1, at[1])
            ((tip_x, tip_y, tip_width, tip_height),) = boxes(".leaflet-tooltip")
            assert tip_x >= max(x + width for x, _, width, _ in buttons)
            assert tip_x >= left
            assert tip_y >= top
            assert tip_x + tip_width <= left + wide + 1
            assert tip_y + tip_height <= top + high + 1


def test_the_last_column_of_the_table_shows(opener: Opener, content: MapContent) -> None:
    frame = content.zone_communes
    large = content.communes["commune"].map(lambda name: "Phường " + name)
    wide = replace(
        content,
        communes=content.communes.assign(commune=large),
        zone_communes=frame.assign(present_ha=12345.6, available_ha=12345.6, gap_ha=12345.6),
    )
    for width in (1440, 1366, 1920):
        opened = opener(wide, "#zone=pine", width=width)
        box = opened.page.locator("#scroll")
        assert box.evaluate("node => node.scrollWidth <= node.clientWidth"), width


def test_search_finds_zones_and_crops(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=pine&lang=vi")
    for asked in ("hoi", "Hồi", "anise", "vùng hồi"):
        opened.page.fill("#search", asked)
        assert opened.texts("#found .name")[0] == "Hồi", asked
    opened.page.press("#search", "Enter")
    assert "zone=anise" in opened.page.evaluate("location.hash")


def test_settings_of_a_view_are_copied_and_pasted(opener: Opener, content: MapContent) -> None:
    code = content.communes["commune_code"].iloc[1]
    opened = opener(content, f"#zone=anise&measure=share&commune={code}&lang=en")
    assert opened.text("#copy") == "Copy settings"
    copied = "navigator.clipboard.writeText = async (text) => { window.copied = text; }"
    opened.page.evaluate(copied)
    opened.page.click("#copy")
    settings = opened.page.evaluate("window.copied")
    assert settings.startswith("#zone=anise")
    assert "file" not in settings
    other = opener(content, "#zone=pine&lang=en")
    other.page.fill("#search", f"map.html{settings}")
    assert other.page.evaluate("location.hash") == settings
    assert other.page.input_value("#search") == ""


def test_marks_lists_and_gaps_are_explained(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=pine&measure=gap&lang=vi")
    assert "có trong danh sách của kế hoạch" in opened.text("#table-help")
    assert "Bằng số kế hoạch khi không có" in opened.text("#legend")
    assert re.search("Danh sách (mở|cố định): ", opened.text("#headline"))


def test_forest_cover_has_years_and_a_chart(opener: Opener, content: MapContent) -> None:
    coming = with_cover_path(content)
    assert coming.forest_cover is not None
    opened = opener(coming, "#measure=cover")
    assert opened.text("#year-shown") == "2025"
    today = [opened.fill(row) for row in range(65)]
    opened.page.focus("#year")
    for _ in range(5):
        opened.page.keyboard.press("ArrowRight")
    assert opened.text("#year-shown") == "2030"
    assert [opened.fill(row) for row in range(65)] != today
    rates = coming.forest_cover["cover_percent"]
    last = format_number(float(rates.iloc[-1]) + 2.5, "vi", decimals=2)
    assert f"Toàn tỉnh {last} %" in opened.text("#headline")
    assert "dự báo năm 2030" in opened.text("#headline")
    assert opened.texts("#table thead th.now")[0].startswith("% che phủ 2030")
    most = format_number(float(rates.iloc[:-1].max()) + 2.5, "vi", decimals=2)
    assert opened.texts("#table tbody td.now")[0] == most
    assert "Toàn tỉnh" in opened.text("#path-title")
    assert opened.page.locator("#path .goal").count() == 1
    assert "year=2030" in opened.page.url
    OUT.mkdir(exist_ok=True)
    opened.page.screenshot(path=OUT / "map-cover-years.png")


@pytest.mark.parametrize(
    ("off", "origin", "named", "also"),
    [
        (0.0, "points", "khoảng tin cậy", ""),
        (9.0, "points", "theo điểm kiểm tra", ""),
        (0.0, "boundaries", "khoảng tin cậy", ", chỉ tính sai số khoanh vẽ"),
    ],
)
def test_the_interval_of_the_rate_stands_beside_it(
    opener: Opener, content: MapContent, off: float, origin: str, named: str, also: str
) -> None:
    made = with_cover_path(content)
    assert made.forest_cover is not None
    rate = float(made.forest_cover["cover_percent"].iloc[-1])
    ends = (rate - off - 5, rate - off + 5)
    judged = made.targets.assign(low_interval=ends[0], high_interval=ends[1], interval_from=origin)
    whole = replace(made, targets=judged)
    opened = opener(whole, "#measure=cover")
    written = "–".join(format_number(end, "vi", decimals=2) for end in ends)
    assert f"% ({named} {written} %{also})" in opened.text("#headline")
    # A year to come has the band of the forecast, and no interval of today.
    assert named not in opener(whole, "#measure=cover&year=2029").text("#headline")


def test_the_chart_follows_the_commune_and_goes_with_the_measure(
    opener: Opener, content: MapContent
) -> None:
    opened = opener(
        with_cover_path(content), f"#measure=cover&year=2028&commune={LOC_BINH}&lang=en"
    )
    assert "Lộc Bình" in opened.text("#path-title")
    assert opened.page.locator("#path .goal").count() == 0
    assert "2028" in str(opened.page.get_attribute("#path svg", "aria-label"))
    opened.choose("#measures", "planned")
    assert opened.page.locator("#path").is_hidden()
    assert opened.text("#year-shown") == "All years"
    opened.choose("#measures", "cover")
    assert opened.text("#year-shown") == "2025"


def test_the_chart_breaks_no_rule_of_access(opener: Opener, content: MapContent) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    opened = opener(with_cover_path(content), "#measure=cover&year=2029")
    # The policy of the page lets no script in; the test's own comes in through the debugger.
    session = opened.page.context.new_cdp_session(opened.page)
    text = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
    session.send("Runtime.evaluate", {"expression": text})
    asked = {"expression": "axe.run()", "awaitPromise": True, "returnByValue": True}
    found = session.send("Runtime.evaluate", asked)["result"]["value"]["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


@pytest.fixture(scope="module")
def unsure_content() -> MapContent:
    return with_intervals(province_content())


def test_communes_whose_figure_is_not_sure_are_hatched_and_say_why(
    opener: Opener, unsure_content: MapContent
) -> None:
    frame = unsure_content.zone_communes
    row = frame[frame["unsure"] != ""].iloc[0]
    opened = opener(unsure_content, f"#zone=pine&measure=present&commune={row['commune_code']}")
    hatched = opened.page.locator("path.is-unsure")
    assert hatched.count() == 1
    assert hatched.get_attribute("fill") == "url(#unsure)"
    legend = opened.text("#legend li.unsure")
    assert "rộng hơn ± 10 %" in legend
    assert legend.endswith("(1)")
    ends = "–".join(
        format_number(row[end], "vi", decimals=1) for end in ("low_interval_ha", "high_interval_ha")
    )
    assert f"Khoảng tin cậy: {ends}" in opened.text("#card tr[data-zone='pine']")
    code = row["commune_code"]
    place = list(unsure_content.communes.sort_values("commune_code")["commune_code"]).index(code)
    opened.page.locator("path.commune").nth(place).hover()
    opened.page.locator(".leaflet-tooltip").wait_for()
    tip = opened.text(".leaflet-tooltip")
    assert f"Khoảng tin cậy: {ends} ha" in tip
    assert "Chỉ tiêu của xã: chưa kết luận được" in tip
    assert "điểm của xã chiếm 12 %" in tip


def test_a_figure_that_points_do_not_bear_out_is_not_told_as_the_middle_of_its_interval(
    opener: Opener, unsure_content: MapContent
) -> None:
    frame = unsure_content.zone_communes
    told = frame["own_weight_ratio"].notna() & frame["zone"].eq("pine")
    row = frame[told].iloc[0]
    ends = [0.6 * row["present_ha"], 0.9 * row["present_ha"]]
    beside = frame.assign(
        low_interval_ha=frame["low_interval_ha"].mask(told, ends[0]),
        high_interval_ha=frame["high_interval_ha"].mask(told, ends[1]),
    )
    other = frame[frame["zone"].eq("pine") & frame["low_interval_ha"].notna() & ~told].iloc[0]
    changed = replace(unsure_content, zone_communes=beside)
    opened = opener(changed, f"#zone=pine&measure=present&commune={row['commune_code']}")
    written = "–".join(format_number(end, "vi", decimals=1) for end in ends)
    said = f"theo điểm kiểm tra: {written} ha; số liệu trên bản đồ nằm ngoài khoảng này"
    assert said in opened.text("#card tr[data-zone='pine']")
    opened = opener(changed, f"#zone=pine&measure=present&commune={other['commune_code']}")
    assert "theo điểm kiểm tra" not in opened.text("#card tr[data-zone='pine']")


def test_the_hatch_goes_with_the_measure_the_zone_and_the_switch(
    opener: Opener, unsure_content: MapContent
) -> None:
    opened = opener(unsure_content, "#zone=pine&measure=held")
    hatched, legend = opened.page.locator("path.is-unsure"), opened.page.locator("li.unsure")
    assert (hatched.count(), legend.count()) == (1, 1)
    # What is planned has no interval: it is decided, not measured.
    opened.choose("#measures", "planned")
    assert (hatched.count(), legend.count()) == (0, 0)
    opened.choose("#measures", "present")
    assert hatched.is_visible()
    opened.page.click("#layers summary")
    opened.page.uncheck("[data-layer='unsure']")
    assert not hatched.is_visible()
    opened.choose("#chart", "anise")
    assert (hatched.count(), legend.count()) == (0, 0)


def test_without_intervals_nothing_speaks_of_them(opener: Opener, content: MapContent) -> None:
    opened = opener(content, "#zone=pine&measure=present")
    assert opened.page.locator("path.is-unsure, li.unsure, [data-layer='unsure']").count() == 0
    assert "Khoảng tin cậy" not in opened.text("main")


@pytest.fixture(scope="module")
def followed() -> MapContent:
    return with_progress(province_content())


def test_reported_and_measured_are_chosen_by_keyboard(opener: Opener, followed: MapContent) -> None:
    opened = opener(followed, "#zone=pine")
    assert opened.page.locator("#tellers").is_visible()
    assert "đo trên bản đồ 2025" in opened.text("#legend")
    measured = opened.text("#table tbody tr:first-child td.now")
    opened.page.focus("#tellers input[value='layer']")
    opened.page.keyboard.press("ArrowRight")
    assert "theo báo cáo 2028" in opened.text("#legend")
    assert "theo báo cáo 2028" in opened.text("#headline")
    assert "(65/65 xã có số liệu)" in opened.text("#headline")
    assert opened.text("#table th.now").startswith("Báo cáo 2028 (ha)")
    assert opened.text("#table tbody tr:first-child td.now") != measured
    # Focus stays where the reader is, and the year is his as well.
    assert opened.page.evaluate("document.activeElement.value") == "report"
    opened.page.focus("#year")
    opened.page.keyboard.press("ArrowLeft")
    assert "theo báo cáo 2026" in opened.text("#legend")
    assert opened.text("#year-shown") == "2026"
    fragment = str(opened.page.evaluate("location.hash"))
    assert "told=report" in fragment
    assert "year=2026" in fragment
    again = opener(followed, fragment)
    assert "theo báo cáo 2026" in again.text("#legend")
    assert again.page.is_checked("#tellers input[value='report']")


def test_who_did_not_report_is_no_zero_on_the_map(opener: Opener, followed: MapContent) -> None:
    opened = opener(followed, "#zone=pine&told=report&year=2026")
    assert opened.fill(0) == "url(#hatch)"
    assert "Không có số liệu (1)" in opened.text("#legend")
    assert "(64/65 xã có số liệu)" in opened.text("#headline")
    opened.page.evaluate("location.hash = '#zone=pine&told=layer&year=2020'")
    opened.page.wait_for_function("document.getElementById('year-shown').value === '2020'")
    assert opened.fill(0) != "url(#hatch)"


def test_the_chart_leaves_missing_years_open(opener: Opener, followed: MapContent) -> None:
    opened = opener(followed, "#zone=pine")
    chart = opened.page.locator(".progress-chart")
    label = str(chart.get_attribute("aria-label"))
    assert [part.split(":")[0] for part in label.split("; ")] == [
        "đo trên bản đồ 2020",
        "đo trên bản đồ 2025",
        "theo báo cáo 2026",
        "theo báo cáo 2028",
    ]
    assert chart.locator(".mark").count() == 4
    assert chart.locator(".mark.part").count() == 1
    # No two of these years follow each other with all communes told: nothing is joined.
    assert chart.locator(".join").count() == 0
    assert "không tính là 0" in opened.text("#path")
    opened.page.click("[data-language='en']")
    assert "as reported 2028" in str(chart.get_attribute("aria-label"))
    opened.page.click(f"[data-focus='row-{followed.communes['commune_code'].iloc[0]}']")
    # The first commune did not report in 2026.
    assert chart.locator(".mark").count() == 3


def test_the_table_to_download_names_who_told_and_when(
    opener: Opener, followed: MapContent, tmp_path: Path
) -> None:
    opened = opener(followed, "#zone=pine&told=report&year=2028")
    with opened.page.expect_download() as waiting:
        opened.page.click("#download")
    path = tmp_path / "bảng.csv"
    waiting.value.save_as(path)
    table = pd.read_csv(path, dtype={"commune_code": str}).set_index("commune_code")
    there = present(followed, "pine").fillna(0) + 10
    assert "present_ha" not in table
    np.testing.assert_allclose(table["reported_ha_2028"].reindex(there.index), there, atol=1e-3)


def test_a_zone_with_one_figure_has_nothing_to_choose(opener: Opener, followed: MapContent) -> None:
    opened = opener(followed, "#zone=anise&told=report&year=2026")
    for part in ("#tellers", "#years", "#path"):
        assert not opened.page.locator(part).is_visible()
    assert "theo báo cáo" not in opened.text("#legend")
    opened.choose("#chart", "pine")
    assert "theo báo cáo 2026" in opened.text("#legend")


def test_the_province_stays_whole_where_a_legend_takes_room(
    opener: Opener, content: MapContent
) -> None:
    west, south, east, north = content.communes.to_crs(4326).total_bounds
    shape = box(west, south, east, north)
    plots = gpd.GeoDataFrame({"class": [1]}, geometry=[shape], crs=4326)
    page = opener(replace(content, plot_outlines=coloured(plots)), height=800).page
    assert page.locator("path.commune").count() == len(content.communes)
    page.wait_for_function(_WHOLE)
    page.evaluate("document.getElementById('layers').open = true")
    page.check("#layer-list input[data-layer='plots']")
    page.wait_for_selector(".plots-legend")
    page.wait_for_function(_WHOLE)
    # Who has looked closer is left where he is.
    page.click(".leaflet-control-zoom-in")
    page.wait_for_function(f"() => !({_WHOLE})()")


#: Whether every commune stands inside the frame of the map.
_WHOLE = """() => {
  const frame = document.getElementById("map").getBoundingClientRect();
  const inside = (path) => {
    const box = path.getBoundingClientRect();
    return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
  };
  return [...document.querySelectorAll("path.commune")].every(inside);
}"""


def test_forest_plots_have_two_legends_which_the_address_remembers(
    opener: Opener, content: MapContent
) -> None:
    west, south, east, north = content.communes.to_crs(4326).total_bounds
    middle = (west + east) / 2
    shapes = [box(west, south, middle, north), box(middle, south, east, north)]
    plots = gpd.GeoDataFrame({"class": [1, 2]}, geometry=shapes, crs=4326)
    shown = replace(content, plot_outlines=coloured(plots))
    opened = opener(shown)
    page = opened.page
    assert page.locator("img.plots").count() == 0
    page.evaluate("document.getElementById('layers').open = true")
    page.check("#layer-list input[data-layer='plots']")
    page.wait_for_selector("img.plots")
    first = page.get_attribute("img.plots", "src")
    assert opened.texts(".plots-legend li span") == ["Một", "Hai"]
    assert "plots=safe" in page.url
    opened.choose(".plots-legend", "law")
    page.wait_for_function("src => document.querySelector('img.plots').src !== src", arg=first)
    assert "plots=law" in page.url
    # Both are pictures that the browser reads; the second is green on its left side.
    told = page.evaluate(
        """async () => {
          const image = new Image();
          image.src = document.querySelector("img.plots").src;
          await image.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.width, image.height];
          const pen = canvas.getContext("2d");
          pen.drawImage(image, 0, 0);
          return [...pen.getImageData(5, 5, 1, 1).data];
        }"""
    )
    assert told == [0, 208, 0, 255]
    # The address opens the same view; English names are there; the switch takes it away.
    again = opener(shown, "#plots=law&lang=en")
    again.page.wait_for_selector("img.plots")
    assert again.texts(".plots-legend li span") == ["A", "B"]
    assert again.page.is_checked(".plots-legend input[value='law']")
    again.page.evaluate("document.getElementById('layers').open = true")
    again.page.uncheck("#layer-list input[data-layer='plots']")
    again.page.wait_for_selector("img.plots", state="detached")
    assert "plots=" not in again.page.url
    assert again.page.locator(".plots-legend").count() == 0
