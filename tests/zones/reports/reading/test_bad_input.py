"""What no report should be: one clear line each, the rest is collected, and nobody is named."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected, keep, save_collected
from zones.reports.ledger import Ledger
from zones.reports.year_round import Round

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"\0" * 100_000_000)


def _empty_rows(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A100000"].value = " "
    book.save(path)


def _link_out(path: Path) -> None:
    secret = path.parent.parent / f"{path.parent.name} bí mật.csv"
    secret.write_text("xã;ha\nLộc Bình;12345,6\n", "utf-8")
    path.symlink_to(secret)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "mật khẩu.xlsx": (lambda path: path.write_bytes(OLE + b"EncryptedPackage" * 400), "workbook"),
    "hỏng.xlsx": (lambda path: path.write_bytes(b"PK\x03\x04" + b"\0" * 500), "damaged"),
    "bom.xlsx": (_bomb, "unpacks to"),
    "trống.csv": (lambda path: path.write_bytes(b""), "empty"),
    "ảnh.jpg": (lambda path: path.write_bytes(b"\xff\xd8\xff"), "picture"),
    "văn bản.doc": (lambda path: path.write_bytes(OLE), "document"),
    "hàng dài.csv": (lambda path: path.write_text("a;b\n" + "1;2\n" * 500_001), "the table has"),
    "liên kết.csv": (_link_out, "a link to another place"),
    "lạ.exe": (lambda path: path.write_bytes(b"MZ"), "expected .xlsx"),
}


@pytest.fixture(scope="module")
def got(
    round_2026: Round, forms_2026: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Collected, Path]:
    folder = tmp_path_factory.mktemp("gửi về")
    for name, (make, _) in BAD.items():
        make(folder / name)
    _empty_rows(folder / "nhiều dòng trống.xlsx")
    (folder / ".~lock.x#").write_text("litter")
    form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
    form.put("pine", "note", "Nguyễn Văn A, 0912 345 678, CCCD 020123456789")
    form.put("anise", "note", '=HYPERLINK("http://x","y")')
    form.put("acacia", "planted", "<b>0987654321</b>")
    form.put("tea", "lost", "='[khác.xlsx]Sheet1'!A1")
    form.book.save(folder / "06529.xlsm.xlsx")
    FilledForm(next(forms_2026.glob("*06148*")), LAST["06148"]).fill().book.save(
        folder / "06148.xlsx"
    )
    return collect(folder, round_2026, [load_form("plan-annual")]), folder


@pytest.mark.parametrize("name", BAD)
def test_each_gets_one_clear_line(name: str, got: tuple[Collected, Path]) -> None:
    files = got[0].files.set_index("file")
    assert files.loc[name, "verdict"] == "refused"
    said = files.loc[name, "message_en"]
    assert BAD[name][1] in said
    assert name in said
    assert str(got[1]) not in said
    assert "\n" not in said


def test_the_rest_is_collected(got: tuple[Collected, Path]) -> None:
    files = got[0].files.set_index("file")
    assert files.loc["06148.xlsx", "verdict"] == "accepted"
    assert len(files) == len(BAD) + 3
    assert "khác.xlsx" not in set(files.index)
    assert "other workbooks" in files.loc["06529.xlsm.xlsx", "message_en"]


def test_macros_are_not_run_and_empty_rows_cost_nothing(
    round_2026: Round, forms_2026: Path, tmp_path: Path
) -> None:
    form = FilledForm(next(forms_2026.glob("*06529*")), LAST["06529"]).fill()
    rows = len({cell.row for cells in form.sheet() for cell in cells if cell.value is not None})
    for line in range(1_000, 101_000):
        form.sheet().cell(line, 6).number_format = "0.00"
    form.book.save(tmp_path / "có macro.xlsm")
    got = collect(tmp_path, round_2026, [load_form("plan-annual")])
    (file,) = got.files.to_dict("records")
    assert file["verdict"] == "accepted"
    assert "nothing was run" in file["message_en"]
    assert (got.rows["sheet"] == "Vùng sản xuất").sum() == rows


def test_a_form_without_figures_is_empty_and_no_fault(round_2026: Round, forms_2026: Path) -> None:
    got = collect(forms_2026, round_2026, [load_form("plan-annual")])
    assert set(got.files["verdict"]) == {"empty"}
    assert got.figures.empty
    assert got.findings.empty
    assert list(got.submissions()) == []


def test_nobody_is_named_in_any_output(
    got: tuple[Collected, Path], round_2026: Round, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    keep(got[0], ledger)
    save_collected(got[0], round_2026, tmp_path, ledger=ledger)
    texts = "".join(path.read_text("utf-8") for path in tmp_path.glob("*.csv"))
    for path in (tmp_path / "cong-van").glob("*.docx"):
        with zipfile.ZipFile(path) as archive:
            texts += archive.read("word/document.xml").decode()
    assert "06529" in texts
    for secret in ("0912", "0987654321", "020123456789", "Nguyễn Văn A"):
        assert secret not in texts


def test_formulas_and_tags_stay_text(
    got: tuple[Collected, Path], round_2026: Round, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    keep(got[0], ledger)
    save_collected(got[0], round_2026, tmp_path, ledger=ledger)
    cells = pd.read_csv(tmp_path / "findings.csv", dtype=str, keep_default_na=False)
    assert not cells.map(lambda text: text.startswith(("=", "+", "@"))).to_numpy().any()
