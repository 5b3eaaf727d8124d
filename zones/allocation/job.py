"""The allocation of a project: made, rounded, explained, and handed on as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from layers.base.findings import Finding
from layers.base.language import Language, Phrase
from layers.base.messages import joined, message
from layers.base.schema import Schema
from layers.base.workers import Progress, silent
from zones.allocation.allocate import Allocation
from zones.allocation.change_words import say_changes
from zones.allocation.cover_target import allocate_with_cover
from zones.allocation.explain.cover_effects import cover_effects, say_cover_effects
from zones.allocation.explain.report import AllocationReport, allocation_report
from zones.allocation.explain.sentences import Sentence, Voice
from zones.allocation.explain.target_reasons import Explanation, explain_allocation, source_names
from zones.allocation.explain.tradeoffs import exchange_rates, say_exchange
from zones.allocation.land import zone_land
from zones.allocation.prepare import Prepared
from zones.allocation.rounded import (
    RoundedAllocation,
    allocation_table,
    annex_table,
    round_allocation,
)
from zones.allocation.scenario import change_inputs
from zones.allocation.targets import POINTS_TELL
from zones.measure.closure import ClosureLog
from zones.output.folder import refuse_existing, save_table, staged_folder
from zones.tables import (
    ALLOCATION,
    ALLOCATION_HARVEST,
    ALLOCATION_LAND,
    ALLOCATION_LOSSES,
    ALLOCATION_NOTES,
    ALLOCATION_SOURCES,
    ALLOCATION_TARGETS,
)

_DEMO = Phrase(en="Demo data", vi="Dữ liệu minh họa")
#: What an allocation is written as.
JOB_FILES = ("allocation.csv", "allocation.parquet", "allocation.md")


@dataclass(frozen=True, slots=True)
class AllocatedPlan:
    """An allocation and its rounded figures."""

    prepared: Prepared  # Inputs, settings and names
    allocation: Allocation  # The plan, unrounded
    printed: RoundedAllocation  # Its rounded figures
    before: AllocatedPlan | None = None  # The one of unchanged figures, where some are changed

    @property
    def unchanged(self) -> AllocatedPlan:
        """The allocation of unchanged figures."""
        return self.before or self

    @property
    def voice(self) -> Voice:
        """Names of zones and sources, and the step of the figures."""
        return Voice(self.printed.step, {**source_names(self.allocation), **self.prepared.names})


@dataclass(frozen=True, slots=True)
class AllocationJob:
    """An allocation with everything said about it."""

    plan: AllocatedPlan  # The allocation and its rounded figures
    explanation: Explanation  # Reasons and repairs
    exchange: pd.DataFrame  # ``zones.allocation.explain.tradeoffs.EXCHANGE``
    cover: pd.DataFrame  # ``zones.allocation.explain.cover_effects.EFFECTS``
    demo: bool = False  # Whether the data is made

    @property
    def prepared(self) -> Prepared:
        """Inputs, settings and names."""
        return self.plan.prepared

    @property
    def allocation(self) -> Allocation:
        """The plan, unrounded."""
        return self.plan.allocation

    @property
    def printed(self) -> RoundedAllocation:
        """Its rounded figures."""
        return self.plan.printed

    @property
    def voice(self) -> Voice:
        """Names of zones and sources, and the step of the figures."""
        return self.plan.voice

    def cover_sentences(self) -> list[Sentence]:
        """What a hundred hectares more of each zone do to the forest cover rate."""
        return say_cover_effects(self.cover, self.exchange, self.voice)

    def sentences(self) -> pd.DataFrame:
        """All sentences as a table."""
        said: list[Sentence] = [
            *self.explanation.reasons,
            *self.explanation.repair_sentences,
            *say_exchange(self.exchange, self.voice),
            *self.cover_sentences(),
        ]
        rows = [(s.zone, s.target, s.key, s.phrase.en, s.phrase.vi) for s in said]
        names = ["zone", "target", "kind", "message_en", "message_vi"]
        return pd.DataFrame(rows, columns=names).astype("str")

    def report(self, language: Language) -> str:
        """Report in Markdown, in one language."""
        content = AllocationReport(
            self.allocation,
            self.printed,
            self.explanation,
            say_exchange(self.exchange, self.voice),
            self.voice,
            self.cover_sentences(),
            (
                *((_DEMO,) if self.demo else ()),
                *(finding.message for finding in self.prepared.findings),
            ),
        )
        return allocation_report(content, language)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a scenario is compared with, and how it differs."""

    allocation: Allocation  # The plan before
    printed: RoundedAllocation  # Its printed figures
    changes: pd.DataFrame  # From ``zones.allocation.rounded.compare_allocations``
    # Names of its zones, of which the scenario may have fewer
    names: Mapping[str, Phrase] = field(default_factory=dict)


