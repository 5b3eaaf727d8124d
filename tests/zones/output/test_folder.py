"""Output folders: nothing half-written or overwritten unasked, no data that becomes a formula."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from layers import OutputError, OutputExistsError
from zones.output.folder import (
    filled_folder,
    locked_folder,
    refuse_existing,
    save_table,
    staged_folder,
)

ROOT = Path(__file__).resolve().parents[3]


def keep_none(_name: str) -> bool:
    return False


def test_a_folder_appears_only_when_its_block_succeeds(tmp_path: Path) -> None:
    out = tmp_path / "Kết quả 2026"
    with staged_folder(out, keep=keep_none) as stage:
        (stage / "a.txt").write_text("1")
        assert not out.exists()
    assert [path.name for path in out.iterdir()] == ["a.txt"]
    assert [path.name for path in tmp_path.iterdir()] == [out.name]  # no lock, no part


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_earlier_outputs_survive_a_stop(tmp_path: Path, stop: type[BaseException]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text("earlier")

    def write() -> None:
        with staged_folder(out, keep=keep_none) as stage:
            (stage / "a.txt").write_text("half")
            raise stop

    with pytest.raises(stop):
        write()
    assert (out / "a.txt").read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_that_are_kept_come_along(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "notes").mkdir(parents=True)
    (out / "notes" / "mine.txt").write_text("mine")
    (out / "a.csv").write_text("old")
    with staged_folder(out, keep=lambda name: name == "notes/mine.txt") as stage:
        (stage / "b.csv").write_text("new")
    assert sorted(p.name for p in out.rglob("*") if p.is_file()) == ["b.csv", "mine.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_folder_that_is_filled_stays_the_one_in_which_somebody_stands(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thư riêng.txt").write_text("mine")
    (out / "a.csv").write_text("earlier")
    before = out.stat().st_ino
    with filled_folder(out) as stage:
        (stage / "a.csv").write_text("new")
        (stage / "sub").mkdir()
        (stage / "sub" / "b.csv").write_text("new")
        assert (out / "a.csv").read_text() == "earlier"
    assert (out.stat().st_ino, (out / "thư riêng.txt").read_text()) == (before, "mine")
    assert {(out / name).read_text() for name in ("a.csv", "sub/b.csv")} == {"new"}

    def cut_off() -> None:
        with filled_folder(out) as stage:
            (stage / "a.csv").write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="The disk is full"):
        cut_off()
    assert (out / "a.csv").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_links_and_empty_folders_of_the_user_stay(tmp_path: Path) -> None:
    other = tmp_path / "ảnh"
    other.mkdir()
    (other / "big.tif").write_text("pixels")
    out = tmp_path / "out"
    (out / "trống").mkdir(parents=True)
    (out / "link").symlink_to(other, target_is_directory=True)
    (out / "big").symlink_to(other / "big.tif")
    with staged_folder(out, keep=lambda _name: True):
        pass
    assert (out / "trống").is_dir()
    assert (out / "link").is_symlink()
    assert (out / "link" / "big.tif").read_text() == "pixels"
    assert (out / "big").readlink() == other / "big.tif"


def test_a_kill_between_the_two_renames_is_mended(tmp_path: Path) -> None:
    backup = tmp_path / ".out.old"
    backup.mkdir()
    (backup / "a.txt").write_text("earlier")
    with staged_folder(tmp_path / "out", keep=lambda name: name == "a.txt"):
        pass
    assert (tmp_path / "out" / "a.txt").read_text() == "earlier"
    assert not backup.exists()


def test_a_full_disk_and_a_locked_folder_are_said_plainly(tmp_path: Path) -> None:
    def write(code: int) -> None:
        with staged_folder(tmp_path / "out", keep=keep_none):
            raise OSError(code, "no")

    with pytest.raises(OutputError, match=r"The disk is full: .* earlier outputs are untouched"):
        write(errno.ENOSPC)
    with pytest.raises(OutputError, match="may not be written"):
        write(errno.EACCES)
    with pytest.raises(OSError, match="no") as other:
        write(errno.EIO)
    assert not isinstance(other.value, OutputError)


def test_an_existing_folder_is_refused_unless_asked(tmp_path: Path) -> None:
    refuse_existing(tmp_path, overwrite=False)  # empty
    refuse_existing(tmp_path / "none", overwrite=False)
    (tmp_path / "x").write_text("x")
    with pytest.raises(OutputExistsError, match="add --overwrite"):
        refuse_existing(tmp_path, overwrite=False)
    refuse_existing(tmp_path, overwrite=True)
    with pytest.raises(OutputExistsError, match="is a file"):
        refuse_existing(tmp_path / "x", overwrite=True)


def test_a_folder_of_others_is_left_alone_whatever_is_asked(tmp_path: Path) -> None:
    """A folder that no run made would be swapped for a copy, and its files of our names lost."""
    out = tmp_path / "sổ sách"
    (out / "tables").mkdir(parents=True)
    refuse_existing(tmp_path / "none", overwrite=True, made_by=["run.json"])
    (out / "tables" / "areas.csv").write_text("theirs")
    with pytest.raises(OutputExistsError, match=r"none that an earlier run wrote.*sổ sách/out\."):
        refuse_existing(out, overwrite=True, made_by=["run.json", "region.yaml"])
    (out / "run.json").mkdir()  # a folder is no record
    with pytest.raises(OutputExistsError, match="none that an earlier run wrote"):
        refuse_existing(out, overwrite=True, made_by=["run.json"])
    (out / "region.yaml").write_text("ours")
    refuse_existing(out, overwrite=True, made_by=["run.json", "region.yaml"])


@pytest.mark.skipif(sys.platform == "win32", reason="no modes of this kind")
def test_what_is_kept_keeps_its_mode(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "riêng").mkdir(parents=True)
    (out / "riêng" / "thư.txt").write_text("x")
    (out / "riêng" / "thư.txt").chmod(0o600)
    (out / "riêng").chmod(0o500)
    out.chmod(0o2770)
    with staged_folder(out, keep=lambda name: name != "map.html") as stage:
        (stage / "map.html").write_text("new")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (out, out / "riêng")]
    assert [f"{mode:o}" for mode in modes] == ["2770", "500"]
    assert stat.S_IMODE((out / "riêng" / "thư.txt").stat().st_mode) == 0o600
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "riêng"]
    with staged_folder(out, keep=lambda name: name != "map.html"):
        pass  # the folder that is closed to writing goes with the earlier results
    assert sorted(path.name for path in tmp_path.iterdir() if "lock" not in path.name) == ["out"]


def test_what_a_killed_run_leaves_makes_no_folder_of_others(tmp_path: Path) -> None:
    for name in (".20.0a1b.run.part", ".20.old"):
        (tmp_path / name).mkdir()
    (tmp_path / ".20.lock").touch()
    refuse_existing(tmp_path, overwrite=False)
    refuse_existing(tmp_path, overwrite=True, made_by=["run.json"])
    (tmp_path / "thư.txt").touch()
    with pytest.raises(OutputExistsError):
        refuse_existing(tmp_path, overwrite=True, made_by=["run.json"])


@pytest.mark.skipif(sys.platform == "win32", reason="no modes of this kind")
def test_a_run_may_write_into_a_folder_that_is_closed_to_writing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "maps").mkdir(parents=True)
    (out / "maps" / "x.txt").touch()
    (out / "maps").chmod(0o500)
    with staged_folder(out, keep=lambda _: True) as stage:
        (stage / "maps" / "new.txt").touch()
    assert sorted(path.name for path in (out / "maps").iterdir()) == ["new.txt", "x.txt"]
    assert stat.S_IMODE((out / "maps").stat().st_mode) == 0o500


def test_what_cannot_be_listed_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    (out / "riêng").mkdir(parents=True)
    (out / "riêng" / "ghi chép.txt").write_text("x")
    listed = os.scandir

    def scandir(path: str | int) -> object:
        if not isinstance(path, int) and Path(path).name == "riêng":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with (
        pytest.raises(OutputError, match="may not be written"),
        staged_folder(out, keep=lambda _: True),
    ):
        raise AssertionError("work is begun")
    monkeypatch.undo()
    assert (out / "riêng" / "ghi chép.txt").read_text() == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_what_is_neither_file_nor_folder_is_never_taken_aside(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputExistsError, match="a device"):
        refuse_existing(pipe, overwrite=True)
    for path in (pipe, tmp_path / "link", tmp_path / "file"):
        if path.name == "link":
            path.symlink_to(pipe)
        elif path.name == "file":
            path.write_text("mine")
        with (
            pytest.raises(OutputExistsError, match="a device"),
            staged_folder(path, keep=keep_none),
        ):
            pytest.fail("written over")
    assert pipe.is_fifo()
    assert (tmp_path / "file").read_text() == "mine"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "link", "pipe"]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_that_comes_while_the_folder_is_made_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(OutputExistsError, match="a device"), staged_folder(out, keep=keep_none):
        os.mkfifo(out)
    assert out.is_fifo()


@pytest.mark.parametrize("where", [".", "..", "in", "linked"])
def test_inputs_never_lie_in_the_output_folder(tmp_path: Path, where: str) -> None:
    project = tmp_path / "dự án"
    (project / "in").mkdir(parents=True)
    inputs = [project / "project.yaml", project / "in" / "areas.csv"]
    for path in inputs:
        path.write_text("x")
    if where == "linked":
        (project / "linked").symlink_to("in", target_is_directory=True)
    with pytest.raises(OutputError, match=r"cannot be the output folder: \d inputs? lies? in it"):
        refuse_existing(project / where, overwrite=True, inputs=inputs)
    refuse_existing(project / "out", overwrite=True, inputs=inputs)


def test_a_linked_input_keeps_the_output_folder_from_holding_the_link(tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("x")
    out = tmp_path / "out"
    out.mkdir()
    (out / "areas.csv").symlink_to(tmp_path / "areas.csv")
    with pytest.raises(OutputError, match="1 input lies in it"):
        refuse_existing(out, overwrite=True, inputs=[out / "areas.csv"])


@pytest.mark.parametrize(("inner", "told"), [("", "is a mount point"), ("tables", "holds the")])
def test_what_linux_mounts_of_the_same_disk_is_refused_before_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: str, told: str
) -> None:
    out = tmp_path / "kết quả"
    out.mkdir()
    point = str(out / inner).replace(" ", r"\040")
    (tmp_path / "mounts").write_text(f"1 2 8:1 /x {point} rw - ext4 /dev/x rw\n", "utf-8")
    monkeypatch.setattr("zones.output.folder._MOUNTS", tmp_path / "mounts")
    with pytest.raises(OutputError, match=f"{told}.*--out"):
        refuse_existing(out, overwrite=True)
    refuse_existing(tmp_path / "kết", overwrite=True)


def test_a_mount_point_is_refused_before_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.path.ismount", lambda path: Path(path) == tmp_path)
    with pytest.raises(OutputError, match=r"is a mount point.*--out .*out"):
        refuse_existing(tmp_path, overwrite=True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_linked_output_folder_stays_linked(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    real = tmp_path / "disk" / "results"
    real.mkdir()
    out = tmp_path / "out"
    out.symlink_to(real, target_is_directory=True)
    for text in ("1", "2"):
        with staged_folder(out, keep=keep_none) as stage:
            (stage / "a.txt").write_text(text)
    assert out.readlink() == real
    assert (real / "a.txt").read_text() == "2"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "disk", "out", "results"]


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    left = tmp_path / ".out.0123456789ab.run.part"
    left.mkdir()
    (left / "a.txt").write_text("half")
    (tmp_path / ".out.lock").write_text("")
    other = tmp_path / ".out.abcdefgh.part"  # of another command, for the file out.csv
    other.mkdir()
    with staged_folder(tmp_path / "out", keep=keep_none) as stage:
        (stage / "a.txt").write_text("1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "out"]


HOLD = """
import sys, time
from pathlib import Path
from zones.output.folder import staged_folder
with staged_folder(Path(sys.argv[1]), keep=lambda _name: False) as stage:
    (stage / "a.txt").write_text("first")
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["done", "killed"])
def test_of_two_runs_at_once_one_works_and_the_other_says_so(tmp_path: Path, end: str) -> None:
    out = tmp_path / "out"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert first.stdout.readline() == "holding\n"
    with (
        pytest.raises(OutputError, match="Another run is writing to"),
        staged_folder(out, keep=keep_none),
    ):
        raise AssertionError("two runs at once")
    if end == "killed":
        first.kill()
    first.communicate()
    assert out.exists() == (end == "done")
    with staged_folder(out, keep=keep_none) as stage:
        (stage / "a.txt").write_text("second")
    assert (out / "a.txt").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_system_without_locks_leaves_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr("fcntl.flock", none)
    left = tmp_path / ".out.0123456789ab.run.part"
    left.mkdir()
    with staged_folder(tmp_path / "out", keep=keep_none):
        pass
    assert left.exists()


