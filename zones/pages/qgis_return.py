"""What comes back from QGIS: the GeoPackage held against what was written.

That is the file of the last run, where it lies as it was written and the one that came back is made
from the same rows; else what the project writes now. Rows are known by their number (``fid``),
which QGIS keeps. Each table carries a digest of what was written into it: where it is another, a
change could not be told from an edit, and the file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandas.api.types import is_numeric_dtype

from layers.base.errors import InputError
from layers.io.vector import as_input_error, describe_vector, load_vector
from layers.io.vector_source import open_geopackage
from maps.qgis.geopackage import made_from
from zones.allocation.plot_names import named_plots
from zones.measure.closure import ClosureLog
from zones.pages.qgis_tables import BORDERS, KEPT, PLANNED
from zones.planting.decisions import COLUMNS, EXCLUDE, FIRST, known_decisions
from zones.tables import QGIS_CHANGES

if TYPE_CHECKING:
    from layers.kinds.plots import PlotLayer
    from maps import QgisContent

#: Column of the hectares that a row stands for (of a chosen part not the whole plot's ledger); else
#: the hectares of its polygon.
_HECTARES = ("area_ha", "dtich", "ledger_ha")
_NEAR = 1e-9
#: Name of a layer and digest of its rows, as ``build_geopackage`` describes a table.
_DESCRIBED = re.compile(r"(?P<name>.*) \[(?P<digest>vungtrong:[0-9a-f]+)\]", re.DOTALL)


_CRS_OF_TABLE = """
SELECT * FROM gpkg_geometry_columns JOIN gpkg_spatial_ref_sys USING (srs_id)
WHERE table_name = :table
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A layer whose rows stand for hectares of communes, as it was written."""

    table: str
    name: str
    digest: str  # Of its rows (``made_from``)
    rows: Callable[[], gpd.GeoDataFrame]
    file: Path | None = None  # That holds it as it was written


def written_now(content: QgisContent) -> list[Written]:
    """Layers as the project writes them now."""
    return [
        Written(layer.table, layer.name, made_from(layer), partial(_as_it_is, layer.frame))
        for layer in content.layers
        if isinstance(layer.frame, gpd.GeoDataFrame)
        and _has_hectares(layer.table, layer.frame.columns)
    ]


def _as_it_is(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame


def written_in(path: Path, returned: Path) -> list[Written]:
    """Layers of the file as it was written; none where one that came back is of other rows.

    Nor where a layer of a project came back that the file does not have.
    """
    before = {table: _DESCRIBED.fullmatch(told) for table, told in _features(path).items()}
    after = _features(returned)
    known = {table: told for table, told in before.items() if told is not None}
    if any(after.get(table, told[0]) != told[0] for table, told in known.items()):
        return []
    if not before.keys() >= _of_projects(returned).keys():
        return []
    return [
        Written(table, told["name"], told["digest"], partial(load_vector, path, layer=table), path)
        for table, told in known.items()
    ]


def has_planning(path: Path) -> bool:
    """Whether a planning layer came back."""
    return any(table.endswith((PLANNED, KEPT)) for table in _of_projects(path))


def _of_projects(path: Path) -> dict[str, str]:
    """Names of the tables of a file that a project wrote and whose rows stand for hectares."""
    found = {table: _DESCRIBED.fullmatch(told) for table, told in _features(path).items()}
    return {table: told["name"] for table, told in found.items() if told is not None}


def _features(path: Path) -> dict[str, str]:
    """Descriptions of the tables of a file whose rows stand for hectares of communes."""
    with as_input_error(path.name), closing(open_geopackage(path)) as base:
        columns = base.execute(
            "SELECT c.table_name, i.name FROM gpkg_contents c, pragma_table_info(c.table_name) i"
            " WHERE c.data_type = 'features'"
        ).fetchall()
    fields: dict[str, list[str]] = {}
    for table, name in columns:
        fields.setdefault(table.decode("utf-8"), []).append(name.decode("utf-8"))
    told = _descriptions(path)
    return {table: told[table] for table, names in fields.items() if _has_hectares(table, names)}


def _descriptions(path: Path) -> dict[str, str]:
    """What a GeoPackage says of each of its tables."""
    with as_input_error(path.name), closing(open_geopackage(path)) as base:
        rows = base.execute("SELECT table_name, coalesce(description, '') FROM gpkg_contents")
        return {name.decode("utf-8"): text.decode("utf-8") for name, text in rows}


def read_changes(
    written: Sequence[Written], path: Path, *, log: ClosureLog | None = None
) -> pd.DataFrame:
    """Rows that were edited, redrawn, added or deleted, with their hectares before and after."""
    describe_vector(path, layer=written[0].table)
    told = _descriptions(path)
    absent = [layer.table for layer in written if layer.table not in told]
    if absent:
        raise InputError(
            "zones.pages.qgis_tables_missing", path=path, count=len(absent), tables=absent
        )
    other = [layer.name for layer in written if not told[layer.table].endswith(f"[{layer.digest}]")]
    # A layer that the project does not write now may be edited as well.
    ours = {layer.table for layer in written}
    other += [name for table, name in _of_projects(path).items() if table not in ours]
    if other:
        raise InputError(
            "zones.pages.qgis_of_other_data", path=path, count=len(other), layers=other
        )
    log = log or ClosureLog()
    touched = [layer for layer in written if not _is_untouched(layer, path)]
    frames = [_layer_changes(layer, path, log) for layer in touched]
    return QGIS_CHANGES.validate(pd.concat([QGIS_CHANGES.empty(), *frames], ignore_index=True))


def _is_untouched(layer: Written, path: Path) -> bool:
    """Whether a table of a file is, value for value, the one that was written, its CRS too."""
    if layer.file is None:
        return False
    questions = (
        "SELECT name, type FROM pragma_table_xinfo(:table)",
        _CRS_OF_TABLE,
        f'SELECT * FROM "{layer.table}" ORDER BY fid',  # noqa: S608 - a name of our own file
    )
    with (
        as_input_error(path.name),
        closing(open_geopackage(layer.file)) as ours,
        closing(open_geopackage(path)) as theirs,
    ):
        return all(
            mine == other
            for asked in questions
            for mine, other in zip_longest(
                *(base.execute(asked, {"table": layer.table}) for base in (ours, theirs))
            )
        )


def decisions_of(
    written: Sequence[Written],
    path: Path,
    earlier: pd.DataFrame,
    plots: Mapping[str, PlotLayer],
) -> pd.DataFrame:
    """Decisions on plots that a GeoPackage brings back, with the earlier ones it leaves standing.

    A chosen plot that was deleted is left out; one that was marked is left out or taken first; a
    kept plot whose measure or period was changed has that measure. Plots go by layer and record;
    earlier decisions are found among ``plots``.
    """
    found = {
        str(row["plot"]): (str(row["decision"]), str(row["period"]))
        for row in _by_record(earlier, plots).to_dict("records")
    }
    for layer in written:
        if not layer.table.endswith((PLANNED, KEPT)):
            continue
        before = _with_numbers(layer)
        after = _numbered(path, layer.table, before)
        if layer.table.endswith(PLANNED):
            found |= _marked(before, after)
        else:
            found |= _given_measures(before, after, path)
    rows = [(plot, *told) for plot, told in sorted(found.items())]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


def not_decided(written: Sequence[Written], changes: pd.DataFrame) -> pd.DataFrame:
    """Changes of the planning layers that are no decision: another year, area, zone or outline."""
    found = []
    for end, taken in ((PLANNED, {"decision"}), (KEPT, {"measure", "period"})):
        mine = changes["layer"].isin([one.name for one in written if one.table.endswith(end)])
        plain = [set(fields.split(", ")) <= taken for fields in changes["fields"]]
        other = ~pd.Series(plain, index=changes.index, dtype="bool")
        gone = changes["change"].eq("deleted")
        found.append(changes[mine & (~gone & other if end == PLANNED else gone | other)])
    return pd.concat(found)


def _by_record(earlier: pd.DataFrame, layers: Mapping[str, PlotLayer]) -> pd.DataFrame:
    """Earlier decisions by layer and record, so that a later one on the same plot replaces them."""
    plots = [layer.plots.assign(layer=name) for name, layer in layers.items()]
    if earlier.empty or not plots:
        return earlier
    known = pd.concat(plots, ignore_index=True)
    known = known.assign(commune_code=known["commune_code"].fillna(""))
    named = named_plots(known, earlier["plot"], where="planning: decisions")
    records = dict(zip(named, _records(known), strict=True))
    return earlier.assign(plot=[records.get(name, name) for name in earlier["plot"]])


def _records(frame: pd.DataFrame) -> pd.Series[str]:
    return frame["layer"].astype("str") + ":" + frame["row"].astype("Int64").astype("str")


def _marked(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, tuple[str, str]]:
    """Chosen plots that were deleted, or marked to be left out or taken first."""
    gone = before.loc[before.index.difference(after.index)]
    found = dict.fromkeys(_records(gone), (EXCLUDE, ""))
    marks = after["decision"].fillna("").astype("str")
    told = after[marks.isin([EXCLUDE, FIRST])]
    return found | {
        name: (mark, "") for name, mark in zip(_records(told), marks[told.index], strict=True)
    }


def _given_measures(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, path: Path
) -> dict[str, tuple[str, str]]:
    """Kept plots with another measure or period than before."""
    both = before.index.intersection(after.index)
    edited = both[
        (
            _differs(before.loc[both, "measure"], after.loc[both, "measure"])
            | _differs(before.loc[both, "period"], after.loc[both, "period"])
        ).to_numpy()
    ]
    told = after.loc[edited]
    unknown = told.loc[~told["measure"].isin(known_decisions()), "measure"]
    if len(unknown):
        raise InputError(
            "zones.planting.unknown_decisions",
            path=path,
            count=len(unknown),
            found=[f"{value!r} ({fid})" for fid, value in unknown.items()],
            known=known_decisions(),
        )
    periods = told["period"].fillna("").astype("str")
    pairs = zip(told["measure"], periods, strict=True)
    return dict(zip(_records(before.loc[edited]), pairs, strict=True))


def _has_hectares(table: str, columns: Collection[str]) -> bool:
    """Whether rows stand for hectares of a commune; borders and the communes around do not."""
    return table != BORDERS and "commune_code" in columns


def _with_numbers(layer: Written) -> gpd.GeoDataFrame:
    """Rows as they were written, by their number."""
    rows = layer.rows()
    return rows.set_axis(np.arange(1, len(rows) + 1), axis="index")


def _layer_changes(layer: Written, path: Path, log: ClosureLog) -> pd.DataFrame:
    """Changes of one layer; what they add and take is the difference of the layer's hectares."""
    before = _with_numbers(layer)
    after = _numbered(path, layer.table, before)
    both = before.index.intersection(after.index)
    edited = _edited_fields(before.loc[both], after.loc[both])
    old, new = (_hectares(rows) for rows in (before, after))
    added = after.index.difference(before.index)
    parts = _split_off(before, after.loc[added], edited)
    rows = [
        *((fid, "split", parts[fid]) if fid in parts else (fid, "added", "") for fid in added),
        *((fid, "deleted", "") for fid in before.index.difference(after.index)),
        *((fid, "edited", text) for fid, text in edited.items() if text),
    ]
    table = pd.DataFrame(rows, columns=["fid", "change", "fields"])
    fids = pd.Index(table["fid"])
    codes = after["commune_code"].reindex(fids).fillna(before["commune_code"].reindex(fids))
    table = table.assign(
        layer=layer.name,
        commune_code=codes.fillna("").to_numpy(),
        before_ha=old.reindex(fids).fillna(0.0).to_numpy(),
        after_ha=new.reindex(fids).fillna(0.0).to_numpy(),
    )
    log.check(
        f"QGIS: changes of {layer.name} to the difference of the layers",
        parts=float((table["after_ha"] - table["before_ha"]).sum()) + float(old.sum()),
        whole=float(new.sum()),
    )
    return table


