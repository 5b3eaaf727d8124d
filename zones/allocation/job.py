"""The allocation of a project: its tables, its report, and what a changed number does to them."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Phrase
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.explain.reasons import Explanation, explain_allocation, source_names
from zones.allocation.explain.report import AllocationReport, allocation_report
from zones.allocation.explain.sentences import Sentence, Voice, decimals_of
from zones.allocation.explain.tradeoffs import exchange_rates, say_exchange
from zones.allocation.inputs import PRESENT
from zones.allocation.land import zone_land
from zones.allocation.prepare import Prepared, needs_plots, prepare_allocation
from zones.allocation.rounded import (
    RoundedAllocation,
    allocation_table,
    annex_table,
    round_allocation,
)
from zones.output.folder import refuse_existing, save_table, staged_folder
from zones.publish.notes import allocation_notes
from zones.publish.printed_species import print_present
from zones.run.findings_table import findings_table

if TYPE_CHECKING:
    from zones.project.model import Project
    from zones.run.context import RunState, Teller

__all__ = [
    "TABLES",
    "AllocationJob",
    "Comparison",
    "allocate_step",
    "prepare_project",
    "print_job",
    "run_job",
    "save_job",
    "tables_of",
]

#: Tables of a run that an allocation is made from.
TABLES = ("measured", "targets", "zones", "zone_names", "forest_cover", "planted_species")

_DEMO = Phrase(en="Demo data", vi="Dữ liệu minh họa")


@dataclass(frozen=True, slots=True)
class AllocationJob:
    """An allocation with everything said about it.

    Parameters
    ----------
    prepared : Prepared
        Inputs, settings and names.
    allocation : Allocation
        The plan.
    printed : RoundedAllocation
        Its printed figures.
    explanation : Explanation
        Reasons and repairs.
    exchange : pandas.DataFrame
        ``zones.allocation.explain.tradeoffs.EXCHANGE``.
    demo : bool
        Whether the data is made.
    """

    prepared: Prepared
    allocation: Allocation
    printed: RoundedAllocation
    explanation: Explanation
    exchange: pd.DataFrame
    demo: bool = False

    @property
    def voice(self) -> Voice:
        """Names of zones and sources, and the step of the figures."""
        return Voice(self.printed.step, {**source_names(self.allocation), **self.prepared.names})

    def sentences(self) -> pd.DataFrame:
        """All sentences as a table."""
        said: list[Sentence] = [
            *self.explanation.reasons,
            *self.explanation.repair_sentences,
            *say_exchange(self.exchange, self.voice),
        ]
        rows = [(s.zone, s.target, s.key, s.phrase.en, s.phrase.vi) for s in said]
        names = ["zone", "target", "kind", "message_en", "message_vi"]
        return pd.DataFrame(rows, columns=names).astype("str")

    def report(self) -> str:
        """Report in Markdown, Vietnamese first, then English."""
        content = AllocationReport(
            self.allocation,
            self.printed,
            self.explanation,
            say_exchange(self.exchange, self.voice),
            self.voice,
            (
                *((_DEMO,) if self.demo else ()),
                *(finding.message for finding in self.prepared.findings),
            ),
        )
        return allocation_report(content, "vi") + "\n---\n\n" + allocation_report(content, "en")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a scenario is compared with, and how it differs.

    Parameters
    ----------
    allocation : Allocation
        The plan before.
    printed : RoundedAllocation
        Its printed figures.
    changes : pandas.DataFrame
        From ``zones.allocation.rounded.compare_allocations``.
    names : mapping of str to Phrase
        Names of its zones, of which the scenario may have fewer.
    """

    allocation: Allocation
    printed: RoundedAllocation
    changes: pd.DataFrame
    names: Mapping[str, Phrase] = field(default_factory=dict)


def run_job(
    prepared: Prepared,
    *,
    step: float,
    demo: bool = False,
    near: Allocation | None = None,
    teller: Teller | None = None,
) -> AllocationJob:
    """Allocate, print and explain."""
    plan = None if near is None else near.plan
    allocation = allocate(prepared.inputs, settings=prepared.settings, near=plan)
    _tell(teller, 1)
    printed = print_job(prepared, allocation, step=step)
    _tell(teller, 2)
    explanation = explain_allocation(allocation, printed=printed, names=prepared.names)
    _tell(teller, 3)
    rates = exchange_rates(allocation)
    _tell(teller, 4)
    return AllocationJob(prepared, allocation, printed, explanation, rates, demo)


def _tell(teller: Teller | None, done: int) -> None:
    if teller is not None:
        teller.part(done, 4)


def print_job(prepared: Prepared, allocation: Allocation, *, step: float) -> RoundedAllocation:
    """Round an allocation as the pages of its project print it, targets in the plan's order."""
    printed = round_allocation(
        allocation,
        step=step,
        time_limit_s=prepared.rounding_seconds,
        present=_as_on_pages(prepared.tables, step),
    )
    return replace(printed, held=_in_order(printed.held, prepared.names))