def test_tables_open_in_a_spreadsheet_and_are_never_formulas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"xã": ["Lộc Bình", "=1+1", "@x"], "ha": [1.5, -2.0, 0.1]})
    save_table(frame, tmp_path, "t")
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig") == "xã,ha\nLộc Bình,1.5\n'=1+1,-2.0\n'@x,0.1\n"
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), frame)


def test_a_link_that_leads_back_to_itself_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.symlink_to(out)
    with pytest.raises(OutputError, match="out"), locked_folder(out):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have names on POSIX")
def test_a_pipe_in_the_folder_is_told_and_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("x", "utf-8")
    os.mkfifo(folder / "pipe")
    with (
        pytest.raises(OutputError, match="pipe: it is a pipe, where a file was expected"),
        staged_folder(folder, keep=lambda _name: True),
    ):
        pytest.fail("the block may not begin")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["out"]
    assert (folder / "mine.txt").read_text("utf-8") == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_an_input_whose_links_have_no_end_is_left_to_its_reader(tmp_path: Path) -> None:
    """The look where inputs lie stopped with a fault of the program."""
    (tmp_path / "loop").symlink_to("loop")
    refuse_existing(tmp_path / "out", overwrite=False, inputs=[tmp_path / "loop"])
    with pytest.raises(OutputError, match="input"):
        refuse_existing(tmp_path, overwrite=True, inputs=[tmp_path / "loop"])
