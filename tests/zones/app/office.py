"""Files of three offices and a plan in Word, as offices send them, over made-up boundaries.

Names stand in TCVN3, the boundaries have no CRS, and columns are called as offices do.
"""

from __future__ import annotations

from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
from shapely import box

from layers.communes.gazetteer import list_communes
from layers.io.legacy_encoding import _TCVN3
from zones.demo.boundaries import load_boundaries

PLAN = (
    "ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN",
    "KẾ HOẠCH",
    "Phát triển các vùng sản xuất cây trồng giai đoạn 2026-2030",
    "Số: 45/KH-UBND. Lạng Sơn, ngày 15 tháng 01 năm 2026",
    "II. MỤC TIÊU CỤ THỂ",
    "1. Vùng trồng Thông: đến năm 2030 diện tích 20.000 - 22.000 ha.",
    "2. Vùng trồng Hồi: đến năm 2030 diện tích 9.000 - 10.000 ha.",
    "3. Vùng trồng Na: đến năm 2030 diện tích 900 ha trở lên.",
)
#: Hectares of pine, of anise and of bare land in each commune, at most; of custard apple reported.
YEAR_OF_PINE = 2012
PINE, ANISE, BARE, FRUIT = 200.0, 100.0, 200.0, 10.0
_OLD = {letter: chr(code) for code, letter in _TCVN3.items()}


def make_office(folder: Path) -> Path:
    """Write ``ranh_gioi.shp`` (no CRS), ``rung.shp``, ``cay an qua.xlsx``, ``Kế hoạch 45.docx``."""
    folder.mkdir(parents=True)
    communes = _communes()
    named = communes.rename(columns={"code": "MA_DVHC", "name": "TEN_DVHC"})
    named.assign(TEN_DVHC=named["TEN_DVHC"].map(_old)).to_file(
        folder / "ranh_gioi.shp", encoding="latin1"
    )
    _forest(communes).to_file(folder / "rung.shp", encoding="latin1")
    for file in (*folder.glob("*.cpg"), folder / "ranh_gioi.prj"):
        file.unlink()  # as programs of then left them
    book = openpyxl.Workbook()
    header = ["TT", "Xã, phường", "Mã ĐVHC", "Loại cây", "DT (ha)", "Năm"]
    for row in (["BÁO CÁO CÂY ĂN QUẢ NĂM 2025"], [], header):
        book.active.append(row)
    for place, (code, name) in enumerate(zip(communes["code"], communes["name"], strict=True)):
        book.active.append([place + 1, name, code, "Na", FRUIT, 2025])
    book.save(folder / "cay an qua.xlsx")
    document = docx.Document()
    for line in PLAN:
        document.add_paragraph(line)
    document.save(str(folder / "Kế hoạch 45.docx"))
    return folder


def _old(text: str) -> str:
    """Text as a font of TCVN3 shows it."""
    return "".join(_OLD.get(sign) or _OLD.get(sign.lower(), sign) for sign in text)


def _communes() -> gpd.GeoDataFrame:
    return load_boundaries(list_communes("20")[["code", "name"]].reset_index(drop=True))


def _forest(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pine, anise and bare land in the middle of each commune, in fields of the ministry."""
    kinds = [
        ("RTG", 65, _old("Thông"), YEAR_OF_PINE, 1, 2, PINE),
        ("RTG", 65, _old("Hồi"), 2015, 1, 2, ANISE),
        ("DT1", 87, None, None, 0, 3, BARE),
    ]
    fields = ["LDLR", "MALDLR", "SLDLR", "NAMTR", "THANHRUNG", "NGGOCR", "DTICH"]
    rows = []
    for code, name, commune in communes[["code", "name", "geometry"]].itertuples(index=False):
        x, y = commune.representative_point().coords[0]
        for number, kind in enumerate(kinds, start=1):
            plot = box(x, y, x + kind[-1] * 10.0, y + 1000.0).intersection(commune)
            x += kind[-1] * 10.0
            if plot.is_empty:
                continue
            told = dict(zip(fields, kind, strict=True)) | {"DTICH": round(plot.area / 1e4, 2)}
            where = {"TT": len(rows) + 1, "MAXA": code, "XA": _old(name), "LO": str(number)}
            rows.append(where | told | {"geometry": plot})
    plots = gpd.GeoDataFrame(pd.DataFrame(rows), crs=9215)
    return plots.assign(TK="1", KHOANH="1", MALR3=3, MAMDSD=9)
