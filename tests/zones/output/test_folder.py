"""Output folders: nothing half-written or overwritten unasked, no data that becomes a formula."""

import errno
import sys
from pathlib import Path

import pandas as pd
import pytest

from layers import OutputError, OutputExistsError
from zones.output.folder import refuse_existing, save_table, staged_folder


def keep_none(_name: str) -> bool:
    return False


def test_a_folder_appears_only_when_its_block_succeeds(tmp_path: Path) -> None:
    out = tmp_path / "Kết quả 2026"
    with staged_folder(out, keep=keep_none) as stage:
        (stage / "a.txt").write_text("1")
        assert not out.exists()
    assert [path.name for path in out.iterdir()] == ["a.txt"]
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


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


def test_tables_open_in_a_spreadsheet_and_are_never_formulas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"xã": ["Lộc Bình", "=1+1", "@x"], "ha": [1.5, -2.0, 0.1]})
    save_table(frame, tmp_path, "t")
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig") == "xã,ha\nLộc Bình,1.5\n'=1+1,-2.0\n'@x,0.1\n"
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), frame)
