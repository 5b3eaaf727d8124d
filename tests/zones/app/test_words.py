"""The words of the desk: both languages have the same, and every one that the page says exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

from zones.app.question import ROOMS

STATIC = Path(__file__).resolve().parents[3] / "zones" / "app" / "static"
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
