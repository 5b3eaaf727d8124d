"""A table with a column for each crop, made a list in a new file beside the project."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd

from layers.io.atomic import written_aside
from layers.io.table import read_table, titles_of
from layers.io.table_output import save_workbook
from layers.kinds.crop_columns import list_of_crops
from zones.app.desk import Desk, words
from zones.app.project_file import project_path
from zones.app.question import Question

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Wide(Question):
    """A table with a column for each crop, and the year of its figures where no column says it."""

    path: str
    sheet: str | None = None
    year: int | None = None


def year_said(frame: pd.DataFrame) -> int | None:
    """The one year that the lines above a table and its headings name."""
    texts = [*titles_of(frame), *map(str, frame.columns)]
    years = {int(year) for text in texts for year in _YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None


def make_list(desk: Desk, asked: Wide) -> dict[str, Any]:
    """Write the list to a new file beside the project; the table itself stays as it is."""
    desk.may_write()
    path = desk.session.inside(asked.path)
    made = list_of_crops(read_table(path, sheet=asked.sheet), year=asked.year, source=path.name)
    target = _free(project_path(desk).parent, "-".join(filter(None, (path.stem, asked.sheet))))
    with written_aside(target, overwrite=False, program="Excel") as part:
        save_workbook({"Danh sách": made.table}, part)
    told = [words(phrase) for phrase in made.told]
    return {"path": str(target), "rows": len(made.table), "told": told}


def _free(folder: Path, stem: str) -> Path:
    """Name of a file that is not there yet."""
    whole = unicodedata.normalize("NFC", stem)  # As some systems write "ả" it is two letters
    bare = re.sub(r"[^\w .()-]+", "-", whole)[:60]
    name, number = f"{bare}-danh-sach", 1
    while (target := folder / f"{name}{f'-{number}' if number > 1 else ''}.xlsx").exists():
        number += 1
    return target
