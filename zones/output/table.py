"""One table or layer as a file of the kind its name says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.base.errors import InputError, OutputExistsError
from layers.io.table_output import save_csv, save_workbook

if TYPE_CHECKING:
    import pandas as pd

TABLE_KINDS = (".csv", ".xlsx", ".parquet")
#: Ending → driver.
VECTOR_KINDS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".tab": "MapInfo File",
}


def check_output(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that exists, or a kind of file that cannot be written."""
    known = (*TABLE_KINDS, *VECTOR_KINDS)
    if path.suffix.lower() not in known:
        raise InputError(
            en=f"{path}: expected a file to write as {', '.join(known)}, found {path.suffix!r}.",
            vi=f"{path}: cần tên tệp kết quả dạng {', '.join(known)}, lại thấy {path.suffix!r}.",
        )
    if path.exists() and not overwrite:
        raise OutputExistsError(
            en=f"{path} exists; add --overwrite to replace it, or choose another name.",
            vi=f"{path} đã có; thêm --overwrite để ghi đè, hoặc chọn tên khác.",
        )


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame to a new file of the kind its name says."""
    import geopandas as gpd

    kind = path.suffix.lower()
    is_layer = isinstance(frame, gpd.GeoDataFrame)
    if kind in VECTOR_KINDS:
        if not is_layer:
            raise InputError(
                en=f"{path.name}: a table without geometry cannot be written as a layer; choose "
                ".csv, .xlsx or .parquet, or give --communes.",
                vi=f"{path.name}: bảng không có hình học nên không ghi thành lớp được; hãy chọn "
                ".csv, .xlsx hoặc .parquet, hoặc thêm --communes.",
            )
        import pyogrio

        pyogrio.write_dataframe(frame, path, driver=VECTOR_KINDS[kind], encoding="UTF-8")
        return
    if kind == ".parquet":
        frame.to_parquet(path, index=False)
        return
    table = frame.drop(columns=frame.geometry.name) if is_layer else frame
    if kind == ".csv":
        save_csv(table, path)
    else:
        save_workbook({"Sheet1": table}, path)
