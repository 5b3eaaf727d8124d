"""What a step declares: the one place that its order, its needs and its help words come from."""

from __future__ import annotations

import graphlib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.schema import Schema
from zones.run.context import Context
from zones.run.names import step_names
from zones.run.store import Key, key_name

if TYPE_CHECKING:
    from zones.project.model import Project

Made = dict[Key, object]


def _always(_project: Project) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run, as its file in ``zones/run/steps`` declares it."""

    label: Phrase  # What the progress bar calls it
    # Does the step: takes the context, writes its files, returns exactly what ``writes`` names
    work: Callable[[Context], Made]
    reads: tuple[Key, ...] = ()  # What it takes from earlier steps
    writes: tuple[Key, ...] = ()  # What it hands on
    files: tuple[str, ...] = ()  # Pages that it writes; a folder with a slash at its end
    # Keys of the project file that decide, with the files they name, whether an earlier result of
    # the step still holds
    settings: tuple[str, ...] = ()
    wanted: Callable[[Project], bool] = _always  # Whether a project asks for the step
    # Whether a second process can do it while later steps are done: it then comes early
    beside: bool = False
    # What it takes from earlier steps only in some projects
    also_reads: Callable[[Project], tuple[Key, ...]] = field(default=lambda _project: ())
    name: str = ""  # Name of its file; set when it is loaded

    @property
    def tables(self) -> tuple[Schema, ...]:
        """Tables among what it hands on."""
        return tuple(key for key in self.writes if isinstance(key, Schema))

    def needs(self, project: Project) -> tuple[Key, ...]:
        """All that it takes from earlier steps in a project."""
        return (*self.reads, *self.also_reads(project))


def load_steps() -> dict[str, Step]:
    """All steps by name, each after those whose results it reads."""
    found: dict[str, Step] = {}
    for name in step_names():
        declared: Step = importlib.import_module(f"zones.run.steps.{name}").STEP
        settings = {part: getattr(declared, part) for part in Step.__slots__ if part != "name"}
        found[name] = Step(**settings, name=name)
    made_by = producers(found.values())
    graph = {
        name: sorted({made_by[key] for key in step.reads if key in made_by})
        for name, step in found.items()
    }
    order = _in_order(graph)
    for name in [name for name in order if found[name].beside]:
        order.remove(name)
        order.insert(1 + max((order.index(maker) for maker in graph[name]), default=-1), name)
    return {name: found[name] for name in order}


def _in_order(graph: dict[str, list[str]]) -> list[str]:
    """Order of the steps; of those that could come next, the first by name."""
    sorter = graphlib.TopologicalSorter(graph)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def producers(steps: Iterable[Step]) -> dict[Key, str]:
    """Name of the step that hands each key on; no two may."""
    made_by: dict[Key, str] = {}
    for step in steps:
        for key in step.writes:
            if key in made_by:
                raise InputError(
                    "zones.run.two_steps_write",
                    made_by=made_by[key],
                    step=step.name,
                    key_name=key_name(key),
                )
            made_by[key] = step.name
    return made_by
