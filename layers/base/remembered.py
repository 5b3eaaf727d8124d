"""Results that are kept for the next time, where a program makes nearly the same again and again.

Off unless a program says ``remembering()``: a run makes everything once, and what is kept fills the
memory. What is kept goes by the very same tables, not by like ones, so nobody may write into them.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: Values by which arguments are known; anything else is known by being the same object.
_VALUES = (str, int, float, bool, tuple, type(None))

_Kept = OrderedDict[Hashable, tuple[object, object]]
_kept: dict[Callable[..., Any], _Kept] | None = None


@contextmanager
def remembering() -> Iterator[None]:
    """Keep the last results of functions that are ``remembered``."""
    global _kept
    before, _kept = _kept, {}
    try:
        yield
    finally:
        _kept = before


def remembered(most: int = 2) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function give its result again, while remembering, for the same arguments.

    ``most`` results are kept. Nobody may change a result, nor an argument afterwards.
    """

    def kept_results(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if _kept is None:
                return function(*args, **kwargs)
            known = _kept.setdefault(call, OrderedDict())
            given = (*enumerate(args), *sorted(kwargs.items()))
            key = tuple(
                (name, type(item), item if isinstance(item, _VALUES) else id(item))
                for name, item in given
            )
            if key not in known:
                # The arguments are kept as well, so that no other object gets their address.
                known[key] = given, function(*args, **kwargs)
            known.move_to_end(key)
            while len(known) > most:
                known.popitem(last=False)
            result: Any = known[key][1]
            return result  # type: ignore[no-any-return]

        return call

    return kept_results
