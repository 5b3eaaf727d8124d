"""Step ``explain``: why the allocation is as it is, what would mend it, and ``allocation.md``."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.allocation.job import AllocatedPlan, AllocationJob, explain_plan
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import ALLOCATION_REASONS, ALLOCATION_REPAIRS


def work(context: Context) -> Made:
    """Reasons, repairs and trade-offs as tables and as a report."""
    plan = context[AllocatedPlan]
    job = explain_plan(plan, demo=context.project.demo, progress=context.teller.part)
    path = context.stage / "allocation.md"
    path.write_text(job.report(context.project.annex.language), encoding="utf-8", newline="\n")
    return {
        AllocationJob: job,
        ALLOCATION_REPAIRS: job.explanation.repairs,
        ALLOCATION_REASONS: job.sentences(),
    }


STEP = Step(
    label=Phrase("Explain the allocation", "Giải thích phân bổ"),
    work=work,
    reads=(AllocatedPlan,),
    writes=(AllocationJob, ALLOCATION_REPAIRS, ALLOCATION_REASONS),
    files=("allocation.md",),
    settings=("demo", "annex.language"),
)
