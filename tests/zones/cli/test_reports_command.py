"""What ``zones reports`` prints: in the reader's language, with the words and dates of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.factories import write_project
from zones.cli.lines.reports import collected_lines, history_lines, status_lines
from zones.cli.main import run
from zones.reports.ledger import Ledger


def _status() -> pd.DataFrame:
    rows = [("06529", "xã Lộc Bình", None, False, "missing", 0),
            ("06148", "xã Thụy Hùng", "2026-11-25", True, "asked", 3)]  # fmt: skip
    names = ["reporter", "name", "received", "late", "state", "questions"]
    return pd.DataFrame(rows, columns=names).assign(
        form="plan-annual", year=2026, due="2026-11-20", submissions=1
    )


def test_status_speaks_the_readers_language() -> None:
    head, *rest = status_lines(_status(), "vi")
    assert "hạn 20/11/2026" in head
    assert rest == [
        "  chưa gửi          06529 xã Lộc Bình",
        "  còn phải trả lời  06148 xã Thụy Hùng",
    ]
    assert next(iter(status_lines(_status(), "en"))).startswith("plan-annual 2026, due 2026-11-20")
    on_time = _status().assign(state="on_time")
    assert len(list(status_lines(on_time, "vi"))) == 1


def test_files_are_told_with_the_names_of_those_who_sent_them() -> None:
    files = pd.DataFrame(
        {
            "verdict": ["asked", "refused"], "file": ["a.xlsx", "b.doc"],
            "reporters": ["06529", ""], "message_vi": ["", "Tệp hỏng."], "message_en": ["", "Bad."],
        }
    )  # fmt: skip
    lines = list(collected_lines(files, {"06529": "xã Lộc Bình"}, "vi"))
    assert lines == ["hỏi lại         a.xlsx  xã Lộc Bình", "không đọc được  b.doc",
                     "    Tệp hỏng."]  # fmt: skip


def test_history_says_what_was_replaced() -> None:
    rows = pd.DataFrame(
        {
            "submission": [1, 2], "received": ["2026-11-19", "2026-11-25T10:00:00"],
            "year": [2026, 2026], "reporter": ["06529"] * 2, "form": ["plan-annual"] * 2,
            "verdict": ["asked", "accepted"], "sha256": ["a" * 64, "b" * 64],
            "file": ["a.xlsx", "b.xlsx"], "older": [False, False], "replaced": [None, 1],
        }
    )  # fmt: skip
    one, other = history_lines(rows, "vi")
    assert "19/11/2026" in one
    assert "hỏi lại" in one
    assert other.endswith("b.xlsx  thay số 1")


def test_one_bad_file_stops_no_other_and_the_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, back, out = str(write_project(tmp_path / "dự án")), tmp_path / "back", tmp_path / "out"
    back.mkdir()
    table = "Xã,Cây trồng,Hiện có (ha)\nThụy Hùng,Na,12.5\n"
    (back / "bảng.csv").write_text(table, "utf-8")
    arguments = ["reports", "collect", project, str(back), "--year", "2026", "--out", str(out)]
    assert run(arguments) == 0
    (back / "ảnh chụp.jpg").write_bytes(b"\xff\xd8\xff")
    assert run([*arguments, "--overwrite"]) == 1
    printed = capsys.readouterr().out
    assert "ảnh chụp.jpg: cần bảng số liệu, lại gặp ảnh" in printed
    figures = pd.read_csv(out / "figures.csv")
    assert figures["value"].tolist() == [12.5], "the other file counts"
    assert len(Ledger(tmp_path / "dự án" / "reports.sqlite").history()) == 1
    # The report of a year without a round would print this one's figures.
    status = ["reports", "status", project, "--year", "2026", "--out", str(tmp_path / "status")]
    assert run(status) == 0
    assert run(status) == 2, "what was written before is not written over unasked"
    assert run([*status, "--overwrite"]) == 0
    write = ["reports", "write", project, "--year", "2024", "--out", str(tmp_path / "report")]
    assert run(write) == 2
    assert "Các vòng đã nhận: 2026. Hãy chọn" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("year", ["2024", "2026"])
def test_a_project_without_any_round_has_no_report_to_write(
    year: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = str(write_project(tmp_path / "dự án")), tmp_path / "report"
    assert run(["reports", "write", project, "--year", year, "--out", str(out)]) == 2
    assert f"Chưa có báo cáo nào của năm {year} hay năm khác" in capsys.readouterr().err
    assert not out.exists(), "older land would stand there as the year's"
