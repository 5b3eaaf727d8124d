"""``zones allocate``: share the targets out, say why, and what one changed number does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.terminal.console import records, telling
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite, ProjectFile, Verbose, grouped

if TYPE_CHECKING:
    import pandas as pd

    from zones.allocation.job import AllocatedPlan, AllocationJob, Comparison
    from zones.project.model import Project
    from zones.run.context import RunResult, Teller

_ByYear = Annotated[bool, typer.Option("--by-year", help=say("zones.cli.help_by_year"))]
_Step = Annotated[
    float,
    typer.Option(
        "--step",
        metavar="HA",
        show_default=False,
        help=say("zones.cli.help_rounding_step"),
    ),
]
_WhatIf = Annotated[
    list[str],
    typer.Option(
        "--what-if",
        metavar="KEY=VALUE",
        help=say("zones.cli.help_what_if"),
    ),
]
_Against = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="PROJECT",
        show_default=False,
        help=say("zones.cli.help_other_project"),
    ),
]
_Explain = Annotated[
    str,
    typer.Option(
        "--explain",
        metavar="ZONE.COMMUNE",
        show_default=False,
        help=say("zones.cli.help_explain"),
    ),
]
_Portfolio = Annotated[
    int,
    typer.Option(
        "--portfolio",
        metavar="N",
        min=0,
        help=say("zones.cli.help_alternatives"),
    ),
]
_Folder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        show_default=False,
        help=say("zones.cli.help_folder_of_allocation"),
    ),
]


@dataclass(frozen=True, kw_only=True)
class QuestionOptions:
    """What is asked of the allocation."""

    what_if: _WhatIf = field(default_factory=list)
    against: _Against = None
    explain: _Explain = ""
    alternatives: _Portfolio = 0


@dataclass(frozen=True, kw_only=True)
class AnswerOptions:
    """How the answer is given."""

    by_year: _ByYear = False
    step: _Step = 0.0
    out: _Folder = None
    overwrite: Overwrite = False
    as_json: Json = False
    verbose: Verbose = False


def allocate(project: ProjectFile, question: QuestionOptions, answer: AnswerOptions) -> None:
    """Allocate the targets of a project."""
    from zones.allocation.job import JOB_FILES, save_job
    from zones.allocation.scenario import check_changes
    from zones.cli.lines import allocation as lines
    from zones.output.folder import refuse_existing
    from zones.project.model import load_project

    check_changes(question.what_if)
    loaded = load_project(project)
    other = load_project(question.against) if question.against else None
    if answer.out is not None:
        inputs = loaded.input_paths().values()
        refuse_existing(answer.out, overwrite=answer.overwrite, inputs=inputs, made_by=JOB_FILES)
    with telling(quiet=answer.as_json) as teller:
        if other is None and not question.what_if:
            shown, base = _plain(loaded, answer.step, teller), None
        else:
            shown, base = _scenario(loaded, other, question.what_if, answer.step, teller)
    if answer.out is not None:
        save_job(
            shown,
            answer.out,
            language=loaded.annex.language,
            by_year=answer.by_year,
            overwrite=answer.overwrite,
        )
    chain = _chain(shown, question.explain) if question.explain else []
    others = _portfolio(shown, question.alternatives) if question.alternatives else {}
    if answer.as_json:
        compared = None if base is None else base.changes
        print_json(_summary(shown, compared, chain, by_year=answer.by_year) | others)
        return
    lines.print_answer(shown, base, chain, verbose=answer.verbose)
    if answer.verbose or answer.by_year:
        lines.print_table(shown, by_year=answer.by_year)
    if others:
        lines.print_ranges(shown, others)
    if answer.out is not None:
        print_line(say("zones.cli.results_in", out=answer.out))


def _run(project: Project, only: str, teller: Teller) -> RunResult:
    """Do the steps up to one of the allocation; earlier results serve, nothing is written."""
    from zones.run.context import RunOptions
    from zones.run.run import run_project

    return run_project(project, options=RunOptions(only=(only,), write=False), teller=teller)


def _plain(project: Project, step: float, teller: Teller) -> AllocationJob:
    from zones.allocation.job import AllocatedPlan, AllocationJob, explain_plan

    own = 10.0**-project.decimals
    if step in (0.0, own):
        return _run(project, "explain", teller)[AllocationJob]
    plan = _rounded(_run(project, "allocate", teller)[AllocatedPlan], step)
    return explain_plan(plan, demo=project.demo, progress=teller.part)


def _rounded(plan: AllocatedPlan, step: float) -> AllocatedPlan:
    from zones.allocation.job import round_plan

    return round_plan(plan.prepared, plan.allocation, step=step)


def _scenario(
    project: Project, other: Project | None, what_if: list[str], step: float, teller: Teller
) -> tuple[AllocationJob, Comparison]:
    """Allocate the plan and, near to it, what was asked for."""
    from zones.allocation.job import AllocatedPlan, Comparison, run_job
    from zones.allocation.rounded import compare_allocations
    from zones.allocation.scenario import change_inputs
    from zones.publish.rounded_figures import RoundedMeasures
    from zones.run.steps.allocate import STEP

    own = 10.0**-project.decimals
    result = _run(project, "allocate", teller)
    base = result[AllocatedPlan]
    if step not in (0.0, own):
        base = _rounded(base, step)
    source = result if other is None else _run(other, "allocate", teller)
    prepared = change_inputs(source[AllocatedPlan].prepared, what_if)
    teller.step("allocate", STEP.label, 1, 1)
    present = source[RoundedMeasures].zones if step in (0.0, own) else None
    job = run_job(
        prepared,
        step=step or own,
        present=present,
        demo=project.demo or (other is not None and other.demo),
        near=base.allocation,
        progress=teller.part,
    )
    changes = compare_allocations(
        base.allocation, job.allocation, printed=(base.printed, job.printed)
    )
    return job, Comparison(base.allocation, base.printed, changes, base.prepared.names)


def _portfolio(job: AllocationJob, alternatives: int) -> dict[str, Any]:
    from zones.allocation.alternatives import negotiable_ranges, portfolio

    found = portfolio(job.allocation, alternatives)
    ranges = negotiable_ranges(job.allocation)
    return {
        "portfolio": records(found.plans),
        "portfolio_measures": records(found.measures),
        "ranges": records(ranges.merge(job.allocation.inputs.communes, on="commune_code")),
    }


def _chain(job: AllocationJob, asked: str) -> list[str]:
    from layers.base.errors import InputError
    from zones.allocation.allocation_names import find_commune, find_zone
    from zones.allocation.explain.commune_reasons import explain_commune

    zone, _, commune = asked.partition(".")
    if not zone or not commune:
        raise InputError("zones.cli.bad_chain", asked=asked)
    inputs, where = job.allocation.inputs, f"--explain {asked!r}"
    zone = find_zone(zone.strip(), inputs, job.prepared.names, where, aside=job.prepared.aside)
    code = find_commune(commune.strip(), inputs, where)
    said = explain_commune(
        job.allocation, zone, code, printed=job.printed, names=job.prepared.names
    )
    return [sentence.phrase.text(language()) for sentence in said]


def _summary(
    job: AllocationJob, compared: pd.DataFrame | None, chain: list[str], *, by_year: bool
) -> dict[str, Any]:
    from dataclasses import asdict

    from zones.allocation.rounded import allocation_table

    sentences = job.sentences()
    summary: dict[str, Any] = {
        "targets": records(job.printed.held),
        "allocation": records(allocation_table(job.allocation, job.printed, by_year=by_year)),
        "reasons": records(sentences),
        "repairs": records(job.explanation.repairs),
        "stages": [asdict(stage) for stage in job.allocation.stages],
        "findings": [finding.message.text(language()) for finding in job.prepared.findings],
    }
    if compared is not None:
        summary["changes"] = records(compared)
    if chain:
        summary["explanation"] = chain
    return summary


def register(application: typer.Typer) -> None:
    """Add the command of this room."""
    application.command(
        "allocate",
        help=say("zones.cli.help_allocate"),
    )(grouped(allocate))
