"""The words of the desk in both languages, and the names of its styles."""

from __future__ import annotations

import json
import re
from pathlib import Path

from zones.app.question import ROOMS

STATIC = Path(__file__).resolve().parents[3] / "zones" / "app" / "static"
MAP_PAGE = STATIC.parents[2] / "maps" / "interactive" / "templates"
WORDS = json.loads((STATIC / "words.json").read_text("utf-8"))
SCRIPTS = {path: path.read_text("utf-8") for path in STATIC.rglob("*.js")}
SAID = {
    key
    for text in SCRIPTS.values()
    for key in re.findall(r'(?:say|button)\(\s*(?:\w+ \? )?"(\w+)"(?! \+)', text)
}
BEGUN = {key for text in SCRIPTS.values() for key in re.findall(r'say\("(\w+_)" \+', text)}
BEGUN |= {key for text in SCRIPTS.values() for key in re.findall(r"say\(`(\w+_)\$", text)}


def test_both_languages_have_the_same_words_and_gaps() -> None:
    assert set(WORDS["vi"]) == set(WORDS["en"])
    unlike = [
        key
        for key in WORDS["vi"]
        if set(re.findall(r"{\w+}", WORDS["vi"][key]))
        != set(re.findall(r"{\w+}", WORDS["en"][key]))
    ]
    assert unlike == []


def test_every_word_that_is_said_exists() -> None:
    assert len(SAID) > 80
    assert sorted(SAID - set(WORDS["vi"])) == []
    assert [key for key in BEGUN if not any(word.startswith(key) for word in WORDS["vi"])] == []


def test_every_room_has_its_module_and_its_name() -> None:
    shown = re.search(r"const ROOMS = \[(.*?)\]", SCRIPTS[STATIC / "app.js"])
    assert shown is not None
    assert tuple(re.findall(r'"(\w+)"', shown[1])) == ROOMS
    for room in ROOMS:
        assert (STATIC / "rooms" / f"{room}.js") in SCRIPTS
        assert f"room_{room}" in WORDS["en"]


def test_the_shell_has_no_script_style_or_address_of_its_own() -> None:
    text = (STATIC / "index.html").read_text("utf-8")
    assert not re.search(r"<script>|<style|style=|\son\w+=|https?://", text)
    for path, script in SCRIPTS.items():
        found = re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|document\.write", script)
        assert found == [], path.name


def _styled(sheet: Path) -> set[str]:
    """Classes that a style sheet styles wherever they stand."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    heads = re.findall(r"([^{}]+)\{", text)
    return set(re.findall(r"(?:^|,)\s*\.([\w-]+)\s*(?=,|$)", "\n".join(heads), re.MULTILINE))


def test_the_desk_and_the_map_page_name_their_styles_apart() -> None:
    files = [*MAP_PAGE.rglob("*.js"), *MAP_PAGE.rglob("*.html")]
    texts = [file.read_text("utf-8") for file in files]
    used = {
        name
        for text in texts
        for names in re.findall(r'class(?:: |=)"([^"]+)"', text)
        for name in names.split()
    }
    assert {"mark", "swatch"} <= used
    ours, theirs = _styled(STATIC / "app.css"), _styled(MAP_PAGE / "page.css")
    assert {"desk-mark", "file-path"} <= ours
    assert "path" in theirs
    assert ours & (used | theirs) == set()
