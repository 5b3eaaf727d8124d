"""The one way to write a file: aside, then renamed, so that none is ever half-written or lost."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.base.errors import OutputError, OutputExistsError, VungTrongError

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_LOCKED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)


@contextmanager
def written_aside(
    path: Path, *, overwrite: bool, program: str = "another program"
) -> Iterator[Path]:
    """Name to write a file to, which takes the place of ``path`` only when the block succeeds."""
    if path.exists() and not overwrite:
        raise OutputExistsError("layers.io.output_exists", path=path)
    # The file that a link leads to is replaced, never the link.
    target = path.resolve()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with guard_writing(path, program=program):
            yield part
            part.replace(target)
    except OSError as error:
        if isinstance(error, VungTrongError):
            raise
        raise OutputError(
            "layers.io.not_written", path=path, error=error, program=program
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def guard_writing(path: Path, *, program: str = "another program") -> Iterator[None]:
    """Turn what the operating system says of a full disk or a locked file into a clear error."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OutputError("layers.io.disk_full", path=path) from error
        if error.errno in _LOCKED:
            raise OutputError(
                "layers.io.writing_refused", path=path, strerror=error.strerror, program=program
            ) from error
        raise


def save_text(text: str, path: Path) -> None:
    """Write a text file (UTF-8, Unix line ends), replacing one that is there."""
    with written_aside(path, overwrite=True) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
