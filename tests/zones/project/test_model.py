"""The project file: key, line, expected, found."""

import json
import os
import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from layers import InputError, MissingFileError
from zones.plan.model import Plan, Target
from zones.project.model import Project, load_project
from zones.project.schema_faults import _FORMS, fault_phrase
from zones.run.reuse import part_digests

GOOD = """\
version: 1
title: Thử nghiệm
province: "20"
communes:
  vintage: 2025-07-01
  path: communes.gpkg
  natural_areas: {path: areas.csv}
plans: [lang-son-2026-2030]
layers:
  forest:
    kind: forest_status
    path: forest.gpkg
    date: 2025-12-31
    code_table: 98
  cover:
    kind: raster
    path: cover.tif
    date: 2025-12-31
    classes: {1: tree cover}
present: {pine: forest}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "Dự án vùng trồng"
    home.mkdir()
    for name in ("communes.gpkg", "areas.csv", "forest.gpkg", "cover.tif"):
        (home / name).write_bytes(b"x")
    return home


def write(folder: Path, text: str) -> Path:
    path = folder / "project.yaml"
    path.write_text(text, "utf-8")
    return path


def test_paths_are_relative_to_the_project_file(folder: Path) -> None:
    write(folder, GOOD)
    project = load_project(folder)
    assert project.file == folder / "project.yaml"
    assert project.input_paths()["layer forest"] == folder / "forest.gpkg"
    assert project.thresholds.tolerance_percent == 0
    forest = project.layers["forest"]
    assert forest.kind == "forest_status"
    assert forest.code_table == "98"


def test_edited_symbols_are_an_input_of_the_pages(folder: Path) -> None:
    """Else a run with ``--only`` would keep sheets in the colours of before."""
    (folder / "ký hiệu").mkdir()
    (folder / "ký hiệu" / "land.csv").write_text("symbol", "utf-8")
    write(folder, GOOD + "atlas: {legends: ký hiệu}\n")
    project = load_project(folder)
    path = folder / "ký hiệu" / "land.csv"
    assert project.input_paths()["atlas legend land.csv"] == path
    before, after = (part_digests(project, {"atlas legend land.csv": one}) for one in "ab")
    assert [part for part in after if after[part] != before[part]] == ["atlas"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title:", "titel:", r"line 2, titel: unknown key; did you mean 'title'\?"),
        ("version: 1", "version: 2", r"line 1, version: expected 1, found 2"),
        ("kind: raster", "kind: grid", r"line 15, layers.cover: .*'raster'.*"),
        ("    date: 2025-12-31\n    code", "    code", r"line 10, layers.forest.*date"),
        ("{pine: forest}", "{pine: wald}", r"line 20, present: unknown layer 'wald'"),
        ("{pine: forest}", "{pin: forest}", r"unknown crop 'pin'.*did you mean 'pine'"),
        ('"20"', '"2"', r"line 3, province: .*found '2'"),
        ("Thử nghiệm", "y" * 256, r"line 2, title: expected at most 255 letters"),
        ("Thử nghiệm", '"a\\x0bb"', r"line 2: '\\x0b' is no letter"),
        (
            "present:",
            "thresholds: {tolerance_percent: .nan}\npresent:",
            "a finite number, found nan",
        ),
        (
            "present:",
            "thresholds: {tolerance_percent: 1.250}\npresent:",
            "1.250 can be read in two",
        ),
        ("path: forest.gpkg", "path: " + "y" * 300, r"1 file of the project was not found"),
    ],
)
def test_a_fault_names_key_line_and_what_was_found(
    folder: Path, old: str, new: str, message: str
) -> None:
    path = write(folder, GOOD.replace(old, new))
    with pytest.raises((InputError, MissingFileError), match=message):
        load_project(path)


def test_faults_are_told_in_vietnamese_too(folder: Path) -> None:
    text = GOOD.replace("version: 1", "version: 2").replace("path: areas.csv", "paths: areas.csv")
    with pytest.raises(InputError) as caught:
        load_project(write(folder, text))
    told = caught.value.text("vi")
    assert "dòng 1, version: cần 1, gặp 2" in told
    assert "communes.natural_areas.path: thiếu khóa này" in told
    assert "communes.natural_areas.paths: không có khóa này; có phải 'path'?" in told


def test_every_missing_file_is_named_at_once(folder: Path) -> None:
    (folder / "areas.csv").unlink()
    (folder / "cover.tif").unlink()
    with pytest.raises(MissingFileError, match=r"2 files .*natural_areas: .*; layer cover: "):
        load_project(write(folder, GOOD))
    with pytest.raises(MissingFileError, match=r"none\.yaml"):
        load_project(folder / "none.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
@pytest.mark.parametrize(
    ("old", "name"),
    [
        ("communes.gpkg", "ống.gpkg"),
        ("areas.csv", "ống.csv"),
        ("cover.tif", "ống.tif"),
        ("lang-son-2026-2030", "ống"),
        ("lang-son-2026-2030", "/dev/zero"),
        ("present:", "allocation: {tables: {locks: ống.csv}}\npresent:"),
        ("present:", "allocation: {elevation: ống.tif}\npresent:"),
        ("present:", "planning: {decisions: ống.xlsx}\npresent:"),
        ("present:", "reconcile: {totals: ống.csv}\npresent:"),
    ],
)
def test_a_pipe_or_device_where_a_file_is_meant_is_told_at_once(
    folder: Path, old: str, name: str
) -> None:
    for ending in ("", ".gpkg", ".csv", ".tif", ".xlsx"):
        os.mkfifo(folder / f"ống{ending}")
    with pytest.raises(InputError, match=r"(ống|zero).*: it is a (pipe|device)"):
        load_project(write(folder, GOOD.replace(old, name)))


@pytest.mark.parametrize(
    ("text", "en", "vi"),
    [
        ("- a\n", "found a list.", "gặp một danh sách."),
        ("# trống\n", "found nothing.", "gặp chỗ trống."),
        ("3\n", "found a value alone: 3.", "gặp chỉ một giá trị: 3."),
        (GOOD + "annex:\n", "annex: expected keys and values, found nothing", "gặp chỗ trống"),
        (GOOD + "annex: [{a: [1, ~, true]}]\n", "found [{a: [1, null, true]}]", "gặp [{a: ["),
        (GOOD + "groups: {lists: [2025-01-01]}\n", "found [2025-01-01]", "gặp [2025-01-01]"),
    ],
)
def test_what_was_found_is_said_in_words_of_the_file(
    folder: Path, text: str, en: str, vi: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_project(write(folder, text))
    assert en in caught.value.text("en")
    assert vi in caught.value.text("vi")


def test_tile_hosts_are_https(folder: Path) -> None:
    path = write(folder, GOOD + "map: {tile_hosts: ['http://tiles.example']}\n")
    with pytest.raises(InputError, match=r"map\.tile_hosts: Tile hosts: expected tiles\.example"):
        load_project(path)


@pytest.mark.parametrize(
    "host",
    [
        "tiles.example.org",
        "https://tiles.example.org",
        "https://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/wmts?z={z}&x={x}&y={y}",
    ],
)
def test_every_documented_form_of_a_tile_host_is_read(folder: Path, host: str) -> None:
    path = write(folder, GOOD + f"map: {{tile_hosts: ['{host}']}}\n")
    assert load_project(path).map.tile_hosts == (host,)


def test_tile_address_without_places_is_refused_when_the_project_is_read(folder: Path) -> None:
    path = write(folder, GOOD + "map: {tile_hosts: ['https://tiles.example.org/tiles']}\n")
    with pytest.raises(InputError, match=r"found 1 other entry \('https://tiles"):
        load_project(path)


def test_two_forest_layers_of_one_date_and_a_crop_from_a_raster_are_refused(folder: Path) -> None:
    twice = GOOD.replace(
        "  cover:\n",
        "  north: {kind: forest_status, path: forest.gpkg, date: 2025-12-31}\n  cover:\n",
    )
    with pytest.raises(InputError, match=r"two forest status layers of one date \(forest, north\)"):
        load_project(write(folder, twice))
    raster = GOOD.replace("{pine: forest}", "{pine: cover}")
    with pytest.raises(InputError, match="layer 'cover' has no crops: its kind is raster") as told:
        load_project(write(folder, raster))
    assert "không có cây trồng" in told.value.text("vi")


def test_one_fault_is_told_once(folder: Path) -> None:
    path = write(folder, GOOD.replace("kind: raster", "kind: grid"))
    with pytest.raises(InputError) as told:
        load_project(path)
    assert "present" not in str(told.value)


def test_a_fault_is_named_by_the_key_that_was_written(folder: Path) -> None:
    """No name of a model, no dump of a whole layer, and the kind that was meant."""
    text = GOOD.replace("kind: raster", "kind: rasta").replace(
        "2025-12-31\n    code", "gà\n    code"
    )
    path = write(folder, text.replace("title:", "titel: x\ntitle:"))
    with pytest.raises(InputError) as caught:
        load_project(path)
    told = caught.value.text("en")
    assert "line 14, layers.forest.date: expected a date like 2025-12-31, found 'gà'" in told
    assert "layers.cover: expected kind" in told
    assert "did you mean 'raster'?, found 'rasta'" in told
    assert "titel: unknown key; did you mean 'title'?" in told
    assert "có phải 'raster'?, gặp 'rasta'" in caught.value.text("vi")


def test_a_key_that_was_meant_for_another_place(folder: Path) -> None:
    path = write(folder, GOOD.replace("layers:", "layer:"))
    with pytest.raises(InputError, match=r"line 9, layer: .*did you mean 'layers'\?"):
        load_project(path)


@pytest.mark.parametrize(
    ("text", "en", "vi"),
    [
        ("title: [", r"line \d \('title: \['\): not YAML", "dấu hai chấm"),
        ("a:\n\tb: 2\n", "indent with spaces", "không dùng tab"),
        ("a: 1\na: 2\n", "duplicate key", "mỗi khóa chỉ ghi một lần"),
    ],
)
def test_broken_yaml_is_shown_and_told_in_vietnamese(
    folder: Path, text: str, en: str, vi: str
) -> None:
    with pytest.raises(InputError, match=en) as caught:
        load_project(write(folder, text))
    assert vi in caught.value.text("vi")


def test_a_missing_file_brings_the_nearest_name(folder: Path) -> None:
    path = write(folder, GOOD.replace("path: forest.gpkg", "path: forrest.gpkg"))
    with pytest.raises(MissingFileError, match=r"did you mean forest\.gpkg\?") as caught:
        load_project(path)
    assert "lớp forest" in caught.value.text("vi")


def test_what_the_folder_holds_is_told_once(folder: Path) -> None:
    text = GOOD.replace("path: forest.gpkg", "path: q.xyz").replace(
        "path: communes.gpkg", "path: w.xyz"
    )
    with pytest.raises(MissingFileError, match=r"not found.*2|2 files") as caught:
        load_project(write(folder, text))
    assert caught.value.text("en").count(f"{folder} holds ") == 1


def test_a_part_of_the_province_does_not_bear_its_name(folder: Path) -> None:
    whole = load_project(write(folder, GOOD))
    assert whole.territory("vi") == "Lạng Sơn"
    assert whole.territory("en", kind=True) == "Lạng Sơn province"
    text = GOOD.replace("  path: communes", "  part_of_province: true\n  path: communes")
    part = load_project(write(folder, text))
    assert part.territory("vi") == "một phần tỉnh Lạng Sơn"
    assert part.territory("en") == "part of Lạng Sơn province"


def test_no_target_is_compared_by_a_scope_that_means_nothing() -> None:
    scopes = Target.model_fields["scope"].annotation
    assert get_args(scopes) == ("province", "commune")


@pytest.mark.parametrize(
    ("form", "en", "vi"),
    [
        (r"^\d{2}$", 'two digits in quotation marks, such as "20"', "hai chữ số trong dấu nháy"),
        (r"^\d{4}-\d{2}-\d{2}$", "a date", "ngày"),
        ("^[xyz]$", "of the form ^[xyz]$", "theo mẫu ^[xyz]$"),
    ],
)
def test_a_form_is_told_by_an_example(form: str, en: str, vi: str) -> None:
    fault = {"type": "string_pattern_mismatch", "ctx": {"pattern": form}, "loc": ("x",)}
    told = fault_phrase(fault, set())
    assert en in told.en
    assert vi in told.vi
    assert form == "^[xyz]$" or form not in told.vi


def test_every_form_of_text_of_project_and_plan_has_its_words() -> None:
    for model in (Project, Plan):
        schema = json.dumps(model.model_json_schema())
        forms = set(re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', schema))
        strange = {json.loads(f'"{form}"') for form in forms} - set(_FORMS)
        assert strange <= {"^[0-9a-f]{64}$"}, strange
