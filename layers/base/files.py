"""A look before a file is opened, and what the operating system says of files in our words.

A pipe would be read without end, and a name can be longer than any file system takes: readers ask
here first. What is refused later, in the midst of work, is told with the same words.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from layers.base.errors import InputError, MissingFileError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.not_there import in_its_place

_REASONS = {
    errno.ENOENT: "not_there",
    errno.EEXIST: "exists",
    errno.EISDIR: "folder",
    errno.ENOTDIR: "no_folder",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.EROFS: "read_only",
    errno.ENAMETOOLONG: "name_too_long",
    errno.ELOOP: "link_without_end",
    errno.EMFILE: "many_open",
    errno.ENFILE: "many_open",
    errno.ENOSPC: "disk_full",
    errno.EBUSY: "in_use",
    errno.EIO: "drive",
}
_KINDS = {
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
#: Letters of a path in a message; longer ones lose their middle.
_SHOWN = 160


def require_file(path: str | Path, *, folder: bool = False) -> Path:
    """Path of a file (or ``folder``) that is there and may be read, without waiting for it."""
    at = Path(path)
    try:
        mode = at.stat().st_mode
        if stat.S_ISREG(mode):
            at.open("rb").close()
    except (FileNotFoundError, ValueError) as error:  # a name that holds a nought
        if at.is_symlink():
            target = _shown(at.readlink())
            raise MissingFileError("layers.base.link_to_nothing", path=at, target=target) from error
        there = in_its_place(at)
        raise MissingFileError(
            "layers.base.file_not_found", path=_shown(at), there=there
        ) from error
    except OSError as error:
        raise cannot_open(error, at) from error
    if stat.S_ISREG(mode) or (folder and stat.S_ISDIR(mode)):
        return at
    raise InputError("layers.base.cannot_open", path=_shown(at), why=_kind(mode))


def special_kind(path: Path) -> Phrase | None:
    """What a path is that is neither file nor folder, such as a pipe; None where it is one."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _kind(mode)


def resolved(path: Path) -> Path:
    """Where a path really leads; one whose links lead back to themselves, to where they begin."""
    return Path(os.path.realpath(path))  # Path.resolve raises what is no OSError


def cannot_open(error: OSError, path: str | Path) -> InputError:
    """Error of a file that cannot be opened."""
    return InputError("layers.base.cannot_open", path=_shown(path), why=reason(error))


def reason(error: OSError) -> Phrase:
    """Why the operating system refused something, without its number."""
    if error.errno in _REASONS:
        return message(f"layers.base.because_{_REASONS[error.errno]}")
    told = " ".join(str(error.strerror or error).split())
    return Phrase(told, told)


def refusal(error: OSError) -> Phrase:
    """Tell a refusal that nobody met, with the file where the system names it."""
    if error.errno is None or error.filename is None:
        return reason(error)
    return message("layers.base.refused", path=_shown(error.filename), why=reason(error))


def _kind(mode: int) -> Phrase:
    return message(f"layers.base.because_{_KINDS.get(stat.S_IFMT(mode), 'device')}")


def _shown(path: object) -> str:
    text = path.decode("utf-8", "replace") if isinstance(path, bytes) else str(path)
    half = _SHOWN // 2
    return text if len(text) <= _SHOWN else f"{text[:half]}…{text[-half:]}"
