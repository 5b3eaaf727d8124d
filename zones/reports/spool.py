"""What was read, put aside on disk file by file: memory holds one of them, not a country's."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Spool(Generic[Item]):
    """Items in a file without a name, which goes with this object."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the object lives
        self._starts = array("q")
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        """Items put aside."""
        return len(self._starts)

    def __iter__(self) -> Iterator[Item]:
        """Items in the order in which they were put aside."""
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> Item:
        """Item of a number."""
        self._file.seek(self._starts[number])
        # Nobody else can write to a file without a name.
        item: Item = pickle.load(self._file)  # noqa: S301
        return item

    def add(self, item: Item) -> None:
        """Put an item aside."""
        self._starts.append(self._file.seek(0, 2))
        pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
