"""Output folders and tables: written aside, then renamed, so that nothing is ever half-written."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa

from layers.base.errors import InputError, OutputError, OutputExistsError
from layers.base.files import resolved, special_kind
from layers.io.atomic import guard_writing, remove_left_over
from layers.io.lock import locked, real_path
from layers.io.table_output import save_csv, without_dust

#: What a Parquet file, or what it says of its own frame, may be at fault with.
_DAMAGED = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError)
#: Folder below the output folder with the tables of a run; what a person opens lies above it.
TABLES_FOLDER = "tables"
#: GeoPackage of the QGIS project, below the output folder, and its packed copy: QGIS edits the file
#: in its place, and what was edited is told by what was written.
QGIS_FILE, QGIS_COPY = "qgis/project.gpkg", f"{TABLES_FOLDER}/qgis_project.gpkg.zst"
#: Folder below it with results of earlier settings, and files that were edited by hand.
OUTDATED_FOLDER = "outdated"
#: Where Linux lists what is mounted, and how a space stands there.
_MOUNTS, _ESCAPED = Path("/proc/self/mountinfo"), re.compile(r"\\([0-7]{3})")


def refuse_existing(
    folder: Path, *, overwrite: bool, inputs: Iterable[Path] = (), made_by: Iterable[str] = ()
) -> None:
    """Refuse an output folder that cannot be one, before any work is done.

    It is a file, a device or a pipe, is or holds a mount point, holds inputs, or holds something
    and overwriting was not asked for, or none of the names in ``made_by``: what an earlier run
    leaves.
    """
    _refuse_no_folder(folder)
    real = real_path(folder)
    within = sorted({str(path) for path in inputs if _lies_in(path, real)})
    if within:
        raise OutputError(
            "zones.output.inputs_in_folder", folder=folder, count=len(within), within=within
        )
    for point in _mount_points(real):
        if point == real:
            raise OutputError("zones.output.mount_point", folder=folder, folder_2=folder / "out")
        raise OutputError("zones.output.mount_inside", folder=folder, point=point)
    if not folder.is_dir() or all(map(_is_left_over, folder.iterdir())):
        return
    if not overwrite:
        raise OutputExistsError("zones.output.folder_not_empty", folder=folder)
    names = tuple(made_by)
    if names and not any((folder / name).is_file() for name in names):
        own = folder / "out"
        raise OutputExistsError("zones.output.folder_not_ours", folder=folder, own=own)


def _mount_points(folder: Path) -> list[Path]:
    """Mount points at or below a folder; one of a folder of the same disk only Linux tells."""
    found = [folder] if os.path.ismount(folder) else []
    with contextlib.suppress(OSError):
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
        told = (_ESCAPED.sub(lambda one: chr(int(one[1], 8)), line.split(" ")[4]) for line in lines)
        found += sorted(point for point in map(Path, told) if point.is_relative_to(folder))
    return found


def _is_left_over(path: Path) -> bool:
    """Whether a killed run left this, or a file manager: nobody misses it."""
    own = path.name.startswith(".") and path.name.endswith((".run.part", ".lock", ".old"))
    return own or path.name in (".DS_Store", "desktop.ini", "Thumbs.db")


def _refuse_no_folder(folder: Path) -> None:
    """Leave files, devices, pipes and sockets alone: a folder would be put in their place."""
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError("zones.output.folder_is_a_file", folder=folder)


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether a file, or the link that names it, lies in a folder."""
    linked = resolved(path.parent) / path.name
    return resolved(path).is_relative_to(folder) or linked.is_relative_to(folder)


@contextlib.contextmanager
def staged_folder(
    folder: Path, *, keep: Callable[[str], bool], moved: Mapping[str, str] | None = None
) -> Iterator[Path]:
    """Folder to write to, which takes the place of ``folder`` only when the block succeeds.

    What is kept stays as it is; what is moved goes on under another name.
    """
    folder = real_path(folder)  # a linked folder is written where it really is, and stays linked
    backup = folder.with_name(f".{folder.name}.old")
    stage = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.run.part")
    with locked_folder(folder):
        try:
            with guard_writing(folder):
                stage.mkdir()
                _copy_kept(folder, stage, keep, moved or {})
            with guard_writing(folder):
                yield stage
            with guard_writing(folder):
                _copy_modes(folder, stage)
                _swap(stage, folder, backup)
        finally:
            _remove(stage)