def _as_on_pages(tables: Mapping[str, pd.DataFrame], step: float) -> pd.DataFrame | None:
    """Round present areas by the one rounding that all pages share, where its steps allow it."""
    decimals = decimals_of(step)
    if not math.isclose(step, 10.0**-decimals):
        return None
    return print_present(tables, decimals=decimals)[PRESENT.names]


def _in_order(held: pd.DataFrame, names: Mapping[str, Phrase]) -> pd.DataFrame:
    """Put targets in the order in which the plan names their zones."""
    place = {zone: number for number, zone in enumerate(names)}
    key = held["zone"].map(place).fillna(len(place))
    return held.assign(place=key).sort_values(["place", "target"], ignore_index=True)[held.columns]


def tables_of(project: Project, teller: Teller | None = None) -> dict[str, pd.DataFrame]:
    """Tables an allocation starts from: those of the earlier run, else measured anew, aside."""
    from zones.run.context import RunOptions
    from zones.run.run import earlier_tables, run_project

    found = earlier_tables(project, TABLES)
    if found is not None:
        return found
    with tempfile.TemporaryDirectory(prefix="zones-") as folder:
        options = RunOptions(out=Path(folder) / "out", only=("compare",))
        tables = run_project(project, options=options, teller=teller).tables
    return {name: tables[name] for name in TABLES}


def prepare_project(project: Project, tables: Mapping[str, pd.DataFrame]) -> Prepared:
    """Gather the inputs of a project's allocation from its files and tables."""
    from zones.inputs.read import read_communes, read_inputs, read_plans

    if needs_plots(project):
        inputs = read_inputs(project)
        inputs.findings.raise_errors()
        plan, communes = inputs.plans[0], inputs.communes
        return prepare_allocation(project, plan, tables, communes, layers=inputs.plots)
    communes, _, _ = read_communes(project)
    return prepare_allocation(project, read_plans(project)[0], tables, communes)


def allocate_step(state: RunState) -> None:
    """Do the step ``allocate`` of a run: tables, reasons and ``allocation.md``."""
    communes, _ = state.communes()
    project = state.project
    layers = state.inputs().plots if needs_plots(project) else None
    prepared = prepare_allocation(project, state.plans()[0], state.tables, communes, layers=layers)
    job = run_job(prepared, step=10.0**-project.decimals, demo=project.demo, teller=state.teller)
    table = allocation_table(job.allocation, job.printed, by_year=True)
    sheet = annex_table(job.allocation, job.printed)
    for zone, rows in sheet.groupby("zone"):
        held = job.printed.held
        mine = held[(held["zone"] == zone) & (held["commune_code"] == "")]
        last = mine[mine["year"] == job.allocation.settings.last_year]
        for whole in last["end_ha"].head(1):
            state.closures.check(
                f"allocation: communes to zone {zone}", parts=rows["end_ha"].sum(), whole=whole
            )
    state.closures.check(
        "allocation: land sources to communes and years",
        parts=table["planned_ha"].sum(),
        whole=job.printed.planned["planned_ha"].sum(),
    )
    state.put("allocation", table)
    state.put("allocation_targets", job.printed.held)
    state.put("allocation_losses", job.printed.losses)
    state.put("allocation_notes", allocation_notes(job.printed.notes, _target_names(job)))
    state.put("allocation_land", zone_land(job.allocation))
    state.put("allocation_sources", job.allocation.inputs.sources)
    state.put("allocation_repairs", job.explanation.repairs)
    state.put("allocation_reasons", job.sentences())
    state.put("allocation_findings", findings_table(job.prepared.findings))
    path = state.stage / "allocation.md"
    path.write_text(job.report(), encoding="utf-8", newline="\n")


def _target_names(job: AllocationJob) -> dict[str, Phrase]:
    """Call targets by their zone: a page has no use for ids."""
    pairs = job.printed.held.drop_duplicates("target")[["target", "zone"]]
    return {target: job.voice.name(zone) for target, zone in pairs.itertuples(index=False)}


def save_job(job: AllocationJob, folder: Path, *, by_year: bool, overwrite: bool) -> None:
    """Write ``allocation.csv``, its Parquet twin and ``allocation.md`` to a folder."""
    refuse_existing(folder, overwrite=overwrite)
    ours = {"allocation.csv", "allocation.parquet", "allocation.md"}
    with staged_folder(folder, keep=lambda name: name not in ours) as stage:
        table = allocation_table(job.allocation, job.printed, by_year=by_year)
        save_table(table, stage, "allocation")
        (stage / "allocation.md").write_text(job.report(), encoding="utf-8", newline="\n")
