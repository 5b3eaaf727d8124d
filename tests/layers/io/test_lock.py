"""One writer at a time, in one process table and in two, on every system."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from layers import OutputError
from layers.io import lock
from layers.io.atomic import save_text
from layers.io.lock import locked

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys
from pathlib import Path
from layers.io.lock import locked
with locked(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""


def _unshared() -> list[str]:
    """Command that starts a process in a process table of its own, where that is allowed."""
    command = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    try:
        done = subprocess.run([*command, "true"], capture_output=True, check=False)
    except OSError:
        return []
    return command if done.returncode == 0 else []


@pytest.mark.parametrize("tables", ["one process table", "two process tables"])
def test_one_writes_and_the_other_says_so(tables: str, tmp_path: Path) -> None:
    command = _unshared() if tables.startswith("two") else []
    if tables.startswith("two") and not command:
        pytest.skip("no process table of its own may be made here")
    target = tmp_path / "a.txt"
    first = subprocess.Popen(
        [*command, sys.executable, "-c", HOLD, str(target)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert first.stdout.readline() == "holding\n"
    with pytest.raises(OutputError, match=r"Another run is writing to .*a\.txt: wait"):
        save_text("second", target)
    first.communicate()
    save_text("second", target)
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_what_stands_in_a_lock_is_never_read(tmp_path: Path) -> None:
    # Left by a dead process of another machine, or by another program: the system holds no lock.
    for text in ("", "1 host-of-others 8f4c boot", "\x00\xff"):
        (tmp_path / ".a.txt.lock").write_text(text)
        save_text("x", tmp_path / "a.txt")
        assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_a_lock_that_cannot_be_opened_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".a.txt.lock").mkdir()
    with pytest.raises(OutputError, match=r"its lock \.a\.txt\.lock in .* cannot be opened .*dele"):
        save_text("x", tmp_path / "a.txt")
    (tmp_path / ".a.txt.lock").rmdir()

    def refuse(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match=r"cannot be opened \(permission is missing\)"):
        save_text("x", tmp_path / "a.txt")


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks as Windows keeps them: of a range of bytes, by ``msvcrt``."""
    taken: dict[int, int] = {}

    def locking(handle: int, how: int, size: int) -> None:
        assert (how, size) == (2, 1)
        inode = os.fstat(handle).st_ino
        owner = taken.get(inode, handle)
        if owner != handle and _is_open(owner):
            raise PermissionError(errno.EACCES, "Permission denied")
        taken[inode] = handle

    monkeypatch.setattr(lock, "fcntl", None)
    fake = SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setattr(lock, "msvcrt", fake, raising=False)


def _is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


@pytest.mark.usefixtures("windows")
def test_windows_locks_without_process_ids(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with locked(target) as alone:
        assert alone
        handle = os.open(tmp_path / ".a.txt.lock", os.O_RDWR)
        with pytest.raises(PermissionError):
            lock.msvcrt.locking(handle, 2, 1)
        lock._held.clear()  # as another process sees it
        with pytest.raises(OutputError, match="Another run is writing to"), locked(target):
            raise AssertionError("two at once")
        os.close(handle)
    save_text("x", target)
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_within_one_writer_a_name_may_be_locked_again(tmp_path: Path) -> None:
    with locked(tmp_path / "a.txt") as alone, locked(tmp_path / "a.txt") as again:
        assert (alone, again) == (True, False)


@pytest.mark.skipif(sys.platform == "win32", reason="one root only")
def test_the_root_of_a_disk_has_a_lock_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def note(path: Path, _target: Path) -> tuple[int, bool]:
        seen.append(path)
        return os.open(os.devnull, os.O_RDONLY), True

    monkeypatch.setattr(lock, "_locked", note)
    with locked(Path("/")):
        assert seen == [Path("/..lock")]
