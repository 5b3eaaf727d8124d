"""One table or layer as a file of the kind its name says, written aside and renamed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from layers.base.errors import InputError, OutputExistsError
from layers.io.atomic import guard_writing
from layers.io.table_output import save_csv, save_workbook

if TYPE_CHECKING:
    import geopandas as gpd
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


def save_frame(frame: pd.DataFrame | gpd.GeoDataFrame, path: Path, *, overwrite: bool) -> None:
    """Write a frame."""
    check_output(path, overwrite=overwrite)
    with guard_writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{path.stem}.", suffix=".part", dir=path.parent))
    try:
        with guard_writing(path.parent):
            _write(frame, stage / path.name)
            # A Shapefile is several files: while they change it has no .shp, never a mixed one.
            if path.exists():
                path.replace(stage / "old")
            parts = [part for part in stage.iterdir() if part.name != "old"]
            for part in sorted(parts, key=lambda one: one.name == path.name):
                part.replace(path.with_name(part.name))
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write(frame: pd.DataFrame, path: Path) -> None:
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
