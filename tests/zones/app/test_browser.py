"""The desk in a real browser: every room, in both languages, at three sizes, as a planner does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from tests.zones.app.conftest import Live, serve
from tests.zones.app.office import YEAR_OF_PINE, make_office
from zones.app.session import Session, remember_project
from zones.app.worker import Worker
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import ALLOCATION_TARGETS

pytestmark = pytest.mark.browser
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Boxes within a line whose padding lies over the lines above and below
OVER_LINES = """found => found.filter(it => {
  const style = getComputedStyle(it);
  return style.display === "inline" && parseFloat(style.paddingTop) > 3;
}).map(it => it.outerHTML.slice(0, 120))"""
#: What the room of the files asks for waits until the test lets it go.
HOLD_FILES = """() => {
  const send = window.fetch;
  window.held = [];
  window.fetch = (path, asked) =>
    path === "/do/files/state"
      ? new Promise((go) => window.held.push(() => go(send(path, asked))))
      : send(path, asked);
}"""
SIZES = {"desk": (1440, 900), "small": (1024, 768), "phone": (390, 844)}


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


@pytest.fixture(scope="module")
def folder(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project whose title and communes try to be scripts."""
    folder = Path(shutil.copytree(measured, tmp_path_factory.mktemp("bàn") / "dự án"))
    file = folder / "project.yaml"
    lines = file.read_text("utf-8").splitlines()
    titled = ["title: '<img src=x onerror=alert(1)> Tỉnh'" if it.startswith("title:") else it
              for it in lines]  # fmt: skip
    file.write_text("\n".join(titled) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Live]:
    """A server on that project."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder.parent))
        yield from serve(Session(project=folder / "project.yaml").with_root(folder))


@dataclass
class Sat:
    """A page of the desk, what it asked for and what it complained about."""

    page: Any
    live: Live
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unanswered: bool = False  # Whether the browser may say that a question was not answered

    def go(self, room: str) -> None:
        self.page.click(f"[data-room={room}]")
        self.page.wait_for_selector(f".room-{room} h1", state="attached", timeout=240_000)
        self.page.wait_for_selector("body:not([data-busy])", timeout=240_000)

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector)).replace("\u00a0", " ")

    def edit(self, key: str, text: str) -> None:
        self.page.locator(f"[data-key='{key}']").fill(text)
        self.page.locator(f"[data-key='{key}']").press("Tab")

    def planned(self, times: int) -> None:
        self.page.wait_for_selector(f'body[data-planned="{times}"]', timeout=240_000)

    def axe(self) -> None:
        """No violation that axe-core knows, on the page as it is."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        text = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
        session = self.page.context.new_cdp_session(self.page)  # as tools do: not a page's script
        session.send("Runtime.evaluate", {"expression": text})
        asked = {"expression": "axe.run()", "awaitPromise": True, "returnByValue": True}
        found = session.send("Runtime.evaluate", asked)["result"]["value"]
        told = [
            (item["id"], [node["html"][:120] for node in item["nodes"][:3]])
            for item in found["violations"]
        ]
        assert told == []

    def fits(self) -> None:
        """Nothing is wider than the screen, once it is drawn for its size."""
        for _ in range(200):
            wide = self.page.locator("html").evaluate("it => it.scrollWidth - it.clientWidth")
            if wide <= 1:
                return
            self.page.wait_for_timeout(150)
        assert wide <= 1, self.page.locator(".room-link[aria-current]").inner_text()


@pytest.fixture
def sat(browser: Any, server: Live) -> Iterator[Any]:
    """Sit down with a screen and a language."""
    contexts, seen = [], []

    def sit_down(size: str = "desk", language: str = "vi") -> Sat:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height})
        context.add_init_script(f"localStorage.setItem('zones-language', '{language}')")
        contexts.append(context)
        here = Sat(context.new_page(), server)
        seen.append(here)
        here.page.on("request", lambda request: here.requests.append(request.url))
        here.page.on("pageerror", lambda error: here.faults.append(str(error)))
        here.page.on("dialog", lambda dialog: here.faults.append(dialog.message))
        here.page.on("console", lambda line: here.faults.append(line.text))
        here.page.goto(f"http://127.0.0.1:{server.port}/#token={server.token}")
        here.planned(1)
        return here

    yield sit_down
    inside = (f"http://127.0.0.1:{server.port}/", "data:", "blob:")
    for here in seen:
        assert [url for url in here.requests if not url.startswith(inside)] == []
        told = [line for line in here.faults if not (here.unanswered and "503 (" in line)]
        assert told == []
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_room_stands(language: str, sat: Any) -> None:
    here = sat("desk", language)
    assert here.page.url == f"http://127.0.0.1:{here.live.port}/"  # the key is out of sight
    for room in [it.get_attribute("data-room") for it in here.page.locator(".room-link").all()]:
        here.go(room)
        for width, height in SIZES.values():
            here.page.set_viewport_size({"width": width, "height": height})
            here.fits()
        assert here.page.locator("#room :is(span, b, small, a)").evaluate_all(OVER_LINES) == []
        here.axe()
        assert "undefined" not in here.text("body")
        assert "NaN" not in here.text("body")


