"""A year's round of a project: its communes and plans, and what is known before reports come."""

from __future__ import annotations

import pandas as pd

from layers.communes.gazetteer import communes_on
from zones.inputs.present import present_by_zone, zones_of_plans
from zones.inputs.read import read_communes, read_plans
from zones.project.model import Project
from zones.reports.known import known_figures
from zones.reports.layout import communes_as_reporters
from zones.reports.make import Round
from zones.run.context import RunOptions, Teller
from zones.run.run import run_project
from zones.tables import MEASURED


def prepare_round(project: Project, year: int, *, last: pd.DataFrame, teller: Teller) -> Round:
    """Round of a year; ``last`` has the accepted figures of the year before.

    Layers are measured, or an earlier run's hectares taken over where they still hold.
    """
    plans = read_plans(project)
    options = RunOptions(only=("compare",), write=False)
    measured = run_project(project, options=options, teller=teller)[MEASURED]
    communes, _, _ = read_communes(project)
    vintage = str(project.communes.vintage)
    here = set(communes["commune_code"])
    units = [u for code, u in communes_on(project.province, vintage).items() if code in here]
    by_zone = present_by_zone(project, plans, measured)
    reports = {name for name, layer in project.layers.items() if layer.kind == "report"}
    earlier = measured[(measured["land"] == "report") & (measured["planting_year"] == year - 1)]
    zones = zones_of_plans(plans)
    reported = earlier.merge(zones.loc[zones["crop"] != "", ["zone", "crop"]], on="crop")
    known = known_figures(
        last,
        by_zone[~by_zone["layer"].isin(reports)],
        reported.assign(present_ha=reported["ledger_ha"]),
        communes.set_index("commune_code")["official_area_ha"],
    )
    return Round(plans, communes_as_reporters(units), vintage, year, known, project.demo)