def _split_off(
    before: gpd.GeoDataFrame, added: gpd.GeoDataFrame, edited: Mapping[int, str]
) -> dict[int, str]:
    """Rows that were added inside what a redrawn row was before, with the number of that row.

    Splitting a polygon keeps its row for one part, and copies its fields to a new row.
    """
    redrawn = [fid for fid, fields in edited.items() if "geometry" in fields.split(", ")]
    there = added[~(added.geometry.isna() | added.geometry.is_empty)]
    if not redrawn or there.empty:
        return {}
    inside = shapely.point_on_surface(there.geometry.to_numpy())
    tree = shapely.STRtree(before.loc[redrawn].geometry.to_numpy())
    part, whole = tree.query(inside, predicate="within")
    return {
        int(there.index[one]): str(redrawn[other]) for one, other in zip(part, whole, strict=True)
    }


def _numbered(path: Path, table: str, before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Layer of the file by the number of its rows, in the CRS and with the columns of ours."""
    with as_input_error(path.name), closing(open_geopackage(path)) as base:
        fids = [int(row[0]) for row in base.execute(f'SELECT fid FROM "{table}" ORDER BY fid')]  # noqa: S608
    read = load_vector(path, layer=table)
    if len(set(fids)) != len(read):
        raise InputError("zones.pages.qgis_rows_unnumbered", path=path, table=table)
    texts = [name for name in _HECTARES if name in read and not is_numeric_dtype(read[name])]
    if texts:
        raise InputError("zones.pages.qgis_text_hectares", path=path, table=table, fields=texts)
    missing = [name for name in before.columns if name not in ("geometry", *read.columns)]
    if missing:
        raise InputError(
            "zones.pages.qgis_fields_missing",
            path=path,
            table=table,
            count=len(missing),
            fields=missing,
        )
    if read.crs is None or not read.crs.equals(before.crs):
        raise InputError(
            "zones.pages.qgis_other_crs",
            path=path,
            table=table,
            found="–" if read.crs is None else read.crs.name,
            expected=before.crs.name,
        )
    return read.set_axis(fids, axis="index")


def _hectares(rows: gpd.GeoDataFrame) -> pd.Series[float]:
    """Hectares that each row stands for: by the ledger or the plan, else by its polygon."""
    drawn = pd.Series(rows.geometry.area.to_numpy() / 1e4, index=rows.index)
    told = [rows[name].astype("float64") for name in _HECTARES if name in rows.columns]
    # A ledger of 0 ha is none: what is drawn counts, as when the layer is read.
    hectares: pd.Series[float] = told[0].where(told[0] > 0, drawn) if told else drawn
    return hectares.fillna(0.0)


def _edited_fields(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[int, str]:
    """Names of the fields that differ, by number of the row; ``geometry`` where it was redrawn."""
    names: dict[int, list[str]] = {int(fid): [] for fid in before.index}
    for name in [name for name in before.columns if name != "geometry"]:
        for fid in before.index[_differs(before[name], after[name])]:
            names[int(fid)].append(str(name))
    old, new = before.geometry.to_numpy(), after.geometry.to_numpy()
    same = shapely.equals_exact(old, new)
    # The same ground may be drawn from another corner, or with more of them.
    same[~same] = shapely.equals(old[~same], new[~same])
    for fid in before.index[~same]:
        names[int(fid)].append("geometry")
    return {fid: ", ".join(found) for fid, found in names.items()}


def _differs(before: pd.Series[Any], after: pd.Series[Any]) -> pd.Series[bool]:
    if pd.api.types.is_numeric_dtype(before.dtype):
        old, new = (
            pd.to_numeric(one, errors="coerce").astype("float64") for one in (before, after)
        )
        return ~((old - new).abs().le(_NEAR) | (old.isna() & new.isna()))
    old_text, new_text = (one.astype("str").where(one.notna(), "") for one in (before, after))
    return old_text.ne(new_text)
