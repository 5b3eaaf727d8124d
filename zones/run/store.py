"""What steps hand on: tables by their schema, objects by their class."""

from __future__ import annotations

from typing import Any, TypeVar, overload

import pandas as pd

from layers.base.errors import InputError
from layers.base.schema import Schema

Thing = TypeVar("Thing")

#: A table by its schema, kept in the output folder, or an object by its class, in memory only.
Key = Schema | type[object]


def key_name(key: Key) -> str:
    """Name of a table or an object, for messages."""
    return key.name if isinstance(key, Schema) else key.__name__


class Store:
    """Tables by their schema and objects by their class."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[Key, object] = {}

    @overload
    def __getitem__(self, key: Schema) -> pd.DataFrame: ...
    @overload
    def __getitem__(self, key: type[Thing]) -> Thing: ...
    def __getitem__(self, key: Any) -> Any:
        if key not in self._held:
            raise InputError("zones.run.not_made", key_name=key_name(key))
        return self._held[key]

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    @overload
    def get(self, key: Schema) -> pd.DataFrame | None: ...
    @overload
    def get(self, key: type[Thing]) -> Thing | None: ...
    def get(self, key: Any) -> Any:
        """What was made, or nothing."""
        return self._held.get(key)

    def put(self, key: Key, value: object) -> None:
        """Take something in."""
        self._held[key] = value

    def copy(self) -> Store:
        """The same things in a store of their own, to which more is put."""
        other = Store()
        other._held = dict(self._held)
        return other

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by the name of their files."""
        return {
            key.name: value
            for key, value in self._held.items()
            if isinstance(key, Schema) and isinstance(value, pd.DataFrame)
        }
