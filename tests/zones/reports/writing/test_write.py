"""Status, reminder and the consolidated report: what the office signs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import docx
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import python_calamine
import shapely
from docx.enum.section import WD_ORIENT
from matplotlib import image

from benchmarks._report_kills import submissions
from tests.zones.reports.round_figures import ROUNDS
from zones.measure.targets import ToleratedBounds, compare_targets
from zones.output.table_words import column_title
from zones.plan.frames import targets_frame
from zones.project.form_schema import load_form
from zones.reports.consolidate import reported_crops, reported_indicators
from zones.reports.ledger import Ledger
from zones.reports.status import (
    consolidation_day,
    due_day,
    open_questions,
    round_status,
    save_status,
    to_answer,
)
from zones.reports.tables import (
    FIGURES,
    REPORT_FINDINGS,
    RETURNED,
    RETURNED_ROWS,
    STATUS,
)
from zones.reports.writing.letters import save_questions
from zones.reports.writing.status_map import save_status_map
from zones.reports.writing.year_report import save_report, years_and_targets
from zones.reports.writing.year_targets import YearResult, judgement, target_rows, targets_table
from zones.reports.writing.year_workbook import save_year_workbook
from zones.reports.year_round import Round

NOTHING = REPORT_FINDINGS.empty()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    ledger = Ledger(tmp_path_factory.mktemp("sổ") / "l.sqlite")
    for group in submissions(1):
        ledger.take(group)
    return ledger.history()


def test_the_calendar_is_data() -> None:
    form = load_form("plan-annual")
    assert due_day(form, 2026) == dt.date(2026, 11, 20)
    assert consolidation_day(form, 2026) == dt.date(2026, 12, 1)
    assert consolidation_day(load_form("forest-02"), 2026) == dt.date(2027, 2, 28)
    assert load_form("forest-01").due.within_days == 15


@pytest.mark.parametrize(
    ("day", "silent"), [(dt.date(2026, 11, 20), "expected"), (dt.date(2026, 11, 21), "missing")]
)
def test_who_is_missing_depends_on_the_day(
    day: dt.date, silent: str, round_2026: Round, history: pd.DataFrame
) -> None:
    status = round_status(load_form("plan-annual"), round_2026, history, NOTHING, day)
    states = status.set_index("reporter")["state"]
    assert len(states) == 7
    assert states["06529"] == "on_time"
    assert states["06613"] == silent


def test_late_and_asked_are_told_apart(round_2026: Round, history: pd.DataFrame) -> None:
    late = history.assign(received=["2026-11-19", "2026-11-25"], asked=[3, 0])
    by = late.set_index("reporter")
    status = round_status(load_form("plan-annual"), round_2026, late, NOTHING, dt.date(2026, 12, 1))
    states = status.set_index("reporter")
    on_time = by.index[by["received"] == "2026-11-19"][0]
    assert (states.loc[on_time, "state"], states.loc[on_time, "questions"]) == ("asked", 3)
    other = by.index[by["received"] == "2026-11-25"][0]
    assert states.loc[other, "state"] == "late"


def test_the_reminder_names_who_is_missing(
    round_2026: Round, history: pd.DataFrame, tmp_path: Path
) -> None:
    form = load_form("plan-annual")
    status = round_status(form, round_2026, history, NOTHING, dt.date(2026, 12, 1))
    save_status(status, NOTHING, form, round_2026, tmp_path)
    document = docx.Document(str(next(tmp_path.glob("don-doc*.docx"))))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "xã Đình Lập" in cells
    assert "xã Lộc Bình" not in cells
    assert any("20/11/2026" in paragraph.text for paragraph in document.paragraphs)


def test_the_office_reads_the_status_in_vietnamese(
    round_2026: Round, history: pd.DataFrame, tmp_path: Path
) -> None:
    form = load_form("plan-annual")
    status = round_status(form, round_2026, history, NOTHING, dt.date(2026, 12, 1))
    save_status(status, NOTHING, form, round_2026, tmp_path, csv="office")
    told = pd.read_csv(tmp_path / "status-plan-annual-2026.csv", sep=";", dtype=str)
    assert told.columns[:2].tolist() == ["Đơn vị báo cáo", "Tên đơn vị"]
    late = status["late"].to_numpy()
    assert (told["Gửi muộn"] == "có").tolist() == late.tolist()
    assert set(told.loc[status["state"] == "missing", "Tình trạng"]) == {"chưa gửi"}
    # Each column of the tables that an office opens has a Vietnamese heading of its own.
    for schema in (STATUS, FIGURES, REPORT_FINDINGS, RETURNED, RETURNED_ROWS):
        heads = [column_title(schema.name, name, "vi") for name in schema.names]
        assert len(set(heads) - set(schema.names)) == len(schema.names), schema.name


@pytest.fixture(scope="module")
def result(round_2026: Round, history: pd.DataFrame) -> YearResult:
    reported = reported_indicators(ROUNDS, 2026, communes=[one.code for one in round_2026.communes])
    plan = round_2026.plans[0]
    measured = pd.DataFrame(
        [{"zone": "pine", "indicator": "area", "commune_code": "", "unit": "ha", "present": 140.0}]
    ).assign(told_by="layer", told_of="2025-12-31")
    targets = compare_targets(
        targets_frame(plan).assign(plan=plan.plan),
        measured,
        tolerated=ToleratedBounds(),
        # As if all that were asked had answered: a sum of some is no figure of the province.
        reported=reported.assign(expected=reported["reporters"]),
    )
    crops = reported_crops(ROUNDS[ROUNDS["year"] == 2026], ROUNDS.iloc[:0])
    status = round_status(
        load_form("plan-annual"), round_2026, history, NOTHING, dt.date(2026, 12, 1)
    )
    return YearResult(round_2026, targets, reported, crops, status, _progress())


def _progress() -> pd.DataFrame:
    """Pine measured in 2020 and 2025, reported by two of three in 2026, and in a later year."""
    rows = [("layer", 2020, 100.0, 3), ("layer", 2025, 140.0, 3), ("report", 2026, 150.0, 2),
            ("report", 2027, 900.0, 3)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["told_by", "year", "area_ha", "communes"])
    return frame.assign(zone="pine", commune_code="", expected=3, present=frame["year"] == 2025)


def test_the_chart_of_the_years_ends_with_the_reports_year(result: YearResult) -> None:
    years, targets = years_and_targets(result)
    assert years["year"].tolist() == [2020, 2025, 2026]
    assert years["whole"].tolist() == [True, True, False]
    assert set(years["name"]) == {"Thông"}
    assert set(targets.loc[targets["name"] == "Thông", "year"]) == {2030}


def test_the_chart_of_the_years_is_saved_beside_the_report(
    result: YearResult, written: list[Path], tmp_path: Path
) -> None:
    names = [path.name for path in written]
    assert names[2:] == ["so-lieu-2026.xlsx", "dien-bien-2026.png", "dien-bien-2026.svg"]
    document = docx.Document(str(written[0]))
    assert any("qua các năm" in paragraph.text for paragraph in document.paragraphs)
    again = save_report(result, tmp_path)
    assert [path.read_bytes() for path in again[1:]] == [path.read_bytes() for path in written[1:]]
    bare = save_report(replace(result, progress=result.progress.iloc[:0]), tmp_path / "không")
    assert len(bare) == 3


@pytest.fixture(scope="module")
def written(result: YearResult, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return save_report(result, tmp_path_factory.mktemp("báo cáo"))


def test_both_files_print_intervals_verdicts_and_what_would_decide(
    result: YearResult, written: list[Path], tmp_path: Path
) -> None:
    pine = result.targets["zone"].eq("pine") & result.targets["indicator"].eq("area")
    judged = result.targets.assign(
        low_interval=np.where(pine, 139.04, np.nan),
        high_interval=np.where(pine, 141.0, np.nan),
        verdict=np.where(pine, "cannot_tell", "not_measured"),
        needed=np.where(pine, "points:320:pine+other", ""),
    )
    told = replace(result, targets=judged, decimals=(2, 2), level_percent=90.0)
    document, workbook, *_ = save_report(told, tmp_path)
    read = docx.Document(str(document))
    rows = [[cell.text for cell in row.cells] for table in read.tables for row in table.rows]
    (pine_row,) = [row for row in rows if "(139,04–141,00)" in " ".join(row)]
    assert "140 ha\n(139,04–141,00)" in pine_row
    assert pine_row[-1] == "chưa đạt\n(chưa kết luận được vì sai số)"
    against = judged.assign(
        low_interval=np.where(pine, 241.0, np.nan),
        high_interval=np.where(pine, 260.0, np.nan),
        verdict=np.where(pine, "met", "not_measured"),
    )
    (told_row,) = target_rows(replace(told, targets=against)).query("judged").to_dict("records")
    assert judgement(told_row) == "chưa đạt\n(theo điểm kiểm tra: đạt)"
    assert not [row for row in rows if "Chưa nêu độ chính xác" in " ".join(row)]
    # No page turns for it.
    assert {section.orientation for section in read.sections} == {WD_ORIENT.PORTRAIT}
    text = "\n".join(paragraph.text for paragraph in read.paragraphs)
    assert "với độ tin cậy 90 %" in text
    assert "cần thêm khoảng 320 điểm kiểm tra ở nơi bản đồ ghi Thông, Khác: nếu thực địa" in text
    book = python_calamine.CalamineWorkbook.from_path(workbook).get_sheet_by_name("Chỉ tiêu")
    cells = book.to_python()
    (head,) = [row for row in cells if row[0] == "TT"]
    assert head[-2:] == ["Khoảng tin cậy", "Kết luận"]
    assert ["139,04–141,00", "Chưa kết luận được"] in [row[-2:] for row in cells]
    # Where nobody stated an accuracy, neither file pretends to one.
    plain = python_calamine.CalamineWorkbook.from_path(written[1]).get_sheet_by_name("Chỉ tiêu")
    assert not [row for row in plain.to_python() if "Kết luận" in row]
    assert "tin cậy" not in "".join(p.text for p in docx.Document(str(written[0])).paragraphs)


def test_what_falls_short_is_no_hundred_percent_and_is_rounded_no_second_time(
    result: YearResult,
) -> None:
    pine = result.targets["zone"].eq("pine") & result.targets["indicator"].eq("area")
    near = result.targets.assign(
        present=result.targets["present"].mask(pine, 140.25),
        held_ratio=result.targets["held_ratio"].mask(pine, 0.998),
    )
    told = replace(result, targets=near, decimals=(2, 2))
    rows = targets_table(target_rows(told), told).rows.set_index("zone")
    shown = rows.loc["pine", ["done", "percent", "status"]]
    assert shown.iloc[0].tolist() == ["140,25 ha", "99", "chưa đạt"]


def test_a_commune_whose_standing_area_is_asked_back_is_listed_without_one(
    result: YearResult, tmp_path: Path
) -> None:
    asked = result.crops.iloc[:1].assign(
        commune_code="06613", standing_ha=np.nan, planted_ha=0.0, replanted_ha=0.0, lost_ha=0.0
    )
    nothing = asked.assign(commune_code="06187", standing_ha=0.0)
    crops = pd.concat([result.crops, asked, nothing], ignore_index=True)
    told = replace(result, crops=crops)
    path = save_year_workbook(told, target_rows(told), tmp_path / "năm.xlsx")
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Thông").to_python()
    listed = {row[2]: row for row in rows if row[2] in set(crops["commune_code"])}
    assert set(listed) == {"06529", "06148", "06613"}
    (head,) = [row for row in rows if "Hiện có" in row]
    assert listed["06613"][head.index("Hiện có")] == "…"


def test_last_year_is_not_summed_where_a_commune_does_not_stand_by_it(
    result: YearResult, tmp_path: Path
) -> None:
    last = result.crops["commune_code"].map({"06529": 90.0, "06148": 45.0})
    told = replace(result, crops=result.crops.assign(last_ha=last))
    path = save_year_workbook(told, target_rows(told), tmp_path / "trước.xlsx")
    assert _total(path)["Năm trước"] == 135.0
    told = replace(
        told,
        crops=told.crops.assign(last_ha=last.where(last < 90)),
        disowned=frozenset({("06529", "pine")}),
        progress=pd.concat([told.progress, told.progress.iloc[[1]].assign(told_by="report")]),
    )
    path = save_year_workbook(told, target_rows(told), tmp_path / "năm.xlsx")
    total = _total(path)
    assert (total["Năm trước"], total["Hiện có"]) == ("…", 150)
    cells = [c for row in openpyxl.load_workbook(path)["Thông"].iter_rows(values_only=True)
             for c in row]  # fmt: skip
    assert any("không cộng số năm trước" in str(c) and "xã Lộc Bình" in str(c) for c in cells)
    # The map's own figure of that year stays in the chart.
    years, _ = years_and_targets(told)
    assert years[["told_by", "year"]].to_numpy().tolist() == [
        ["layer", 2020], ["layer", 2025], ["report", 2026],
    ]  # fmt: skip


def _total(path: Path) -> dict[str, object]:
    """Total of pine by heading."""
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Thông").to_python()
    heads = next(row for row in rows if "Năm trước" in row)
    (added,) = [row for row in rows if "Cộng các xã đã báo cáo" in row]
    return dict(zip(heads, added, strict=True))


def test_a_map_shows_who_has_reported(
    round_2026: Round, history: pd.DataFrame, tmp_path: Path
) -> None:
    form = load_form("plan-annual")
    status = round_status(form, round_2026, history, NOTHING, dt.date(2026, 12, 1))
    assert save_status_map(status, round_2026, tmp_path / "none.png") is None
    squares = [shapely.box(at, 0, at + 1, 1) for at in range(4)]
    codes = [one.code for one in round_2026.communes]
    shapes = gpd.GeoDataFrame({"commune_code": codes}, geometry=squares, crs="EPSG:3405")
    drawn = save_status_map(status, replace(round_2026, boundaries=shapes), tmp_path / "a.png")
    assert drawn is not None
    seen = image.imread(drawn)[..., :3].reshape(-1, 3)
    found = {
        "".join(f"{round(part * 255):02X}" for part in colour) for colour in np.unique(seen, axis=0)
    }
    state = status.set_index("reporter")["state"]
    assert set(state[codes]) == {"on_time", "missing"}
    assert {"2F7D4F", "B3261E"} <= found
    assert "E8C34A" not in found, "nobody has questions open"
    again = save_status_map(status, replace(round_2026, boundaries=shapes), tmp_path / "b.png")
    assert drawn.read_bytes() == again.read_bytes()


def test_the_document_holds_results_gaps_and_blanks(written: list[Path]) -> None:
    document = docx.Document(str(written[0]))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "Có 2/7 đơn vị gửi báo cáo" in text
    assert "xã Đình Lập" in text, "who is missing is named"
    assert "Thông: Diện tích (mục III.1.1): đạt 140 ha" in text
    # Two communes tell what stands, of which one tells what it planted and nobody what was lost.
    assert "Theo báo cáo trong năm: trồng mới 10 ha (1 xã); trồng lại chưa có số liệu; mất" in text
    assert "IV. ĐỀ XUẤT, KIẾN NGHỊ" in text
    assert {"1.500 con", "báo cáo, năm 2026", "lớp bản đồ, 31/12/2025", "…"} <= cells
    assert len(document.inline_shapes) == 2


def test_no_page_turns_between_a_picture_and_its_caption(written: list[Path]) -> None:
    document = docx.Document(str(written[0]))
    drawn = [line for line in document.paragraphs if line._p.xpath(".//w:drawing")]
    assert drawn
    assert all(line.paragraph_format.keep_with_next for line in drawn)


def test_the_workbook_has_the_same_figures(written: list[Path]) -> None:
    book = python_calamine.CalamineWorkbook.from_path(written[1])
    assert book.sheet_names == ["Chỉ tiêu", "Thông", "Số liệu báo cáo", "Tình hình gửi"]
    rows = book.get_sheet_by_name("Chỉ tiêu").to_python()
    head = next(row for row in rows if row[0] == "TT")
    done = {row[1]: row[head.index("Hiện trạng")] for row in rows}
    assert done["Đàn lợn"] == 1500
    assert done["Đàn bò"] == "…", "missing is not zero"
    told = book.get_sheet_by_name("Số liệu báo cáo").to_python()
    of_pigs = next(row for row in told if "Đàn lợn" in row)
    assert of_pigs[3:] == ["con", 1500, "2/4"], "ids and English words are no Vietnamese"
    data = python_calamine.CalamineWorkbook.from_path(written[2]).get_sheet_by_name("Số liệu")
    assert ["", "Đàn lợn", "06529", "xã Lộc Bình", "con", 1000, 1] in data.to_python()


def test_a_zone_sheet_adds_up_what_it_prints(result: YearResult, tmp_path: Path) -> None:
    thirds = result.crops.assign(standing_ha=1 / 3, last_ha=2 / 3)
    rows = target_rows(result)
    save_year_workbook(replace(result, crops=thirds), rows, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Thông"]
    cells = [list(row) for row in sheet.iter_rows()]
    head = next(at for row in cells for at, cell in enumerate(row) if cell.value == "Hiện có")
    shown = [row[head] for row in cells if isinstance(row[head].value, float)]
    assert {cell.value for cell in shown} == {0.33}
    assert {cell.number_format.partition(";")[0] for cell in shown} == {"#,##0.00"}


def test_each_zone_has_a_sheet_that_prints_and_adds_up(written: list[Path]) -> None:
    book = openpyxl.load_workbook(written[1])
    sheet = book["Thông"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "THÔNG: DIỆN TÍCH THEO XÃ, BÁO CÁO NĂM 2026"
    assert ["Đơn vị: ha"] in [row[:1] for row in cells]
    (total,) = [row for row in cells if "Cộng các xã đã báo cáo" in row]
    standing = next(at for row in cells for at, text in enumerate(row) if text == "Hiện có")
    assert str(total[standing]).startswith("=SUM(")
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows
    values = python_calamine.CalamineWorkbook.from_path(written[1]).get_sheet_by_name("Thông")
    (added,) = [row for row in values.to_python() if "Cộng các xã đã báo cáo" in row]
    assert added[standing] == 150, "two communes told"


def _questions(reporter: str, *files: str) -> pd.DataFrame:
    row = dict.fromkeys(REPORT_FINDINGS.names, "") | {
        "reporter": reporter, "severity": "problem", "sheet": "Vùng", "cell": "I8",
        "message_vi": "Thông: nhầm đơn vị?",
    }  # fmt: skip
    return pd.DataFrame([row | {"file": file} for file in files])


def _letter(path: Path) -> tuple[str, list[str], list[str]]:
    """Text, cells of the head on the left, and headings and cells of the table of a letter."""
    read = docx.Document(str(path))
    text = "\n".join(paragraph.text for paragraph in read.paragraphs)
    head = [paragraph.text for paragraph in read.tables[0].rows[0].cells[0].paragraphs]
    return text, head, [cell.text for row in read.tables[1].rows for cell in row.cells]


def test_a_letter_names_the_committee_the_files_and_the_day(
    round_2026: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795564800")  # 2026-11-25
    asked = [("06529", _questions("06529", "a.xlsx", "b.xlsx"))]
    (path,) = save_questions(asked, round_2026, set(), tmp_path)
    text, head, cells = _letter(path)
    assert "Kính gửi: Ủy ban nhân dân xã Lộc Bình" in text
    assert "(tệp “a.xlsx”, “b.xlsx”), còn 2 nội dung" in text
    assert "Thời hạn trả lời: trước hết ngày 30/11/2026" in text
    assert head[-1] == "V/v làm rõ số liệu báo cáo năm 2026"
    assert head[1] == "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG", "the name is not broken by the column"
    assert "a.xlsx, trang Vùng, ô I8" in cells
    assert "Căn cứ" not in cells, "no question has an article"


def test_the_department_asks_itself_by_a_note(round_2026: Round, tmp_path: Path) -> None:
    asked = [("so-nnmt", _questions("so-nnmt", "a.xlsx"))]
    (path,) = save_questions(asked, round_2026, set(), tmp_path)
    text, head, cells = _letter(path)
    assert "PHIẾU YÊU CẦU" in text
    assert "Kính gửi: các phòng, đơn vị chuyên môn của Sở" in text
    assert not [line for line in head if line.startswith("V/v")]
    assert "Vùng, ô I8" in cells, "of one file the name is in the text"


def test_the_reminder_lists_who_has_to_answer_and_a_new_day(
    round_2026: Round, history: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795564800")  # 2026-11-25
    form = load_form("plan-annual")
    asked = history.assign(asked=[3, 0])
    status = round_status(form, round_2026, asked, NOTHING, dt.date(2026, 11, 25))
    save_status(status, NOTHING, form, round_2026, tmp_path)
    read = docx.Document(str(next(tmp_path.glob("don-doc*.docx"))))
    text = "\n".join(paragraph.text for paragraph in read.paragraphs)
    silent = "5 đơn vị chưa gửi báo cáo"
    assert f"còn {silent} và 1 đơn vị đã gửi nhưng chưa làm rõ số liệu" in text
    assert "trước hết ngày 30/11/2026" in text
    *_, last = [table for table in read.tables if table.rows[0].cells[0].text == "TT"]
    assert last.rows[1].cells[2].text == "3"
    silent = status.assign(state="on_time")
    again = tmp_path / "không"
    save_status(silent, NOTHING, form, round_2026, again)
    assert not list(again.glob("don-doc*"))


def test_who_must_answer_is_a_table_with_a_row_for_each_question(
    round_2026: Round, history: pd.DataFrame, tmp_path: Path
) -> None:
    form = load_form("plan-annual")
    status = round_status(form, round_2026, history, NOTHING, dt.date(2026, 12, 1)).iloc[:3]
    states = ["asked", "missing", "late"]
    status = status.assign(state=states, received=["2026-11-19", None, "2026-11-25"])
    one, other, late = status["reporter"]
    row = dict.fromkeys(REPORT_FINDINGS.names, "") | {"file": "a.xlsx", "sheet": "Vùng"}
    told = [
        row | {"reporter": one, "severity": "problem", "cell": "I8", "message_vi": "=Thông?"},
        row | {"reporter": one, "severity": "problem", "cell": "I9", "message_vi": "Hồi?"},
        row | {"reporter": one, "severity": "note", "cell": "I7", "message_vi": "ước"},
        row | {"reporter": late, "severity": "note", "cell": "I7", "message_vi": "ước"},
    ]
    table = to_answer(status, pd.DataFrame(told))
    assert table[["reporter", "place", "question"]].to_numpy().tolist() == [
        [one, "Vùng, I8", "=Thông?"],
        [one, "Vùng, I9", "Hồi?"],
        [other, "", "Gửi báo cáo."],
    ]
    assert table["received"].tolist() == ["19/11/2026", "19/11/2026", ""]
    save_status(status, pd.DataFrame(told), form, round_2026, tmp_path)
    book = python_calamine.CalamineWorkbook.from_path(
        tmp_path / "phai-tra-loi-plan-annual-2026.xlsx"
    )
    rows = book.get_sheet_by_name("Phải trả lời").to_python()
    assert rows[0][0] == "ĐƠN VỊ PHẢI GỬI BÁO CÁO HOẶC TRẢ LỜI, NĂM 2026"
    assert rows[-4][:4] == ["Mã", "Đơn vị", "Tình trạng", "Hạn gửi"]
    assert [row[0] for row in rows[-3:]] == [one, one, other]
    text = (tmp_path / "phai-tra-loi-plan-annual-2026.csv").read_text("utf-8-sig")
    assert "'=Thông?" in text, "no text of a table is a formula"


def test_a_row_taken_out_is_a_question_though_no_figure_is_asked_back(
    round_2026: Round, history: pd.DataFrame
) -> None:
    form, day = load_form("plan-annual"), dt.date(2026, 12, 1)
    counts = history.assign(asked=0)
    code = counts["reporter"].iloc[0]
    row = dict.fromkeys(REPORT_FINDINGS.names, "") | {"reporter": code, "kind": "row-missing"}
    told = pd.DataFrame([row | {"severity": "problem"}, row | {"severity": "note"}])
    for findings, questions in ((NOTHING, 0), (told, 1)):
        status = round_status(form, round_2026, counts, findings, day).set_index("reporter")
        assert status.loc[code, "questions"] == questions
        assert (status.loc[code, "state"] == "asked") == bool(questions)


def test_who_sent_one_table_of_two_is_asked_for_the_other(
    round_2026: Round, tmp_path: Path
) -> None:
    ledger, form = Ledger(tmp_path / "l.sqlite"), load_form("plan-annual")
    for group in submissions(1):
        ledger.take(group)  # Zones alone
    told = open_questions(ledger, form, round_2026)
    assert set(told["kind"]) == {"table-missing"}
    assert set(told["reporter"]) == {"06529", "06148"}, "of who sent nothing nothing is asked twice"
    assert set(told["sheet"]) == {"Chỉ tiêu khác của kế hoạch"}
    history = ledger.history()
    status = round_status(form, round_2026, history, told, dt.date(2026, 12, 1))
    assert status.set_index("reporter").loc["06529", "state"] == "asked"
