"""What a run is made of: its options, its steps, what they share, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from layers.base.language import Language, Phrase
from zones.measure.closure import ClosureLog
from zones.output.folder import save_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from zones.inputs.read import Inputs
    from zones.plan.model import Plan
    from zones.project.model import Project

__all__ = ["RunOptions", "RunResult", "RunState", "SilentTeller", "Step", "Teller"]


class Teller(Protocol):
    """Listens to a run: the progress bar of a terminal, or plain lines."""

    def step(self, name: str, number: int, total: int) -> None:
        """Tell that a step begins."""

    def part(self, done: int, total: int) -> None:
        """Tell how far the step is."""

    def note(self, text: Phrase) -> None:
        """Tell something worth a line."""


class SilentTeller:
    """Tells nothing."""

    def step(self, name: str, number: int, total: int) -> None:
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
        Steps to do; all by default.
    overwrite : bool
        Whether an existing output folder may be replaced.
    workers : object
        Number of local workers, or a ``dask.distributed.Client``.
    language : {"vi", "en"} or None
        Language that the map opens in; what the project says by default.
    """

    out: Path | None = None
    only: tuple[str, ...] = ()
    overwrite: bool = False
    workers: object = 1
    language: Language | None = None


@dataclass(slots=True)
class RunState:
    """What the steps of one run share.

    Parameters
    ----------
    project : Project
        The project.
    options : RunOptions
        How to run.
    teller : Teller
        Who is told.
    stage : pathlib.Path
        Folder that pages are written to.
    tables : dict of str to pandas.DataFrame
        Tables made or taken over so far, by name.
    closures : ClosureLog
        Sums that were checked.
    """

    project: Project
    options: RunOptions
    teller: Teller
    stage: Path
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    closures: ClosureLog = field(default_factory=ClosureLog)
    made: list[str] = field(default_factory=list)
    _inputs: Inputs | None = None
    _ground: tuple[gpd.GeoDataFrame, pyproj.CRS] | None = None
    _plans: list[Plan] | None = None

    def inputs(self) -> Inputs:
        """All inputs, read once."""
        if self._inputs is None:
            from zones.inputs.read import read_inputs

            self._inputs = read_inputs(self.project, progress=self.teller.part)
        return self._inputs

    def communes(self) -> tuple[gpd.GeoDataFrame, pyproj.CRS]:
        """Communes in the area CRS, without reading the layers where they are not needed."""
        if self._inputs is not None:
            return self._inputs.communes, self._inputs.crs
        if self._ground is None:
            from zones.inputs.read import read_communes

            communes, crs, _ = read_communes(self.project)
            self._ground = communes, crs
        return self._ground

    def plans(self) -> list[Plan]:
        """Plans of the project, leading one first."""
        if self._inputs is not None:
            return self._inputs.plans
        if self._plans is None:
            from zones.inputs.read import read_plans

            self._plans = read_plans(self.project)
        return self._plans

    def put(self, name: str, table: pd.DataFrame) -> None:
        """Hand over a table to later steps and to the output folder."""
        self.tables[name] = table
        self.made.append(name)
        save_table(table, self.stage, name)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run.

    Parameters
    ----------
    name : str
        What ``--only`` calls it.
    label : Phrase
        What the progress bar calls it.
    needs : tuple of str
        Steps whose tables it reads.
    work : callable
        Does the step: reads from and puts into the state.
    wanted : callable
        Whether a project asks for it.
    """

    name: str
    label: Phrase
    needs: tuple[str, ...]
    work: Callable[[RunState], None]
    wanted: Callable[[Project], bool] = lambda _project: True


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run gave.

    Parameters
    ----------
    out : pathlib.Path
        Output folder.
    tables : dict of str to pandas.DataFrame
        Tables by name.
    record : dict
        What stands in ``run.json``.
    """

    out: Path
    tables: dict[str, pd.DataFrame]
    record: dict[str, Any]

    @property
    def has_problems(self) -> bool:
        """Whether the data has problems (exit code 1)."""
        found = [table for name, table in self.tables.items() if name.endswith("findings")]
        return any(bool((table["severity"] == "problem").any()) for table in found)
