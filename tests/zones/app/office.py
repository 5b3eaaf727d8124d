"""Files of three offices and a plan in Word, as offices send them, over a province of squares.

Each commune of Lạng Sơn is a square of its official area, ten in a row, so that every figure can be
added up. Names stand in TCVN3, the boundaries have no CRS, and columns are called as offices do.
"""

from __future__ import annotations

from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
from shapely import box

from layers.base.resources import data_table
from layers.communes.gazetteer import list_communes
from layers.io.legacy_encoding import _TCVN3

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
#: Hectares of pine, of anise and of bare land in each commune; of custard apple as reported.
PINE, ANISE, BARE, FRUIT = 200.0, 100.0, 300.0, 10.0
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
    known = list_communes("20")[["code", "name"]]
    areas = data_table("communes-20.csv", dtype={"code": str}).set_index("code")
    sides = known["code"].map(areas["official_area_ha"]).pow(0.5) * 100.0
    wide = float(sides.max())
    squares = [
        box(x, y, x + side, y + side)
        for place, side in enumerate(sides)
        for x, y in [(400_000 + wide * (place % 10), 2_380_000 + wide * (place // 10))]
    ]
    return gpd.GeoDataFrame(known.reset_index(drop=True), geometry=squares, crs=9215)


def _forest(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pine, anise and bare land in the corner of each commune, in fields of the ministry."""
    kinds = [
        ("RTG", 65, _old("Thông"), 2012, 1, 2, PINE),
        ("RTG", 65, _old("Hồi"), 2015, 1, 2, ANISE),
        ("DT1", 87, None, None, 0, 3, BARE),
    ]
    fields = ["LDLR", "MALDLR", "SLDLR", "NAMTR", "THANHRUNG", "NGGOCR", "DTICH"]
    rows = []
    for code, name, square in communes.itertuples(index=False):
        x, y = square.bounds[:2]
        for number, kind in enumerate(kinds, start=1):
            plot = box(x, y, x + kind[-1] * 10.0, y + 1000.0)
            where = {"TT": len(rows) + 1, "MAXA": code, "XA": _old(name), "LO": str(number)}
            rows.append(where | dict(zip(fields, kind, strict=True)) | {"geometry": plot})
            x += kind[-1] * 10.0
    plots = gpd.GeoDataFrame(pd.DataFrame(rows), crs=9215)
    return plots.assign(TK="1", KHOANH="1", MALR3=3, MAMDSD=9)