def allocate_project(
    prepared: Prepared,
    *,
    step: float,
    present: pd.DataFrame | None = None,
    near: Allocation | None = None,
    progress: Progress = silent,
) -> AllocatedPlan:
    """Allocate and round to multiples of ``step`` hectares.

    ``present`` are the present areas as every page prints them (``zone, commune_code,
    present_ha``); they serve where ``step`` is theirs. ``near`` is a plan to stay near to.
    """
    progress(0, 2)
    plan = None if near is None else near.plan
    allocation, cover, told = allocate_with_cover(
        prepared.inputs, prepared.settings, prepared.cover, near=plan
    )
    progress(1, 2)
    prepared = replace(prepared, cover=cover, findings=(*prepared.findings, *told))
    rounded = round_plan(prepared, allocation, step=step, present=present)
    progress(2, 2)
    return rounded


def change_plan(
    base: AllocatedPlan,
    changes: Sequence[str],
    *,
    present: pd.DataFrame | None = None,
    progress: Progress = silent,
) -> AllocatedPlan:
    """Allocate with changed figures, as near to the plan of the unchanged ones as these allow."""
    if not changes:
        return base
    prepared = change_inputs(base.prepared, changes)
    told = _tell_changes(say_changes(base.prepared, changes))
    made = allocate_project(
        replace(prepared, findings=(told, *prepared.findings)),
        step=base.printed.step,
        present=present,
        near=base.allocation,
        progress=progress,
    )
    return replace(made, before=base)


#: Kinds of the sentences below printed tables: of rounded hectares, of changed figures.
ROUNDED, CHANGED = "rounded-figures", "changed-figures"


def _tell_changes(said: Sequence[Phrase]) -> Finding:
    return Finding(
        "note",
        CHANGED,
        "allocation",
        message("zones.allocation.allocated_figures_other_plan", listed=joined(said)),
        count=len(said),
    )


def round_plan(
    prepared: Prepared,
    allocation: Allocation,
    *,
    step: float,
    present: pd.DataFrame | None = None,
) -> AllocatedPlan:
    """Round an allocation to multiples of ``step`` hectares, targets in the plan's order."""
    rounded = round_allocation(
        allocation,
        step=step,
        nodes=prepared.rounding_nodes,
        present=present,
    )
    held = _in_order(rounded.held, prepared.names)
    return AllocatedPlan(prepared, allocation, replace(rounded, held=held))


def explain_plan(
    plan: AllocatedPlan, *, demo: bool = False, progress: Progress = silent
) -> AllocationJob:
    """Say why an allocation is as it is, what would mend it, and what trades for what."""
    progress(0, 2)
    names = plan.prepared.names
    explanation = explain_allocation(
        plan.allocation,
        printed=plan.printed,
        names=names,
        missing_maps=plan.prepared.missing_maps,
    )
    progress(1, 2)
    rates = exchange_rates(plan.allocation)
    effects = cover_effects(plan.allocation, plan.prepared.crops, plan.prepared.cover)
    progress(2, 2)
    return AllocationJob(plan, explanation, rates, effects, demo)


