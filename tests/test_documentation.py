"""Every command and every Python block of README, documentation and help runs, as it is printed."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from benchmarks._report_faults import FilledForm
from zones.cli.main import run
from zones.cli.terminal.language import set_language

ROOT = Path(__file__).resolve().parent.parent
#: Vietnamese pages print the same blocks: tests/test_two_languages.py.
ENGLISH = [
    page for page in (ROOT / "docs").rglob("*.md") if ROOT / "docs" / "vi" not in page.parents
]
PAGES = [ROOT / "README.md", ROOT / "README.vi.md", *sorted(ENGLISH)]
#: Blocks that are not whole programs: a step's file, a sketch with gaps, boundaries of the reader.
PARTS = ("from zones.run.step import", "…", 'communes_file="xa.gpkg"')


def _blocks(kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for kind, body in re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            if kind in kinds:
                found.append((page.relative_to(ROOT).as_posix(), body.replace("\\\n", " ")))
    return found


def _commands() -> list[str]:
    lines = [
        line.partition("  #")[0].strip()
        for _, body in _blocks(("sh", ""))
        for line in body.splitlines()
        if line.startswith("zones ")
    ]
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "zones" / "cli").glob("*.py"))
    flat = re.sub(r'"\n\s*f?"', "", sources)
    lines += [line.strip() for line in re.findall(r"(?:Example|Ví dụ): (zones [^\"\\]+)", flat)]
    # The Vietnamese README gives the reader's folder a Vietnamese name: the same command.
    return sorted({line.replace("ke-hoach", "my-plan") for line in lines})


COMMANDS = _commands()
PYTHON = [(page, body) for page, body in _blocks(("python",)) if not any(p in body for p in PARTS)]


@pytest.fixture(scope="module")
def desk(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo, and the files that the examples speak of."""
    folder = tmp_path_factory.mktemp("bàn làm việc")
    shutil.copytree(demo, folder / "demo")
    set_language("en")
    forms = ["reports", "make", str(folder / "demo" / "project.yaml"), "--year", "2026"]
    assert run([*forms, "--out", str(folder / "forms")]) == 0
    _send_one_back(folder)
    assert run(["new", str(folder / "my-plan"), "--province", "20"]) == 0
    _fill(folder / "demo", folder / "my-plan")
    old = pd.DataFrame({"maxa": ["06148", "06149"], "dien_tich_ha": [10.0, 20.0]})
    for place in (folder, folder / "demo"):
        old.to_csv(place / "rung-2023.csv", index=False)
        old.to_excel(place / "bao-cao-2024.xlsx", index=False)
    return folder


def _send_one_back(folder: Path) -> None:
    """A round of one filled form, so that there is something to write a report of."""
    form = FilledForm(next((folder / "forms").glob("*06529*")), {})
    form.put("pigs", "value", 1180, "indicators")
    back = folder / "came back"
    back.mkdir()
    form.book.save(back / "06529.xlsx")
    collect = ["reports", "collect", str(folder / "demo" / "project.yaml"), str(back)]
    assert run([*collect, "--out", str(folder / "answered")]) in (0, 1)


def _fill(demo: Path, project: Path) -> None:
    """Put the demo's files where the reader puts the own ones; each twelfth plot will do."""
    for path in demo.iterdir():
        if path.is_file():
            shutil.copy(path, project / path.name)
    forest = project / "forest_status.gpkg"
    ((layer, _),) = pyogrio.list_layers(forest)
    plots = gpd.read_file(forest, layer=layer).iloc[::12]
    forest.unlink()
    plots.to_file(forest, layer=layer)


def _place(command: str, desk: Path) -> Path:
    """Where the reader stands: beside the demo's folder, or in it."""
    inside = re.search(r"(?<![\w/-])(project\.yaml|out$)", command)
    return desk / "demo" if inside and "demo/" not in command else desk


def _is_written_elsewhere(command: str) -> bool:
    """Examples that make what the fixture has made, or need boundaries of the reader's own."""
    made = (
        command.startswith(("zones demo", "zones new", "zones reports make"))
        or command == "zones names resolve"
    )
    made = made or command.startswith("zones app")  # serves until it is stopped: tests/zones/app
    # needs what lies across the border: tests/zones/borders
    made = made or command.startswith("zones borders")
    return made or "gpkg" in command or "du-an" in command


def _run_here() -> list[str]:
    """Commands that are run: once those that are typed in the demo's folder and beside it."""
    places = {it.replace("demo/project.yaml", "project.yaml"): it for it in COMMANDS}
    return [it for it in places.values() if not _is_written_elsewhere(it)]


@pytest.mark.parametrize("command", _run_here())
def test_a_printed_command_runs(
    command: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(_place(command, desk))
    set_language("en")
    capsys.readouterr()
    code = run(shlex.split(command)[1:])
    told = capsys.readouterr()
    assert code in (0, 1), told.err
    assert "Error" not in told.err
    if "--what-if" in command:
        said = ("Change, ha", "No commune changes", " % becomes ")
        assert any(text in told.out for text in said)


def test_the_readmes_own_what_if_moves_communes(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk)
    set_language("en")
    assert "zones allocate demo/project.yaml --what-if low.anise=60000" in COMMANDS
    assert run(["allocate", "demo/project.yaml", "--what-if", "low.anise=60000", "-v"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("Anise: added ") for line in lines)
    moved = [line for line in lines if re.search(r"\bAnise +[\d,.]+ +[\d,.]+ +-?[\d,.]+", line)]
    assert len(moved) > 5


@pytest.mark.parametrize(("page", "body"), PYTHON, ids=[page for page, _ in PYTHON])
def test_a_printed_block_of_python_runs(
    page: str, body: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    names: dict[str, object] = {}
    exec(compile(body, page, "exec"), names)  # noqa: S102 - our own documentation
    assert set(names) - {"__builtins__"}, "the block ran and left what it made"


def test_the_examples_are_found() -> None:
    assert len(COMMANDS) > 25
    assert len(PYTHON) >= 3
