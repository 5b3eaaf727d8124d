"""What the steps of one run share: the project, what was made so far, the sums that were checked.

Nobody below ``zones/run`` sees a context: a step takes from it what its work needs and hands that
over argument by argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

import pandas as pd

from layers.base.language import Language, Phrase
from layers.base.schema import Schema
from layers.base.short_repr import short_repr
from zones.inputs.read import Inputs, read_communes, read_plans
from zones.measure.closure import ClosureLog
from zones.run.store import Store

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from layers.base.second_process import Processes
    from zones.plan.model import Plan
    from zones.project.model import Project

Thing = TypeVar("Thing")


class Teller(Protocol):
    """Listens to a run: the progress bar of a terminal, or plain lines."""

    def step(self, _name: str, label: Phrase, number: int, total: int) -> None:
        """Tell that a step begins."""

    def part(self, done: int, total: int) -> None:
        """Tell how far the step is."""

    def note(self, text: Phrase) -> None:
        """Tell something worth a line."""


class SilentTeller:
    """Tells nothing."""

    def step(self, _name: str, label: Phrase, number: int, total: int) -> None:
        """Tell nothing of a step."""

    def part(self, done: int, total: int) -> None:
        """Tell nothing of a part."""

    def note(self, text: Phrase) -> None:
        """Tell nothing of a note."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is to be done.

    Parameters
    ----------
    out : pathlib.Path or None
        Output folder; the project's by default.
    only : tuple of str
        Steps to do, with what they need; all that the project wants by default.
    overwrite : bool
        Whether an existing output folder may be replaced.
    workers : object
        Number of local workers, or a ``dask.distributed.Client``.
    language : {"vi", "en"} or None
        Language that the map opens in; what the project says by default.
    write : bool
        Whether anything is written; without, earlier results in the folder still serve.
    changes : mapping of str to mapping
        Settings by section of the project that this run alone changes for its pages: results that
        hold for the project as its file says it stay beside them.
    beside : Processes or None
        A second process that draws while this one goes on; all is done in this one by default.
    """

    out: Path | None = None
    only: tuple[str, ...] = ()
    overwrite: bool = False
    workers: object = 1
    language: Language | None = None
    write: bool = True
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    beside: Processes | None = None


@dataclass(slots=True)
class Context:
    """What the steps of one run share."""

    project: Project  # The project
    options: RunOptions  # How to run
    teller: Teller  # Who is told
    stage: Path  # Folder that pages are written to
    store: Store = field(default_factory=Store)  # Tables and objects made or taken over so far
    closures: ClosureLog = field(default_factory=ClosureLog)  # Sums that were checked
    held: ExitStack = field(default_factory=ExitStack)  # What is given back when the steps are done
    # What a second process does meanwhile, by step: waits for it and writes its pages
    later: dict[str, Callable[[], object]] = field(default_factory=dict)
    _ground: tuple[gpd.GeoDataFrame, pyproj.CRS] | None = None
    _plans: list[Plan] | None = None

    @overload
    def __getitem__(self, key: Schema) -> pd.DataFrame: ...
    @overload
    def __getitem__(self, key: type[Thing]) -> Thing: ...
    def __getitem__(self, key: Any) -> Any:
        return self.store[key]

    @overload
    def get(self, key: Schema) -> pd.DataFrame | None: ...
    @overload
    def get(self, key: type[Thing]) -> Thing | None: ...
    def get(self, key: Any) -> Any:
        """What an earlier step made, or nothing where none did."""
        return self.store.get(key)

    def communes(self) -> tuple[gpd.GeoDataFrame, pyproj.CRS]:
        """Communes in the area CRS, without reading the layers where they are not needed."""
        inputs = self.store.get(Inputs)
        if inputs is not None:
            return inputs.communes, inputs.crs
        if self._ground is None:
            communes, crs, _ = read_communes(self.project)
            self._ground = communes, crs
        return self._ground

    def plans(self) -> list[Plan]:
        """Plans of the project, leading one first."""
        inputs = self.store.get(Inputs)
        if inputs is not None:
            return inputs.plans
        if self._plans is None:
            self._plans = read_plans(self.project)
        return self._plans


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run gave.

    Parameters
    ----------
    out : pathlib.Path
        Output folder.
    store : Store
        What its steps made: tables by their schema, objects by their class.
    record : dict
        What stands in ``run.json``.
    context : Context
        What its steps shared: the project, its communes and plans.
    """

    out: Path
    store: Store
    record: dict[str, Any]
    context: Context

    __repr__ = short_repr

    @overload
    def __getitem__(self, key: Schema) -> pd.DataFrame: ...
    @overload
    def __getitem__(self, key: type[Thing]) -> Thing: ...
    def __getitem__(self, key: Any) -> Any:
        return self.store[key]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by the name of their files."""
        return self.store.tables()

    @property
    def has_problems(self) -> bool:
        """Whether the data has problems (exit code 1)."""
        return any(row["severity"] == "problem" for row in self.record["findings"])
