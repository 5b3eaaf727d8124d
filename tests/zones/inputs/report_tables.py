"""Tables of reports as offices write them, each with the hectares that it means.

Most stand in ``report_tables.txt``; what varies by a word alone is made here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import openpyxl

HEAD = "Mã xã|Xã|Thôn|Cây|Năm|Diện tích (ha)|Ghi chú"
YEAR = 2025
#: Headings under which the tables have what a project names.
COLUMNS = {
    "commune_code": ("Mã xã",),
    "commune": ("Xã", "Đơn vị"),
    "crop": ("Cây",),
    "year": ("Năm",),
    "area_ha": (
        "Diện tích (ha)",
        "Diện tích",
        "Thực hiện (ha)",
        "Tổng diện tích (ha)",
        "Diện tích gieo trồng (ha)",
        "Diện tích vụ xuân (ha)",
    ),
}
_FIGURE = re.compile(r"-?\d+(?:,\d+)?")
Figures = dict[tuple[str, str, int], float]


@dataclass(frozen=True)
class OfficeTable:
    """A table and its hectares by commune, crop and year; None where it must not be read."""

    name: str
    rows: list[str]
    right: Figures | None
    head: str = HEAD
    titles: list[str] = field(default_factory=list)
    crops: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """Heading of each column, as a planner writes it into the project."""
        names = self.head.split("|")
        found = {key: [one for one in heads if one in names] for key, heads in COLUMNS.items()}
        return {key: heads[0] for key, heads in found.items() if heads}

    @property
    def joins(self) -> bool:
        """Whether the table can stand in one file with others, told apart by the year."""
        plain = self.head == HEAD and not (self.titles or self.crops)
        cells = [row.split("|") for row in self.rows]
        same = all(len(row) == 7 and row[4] == str(YEAR) for row in cells)
        return plain and same and self.right is not None

    def of_year(self, year: int) -> OfficeTable:
        """The same table of another year."""
        rows = [row.replace(f"|{YEAR}|", f"|{year}|") for row in self.rows]
        right = {(code, crop, year): ha for (code, crop, _), ha in (self.right or {}).items()}
        return replace(self, rows=rows, right=right)

    def save(self, folder: Path, kind: str) -> Path:
        """Write the table as a CSV file, whose cells are text, or as a workbook."""
        path = folder / f"báo cáo.{kind}"
        lines = [line.split("|") for line in (*self.titles, self.head, *self.rows)]
        if kind == "csv":
            path.write_text("\n".join(map(";".join, lines)) + "\n", "utf-8")
            return path
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append([_cell(text) for text in line])
        book.save(path)
        return path


def _cell(text: str) -> object:
    if not _FIGURE.fullmatch(text) or re.match(r"0\d", text):
        return text or None
    return float(text.replace(",", ".")) if "," in text else int(text)


def _figures(text: str) -> Figures | None:
    if text == "–":
        return None
    found: Figures = {}
    for part in text.split(";"):
        code, crop, area, *year = part.split()
        found[code, crop, int(year[0]) if year else YEAR] = float(area)
    return found


def _table(block: str) -> OfficeTable:
    name, *lines = block.strip("\n").split("\n")
    said: dict[str, list[str]] = {}
    while found := re.match(r"(right|why|head|title|crops): ", lines[0]):
        said.setdefault(found[1], []).append(lines.pop(0)[found.end() :])
    crops = [pair.split("=") for pair in "; ".join(said.get("crops", [])).split("; ") if pair]
    return OfficeTable(
        name,
        lines,
        _figures(said["right"][0]),
        said.get("head", [HEAD])[0],
        said.get("title", []),
        dict(crops),
    )


_VILLAGES = [
    "06325|Bắc Sơn|Nà Lay|Na|2025|12,5|",
    "06325|Bắc Sơn|Nội Hòa|Na|2025|20,25|",
    "06325|Bắc Sơn|Bắc Yên|Na|2025|7,25|",
]
_OTHER = ["06463|Chi Lăng|Làng Ngũa|Na|2025|30,5|", "06463|Chi Lăng|Quán Bầu|Na|2025|9,5|"]
_BOTH = _figures("06325 custard_apple 40; 06463 custard_apple 40")
_COMMUNES = ["06325|Bắc Sơn||Na|2025|10|", "06463|Chi Lăng||Na|2025|20|"]
_TWO = _figures("06325 custard_apple 10; 06463 custard_apple 20")
_TOTALS = (
    "Cộng", "Tổng cộng", "Tổng", "Tổng cộng xã", "Cộng xã", "Toàn xã", "Tổng số", "CỘNG:", "Cả xã",
    "Tổng diện tích", "Cộng xã Bắc Sơn", "Xã Bắc Sơn", "UBND xã Bắc Sơn", "Tổng toàn xã", "Σ", "-",
    "Tổng xã", "Cộng toàn xã", "T.cộng", "Toàn xã Bắc Sơn", "Cộng cả xã", "Tổng hợp", "Chung", "",
    "Tổng cộng (3 thôn)", "Tổng số thôn: 3", "Tất cả", "Toàn bộ",
)  # fmt: skip
_OF_PROVINCE = (
    "Tổng cộng", "Toàn tỉnh", "Tỉnh Lạng Sơn", "Cộng", "TỔNG SỐ", "Tổng cộng toàn tỉnh",
    "Cộng 2 xã", "Tổng các xã",
)  # fmt: skip
_NOTES = (
    "đạt 95 %", "trồng năm 2024", "diện tích giao khoán", "trong đó trồng mới 2 ha", "tổng 5 hộ",
    "vượt kế hoạch", "Cộng đồng quản lý", "số liệu tổng hợp", "tăng 1,5 ha so với 2024",
    "cây 3 năm tuổi", "200 cây/ha", "đã cho thu hoạch", "m2: 100.000", "ước thực hiện quý IV",
    "báo cáo số 12/BC-UBND", "giá 20.000 đ/kg", "năng suất 8 tấn/ha", "dự kiến trồng thêm",
)  # fmt: skip
_ODD_NAMES = (
    "Cộng Hòa", "Tổng Chúp", "Quý Sơn", "Kế Hoạch", "Nà Quý", "Đoàn Kết", "Thực Hành", "Chung",
    "Quyết Tiến", "Cả", "Toàn Thắng", "Thôn Cộng", "Xã Đội", "Bắc Sơn 1", "Khu 4", "Quý 1 Nà Lay",
)  # fmt: skip
#: What a village may be called and a total too: one that is the sum of two others is told.
_LIKE_TOTALS = ("Cộng Hòa", "Tổng Chúp", "Chung")


def _of_totals() -> list[OfficeTable]:
    tables = []
    for label in _TOTALS:
        total = f"06325|Bắc Sơn|{label}|Na|2025|40|"
        below, above = [*_VILLAGES, total, *_OTHER], [*_OTHER, total, *_VILLAGES]
        tables.append(OfficeTable(f"villages, then {label!r}", below, _BOTH))
        tables.append(OfficeTable(f"{label!r}, then villages", above, _BOTH))
    for label in _OF_PROVINCE:
        total = f"|{label}||Na|2025|30|"
        tables.append(OfficeTable(f"communes, then {label!r}", [*_COMMUNES, total], _TWO))
        tables.append(OfficeTable(f"{label!r}, then communes", [total, *_COMMUNES], _TWO))
    for label in ("Cộng", "", "Toàn xã"):
        for name in ("Bắc Sơn", "Xã Bắc Sơn", "bắc  sơn", "UBND xã Bắc Sơn"):
            coded = [row.replace("|Bắc Sơn|", "||") for row in _VILLAGES]
            rows = [*coded, f"|{name}|{label}|Na|2025|40|", *_OTHER]
            tables.append(OfficeTable(f"{label!r} of {name!r} below its code", rows, _BOTH))
    return tables


def _of_words() -> list[OfficeTable]:
    tables = []
    for words in _NOTES:
        rows = [*_VILLAGES[:2], _VILLAGES[2] + words, *_OTHER]
        tables.append(OfficeTable(f"a village with the note {words!r}", rows, _BOTH))
    for name in _ODD_NAMES:
        rows = [row.replace("Nà Lay", name) for row in (*_VILLAGES, *_OTHER)]
        tables.append(OfficeTable(f"a village {name!r}", rows, _BOTH))
        last = [row.replace("Bắc Yên", name).replace("7,25", "32,75") for row in _VILLAGES]
        right = None if name in _LIKE_TOTALS else _figures("06325 custard_apple 65.5")
        tables.append(OfficeTable(f"a village {name!r} as large as the others", last, right))
    return tables


def season_tables() -> list[OfficeTable]:
    """Tables of seasons, varieties and standards of crops."""
    text = Path(__file__).with_name("report_seasons.txt").read_text("utf-8")
    return [*map(_table, text.split("\n== ")[1:])]


def office_tables() -> list[OfficeTable]:
    """All tables."""
    text = Path(__file__).with_suffix(".txt").read_text("utf-8")
    blocks = text.split("\n== ")[1:]
    return [*map(_table, blocks), *_of_totals(), *_of_words()]
