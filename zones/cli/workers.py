"""Who does the work of a run: workers on this machine, or a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from layers.base.errors import InputError

__all__ = ["connected"]


@contextlib.contextmanager
def connected(scheduler: str, workers: int) -> Iterator[object]:
    """Workers for a run.

    Parameters
    ----------
    scheduler : str
        Address of a dask scheduler; empty for this machine.
    workers : int
        Local workers where there is no scheduler.

    Yields
    ------
    int or dask.distributed.Client
        What the area engine takes as ``workers``.

    Raises
    ------
    InputError
        dask.distributed is not installed, or no scheduler answers at the address.
    """
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
