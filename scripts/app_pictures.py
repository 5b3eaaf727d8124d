"""Take the pictures of the desk that stand in the documentation: ``docs/images/app-*.png``.

``PYTHONPATH=. python scripts/app_pictures.py [ROOM ...]``. The demo is made and opened in headless
Chromium, in Vietnamese, as a planner would see it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from zones.demo import build_demo
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
#: Where the pictures say that the project lies, and the year that they are taken in.
HOME, YEAR = "/home/lan/lang-son", "2026"
WIDTH, HEIGHT = 1200, 750
MINUTES = 240_000
PATHS = """([from, to]) => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replaceAll(from, to);
  for (const input of document.querySelectorAll("input"))
    input.value = input.value.replaceAll(from, to);
}"""


def go(page: Any, room: str) -> None:
    """Open a room and wait until its work is done."""
    page.click(f"[data-room={room}]")
    page.wait_for_selector(f".room-{room} h1", state="attached", timeout=MINUTES)
    settle(page)


def settle(page: Any) -> None:
    """Wait until nothing is asked any more."""
    page.wait_for_selector("body:not([data-busy])", timeout=MINUTES)


def files(page: Any) -> int:
    """A file that is looked at beside what the project names."""
    go(page, "files")
    page.click("[data-file='orchards.fgb']")
    page.fill("#layer-date", "2025-12-31")
    page.fill("#layer-source", "Sở Nông nghiệp và Môi trường")
    return 1180


def check(page: Any) -> int:
    """A finding with its plots on the map."""
    go(page, "check")
    page.locator("button.finding").first.click()
    page.wait_for_selector("#check-map path", timeout=MINUTES)
    return HEIGHT


def targets(page: Any) -> int:
    """An edited target, and the communes that moved."""
    go(page, "targets")
    page.click("[data-zone=anise]")
    page.locator("[data-key='low.anise']").fill("60.000")
    page.locator("[data-key='low.anise']").press("Enter")
    page.wait_for_selector("#moved-table", timeout=MINUTES)
    return HEIGHT


def scenarios(page: Any) -> int:
    """The edit as a scenario beside the plan."""
    go(page, "scenarios")
    page.fill("#scenario-name", "Hồi 60.000 ha")
    page.click("#scenario-save")
    page.wait_for_selector(".scenario", timeout=MINUTES)
    page.wait_for_selector("#pair-1", timeout=MINUTES)
    return 1300


def cover(page: Any) -> int:
    """A lever that is moved; the edit of before is taken back."""
    go(page, "targets")
    for line in page.locator("#moved .edit-lines .close").all():
        line.click()
    page.wait_for_selector("#moved-table", state="detached")
    settle(page)
    go(page, "cover")
    page.locator("[data-lever=survival]").focus()
    page.keyboard.press("End")
    page.wait_for_selector("#moved-cover", timeout=MINUTES)
    return HEIGHT


def reports(page: Any) -> int:
    """The forms of a round, made."""
    go(page, "reports")
    page.fill("#report-year", YEAR)
    page.click("#make-forms")
    page.wait_for_selector(".panel .told:not(:empty)", timeout=MINUTES)
    return HEIGHT


def printing(page: Any) -> int:
    """A table of the annex before it is printed."""
    go(page, "print")
    page.wait_for_selector("#preview table", timeout=MINUTES)
    return HEIGHT


#: Pictures in the order in which one leads to the next.
PICTURES: dict[str, Callable[[Any], int]] = {
    "files": files,
    "check": check,
    "targets": targets,
    "scenarios": scenarios,
    "cover": cover,
    "reports": reports,
    "print": printing,
}


def main(rooms: list[str]) -> None:
    """Take the pictures of these rooms, of all by default."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        project = build_demo(Path(folder) / "demo")
        run_project(load_project(project), options=RunOptions(only=("annex", "map")))
        command = [sys.executable, "-u", "-m", "zones", "app", str(project), "--no-browser"]
        settings = {**os.environ, "XDG_CONFIG_HOME": folder}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=settings)  # noqa: S603
        spoken = {**os.environ, "LANGUAGE": "vi"}  # Days are written as the browser speaks
        own = ["--no-sandbox", "--lang=vi"]
        browser = driver.chromium.launch(executable_path=program, args=own, env=spoken)
        try:
            told = map(re.compile(r"http://\S+").search, server.stdout or ())
            address = next(found[0] for found in told if found)
            screen = {"width": WIDTH, "height": HEIGHT}
            page = browser.new_context(viewport=screen, locale="vi-VN").new_page()
            page.goto(address)
            page.wait_for_selector("body[data-planned]", timeout=MINUTES)
            settle(page)
            for room in rooms or PICTURES:
                height = PICTURES[room](page)
                settle(page)
                page.evaluate(PATHS, [str(project.parent), HOME])
                page.set_viewport_size({"width": WIDTH, "height": height})
                page.mouse.move(0, 0)
                picture = IMAGES / f"app-{room}.png"
                page.screenshot(path=str(picture))
                with Image.open(picture) as shot:
                    few = shot.convert("RGB").quantize(255)
                few.save(picture, optimize=True)
                page.set_viewport_size(screen)
        finally:
            browser.close()
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    main(sys.argv[1:])
