"""Blocks of lines in a project file: what is written reads as it was meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zones.project.yaml import parse_document
from zones.project.yaml_blocks import change_block, cut_block, put_block, put_list


@pytest.mark.parametrize("plans", ["plans:\n- x\n# why\n- y\n", "plans: [x,\n  y]\n"])
def test_plans_stand_in_the_order_that_is_asked(plans: str) -> None:
    made = put_list(f"{plans}title: T\n", "plans", ["y", "z: 1"], ["x", "y"])
    read = parse_document(made, Path("project.yaml"))
    assert (read["plans"], read["title"]) == (["y", "z: 1"], "T")


FILE = Path("project.yaml")
#: Ways to write a section that lines alone do not tell.
LAYERS = {
    "nothing": "title: T\n",
    "empty": "layers:\ntitle: T\n",
    "braces": "layers: {}\ntitle: T\n",
    "filled braces": "layers: {a: {path: a.gpkg}}\ntitle: T\n",
    "braces of two lines": "layers: {a: {path: a.gpkg},\n  b: {path: b.gpkg}}\ntitle: T\n",
    "block": "layers:\n  a:\n    path: a.gpkg\n  # of b\n  b:\n    path: b.gpkg\ntitle: T\n",
    "quoted": 'layers:\n  "a":\n    path: a.gpkg\ntitle: T\n',
    "text like a key": 'title: "T\n\n  layers: x"\nlayers:\n  a:\n    path: a.gpkg\n',
    "text of lines": "title: |\n  T\n  layers:\n    a: 1\nlayers:\n  a:\n    path: a.gpkg\n",
    "text that ends late": 'layers:\n  a:\n    path: "a\n  .gpkg"\n    year: 2025\ntitle: T\n',
}


def _read(text: str) -> dict[str, Any]:
    return dict(parse_document(text, FILE))


@pytest.mark.parametrize("text", LAYERS.values(), ids=LAYERS)
def test_a_layer_is_put_in_however_the_section_is_written(text: str) -> None:
    before = _read(text)
    made = _read(put_block(text, "layers", "new", {"path": "n.gpkg"}))
    layers = {**(before.get("layers") or {}), "new": {"path": "n.gpkg"}}
    assert made == {**before, "layers": layers}


@pytest.mark.parametrize("text", LAYERS.values(), ids=LAYERS)
def test_a_layer_is_cut_out_however_the_section_is_written(text: str) -> None:
    before = _read(text)
    made = _read(cut_block(text, "layers", "a"))
    left = {key: it for key, it in (before.get("layers") or {}).items() if key != "a"}
    if "a" in (before.get("layers") or {}):
        assert made == {**before, "layers": left or None}
    else:
        assert made == before


@pytest.mark.parametrize(
    "text", [it for it in LAYERS.values() if "path: a" in it or 'path: "a' in it]
)
def test_a_layer_is_changed_however_the_section_is_written(text: str) -> None:
    before = _read(text)
    keys = ("layers", "a")
    made = _read(change_block(text, FILE, keys, lambda section: section.update(year=2026)))
    assert made["layers"]["a"] == {**before["layers"]["a"], "year": 2026}
    assert {**made, "layers": 0} == {**before, "layers": 0}


def test_comments_stay_where_lines_tell_the_section() -> None:
    text = LAYERS["block"]
    assert "# of b" in put_block(text, "layers", "new", {"path": "n.gpkg"})
    assert "# of b" in cut_block(text, "layers", "a")
