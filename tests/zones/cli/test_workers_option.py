"""Who does the work of a run."""

import builtins
import sys
from collections.abc import Callable
from typing import Any

import pytest

from layers import InputError
from zones.cli.run import _connected


def test_workers_of_this_machine_are_a_number() -> None:
    with _connected("", 2) as crew:
        assert crew == 2


def test_a_cluster_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name == "distributed":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.delitem(sys.modules, "distributed", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with (
        pytest.raises(InputError, match=r"pip install 'vungtrong\[cluster\]'"),
        _connected("tcp://127.0.0.1:1", 1),
    ):
        pass
