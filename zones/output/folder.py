"""Output folders and tables: written aside, then renamed, so that nothing is ever half-written."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from layers.base.errors import OutputError, OutputExistsError

__all__ = [
    "formula_safe",
    "guard_writing",
    "refuse_existing",
    "save_table",
    "save_text",
    "staged_folder",
]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
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


@contextlib.contextmanager
def guard_writing(folder: Path) -> Iterator[None]:
    """Turn what the operating system says of a full disk or a locked file into a clear error."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else -1):
            raise OutputError(
                en=f"The disk is full: {folder} could not be written; earlier outputs are "
                "untouched. Free some space and run again.",
                vi=f"Đĩa đã đầy: không ghi được {folder}; kết quả cũ vẫn còn nguyên. Hãy giải "
                "phóng dung lượng rồi chạy lại.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY):
            raise OutputError(
                en=f"{folder} may not be written ({error.strerror}); earlier outputs are "
                "untouched. Close files of it that are open elsewhere, or choose another --out.",
                vi=f"Không ghi được vào {folder} ({error.strerror}); kết quả cũ vẫn còn nguyên. "
                "Hãy đóng các tệp đang mở hoặc chọn thư mục khác với --out.",
            ) from error
        raise


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as ``name.csv`` (UTF-8 with BOM, for Excel) and ``name.parquet``."""
    frame.to_parquet(folder / f"{name}.parquet", index=False)
    text = frame.apply(formula_safe)
    text.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")


def formula_safe(values: pd.Series[str]) -> pd.Series[str]:
    """Quote by an apostrophe the text that a spreadsheet would take for a formula."""
    if not pd.api.types.is_string_dtype(values.dtype):
        return values
    return values.mask(values.str.startswith(_FORMULA_STARTS, na=False), "'" + values)


def save_text(text: str, path: Path) -> None:
    """Write a text file (UTF-8, Unix line ends) through a temporary file and a rename."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with guard_writing(path):
            aside.write_text(text, encoding="utf-8", newline="\n")
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
