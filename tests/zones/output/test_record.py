"""The record of a run: every file that an input is read from, and what a damaged record says."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from layers import InputError, load_vector
from tests.hostile import small_tiff
from tests.layers.io.test_raster_source import mosaic
from zones.output.record import (
    code_digest,
    file_digest,
    input_record,
    input_stamp,
    read_record,
    refuse_changed,
)


def written(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_text(name, "utf-8")
    return folder / names[0]


CASES = {
    "brackets": ("rung[2025].shp", "rung[2025].dbf"),
    "MapInfo": ("lô.tab", "lô.dat"),
    "ledger that was killed": ("sổ.sqlite", "sổ.sqlite-wal"),
    "GeoPackage open elsewhere": ("lô.gpkg", "lô.gpkg-wal"),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_change_in_any_file_of_an_input_changes_its_digest(kind: str, tmp_path: Path) -> None:
    main, beside = CASES[kind]
    path = written(tmp_path, main, beside, "another.dbf")
    before = input_record(path)
    assert set(before["files"]) == {main, beside}
    assert before["files"][main] == hashlib.sha256(main.encode()).hexdigest()
    assert before["bytes"] == len(main.encode()) + len(beside.encode())
    (tmp_path / beside).write_text("changed", "utf-8")
    after = input_record(path)
    assert after["sha256"] != before["sha256"]
    assert after["files"][main] == before["files"][main]


@pytest.mark.parametrize("beside", ["a.tif.aux.xml", "a.tfw", "a.tif.msk", "a.tif.ovr", "A.TFW"])
def test_files_beside_a_raster_belong_to_it(beside: str, tmp_path: Path) -> None:
    path = small_tiff(tmp_path / "a.tif")
    before = input_record(path)
    assert "files" not in before
    if beside.endswith(".xml"):
        (tmp_path / beside).write_text("<PAMDataset/>", "utf-8")
    elif beside.lower().endswith(".tfw"):
        (tmp_path / beside).write_text("10\n0\n0\n-10\n0\n0\n", "utf-8")
    else:
        (tmp_path / beside).write_bytes(path.read_bytes())
    assert set(input_record(path)["files"]) == {"a.tif", beside}
    assert input_record(path)["sha256"] != before["sha256"]


def test_sources_of_a_vrt_stand_in_the_record(tmp_path: Path) -> None:
    (tmp_path / "tiles").mkdir()
    (tmp_path / "vrt").mkdir()
    tile = small_tiff(tmp_path / "tiles" / "a.tif")
    path = mosaic(tmp_path / "vrt", "../tiles/a.tif")
    record = input_record(path, folders=[tmp_path])
    digest = hashlib.sha256(tile.read_bytes()).hexdigest()
    assert record["files"]["../tiles/a.tif"] == digest
    tile.write_bytes(tile.read_bytes() + b"!")
    assert input_record(path, folders=[tmp_path])["sha256"] != record["sha256"]


def test_an_input_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    paths = {"communes": written(tmp_path, "a.csv"), "layer x": written(tmp_path, "b.csv")}
    stamps = {name: input_stamp(path) for name, path in paths.items()}
    refuse_changed(paths, stamps)
    (tmp_path / "b.csv").write_text("other", "utf-8")
    with pytest.raises(InputError, match=r"1 input changed while .*layer x"):
        refuse_changed(paths, stamps)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"steps": 3}', '{"steps": {"check": 1}}', '{"outputs": []}',
     '{"steps": {"check": {"tables": "x"}}}', "[" * 100_000,
     '{"steps": {"check": {"files": [["a"]]}}}', '{"outputs": {"map.html": ["a"]}}',
     '{"outputs": {"map.html": 1}}', '{"steps": {"check": {"settings": {"plans": {}}}}}',
     '{"steps": {"check": {"closures": ["a"]}}}', "\udcff"],
)  # fmt: skip
def test_a_damaged_record_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"found a damaged file; take it away"):
        read_record(tmp_path)


def test_a_line_of_code_is_another_program_and_what_was_compiled_is_not(tmp_path: Path) -> None:
    package = tmp_path / "zones"
    (package / "__pycache__").mkdir(parents=True)
    code = written(package, "run.py", "messages.toml")
    before = code_digest([package])
    (package / "__pycache__" / "run.pyc").write_text("compiled", "utf-8")
    assert code_digest([package]) == before
    code.write_text("changed", "utf-8")
    assert code_digest([package]) != before


@pytest.mark.parametrize("named", [".", "/", "usr"])
def test_a_folder_named_as_an_input_is_told_and_not_read_through(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer of "." ended in a fault, and one of "/" had every file of the disk hashed."""
    written(tmp_path, "mine.txt")
    (tmp_path / "usr").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "rglob", lambda *_: pytest.fail("read through"))
    assert input_stamp(Path(named)) == ()
    assert input_record(Path(named))["bytes"] == 0
    with pytest.raises(InputError) as told:
        load_vector(Path(named))
    assert str(told.value).startswith(f"{named}: expected a vector file, found a folder")


@pytest.mark.skipif(sys.platform == "win32", reason="no devices in folders")
def test_a_device_is_not_read_without_end() -> None:
    with pytest.raises(InputError, match="zero cannot be opened: it is a device"):
        file_digest(Path("/dev/zero"))
