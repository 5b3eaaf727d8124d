"""The desk as its worker holds it: the open project, measured and allocated once, kept warm."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.errors import InputError, OutputError
from layers.base.files import resolved
from layers.base.language import Phrase
from layers.base.messages import message
from maps import MapContent
from zones.allocation.job import AllocatedPlan, allocation_tables, change_plan
from zones.allocation.prepare import Prepared, needs_plots
from zones.allocation.scenario import change_inputs
from zones.app.first_page import forget_page, keep_page, kept_page
from zones.app.refused import RefusedError
from zones.app.session import Session, Tell, remember_project
from zones.inputs.read import Inputs
from zones.measure.closure import ClosureLog
from zones.output.folder import locked_folder
from zones.output.record import input_stamp, read_record
from zones.pages.map_content import map_content
from zones.project.model import Project, load_project
from zones.publish.publish import PublishedFigures
from zones.publish.rounded_figures import RoundedMeasures
from zones.run.context import Context, RunOptions, RunResult
from zones.run.reuse import input_files
from zones.run.run import run_project
from zones.run.steps.allocate import STEP as ALLOCATE
from zones.run.steps.allocate import allocate, prepare
from zones.run.steps.publish import STEP as PUBLISH
from zones.tables import ALLOCATION_TARGETS, MEASURED


@dataclass(frozen=True, slots=True)
class PageTeller:
    """Tells the page how far a run is."""

    tell: Tell

    def step(self, _name: str, label: Phrase, number: int, total: int) -> None:
        """Tell that a step begins."""
        words = {"vi": label.vi, "en": label.en}
        self.tell({"step": words, "number": number, "total": total})

    def part(self, done: int, total: int) -> None:
        """Tell how far the step is."""
        self.tell({"done": done, "of": total})

    def note(self, text: Phrase) -> None:
        """Tell something worth a line."""
        self.tell({"note": {"vi": text.vi, "en": text.en}})


@dataclass(frozen=True, slots=True)
class Base:
    """A project as its files say it, without figures that are tried out."""

    project: Project
    stamps: object  # Of its files, to notice that one changed
    context: Context
    content: MapContent
    prepared: Prepared  # What is allocated
    changes: tuple[str, ...]  # Of the project file when it was opened; what follows is theirs
    figures: PublishedFigures
    kept: bool  # Whether an earlier run had left them

    @property
    def measures(self) -> RoundedMeasures:
        """What was measured, rounded."""
        return self.context[RoundedMeasures]


@dataclass(slots=True)
class Desk:
    """What the rooms work on."""

    session: Session
    tell: Tell
    _base: Base | None = None
    _inputs: tuple[object, Inputs] | None = None
    _read: tuple[object, Project] | None = None
    _kept: dict[str, tuple[object, Any]] = field(default_factory=dict)
    _held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _holds: Path | None = None
    _unchanged: AllocatedPlan | None = None  # Plan of the base
    _last: tuple[tuple[str, ...], AllocatedPlan] | None = None
    _owed: tuple[dict[str, Any], Callable[[], dict[str, Any]]] | None = None  # Page to be confirmed
    #: Changed figures of the project file that fit nothing that is allocated: the rooms do without.
    left: tuple[str, ...] = ()
    _trusting: bool = True  # Whether tables of an earlier run are shown before they are made again

    @property
    def teller(self) -> PageTeller:
        """Tells the page how far a run is."""
        return PageTeller(self.tell)

    def place(self, file: Path) -> None:
        """Put a project on the desk; a second desk on it may look, but not write."""
        file = resolved(file)
        self._read = self._owed = None
        self._kept = {}
        self._hold(file)
        past = self.session.past if self.session.project == file else ()
        self.session = replace(self.session.with_root(file.parent), project=file, past=past)

    def _hold(self, file: Path) -> None:
        if self._holds == file and self.session.read_only != "second":
            return  # What a second desk waits for may be free by now
        self._held.close()
        self._held = contextlib.ExitStack()
        self._holds = file
        remember_project(file)
        reason = "" if is_writable(file.parent) else "folder"
        if not reason:
            try:
                # Held by the process, whatever ends it; a run from the command line is not kept out
                self._held.enter_context(locked_folder(file.parent / f"{file.stem}.desk"))
            except OutputError:
                reason = "second"
        self.session = replace(self.session, read_only=reason)

    def may_write(self) -> None:
        """Refuse to write where another desk has the project, or the folder is read-only."""
        if self.session.read_only == "second":
            raise RefusedError(409, message("zones.app.second_desk"))
        if self.session.read_only:
            raise RefusedError(409, message("zones.app.read_only"))

    def project(self) -> Project:
        """The open project, as its file says it now."""
        if self.session.project is None:
            raise RefusedError(409, message("zones.app.no_project"))
        self._hold(self.session.project)
        if self._read is None or self._read[0] != _file_stamps(self._read[1]):
            self._read, self.left = None, ()
            project = load_project(self.session.project)
            self._read = _file_stamps(project), project
        return _with_changes(self._read[1], self._kept_changes(self._read[1]))

    def _kept_changes(self, project: Project) -> tuple[str, ...]:
        return tuple(it for it in project.allocation.changes if it not in self.left)

    def may_print(self) -> None:
        """Refuse to make files of a project that says figures which they would not hold."""
        self.may_write()
        self.base()
        if self.left:
            raise RefusedError(409, message("zones.app.changes_left", count=len(self.left)))

    def open_measured(self) -> None:
        """Open the project if a run has left its tables, so that the first question finds it."""
        if self.session.project is not None:
            project = self.project()
            measured = read_record(project.resolve(project.output)) is not None
            if measured and kept_page(project) is None:
                self.base()

    def base(self) -> Base:
        """The open project measured and allocated; done again when one of its files changed."""
        own = self.project()
        stamps = _base_stamps(own)
        if self._base is None or self._base.stamps != stamps:
            self._base = self._unchanged = self._last = None
            self.left = ()
            self._base = self._made_without_unfit(stamps)
            self._confirm_page(own)
        elif own.allocation.changes != self._base.changes:  # They were saved since
            self.left += _unfit(self._base.prepared, own.allocation.changes)
        return self._base

    def first_page(self, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What the page shows first: as it was last seen of the same files, else made."""
        project = self.project()
        kept = kept_page(project) if self._base is None else None
        if kept is not None:
            self._owed = kept, make
            return kept
        answer = make()
        self.keep_first_page(answer)
        return answer

    def keep_first_page(self, answer: dict[str, Any]) -> None:
        """Keep what the page shows first for the next session on the same files."""
        keep_page(self.project(), answer)

    def take_in(self, result: RunResult) -> None:
        """Take a run for the base, so that nothing that it made is made again."""
        own = result.context.project
        self.left = ()
        self._read, self._holds = (_file_stamps(own), own), own.file  # Shown to nobody, never saved
        self.session = replace(self.session, project=own.file)
        stamps = _base_stamps(own)
        self._base = self._base_of(result, own, stamps)

    def _confirm_page(self, project: Project) -> None:
        """Hold a page that was shown before anything was made against what is made."""
        if self._owed is not None:
            (shown, make), self._owed = self._owed, None
            if json.dumps(make()) != json.dumps(shown):
                forget_page(project)
                raise RefusedError(409, message("zones.app.page_differs"))

    def _made(self, own: Project, stamps: object, *, write: bool = True) -> Base:
        """Measure and publish; tables that a run left are shown before they are made again."""
        there = own.resolve(own.output).exists()
        fresh = write and not (there or self.session.read_only)
        trusted = self._trusting and not self.left and not needs_plots(own)
        only = ("publish",) if trusted else ("allocate", "publish")
        options = RunOptions(only=only, write=fresh)
        return self._base_of(run_project(own, options=options, teller=self.teller), own, stamps)

    def _made_without_unfit(self, stamps: object) -> Base:
        """Made of what the project says; saved changes that fit nothing are left out, and told."""
        own = self.project()
        changes = own.allocation.changes
        try:
            made, fault = self._made(own, stamps), None
        except InputError as error:
            if not changes:
                raise
            made, fault = self._made(_with_changes(own, ()), stamps, write=False), error
        self.left = _unfit(made.prepared, changes)
        if fault and not self.left:
            raise fault
        if not self.left:
            return made
        self._unchanged = self._last = None
        return self._made(self.project(), stamps, write=False)

    def _base_of(self, result: RunResult, own: Project, stamps: object) -> Base:
        project, changes = _with_changes(own, ()), own.allocation.changes
        context = replace(
            result.context,
            project=project,
            options=RunOptions(write=False),
            stage=Path(tempfile.gettempdir()),
        )
        plan, figures = result.store.get(AllocatedPlan), result[PublishedFigures]
        if plan is not None:
            self._unchanged, self._last = plan.unchanged, (changes, plan)
        prepared = prepare(context) if plan is None else plan.unchanged.prepared
        content = map_content(project, figures, *context.communes(), inputs=context.get(Inputs))
        content = replace(content, tile_hosts=())  # the desk asks nobody for anything
        kept = plan is None
        return Base(project, stamps, context, content, prepared, changes, figures, kept)

    def made_once(self, name: str, make: Callable[[], Any]) -> Any:
        """What a room makes of the project's files; made again when one of them changed."""
        project = self.project()
        stamps = _stamps(project), _said(project)
        if name not in self._kept or self._kept[name][0] != stamps:
            self._kept.pop(name, None)
            self._kept[name] = stamps, make()
        return self._kept[name][1]

    def plan(self, changes: Sequence[str]) -> AllocatedPlan:
        """The plan with figures that are tried out."""
        base, asked = self.base(), tuple(changes)
        if self._unchanged is None:
            self.teller.step("allocate", ALLOCATE.label, 1, 1)
            self._unchanged = self._as_kept((), allocate(base.context, base.prepared))
        if not asked:
            return self._unchanged
        if self._last is None or self._last[0] != asked:
            self.teller.step("allocate", ALLOCATE.label, 1, 1)
            present, progress = base.measures.zones, self.teller.part
            made = change_plan(self._unchanged, asked, present=present, progress=progress)
            self._last = asked, self._as_kept(asked, made)
        return self._last[1]

    def _as_kept(self, changes: tuple[str, ...], plan: AllocatedPlan) -> AllocatedPlan:
        """A plan that may be the one an earlier run left: what was shown of that must be true."""
        base = self.base()
        if base.kept and changes == base.changes:
            tables = allocation_tables(plan, log=ClosureLog())
            differ = [key.name for key, it in tables.items() if not it.equals(base.context[key])]
            if differ:  # Another machine's, say: from now on all is made here
                self._base = self._unchanged = self._last = None
                self._trusting = False
                forget_page(self.project())
                raise RefusedError(409, message("zones.app.kept_differ", tables=differ))
        return plan

    def prepared(self, changes: Sequence[str]) -> Prepared:
        """What is allocated, with figures that are tried out."""
        return change_inputs(self.base().prepared, changes)

    def held(self, changes: Sequence[str]) -> pd.DataFrame:
        """The targets as a plan ends, in hectares (``ALLOCATION_TARGETS``)."""
        base = self.base()
        known = tuple(changes) == base.changes
        if known:
            return base.context[ALLOCATION_TARGETS]
        return self.plan(changes).printed.held

    def published(self, changes: Sequence[str]) -> PublishedFigures:
        """Figures of a plan as all pages print them, held against each other."""
        base = self.base()
        if tuple(changes) == base.changes:
            return base.figures
        store = base.context.store.copy()
        for schema, table in allocation_tables(self.plan(changes), log=ClosureLog()).items():
            store.put(schema, table)
        figures: Any = PUBLISH.work(replace(base.context, store=store))[PublishedFigures]
        return figures  # type: ignore[no-any-return]

    def crops_by_layer(self) -> dict[str, list[str]] | None:
        """Crops that each layer holds, as far as the layers were read already."""
        project = self.project()
        known = self._inputs
        if known is not None and (known[0], _layers_said(known[1].project)) == (
            _stamps(project),
            _layers_said(project),
        ):
            plots, reports = known[1].plots, known[1].reports
            crops = {name: layer.crop_weights["crop"] for name, layer in plots.items()}
            crops |= {name: layer.table["crop"] for name, layer in reports.items()}
        elif self._base is not None and self._base.stamps == _base_stamps(project):
            measured = self._base.context[MEASURED]
            crops = {str(name): rows["crop"] for name, rows in measured.groupby("layer")}
        else:
            return None
        held = {name: set(values.dropna()) - {""} for name, values in crops.items()}
        return {name: sorted(found) for name, found in held.items() if found}

    def inputs(self) -> Inputs:
        """All inputs read and checked; errors among the findings do not stop the reading."""
        from zones.inputs.read import read_inputs

        project = self.project()
        stamps, known = _stamps(project), self._inputs
        if known is None or (known[0], _said(known[1].project)) != (stamps, _said(project)):
            self._inputs = None
            self.teller.step("check", message("zones.app.checking"), 1, 1)
            known = self._inputs = stamps, read_inputs(project, progress=self.teller.part)
        return known[1]


