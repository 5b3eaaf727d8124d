"""Results of an earlier run for those who only look: nothing is done, and nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zones.output.findings_table import finding_records, finding_tables
from zones.output.folder import QGIS_COPY, QGIS_FILE, load_kept_table, unpack_copy
from zones.output.record import read_record
from zones.project.own_words import use_own_words
from zones.run.context import Context, RunOptions, RunResult, Teller
from zones.run.reuse import (
    is_of_this_software,
    is_whole,
    part_digests,
    read_sources,
    steps_that_hold,
    steps_to_do,
)
from zones.run.step import load_steps

if TYPE_CHECKING:
    from zones.project.model import Project


def kept_results(
    project: Project, names: Collection[str], *, sources: Collection[str], teller: Teller
) -> RunResult | None:
    """Tables that an earlier run of the project made in some steps, where all of that still holds.

    Of the findings of these steps, and of those that they rest on, the ones of ``sources`` are
    told; None where any of the steps must be done again.
    """
    out, steps = project.resolve(project.output), load_steps()
    earlier = read_record(out)
    # Inputs may be large: they are read only where something may hold.
    if (
        earlier is None
        or not is_of_this_software(earlier)
        or not set(names) <= {*earlier.get("steps", ())}
    ):
        return None
    parts = part_digests(project, read_sources(project, teller=teller))
    if not set(names) <= steps_that_hold(steps, project, parts, earlier, out):
        return None
    use_own_words(project.crops, project.units, project.corrections)
    context = Context(project, RunOptions(write=False), teller, out)
    for name in names:
        for table in steps[name].tables:
            context.store.put(table, load_kept_table(out, table.name))
    rest_on = steps_to_do(set(names), steps, project, hold=set())
    made = finding_tables(table.name for name in rest_on for table in steps[name].tables)
    findings = finding_records(load_kept_table(out, name) for name in made)
    told = [row for row in findings if row["source"] in sources]
    result = RunResult(out, context.store, earlier, context)
    return replace(result, record={**earlier, "findings": told})


def kept_file(project: Project, name: str) -> Path | None:
    """File of an earlier run of the project, where it lies as it was written."""
    out = project.resolve(project.output)
    earlier = read_record(out) or {}
    return out / name if is_whole(out / name, earlier.get("outputs", {}).get(name)) else None


def kept_geopackage(project: Project, scratch: Path) -> Path | None:
    """GeoPackage of the QGIS project as an earlier run wrote it, also where it was edited since."""
    path = kept_file(project, QGIS_FILE)
    copy = None if path else kept_file(project, QGIS_COPY)
    if copy is None:
        return path
    unpack_copy(copy, scratch / Path(QGIS_FILE).name)
    return scratch / Path(QGIS_FILE).name


def changed_parts(project: Project, step: str, *, teller: Teller) -> list[str]:
    """Keys of the project file that a step rests on and that an earlier run had otherwise.

    With the files that they name; a step that it did not do had no keys.
    """
    steps, earlier = load_steps(), read_record(project.resolve(project.output)) or {}
    parts = part_digests(project, read_sources(project, teller=teller))
    done = earlier.get("steps", {})
    return sorted(
        {
            part
            for name in steps_to_do({step}, steps, project, hold=set())
            for part, had in done.get(name, {}).get("settings", {}).items()
            if parts.get(part, had) != had
        }
    )
