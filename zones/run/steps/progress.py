"""Step ``progress``: hectares of the zones over the years, as measured and as reported."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Phrase
from zones.inputs.present import present_by_year, present_by_zone, with_years
from zones.publish.progress import round_progress
from zones.publish.rounded_figures import RoundedMeasures
from zones.reports.consolidate import reported_years
from zones.reports.ledger import Ledger
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import MEASURED, PROGRESS, REPORTED


def work(context: Context) -> Made:
    """Every figure that tells how a zone went on, rounded as the present ones are."""
    project, plans = context.project, context.plans()
    communes, _ = context.communes()
    ledger = Ledger(project.resolve(project.reports.ledger))
    # Of what communes sent and what somebody typed of it, what they sent counts
    told = pd.concat(
        [
            reported_years(ledger.every_figure(), list(communes["commune_code"])),
            present_by_year(project, plans, context[MEASURED]),
        ],
        ignore_index=True,
    )
    now = present_by_zone(project, plans, context[MEASURED])
    zones = with_years(project, context[RoundedMeasures].zones, now, context[MEASURED])
    reported = context[REPORTED]
    if len(reported):
        # Zones that no layer tells of are as the newest round has them.
        zones = zones.assign(
            year=zones["year"].fillna(int(reported["year"].iloc[0])),
            told_by=zones["told_by"].fillna("report"),
        )
    return {
        PROGRESS: round_progress(told, zones, communes=len(communes), decimals=project.decimals)
    }


STEP = Step(
    label=Phrase("Follow the zones over the years", "Theo dõi vùng qua các năm"),
    work=work,
    reads=(MEASURED, REPORTED, RoundedMeasures),
    writes=(PROGRESS,),
    settings=("communes", "plans", "layers", "present", "reports", "decimals"),
)