def _file_stamps(project: Project) -> object:
    """What tells whether the project's own files were written since."""
    own = {project.file, project.scenario_of or project.file}
    return sorted((str(file), *input_stamp(file)) for file in own)


def _with_changes(project: Project, changes: tuple[str, ...]) -> Project:
    if project.allocation.changes == changes:
        return project
    plain = project.allocation.model_copy(update={"changes": changes})
    return project.model_copy(update={"allocation": plain})


def _unfit(prepared: Prepared, changes: Sequence[str]) -> tuple[str, ...]:
    """Changed figures that fit nothing that is allocated: of a zone that is not there, say."""
    found = []
    for change in changes:
        try:
            prepared = change_inputs(prepared, [change])
        except InputError:
            found.append(change)
    return tuple(found)


def _base_stamps(project: Project) -> object:
    project = _with_changes(project, ())
    return _stamps(project), _said(project)


def _said(project: Project) -> str:
    return project.model_dump_json()


def _layers_said(project: Project) -> str:
    """What a project says of its layers and their crops."""
    return project.model_dump_json(
        include={"province", "communes", "layers", "crops", "corrections"}
    )


def _stamps(project: Project) -> dict[str, object]:
    home = (project.file.parent,)
    files = input_files(project).items()
    own = ("project", "scenario_of")  # What they say is compared, not when it was written
    return {name: input_stamp(path, folders=home) for name, path in files if name not in own}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain data, missing figures as nothing."""
    columns = {
        str(name): [
            None if gone else item for item, gone in zip(values.tolist(), none, strict=True)
        ]
        for name, values in frame.items()
        for none in [values.isna().tolist()]
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def plain_number(value: float) -> float | None:
    """A figure for the page; a missing one is nothing, never 0."""
    return None if math.isnan(value) else float(value)


def words(phrase: Phrase) -> dict[str, str]:
    """A phrase as the page reads it."""
    return {"vi": phrase.vi, "en": phrase.en}


def is_writable(folder: os.PathLike[str]) -> bool:
    """Whether files may be made in a folder."""
    return os.access(folder, os.W_OK)
