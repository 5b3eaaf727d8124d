"""The demo's ``project.yaml``: a project like any other, with a comment at every part."""

from __future__ import annotations

from dataclasses import dataclass

from layers.base.resources import data_path, data_table
from zones.demo.earlier import EARLIER_YEAR
from zones.demo.layers import NOTICE
from zones.demo.planting import LAYER_YEAR
from zones.demo.quotas import load_totals

#: A large commune, one of the middle, and a ward.
_SHEETS = ("06613", "06529", "05977")
_LAYER_OF = {"forest": "forest", "orchard": "orchards", "report": "fruit"}


@dataclass(frozen=True, slots=True)
class CommunesEntry:
    """How the project file names the boundaries."""

    path: str  # File, relative to the project
    layer: str  # Layer
    # code_column, name_column: Columns
    code_column: str
    name_column: str
    made: bool  # Whether the boundaries are made up too
    neighbours: str = ""  # Layer of the same file with communes around; empty for none


def project_text(communes: CommunesEntry, *, full: bool = False) -> str:
    """Text of the project file; ``full`` with all that the tables and maps of the law need."""
    totals = load_totals().drop("natural_forest")
    present = "\n".join(f"  {crop}: {_LAYER_OF[part]}" for crop, part in totals["part"].items())
    species = totals.loc[totals["part"] == "orchard", "species"]
    crops = ", ".join(f'"{name}": {crop}' for crop, name in species.items())
    classes = data_table("land_cover_classes.csv")
    values = "\n".join(
        f"      {value}: {name}"
        for value, name in zip(classes["class"], classes["name"], strict=True)
    )
    return _template("project").format(
        notice=NOTICE,
        date=f"{LAYER_YEAR}-12-31",
        boundaries="minh họa / made up" if communes.made else "do người dùng cung cấp / given",
        path=_quoted(communes.path),
        layer=_quoted(communes.layer),
        code=_quoted(communes.code_column),
        name=_quoted(communes.name_column),
        crops=crops,
        classes=values,
        present=present,
        around=_template("neighbours").format(
            path=_quoted(communes.path),
            layer=_quoted(communes.neighbours),
            name=_quoted(communes.name_column),
        )
        if communes.neighbours
        else "",
        earlier=_template("earlier").format(notice=NOTICE, date=f"{EARLIER_YEAR}-12-31")
        if full
        else "",
        full=_template("full") if full else "",
        sheets=", ".join(f'"{code}"' for code in _SHEETS),
    )


def _template(name: str) -> str:
    return data_path("demo", f"{name}.yaml.txt").read_text("utf-8")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