def test_a_target_is_edited_taken_back_and_saved(sat: Any, folder: Path) -> None:
    here = sat()
    assert here.text("#bar-title").startswith("<img src=x")
    assert "còn thiếu Bản đồ hiện trạng sử dụng đất" in here.text("[data-no-map=custard_apple]")
    zone = here.page.locator(".zone-head", has_text="Thông").first
    zone.click()
    low = here.page.locator("[data-key='low.pine']")
    before = low.input_value()
    here.edit("low.pine", "45")
    here.planned(2)
    assert "Thông: mức tối thiểu 45 ha (kế hoạch: " in here.text("#moved")
    assert here.page.locator("#moved-table tbody tr").count() > 0
    here.page.click("#undo")
    here.planned(3)
    assert here.page.locator("[data-key='low.pine']").input_value() == before
    here.page.click("#redo")
    here.planned(4)
    here.page.reload()
    here.page.wait_for_selector("#moved-table", timeout=240_000)  # edits outlive the page
    here.page.wait_for_selector("#undo:enabled")  # and so does the way back
    here.page.click("#save")
    here.page.wait_for_selector("#save:disabled")
    assert load_project(folder / "project.yaml").allocation.changes == ("low.pine=45",)
    here.page.locator("#moved .edit-lines .close").click()
    here.page.wait_for_selector("#save:enabled")
    here.page.click("#save")
    here.page.wait_for_selector("#save:disabled")
    assert load_project(folder / "project.yaml").allocation.changes == ()


def test_saved_changes_of_a_zone_that_is_not_there_are_taken_out(
    sat: Any, project: Path, browser: Any
) -> None:
    text = project.read_text("utf-8")
    project.write_text(text + "allocation:\n  changes: [low.rubber=140000]\n", "utf-8")
    for live in serve(Session(project=project).with_root(project.parent)):
        here = Sat(browser.new_page(), live)
        here.page.add_init_script("localStorage.setItem('zones-language', 'vi')")
        here.page.goto(f"http://127.0.0.1:{live.port}/#token={live.token}")
        here.page.wait_for_selector("body:not([data-busy])", timeout=240_000)
        here.go("print")
        here.page.wait_for_selector("#changes-left")
        _signs_with_a_title(here, project)
        here.go("targets")
        assert "Cao su: mức dưới" in here.text("#changes-left")
        here.page.click("#leave-changes")
        here.page.wait_for_selector("#changes-left", state="detached", timeout=240_000)
        assert load_project(project).allocation.changes == ()
        here.page.wait_for_selector("body:not([data-busy])", timeout=240_000)
        project.write_text("layers:\n  crs: EPSG:9215\n", "utf-8")
        here.go("files")
        here.page.wait_for_selector("#faulty-text", timeout=240_000)
        here.page.close()


def _signs_with_a_title(here: Sat, project: Path) -> None:
    """A name alone is not sent; a form that was half filled hides nothing of a newer project."""
    page, text = here.page, project.read_text("utf-8")
    assert "Cũng là tên của dự án" in here.text("#heading-form")
    page.fill("#heading-signed-by", "Lê Văn A")
    page.click("#heading-put")
    assert page.locator("#heading-signed-as:invalid").count() == 1
    assert project.read_text("utf-8") == text
    project.write_text(text.replace("title: Thử nghiệm", "title: Tên mới"), "utf-8")
    here.go("start")
    here.go("print")
    page.wait_for_selector("#heading-title")
    told = [page.input_value(f"#heading-{it}") for it in ("title", "signed-by", "number")]
    assert told == ["Tên mới", "Lê Văn A", "I"]
    page.fill("#heading-signed-as", "CHỦ TỊCH")
    page.click("#heading-put")
    page.wait_for_function("() => document.getElementById('heading-told').textContent")
    written = load_project(project)
    assert written.annex.signature is not None
    assert (written.title, written.annex.signature.name) == ("Tên mới", "Lê Văn A")
    assert "number" not in project.read_text("utf-8")