@contextlib.contextmanager
def filled_folder(folder: Path) -> Iterator[Path]:
    """Folder to write to, whose files take their places in ``folder`` when the block succeeds.

    Everything else in ``folder`` stays, and so does the folder itself: somebody may stand in it.
    """
    folder = real_path(folder)
    stage = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.run.part")
    with locked_folder(folder):
        try:
            with guard_writing(folder):
                stage.mkdir()
                yield stage
                for path in sorted(stage.rglob("*")):
                    target = folder / path.relative_to(stage)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if path.is_file():
                        path.replace(target)
        finally:
            _remove(stage)


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keep an output folder to this run, and mend what a killed run left behind."""
    _refuse_no_folder(folder)
    folder = real_path(folder)
    with guard_writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder) as alone:
        if alone:
            _tidy_up(folder)
        yield


def _tidy_up(folder: Path) -> None:
    """Mend what a run killed in mid-rename left behind; whoever holds the lock is alone."""
    backup = folder.with_name(f".{folder.name}.old")
    if backup.exists() and not folder.exists():
        backup.rename(folder)
    remove_left_over(folder, ".run.part")
    if folder.exists():
        _remove(backup)


def _copy_kept(
    folder: Path, stage: Path, keep: Callable[[str], bool], moved: Mapping[str, str]
) -> None:
    """Copy what stays; links stay links, and an empty folder of the user's stays too.

    What cannot be listed cannot be kept: it is refused, before the folder is swapped for another.
    """
    for at, folders, files in os.walk(folder, onerror=_refuse_unlisted):
        here = Path(at)
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*files, *linked]):
            path = here / name
            inner = path.relative_to(folder).as_posix()
            if inner in moved or keep(inner):
                if (kind := special_kind(path)) is not None:
                    raise OutputError("layers.base.refused", path=path, why=kind)
                target = stage / moved.get(inner, inner)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target, follow_symlinks=False)
                _copy_owner(path, target)
        if not folders and not files:
            (stage / here.relative_to(folder)).mkdir(parents=True, exist_ok=True)


def _refuse_unlisted(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # as before the first run
        raise error


def _copy_modes(folder: Path, stage: Path) -> None:
    """Give folders the modes and owners that they had; they may be closed to writing once full."""
    for at, _, _ in os.walk(folder, topdown=False):
        copy = stage / Path(at).relative_to(folder)
        if copy.is_dir():
            _copy_owner(Path(at), copy)
            shutil.copymode(at, copy)


def _copy_owner(path: Path, copy: Path) -> None:
    """Give a copy the owner and the group of what it was copied from, if that may be done."""
    was, now = path.lstat(), copy.lstat()
    if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
        with contextlib.suppress(OSError):
            os.chown(copy, was.st_uid, was.st_gid, follow_symlinks=False)


def _swap(stage: Path, folder: Path, backup: Path) -> None:
    """Put a finished folder in the place of the earlier one, which stays until then."""
    _refuse_no_folder(folder)  # it may have come while the files were made
    if not folder.exists():
        stage.rename(folder)
        return
    _remove(backup)
    try:
        folder.rename(backup)
        stage.rename(folder)
    finally:  # also when a signal comes between the two
        if not folder.exists():
            backup.rename(folder)
    _remove(backup)


def _remove(folder: Path) -> None:
    """Remove what has had its time, folders that are closed to writing included."""
    for at, names, _ in os.walk(folder):
        for path in (Path(at), *(Path(at, name) for name in names)):
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def kept_table(name: str) -> str:
    """Path, below the output folder, of the file that a later run takes a table over from."""
    return f"{TABLES_FOLDER}/{name}.parquet"


def keep_copy(path: Path, copy: Path) -> None:
    """Keep a file as it was written, packed."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, pa.output_stream(copy, compression="zstd") as target:
        shutil.copyfileobj(source, target)


def unpack_copy(copy: Path, path: Path) -> None:
    """Write a file again as it was when its copy was kept."""
    with pa.input_stream(copy, compression="zstd") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as ``name.csv``, for people and programs, and ``name.parquet``, unrounded."""
    save_parquet(frame, folder, name)
    save_csv(without_dust(frame), folder / f"{name}.csv")


def save_parquet(frame: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as ``name.parquet``, unrounded."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(folder / f"{name}.parquet", index=False)


def load_kept_table(out: Path, name: str) -> pd.DataFrame:
    """Read a table that an earlier run left in its output folder, unrounded."""
    path = out / kept_table(name)
    try:
        return pd.read_parquet(path.absolute())
    except _DAMAGED as error:
        raise InputError("zones.output.table_damaged", path=path, out=out) from error
