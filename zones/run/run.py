"""The run: from the files of a project to its tables and pages, step by step.

Steps hand tables to each other by name; every table is kept beside the pages, so that a later run
of a few steps can start from them when the inputs are the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from zones.output.folder import refuse_existing, staged_folder
from zones.output.record import (
    input_record,
    output_digests,
    read_record,
    software_versions,
    write_record,
)
from zones.run.context import RunOptions, RunResult, RunState, SilentTeller, Step, Teller
from zones.run.steps.registry import STEPS

if TYPE_CHECKING:
    from zones.project.model import Project

__all__ = [
    "RunOptions",
    "RunResult",
    "SilentTeller",
    "earlier_tables",
    "run_project",
    "step_label",
    "step_names",
]


_AFTER_MEASURING = {"allocate", "render", "annex", "atlas"}


def _steps() -> dict[str, Step]:
    return {step.name: step for step in STEPS}


def step_names() -> list[str]:
    """Names of the steps, in order."""
    return list(_steps())


def step_label(name: str) -> Phrase:
    """Name of a step for people."""
    return _steps()[name].label


def run_project(
    project: Project, *, options: RunOptions | None = None, teller: Teller | None = None
) -> RunResult:
    """Do the job: check, measure, compare, cover, allocate, render.

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
    out = options.out or project.resolve(project.output)
    refuse_existing(out, overwrite=options.overwrite)
    steps = _chosen(project, options.only)
    sources = _sources(project)
    earlier = read_record(out) if options.only else None
    reusable = _reusable(earlier, sources)
    todo = _with_needs(steps, project, reusable)
    _tell_reuse(options, steps, todo, teller)
    _tell_stale(earlier, reusable, todo, teller)
    stays = _kept_files(out, todo, earlier, reusable)
    held = {name: (earlier or {})["steps"][name] for name in reusable}
    with staged_folder(out, keep=stays) as stage:
        state = RunState(project=project, options=options, teller=teller, stage=stage)
        for name in reusable - set(todo):
            _take_over(state, out, held[name]["tables"])
        steps_record = _do(state, todo, held)
        record = _record(state, sources, steps_record)
        record["outputs"] = _outputs(stage, steps_record, earlier, reusable - set(todo))
        write_record(stage, record)
    return RunResult(out=out, tables=state.tables, record=record)


def _chosen(project: Project, only: Sequence[str]) -> list[str]:
    known = _steps()
    unknown = [name for name in only if name not in known]
    if unknown:
        names = ", ".join(known)
        raise InputError(
            en=f"--only: unknown steps {unknown}; the steps are {names}.",
            vi=f"--only: không có bước {unknown}; các bước là {names}.",
        )
    if only:
        return [name for name in known if name in only]
    return [name for name, step in known.items() if step.wanted(project)]


def _sources(project: Project) -> dict[str, dict[str, Any]]:
    from zones.plan.files import embedded_plans

    records = {name: input_record(path) for name, path in project.input_paths().items()}
    records |= project.settings_records()
    for name in project.plans:
        path = embedded_plans().get(name) or project.resolve(Path(name))
        records[f"plan {name}"] = input_record(path)
    return records


def _reusable(earlier: dict[str, Any] | None, sources: dict[str, Any]) -> set[str]:
    """Find the steps whose earlier tables hold for today's inputs and software."""
    if earlier is None or earlier.get("versions") != software_versions():
        return set()
    before: dict[str, Any] = earlier.get("inputs", {})
    changed = {name for name in {*before, *sources} if before.get(name) != sources.get(name)}
    # What only the allocation reads leaves the measured tables as they were.
    of_allocation = {name for name in changed if name.startswith("allocation")}
    if changed - of_allocation - {"project"}:
        return set()
    return set(earlier.get("steps", {})) - (_AFTER_MEASURING if of_allocation else set())


def earlier_tables(
    project: Project, names: Sequence[str], *, out: Path | None = None
) -> dict[str, pd.DataFrame] | None:
    """Tables of the earlier run, where they hold for today's inputs."""
    folder = out or project.resolve(project.output)
    earlier = read_record(folder)
    reusable = _reusable(earlier, _sources(project))
    steps = (earlier or {}).get("steps", {})
    known = {table for name in reusable for table in steps[name]["tables"]}
    if not known.issuperset(names):
        return None
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def _with_needs(steps: list[str], project: Project, reusable: set[str]) -> list[str]:
    known = _steps()
    todo = set(steps)
    for name in reversed(list(known)):
        if name in todo:
            needed = [need for need in known[name].needs if known[need].wanted(project)]
            todo.update(need for need in needed if need not in reusable)
    return [name for name in known if name in todo]