def test_a_room_that_is_left_before_it_stands_takes_no_others_place(sat: Any) -> None:
    here = sat()
    here.page.evaluate(HOLD_FILES)
    here.page.click("[data-room='files']")
    while not here.page.evaluate("window.held.length"):
        here.page.wait_for_timeout(50)
    here.page.click("[data-room='scenarios']")
    here.page.wait_for_selector(".room-scenarios h1")
    before = here.text("#room h1")
    here.page.evaluate("window.held.forEach((go) => go())")
    here.page.wait_for_selector("body:not([data-busy])", timeout=240_000)
    here.page.wait_for_timeout(300)
    assert here.text("#room h1") == before


def test_the_layer_of_a_crop_is_chosen_and_taken_back(sat: Any, folder: Path) -> None:
    here = sat()
    file = folder / "project.yaml"
    before = file.read_text("utf-8")
    here.go("files")
    held = here.page.locator("#present-crop optgroup").first
    assert "Na · fruit" in held.locator("option").all_inner_texts()
    here.page.select_option("#present-crop", "custard_apple")
    here.page.select_option("#present-layer", "fruit")
    here.page.click("#present-put")
    taken_out = here.page.locator("[data-present='custard_apple'] button")
    taken_out.wait_for()
    assert load_project(file).present == {"custard_apple": "fruit"}
    taken_out.click()
    taken_out.wait_for(state="detached")
    assert file.read_text("utf-8") == before


def test_a_lever_is_moved_put_back_and_kept(sat: Any, folder: Path) -> None:
    project = folder / "project.yaml"
    before = project.read_bytes()
    here = sat()
    here.go("cover")
    slider = here.page.locator("[data-lever=survival]")
    slider.focus()
    here.page.keyboard.press("End")
    here.page.wait_for_selector("#moved-cover", timeout=240_000)
    assert "survival=1" in here.text("#levers")
    here.page.click("#levers-reset")
    here.page.wait_for_selector("#moved-cover", state="detached", timeout=240_000)
    assert slider.input_value() == "0.95"
    assert here.page.is_disabled("#levers-save")
    slider.press("End")
    here.page.wait_for_selector("#moved-cover", timeout=240_000)
    here.page.click("#levers-save")
    here.page.wait_for_selector("#moved-cover", state="detached", timeout=240_000)
    assert slider.input_value() == "1"
    assert load_project(project).trajectory.survival.likely == 1
    project.write_bytes(before)


def test_the_keyboard_alone_edits(sat: Any) -> None:
    here = sat()
    page = here.page
    page.locator(".zone-head", has_text="Thông").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-key='low.pine']")
    for _ in range(30):
        if page.evaluate_handle("document.activeElement").get_attribute("data-key") == "low.pine":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("45,5")
    page.keyboard.press("Enter")
    here.planned(2)
    assert "45,5 ha" in here.text("#moved")


@pytest.mark.parametrize("order", ["edit after", "edit before", "stopped by the reader"])
def test_the_page_outlives_its_worker(order: str, sat: Any, server: Live) -> None:
    here = sat()
    here.unanswered = True
    here.page.locator(".zone-head", has_text="Thông").first.click()
    if order == "edit after":
        server.worker.stop()
        here.edit("low.pine", "44")
    else:
        _edit_without_answer(here)
        if order == "edit before":
            os.kill(server.worker.pid or 0, signal.SIGKILL)
        else:
            here.page.click("#work-stop")
            here.page.wait_for_selector("#plan-again")
            assert here.page.locator("#moved-table").count() == 0  # what is old is not shown
            here.page.click("#plan-again")
    here.page.wait_for_selector("#moved-table", timeout=240_000)
    assert "44 ha" in here.text("#moved")
    assert here.page.locator("body[data-stale]").count() == 0


