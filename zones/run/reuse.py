"""Which results of an earlier run still hold, and which steps must be done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.base.messages import message
from layers.base.schema import Schema
from zones.output.folder import kept_table
from zones.output.record import file_digest, input_record, input_stamp, software_versions
from zones.plan.files import embedded_plans
from zones.run.step import Step, producers

if TYPE_CHECKING:
    from zones.project.model import Project
    from zones.run.context import Teller

#: Bytes whose reading takes longer than a person waits without a word.
_LONG = 1 << 29
#: First word of an input's name in the record → key of the project file that names it.
_PARTS = {
    "communes": "communes",
    "natural_areas": "communes",
    "layer": "layers",
    "plan": "plans",
    "allocation": "allocation",
    "atlas": "atlas",
    "borders": "borders",
    "map": "map",
    "reconcile": "reconcile",
    "certainty": "certainty",
    "reports": "reports",
    "groups": "groups",
    "planning": "planning",
}


def input_files(project: Project) -> dict[str, Path]:
    """Every file that a project reads, its plans among them, by what the record calls it."""
    plans = {
        name: embedded_plans().get(name) or project.resolve(Path(name)) for name in project.plans
    }
    return project.input_paths() | {f"plan {name}": path for name, path in plans.items()}


def input_stamps(project: Project) -> dict[str, tuple[tuple[str, int, int], ...]]:
    """Size and time of change of every file that a project reads, by what the record calls it."""
    home = (project.file.parent,)
    return {name: input_stamp(path, folders=home) for name, path in input_files(project).items()}


def read_sources(project: Project, *, teller: Teller | None = None) -> dict[str, dict[str, Any]]:
    """Size and digest of every file that a project reads, by what the record calls it.

    Reading that takes long is told.
    """
    home, done, total = (project.file.parent,), 0, 0
    if teller is not None:
        total = sum(size for stamp in input_stamps(project).values() for _, size, _ in stamp)

    def read(count: int) -> None:
        nonlocal done
        done += count
        if teller is not None and total >= _LONG:
            teller.part(done >> 20, total >> 20)

    if teller is not None and total >= _LONG:
        teller.note(message("zones.run.reading_inputs", size=total / 1e9))
    files = input_files(project).items()
    return {name: input_record(path, folders=home, read=read) for name, path in files}


def part_digests(project: Project, sources: Mapping[str, Any]) -> dict[str, str]:
    """Digest of each key of a project, with the files that it names, and of ``annex.language``."""
    digests = {}
    for part, value in project.model_dump(mode="json").items():
        files = {name: it for name, it in sources.items() if _PARTS.get(name.split()[0]) == part}
        text = json.dumps([value, files], sort_keys=True, default=str)
        digests[part] = hashlib.sha256(text.encode()).hexdigest()[:16]
    # Pages speak it; what else the annex says is the annex's alone.
    digests["annex.language"] = project.annex.language
    return digests


def steps_that_hold(
    steps: Mapping[str, Step],
    project: Project,
    parts: Mapping[str, str],
    earlier: Mapping[str, Any] | None,
    out: Path,
) -> set[str]:
    """Names of steps whose earlier tables may be taken over.

    The software and the embedded tables are the same, so are the settings and files that the step
    declares, its tables lie there as they were written, and all of that is true as well of the
    steps whose results it read.
    """
    if earlier is None or not is_of_this_software(earlier):
        return set()
    done: Mapping[str, Any] = earlier.get("steps", {})
    outputs: Mapping[str, str] = earlier.get("outputs", {})
    made_by = producers(steps.values())
    hold: set[str] = set()
    for name, step in steps.items():
        record = done.get(name)
        if record is None or record.get("settings") != _settings(step, parts):
            continue
        makers = {made_by[key] for key in step.needs(project) if key in made_by}
        # What a project does not ask for is no need of its steps.
        needed = {maker for maker in makers if steps[maker].wanted(project)}
        files = [kept_table(table.name) for table in step.tables]
        whole = all(is_whole(out / file, outputs.get(file)) for file in files)
        if needed <= hold and whole:
            hold.add(name)
    return hold


def is_of_this_software(earlier: Mapping[str, Any]) -> bool:
    """Whether this program, with these packages and embedded tables, made an earlier run."""
    return bool(earlier.get("versions") == software_versions())


def _settings(step: Step, parts: Mapping[str, str]) -> dict[str, str]:
    return {part: parts[part] for part in step.settings}


def is_whole(path: Path, digest: str | None) -> bool:
    """Whether a table lies in the output folder as a run wrote it."""
    return digest is not None and path.is_file() and file_digest(path) == digest


def steps_to_do(
    chosen: set[str], steps: Mapping[str, Step], project: Project, hold: set[str]
) -> list[str]:
    """Chosen steps, and those whose results they need and that no earlier run can give.

    An object is not kept in the output folder: the step that makes it is done again.
    """
    made_by = producers(steps.values())
    todo: set[str] = set()
    waiting = sorted(chosen)
    while waiting:
        name = waiting.pop()
        if name in todo:
            continue
        todo.add(name)
        for key in steps[name].needs(project):
            maker = made_by.get(key)
            kept = isinstance(key, Schema) and maker in hold
            if maker is not None and not kept and steps[maker].wanted(project):
                waiting.append(maker)
    return [name for name in steps if name in todo]
