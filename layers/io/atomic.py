"""Pages as files: written aside and renamed, so that none is ever half-written or lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.base.errors import OutputError, OutputExistsError

__all__ = ["written_aside"]


@contextmanager
def written_aside(path: Path, *, program: str, overwrite: bool) -> Iterator[Path]:
    """Name to write a page to, which takes the place of ``path`` only when the block succeeds."""
    if path.exists() and not overwrite:
        raise OutputExistsError(
            en=f"{path} exists: give another name, or ask to overwrite it.",
            vi=f"{path} đã có: hãy đặt tên khác hoặc cho phép ghi đè.",
        )
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise OutputError(
            en=f"{path} could not be written ({error}). Close it if it is open in {program}, or "
            "choose another folder.",
            vi=f"Không ghi được {path} ({error}). Hãy đóng tệp nếu đang mở trong {program}, hoặc "
            "chọn thư mục khác.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
