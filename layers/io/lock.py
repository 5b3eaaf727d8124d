"""One writer at a time: a lock beside what is written, held by the operating system.

The system gives the lock back when a process ends, however it ends, and holds it against processes
of other containers too, whose process ids mean nothing here: nothing in the file is ever read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from layers.base.errors import OutputError
from layers.base.files import reason

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt

#: What a file system says that knows no locks.
_WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, getattr(errno, "ENOTSUP", errno.ENOSYS)}
_held: set[tuple[Path, int]] = set()


def real_path(path: Path) -> Path:
    """Where an output really lies; a link that leads back to itself leads nowhere."""
    real = Path(os.path.realpath(path))
    # Nothing of a path without links is one; Path.resolve tells no loop any more (Python 3.13).
    if any(part.is_symlink() for part in (real, *real.parents)):
        raise OutputError("layers.io.link_without_end", path=path)
    return real


@contextlib.contextmanager
def locked(target: Path) -> Iterator[bool]:
    """Keep a file or folder to this writer; tells whether it is certain that there is no other.

    Within the block of the same thread, the same name may be locked again.
    """
    target = real_path(target)
    mine = (target, threading.get_ident())
    if mine in _held:
        yield False
        return
    lock = target.parent / f".{target.name}.lock"  # the root of a disk has no name
    handle, alone = _locked(lock, target)
    _held.add(mine)
    try:
        yield alone
    finally:
        _held.discard(mine)
        if fcntl is None:
            os.close(handle)  # Windows keeps an open file's name
        with contextlib.suppress(OSError):
            lock.unlink()  # while the lock is held, so that nobody waits for a name that is gone
        if fcntl is not None:
            os.close(handle)


def _locked(lock: Path, target: Path) -> tuple[int, bool]:
    """Handle of a lock file, and whether the file system really holds the lock."""
    while True:
        handle = _opened(lock, target)
        try:
            if fcntl is None:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _WITHOUT_LOCKS:
                return handle, False
            os.close(handle)
            raise OutputError("layers.io.another_run", target=target) from error
        # A run that ended in between has taken the name away: lock the one that is there now.
        with contextlib.suppress(FileNotFoundError):
            if fcntl is None or os.fstat(handle).st_ino == lock.stat().st_ino:
                return handle, True
        os.close(handle)


def _opened(lock: Path, target: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except (PermissionError, IsADirectoryError) as error:
        raise OutputError(
            "layers.io.lock_not_opened",
            target=target,
            lock=lock.name,
            folder=lock.parent,
            reason=reason(error),
        ) from error