def _start(*file: Path) -> tuple[subprocess.Popen[str], str]:
    """A desk as a user starts it, with a project or alone, and its address."""
    command = [sys.executable, "-u", "-m", "zones", "app", *map(str, file), "--no-browser"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    address = next(re.findall(r"http://\S+", line) for line in running.stdout if "http://" in line)
    return running, address[0]


def _kill(running: subprocess.Popen[str]) -> None:
    running.kill()
    running.communicate()


def test_the_page_outlives_its_server_which_goes_on_with_the_last_project(
    browser: Any, project: Path, measured: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(measured, tmp_path / "khác")) / "project.yaml"
    for file in (other, project):
        remember_project(file)
    running, address = _start()
    context = browser.new_context()
    try:
        port, _, token = address.rpartition(":")[2].partition("/#token=")
        here = Sat(context.new_page(), Live(int(port), token, Worker(Session())))
        here.page.goto(address)
        here.planned(1)  # the one that was open last, and not the demo
        here.page.locator(".zone-head", has_text="Thông").first.click()
        here.edit("low.pine", "43")
        here.planned(2)
        _kill(running)
        here.page.wait_for_selector("#lost:not([hidden])")  # it says so
        here.edit("low.pine", "44")
        remember_project(other)  # meanwhile another one was open
        running, again = _start()
        assert again == address
        here.page.wait_for_selector("#lost", state="hidden", timeout=240_000)
        here.go("files")
        assert here.text("#room .file-path >> nth=0") == str(project)
        here.go("targets")
        here.page.wait_for_selector("#moved-table", timeout=240_000)
        assert "44 ha" in here.text("#moved")
        # Another page opens another project before this one is back: that is asked for nothing
        context.set_offline(True)
        _kill(running)
        here.page.wait_for_selector("#lost:not([hidden])")
        running, _ = _start()
        assert here.live.ask("start", "open", path=str(other))[0] == 200
        context.set_offline(False)
        here.page.click("#save")
        here.page.wait_for_selector("#fault:not([hidden])", timeout=240_000)
        assert "dự án khác" in here.text("#fault")
        here.page.wait_for_selector("#save:disabled", timeout=240_000)
        assert "44 ha" not in here.text("#moved")
        assert load_project(other).allocation.changes == ()
    finally:
        context.close()
        _kill(running)


def test_a_page_whose_project_opens_no_more_opens_another(
    browser: Any, project: Path, measured: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(measured, tmp_path / "khác")) / "project.yaml"
    remember_project(project)
    running, address = _start()
    context = browser.new_context()
    try:
        port, _, token = address.rpartition(":")[2].partition("/#token=")
        here = Sat(context.new_page(), Live(int(port), token, Worker(Session())))
        here.page.goto(address)
        here.planned(1)
        _kill(running)
        here.page.wait_for_selector("#lost:not([hidden])")
        project.rename(project.with_name("tên mới.yaml"))
        running, again = _start()
        assert again == address
        here.page.wait_for_selector(".room-start h1")
        here.page.wait_for_selector(f"#fault:has-text('{project}')")
        here.page.fill("#open-path", str(other))
        here.page.locator("form:has(#open-path) button").click()
        here.page.wait_for_selector(".room-targets h1", state="attached", timeout=240_000)
        assert here.page.locator("#fault").is_hidden()
        here.go("files")
        assert here.text("#room .file-path >> nth=0") == str(other)
    finally:
        context.close()
        _kill(running)


def _edit_without_answer(here: Sat) -> None:
    """Edit a target while the worker stands still."""
    pid = here.live.worker.pid or 0
    os.kill(pid, signal.SIGSTOP)
    try:
        with here.page.expect_request("**/do/targets/plan"):
            here.edit("low.pine", "44")
    except BaseException:
        os.kill(pid, signal.SIGKILL)  # or whoever asks next waits for ever
        raise


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Live]:
    """A desk at which nothing is open."""
    yield from serve(Session())


