"""The program as a user meets it: languages, exit codes, one clear line, half a second for help."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from layers import InputError
from tests.factories import write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language, settle_language


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


@pytest.mark.parametrize(
    ("arguments", "environment", "language", "rest"),
    [
        (["run", "--lang", "en", "p"], {}, "en", ["run", "p"]),
        (["--lang=vi", "run"], {"LANG": "en_US.UTF-8"}, "vi", ["run"]),
        (["run"], {"LANG": "vi_VN.UTF-8"}, "vi", ["run"]),
        (["run"], {"LANG": "C.UTF-8"}, "en", ["run"]),
        (["run"], {"VUNGTRONG_LANG": "vi", "LANG": "en_US"}, "vi", ["run"]),
        (["run"], {}, "vi", ["run"]),
    ],
)
def test_the_language_is_settled_first(
    arguments: list[str],
    environment: dict[str, str],
    language: str,
    rest: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("VUNGTRONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert settle_language(arguments) == (language, rest)


def test_a_mistyped_command_is_one_line_in_both_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["bogus"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "Error: No such command 'bogus'. Try 'zones --help'."
    ]
    set_language("vi")
    assert run(["run"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Lỗi: câu lệnh chưa đúng")
    assert error.count("\n") == 1


def test_a_missing_project_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", str(tmp_path / "không có.yaml")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: No file ")
    assert error.count("\n") == 1


def test_run_and_check_end_with_their_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "Dự án một")
    assert run(["check", str(path)]) == 0
    assert "0 errors, 0 problems" in capsys.readouterr().out
    assert run(["run", str(path), "--only", "compare", "--json"]) == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert captured.err == ""
    assert summary["forest_cover"]["natural_area_ha"] == 440
    assert not summary["has_problems"]
    assert run(["run", str(path)]) == 2
    assert "add --overwrite" in capsys.readouterr().err
    assert run(["run", str(path), "--overwrite"]) == 0
    captured = capsys.readouterr()
    assert "Pine 2030" in captured.out
    assert "Forest cover rate 2030" in captured.out
    assert "155,000–160,000" in captured.out
    assert captured.err.splitlines()[0].endswith("] Check the inputs")


def test_problems_in_the_data_end_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "p")
    text = path.read_text("utf-8")
    path.write_text(text.replace("classes: {1: trees, 2: crops}", "classes: {1: trees}"), "utf-8")
    assert run(["check", str(path)]) == 1
    assert run(["run", str(path), "--only", "measure"]) == 1
    assert "Problem [cover]" in capsys.readouterr().out


def test_an_unreadable_layer_ends_with_two_and_names_the_layer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_project(tmp_path / "p")
    (path.parent / "forest.gpkg").write_bytes(b"no geopackage")
    assert run(["check", str(path)]) == 2
    assert "Error [forest]" in capsys.readouterr().out
    assert run(["run", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.splitlines()[-1].startswith("Error: forest: ")


def test_new_writes_a_project_that_loads_once_its_files_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Kế hoạch"
    assert run(["new", str(folder), "--province", "20"]) == 0
    assert "official_area_ha" not in capsys.readouterr().out
    assert run(["check", str(folder)]) == 2
    assert "2 files of the project were not found" in capsys.readouterr().err
    source = write_project(tmp_path / "p").parent
    for name in ("communes.gpkg", "forest.gpkg", "natural_areas.csv"):
        target = {"forest.gpkg": "forest_status.gpkg"}.get(name, name)
        (folder / target).write_bytes((source / name).read_bytes())
    assert run(["check", str(folder)]) == 2
    # Told among the findings of the check, which goes on with the layers.
    assert "lack 61 of the 65 communes" in capsys.readouterr().out
    file = folder / "project.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("  # part_of_province", "  part_of_province"), "utf-8")
    assert run(["check", str(folder)]) == 0
    assert run(["new", str(folder)]) == 2
    assert "exists; choose an empty folder" in capsys.readouterr().err
    assert run(["new", str(tmp_path / "x"), "--province", "99"]) == 2
    assert "No province has the code or name '99'" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["vi", "en"])
def test_help_loads_nothing_heavy(language: str) -> None:
    code = (
        "import sys; from zones.cli.terminal.language import set_language; set_language('en');"
        "from zones.cli.main import run; run(['--help']);"
        "heavy = {'pandas', 'numpy', 'geopandas', 'rasterio', 'pydantic'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env=os.environ | {"VUNGTRONG_LANG": language},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in ("run", "check", "new", "demo"):
        assert f"\n  {name} " in done.stdout


def test_another_language_is_refused() -> None:
    with pytest.raises(InputError, match="expected vi or en, found 'fr'"):
        settle_language(["--lang", "fr", "run"])


def test_new_says_that_official_areas_are_to_be_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", str(tmp_path / "p"), "--province", "24"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"natural_areas\.csv: the official areas of \d\d+ communes are not known", out)
    assert "No list circulates an area of Chũ: " in out


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["runn"], "không có lệnh 'runn'; có phải"),
        (["run"], "thiếu PROJECT"),
        (["run", "x", "--ovewrite"], "không có tùy chọn --ovewrite; có phải --overwrite"),
        (["run", "x", "--workers", "a"], "giá trị của --workers không hợp lệ"),
        (["run", "x", "--workers", "0"], "giá trị của --workers không hợp lệ"),
        (["run", "x", "y"], "thừa"),
        (["run", "x", "--out"], "tùy chọn --out cần một giá trị"),
    ],
)
def test_a_wrong_command_line_is_told_in_vietnamese(
    line: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("vi")
    try:
        assert run(line) == 2
    finally:
        set_language("en")
    error = capsys.readouterr().err
    assert told in error
    assert "Lỗi: câu lệnh chưa đúng: " in error


@pytest.mark.parametrize("line", [[], ["plan"], ["names"]])
def test_no_command_shows_the_commands(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    set_language("vi")
    assert run(line) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "\nLệnh:\n" in told.out
    assert len(told.out.splitlines()) > 8


def test_the_version_names_what_figures_rest_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(
        r"vungtrong .+, Python 3\.\d+\.\d+, embedded tables [0-9a-f]{16}\n", capsys.readouterr().out
    )
