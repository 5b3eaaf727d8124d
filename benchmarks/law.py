"""The law's tables, scales and maps: codes recognised, sheets on legal scales, sums that close.

``python -m benchmarks law [--plots N] [--rounds N]``. Codes are those of the three tables, repeated
over as many plots as asked for. The project is the demo with an earlier forest layer, in which some
plots were not yet planted or not yet forest, run once into the cache of the benchmarks; planning
layer and QGIS project are made from the results that are there. Writing plots into the
GeoPackage is timed beside plain pyogrio.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pypdfium2

from benchmarks._data import CACHE, plots, province_communes
from benchmarks._side_by_side import Bars, alternate, describe_machine
from layers.kinds.forest_codes import CODE_TABLES, choose_code_table, load_code_table
from maps.atlas.legal_scale import legal_sheets
from maps.qgis.content import Categories, Fill, QgisLayer
from maps.qgis.geopackage import build_geopackage
from zones.demo.build import build_demo
from zones.project.model import load_project
from zones.publish.forest_forms import check_form
from zones.publish.form_rounding import form_table
from zones.run.context import RunOptions, RunResult
from zones.run.run import run_project
from zones.tables import (
    ALLOCATION,
    FOREST_COVER,
    FOREST_FORM_CAUSES,
    FOREST_FORM_PURPOSES,
    PLANNING_PLOTS,
    PLANTED_SPECIES,
)

__all__ = ["run"]

_EARLIER = (
    "layers:\n  earlier: {kind: forest_status, path: forest_earlier.gpkg, date: 2022-12-31,"
    " code_table: 98}\n"
)
_LEGAL = {5_000, 10_000, 25_000, 50_000, 100_000}


def run(arguments: list[str]) -> int:
    """Measure and judge.

    Parameters
    ----------
    arguments : list of str
        The command line after the benchmark's name.

    Returns
    -------
    int
        1 when a bar is missed, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks law", description=__doc__)
    parser.add_argument("--plots", type=int, default=200_000, help="plots (default 200000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    options = parser.parse_args(arguments)
    print(describe_machine("geopandas", "pyogrio"))
    bars = Bars()
    _codes(bars, options.plots)
    _scales(bars)
    _writing(bars, options.plots, options.rounds)
    _project(bars)
    return bars.code()


def _codes(bars: Bars, number: int) -> None:
    """Every code of each table over a layer; seconds beyond reading."""
    for name in CODE_TABLES:
        table = load_code_table(name).drop_duplicates("maldlr")
        codes = table.iloc[np.arange(number) % len(table)].reset_index(drop=True)
        start = time.perf_counter()
        choice = choose_code_table(codes.assign(area_ha=1.0))
        seconds = time.perf_counter() - start
        right = choice.table == name and choice.plots["none"] == 0
        bars.check(
            f"{len(table)}/{name} codes, {seconds:.2f} s", met=right and seconds <= 2, bar="2 s"
        )


def _scales(bars: Bars) -> None:
    communes = province_communes()
    fitting = 0
    for shape in communes.geometry:
        sheets = legal_sheets(shape.bounds, shape.area / 1e4)
        fitting += {window.denominator for window in sheets.windows} <= _LEGAL
    bars.check(
        f"{fitting} of {len(communes)} communes on a legal scale",
        met=fitting == len(communes),
        bar="all",
    )


def _writing(bars: Bars, number: int, rounds: int) -> None:
    frame = plots(number)[["geometry"]].assign(land="bare")
    style = Categories("land", (("bare", "bare", Fill("#f6ebdd")),))
    layer = QgisLayer("plots", "plots", "plots", style, frame)
    with tempfile.TemporaryDirectory() as folder:

        def ours() -> None:
            path = Path(folder) / "ours.gpkg"
            path.unlink(missing_ok=True)
            build_geopackage([layer], path)

        def plain() -> None:
            path = Path(folder) / "plain.gpkg"
            path.unlink(missing_ok=True)
            pyogrio.write_dataframe(frame, path)

        seconds, _ = alternate({"ours": ours, "pyogrio": plain}, rounds)
    said = (
        f"{number:,} plots written in {seconds['ours']:.1f} s, pyogrio {seconds['pyogrio']:.1f} s"
    )
    bars.check(said, met=seconds["ours"] <= 5, bar="5 s")


def _demo() -> Path:
    """Project of the demo with a run, made once."""
    folder = CACHE / "law-province"
    if not (folder / "out").exists():
        shutil.rmtree(folder, ignore_errors=True)
        path = build_demo(folder)
        _write_earlier(folder)
        text = path.read_text("utf-8") + "\nplanning: {make: true}\nqgis: {make: true}\n"
        # Every commune, and no sheet of the province.
        text = re.sub(r"(?m)^  communes: \[.*$", "  overview: false", text)
        path.write_text(text.replace("layers:\n", _EARLIER, 1), "utf-8")
        run_project(load_project(path), options=RunOptions())
    return folder / "project.yaml"


def _write_earlier(folder: Path) -> None:
    """Forest layer of three years before: what was planted since is bare, young stands not yet."""
    plots = gpd.read_file(folder / "forest_status.gpkg")
    year = plots["namtr"].fillna(0)
    bare = plots["ldlr"].eq("DTR") & year.ge(2023)
    young = plots["ldlr"].eq("RTG") & year.between(2019, 2021) & plots["thanhrung"].eq(1)
    codes = ["ldlr", "maldlr", "nggocr", "thanhrung"]
    plots.loc[bare, [*codes, "namtr", "nggocrt", "sldlr"]] = ["DT1", 87, 3, 0, 0, 0, None]
    plots.loc[young, codes] = ["DTR", 77, 3, 2]
    plots.to_file(folder / "forest_earlier.gpkg")


def _forms(bars: Bars, result: RunResult) -> None:
    """Identities of Forms 02, 05 and 06; a form that does not close raises."""
    rules = 0
    for number, table in (("02", FOREST_FORM_PURPOSES), ("05", FOREST_FORM_CAUSES)):
        form = form_table(number)
        check_form(form, result[table])
        rules += len(result[table]) and len(form.identities) + len(form.row_sums)
    species = result[PLANTED_SPECIES]
    ages = species.drop(columns=["crop", "planted_ha"]).sum(axis=1)
    gap = float((ages - species["planted_ha"]).abs().max())
    said = f"Forms 02 and 05: {rules} identities hold; Form 06 closes to {gap:.0e} ha"
    bars.check(said, met=rules == 23 and gap < 1e-6, bar="every identity")


def _project(bars: Bars) -> None:
    project = load_project(_demo())
    result = run_project(
        project, options=RunOptions(only=("planning", "qgis", "atlas"), overwrite=True)
    )
    _forms(bars, result)
    steps = result.record["steps"]
    table, planned = result[PLANNING_PLOTS], result[ALLOCATION]
    keys = ["zone", "commune_code"]
    asked = planned[planned["land"].ne("")].groupby(keys)["planned_ha"].sum()
    difference = (table.groupby(keys)["area_ha"].sum() - asked[asked > 0]).abs().max()
    seconds = steps["planning"]["seconds"]
    said = f"planning layer in {seconds:.1f} s, largest difference of a commune {difference:.1e} ha"
    bars.check(said, met=seconds <= 30 and difference <= 0.1, bar="30 s, 0.1 ha")
    size = sum(path.stat().st_size for path in (result.out / "qgis").iterdir()) / 1e6
    seconds = steps["qgis"]["seconds"]
    bars.check(
        f"QGIS project in {seconds:.1f} s, {size:.0f} MB",
        met=seconds <= 20 and size <= 100,
        bar="20 s, 100 MB",
    )
    _sheets(bars, result.out / "atlas.pdf")
    worst = _form_04(result[FOREST_COVER])
    bars.check(f"Form 04 closes to {worst:.1e} ha and points", met=worst < 1e-6, bar="1e-6")


def _sheets(bars: Bars, atlas: Path) -> None:
    """Scale of every sheet, measured in the PDF between the labels of its grid."""
    document = pypdfium2.PdfDocument(atlas)
    found = [_scales_of(page) for page in document]
    communes = len(list(document.get_toc()))
    document.close()
    true = sum(printed in _LEGAL and abs(drawn / printed - 1) < 0.002 for printed, drawn in found)
    worst = max(abs(drawn / printed - 1) for printed, drawn in found)
    said = (
        f"{true} of {len(found)} sheets, {communes} bookmarks: legal, drawn as printed to"
        f" {worst:.1e}, measured in the PDF"
    )
    bars.check(said, met=true == len(found) >= 65, bar="all")


def _scales_of(page: pypdfium2.PdfPage) -> tuple[int, float]:
    """Denominators of a sheet: as it is printed, and as its grid is drawn."""
    text = page.get_textpage()
    words = text.get_text_range()
    rows: dict[int, list[tuple[float, float]]] = {}
    for label in re.finditer(r"(?<![\d.:])\d{3}\.\d{3}(?![\d.])", words):
        first, last = (text.get_charbox(place) for place in (label.start(), label.end() - 1))
        metres = float(label[0].replace(".", ""))
        rows.setdefault(round(first[1]), []).append((metres, (first[0] + last[2]) / 2))
    grid = np.array(max(rows.values(), key=len))
    points_per_metre = np.polyfit(grid[:, 0], grid[:, 1], 1)[0]
    printed = re.search(r"1:(\d[\d.]*)", words)
    denominator = 0 if printed is None else int(printed[1].replace(".", ""))
    return denominator, 72 / 0.0254 / float(points_per_metre)


def _form_04(cover: pd.DataFrame) -> float:
    """Largest residual of 4 = 5 + 6 + 7 = 8 + 12, 8 = 9 + 10 + 11, 13 = (5 + 6) × 100 ÷ 3."""
    forest = cover["natural_forest_ha"] + cover["planted_forest_ha"]
    classes = cover[["special_use_ha", "protection_ha", "production_ha"]].sum(axis=1)
    residuals = [
        cover["area_with_forest_ha"] - forest - cover["not_yet_forest_ha"],
        cover["area_with_forest_ha"] - classes - cover["outside_ha"],
        cover["cover_percent"] - 100 * forest / cover["natural_area_ha"],
    ]
    return max(float(one.abs().max()) for one in residuals)
