"""A year's round of a project: its communes and plans, and what is known before reports come."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from layers.base.clock import today
from layers.base.errors import InputError
from layers.communes.gazetteer import communes_on
from zones.certainty.survey import sample_sentences
from zones.inputs.present import present_by_zone, zones_of_plans
from zones.inputs.read import read_communes, read_plans
from zones.measure.measure import is_unknown
from zones.output.folder import kept_table, load_kept_table
from zones.output.record import read_record
from zones.project.form_schema import load_form
from zones.project.model import CertaintySettings, Project
from zones.publish.rounded_figures import RoundedMeasures
from zones.reports.consolidate import (
    disowned_last_year,
    reported_crops,
    with_earlier_reports,
    without_disowned,
)
from zones.reports.known import KnownFigures, known_figures
from zones.reports.layout import communes_as_reporters
from zones.reports.ledger import Ledger
from zones.reports.status import open_questions, round_status
from zones.reports.writing.year_targets import YearResult
from zones.reports.year_round import Round
from zones.run.context import RunOptions, Teller
from zones.run.reuse import is_whole
from zones.run.run import run_project
from zones.tables import ALLOCATION_LAND, MEASURED, PROGRESS, REPORTED


def expected_round(project: Project, year: int) -> Round:
    """Round of a year as far as who reports: nothing is measured."""
    communes, _, _ = read_communes(project)
    vintage = str(project.communes.vintage)
    here = set(communes["commune_code"])
    units = [u for code, u in communes_on(project.province, vintage).items() if code in here]
    land = dict(zip(communes["commune_code"], communes["official_area_ha"], strict=True))
    known = KnownFigures(land={str(code): float(ha) for code, ha in land.items()})
    who = communes_as_reporters(units)
    shapes = communes[["commune_code", "geometry"]]
    return Round(read_plans(project), who, vintage, year, known, project.demo, shapes)


def prepare_round(project: Project, year: int, *, last: pd.DataFrame, teller: Teller) -> Round:
    """Round of a year; ``last`` has the accepted figures of the year before.

    Layers are measured, or an earlier run's hectares taken over where they still hold.
    """
    asked = expected_round(project, year)
    options = RunOptions(only=("compare",), write=False)
    measured = run_project(project, options=options, teller=teller)[MEASURED]
    by_zone = present_by_zone(project, asked.plans, measured)
    reports = {name for name, layer in project.layers.items() if layer.kind == "report"}
    earlier = measured[(measured["land"] == "report") & (measured["planting_year"] == year - 1)]
    earlier = earlier[~is_unknown(earlier)]
    zones = zones_of_plans(asked.plans)
    reported = earlier.merge(zones.loc[zones["crop"] != "", ["zone", "crop"]], on="crop")
    known = known_figures(
        last,
        by_zone[~by_zone["layer"].isin(reports)],
        reported.assign(present_ha=reported["ledger_ha"]),
        asked.known.land,
    )
    return replace(asked, known=replace(known, available=land_available(project)))


def land_available(project: Project) -> dict[tuple[str, str], float]:
    """Land for new planting, ha, by commune and zone, as the last run wrote it."""
    folder, name = project.resolve(project.output), kept_table(ALLOCATION_LAND.name)
    record = read_record(folder)
    if not is_whole(folder / name, (record or {}).get("outputs", {}).get(name)):
        return {}
    land = ALLOCATION_LAND.validate(load_kept_table(folder, ALLOCATION_LAND.name)).dropna(
        subset="available_ha"
    )
    rows = land[["commune_code", "zone", "available_ha"]].itertuples(index=False)
    return {(str(code), str(zone)): float(ha) for code, zone, ha in rows}


def year_result(project: Project, year: int, ledger: Ledger, teller: Teller) -> YearResult:
    """What a year's report is written from: the figures of that year and of those before it."""
    if not project.plans:
        raise InputError("zones.reports.report_without_plan", path=project.file)
    rounds = sorted({int(one) for one in ledger.history()["year"]})
    if not rounds:
        raise InputError("zones.reports.no_round_at_all", year=year)
    if year not in rounds:
        raise InputError("zones.reports.no_round", year=year, rounds=rounds)
    later = any(layer.date.year > year for layer in project.layers.values())
    if later or year != rounds[-1]:
        reports = project.reports.model_copy(update={"year": year})
        project = project.model_copy(update={"reports": reports})
    options = RunOptions(only=("progress",), write=False)
    result = run_project(project, options=options, teller=teller)
    asked = expected_round(project, year)
    figures, form = ledger.figures(year), load_form("plan-annual")
    disowned = disowned_last_year(figures, ledger.findings(year, form.form))
    crops = reported_crops(figures, ledger.figures(year - 1))
    crops = without_disowned(with_earlier_reports(crops, result[MEASURED]), disowned)
    findings = open_questions(ledger, form, asked)
    status = round_status(form, asked, ledger.history(year), findings, today())
    return YearResult(
        asked,
        result[RoundedMeasures].targets,
        result[REPORTED],
        crops,
        status,
        result[PROGRESS],
        level_percent=(project.certainty or CertaintySettings()).level_percent,
        samples=tuple(text for _, text in sample_sentences(project)),
        decimals=(project.decimals, project.rate_decimals),
        disowned=disowned,
    )
