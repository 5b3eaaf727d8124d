"""Cover to come: the path of the forest cover rate with its band, levers to move, and the answer.

What the page shows is what ``zones trajectory`` says with the same ``--what-if``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from layers.base.messages import message
from zones.app.desk import Desk, records, words
from zones.app.project_file import project_path, with_settings, write_project
from zones.app.question import ChangeLines, Question
from zones.app.refused import RefusedError
from zones.forest.trajectory.result_tables import ForecastInputs, forecast_tables
from zones.forest.trajectory.sentences import Tables, answer
from zones.forest.trajectory.what_if import change_section
from zones.project.model import Project, newest_forest_layer
from zones.project.yaml import read_text
from zones.run.context import RunOptions
from zones.run.run import run_project
from zones.tables import (
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_TARGETS,
)

_PATH = ["year", "cover_percent", "low_percent", "high_percent"]
#: Columns of the table of years, as the forecast names them.
COLUMNS = (
    "natural_forest_ha",
    "planted_forest_ha",
    "not_yet_forest_ha",
    "bare_ha",
    "harvested_ha",
    "cover_percent",
)
#: Most hectares of natural regeneration in a year that the lever offers.
_REGENERATION_HA = 5_000.0


class Levers(Question):
    """Levers that are moved, as ``--what-if`` takes them."""

    changes: ChangeLines = ()


def forecast(desk: Desk, asked: Levers) -> dict[str, Any]:
    """The path with the levers as they stand, the answer in words, and what the levers do."""
    project = desk.project()
    inputs, before = own_forecast(desk)
    section = change_section(project.trajectory, asked.changes)
    tables = forecast_tables(inputs, section) if asked.changes else before
    return {
        "path": _path(tables, "counts"),
        "withForest": _path(tables, "with_forest"),
        "before": _path(before, "counts") if asked.changes else [],
        "years": records(_province(tables, "counts")[["year", *COLUMNS, *_PATH[2:]]]),
        "heads": {
            name: words(message(f"zones.forest.trajectory.column_{name}"))
            for name in ("year", *COLUMNS, "band")
        },
        "targets": records(_of_the_plan(tables[TRAJECTORY_TARGETS])),
        "answer": [
            words(phrase) for phrase in answer(tables, harvest_offered=inputs.harvest_offered)
        ],
        "moved": _moved(before, tables) if asked.changes else [],
        "assumptions": [
            {"vi": row["message_vi"], "en": row["message_en"]}
            for row in records(tables[TRAJECTORY_ASSUMPTIONS])
        ],
        "findings": [
            {"vi": row["message_vi"], "en": row["message_en"]}
            for row in records(tables[TRAJECTORY_FINDINGS])
        ],
        "levers": _levers(project, before),
        "scenario": project.scenario_of is not None,  # which takes its levers from its project
        "changes": list(project.allocation.changes),
        "decimals": project.decimals,
        "rateDecimals": project.rate_decimals,
    }


def save(desk: Desk, asked: Levers) -> dict[str, Any]:
    """Write the levers as they stand into the project file; what else it says of them stays."""
    project = desk.project()
    if project.scenario_of is not None:
        raise RefusedError(409, message("zones.app.levers_of_project"))
    section = change_section(project.trajectory, asked.changes)
    before, after = (it.model_dump(exclude_unset=True) for it in (project.trajectory, section))
    wanted = {key: _plain(value) for key, value in after.items() if value != before.get(key)}
    file = project_path(desk)
    write_project(desk, with_settings(read_text(file), file, "trajectory", wanted))
    return forecast(desk, Levers())


def _plain(value: Any) -> Any:
    """A setting as a person writes it: a range of one figure is that figure."""
    if isinstance(value, dict):
        figures = set(value.values())
        if value.keys() == {"low", "likely", "high"} and len(figures) == 1:
            return _plain(figures.pop())
        return {key: _plain(item) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def own_forecast(desk: Desk) -> tuple[ForecastInputs, Tables]:
    """What a forecast starts from, and the forecast of the project file; made once."""
    found: tuple[ForecastInputs, Tables] = desk.made_once(
        "forecast", lambda: _forecast(desk, desk.project())
    )
    return found


def _forecast(desk: Desk, project: Project) -> tuple[ForecastInputs, Tables]:
    if newest_forest_layer(project) is None:
        raise RefusedError(422, message("zones.forest.trajectory.no_layer", path=project.file))
    options = RunOptions(only=("trajectory",), write=False)
    inputs = run_project(project, options=options, teller=desk.teller)[ForecastInputs]
    return inputs, forecast_tables(inputs, project.trajectory)


def _province(tables: Tables, ledger: str) -> pd.DataFrame:
    table = tables[TRAJECTORY]
    whole = table["commune_code"] == table["commune_code"].iloc[-1]
    rows: pd.DataFrame = table[whole & (table["ledger"] == ledger)]
    return rows


def _of_the_plan(targets: pd.DataFrame) -> pd.DataFrame:
    return targets[targets["year"] == targets["due_year"]]


def _path(tables: Tables, ledger: str) -> list[dict[str, Any]]:
    return records(_province(tables, ledger)[_PATH])


def _moved(before: Tables, after: Tables) -> list[dict[str, str]]:
    """What the levers do to the rate in the year of each target."""
    key = "forecast_percent"
    pairs = after[TRAJECTORY_TARGETS].merge(
        before[TRAJECTORY_TARGETS][["target", "year", key]],
        on=["target", "year"],
        suffixes=("", "_before"),
    )
    return [
        words(
            message(
                "zones.forest.trajectory.say_change",
                year=int(year),
                before=float(old),
                after=float(new),
                points=float(new) - float(old),
            )
        )
        for year, new, old in zip(pairs["year"], pairs[key], pairs[f"{key}_before"], strict=True)
    ]


def _levers(project: Project, tables: Tables) -> list[dict[str, Any]]:
    """Levers with their value in the project, and how far they go."""
    section = project.trajectory
    told = tables[TRAJECTORY_ASSUMPTIONS].set_index("assumption")["value"]
    bare = float(_province(tables, "counts")["bare_ha"].iloc[0])
    causes = tables[TRAJECTORY_CAUSES]
    cut = -float(causes.loc[causes["cause"] == "harvest", "change_ha"].sum())
    planting = _likely(told.get("planting_ha", "0"))
    return [
        _lever("extra_bare_ha", section.extra_bare_ha, bare, 500.0),
        _lever("delay_harvest_ha", section.delay_harvest_ha, cut, 500.0),
        _lever("planting_ha", planting, 3 * planting, 100.0),
        _lever("regeneration_ha", section.regeneration_ha, _REGENERATION_HA, 100.0),
        _lever("survival", section.survival.likely, 1.0, 0.01),
        _lever("bare_share", _likely(told.get("bare_share", "0")), 1.0, 0.01),
        {**_lever("legal_lag", float(section.legal_lag.years), 10.0, 1.0), "least": 1.0},
    ]


def _likely(text: str) -> float:
    """The likely one of a range of three, as the assumptions write it, or the single figure."""
    figures: Sequence[str] = text.split(" – ")
    return float(figures[len(figures) // 2])


def _lever(key: str, value: float, most: float, step: float) -> dict[str, Any]:
    """A lever from 0 to a whole number of steps."""
    steps = max(1, math.ceil(round(max(most, value) / step, 6)))
    return {"key": key, "value": value, "least": 0.0, "most": round(steps * step, 2), "step": step}


ACTIONS: dict[str, Callable[..., Any]] = {"forecast": forecast, "save": save}
