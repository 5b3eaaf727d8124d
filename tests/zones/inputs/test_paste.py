"""Names that nobody knows: all of them told, with lines to paste that hold in the next year."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers import InputError
from layers.base.resources import add_rows
from layers.kinds.crops import species_shares
from tests.factories import PROJECT, forest_plots, write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language
from zones.inputs.paste import lines_to_paste
from zones.inputs.read import read_inputs
from zones.project.model import load_project

STRANGE = ["Na dai", "Sao băng", "Mưa", "Gió", "Mây mù", "Nắng", "Sương", "Tuyết", "Bão"]
NAMES = "columns: {commune_code: xa}"
TEXT = PROJECT.replace("date: 2025-12-31}\n  cover", f"date: 2025-12-31, {NAMES}}}\n  cover")


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Let the tests behind these know the package's names alone."""
    yield
    add_rows({})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Project whose layer has nine names of no crop, and whose report misspells two communes."""
    path = write_project(tmp_path)
    plots = forest_plots()
    plots.loc[plots["lo"] == "3", "sldlr"] = "Bạch tuộc"
    plots.to_file(tmp_path / "forest.gpkg", layer="lop_dien_bien")
    rows = "".join(f"06148,{name},2025,{at}\n" for at, name in enumerate(STRANGE, start=1))
    more = "Đồng Đăn xx,Na,2025,4\n99999,Na,2025,5\n"
    (tmp_path / "fruit.csv").write_text(f"xa,crop,year,area_ha\n{rows}{more}", "utf-8")
    path.write_text(TEXT, "utf-8")
    return path


def test_every_unknown_crop_is_told_and_has_its_line(path: Path) -> None:
    inputs = read_inputs(load_project(path))
    told = next(one for one in inputs.findings.items if one.kind == "crop-unknown")
    assert all(name in told.message.vi for name in STRANGE)
    lines = lines_to_paste(inputs, "vi")
    found = re.findall(r'written: ("[^"]+")', "\n".join(lines))
    written = [json.loads(name) for name in found]
    assert written == ["Bạch tuộc", *STRANGE, "99999", "Đồng Đăn xx"]
    na = next(line for line in lines if '"Na dai"' in line)
    assert '"custard_apple"' in na
    assert na.endswith("# Na?")
    place = next(line for line in lines if "Đồng Đăn" in line)
    assert '"06184"' in place
    assert place.endswith("# Đồng Đăng?")


def paste(path: Path, lines: list[str]) -> None:
    """Paste what ``check`` prints, confirmed by somebody."""
    text = "\n".join(lines[1:]).replace('by: "…"', "by: Lan")
    text = text.replace('"Sao băng", means: "…"', '"Sao băng", means: Hồi')
    text = text.replace('"99999", means: "…"', '"99999", means: "06211"')
    text = re.sub(r'.*means: "…".*\n?', "", text)
    path.write_text(TEXT + text + "\n", "utf-8")


def test_confirmed_names_hold_in_every_file_and_close(path: Path) -> None:
    before = read_inputs(load_project(path))
    paste(path, lines_to_paste(before, "vi"))
    inputs = read_inputs(load_project(path))
    table = inputs.reports["fruit"].table
    sums = table.groupby("crop")["area_ha"].sum()
    assert sums["custard_apple"] == 1 + 4 + 5
    assert sums["anise"] == 2
    assert table["area_ha"].sum() == sum(range(1, 10)) + 4 + 5
    codes = table[table["crop"] == "custard_apple"].set_index("commune_code")["area_ha"]
    assert dict(codes) == {"06148": 1, "06184": 4, "06211": 5}
    note = next(one for one in inputs.findings.items if one.kind == "corrections-kept")
    assert "Na dai → custard_apple (Lan, " in note.message.en
    left = next(one for one in inputs.findings.items if one.kind == "crop-unknown")
    assert "Na dai" not in left.message.vi
    # Another file of the next year needs no new entry.
    assert species_shares("na dai") == {"custard_apple": 1}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('{written: X, means: custard_apple, by: "…", on: 2026-01-01}', "whoever confirmed"),
        ("{written: X, means: custard_apple, on: 2026-01-01}", r"corrections.crops.0.by"),
        ("{written: X, means: custard_apple, by: Lan}", r"corrections.crops.0.on"),
        ("{written: X, means: moon, by: Lan, on: 2026-01-01}", "'moon', which is no crop"),
        ("{written: Cam, means: orange, by: Lan, on: 2026-01-01}", "means the crop citrus"),
        (
            (
                "{written: X, means: tea, by: Lan, on: 2026-01-01}\n"
                "    - {written: x, means: pine, by: Lan, on: 2026-01-01}"
            ),
            "means both tea and pine",
        ),
    ],
)
def test_a_correction_that_settles_nothing_is_refused(path: Path, entry: str, told: str) -> None:
    path.write_text(f"{TEXT}corrections:\n  crops:\n    - {entry}\n", "utf-8")
    with pytest.raises(InputError, match=told):
        load_project(path)


def test_check_prints_the_lines(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_language("vi")
    run(["check", str(path)])
    out = capsys.readouterr().out
    assert "Để xác nhận, hãy chép các dòng sau vào dự án" in out
    assert "\ncorrections:\n  crops:\n    - {written: " in out
    run(["check", str(path), "--json", "--overwrite"])
    assert json.loads(capsys.readouterr().out)["paste"][0] == "corrections:"
