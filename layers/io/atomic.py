"""The one way to write files: aside, then renamed, so that none is ever half-written or lost.

Files that belong together, such as the parts of a Shapefile, cannot be renamed in one instant. They
are made ready in a folder beside, and moved from there, the one by which they are opened taken away
first and put back last. A process that is killed in between leaves that folder, and no file to
open, never a mixed one: whoever writes there next finishes the move. Folders for what is of use
only while a block lasts are taken away by the next process where one was killed.
"""

from __future__ import annotations

import errno
import io
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from layers.base.errors import OutputError, OutputExistsError, VungTrongError
from layers.base.files import reason
from layers.io.lock import locked, real_path

_SCRATCH = "zones-scratch-"
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_SAYS_FULL = re.compile(r"disk is full|[Nn]o space left|Disk quota exceeded")
_SAYS_FAILED, _NEXT_TO_NOTHING = re.compile("disk I/O error|sqlite3_exec"), 1 << 20
_LOCKED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY)
#: What belongs to a layer's file alone: beside another layer it would mislead programs.
_BESIDE = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx", ".idm", ".ind"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".gpkg": (".gpkg-wal", ".gpkg-shm", ".gpkg-journal"),
}


@contextmanager
def written_aside(
    path: Path, *, overwrite: bool, program: str = "another program"
) -> Iterator[Path]:
    """Name to write a file to, which takes the place of ``path`` only when the block succeeds."""
    if path.exists() and not overwrite:
        raise OutputExistsError("layers.io.output_exists", path=path)
    _refuse_special(path)
    # The file that a link leads to is replaced, never the link.
    target = real_path(path)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with guard_writing(path, program=program), locked(target) as alone:
            if alone:
                remove_left_over(target)
            yield part
            part.replace(target)
    except OSError as error:
        if isinstance(error, VungTrongError):
            raise
        raise OutputError(
            "layers.io.not_written", path=path, error=reason(error), program=program
        ) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def written_at_once(
    path: Path, *, overwrite: bool, program: str = "another program"
) -> Iterator[io.BytesIO]:
    """Stream whose bytes take the place of ``path`` when the block succeeds.

    For archives: one that a full disk cuts off is left open, and complains when it is let go. A
    path that cannot be written fails before any work is done.
    """
    with (
        written_aside(path, overwrite=overwrite, program=program) as part,
        part.open("wb") as file,
    ):
        stream = io.BytesIO()
        yield stream
        file.write(stream.getbuffer())


def _refuse_special(path: Path) -> None:
    """Leave devices, pipes and sockets alone: the rename at the end would put a file over them."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OutputError("layers.io.special_file", path=path)


@contextmanager
def written_together(main: Path) -> Iterator[Path]:
    """Folder for ``main`` and what belongs to it, which take their places beside it as one."""
    _refuse_special(main)
    target = real_path(main)
    with guard_writing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    stage = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with locked(target) as alone:
        try:
            with guard_writing(target.parent):
                if alone:
                    remove_left_over(target)
                _move(target)
                stage.mkdir()
                yield stage
                stage.rename(_folders(target)[0])
                _move(target)
        finally:  # also when a signal came in the midst of that
            with guard_writing(target.parent):
                _move(target)
            shutil.rmtree(stage, ignore_errors=True)


def finish_move(main: Path) -> None:
    """Put in their places files that a killed process had made ready; nothing where none are."""
    target = real_path(main)
    if waiting_files(target) is not None:
        with guard_writing(target.parent), locked(target):
            _move(target)


def waiting_files(target: Path) -> Path | None:
    """Folder of files that a killed process had made ready for the place of ``target``."""
    return next((folder for folder in _folders(target) if folder.is_dir()), None)


def _folders(target: Path) -> tuple[Path, Path]:
    """Names of the folder of new files, before and after the earlier ones are taken away."""
    # Not ``with_name``: what a project names may be ".", which has none
    return target.parent / f".{target.name}.ready", target.parent / f".{target.name}.moving"


def _move(target: Path) -> None:
    """Move what is ready, from whichever instant an earlier move had come to."""
    ready, moving = _folders(target)
    if ready.is_dir():
        target.unlink(missing_ok=True)
        beside = _BESIDE.get(target.suffix.lower(), ())
        for item in target.parent.iterdir():
            if item.stem == target.stem and item.suffix.lower() in beside:
                item.unlink()
        ready.rename(moving)
    if moving.is_dir():
        for item in sorted(moving.iterdir(), key=lambda one: one.name == target.name):
            item.replace(target.with_name(item.name))
        moving.rmdir()


def remove_left_over(target: Path, ending: str = ".part") -> None:
    """Remove what a killed process left beside a target; for whoever alone may write it."""
    start = f".{target.name}."
    for item in target.parent.iterdir():
        middle = item.name.removeprefix(start).removesuffix(ending)
        if item.name == f"{start}{middle}{ending}" and "." not in middle:
            if item.is_dir():
                shutil.rmtree(item, ignore_errors=True)
            else:
                item.unlink(missing_ok=True)


@contextmanager
def guard_writing(path: Path, *, program: str = "another program") -> Iterator[None]:
    """Turn what is said of a full disk or a locked file into a clear error, whoever says it."""
    try:
        yield
    except VungTrongError:
        raise
    except Exception as error:
        if is_disk_full(error, path):
            raise OutputError("layers.io.disk_full", path=path) from error
        if isinstance(error, OSError) and error.errno in _LOCKED:
            raise OutputError(
                "layers.io.writing_refused", path=path, strerror=reason(error), program=program
            ) from error
        raise


def is_disk_full(error: BaseException | None, path: Path) -> bool:
    """Whether an error, or one that it came of, says that the disk of a file is full.

    Drivers tell it in words of their own; SQLite may say no more than that writing failed.
    """
    while error is not None:
        if getattr(error, "errno", None) in _FULL:
            return True
        # A driver's words; what Python itself raises may quote a cell
        own = type(error).__module__ == "builtins" and not isinstance(error, OSError)
        told = "" if own else str(error)
        if _SAYS_FULL.search(told):
            return True
        if _SAYS_FAILED.search(told) and _free_bytes(path) < _NEXT_TO_NOTHING:
            return True
        error = error.__cause__ or error.__context__
    return False


def _free_bytes(path: Path) -> float:
    folder = next(place for place in (path, *path.absolute().parents) if place.is_dir())
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return float("inf")


def save_text(text: str, path: Path) -> None:
    """Write a text file (UTF-8, Unix line ends), replacing one that is there."""
    with written_aside(path, overwrite=True) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Folder that goes away with the block; those of processes that were killed go before."""
    place = Path(tempfile.gettempdir())
    _remove_left_over(place)
    folder = place / f"{_SCRATCH}{secrets.token_hex(6)}"
    with locked(folder):  # held before the folder is there, so that nobody takes it away
        folder.mkdir(mode=0o700)
        try:
            yield folder
        except VungTrongError:
            raise
        except Exception as error:  # of what is written here, or of any other file
            if is_disk_full(error, folder):
                raise OutputError("layers.io.disk_full", path=folder) from error
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_left_over(place: Path) -> None:
    for lock in place.glob(f".{_SCRATCH}*.lock"):
        folder = place / lock.name.removeprefix(".").removesuffix(".lock")
        # Another's lock is held, or is no file of ours.
        with suppress(OutputError), locked(folder) as alone:
            if alone and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
