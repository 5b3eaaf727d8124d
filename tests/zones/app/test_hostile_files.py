"""Files at the desk that are cut, empty, encrypted or bombs: a clear line each, and it goes on."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.factories import forest_plots
from tests.zones.app.conftest import Live, serve
from zones.app.session import Session

_ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000)


def _zip(name: str, size: int) -> bytes:
    """Archive of one member that is nothing but blanks."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b" " * size)
    return made.getvalue()


#: What is dropped, its bytes, and a word of the line that says what is wrong with it.
HOSTILE = {
    "rỗng.docx": (b"", "Word"),
    "mã hóa.docx": (_ENCRYPTED, "Word"),
    "cụt.docx": (_zip("word/document.xml", 1000)[:60], "Word"),
    "bom.docx": (_zip("word/document.xml", 60_000_000), "60 MB"),
    "rỗng.pdf": (b"%PDF-1.4 nothing", "PDF"),
    "rỗng.xlsx": (b"", "workbook"),
    "mã hóa.xlsx": (_ENCRYPTED, "password"),
    "cụt.xlsx": (_zip("xl/workbook.xml", 1000)[:60], "workbook"),
    "bom.xlsx": (_zip("xl/worksheets/sheet1.xml", 60_000_000), "workbook"),
    "rỗng.gpkg": (b"", "GeoPackage"),
    "chữ.gpkg": (b"not a database" * 99, "GeoPackage"),
    "một mình.shp": (b"\0\0\x27\x0a" + bytes(96), "Shapefile"),
    "cụt.zip": (b"PK\3\4" + bytes(99), "archive"),
    "rỗng.csv": (b"", "empty table"),
    "cụt.geojson": (b'{"type":', "GeoJSON"),
    "cụt.parquet": (b"PAR1xxxx", "Parquet"),
    "cụt.tif": (b"II*\0" + b"\xff" * 200, "raster"),
}


@pytest.fixture
def own(project: Path) -> Iterator[Live]:
    """A live desk on a project of its own."""
    yield from serve(Session(project=project).with_root(project.parent))


def test_each_hostile_file_is_told_in_a_line_and_the_worker_lives(own: Live, project: Path) -> None:
    whole = project.parent / "nguyên.gpkg"
    forest_plots().to_file(whole, layer="lop")
    cut = {"cụt.gpkg": (whole.read_bytes()[:30_000], "GeoPackage")}
    before, pid = project.read_bytes(), None
    for name, (body, word) in (HOSTILE | cut).items():
        kept = own.request("POST", f"/upload?name={quote(name)}", body)
        assert kept[0] == 200, name
        action = "extract" if name.endswith((".docx", ".pdf")) else "look"
        status, told = own.ask("files", action, path=json.loads(kept[2])["path"])
        assert status == 422, (name, told)
        assert word in told["error"]["en"], (name, told)
        assert "\n" not in told["error"]["vi"], name
        assert "Traceback" not in told["error"]["en"], name
        pid = pid or own.worker.pid
        assert own.worker.pid == pid, name
    assert project.read_bytes() == before
    assert own.ask("files", "look", path=str(whole))[0] == 200


def _take_away(own: Live, path: Path) -> tuple[int, dict[str, Any]]:
    asked = json.dumps({"path": str(path)}).encode()
    status, _, body = own.request("POST", "/take-away", asked)
    return status, json.loads(body)


def test_a_dropped_file_that_cannot_be_read_can_be_taken_away(own: Live, project: Path) -> None:
    """With its parts; what was there before, or is another file's, is never removed."""
    home = project.parent
    before = {file.name for file in home.iterdir()}
    for name in ("lẻ.shp", "lẻ.dbf", "lẻ.csv", "khác.csv"):
        assert own.request("POST", f"/upload?name={quote(name)}", b"a,b\n1,2\n")[0] == 200
    same = (home / "fruit.csv").read_bytes()
    assert own.request("POST", "/upload?name=fruit.csv", same)[0] == 200

    for name in ("fruit.csv", "project.yaml", "forest.gpkg", "../x", ""):
        status, told = _take_away(own, home / name)
        assert status == 403, name
        assert "chỉ bỏ được tệp" in str(told)
    assert _take_away(own, home / "lẻ.shp") == (200, {"gone": ["lẻ.dbf", "lẻ.shp"]})
    assert _take_away(own, home / "lẻ.shp")[0] == 403
    left = {file.name for file in home.iterdir() if ".desk" not in file.name}
    assert left - before == {"lẻ.csv", "khác.csv"}
    status, _, _ = own.request(
        "POST", "/take-away", b"{}", {"Origin": "http://example.org", "Sec-Fetch-Site": None}
    )
    assert status == 403


@pytest.mark.parametrize("how", ["put in", "part of what was put in", "edited", "part edited"])
def test_a_copy_that_became_the_users_own_stays(how: str, own: Live, project: Path) -> None:
    for name in ("gửi.shp", "gửi.dbf"):
        assert own.request("POST", f"/upload?name={quote(name)}", name.encode())[0] == 200
    whole, part = project.parent / "gửi.shp", project.parent / "gửi.dbf"
    if "put in" in how:
        asked = {"path": str(whole), "kind": "forest_status", "name": "more", "date": "2024-12-31"}
        status, told = own.ask("files", "put", **asked, columns={"kind": "maldlr"})
        assert status == 200, told
    else:
        (part if "part" in how else whole).write_bytes(b"mine")
    held = whole.read_bytes(), part.read_bytes()
    status, told = _take_away(own, part if how == "part of what was put in" else whole)
    assert status == 409, told
    assert "dự án đang dùng" in told["error"]["vi"]
    assert "the project reads" in told["error"]["en"]
    assert (whole.read_bytes(), part.read_bytes()) == held


def test_a_copy_is_not_taken_away_while_another_project_is_open(
    own: Live, project: Path, tmp_path: Path
) -> None:
    assert own.request("POST", "/upload?name=x.csv", b"a")[0] == 200
    assert own.ask("start", "new", path=str(tmp_path / "khác"), province="20")[0] == 200
    assert _take_away(own, project.parent / "x.csv")[0] == 409
    assert own.ask("start", "open", path=str(project))[0] == 200
    assert _take_away(own, project.parent / "x.csv") == (200, {"gone": ["x.csv"]})
