"""Output folders and tables: written aside, then renamed, so that nothing is ever half-written."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from layers.base.errors import OutputExistsError
from layers.io.atomic import guard_writing
from layers.io.table_output import save_csv

__all__ = [
    "refuse_existing",
    "save_table",
    "staged_folder",
]

_STALE_SECONDS = 24 * 3600


def refuse_existing(folder: Path, *, overwrite: bool) -> None:
    """Refuse an output folder that holds something, unless overwriting was asked for."""
    if folder.is_file():
        raise OutputExistsError(
            en=f"{folder} is a file; expected a folder to write to. Choose another with --out.",
            vi=f"{folder} là một tệp; cần một thư mục để ghi. Hãy chọn thư mục khác với --out.",
        )
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise OutputExistsError(
            en=f"Output folder {folder} exists and is not empty; add --overwrite to replace what a "
            "run wrote there, or choose another with --out.",
            vi=f"Thư mục kết quả {folder} đã có dữ liệu; thêm --overwrite để ghi đè kết quả cũ, "
            "hoặc chọn thư mục khác với --out.",
        )


@contextlib.contextmanager
def staged_folder(folder: Path, *, keep: Callable[[str], bool]) -> Iterator[Path]:
    """Folder to write to, which takes the place of ``folder`` only when the block succeeds."""
    folder = folder.absolute()
    backup = folder.with_name(f".{folder.name}.old")
    stage = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        with guard_writing(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            _tidy_up(folder, backup)
            stage.mkdir()
            _copy_kept(folder, stage, keep)
        with guard_writing(folder):
            yield stage
        with guard_writing(folder):
            _swap(stage, folder, backup)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _tidy_up(folder: Path, backup: Path) -> None:
    """Mend what a run killed in mid-rename left behind."""
    if backup.exists() and not folder.exists():
        backup.rename(folder)
    for stale in folder.parent.glob(f".{folder.name}.*.part"):
        if time.time() - stale.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(stale, ignore_errors=True)


def _copy_kept(folder: Path, stage: Path, keep: Callable[[str], bool]) -> None:
    """Copy what stays; links stay links, and an empty folder of the user's stays too."""
    for at, folders, files in os.walk(folder):
        here = Path(at)
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*files, *linked]):
            path = here / name
            inner = path.relative_to(folder).as_posix()
            if keep(inner):
                target = stage / inner
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target, follow_symlinks=False)
        if not folders and not files and here != folder:
            (stage / here.relative_to(folder)).mkdir(parents=True, exist_ok=True)


def _swap(stage: Path, folder: Path, backup: Path) -> None:
    if not folder.exists():
        stage.rename(folder)
        return
    shutil.rmtree(backup, ignore_errors=True)
    folder.rename(backup)
    try:
        stage.rename(folder)
    except OSError:
        backup.rename(folder)
        raise
    shutil.rmtree(backup, ignore_errors=True)


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as ``name.csv`` and ``name.parquet``."""
    frame.to_parquet(folder / f"{name}.parquet", index=False)
    save_csv(frame, folder / f"{name}.csv")
