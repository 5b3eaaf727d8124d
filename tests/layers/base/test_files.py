"""What is no file, or may not be opened, is one line and never waited for."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import pytest

from layers.base.errors import InputError, MissingFileError, VungTrongError
from layers.base.files import reason, refusal, require_file, resolved, special_kind

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and sockets have names on POSIX")


def _socket(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def test_a_file_is_given_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x", "utf-8")
    assert require_file(str(tmp_path / "a")) == tmp_path / "a"
    assert require_file(tmp_path, folder=True) == tmp_path


def test_a_folder_and_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be opened: it is a folder, where a file"):
        require_file(tmp_path)
    with pytest.raises(MissingFileError, match=r"No file .*gone \("):
        require_file(tmp_path / "gone")
    with pytest.raises(MissingFileError, match="No file"):
        require_file(tmp_path / "a\0b")


@posix
def test_a_pipe_a_socket_and_a_device_are_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    _socket(tmp_path / "socket", monkeypatch)
    for name in ("pipe", "socket"):
        with pytest.raises(InputError, match=f"it is a {name}, where a file was expected"):
            require_file(tmp_path / name)
        assert special_kind(tmp_path / name) is not None
    with pytest.raises(InputError, match="it is a device, where a file"):
        require_file("/dev/zero", folder=True)
    assert special_kind(tmp_path) is None


@posix
def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(MissingFileError, match=r"nowhere is a link to gone, which is not there"):
        require_file(tmp_path / "nowhere")
    with pytest.raises(InputError, match="its links lead back to themselves"):
        require_file(tmp_path / "loop")
    assert resolved(tmp_path / "loop").name == "loop"
    assert resolved(tmp_path / "nowhere") == resolved(tmp_path) / "gone"


@posix
def test_names_that_no_disk_takes_and_a_file_for_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the name is longer than the disk allows") as told:
        require_file(tmp_path / ("n" * 300))
    assert len(str(told.value)) < 350
    (tmp_path / "a").write_text("x", "utf-8")
    with pytest.raises(InputError, match="a file stands where the path names a folder"):
        require_file(tmp_path / "a" / "b")


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("x", "utf-8")

    def refuse(_self: Path, _mode: str = "r") -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "a"))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="cannot be opened: permission is missing"):
        require_file(tmp_path / "a")


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EISDIR, errno.ENAMETOOLONG, errno.EIO, errno.EMFILE, errno.ENXIO]
)
def test_no_refusal_shows_a_number(number: int) -> None:
    error = OSError(number, os.strerror(number), "a.csv")
    for told in (refusal(error), reason(error)):
        assert "Errno" not in told.en + told.vi
    assert refusal(error).en.startswith("a.csv: ")
    assert not isinstance(error, VungTrongError)
