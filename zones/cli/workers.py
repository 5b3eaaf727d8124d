"""Who does the work of a run: workers on this machine, or a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from layers.base.errors import InputError

__all__ = ["connected"]


@contextlib.contextmanager
def connected(scheduler: str, workers: int) -> Iterator[object]:
    """Workers for a run."""
    if not scheduler:
        yield workers
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            en="--scheduler needs dask.distributed: pip install 'vungtrong[cluster]'.",
            vi="--scheduler cần dask.distributed: pip install 'vungtrong[cluster]'.",
        ) from error
    connect: Any = Client  # without annotations of its own, and absent where the extra is
    try:
        client = connect(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(
            en=f"No dask scheduler answers at {scheduler}; expected tcp://host:port of a running "
            "one.",
            vi=f"Không kết nối được bộ điều phối dask tại {scheduler}; cần địa chỉ tcp://máy:cổng "
            "đang chạy.",
        ) from error
    with client:
        yield client
