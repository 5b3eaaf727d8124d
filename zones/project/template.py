"""A new project: a commented project file to fill in, and the table of natural areas beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.base.errors import OutputExistsError
from layers.base.language import Language
from layers.base.messages import message
from layers.base.resources import data_path, data_table
from layers.communes.gazetteer import (
    CIRCULATED,
    NEWEST_VINTAGE,
    find_province,
    list_communes,
    province_name,
)
from layers.crs.crs import vn2000_zones, zone_in_doubt
from layers.io.atomic import save_text, written_aside
from layers.io.table_output import save_csv
from zones.project.yaml import read_document


def write_new_project(
    folder: Path, *, province: str, language: Language = "vi", with_plans: bool = True
) -> list[Path]:
    """Write ``project.yaml`` and ``natural_areas.csv`` for a province, given by code or name.

    ``with_plans``: list the embedded plans of the province; otherwise none until one is chosen.
    """
    province = find_province(province)
    project, areas = folder / "project.yaml", folder / "natural_areas.csv"
    taken = [str(path) for path in (project, areas) if path.exists()]
    if taken:
        raise OutputExistsError("zones.project.folder_not_empty", taken=taken)
    template = data_path("templates", f"project.{language}.yaml").read_text("utf-8")
    text = template.format(
        province=province,
        province_name=province_name(province),
        **_zone(province, language),
        vintage=NEWEST_VINTAGE,
        plans=_plans(province) if with_plans else " []",
    )
    folder.mkdir(parents=True, exist_ok=True)
    save_text(text, project)
    with written_aside(areas, overwrite=True) as part:
        save_csv(_natural_areas(province), part)
    return [project, areas]


def _plans(province: str) -> str:
    """List of the embedded plans of a province; none is a project of areas and cover alone."""
    # The newest plan leads: targets of an older one would look exceeded.
    found = [read_document(path) for path in sorted(data_path("plans").glob("*.yaml"))]
    # A plan with an area of its own is of a territory that is not the province of today.
    own = [p for p in found if p["province"] == province and not p.get("natural_area_ha")]
    own.sort(key=lambda plan: str(plan["date"] or ""), reverse=True)
    return "".join(f"\n  - {plan['plan']}" for plan in own) or " []"


def _zone(province: str, language: Language) -> dict[str, str]:
    """Zone of a province as the template shows it: a setting where there is doubt about it."""
    zones = vn2000_zones().set_index("province_code")
    epsg, meridian = (str(zones.loc[province, column]) for column in ("epsg", "central_meridian"))
    doubt = zone_in_doubt(province)
    if doubt:
        told = message("zones.project.zone_in_doubt", meridian=meridian)
    else:
        told = message("zones.project.zone_certain", meridian=meridian)
    setting = f"{'' if doubt else '# '}area_crs: EPSG:{epsg}"
    return {"epsg": f"EPSG:{epsg}", "area_crs": f"{setting:<29}  # {told.text(language)}"}


def _natural_areas(province: str) -> pd.DataFrame:
    """Communes of a province with their official areas, empty where the project has none.

    Beside empty ones stand the areas that lists circulate (ha), for the planner to hold against
    the decision of the province.
    """
    frame = list_communes(province)[["code", "name"]]
    areas = pd.Series(dtype="float64")
    try:
        embedded = data_table(f"communes-{province}.csv", dtype={"code": str})
    except FileNotFoundError:
        pass
    else:
        areas = embedded.set_index("code")["official_area_ha"]
    frame = frame.assign(official_area_ha=frame["code"].map(areas).astype("float64"))
    if frame["official_area_ha"].notna().all():
        return frame
    circulated = data_table("natural_areas-34.csv", dtype={"code": str}).set_index("code")
    return frame.assign(**{CIRCULATED: frame["code"].map(circulated[CIRCULATED])})
