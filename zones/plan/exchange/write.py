"""A plan's targets written as a workbook: one row for each, text that is never a formula."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Language
from layers.base.messages import message
from layers.io.atomic import written_aside
from layers.io.table_output import save_workbook
from zones.plan.exchange.names import COLUMNS, Names, heading
from zones.plan.model import Plan, Target

#: Kinds of ids that the second sheet lists.
_LISTED = ("zone", "bound", "period", "measure", "unit", "crop")


def field_of(zone: str, target: Target, column: str) -> str | float | None:
    """Value of a column in the plan; nothing where the plan has none."""
    if column == "zone":
        return zone or None
    if column in ("name_vi", "name_en"):
        name = target.name
        return None if name is None else name.vi if column == "name_vi" else name.en
    value: str | float | None = getattr(target, column)
    return value


def targets_table(plan: Plan, language: Language) -> pd.DataFrame:
    """Table of a plan's targets: a row for each, names for ids where they leave no doubt."""
    names = Names(plan)
    rows = [
        [_written(names, column, field_of(zone, target, column), language) for column in COLUMNS]
        for zone, target in plan.all_targets()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _written(
    names: Names, column: str, value: str | float | None, language: Language
) -> str | float | None:
    return (
        names.written(column, value, language)
        if isinstance(value, str) and column in names.of
        else value
    )


def _known(plan: Plan, language: Language) -> Iterator[tuple[str, str, str]]:
    """List what cells may hold: column, id, name."""
    names = Names(plan)
    for column in _LISTED:
        for identifier, name in names.of[column].items():
            yield heading(column).text(language), identifier, name.text(language)


def export_targets(
    plan: Plan, path: Path, *, language: Language = "vi", overwrite: bool = False
) -> None:
    """Write a plan's targets as a workbook, with the words that its cells may hold behind them."""
    if path.suffix.lower() != ".xlsx":
        raise InputError("zones.plan.exchange.not_xlsx", path=path)
    lists = message("zones.plan.exchange.sheet_words").text(language)
    columns = [message(f"zones.plan.exchange.words_{one}") for one in ("column", "id", "name")]
    words = pd.DataFrame(
        list(_known(plan, language)), columns=[one.text(language) for one in columns]
    )
    with written_aside(path, program="Excel", overwrite=overwrite) as part:
        save_workbook(
            {
                message("zones.plan.exchange.sheet_targets").text(language): targets_table(
                    plan, language
                ),
                lists: words,
            },
            part,
            headings={column: heading(column).text(language) for column in COLUMNS},
            frozen_columns=1,
        )
