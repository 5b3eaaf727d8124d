"""Planned hectares: a zone nobody allocated is not a zone that gets nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.base.language import Phrase
from maps.layout.commune_table import commune_table
from maps.layout.content import AnnexContent, TableNote, planned_by_year, unallocated_zones
from maps.layout.page_table import PageTable, body_texts
from maps.layout.tables import build_tables, zone_tables
from maps.layout.words import speaker
from tests.maps.annex import annex_squares as squares


def _zone(content: AnnexContent, zone: str) -> PageTable:
    return next(table for table in build_tables(content) if table.zone == zone)


def _listed(zone: str) -> pd.DataFrame:
    zones = squares.zones()
    return zones.assign(listed=zones["listed"] | (zones["zone"] == zone))


def test_zone_without_rows_in_the_allocation_is_not_known() -> None:
    content = squares.content(zones=_listed("cypress"))
    *rows, total = body_texts(_zone(content, "cypress"))
    assert len(rows) == 4
    # Present, two years, until 2027, change.
    assert all(row[3:8] == ["-", "…", "…", "…", "…"] for row in rows)
    assert total[3:8] == ["-", "…", "…", "…", "…"]


def test_zone_with_missing_figures_in_the_allocation_is_not_known() -> None:
    rows = [("medicinal", code, name, "", 2027, np.nan) for code, name in squares.COMMUNES.items()]
    more = pd.DataFrame(rows, columns=squares.allocation().columns)
    allocation = pd.concat([squares.allocation(), more], ignore_index=True)
    losses = pd.DataFrame(
        [("pine", "06001", 2026, 0.3)], columns=["zone", "commune_code", "year", "loss_ha"]
    )
    content = squares.content(allocation=allocation, zones=_listed("medicinal"), losses=losses)
    *cells, total = body_texts(zone_tables(content)["medicinal"])
    assert all(row[3:9] == ["…"] * 6 for row in [*cells, total])
    assert unallocated_zones(content) == ["medicinal", "cypress"]


def test_a_zone_without_any_figure_has_a_row_and_not_a_page_of_dots() -> None:
    content = squares.content(zones=_listed("medicinal"))
    tables = build_tables(content)
    assert "medicinal" not in [table.zone for table in tables]
    (lists,) = (table for table in tables if table.role == "lists")
    assert body_texts(lists) == [["1", "Dược liệu", "4", "Bình Gia, Đồng Đăng, Quý Hòa, Tân Văn"]]
    matrix = next(table for table in tables if table.role == "matrix")
    assert [column.key for column in matrix.columns[2:]] == [
        "zone_pine",
        "zone_anise",
        "zone_cypress",
    ]
    # One known hectare of one commune, present or planned, and the zone has its table.
    zones = content.zones.copy()
    place = zones.index[zones["zone"] == "medicinal"][0]
    zones.loc[place, "present_ha"] = 0.0
    assert _zone(squares.content(zones=zones), "medicinal").role == "zone"
    more = pd.DataFrame(
        [("medicinal", "06001", "Bình Gia", "under_canopy", 2027, 5.0)],
        columns=squares.allocation().columns,
    )
    planned = pd.concat([squares.allocation(), more], ignore_index=True)
    assert _zone(squares.content(allocation=planned), "medicinal").role == "zone"


def test_years_of_a_zone_that_gets_nothing_are_a_sentence() -> None:
    """A known 0 in every year, with nothing lost, needs no columns; an unknown one keeps them."""
    rows = [("cypress", code, name, "", 2027, 0.0) for code, name in squares.COMMUNES.items()]
    more = pd.DataFrame(rows, columns=squares.allocation().columns)
    allocation = pd.concat([squares.allocation(), more], ignore_index=True)
    content = squares.content(allocation=allocation, zones=_listed("cypress"))
    table = _zone(content, "cypress")
    keys = [column.key for column in table.columns]
    assert keys == ["rank", "commune", "listed", "present_ha", "reached_ha", "added_ha"]
    assert "Không giao diện tích tăng thêm cho vùng này trong kỳ kế hoạch." in table.notes
    assert body_texts(table)[-1][3:] == ["-", "-", "-"]
    lost = pd.DataFrame(
        [("cypress", "06001", 2026, 0.3)], columns=["zone", "commune_code", "year", "loss_ha"]
    )
    losing = _zone(
        squares.content(allocation=allocation, zones=_listed("cypress"), losses=lost), "cypress"
    )
    assert "loss_ha" in {column.key for column in losing.columns}
    grown = [column.key for column in _zone(squares.content(), "pine").columns]
    assert grown == [*keys[:4], "plan_2026", "plan_2027", *keys[4:]]


def test_an_allocation_of_nothing_is_a_sentence_below_the_targets() -> None:
    """No empty table; what would stand below it, the zones left out and notes, is still said."""
    rows = [("pine", code, name, "", 2027, 0.0) for code, name in squares.COMMUNES.items()]
    none = pd.DataFrame(rows, columns=squares.allocation().columns)
    note = TableNote("allocation", Phrase(en="Short by 1 ha.", vi="Còn thiếu 1 ha."))
    first, *others = build_tables(squares.content(allocation=none, notes=(note,)))
    assert "allocation" not in {table.role for table in others}
    assert first.notes == (
        "Chưa phân bổ diện tích nào trong kỳ kế hoạch nên không có bảng phân bổ.",
        "Chưa phân bổ: Hồi, Dược liệu, Hoàng đàn.",
        "Còn thiếu 1 ha.",
    )
    assert not any(
        "không có bảng phân bổ" in text for text in build_tables(squares.content())[0].notes
    )


@pytest.mark.parametrize(
    ("status", "available", "told"),
    [
        ("below", np.nan, "chưa có đủ dữ liệu về đất có thể trồng."),
        ("below", 0.0, "trong kỳ kế hoạch."),
        ("within", np.nan, "trong kỳ kế hoạch."),
    ],
)
def test_a_zone_that_gets_nothing_says_why_where_that_is_known(status, available, told) -> None:
    rows = [("pine", code, name, "", 2027, 0.0) for code, name in squares.COMMUNES.items()]
    none = pd.DataFrame(rows, columns=squares.allocation().columns)
    targets = squares.targets()
    targets.loc[targets["target"] == "pine-2030", "status"] = status
    content = squares.content(
        allocation=none,
        targets=targets,
        zones=squares.zones().assign(available_ha=available),
    )
    (note,) = (text for text in _zone(content, "pine").notes if "giao diện tích" in text)
    assert note.endswith(told)


def test_a_zone_says_what_goes_beyond_its_list() -> None:
    """Pine: 99.5 ha in listed communes and 7.5 in one that is not; anise has no list."""
    more = [
        ("pine", "06003", "Quý Hòa", "bare", 2026, 7.0),
        ("pine", "06003", "Quý Hòa", "bare", 2027, 0.5),
    ]
    rows = pd.DataFrame(more, columns=squares.allocation().columns)
    allocation = pd.concat([squares.allocation(), rows], ignore_index=True)
    for listed_only in (False, True):
        content = squares.content(allocation=allocation, listed_only=listed_only)
        told = "Trong 107,0 ha trồng mới, 7,5 ha giao cho 1 xã, phường ngoài danh mục của kế hoạch."
        assert told in _zone(content, "pine").notes
        assert not any("ngoài danh mục của" in text for text in _zone(content, "anise").notes)
    none = _zone(squares.content(), "pine")
    assert not any("ngoài danh mục của" in text for text in none.notes)


def test_a_zone_without_a_list_has_no_remarks_on_it() -> None:
    """Half the anise lies in one commune: without a list it is in none and beyond none."""
    zones = squares.zones()
    assert zones.query("zone == 'anise'")["remark"].ne("").any()
    assert "remark" not in {c.key for c in _zone(squares.content(zones=zones), "anise").columns}
    here = zones["zone"].eq("anise") & zones["commune_code"].eq("06001")
    listed = squares.content(zones=zones.assign(listed=zones["listed"] | here))
    assert "Ngoài danh mục, diện tích lớn" in _zone(listed, "anise").rows["remark"].tolist()


def test_cover_of_more_than_the_whole_is_said() -> None:
    cover = squares.forest_cover()

    def notes(frame: pd.DataFrame) -> list[str]:
        tables = build_tables(squares.content(forest_cover=frame))
        told = next(table.notes for table in tables if table.role == "cover")
        return [text for text in told if "vượt 100 %" in text]

    assert notes(cover) == []
    cover.loc[1, "cover_percent"] = 107.38
    (note,) = notes(cover)
    assert "ở Đồng Đăng;" in note


def test_commune_without_a_row_in_an_allocated_zone_gets_nothing() -> None:
    content = squares.content()
    planned = planned_by_year(content, "pine", pd.Index(["06001", "06004"]))
    assert planned.loc["06001"].tolist() == [20.1, 30.2]
    assert planned.loc["06004"].tolist() == [0.0, 0.0]
    assert planned_by_year(content, "cypress", pd.Index(["06001"])).isna().all(axis=None)


def test_commune_table_says_what_is_not_known() -> None:
    content = squares.content(zones=_listed("cypress"))
    table = commune_table(content, "06002", speaker("vi"))
    rows = table.rows.set_index("name")
    assert rows.loc["Hồi", ["plan_2026", "plan_2027", "added_ha"]].tolist() == [0.0, 0.3, 0.3]
    assert rows.loc["Hoàng đàn", ["plan_2026", "plan_2027", "added_ha"]].isna().all()


def test_a_commune_that_did_not_report_ends_with_an_unknown_area() -> None:
    zones = squares.zones()
    here = zones["commune_code"].eq("06002") & zones["zone"].eq("anise")
    content = squares.content(zones=zones.assign(present_ha=zones["present_ha"].mask(here)))
    row = commune_table(content, "06002", speaker("vi")).rows.set_index("name").loc["Hồi"]
    assert row["plan_2027"] == 0.3 == row["added_ha"]
    assert np.isnan(row["reached_ha"]), "nobody knows what is there, nor where it leads"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_commune_prints_the_named_quantities_of_the_annex(language) -> None:
    """Present, every year, lost, end and change: same heading, same figure, and the row adds up."""
    lost = pd.DataFrame(
        [("pine", "06001", 2026, 60.4)], columns=["zone", "commune_code", "year", "loss_ha"]
    )
    content = squares.content(losses=lost, language=language)
    (mine,) = commune_table(content, "06001", speaker(language)).rows.query("zone == 'pine'").index
    sheet = commune_table(content, "06001", speaker(language))
    annex = _zone(content, "pine")
    theirs = annex.rows.set_index("commune_code").loc["06001"]
    keys = ["present_ha", "plan_2026", "plan_2027", "loss_ha", "reached_ha", "added_ha"]
    assert [column.key for column in sheet.columns if column.kind == "hectares"] == keys
    assert [column.key for column in annex.columns if column.kind == "hectares"] == keys
    titles = {column.key: column.title for column in annex.columns}
    for column in sheet.columns:
        if column.key in keys:
            assert sheet.rows.loc[mine, column.key] == theirs[column.key]
            assert column.title.endswith(titles[column.key])
    row = sheet.rows.loc[mine]
    # 20.1 + 30.2 - 60.4: less by 10.1, and no "shortfall" below zero.
    assert row["added_ha"] == -10.1
    assert round(row["present_ha"] - 10.1, 1) == row["reached_ha"]


def test_allocation_names_the_zones_that_it_leaves_out() -> None:
    table = next(table for table in build_tables(squares.content()) if table.role == "allocation")
    assert table.notes == ("Chưa phân bổ: Dược liệu, Hoàng đàn.",)
    without = squares.content(allocation=None)
    assert unallocated_zones(without) == []


def test_areas_that_nobody_knows_are_not_said_to_be_none() -> None:
    zones = squares.zones()
    tables = zone_tables(squares.content(zones=zones))
    known, unknown = tables["pine"], tables["medicinal"]
    assert known.notes[0].startswith("Không in các xã, phường ngoài danh mục và không có diện tích")
    assert unknown.notes[0].startswith("Không in các xã, phường khác vì chưa có số liệu hiện trạng")
    some = zones["zone"].eq("pine") & zones["commune_code"].eq("06004")
    zones = zones.assign(
        listed=zones["listed"] & ~some, present_ha=zones["present_ha"].mask(some, np.nan)
    )
    zones.loc[(zones["zone"] == "pine") & (zones["commune_code"] == "06003"), "present_ha"] = 0.0
    note = _zone(squares.content(zones=zones), "pine").notes[0]
    assert "mà không có diện tích hoặc chưa có số liệu" in note


def test_shared_ground_is_totalled_apart_from_new_planting() -> None:
    more = [
        ("medicinal", "06001", "Bình Gia", "under_canopy", 2026, 7.5),
        ("acacia", "06002", "Đồng Đăng", "young_acacia", 2027, 60.0),
    ]
    rows = pd.DataFrame(more, columns=squares.allocation().columns)
    names = pd.DataFrame(
        [("acacia", "Keo", "Acacia", "open")], columns=squares.zone_names().columns
    )
    content = squares.content(
        allocation=pd.concat([squares.allocation(), rows], ignore_index=True),
        zone_names=pd.concat([squares.zone_names(), names], ignore_index=True),
        sharing=("under_canopy", "young_acacia"),
    )
    tables = [table for table in build_tables(content) if table.role == "allocation"]
    totals = [body_texts(table)[-1] for table in tables]
    assert [(texts[1], texts[-1]) for texts in totals] == [
        ("Tổng trồng mới", "99,8"),
        ("Tổng cộng", "7,5"),
        ("Tổng cộng", "60,0"),
    ]
    assert [table.name.partition(" ")[2] for table in tables] == [
        "Phân bổ",
        "Đất dưới tán rừng",
        "Keo non chuyển sang gỗ lớn",
    ]
    assert all("không cộng vào tổng" in table.notes[0] for table in tables[1:])
    assert not any(column.group == "Kế hoạch trồng mới" for column in tables[1].columns)


def test_allocation_on_shared_ground_alone_plants_nothing_new() -> None:
    allocation = squares.allocation().assign(land="under_canopy")
    content = squares.content(allocation=allocation, sharing=("under_canopy",))
    new, shared = (table for table in build_tables(content) if table.role == "allocation")
    assert new.rows.empty
    assert body_texts(new)[-1][-1] in ("-", "…")
    assert body_texts(shared)[-1][-1] == "99,8"


def test_the_other_communes_stand_in_one_row_and_the_total_stays() -> None:
    """Of every zone: rows sum to the same total whether the others are named or not."""
    every = [table for table in build_tables(squares.content()) if table.role == "zone"]
    told = [
        table for table in build_tables(squares.content(listed_only=True)) if table.role == "zone"
    ]
    together = 0
    for full, short in zip(every, told, strict=True):
        assert short.total is not None
        assert full.total is not None
        pd.testing.assert_series_equal(short.total, full.total)
        others = full.rows[full.rows["listed"] == ""]
        assert set(short.rows["commune"]) >= set(
            full.rows.loc[full.rows["listed"] == "x", "commune"]
        )
        if len(others) and (full.rows["listed"] == "x").any():
            together += 1
            last = short.rows.iloc[-1]
            assert last["commune"] == f"{len(others)} xã, phường khác"
            assert last["present_ha"] == pytest.approx(others["present_ha"].sum())
            assert short.rows["present_ha"].sum() == pytest.approx(full.rows["present_ha"].sum())
    assert together


def test_zones_without_rows_have_no_empty_table() -> None:
    """No table of a zone that has no row, none of all zones where none has; numbers have no gap."""
    zones = squares.zones()
    without_pine = build_tables(squares.content(zones=zones[zones["zone"] != "pine"]))
    roles = [(table.role, table.zone) for table in without_pine]
    assert ("zone", "pine") not in roles
    assert any(role == "matrix" for role, _ in roles)
    none = build_tables(squares.content(zones=zones.iloc[:0], allocation=None))
    assert {"zone", "matrix"}.isdisjoint(table.role for table in none)
    for tables in (without_pine, none):
        numbers = [table.name.split(" ")[0] for table in tables]
        assert numbers == [str(number) for number in range(1, len(tables) + 1)]
    text = [table.title for table in none]
    assert not [title for title in text if "theo xã, phường" in title and "vùng" in title.lower()]