def _tell_reuse(options: RunOptions, steps: list[str], todo: list[str], teller: Teller) -> None:
    if not options.only:
        return
    added = [name for name in todo if name not in steps]
    if added:
        listed = ", ".join(added)
        teller.note(
            Phrase(
                en=f"No earlier results for these inputs: doing {listed} as well.",
                vi=f"Chưa có kết quả cũ ứng với dữ liệu này: chạy thêm {listed}.",
            )
        )
    else:
        teller.note(
            Phrase(
                en="Inputs are the same as in the earlier run: its other results are kept.",
                vi="Dữ liệu vào không đổi so với lần chạy trước: giữ nguyên các kết quả khác.",
            )
        )


def _tell_stale(
    earlier: dict[str, Any] | None, reusable: set[str], todo: list[str], teller: Teller
) -> None:
    """Tell of steps whose results go because what they rest on has changed."""
    stale = [name for name in (earlier or {}).get("steps", {}) if name not in reusable | set(todo)]
    if stale:
        listed = " ".join(f"--only {name}" for name in stale)
        teller.note(
            Phrase(
                en="Results of earlier steps no longer fit these inputs and are taken away; to "
                f"make them again add {listed}.",
                vi="Kết quả một số bước trước không còn khớp dữ liệu này nên được bỏ đi; để lập "
                f"lại hãy thêm {listed}.",
            )
        )


def _kept_files(
    out: Path, todo: list[str], earlier: dict[str, Any] | None, reusable: set[str]
) -> Callable[[str], bool]:
    """Files of steps that still hold, and files that no run has made, stay.

    Pages of other inputs would stand beside a record that does not name them.
    """
    recorded = earlier or read_record(out) or {}
    made: dict[str, Any] = recorded.get("steps", {})
    stays = reusable - set(todo)
    gone = {
        file for name, step in made.items() if name not in stays for file in step.get("files", ())
    }
    return lambda name: name not in gone and name != "run.json"


def _take_over(state: RunState, out: Path, tables: Sequence[str]) -> None:
    for name in tables:
        state.tables[name] = pd.read_parquet(out / f"{name}.parquet")


def _do(state: RunState, todo: list[str], earlier: dict[str, Any]) -> dict[str, Any]:
    known = _steps()
    record = dict(earlier)
    for number, name in enumerate(todo, start=1):
        before = {path for path in state.stage.rglob("*") if path.is_file()}
        closed = len(state.closures.checked)
        state.made.clear()
        start = time.perf_counter()
        state.teller.step(name, number, len(todo))
        known[name].work(state)
        files = {path for path in state.stage.rglob("*") if path.is_file()} - before
        record[name] = {
            "seconds": round(time.perf_counter() - start, 3),
            "tables": list(state.made),
            "rows": {table: len(state.tables[table]) for table in state.made},
            "files": sorted(path.relative_to(state.stage).as_posix() for path in files),
            "closures": [item.as_record() for item in state.closures.checked[closed:]],
        }
    return {name: record[name] for name in known if name in record}


def _outputs(
    stage: Path, steps: dict[str, Any], earlier: dict[str, Any] | None, stayed: set[str]
) -> dict[str, str]:
    """Digests of the files that steps made, as they were made; other files are the user's."""
    ours = {file for step in steps.values() for file in step.get("files", ())}
    of_before = {file for name in stayed for file in steps.get(name, {}).get("files", ())}
    before: dict[str, str] = (earlier or {}).get("outputs", {})
    kept = {file: digest for file, digest in before.items() if file in of_before}
    return {file: held for file, held in output_digests(stage, kept).items() if file in ours}


def _record(state: RunState, sources: dict[str, Any], steps: dict[str, Any]) -> dict[str, Any]:
    columns = ["severity", "kind", "source", "count", "message_en", "message_vi"]
    warnings = [
        row
        for name, table in state.tables.items()
        if name.endswith("findings")
        for row in table[columns].to_dict("records")
    ]
    communes, crs = state.communes()
    return {
        "title": state.project.title,
        "demo": state.project.demo,
        "versions": software_versions(),
        "inputs": sources,
        "area_crs": {"name": crs.name, "code": crs.to_string()},
        "communes": {"vintage": str(state.project.communes.vintage), "count": len(communes)},
        "steps": steps,
        "findings": warnings,
    }
