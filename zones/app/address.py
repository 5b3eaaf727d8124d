"""Address of a desk that was killed: the next one takes it up, and its page goes on.

The file holds the key of the session, so only its owner may read it; a desk that
ends takes it away.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from layers.base.errors import OutputError
from layers.base.json_text import parsed_json
from zones.app.serve import Desk, open_desk
from zones.app.session import Session, settings_folder
from zones.app.worker import Worker

#: Seconds without a sign of life after which what was left is stale: no page waits that long.
_KEPT_SECONDS = 24 * 3600
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


@contextlib.contextmanager
def kept_desk(session: Session, *, port: int = 0, worker: Worker | None = None) -> Iterator[Desk]:
    """A desk at the address that one on this project was killed at, else at one of its own."""
    file = _address_file(session)
    left = _left(file)
    desk = None
    if left is not None and port in (0, left[0]):
        with contextlib.suppress(OutputError):  # Held by a desk that runs, or by another program
            desk = open_desk(session, port=left[0], token=left[1], worker=worker)
    kept = desk is not None or left is None
    desk = desk or open_desk(session, port=port, worker=worker)
    if kept:
        _keep(file, desk)
        desk.server.site.state.bell.alive = lambda: _touch(file)
    try:
        yield desk
    finally:
        if kept:
            file.unlink(missing_ok=True)


def _address_file(session: Session) -> Path:
    place = str(session.project or session.demo or Path.cwd())
    name = hashlib.sha256(place.encode()).hexdigest()[:16]
    return settings_folder() / f"desk-{name}.json"


def _left(file: Path) -> tuple[int, str] | None:
    """Port and key that a desk left within a day; nothing where others could read or write them."""
    try:
        state = file.stat(follow_symlinks=False)
        own = os.name == "nt" or (state.st_uid == os.getuid() and not state.st_mode & 0o077)
        stale = not 0 <= time.time() - state.st_mtime <= _KEPT_SECONDS
        if stale or not own or not stat.S_ISREG(state.st_mode):
            return None
        said = parsed_json(file.read_text("utf-8"))
        port, key = int(said["port"]), str(said["key"])
    except (OSError, ValueError, TypeError, KeyError):
        return None  # a convenience: without it the page has a new address
    return (port, key) if 1024 <= port <= 65535 and _KEY.fullmatch(key) else None


def _touch(file: Path) -> None:
    """Say that the desk is alive, which may have been opened days ago."""
    with contextlib.suppress(OSError):
        os.utime(file, (time.time(), time.time()))


def _keep(file: Path, desk: Desk) -> None:
    said = {
        "port": desk.listening.getsockname()[1],
        "key": desk.address.partition("#token=")[2],
    }
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(said, stream)
