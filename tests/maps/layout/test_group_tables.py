"""Tables of groups of communes: their last row is the total of every zone's own table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.base.language import Phrase
from maps.layout.content import AnnexContent, TableNote
from maps.layout.page_table import PageTable, body_texts
from maps.layout.tables import build_tables
from tests.maps.annex import annex_squares as squares
from zones.measure.closure import ClosureLog
from zones.publish.groups import group_zones

GROUPS = {"06001": "Bắc", "06002": "Bắc", "06003": "Nam", "06004": "Tây"}
#: Zone and commune of which nobody knows the present area, with what is planned there.
UNKNOWN = (("pine", "06002"), ("pine", "06004"), ("anise", "06001"))


def _content(**changes: object) -> AnnexContent:
    zones = squares.zones()
    at = pd.MultiIndex.from_frame(zones[["zone", "commune_code"]]).isin(UNKNOWN)
    zones = zones.assign(present_ha=zones["present_ha"].mask(at))
    planted = pd.DataFrame(
        [("pine", "06004", "Tân Văn", "bare", 2026, 5.0)], columns=squares.allocation().columns
    )
    allocation = pd.concat([squares.allocation(), planted], ignore_index=True)
    losses = pd.DataFrame(
        [("pine", "06002", 2026, 0.3), ("pine", "06001", 2027, 10.1)],
        columns=["zone", "commune_code", "year", "loss_ha"],
    )
    groups = group_zones(zones, allocation, losses, GROUPS, ClosureLog())
    return squares.content(
        zones=zones, allocation=allocation, losses=losses, group_zones=groups, **changes
    )


def _by_figure(content: AnnexContent) -> dict[str, PageTable]:
    tables = [table for table in build_tables(content) if table.role == "groups"]
    return {table.title.partition(". ")[2].partition(" của")[0]: table for table in tables}


@pytest.mark.parametrize("listed_only", [False, True])
def test_where_a_zone_leads_is_one_figure_in_every_table(listed_only: bool) -> None:
    content = _content(listed_only=listed_only)
    groups = _by_figure(content)["Diện tích đến 2027"]
    own = {table.zone: table for table in build_tables(content) if table.role == "zone"}
    assert own["pine"].total is not None
    assert groups.total is not None
    # Known 400.1 + 200.2; planned 20.1 + 30.2 + 49.2 + 5; lost 0.3 + 10.1.
    assert own["pine"].total["reached_ha"] == 694.4 == groups.total["zone_pine"]
    assert own["anise"].total["reached_ha"] == 50.3 == groups.total["zone_anise"]
    assert np.isnan(groups.total["zone_cypress"])
    for table in own.values():
        # Known hectares and all that changes: rows that are sums add up across.
        total = table.total
        assert total is not None
        if not np.isnan(total["reached_ha"]):
            across = total["present_ha"] + total["added_ha"]
            assert total["reached_ha"] == pytest.approx(across, abs=1e-9)


def test_a_group_leads_where_its_known_communes_and_all_changes_do() -> None:
    tables = _by_figure(_content())
    rows = {texts[1]: texts[2] for texts in body_texts(tables["Diện tích đến 2027"])}
    assert rows == {"Bắc": "489,2", "Nam": "200,2", "Tây": "…", "Cộng các nhóm": "694,4"}
    (note,) = tables["Diện tích đến 2027"].notes
    assert "kể cả xã chưa có số liệu hiện trạng" in note
    (added,) = tables["Diện tích tăng thêm"].notes
    assert added.startswith("Số cộng gồm mọi xã, kể cả xã chưa có số liệu hiện trạng")
    sums, partly = tables["Hiện trạng"].notes
    assert sums.startswith("Số cộng chỉ gồm các xã đã có số liệu")
    assert partly == "Chưa đủ số liệu của mọi xã trong nhóm: Bắc – Thông, Hồi (1/2)."


def test_a_zone_says_what_its_sums_are_made_of() -> None:
    zones = {table.zone: table for table in build_tables(_content()) if table.role == "zone"}
    told = "không gồm hiện trạng của 2 xã, phường chưa có số liệu."
    assert any(note.startswith("Số cộng đến 2027") and told in note for note in zones["pine"].notes)
    assert not any("Số cộng đến" in note for note in zones["cypress"].notes)


def test_what_is_said_of_the_groups_is_said_once() -> None:
    note = TableNote("groups", Phrase(en="In no group: A.", vi="Chưa xếp nhóm: A."))
    tables = [t for t in build_tables(_content(notes=(note,))) if t.role == "groups"]
    assert len(tables) == 4
    assert ["Chưa xếp nhóm: A." in table.notes for table in tables] == [True, False, False, False]
