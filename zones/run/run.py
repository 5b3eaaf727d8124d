"""The run: from the files of a project to its tables and pages, step by step.

Steps hand tables to each other by their schemas; every table is kept beside the pages, so that a
later run of a few steps can start from them when the inputs are the same.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from layers.base.errors import ClosureError, InputError
from layers.base.messages import message
from layers.base.schema import Schema
from layers.io.atomic import scratch_folder
from zones.output.findings_table import finding_records, finding_tables
from zones.output.folder import (
    OUTDATED_FOLDER,
    TABLES_FOLDER,
    load_kept_table,
    locked_folder,
    refuse_existing,
    save_parquet,
    staged_folder,
)
from zones.output.read_me import READ_ME, write_read_me
from zones.output.record import (
    RECORD_NAME,
    output_digests,
    read_record,
    refuse_changed,
    software_versions,
    write_record,
)
from zones.output.result_csv import save_result_csv
from zones.project.own_words import use_own_words
from zones.reports.ledger import Ledger
from zones.run.context import Context, RunOptions, RunResult, SilentTeller, Teller
from zones.run.outdated import (
    Aside,
    drop_renewed,
    files_aside,
    outdated_record,
)
from zones.run.reuse import (
    input_files,
    input_stamps,
    part_digests,
    read_sources,
    steps_that_hold,
    steps_to_do,
)
from zones.run.step import Step, load_steps
from zones.run.steps.atlas import sheet_steps
from zones.run.store import key_name

if TYPE_CHECKING:
    from zones.project.model import Project


def run_project(
    project: Project, *, options: RunOptions | None = None, teller: Teller | None = None
) -> RunResult:
    """Do the job: check, measure, compare, allocate, round, make the pages.

    Parameters
    ----------
    project : Project
        The project.
    options : RunOptions, optional
        Output folder, steps, overwriting, workers; all steps to the project's own folder by
        default.
    teller : Teller, optional
        Told of steps and progress; nobody by default.

    Returns
    -------
    RunResult
        Output folder, tables and record.

    Raises
    ------
    VungTrongError
        An input is at fault, a table does not close, or the folder may not be written; earlier
        outputs are then untouched.
    """
    options, teller = options or RunOptions(), teller or SilentTeller()
    use_own_words(project.crops, project.units, project.corrections)
    out = options.out or project.resolve(project.output)
    with contextlib.ExitStack() as held:
        if options.write:
            held.enter_context(locked_folder(out))
            inputs = input_files(project).values()
            made = (RECORD_NAME,)
            refuse_existing(out, overwrite=options.overwrite, inputs=inputs, made_by=made)
        return _run(project, out, options, teller)


def _run(project: Project, out: Path, options: RunOptions, teller: Teller) -> RunResult:
    # Whoever opens the ledger after a kill writes its log into it: an input would change.
    Ledger(project.resolve(project.reports.ledger)).settle()
    paths, home = input_files(project), (project.file.parent,)
    stamps = input_stamps(project)
    sources = read_sources(project, teller=teller)
    parts = part_digests(project, sources)
    recorded = read_record(out) if options.write or options.only else None
    earlier = recorded if options.only else None
    steps = load_steps()
    asked = sheet_steps(options.only if options.changes.get("atlas", {}).get("communes") else ())
    chosen = _chosen({**steps, **asked}, project, options.only)
    steps |= sheet_steps((recorded or {}).get("steps", ())) | asked
    hold = steps_that_hold(steps, project, parts, earlier, out)
    changed = changed_project(project, options.changes)
    serve = {
        name
        for name in hold
        if not {part.partition(".")[0] for part in steps[name].settings} & set(options.changes)
    }
    todo = steps_to_do(chosen, steps, changed, serve)
    kept = {name: (earlier or {})["steps"][name] for name in hold}
    if options.only:
        _tell_reuse(chosen, [name for name in todo if name not in hold], steps, teller)
    aside = files_aside(out, recorded, hold - set(todo), todo) if options.write else Aside()
    with _stage(out, options, aside) as stage:
        context = Context(changed, options, teller, stage)
        for name in hold - set(todo):
            for table in steps[name].tables:
                context.store.put(table, load_kept_table(out, table.name))
        done = _do([steps[name] for name in todo], context, parts)
        refuse_changed(paths, stamps, folders=home)
        ordered = {name: {**kept, **done}[name] for name in steps if name in {**kept, **done}}
        record = _record(context, sources, ordered)
        if options.write:
            drop_renewed(stage, aside, done)
            write_read_me(stage)
            record["outdated"] = outdated_record(stage, recorded, aside)
            record["outputs"] = _outputs(stage, ordered, earlier, hold - set(todo))
            write_record(stage, record)
    _tell_aside(aside, out, teller)
    return RunResult(out, context.store, record, context)


def changed_project(project: Project, changes: Mapping[str, Mapping[str, Any]]) -> Project:
    """Project with some settings of its sections changed."""
    sections = {
        name: getattr(project, name).model_copy(update=dict(update))
        for name, update in changes.items()
    }
    return project.model_copy(update=sections)


@contextlib.contextmanager
def _stage(out: Path, options: RunOptions, aside: Aside) -> Iterator[Path]:
    """Folder that pages are written to; without writing, one that goes away.

    Files of steps that still hold, and files that no run has made, stay: pages of other inputs
    would stand beside a record that does not name them.
    """
    if options.write:
        anew = {RECORD_NAME, READ_ME, *aside.gone}
        with staged_folder(out, keep=lambda name: name not in anew, moved=aside.moved) as stage:
            yield stage
    else:
        with scratch_folder() as folder:
            yield folder


def _chosen(steps: Mapping[str, Step], project: Project, only: Sequence[str]) -> set[str]:
    unknown = [name for name in only if name not in steps]
    if unknown:
        names = ", ".join(steps)
        raise InputError("zones.run.unknown_steps", unknown=unknown, names=names)
    return set(only) or {name for name, step in steps.items() if step.wanted(project)}


def _tell_reuse(
    chosen: set[str], todo: list[str], steps: Mapping[str, Step], teller: Teller
) -> None:
    added = [steps[name].label for name in todo if name not in chosen]
    if added:
        teller.note(message("zones.run.no_earlier_results", listed=added))
    else:
        teller.note(message("zones.run.earlier_results_kept"))


def _tell_aside(aside: Aside, out: Path, teller: Teller) -> None:
    """Tell of results of earlier settings, and of edited files, that are kept aside."""
    folder = out / OUTDATED_FOLDER
    if aside.steps:
        sheets = sheet_steps(aside.steps)
        listed = " ".join(f"--only {name}" for name in aside.steps if name not in sheets)
        pages = aside.pages() or [f"{TABLES_FOLDER}/"]
        if listed:
            values: dict[str, object] = {"folder": folder, "pages": pages, "listed": listed}
            teller.note(message("zones.run.stale_results", **values))
        if sheets:
            files = [file for step in sheets.values() for file in step.files]
            teller.note(message("zones.run.stale_sheets", folder=folder, files=files))
    if aside.edited:
        count, files = len(aside.edited), list(aside.edited)
        teller.note(message("zones.run.edited_results", count=count, files=files, folder=folder))


def _do(todo: Sequence[Step], context: Context, parts: Mapping[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    with context.held:
        for number, step in enumerate(todo, start=1):
            closed = len(context.closures.checked)
            context.teller.step(step.name, step.label, number, len(todo))
            done = _timed(partial(_take_in, step, context), context.stage)
            tables = [table.name for table in step.tables]
            record[step.name] = {
                "seconds": round(done.seconds, 3),
                "settings": {part: parts[part] for part in step.settings},
                "tables": tables,
                "rows": {table.name: len(context[table]) for table in step.tables},
                "files": done.files,
                "closures": [item.as_record() for item in context.closures.checked[closed:]],
            }
        for name, finish in context.later.items():
            done = _timed(finish, context.stage)
            record[name]["seconds"] = round(record[name]["seconds"] + done.seconds, 3)
            record[name]["files"] = sorted({*record[name]["files"], *done.files})
    return record


class _Done(NamedTuple):
    seconds: float
    files: list[str]


def _timed(work: Callable[[], object], stage: Path) -> _Done:
    """Do some work: how long it took, and the files it made."""
    before, start = _files(stage), time.perf_counter()
    work()
    return _Done(time.perf_counter() - start, sorted(_files(stage) - before))


def _files(stage: Path) -> set[str]:
    return {item.relative_to(stage).as_posix() for item in stage.rglob("*") if item.is_file()}


def _take_in(step: Step, context: Context) -> None:
    """Do a step and take in what it made: all that it declares, and nothing else."""
    made = step.work(context)
    if set(made) != set(step.writes):
        found = sorted(key_name(key) for key in made)
        expected = sorted(key_name(key) for key in step.writes)
        raise ClosureError(
            "zones.run.step_hands_on_else", step=step.name, found=found, expected=expected
        )
    for key, value in made.items():
        context.store.put(key, value)
    if context.options.write:
        for table in step.tables:
            _save(context, table)


def _save(context: Context, table: Schema) -> None:
    """Write a table for people, in the form the project asks for, and for a later run."""
    folder, project = context.stage / TABLES_FOLDER, context.project
    save_parquet(context[table], folder, table.name)
    language = project.annex.language
    save_result_csv(context[table], folder, table.name, form=project.csv, language=language)


def _outputs(
    stage: Path,
    steps: Mapping[str, Any],
    earlier: Mapping[str, Any] | None,
    stayed: set[str],
) -> dict[str, str]:
    """Digests of the files that steps made, as they were made; other files are the user's."""
    ours = {READ_ME, *(file for step in steps.values() for file in step.get("files", ()))}
    of_before = {file for name in stayed for file in steps.get(name, {}).get("files", ())}
    before: Mapping[str, str] = (earlier or {}).get("outputs", {})
    kept = {file: digest for file, digest in before.items() if file in of_before}
    return {file: held for file, held in output_digests(stage, kept).items() if file in ours}


def _record(
    context: Context, sources: Mapping[str, Any], steps: Mapping[str, Any]
) -> dict[str, Any]:
    tables = context.store.tables()
    # In the order of the steps, whichever of them an earlier run has done.
    names = [name for step in steps.values() for name in step["tables"]]
    findings = finding_records(tables[name] for name in finding_tables(names) if name in tables)
    communes, crs = context.communes()
    return {
        "title": context.project.title,
        "demo": context.project.demo,
        "versions": software_versions(),
        "inputs": dict(sources),
        "area_crs": {"name": crs.name, "code": crs.to_string()},
        "communes": {"vintage": str(context.project.communes.vintage), "count": len(communes)},
        "steps": dict(steps),
        "findings": findings,
    }
