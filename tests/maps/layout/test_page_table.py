"""Tables of a page: header over one row or two, totals that say what they leave out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from layers.base.language import Phrase
from maps import TableNote
from maps.layout.page_table import (
    HeaderCell,
    PageColumn,
    PageTable,
    body_texts,
    column_widths,
    header_cells,
)
from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares


def _table(content: object, role: str) -> PageTable:
    return next(table for table in build_tables(content) if table.role == role)  # type: ignore[arg-type]


def test_header_without_groups_is_one_row() -> None:
    cells = header_cells([PageColumn("a", "A"), PageColumn("b", "B")])
    assert cells == [HeaderCell(0, 0, 1, 1, "A"), HeaderCell(0, 1, 1, 1, "B")]


def test_groups_stand_above_their_columns_and_the_others_over_both_rows() -> None:
    columns = [
        *(PageColumn("a", "A"), PageColumn("b", "2026", group="Plan")),
        *(PageColumn("c", "2027", group="Plan"), PageColumn("d", "D", group="Other")),
    ]
    assert header_cells(columns) == [
        HeaderCell(0, 0, 2, 1, "A"),
        HeaderCell(0, 1, 1, 2, "Plan"),
        HeaderCell(1, 1, 1, 1, "2026"),
        HeaderCell(1, 2, 1, 1, "2027"),
        HeaderCell(0, 3, 1, 1, "Other"),
        HeaderCell(1, 3, 1, 1, "D"),
    ]


def test_forest_of_a_commune_without_a_layer_is_missing_never_zero() -> None:
    cover = squares.forest_cover()
    forest = ["natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha", "cover_percent"]
    cover.loc[2, forest] = np.nan
    table = _table(squares.content(forest_cover=cover), "cover")
    # No., commune, natural area, with forest, three parts, rate.
    assert body_texts(table)[2] == ["3", "Quý Hòa", "500,0", "…", "…", "…", "…", "…"]
    assert table.notes[-1].endswith("1 dòng chưa có số liệu (Quý Hòa).")
    assert not any("Số tổng không gồm" in note for note in _table(squares.content(), "cover").notes)


def test_area_with_forest_says_that_it_holds_what_is_not_yet_forest() -> None:
    table = _table(squares.content(), "cover")
    assert table.columns[3].title == "Diện tích có rừng (gồm trồng chưa thành rừng)"
    assert body_texts(table)[0][3] == "610,5"
    assert "không phải tử số" in table.notes[0]


def test_totals_say_which_communes_they_leave_out() -> None:
    zones = squares.zones()
    gone = zones["zone"].eq("pine") & zones["commune_code"].eq("06001")
    content = squares.content(zones=zones.assign(present_ha=zones["present_ha"].mask(gone)))
    table = next(table for table in build_tables(content) if table.zone == "pine")
    texts = body_texts(table)
    assert texts[0][3] == "…"
    assert texts[-1][3] == "500,4"
    assert any(note.endswith("1 dòng chưa có số liệu (Bình Gia).") for note in table.notes)
    matrix = _table(content, "matrix")
    assert body_texts(matrix)[-1][2] == "500,4"
    assert any("(Bình Gia)" in note for note in matrix.notes)


def test_targets_of_other_plans_and_those_without_figures_stand_apart() -> None:
    targets = squares.targets().assign(plan=["ours", "ours", "theirs", "ours"])
    names = {"theirs": Phrase(en="Programme 2024", vi="Chương trình 2024")}
    tables = build_tables(squares.content(targets=targets, plan_names=names))
    own, other, *_, unmeasured, _ = tables
    assert own.rows["target"].tolist() == ["pine-2030", "anise-2030"]
    assert other.title == (
        "Bảng 2. Chỉ tiêu của Chương trình 2024, đối với nội dung kế hoạch trên không nêu"
    )
    assert other.rows["target"].tolist() == ["cover-2030"]
    assert unmeasured.rows["target"].tolist() == ["resin"]
    assert "status" not in {column.key for column in unmeasured.columns}
    assert [table.title.split(".")[0] for table in tables] == [
        f"Bảng {number}" for number in range(1, len(tables) + 1)
    ]


def test_targets_without_figures_of_another_plan_stand_in_a_table_that_names_it() -> None:
    targets = squares.targets().assign(plan=["ours", "ours", "theirs", "ours"])
    targets = pd.concat([targets, targets[-1:].assign(plan="theirs", target="resin-old")])
    names = {"theirs": Phrase(en="Programme 2024", vi="Chương trình 2024")}
    note = TableNote("unmeasured", Phrase(en="58 of 65 told", vi="58/65 xã"))
    content = squares.content(targets=targets, plan_names=names, notes=(note,))
    *_, ours, theirs, _ = build_tables(content)
    assert [ours.rows["target"].tolist(), theirs.rows["target"].tolist()] == [
        ["resin"],
        ["resin-old"],
    ]
    assert "Chương trình 2024" not in ours.title
    assert "Chương trình 2024" in theirs.title
    assert ours.notes == theirs.notes == ("58/65 xã",)


def test_communes_are_printed_with_their_kind() -> None:
    kinds = {"06001": "xã", "06002": "phường"}
    content = squares.content(kinds=kinds)
    for role in ("matrix", "cover", "zone", "allocation"):
        column = next(
            c for c, col in enumerate(_table(content, role).columns) if col.key == "commune"
        )
        names = {row[column] for row in body_texts(_table(content, role))}
        assert {"Xã Bình Gia", "Phường Đồng Đăng"} <= names, role
    english = squares.content(kinds=kinds, language="en")
    assert body_texts(_table(english, "matrix"))[1][1] == "Đồng Đăng ward"


def test_no_word_of_a_heading_and_no_figure_is_broken() -> None:
    columns = (
        PageColumn("name", "Xã", "text", 24),
        PageColumn("area", "Nghiêngngảquá", "hectares", 5),
        PageColumn("held", "A", "hectares", 5),
    )
    rows = pd.DataFrame({"name": ["x"], "area": [1.0], "held": [1234567.5]})
    table = PageTable("x", "x", "zone", columns, rows)
    long = "Tân Thành (huyện Cao Lộc cũ) và các xã quanh đó"
    for name, width in (("x", 8.0), ("Tân Thành", 11.0), (long, 24)):
        told = replace(table, rows=rows.assign(name=name))
        assert column_widths(told) == [width, 14.5, len("1.234.567,5") + 1.5]


def test_a_matrix_too_wide_for_a_page_is_printed_in_parts() -> None:
    names = [f"z{number:02d}" for number in range(20)]
    one = squares.zones()
    one = one[one["zone"] == "pine"]
    zones = pd.concat([one.assign(zone=name) for name in names], ignore_index=True)
    known = pd.DataFrame(
        [(name, name, name, "open") for name in names], columns=squares.zone_names().columns
    )
    targets = squares.targets().assign(zone="")
    content = squares.content(
        zones=zones, zone_names=known, targets=targets, allocation=None, species_ages=None
    )
    parts = [table for table in build_tables(content) if table.role == "matrix"]
    assert [len(table.columns) for table in parts] == [12, 12]
    assert parts[1].title.endswith("(phần 2/2)")
    assert parts[1].total is not None
    assert parts[1].total["zone_z19"] == 900.5
