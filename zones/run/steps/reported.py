"""Step ``reported``: what the year's rounds of reports add up to, from the ledger."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.reports.consolidate import reported_indicators
from zones.reports.ledger import Ledger
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import REPORTED


def work(context: Context) -> Made:
    """Reported figures of the round that counts, and of all rounds up to it together."""
    ledger = Ledger(context.project.resolve(context.project.reports.ledger))
    figures = ledger.every_figure()
    newest = context.project.reports.year or ledger.newest_year()
    if newest is None:
        return {REPORTED: REPORTED.empty()}
    communes, _ = context.communes()
    codes = list(communes["commune_code"])
    return {REPORTED: reported_indicators(figures, newest, communes=codes)}


STEP = Step(
    label=Phrase("Add up the reports", "Tổng hợp báo cáo"),
    work=work,
    writes=(REPORTED,),
    settings=("communes", "plans", "reports"),
)
