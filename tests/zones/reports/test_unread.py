"""Who sent a file that could not be read has sent, and is not told to have sent nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import docx
import pandas as pd
import pytest

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import keep, save_collected
from zones.reports.ledger import Ledger
from zones.reports.status import open_questions, round_status, save_status
from zones.reports.year_round import Round

_FORM = load_form("plan-annual")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "sổ.sqlite")


def _take(path: Path, asked: Round, ledger: Ledger) -> None:
    got = collect(path, asked, [_FORM], ledger=ledger)
    keep(got, ledger)
    save_collected(got, asked, path.parent / "trả lời", ledger=ledger)


def _states(asked: Round, ledger: Ledger) -> dict[str, str]:
    questions = open_questions(ledger, _FORM, asked)
    on = dt.date(2026, 12, 1)
    status = round_status(_FORM, asked, ledger.history(2026), questions, on)
    return dict(status.set_index("reporter")["state"])


def test_a_file_that_cannot_be_read_is_kept_and_told_in_the_status(
    round_2026: Round, ledger: Ledger, tmp_path: Path
) -> None:
    back = tmp_path / "back"
    back.mkdir()
    (back / "06529 báo cáo.doc").write_bytes(b"no workbook")
    _take(back, round_2026, ledger)
    assert _states(round_2026, ledger)["06529"] == "unread"
    assert _states(round_2026, ledger)["06613"] == "missing"
    assert ledger.history()["verdict"].tolist() == ["refused"]
    assert ledger.figures(2026).empty
    questions = open_questions(ledger, _FORM, round_2026)
    status = round_status(
        _FORM, round_2026, ledger.history(2026), questions, dt.date(2026, 12, 1)
    )  # fmt: skip
    save_status(status, questions, _FORM, round_2026, tmp_path / "status")
    text = (tmp_path / "status" / "phai-tra-loi-plan-annual-2026.csv").read_text("utf-8-sig")
    (line,) = [one for one in text.splitlines() if one.startswith("06529")]
    assert "đã gửi, chưa đọc được" in line
    assert "06529 báo cáo.doc" in line
    letter = docx.Document(str(next((tmp_path / "status").glob("don-doc*"))))
    said = "\n".join(one.text for one in letter.paragraphs)
    assert "1 đơn vị đã gửi nhưng tệp chưa đọc được" in said


def test_the_office_reads_what_became_of_files_in_vietnamese(
    round_2026: Round, ledger: Ledger, tmp_path: Path
) -> None:
    back, out = tmp_path / "back", tmp_path / "trả lời"
    back.mkdir()
    (back / "06529 báo cáo.doc").write_bytes(b"no workbook")
    (back / "06613.csv").write_text("Bảng;\nCây;Ha\nLúa;12,5\n", "utf-8")
    got = collect(back, round_2026, [_FORM], ledger=ledger)
    keep(got, ledger)
    save_collected(got, round_2026, out, ledger=ledger, form="office")
    files = pd.read_csv(out / "files.csv", sep=";", dtype=str).set_index("Tệp")
    assert files.loc["06529 báo cáo.doc", "Kết quả"] == "Không đọc được"
    rows = pd.read_csv(out / "rows.csv", sep=";", dtype=str)
    assert rows.columns.tolist() == ["Tệp", "Trang tính", "Dòng số", "Loại dòng"]
    assert set(rows["Loại dòng"]) <= {"Tiêu đề", "Ghi chú", "Hỏi lại", "Được tính"}
    findings = pd.read_csv(out / "findings.csv", sep=";", dtype=str)
    assert "Vấn đề" in set(findings["Mức độ"])
    assert [path.name[:5] for path in (out / "cong-van").iterdir()]


def test_a_file_that_cannot_be_read_holds_no_good_one_back(
    round_2026: Round, forms_2026: Path, ledger: Ledger, tmp_path: Path
) -> None:
    """Whichever came first, and though the bad one was saved last."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    filled = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
    filled.book.save(good / "a.xlsx")
    (bad / "xã Lộc Bình.doc").write_bytes(b"no workbook")
    for order in ((good, bad), (bad, good)):
        own = Ledger(tmp_path / f"{order[0].name}.sqlite")
        for folder in order:
            _take(folder, round_2026, own)
        assert _states(round_2026, own)["06529"] in ("on_time", "late")
        assert set(own.figures(2026)["verdict"]) == {"accepted"}


def test_a_workbook_without_a_table_of_the_form_was_sent_all_the_same(
    round_2026: Round, ledger: Ledger, tmp_path: Path
) -> None:
    back = tmp_path / "back"
    back.mkdir()
    rows = [["UBND XÃ LỘC BÌNH NĂM 2026", None], ["Họ và tên", "Tuổi"], ["…", 30]]
    pd.DataFrame(rows).to_excel(back / "xã Lộc Bình.xlsx", header=False, index=False)
    _take(back, round_2026, ledger)
    assert _states(round_2026, ledger)["06529"] == "unread"
