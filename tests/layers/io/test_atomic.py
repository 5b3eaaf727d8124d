"""Files are written aside and renamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers import OutputError, OutputExistsError
from layers.io.atomic import save_text, written_aside


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
