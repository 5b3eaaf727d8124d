"""Files are written aside and renamed."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import fiona
import pytest
import xlsxwriter

from layers import MissingFileError, OutputError, OutputExistsError
from layers.io.atomic import (
    finish_move,
    is_disk_full,
    save_text,
    scratch_folder,
    written_aside,
    written_together,
)
from layers.io.vector_source import local_path


def _write_half(path: Path) -> None:
    with written_aside(path, overwrite=True) as part:
        part.write_text("mới")
        raise ZeroDivisionError


def test_what_was_there_stays_until_the_block_succeeds(folder: Path) -> None:
    path = folder / "bảng.csv"
    path.write_text("cũ")
    with pytest.raises(ZeroDivisionError):
        _write_half(path)
    assert path.read_text() == "cũ"
    save_text("mới\n", path)
    assert path.read_bytes() == "mới\n".encode()
    assert [item.name for item in folder.iterdir()] == ["bảng.csv"]
    with pytest.raises(OutputExistsError, match="exists"), written_aside(path, overwrite=False):
        pass


def test_a_link_stays_a_link(folder: Path) -> None:
    (folder / "real.txt").write_text("a")
    (folder / "link.txt").symlink_to(folder / "real.txt")
    save_text("b", folder / "link.txt")
    assert (folder / "link.txt").is_symlink()
    assert (folder / "real.txt").read_text() == "b"


def test_a_folder_that_is_not_there_is_one_line(folder: Path) -> None:
    with pytest.raises(OutputError, match=r"could not be written .*open in another program"):
        save_text("x", folder / "none" / "a.txt")


def _set(text: str, *suffixes: str) -> dict[str, str]:
    return {f"a{suffix}": f"{text}{suffix}" for suffix in suffixes}


def _write_set(path: Path, files: dict[str, str]) -> None:
    with written_together(path) as stage:
        for name, text in files.items():
            (stage / name).write_text(text)


def _there(folder: Path) -> dict[str, str]:
    return {item.name: item.read_text() for item in folder.iterdir() if item.is_file()}


def test_a_set_of_files_takes_the_place_of_an_earlier_one(folder: Path) -> None:
    earlier = _set("old", ".shp", ".shx", ".dbf", ".cpg", ".qix")
    later = _set("new", ".shp", ".shx", ".dbf", ".prj") | {"a.shp.report.csv": "report"}
    others = {"a.csv": "mine", "b.dbf": "mine", "a.xlsx": "mine"}
    for name, text in (earlier | others).items():
        (folder / name).write_text(text)
    _write_set(folder / "a.shp", later)
    assert _there(folder) == later | others  # neither the code page nor the index of the other
    assert {item.name for item in folder.iterdir()} == set(later | others)


def test_a_table_takes_nothing_away_that_bears_its_name(folder: Path) -> None:
    others = _set("layer", ".shp", ".shx", ".dbf")
    for name, text in others.items():
        (folder / name).write_text(text)
    _write_set(folder / "a.csv", {"a.csv": "table"})
    assert _there(folder) == others | {"a.csv": "table"}


@pytest.mark.skipif(sys.platform == "win32", reason="a fork that dies")
@pytest.mark.parametrize("moves", range(14))
def test_killed_between_any_two_moves_no_mixture_can_be_opened(moves: int, folder: Path) -> None:
    earlier = _set("old", ".shp", ".shx", ".dbf", ".cpg")
    later = _set("new", ".shp", ".shx", ".dbf", ".prj")
    for name, text in earlier.items():
        (folder / name).write_text(text)
    child = os.fork()
    if child == 0:  # dies at the end of the chosen move, as by SIGKILL
        _die_after(moves)
        _write_set(folder / "a.shp", later)
        os._exit(0)
    os.waitpid(child, 0)
    there = _there(folder)
    if "a.shp" in there:
        assert {k: v for k, v in there.items() if not k.startswith(".")} in (earlier, later)
    else:
        with pytest.raises(MissingFileError, match="its writing was interrupted"):
            local_path(folder / "a.shp")
    finish_move(folder / "a.shp")
    there = {k: v for k, v in _there(folder).items() if not k.startswith(".")}
    assert there in (earlier, later)
    last = _set("last", ".shp", ".shx", ".dbf")
    _write_set(folder / "a.shp", last)
    assert _there(folder) == last
    assert {item.name for item in folder.iterdir()} == set(last)  # no debris


def _die_after(moves: int) -> None:
    done = 0

    def ends(name: str) -> None:
        whole = getattr(os, name)

        def one(*arguments: object, **options: object) -> None:
            nonlocal done
            whole(*arguments, **options)
            done += 1
            if done > moves:
                os._exit(9)

        setattr(os, name, one)

    for name in ("rename", "replace", "unlink", "mkdir", "rmdir"):
        ends(name)


def test_what_a_killed_process_left_goes_with_the_next(folder: Path) -> None:
    for name in (".a.txt.0123abcd.part", ".a.txt.lock", ".a.txt.other.b.part", ".b.txt.01.part"):
        (folder / name).write_text("half")
    save_text("x", folder / "a.txt")
    names = {item.name for item in folder.iterdir()}
    assert names == {"a.txt", ".a.txt.other.b.part", ".b.txt.01.part"}


def test_a_signal_between_two_moves_does_not_leave_them_undone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    move = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return move(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    later = _set("new", ".shp", ".shx", ".dbf")
    with pytest.raises(KeyboardInterrupt):
        _write_set(folder / "a.shp", later)
    assert _there(folder) == later


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_is_left_where_it_is(folder: Path) -> None:
    pipe = folder / "ống.csv"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="a pipe"):
        save_text("mới", pipe)
    with pytest.raises(OutputError, match="a pipe"), written_together(pipe):
        pass
    assert pipe.is_fifo()
    assert [path.name for path in folder.iterdir()] == [pipe.name]


@pytest.mark.parametrize("told", [True, False])
def test_a_link_that_leads_back_to_itself_is_told(
    tmp_path: Path, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Path.resolve tells a loop up to Python 3.12 alone."""
    if not told:
        monkeypatch.setattr(Path, "resolve", lambda self: Path(os.path.realpath(self)))
    path = tmp_path / "vòng.csv"
    path.symlink_to(path)
    for target in (path, path / "trong vòng.csv"):
        expected = pytest.raises(OutputError, match="leads back to itself")
        with expected, written_aside(target, overwrite=True):
            pass


