"""The forest forms as pages print them: numbers by the circular in force, names."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.messages import message
from layers.base.resources import data_table
from maps.layout.content import ForestForm, FormColumn
from zones.project.form_schema import Name
from zones.project.model import Project, forest_layers, newest_forest_layer
from zones.publish.form_rounding import form_table

_FORMS = ("purposes", "cover", "causes", "ages")
#: Forms that tell a change from one layer to the next; the others tell a state.
_OF_A_PERIOD = ("purposes", "causes")
#: Numberings of the yearly monitoring; that of an inventory is never taken unasked.
_MONITORING = ("monitoring", "older")


def form_numbers(project: Project) -> dict[str, str]:
    """Numbers of the forest forms by their table, of the circular in force at the layer's date."""
    newest = _form_row(project)
    return {form: str(newest[form]) for form in _FORMS}


def form_lines(project: Project, *, by_cause: bool) -> dict[str, str]:
    """What stands below the title of each form: unit, day or period, circular it is numbered by."""
    layers, language = forest_layers(project), project.annex.language
    if not layers:
        return {}
    row = _form_row(project)
    values = {
        "territory": project.territory(language, kind=True),
        "day": project.layers[layers[-1]].date,
        "document": Phrase(en=row["document_en"], vi=row["document_vi"]),
    }
    state = message("zones.publish.form_state", **values).text(language)
    if not by_cause:
        return dict.fromkeys(_FORMS, state)
    start = project.layers[layers[-2]].date
    period = message("zones.publish.form_period", start=start, **values).text(language)
    return {form: period if form in _OF_A_PERIOD else state for form in _FORMS}


def _form_row(project: Project) -> pd.Series[str]:
    """Row of the numbering of the forest forms that is in force at the layer's date."""
    table = data_table("forest_forms.csv", dtype=str).fillna("")
    told, name = project.annex.forest_forms, newest_forest_layer(project)
    rows = table[table["forms"].isin(_MONITORING if told == "auto" else [told])]
    if name is not None:
        day = project.layers[name].date
        in_force = rows[pd.to_datetime(rows["from_day"]).dt.date <= day]
        if in_force.empty and told != "auto":
            row = rows.iloc[0]
            raise InputError(
                "zones.publish.circular_not_in_force",
                forms=told,
                document=Phrase(en=row["document_en"], vi=row["document_vi"]),
                from_day=date.fromisoformat(row["from_day"]),
                layer=name,
                date=day,
            )
        rows = in_force if len(in_force) else rows.sort_values("from_day").head(1)
    return rows.sort_values("from_day").iloc[-1]


def forest_forms(
    purposes: pd.DataFrame | None, causes: pd.DataFrame | None
) -> tuple[ForestForm, ...]:
    """Forms that have rows, with their names."""
    made = []
    if purposes is not None and len(purposes):
        made.append(_form("purposes", "02", purposes))
    if causes is not None and len(causes):
        made.append(_form("causes", "05", causes))
    return tuple(made)


def _form(role: Literal["purposes", "causes"], number: str, figures: pd.DataFrame) -> ForestForm:
    table = form_table(number)
    names = pd.DataFrame(
        {"row": row.row, "name_vi": row.name.vi, "name_en": row.name.en, "level": row.level}
        for row in table.fixed
    )
    return ForestForm(
        role,
        _phrase(table.name),
        _phrase(table.label),
        tuple(
            FormColumn(
                column.column,
                _phrase(column.name),
                None if column.group is None else _phrase(column.group),
            )
            for column in table.columns
        ),
        names.merge(figures, on="row", how="left", validate="one_to_one"),
    )


def _phrase(name: Name) -> Phrase:
    return Phrase(en=name.en, vi=name.vi)
