"""Every command on rasters that would fetch an address or read elsewhere: nothing opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import write_project
from tests.hostile import RASTERS, listening
from zones.cli.language import set_language
from zones.cli.main import run

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
