"""Compiled loops: how the engine turns a Python function into machine code, and keeps it.

numba compiles on the user's machine without a compiler being installed. Every kernel names its
argument types, so that it is compiled once, when its room is first loaded, and read back from the
cache afterwards: beside the file, in ``NUMBA_CACHE_DIR``, or in the user's cache folder. Where none
of them can be written the kernel is compiled anew in each process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit, types

Function = TypeVar("Function", bound=Callable[..., Any])

# Arrays that a kernel only reads: read-only ones, as they come from another process, fit as well.
FLOATS = types.Array(types.float64, 1, "C", readonly=True)
INTS = types.Array(types.int64, 1, "C", readonly=True)
FLOAT_OUT = types.Array(types.float64, 1, "C")
INT_OUT = types.Array(types.int64, 1, "C")


def kernel(*signatures: tuple[Any, ...]) -> Callable[[Function], Function]:
    """Compile a function for given argument types; it runs without holding Python's lock."""
    return _compiler(signatures, no_cfunc_wrapper=True)


def inner_kernel(*signatures: tuple[Any, ...]) -> Callable[[Function], Function]:
    """Compile a function that only kernels call: in half the time, but Python must not call it."""
    return _compiler(signatures, no_cfunc_wrapper=True, no_cpython_wrapper=True)


def _compiler(
    signatures: tuple[tuple[Any, ...], ...], **wrappers: Any
) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        def compiled(*, cache: bool) -> Any:
            options: Any = {"nogil": True, "error_model": "numpy", **wrappers}
            return njit(list(signatures), cache=cache, **options)(function)

        try:
            result: Function = compiled(cache=True)
        except (RuntimeError, OSError):  # nowhere to keep it, or the disk is full
            result = compiled(cache=False)
        return result

    return decorate
