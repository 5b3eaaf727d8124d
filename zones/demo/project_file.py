"""The demo's ``project.yaml``: a project like any other, with a comment at every part."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from layers.base.resources import data_path
from zones.demo.layers import NOTICE
from zones.demo.planting import LAYER_YEAR
from zones.demo.quotas import load_totals

__all__ = ["CommunesEntry", "project_text"]

#: A large commune, one of the middle, and a ward.
_SHEETS = ("06613", "06529", "05977")
_LAYER_OF = {"forest": "forest", "orchard": "orchards", "report": "fruit"}


@dataclass(frozen=True, slots=True)
class CommunesEntry:
    """How the project file names the boundaries.

    Parameters
    ----------
    path : str
        File, relative to the project.
    layer : str
        Layer.
    code_column, name_column : str
        Columns.
    made : bool
        Whether the boundaries are made up too.
    neighbours : str
        Layer of the same file with communes around; empty for none.
    """

    path: str
    layer: str
    code_column: str
    name_column: str
    made: bool
    neighbours: str = ""


def project_text(communes: CommunesEntry) -> str:
    """Text of the project file."""
    totals = load_totals().drop("natural_forest")
    present = "\n".join(f"  {crop}: {_LAYER_OF[part]}" for crop, part in totals["part"].items())
    species = totals.loc[totals["part"] == "orchard", "species"]
    crops = ", ".join(f'"{name}": {crop}' for crop, name in species.items())
    classes = pd.read_csv(data_path("land_cover_classes.csv"))
    values = "\n".join(
        f"      {value}: {name}"
        for value, name in zip(classes["class"], classes["name"], strict=True)
    )
    return _TEXT.format(
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
        around=_AROUND.format(
            path=_quoted(communes.path),
            layer=_quoted(communes.neighbours),
            name=_quoted(communes.name_column),
        )
        if communes.neighbours
        else "",
        sheets=", ".join(f'"{code}"' for code in _SHEETS),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_TEXT = """\
# {notice}
# Đất đai trong dự án này được tạo ra để dùng thử; không phải số liệu thật.
# The land of this project is made up for trying things out; no figure of it is real.
# Ranh giới xã / commune boundaries: {boundaries}.
version: 1
title: "Lạng Sơn – dữ liệu minh họa"
title_en: "Lạng Sơn – demo data"
demo: true
province: "20"

# Ranh giới xã và diện tích tự nhiên chính thức (mẫu số của tỷ lệ che phủ rừng).
# Commune boundaries and official natural areas (denominators of the forest cover rate).
communes:
  vintage: 2025-07-01
  path: {path}
  layer: {layer}
  code_column: {code}
  name_column: {name}
  natural_areas: {{path: natural_areas.csv, code_column: code, area_column: official_area_ha}}

# Kế hoạch chính, rồi kế hoạch bổ sung các chỉ tiêu còn thiếu (tỷ lệ che phủ rừng).
# The leading plan, then one that fills the indicators it lacks (forest cover).
plans: [lang-son-2026-2030, lang-son-2023]

layers:
  # Lớp hiện trạng rừng, 51 trường, bảng mã 98. / Forest status layer, 51 fields, 98 codes.
  forest:
    kind: forest_status
    path: forest_status.gpkg
    date: {date}
    source: "{notice}"
    code_table: auto
  # Vườn cây ngoài lớp rừng. / Orchards outside the forest layer.
  orchards:
    kind: crop_plots
    path: orchards.fgb
    date: {date}
    source: "{notice}"
    columns:
      crop: cay_trong
      plot: so_hieu
      planting_year: nam_trong
      ledger_ha: dien_tich
      commune_code: ma_xa
      commune: ten_xa
    crops: {{{crops}}}
  # Báo cáo của xã. / What communes report.
  fruit:
    kind: report
    path: fruit_report.csv
    date: {date}
    source: "{notice}"
    columns:
      commune_code: commune_code
      commune: commune
      crop: crop
      year: year
      area_ha: area_ha
  # Lớp phủ đất từ ảnh vệ tinh, 30 m. / Land cover as a satellite sees it, 30 m.
  landcover:
    kind: raster
    path: land_cover_30m.tif
    date: {date}
    source: "{notice}"
    classes:
{classes}

# Hiện trạng của mỗi cây trồng lấy từ lớp nào. / From which layer each crop takes its present area.
present:
{present}

# Bản đồ tương tác: ranh giới thửa của lớp này bật tắt được trên trang.
# Interactive map: outlines of this layer can be switched on.
map:
  outlines: orchards

# Tập bản đồ: toàn tỉnh và ba xã; bỏ dòng communes để in cả 65 xã.
# Atlas: the province and three communes; without the line "communes" all 65 are printed.
atlas:
  make: true
  communes: [{sheets}]
  jobs: 2
{around}
output: out
"""

_AROUND = """\
  # Xã lân cận, vẽ màu xám trên tập bản đồ và bản đồ tương tác. / Communes around, in grey.
  neighbours: {{path: {path}, layer: {layer}, name_column: {name}}}
"""
