"""Tables by communes as they were before July 2025: whole ones add up, divided ones are asked."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.reports import made_up_round
from layers.communes.crosswalk import crosswalk
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected
from zones.reports.year_round import Round

_PARTS = ("Tân Đoàn", "Tân Thành", "Tràng Phái")  # All of today's Tân Đoàn, 06316


@pytest.fixture(scope="module")
def province() -> Round:
    return made_up_round(65)


def _collected(rows: list[list[object]], asked: Round, folder: Path) -> Collected:
    width = max(map(len, rows))
    full = [[*row, *[None] * (width - len(row))] for row in rows]
    pd.DataFrame(full).to_excel(folder / "bảng.xlsx", header=False, index=False)
    return collect(folder, asked, [load_form("plan-annual")])


def _sums(got: Collected, column: str) -> dict[str, float]:
    mine = got.figures[got.figures["column"] == column]
    sums = mine.groupby("reporter")["value"].agg(lambda values: values.sum(skipna=False))
    return {str(code): round(float(value), 2) for code, value in sums.dropna().items()}


def _problems(got: Collected) -> list[str]:
    return got.findings.loc[got.findings["severity"] == "problem", "kind"].tolist()


@pytest.mark.parametrize("title", ["UBND XÃ TÂN ĐOÀN", "HẠT KIỂM LÂM VĂN QUAN"])
def test_all_old_communes_of_one_of_today_add_up_without_a_question(
    title: str, province: Round, tmp_path: Path
) -> None:
    """ "Tân Thành" of old is a part of Tân Đoàn and not today's Tân Thành, far away."""
    last = province.known.last["06316", "zones", "pine", "standing"]
    rows: list[list[object]] = [
        [title], ["DIỆN TÍCH THÔNG NĂM 2026"],
        ["TT", "Xã cũ", "Cây trồng", "Hiện có (ha)", "Trồng mới (ha)", "Mất đi (ha)"],
    ]  # fmt: skip
    for number, (name, share) in enumerate(zip(_PARTS, (0.5, 0.3, 0.2), strict=True), start=1):
        rows.append([number, name, "Thông", round(last * share + 1, 2), 2, 1])
    got = _collected(rows, province, tmp_path)
    assert _problems(got) == []
    assert _sums(got, "standing") == {"06316": pytest.approx(last + 3, abs=0.02)}
    assert _sums(got, "planted") == {"06316": 6.0}
    assert got.findings["kind"].tolist() == ["old-name", "old-names-added"], "each told once"


def test_old_communes_as_headings_hold_for_the_rows_below_them(
    province: Round, tmp_path: Path
) -> None:
    rows: list[list[object]] = [
        ["UBND XÃ TÂN ĐOÀN"], ["NĂM 2026"], ["TT", "Cây trồng", "Trồng mới (ha)"],
        ["I", "Xã Tân Đoàn"], [1, "Thông", 5], ["II", "Xã Tân Thành"], [1, "Thông", 7],
        ["III", "Xã Sầm Sơn"], [1, "Thông", 100],
    ]  # fmt: skip
    got = _collected(rows, province, tmp_path)
    told = got.findings[got.findings["kind"] == "commune-unknown"]
    assert told["cell"].tolist() == ["C9"], "what stands below a stranger is not the one's above"
    assert _sums(got, "planted").keys() <= {"06316", "06445"}
    assert 100 not in got.figures["value"].tolist()


def test_divided_communes_are_asked_about_once_with_those_that_took_them_over(
    province: Round, tmp_path: Path
) -> None:
    rows: list[list[object]] = [
        ["HUYỆN ĐÌNH LẬP NĂM 2026"], ["TT", "Xã", "Thông", None, "Hồi", None],
        [None, None, "Trồng mới", "Mất đi", "Trồng mới", "Mất đi"],
        [1, "Bính Xá", 10, 0, 20, 0], [2, "Kiên Mộc", 3, 0, 4, 0], [3, "Bắc Lãng", 5, 1, 6, 1],
        [4, "Cường Lợi", 7, 0, 8, 2],
    ]  # fmt: skip
    got = _collected(rows, province, tmp_path)
    assert _problems(got) == ["old-name-split"]
    told = got.findings[got.findings["kind"] == "old-name-split"].iloc[0]
    assert {"C4", "E4", "C5", "E5"} <= set(told["cell"].split(", "))
    assert "Bính Xá (nay thuộc Đình Lập, Kiên Mộc)" in told["message_vi"]
    heirs = got.figures[got.figures["reporter"].isin(["06613", "06625", "06637"])]
    assert heirs.loc[heirs["column"] == "planted", "value"].isna().all(), "a part is lacking"
    assert heirs.loc[heirs["column"] == "lost", "value"].notna().all(), "0 needs no dividing"


def test_a_name_of_two_days_is_asked_about_where_nothing_tells_which(
    province: Round, tmp_path: Path
) -> None:
    """Tân Thành beside communes of today and one old name: today's, or the old one of Cao Lộc."""
    names = ("Tân Thành", "Tràng Phái", "Hội Hoan", "Vũ Lăng", "Na Dương", "Lộc Bình")
    rows: list[list[object]] = [["NĂM 2026"], ["Xã", "Cây trồng", "Trồng mới (ha)"]]
    got = _collected([*rows, *[[name, "Thông", 5] for name in names]], province, tmp_path)
    told = got.findings[got.findings["kind"] == "commune-of-which-day"]
    assert told["cell"].tolist() == ["C3, C4"], "who took the old one over may lack a part"
    assert _sums(got, "planted") == dict.fromkeys(["06151", "06367", "06526", "06529"], 5.0)
    assert got.figures.set_index("reporter")["value"].isna()["06316"]


def test_a_commune_whose_name_begins_as_a_total_is_a_commune(
    province: Round, tmp_path: Path
) -> None:
    rows: list[list[object]] = [
        ["NĂM 2026"], ["Xã", "Cây trồng", "Trồng mới (ha)"], ["Công Sơn", "Thông", 5],
        ["Tân Thành", "Thông", 7], ["Cộng", None, 12],
    ]  # fmt: skip
    got = _collected(rows, province, tmp_path)
    assert _sums(got, "planted") == {"06220": 5.0, "06445": 7.0}
    assert _problems(got) == []


def test_every_district_of_old_goes_to_the_communes_of_today(
    province: Round, tmp_path: Path
) -> None:
    table = crosswalk("20", from_=2024)
    wanted: dict[str, float] = defaultdict(float)
    for district, units in table[~table["split"]].groupby("old_district"):
        rows: list[list[object]] = [
            [f"{district} NĂM 2026"], ["TT", "Xã", "Thông", None],
            [None, None, "Trồng mới", "Mất đi"],
        ]  # fmt: skip
        for one in units.itertuples():
            area = int(one.old_code) / 1000  # Unlike any other
            town = "TT " if one.old_kind == "thị trấn" else ""
            rows.append([1, f"{town}{one.old_name}", area, 1])
            wanted[str(one.new_code)] += area
        full = pd.DataFrame([[*row, *[None] * (4 - len(row))] for row in rows])
        full.to_excel(tmp_path / f"{district}.xlsx", header=False, index=False)
    got = collect(tmp_path, province, [load_form("plan-annual")])
    told = got.findings[got.findings["severity"] == "problem"]
    assert told.empty, told[["reporter", "file", "cell", "message_en"]].to_string()
    assert _sums(got, "planted") == {code: round(area, 2) for code, area in wanted.items()}