def run_job(
    prepared: Prepared,
    *,
    step: float,
    present: pd.DataFrame | None = None,
    demo: bool = False,
    near: Allocation | None = None,
    progress: Progress = silent,
) -> AllocationJob:
    """Allocate, round and explain."""
    plan = allocate_project(prepared, step=step, present=present, near=near)
    return explain_plan(plan, demo=demo, progress=progress)


def _in_order(held: pd.DataFrame, names: Mapping[str, Phrase]) -> pd.DataFrame:
    """Put targets in the order in which the plan names their zones."""
    place = {zone: number for number, zone in enumerate(names)}
    key = held["zone"].map(place).fillna(len(place))
    return held.assign(place=key).sort_values(["place", "target"], ignore_index=True)[held.columns]


def allocation_tables(plan: AllocatedPlan, *, log: ClosureLog) -> dict[Schema, pd.DataFrame]:
    """Tables of an allocation by their schema; their sums are checked."""
    allocation, printed = plan.allocation, plan.printed
    table = allocation_table(allocation, printed, by_year=True)
    held = printed.held
    last_year = allocation.settings.last_year
    for zone, rows in annex_table(allocation, printed).groupby("zone"):
        mine = held[(held["zone"] == zone) & (held["commune_code"] == "")]
        for whole in mine.loc[mine["year"] == last_year, "end_ha"].head(1):
            log.check(
                f"allocation: communes to zone {zone}", parts=rows["end_ha"].sum(), whole=whole
            )
    log.check(
        "allocation: land sources to communes and years",
        parts=table["planned_ha"].sum(),
        whole=printed.planned["planned_ha"].sum(),
    )
    return {
        ALLOCATION: table,
        ALLOCATION_TARGETS: held,
        ALLOCATION_LOSSES: printed.losses,
        ALLOCATION_NOTES: _notes(plan),
        ALLOCATION_HARVEST: plan.prepared.harvest,
        ALLOCATION_LAND: zone_land(allocation),
        ALLOCATION_SOURCES: allocation.inputs.sources,
    }


def _notes(plan: AllocatedPlan) -> pd.DataFrame:
    """Sentences for pages; targets are called by their zone: a page has no use for ids."""
    pairs = plan.printed.held.drop_duplicates("target")[["target", "zone"]]
    names = {target: plan.voice.name(zone) for target, zone in pairs.itertuples(index=False)}
    named = [(ROUNDED, name_targets(note, names)) for note in plan.printed.notes]
    told = (CHANGED, POINTS_TELL)
    named += [(it.kind, it.message) for it in plan.prepared.findings if it.kind in told]
    rows = [(kind, note.en, note.vi) for kind, note in named]
    return pd.DataFrame(rows, columns=ALLOCATION_NOTES.names).astype("str")


def name_targets(note: Phrase, names: Mapping[str, Phrase]) -> Phrase:
    """Put names for the ids that a sentence lists after its colon.

    An id may be a syllable of the sentence ("na") or begin another id, so whole ids only, all at
    once: a name that was put in is not looked at again.
    """
    ids = "|".join(re.escape(item) for item in sorted(names, key=len, reverse=True))
    if not ids:
        return note

    def named(language: Language) -> str:
        head, colon, listed = note.text(language).partition(": ")
        whole = rf"(?<![\w-])(?:{ids})(?![\w-])"
        return head + colon + re.sub(whole, lambda found: names[found[0]].text(language), listed)

    return Phrase(en=named("en"), vi=named("vi"))


def save_job(
    job: AllocationJob, folder: Path, *, language: Language, by_year: bool, overwrite: bool
) -> None:
    """Write ``allocation.csv``, its Parquet twin and ``allocation.md`` to a folder."""
    refuse_existing(folder, overwrite=overwrite, made_by=JOB_FILES)
    with staged_folder(folder, keep=lambda name: name not in JOB_FILES) as stage:
        table = allocation_table(job.allocation, job.printed, by_year=by_year)
        save_table(table, stage, "allocation")
        (stage / "allocation.md").write_text(job.report(language), encoding="utf-8", newline="\n")