def test_from_an_empty_folder_to_a_printed_annex(browser: Any, empty: Live, tmp_path: Path) -> None:
    office, home = make_office(tmp_path / "từ các sở"), tmp_path / "kế hoạch"
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    here = Sat(context.new_page(), empty)
    page = here.page
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: here.faults.append(str(error)))
    page.goto(f"http://127.0.0.1:{empty.port}/#token={empty.token}")
    page.fill("#new-path", str(home))
    page.locator("form:has(#new-path) button").click()
    page.fill("#other-folder", str(office))
    page.locator("form:has(#other-folder) button").click()
    page.wait_for_selector("[data-file='rung.shp']")
    _take_in_files(here)
    here.go("check")
    here.go("targets")
    here.planned(1)
    plots = gpd.read_file(office / "rung.shp")
    pine = plots.loc[plots["NAMTR"] == YEAR_OF_PINE, "DTICH"].sum()
    assert here.text("[data-zone=pine] .zone-figures").startswith(_written(pine))
    if page.get_attribute("[data-zone=pine]", "aria-expanded") == "false":
        page.click("[data-zone=pine]")
    here.edit("low.pine", "18.000")
    page.wait_for_selector("#moved-table", timeout=240_000)
    page.click("#save")
    page.wait_for_selector("#save:disabled")
    here.go("scenarios")
    page.fill("#scenario-name", "Ít thông")
    page.click("#scenario-save")
    row = page.locator(".figures-table tbody tr", has_text="Thông").first
    page.wait_for_selector(".scenario", timeout=240_000)
    compared = str(row.inner_text()).split("\t")
    page.fill("#scenario-name", "Thử")
    page.click("#scenario-save")
    page.wait_for_selector("[data-focus='remove-thu.yaml']", timeout=240_000)
    page.click("[data-focus='remove-thu.yaml']")
    assert "thu.yaml" in here.text("[data-focus='remove-thu.yaml']")
    here.axe()
    page.click("[data-focus='remove-thu.yaml']")
    page.wait_for_selector("[data-focus='remove-thu.yaml']", state="detached", timeout=240_000)
    assert [path.name for path in home.glob("thu*")] == []
    here.go("print")
    page.click("#make")
    page.click("#verify", timeout=240_000)
    page.wait_for_selector("#files-made .good", timeout=240_000)
    context.close()
    assert here.faults == []
    _runs_give_it_again(home, tmp_path / "again", compared)


def _take_in_files(here: Sat) -> None:
    """Three files and a plan, each confirmed as a planner would."""
    page = here.page
    shown = page.locator("[data-file]").all_inner_texts()
    assert sorted(shown) == ["Kế hoạch 45.docx", "cay an qua.xlsx", "ranh_gioi.shp", "rung.shp"]
    page.click("[data-file='ranh_gioi.shp']")
    page.wait_for_selector("#file-form")
    chosen = [page.input_value(f"[data-field={name}]") for name in ("code", "name")]
    assert chosen == ["MA_DVHC", "TEN_DVHC"]
    assert "Đoàn Kết" in here.text("#file-form")  # the letters of TCVN3
    assert page.locator("#layer-crs option").nth(1).get_attribute("value") == "EPSG:9215"
    here.axe()
    page.select_option("#layer-crs", "EPSG:9215")
    page.wait_for_selector("#file-map path")
    page.click("#put")
    for name in ("rung.shp", "cay an qua.xlsx"):
        page.click(f"[data-file='{name}']")
        page.fill("#layer-date", "31/02/2025")
        page.click("#put")
        assert page.locator("#layer-date:invalid").count() == 1  # no such day, and nothing is sent
        page.fill("#layer-date", "31/12/2025")
        for width, height in reversed(SIZES.values()):
            page.set_viewport_size({"width": width, "height": height})
            here.fits()
        page.click("#put")
        page.wait_for_selector("#pick")
    page.click("[data-file='Kế hoạch 45.docx']")
    page.click("#read-plan")
    page.wait_for_selector(".plan-list li:has-text('plan-ke-hoach-45')")
    assert page.locator("[data-plan]").count() == 1  # no plan that nobody asked for
    assert page.locator("#project-fault").count() == 0


def _runs_give_it_again(home: Path, again: Path, compared: list[str]) -> None:
    """The YAML that was left gives every table and the annex to the byte; so does the scenario."""
    options = RunOptions(out=again, only=("annex", "map"))
    run_project(load_project(home / "project.yaml"), options=options)
    made = sorted(file.relative_to(again) for file in again.rglob("*") if file.is_file())
    assert [name for name in made if name.name == "annex.xlsx"]
    unlike = [
        str(name)
        for name in made
        if (home / "out" / name).read_bytes() != (again / name).read_bytes()
    ]
    assert unlike in ([], ["run.json"])  # which tells how long each step took
    options = RunOptions(only=("allocate",), write=False)
    held = run_project(load_project(home / "it-thong.yaml"), options=options)[ALLOCATION_TARGETS]
    pine = held[(held["zone"] == "pine") & (held["commune_code"] == "")].iloc[-1]
    assert _written(pine["end_ha"]) in compared


def _written(hectares: float) -> str:
    """Hectares as the page writes them in Vietnamese, without decimals that say nothing."""
    figure = round(float(hectares), 1)
    text = f"{figure:,.{0 if figure.is_integer() else 1}f}"
    return text.translate(str.maketrans(",.", ".,"))
