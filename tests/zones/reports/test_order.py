"""In whatever order files come, the same figures count and the same letters go out."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import docx
import pandas as pd
import pytest

from benchmarks._report_faults import LAST, FilledForm
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import keep, save_collected
from zones.reports.ledger import Ledger
from zones.reports.year_round import Round

_ORDERS = ("abcdef", "fedcba", "badcfe", "cafebd")


@pytest.fixture(scope="module")
def files(forms_2026: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good forms and strangers' ones, each saved at a time of its own."""
    folder = tmp_path_factory.mktemp("gửi về")

    def filled(code: str) -> FilledForm:
        return FilledForm(next(forms_2026.glob(f"*{code}*")), LAST[code]).fill()

    def save(form: FilledForm, name: str, hour: int) -> None:
        form.book.save(folder / "now.xlsx")
        with (
            zipfile.ZipFile(folder / "now.xlsx") as now,
            zipfile.ZipFile(folder / f"{name}.xlsx", "w") as then,
        ):
            for part in now.namelist():
                text = now.read(part)
                if part == "docProps/core.xml":
                    day = f"2026-11-18T{hour:02}:00:00Z<".encode()
                    text = re.sub(rb"20[-0-9T:]+Z<(?=/dcterms:modified)", day, text)
                then.writestr(part, text)
        (folder / "now.xlsx").unlink()

    save(filled("06529"), "a", 9)
    # Lộc Bình's form with the figures of Thuỵ Hùng, saved before Lộc Bình's own.
    stranger, theirs = filled("06529"), filled("06148")
    for row in LAST["06529"]:
        for column in ("planted", "lost", "certified"):
            stranger.put(row, column, 0)
            theirs.put(row, column, 0)
        stranger.put(row, "standing", LAST["06148"][row])
        theirs.put(row, "standing", LAST["06148"][row])
    stranger.put("chestnut", "standing", 3)
    save(stranger, "b", 8)
    save(theirs, "c", 8)
    # Đình Lập's form under another commune's title, saved after Đình Lập's own.
    save(filled("06613"), "d", 9)
    titled = filled("06613")
    titled.sheet()["B3"].value = "xã Quốc Khánh – năm 2026"
    titled.put("pine", "standing", 1)
    save(titled, "e", 10)
    rows = [
        ["UBND XÃ TÂN THÀNH, TỈNH CÀ MAU", None], ["Cây trồng", "Hiện có năm 2026 (ha)"],
        ["Na", 10],
    ]  # fmt: skip
    pd.DataFrame(rows).to_excel(folder / "f.xlsx", header=False, index=False)
    return folder


def _taken(batches: list[str], files: Path, asked: Round, folder: Path) -> tuple[object, ...]:
    """What counts and what is asked after batches of files were collected one after the other."""
    ledger, out = Ledger(folder / "sổ.sqlite"), folder / "trả lời"
    for number, names in enumerate(batches):
        back = folder / str(number)
        back.mkdir()
        for name in names:
            (back / f"{name}.xlsx").hardlink_to(files / f"{name}.xlsx")
        got = collect(back, asked, [load_form("plan-annual")], ledger=ledger)
        keep(got, ledger)
        save_collected(got, asked, out, ledger=ledger)
    figures = ledger.figures(2026).drop(columns="submission")
    letters = {path.name: _text(path) for path in (out / "cong-van").iterdir()}
    return figures.to_csv(), ledger.findings(2026).to_csv(index=False), letters


def _text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_order_of_files_changes_no_figure_and_no_letter(
    files: Path, round_2026: Round, tmp_path: Path
) -> None:
    together = tmp_path / "cùng lúc"
    together.mkdir()
    figures, findings, letters = _taken(["abcdef"], files, round_2026, together)
    assert isinstance(letters, dict)
    assert set(letters) == {f"{name}.xlsx 2026.docx" for name in "bef"}, "no commune is accused"
    assert "Cà Mau" in letters["f.xlsx 2026.docx"]
    for order in _ORDERS:
        (tmp_path / order).mkdir()
        assert _taken(list(order), files, round_2026, tmp_path / order) == (
            figures, findings, letters,
        )  # fmt: skip