def test_a_scratch_folder_goes_with_its_block_and_after_a_kill_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "zones-scratch-mine").mkdir()  # without a lock beside it is not ours
    script = (
        "import os, sys; from layers.io.atomic import scratch_folder\n"
        "with scratch_folder() as folder:\n"
        "    (folder / 'a').write_text('x')\n"
        "    print(folder.name, flush=True)\n"
        "    sys.stdin.read(); os.kill(os.getpid(), 9)\n"
    )
    given = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3], env=given, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        theirs = tmp_path / other.stdout.readline().strip()
        with scratch_folder() as mine:
            assert mine.parent == tmp_path
            assert mine != theirs
        assert (theirs / "a").exists()  # whoever made it works in it still
        other.communicate()
    assert (theirs / "a").exists()
    with scratch_folder() as mine:
        assert sorted(item.name for item in tmp_path.iterdir()) == sorted(
            [f".{mine.name}.lock", mine.name, "zones-scratch-mine"]
        )
    assert [item.name for item in tmp_path.iterdir()] == ["zones-scratch-mine"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        xlsxwriter.exceptions.FileCreateError("[Errno 28] No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        fiona.errors.DriverError("sqlite3_exec(CREATE TABLE points) failed: disk is full"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_full_disk_is_one_line_whoever_tells_it(error: Exception, folder: Path) -> None:
    """Drivers tell it in words of their own, or as what an error of theirs came of."""
    for cause in (None, error):
        told = error if cause is None else RuntimeError("the layer was not written")
        with (
            pytest.raises(OutputError, match=r"The disk is full: .*a\.txt could not be written"),
            written_aside(folder / "a.txt", overwrite=False),
        ):
            raise told from cause
    assert list(folder.iterdir()) == []


def test_a_failed_write_of_sqlite_is_a_full_disk_where_nothing_is_free(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    assert not is_disk_full(error, folder / "not" / "there")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    assert is_disk_full(error, folder / "not" / "there")
    assert not is_disk_full(ValueError("no number: 'No space left for trees'"), folder)


def test_a_scratch_folder_blames_itself_for_a_full_disk_alone() -> None:
    other = PermissionError(errno.EACCES, "Permission denied", "rừng.gpkg")
    with pytest.raises(PermissionError, match="rừng"), scratch_folder():
        raise other
    with pytest.raises(OutputError, match=r"The disk is full: .*zones-scratch"), scratch_folder():
        raise OSError(errno.ENOSPC, "No space left on device")
