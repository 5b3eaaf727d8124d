"""Every command on files that would fetch an address or read elsewhere: nothing opens."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import write_project
from tests.hostile import RASTERS, listening
from tests.hostile_vectors import VECTORS, write_secrets
from zones.cli.main import run
from zones.cli.terminal.language import set_language

COMMANDS = ["check", "run", "cover", "allocate", "annex", "atlas"]


def project(folder: Path, raster: str, *, elevation: bool) -> Path:
    path = write_project(folder)
    text = path.read_text("utf-8")
    if elevation:
        text += f"allocation: {{elevation: {raster}}}\n"
    else:
        text = text.replace("cover.tif", raster)
    path.write_text(text, "utf-8")
    return path


@contextlib.contextmanager
def nothing_opened(top: Path) -> Iterator[str]:
    """Address of a listener that nobody asks, beside files that nobody reads."""
    secrets = write_secrets(top)
    if not _reading_is_seen(top):
        secrets = []  # a file system that keeps no times of access
    for secret in secrets:
        os.utime(secret, (0, secret.stat().st_mtime))
    with listening() as (address, asked):
        yield address
    assert asked == []
    assert [item.name for item in secrets if item.stat().st_atime != 0] == []


def _reading_is_seen(folder: Path) -> bool:
    path = folder / "seen.txt"
    path.write_text("x")
    os.utime(path, (0, path.stat().st_mtime))
    path.read_text()
    return path.stat().st_atime != 0


@pytest.mark.parametrize("kind", RASTERS)
def test_checking_and_running_refuse_the_same_raster_and_open_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("en")
    folder = tmp_path / "dự án"
    folder.mkdir()
    with listening() as (address, asked):
        raster = RASTERS[kind](folder, address)
        path = project(folder, raster.name, elevation=False)
        assert run(["check", str(path)]) == 2
        told = capsys.readouterr()
        (line,) = [line for line in told.out.splitlines() if line.startswith("Error [")]
        assert run(["run", str(path), "--only", "measure"]) == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert last.startswith("Error: ")
        assert last.removeprefix("Error: ").split(": ", 1)[-1] in line.replace("[cover] ", "")
    assert asked == []
    assert not (folder / "out").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("elevation", [False, True], ids=["layer", "heights"])
def test_no_command_opens_a_connection(
    command: str, elevation: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("en")
    for kind in ("VRT of an address", "WCS", "mask that is a web service"):
        folder = tmp_path / kind
        folder.mkdir()
        with listening() as (address, asked):
            raster = RASTERS[kind](folder, address)
            path = project(folder, raster.name, elevation=elevation)
            assert run([command, str(path)]) in ((2,) if command in ("check", "run") else (0, 1, 2))
        assert asked == []
        capsys.readouterr()


LAYER = "layers:\n  use: {kind: land_use, path: FILE, date: 2025-12-31, columns: {code: code}}\n"
#: The hostile file as a layer, as the communes, as what the map shows around them, or converted.
ROLES = {
    "layer": (("layers:\n", LAYER),),
    "communes": (("path: communes.gpkg", "path: FILE"),),
    "neighbours": (("layers:\n", "map: {neighbours: {path: FILE}}\nlayers:\n"),),
}
WAYS = [
    ("layer", ["check"]),
    ("communes", ["check", "--json"]),
    ("layer", ["run", "--only", "measure"]),
    ("layer", ["allocate"]),
    ("neighbours", ["run", "--only", "render"]),
    ("layer", ["cover"]),
    ("convert", ["names", "convert"]),
    ("layer", ["annex"]),
    ("layer", ["atlas"]),
    ("layer", ["run"]),
]


def words(role: str, command: list[str], file: Path) -> list[str]:
    """Command line that reads a file in one of its roles."""
    if role == "convert":
        told = ["--from", "2024", "--to", "2025", "--province", "20", "--code-column", "code"]
        return [*command, str(file), *told, "-o", str(file.parent / "new.gpkg")]
    path = write_project(file.parent)
    text = path.read_text("utf-8")
    for old, new in ROLES[role]:
        text = text.replace(old, new.replace("FILE", file.name), 1)
    path.write_text(text, "utf-8")
    return [command[0], str(path), *command[1:]]


@pytest.mark.parametrize("number", range(len(VECTORS)), ids=list(VECTORS))
def test_no_vector_file_reaches_an_address_or_a_file_beside_the_project(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # All ways go through one door: each file takes one of them, the quick one more often.
    set_language("en")
    folder = tmp_path / "dự án"
    folder.mkdir()
    with nothing_opened(tmp_path) as address:
        path = list(VECTORS.values())[number](folder, address)
        assert run(words(*WAYS[6 if number % 3 else number // 3 % 7], path)) in (0, 1, 2)
    assert "Traceback" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("way", range(7, len(WAYS)), ids=lambda way: "-".join(WAYS[way][1]))
def test_no_page_is_made_of_a_file_elsewhere(
    way: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("en")
    for place, kind in enumerate(("MapInfo, seamless", "GeoJSON, linked CRS")):
        folder = tmp_path / str(place) / "p"
        folder.mkdir(parents=True)
        with nothing_opened(folder.parent) as address:
            assert run(words(*WAYS[way], VECTORS[kind](folder, address))) == 2
        capsys.readouterr()


_CRS = (
    "path: fruit.csv}\n  g: {kind: land_use, path: forest.gpkg, crs: '{http}/crs', "
    "columns: {code: ldlr}"
)
#: Names in a project file that lead away from it, by the words that they replace.
NAMES = {
    "communes": ("path: communes.gpkg", "path: {http}/communes.gpkg"),
    "communes by curl": ("path: communes.gpkg", "path: /vsicurl/{http}/communes.gpkg"),
    "natural areas": ("path: natural_areas.csv", "path: {http}/areas.csv"),
    "report": ("path: fruit.csv", "path: {http}/fruit.csv"),
    "workbook": ("path: fruit.csv", "path: {http}/fruit.xlsx"),
    "raster": ("path: cover.tif", "path: {http}/cover.tif"),
    "plan": ("plans: [", "plans: ['{http}/plan.yaml', "),
    "CRS": ("path: fruit.csv", _CRS),
    "heights": ("layers:\n", "allocation: {elevation: '{http}/dem.tif'}\nlayers:\n"),
    "tag": ("layers:\n", "x: !!python/object/apply:urllib.request.urlopen ['{http}/y']\nlayers:\n"),
    "include": ("layers:\n", "x: !include '{http}/y'\nlayers:\n"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_no_name_in_a_project_leads_to_another_machine(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("en")
    path = write_project(tmp_path / "p")
    old, new = NAMES[kind]
    with nothing_opened(tmp_path) as address:
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new.replace("{http}", address)), "utf-8")
        for command in (["check"], ["run", "--only", "measure"], ["allocate"]):
            assert run([command[0], str(path), *command[1:]]) == 2, command
            assert "Traceback" not in "".join(capsys.readouterr())


_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{0}'
    "</Relationships>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relation(kind: str, target: str, mode: str = "") -> str:
    external = ' TargetMode="External"' if mode else ""
    return f'<Relationship Id="r{kind}" Type="{_OFFICE}/{kind}" Target="{target}"{external}/>'


def document(path: Path, address: str) -> Path:
    """Word document whose template, picture and frame lie on another machine."""
    import docx

    made = docx.Document()
    made.add_paragraph("Vùng hồi: 35.000 ha tại các xã Điềm He, Văn Quan.")
    made.save(str(path))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    more = "".join(
        _relation(kind, "{http}/x", "External") for kind in ("attachedTemplate", "image", "frame")
    )
    name = "word/_rels/document.xml.rels"
    members[name] = members[name].replace("</Relationships>", more + "</Relationships>")
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text.replace("{http}", address).encode("latin-1"))
    return path


def workbook(path: Path, address: str) -> Path:
    """Workbook with a link to another one, a picture and a query on another machine."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["maxa", "dtich_ha"], ["05977", 1], ["05983", f'=WEBSERVICE("{address}/w")']):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        target = _relation("externalLinkPath", f"{address}/book.xlsx", "External")
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", _RELATIONS.format(target))
        archive.writestr("xl/connections.xml", f'<connections><x url="{address}/q"/></connections>')
    return path


PLAN_TEXT = "1. Vùng hồi: 35.000 ha. ![x]({http}/x.png) <img src='{http}/y'> [y]({http}/z)\n"


def test_no_document_or_table_reaches_an_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("en")
    with nothing_opened(tmp_path) as address:
        inside = tmp_path / "p"
        inside.mkdir()
        text = inside / "plan.md"
        text.write_text(PLAN_TEXT.replace("{http}", address), "utf-8")
        extract = ["--province", "20", "-o", str(inside / "draft.yaml"), "--overwrite"]
        for file in (document(inside / "plan.docx", address), text):
            assert run(["plan", "extract", str(file), *extract]) in (0, 1)
        book = workbook(inside / "a.xlsx", address)
        assert run(words("convert", ["names", "convert"], book)) in (0, 1, 2)
        for command in (["plan", "lint"], ["plan", "show"], ["verify"]):
            assert run([*command, f"{address}/plan.yaml"]) in (1, 2)
    capsys.readouterr()
