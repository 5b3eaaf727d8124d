"""Results of an earlier run for those who only look: nothing is done, and nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from zones.output.folder import load_kept_table
from zones.output.record import read_record
from zones.project.own_words import use_own_words
from zones.run.context import Context, RunOptions, RunResult, SilentTeller
from zones.run.reuse import part_digests, read_sources, steps_that_hold
from zones.run.step import load_steps

if TYPE_CHECKING:
    from zones.project.model import Project


def kept_results(
    project: Project, names: Collection[str], *, sources: Collection[str]
) -> RunResult | None:
    """Tables that an earlier run of the project made in some steps, where all of that still holds.

    Of its findings those of ``sources`` are told; None where any of the steps must be done again.
    """
    out, steps = project.resolve(project.output), load_steps()
    earlier = read_record(out)
    parts = part_digests(project, read_sources(project))
    if earlier is None or not set(names) <= steps_that_hold(steps, project, parts, earlier, out):
        return None
    use_own_words(project.crops, project.units, project.corrections)
    context = Context(project, RunOptions(write=False), SilentTeller(), out)
    for name in names:
        for table in steps[name].tables:
            context.store.put(table, load_kept_table(out, table.name))
    findings = [row for row in earlier["findings"] if row["source"] in sources]
    result = RunResult(out, context.store, earlier, context)
    return replace(result, record={**earlier, "findings": findings})
