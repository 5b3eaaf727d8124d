"""Plots of a polygon layer after reading: one canonical frame, whatever the file looked like."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from layers.base.errors import ClosureError
from layers.base.findings import Findings
from layers.base.schema import read_schema
from layers.base.short_repr import short_repr
from layers.crs.transform import to_crs

#: Closed vocabulary of ``land`` for a forest status layer; a land-use map keeps its own codes and
#: a crop-plot layer says ``crop``. ``unclassified`` is the part of a commune no plot covers,
#: ``overlap`` (below zero) what plots cover more than once.
LAND_CLASSES = (
    "natural_forest",
    "planted_forest",
    "not_yet_forest",
    "regenerating",
    "bare",
    "farmland",
    "water",
    "other",
    "unclassified",
    "overlap",
)

PLOTS = read_schema("layers.kinds", "plots")

CROP_WEIGHTS = read_schema("layers.kinds", "crop weights")


@dataclass(frozen=True, slots=True)
class PlotLayer:
    """A polygon layer as the rest of the house sees it.

    Parameters
    ----------
    plots : geopandas.GeoDataFrame
        Columns of ``PLOTS`` and a polygonal ``geometry``, one row per record kept, in the CRS of
        the file. A layer of a given kind may carry further columns.
    crop_weights : pandas.DataFrame
        Columns of ``CROP_WEIGHTS``; a plot without a crop has no row. Weights are applied to areas
        after the overlay; geometry is never duplicated.
    findings : Findings
        What was wrong, assumed, converted or repaired.
    """

    plots: gpd.GeoDataFrame
    crop_weights: pd.DataFrame
    findings: Findings = field(default_factory=Findings)

    __repr__ = short_repr

    def areas_by_crop(
        self, communes: gpd.GeoDataFrame, *, findings: Findings | None = None
    ) -> pd.DataFrame:
        """Hectares of each crop in each commune, of map and ledger.

        Parameters
        ----------
        communes : geopandas.GeoDataFrame
            Column ``commune_code``, and polygons in a projected CRS in which plane areas are those
            of the ground; the plots are carried to it.
        findings : Findings, optional
            Takes what the overlay has to say.

        Returns
        -------
        pandas.DataFrame
            ``commune_code`` (``""`` outside every commune), ``crop`` (``""`` of plots without one),
            ``area_ha`` (ha of the shapes) and ``ledger_ha`` (ha of the ledger, missing where the
            layer has none). A mixed plot is shared by its weights; the rows add up to the plots.

        Raises
        ------
        CrsError
            The CRS of the communes is geographic, or unfit for areas.
        InputError
            A column is missing; the message lists those that were found.
        ClosureError
            The rows do not add up to the plots.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from pathlib import Path
        >>> from shapely import box
        >>> from tempfile import TemporaryDirectory
        >>> import layers
        >>> communes = gpd.GeoDataFrame(
        ...     {"commune_code": ["a", "b"]},
        ...     geometry=[box(450_000 + x, 2_400_000, 451_000 + x, 2_401_000) for x in (0, 1000)],
        ...     crs="EPSG:9215",
        ... )
        >>> orchard = gpd.GeoDataFrame(
        ...     {"cay": ["Na", "Na + Hồng"]},
        ...     geometry=[
        ...         box(450_000, 2_400_000, 450_200, 2_401_000),
        ...         box(450_900, 2_400_000, 451_100, 2_401_000),
        ...     ],
        ...     crs="EPSG:9215",
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "vuon.gpkg"
        ...     orchard.to_file(file)
        ...     plots = layers.load_crop_plots(file, columns={"crop": "cay"})
        >>> plots.areas_by_crop(communes)[["commune_code", "crop", "area_ha"]].round(1)
          commune_code           crop  area_ha
        0            a  custard_apple     25.0
        1            a      persimmon      5.0
        2            b  custard_apple      5.0
        3            b      persimmon      5.0
        """
        from layers.engine.overlay import overlay_pieces

        plots = to_crs(self.plots, communes.crs)
        ledger = "ledger_ha" if plots["ledger_ha"].notna().any() else None
        pieces = overlay_pieces(communes, plots, ledger_column=ledger, findings=findings)
        pieces = pieces.merge(
            plots[["row"]], left_on="plot", right_index=True, validate="many_to_one"
        )
        shared = share_by_crop(pieces, self.crop_weights)
        shared = shared.assign(commune_code=shared["commune_code"].fillna(""))
        sums = shared.groupby(["commune_code", "crop"])[["area_ha", "ledger_ha"]]
        table = sums.sum(min_count=1).reset_index()
        parts, whole = float(table["area_ha"].sum()), float(pieces["area_ha"].sum())
        if not math.isclose(parts, whole, rel_tol=1e-9):
            raise ClosureError("layers.kinds.crops_not_closed", parts=parts, whole=whole)
        return table


def leading_crops(layer: PlotLayer) -> pd.Series[str]:
    """Crop with the largest share of each plot, by the row of the layer; empty where none."""
    leading = layer.crop_weights.sort_values("weight", ascending=False, kind="stable")
    crops: pd.Series[str] = leading.drop_duplicates("row").set_index("row")["crop"].astype("str")
    return crops.reindex(layer.plots["row"]).fillna("").set_axis(layer.plots.index)


def share_by_crop(pieces: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """One row per piece and crop (ha); a piece without crop keeps one row with an empty crop."""
    shared = pieces.merge(weights, on="row", how="left")
    weight = shared["weight"].fillna(1.0)
    return shared.assign(
        crop=shared["crop"].fillna(""),
        area_ha=shared["area_ha"] * weight,
        ledger_ha=shared["ledger_ha"] * weight,
    )
