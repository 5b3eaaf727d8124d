"""The forecast of forest cover as a planner reads it on the terminal."""

from __future__ import annotations

import pandas as pd

from layers.base.language import Language, format_number
from layers.base.messages import message
from layers.base.schema import Schema
from zones.forest.trajectory.sentences import answer, told_findings
from zones.output.text_table import table_lines
from zones.tables import (
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_TARGETS,
)

_HECTARES = (
    "natural_forest_ha",
    "planted_forest_ha",
    "not_yet_forest_ha",
    "bare_ha",
    "harvested_ha",
)


def forecast_lines(
    tables: dict[Schema, pd.DataFrame],
    before: dict[Schema, pd.DataFrame] | None,
    *,
    language: Language,
    verbose: bool,
    harvest_offered: bool,
) -> list[str]:
    """Lines of the answer: words first, then findings, the province's path and the assumptions."""
    lines = [phrase.text(language) for phrase in answer(tables, harvest_offered=harvest_offered)]
    if before is not None:
        lines += ["", *_changes(tables, before, language)]
    lines += ["", *_to_know(tables[TRAJECTORY_FINDINGS], language)]
    lines += ["", *_path(tables[TRAJECTORY], language)]
    lines += ["", message("zones.forest.trajectory.assumptions").text(language)]
    told = tables[TRAJECTORY_ASSUMPTIONS][f"message_{language}"]
    lines += [f"  {text}" for text in told]
    if verbose:
        lines += ["", *_communes(tables[TRAJECTORY], language)]
    return lines


def _to_know(findings: pd.DataFrame, language: Language) -> list[str]:
    """Findings of the forecast, notes too: each of them changes how the rate is to be read."""
    told = [f"  {phrase.text(language)}" for phrase in told_findings(findings)]
    return [message("zones.forest.trajectory.to_know").text(language), *told] if told else []


def _changes(
    tables: dict[Schema, pd.DataFrame], before: dict[Schema, pd.DataFrame], language: Language
) -> list[str]:
    key = "forecast_percent"
    pairs = tables[TRAJECTORY_TARGETS].merge(
        before[TRAJECTORY_TARGETS][["target", "year", key]],
        on=["target", "year"],
        suffixes=("", "_before"),
    )
    return [
        message(
            "zones.forest.trajectory.say_change",
            year=int(row["year"]),
            before=float(row[f"{key}_before"]),
            after=float(row[key]),
            points=float(row[key]) - float(row[f"{key}_before"]),
        ).text(language)
        for row in pairs.to_dict("records")
    ]


def _path(table: pd.DataFrame, language: Language) -> list[str]:
    """Table of the province's years."""
    rows = table[
        (table["commune_code"] == table["commune_code"].iloc[-1]) & (table["ledger"] == "counts")
    ]
    names = ("year", *_HECTARES, "cover_percent", "band")
    head = [message(f"zones.forest.trajectory.column_{name}").text(language) for name in names]
    body = [
        [
            str(row["year"]),
            *(format_number(row[name], language, decimals=1) for name in _HECTARES),
            format_number(row["cover_percent"], language, decimals=2),
            "–".join(
                format_number(row[name], language, decimals=2)
                for name in ("low_percent", "high_percent")
            ),
        ]
        for row in rows.to_dict("records")
    ]
    return table_lines([head, *body])


def _communes(table: pd.DataFrame, language: Language) -> list[str]:
    """Rates of the communes, a column per year."""
    rows = table[table["ledger"] == "counts"]
    wide = rows.pivot_table(
        index=["commune_code", "commune"], columns="year", values="cover_percent", sort=False
    )
    head = [
        message("zones.forest.trajectory.column_commune").text(language),
        *(str(year) for year in wide.columns),
    ]
    body = [
        [str(key[1]), *(format_number(value, language, decimals=2) for value in values)]
        for key, values in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    ]
    return table_lines([head, *body])
