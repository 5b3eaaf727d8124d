"""Damaged and careless inputs through every command, and random legal projects.

Each try runs in a child process of its own, within limits of time and memory. What it may end with:
a clear error (one line, exit code 2), listed problems (1), or an accepted input (0). A traceback
(exit code 3), a dead process, a hang, or more than 2 GB of memory misses the bar. Before that,
commands are killed and stopped at random instants, and must leave what was there before.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import io
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from benchmarks._damage import mutate
from benchmarks._kills import try_kills
from benchmarks._random_projects import FORMATS, save_layer, write_random_project
from zones.__main__ import _stop_when_asked

__all__ = ["Outcome", "fuzz_inputs", "fuzz_projects", "run"]

SECONDS, MEMORY_MB = 30, 2048
#: One that waits for ever uses no time of the processor: it is ended after so many times its limit.
_PATIENCE = 10
_ASKED = {signal.SIGTERM, signal.SIGINT}
#: Where a child says what modules it had to load.
_LOADED = ".tmp/loaded"
_ENDED = {0: "accepted", 1: "problems", 2: "clear error", 3: "traceback"} | dict.fromkeys(
    (None, -signal.SIGXCPU), "hang"
)
BAD = ("traceback", "dead", "hang", "memory", "unclear error", "check said 0 errors")
_PLAN_TEXT = """# Kế hoạch phát triển vùng trồng

1. Vùng hồi: 35.000 ha tại các xã Điềm He, Văn Quan, Bình Gia, Tân Đoàn.
2. Vùng na: trên 4.500 ha đến năm 2030, tại các xã Chi Lăng, Tân Thành, …
3. Vùng thông: 155.000-160.000 ha (bình quân mỗi năm trồng 1.200 - 1.600 ha/năm).

| TT | Cây trồng | 2026 | 2030 |
|---|---|---|---|
| 1 | Hồi | 34.000 | 35.000 |
| 2 | Keo, bạch đàn | 40.000,5 | 45.000 |
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended.

    Parameters
    ----------
    kind : str
        ``accepted``, ``problems``, ``clear error``, or one of ``BAD``.
    command : str
        The command line.
    change : str
        File and way of the change.
    said : str
        The line on the error stream, or where the traceback ended.
    seconds : float
        How long it took.
    memory_mb : float
        The most memory that it took.
    """

    kind: str
    command: str
    change: str
    said: str
    seconds: float
    memory_mb: float


def run(arguments: list[str]) -> int:
    """Try mutated inputs and legal projects; exit 1 where one of them ends badly."""
    options = argparse.ArgumentParser(prog="python -m benchmarks fuzz")
    options.add_argument("--tries", type=int, default=10_000, help="mutated inputs")
    options.add_argument("--projects", type=int, default=200, help="random legal projects")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="commands whose line holds this text")
    options.add_argument(
        "--kills", type=int, default=100, help="commands killed at random instants"
    )
    options.add_argument("--signals", type=int, default=50, help="commands asked to stop")
    chosen = options.parse_args(arguments)
    _load()
    ended = (chosen.kills, chosen.signals)
    badly = any(ended) and _tell_kills(ended, chosen.seed)
    outcomes = list(_told(fuzz_inputs(chosen.tries, chosen.seed, only=chosen.only)))
    outcomes += _told(fuzz_projects(chosen.projects, chosen.seed))
    counts = Counter(outcome.kind for outcome in outcomes)
    places = Counter((o.kind, o.said) for o in outcomes if o.kind in BAD)
    for (kind, said), number in places.most_common():
        print(f"{number:5} {kind}: {said}")
    print(", ".join(f"{kind} {number}" for kind, number in counts.most_common()))
    print(f"longest {max((o.seconds for o in outcomes), default=0):.1f} s, "
          f"most memory {max((o.memory_mb for o in outcomes), default=0):.0f} MB")  # fmt: skip
    return int(badly or any(kind in BAD for kind in counts))


def _tell_kills(counts: tuple[int, int], seed: int) -> bool:
    """End commands at random instants; tell what was wrong, and whether anything was."""
    ended: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="zones-kills-") as place:
        documents = Path(place) / "documents"
        documents.mkdir()
        _documents(documents)
        for kill in try_kills(Path(place), documents, _start, _code, counts=counts, seed=seed):
            ended["damage" if kill.fault else "done before" if kill.done else "whole"] += 1
            if kill.fault:
                print(f"{kill.command} ({kill.how}): {kill.fault}", flush=True)
    print("kills and signals: " + ", ".join(f"{how} {n}" for how, n in ended.items()), flush=True)
    return "damage" in ended


def _start(words: list[str], folder: Path) -> int:
    """Start a command that holds back signals until it knows what to do with them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED)
    child = os.fork()
    if child == 0:
        _be_child(words, folder, folder / ".told", 300)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKED)
    return child


def _code(child: int) -> int | None:
    return _wait(child, 300)[0]


def _told(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for number, outcome in enumerate(outcomes, start=1):
        if outcome.kind in BAD:
            print(f"[{number}] {outcome.kind}: {outcome.command} ({outcome.change})\n"
                  f"    {outcome.said}", flush=True)  # fmt: skip
        elif number % 500 == 0:
            print(f"[{number}]", flush=True)
        yield outcome


def _load() -> None:
    """Load libraries, kernels and tables once: every try is a fork of this process.

    The solver is not called: its threads would not come along into a fork.
    """
    from zones.cli.main import run as zones_run

    with tempfile.TemporaryDirectory(prefix="zones-fuzz-") as place:
        for name, ending in (("forest", ".shp"), ("orchards", ".tab"), ("fruit", ".xlsx")):
            write_random_project(Path(place) / name, 1, only=name, ending=ending)
            project = str(Path(place) / name / "project.yaml")
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                zones_run(["run", project, "--only", "compare"])
                zones_run(["plan", "lint", str(Path(place) / name / "mine.yaml")])


def fuzz_inputs(tries: int, seed: int, *, only: str = "") -> Iterator[Outcome]:
    """Mutated inputs, one after the other; the same seed gives the same ones."""
    with tempfile.TemporaryDirectory(prefix="zones-fuzz-") as place:
        originals = Path(place) / "originals"
        originals.mkdir()
        families = _families(originals)
        # Documents and results have many commands each, a layer has four.
        names = [*families, *["documents", "results", "returns"] * 6]
        number = 0
        while number < tries:
            seed += 1
            rng = random.Random(seed)
            folder = Path(place) / "try"
            family = rng.choice(names)
            command, files = rng.choice(families[family]())
            if only not in command:
                continue
            number += 1
            shutil.copytree(originals / family, folder, copy_function=os.link)
            target = folder / rng.choice(files)
            data = target.read_bytes()
            target.unlink()
            target.write_bytes(data)
            change = mutate(target, rng)
            yield _try(command.split(), folder, f"seed {seed}, {change}")
            shutil.rmtree(folder)


def fuzz_projects(count: int, seed: int) -> Iterator[Outcome]:
    """Random legal projects, run whole; one that ``check`` finds without error must be done."""
    with tempfile.TemporaryDirectory(prefix="zones-fuzz-") as place:
        for number in range(seed, seed + count):
            folder = Path(place) / "try"
            write_random_project(folder, number)
            checked = _try(["check", "project.yaml"], folder, f"project {number}")
            done = _try(["run", "project.yaml"], folder, f"project {number}")
            clean = checked.kind in ("accepted", "problems")
            if clean and done.kind == "clear error":
                kind = "check said 0 errors"
                done = Outcome(kind, done.command, done.change, done.said, done.seconds, 0)
            yield checked if checked.kind in BAD else done
            shutil.rmtree(folder)


Files = list[str]
Family = list[tuple[str, Files]]


def _families(place: Path) -> dict[str, Callable[[], Family]]:
    """Projects and documents in all formats, each made when a try first needs it."""
    warnings.simplefilter("ignore")  # of drivers that shorten names and widen integers
    families: dict[str, Callable[[], Family]] = {}
    polygons = [(name, ending) for name in ("forest", "orchards", "use") for ending in FORMATS]
    for name, ending in [*polygons, ("cover", ""), ("fruit", ".csv"), ("fruit", ".xlsx")]:
        make = partial(_layer_family, place, name, ending, len(families) + 1)
        families[f"{name}{ending}"] = cache(make)
    families["documents"] = cache(partial(_document_family, place / "documents"))
    families["returns"] = cache(partial(_returns, place / "returns"))
    families["results"] = cache(partial(_results, place / "results"))
    return families


def _layer_family(place: Path, name: str, ending: str, seed: int) -> Family:
    """A project of one layer, and which of its files each command reads."""
    folder = place / f"{name}{ending}"
    write_random_project(folder, seed, only=name, ending=ending)
    inputs = _files(folder)
    layer = [item for item in inputs if item.startswith(name)]
    rest = [item for item in inputs if item not in layer]
    return [
        ("check project.yaml", layer),
        ("check project.yaml", layer),
        ("run project.yaml --only measure", layer),
        (["check project.yaml --json", "allocate project.yaml"][seed % 2], rest),
        *([("cover project.yaml", layer)] if name == "forest" else []),
    ]


def _document_family(folder: Path) -> Family:
    """Plans, documents, and tables and layers of old communes."""
    write_random_project(folder, 1, only="forest", ending=".gpkg")
    for item in folder.iterdir():
        if item.name != "mine.yaml":
            item.unlink()
    _documents(folder)
    names = _files(folder)
    convert = "--from 2024 --to 2025 --province 20 --code-column maxa"
    return [
        ("plan lint mine.yaml", ["mine.yaml"]),
        ("plan diff mine.yaml lang-son-2026-2030", ["mine.yaml"]),
        *((f"plan extract {name} -o draft.yaml --province 20", [name]) for name in names
          if name.endswith((".docx", ".txt", ".md"))),
        *((f"names convert {name} {convert} -o new.csv", [name])
          for name in names if name.startswith("old.")),
        *((f"names convert {_layer(ending)} {convert} -o new.gpkg",
           [name for name in names if name.startswith(Path(_layer(ending)).stem)])
          for ending in FORMATS),
    ]  # fmt: skip


def _results(folder: Path) -> Family:
    """What a run wrote, read again."""
    write_random_project(folder, 4)
    _try(["run", "project.yaml"], folder, "original", limit=300)
    outputs = [name for name in _files(folder) if name.startswith("out/")]
    return [
        ("verify out", outputs),
        ("run project.yaml --only annex --overwrite", outputs),
        ("run project.yaml --only render --overwrite", [n for n in outputs if "parquet" in n]),
        ("allocate project.yaml --explain pine.Lộc_Bình", [n for n in outputs if "parquet" in n]),
    ]


def _returns(folder: Path) -> Family:
    """What goes out to others and comes back: labelled points, forms, tables, QGIS projects."""
    for seed in range(5, 60):  # until a crop of the plan grows in the layer
        write_random_project(folder, seed, only="forest", ending=".gpkg")
        sample = ["sample", "make", "project.yaml", "--out", "sample", "--points", "60"]
        if _try(sample, folder, "original", limit=300).kind == "accepted":
            break
        shutil.rmtree(folder)
    out = "--year 2026 --out"
    for words in (
        f"reports make project.yaml {out} forms",
        "plan export mine.yaml targets.xlsx",
        "qgis project.yaml --out desk",
    ):
        made = _try(words.split(), folder, "original", limit=300)
        if made.kind not in ("accepted", "problems"):
            raise RuntimeError(f"{made.command}: {made.kind}: {made.said}")
    _label(folder / "sample")
    (folder / "returned").mkdir()
    for form in sorted((folder / "forms").glob("*.xlsx"))[:2]:
        _fill(form).save(folder / "returned" / form.name)
    shutil.rmtree(folder / "forms")
    _try(f"reports collect project.yaml returned {out} replies".split(), folder, "original")
    (folder / "region.yaml").write_text(
        "version: 1\ntitle: Vùng\nregion_of: [project.yaml, mine/project.yaml]\n", "utf-8"
    )
    names = _files(folder)

    def among(start: str, *endings: str) -> Files:
        return [name for name in names if name.startswith(start) and name.endswith(endings)]

    read = "sample read project.yaml sample/points"
    layers = among("desk/", ".gpkg")
    return [
        *((f"{read}{ending} --out sample", [f"sample/points{ending}", "sample/design.json"])
          for ending in (".gpkg", ".xlsx")),
        (f"reports collect project.yaml returned {out} replies --overwrite",
         among("returned/", ".xlsx")),
        *((f"reports {word} project.yaml {out} told", among("", ".sqlite"))
          for word in ("status", "write")),
        ("plan import mine.yaml targets.xlsx -o new.yaml", ["targets.xlsx"]),
        (f"qgis project.yaml --changes {layers[0].replace(' ', '_')}", layers),
        ("run region.yaml --only check", ["region.yaml"]),
        ("trajectory project.yaml --to 2030", ["project.yaml", "forest.gpkg"]),
    ]  # fmt: skip


def _label(folder: Path) -> None:
    """Label the points of a sample as the map has them, by both who look."""
    import geopandas as gpd

    from zones.certainty.design import load_design

    design = load_design(folder)
    points = gpd.read_file(folder / "points.gpkg", layer="points")
    truth = [design.points[name][0] for name in points["point"]]
    labelled = points.assign(class_1=truth, class_2=truth)
    labelled.to_file(folder / "points.gpkg", layer="points")
    labelled.drop(columns="geometry").to_excel(folder / "points.xlsx", index=False)


def _fill(path: Path) -> Any:
    """Form of a commune, some figures in each of its rows."""
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=2, max_row=40):
            for cell in row[2:6]:
                if cell.value is None and not cell.protection.locked:
                    cell.value = 10.5
    return book


def _files(folder: Path) -> list[str]:
    """Names of all files below a folder."""
    found = (item for item in folder.rglob("*") if item.is_file() and item.suffix)
    return sorted(item.relative_to(folder).as_posix() for item in found)


def _documents(folder: Path) -> None:
    import docx
    import geopandas as gpd
    import pandas as pd
    from shapely import box

    (folder / "plan.txt").write_text(_PLAN_TEXT, "utf-8")
    (folder / "plan.md").write_text(_PLAN_TEXT, "utf-8")
    document = docx.Document()
    for line in _PLAN_TEXT.splitlines():
        document.add_paragraph(line)
    table = document.add_table(3, 3)
    for cell, text in zip((c for row in table.rows for c in row.cells),
                          ["TT", "Xã", "ha", "1", "Lộc Bình", "12,5", "2", "Đồng Đăng", "1.200"],
                          strict=True):  # fmt: skip
        cell.text = text
    document.save(str(folder / "plan.docx"))
    old = pd.DataFrame(
        {"maxa": ["05977", "05983", "06529"], "ten_xa": ["Hoàng Văn Thụ", "Tam Thanh", "Lộc Bình"],
         "nam": [2023] * 3, "dien_tich_ha": [1.5, 2.0, 10.25]}
    )  # fmt: skip
    old.to_csv(folder / "old.csv", index=False)
    old.to_excel(folder / "old.xlsx", index=False)
    squares = [box(450_000 + 100 * i, 2_400_000, 450_100 + 100 * i, 2_400_100) for i in range(3)]
    for ending in FORMATS:
        save_layer(gpd.GeoDataFrame(old[["maxa", "ten_xa"]], geometry=squares, crs=9215),
                   folder / _layer(ending))  # fmt: skip


def _layer(ending: str) -> str:
    return f"layer-{ending[1:]}{ending}"


def _try(words: list[str], folder: Path, change: str, *, limit: int = SECONDS) -> Outcome:
    """One command in a child process, within limits."""
    told = folder / ".told"
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_child(words, folder, told, limit)
    status, used = _wait(child, limit)
    seconds, memory = time.monotonic() - start, used.ru_maxrss / 1024
    said = told.read_text("utf-8", errors="replace").strip() if told.exists() else ""
    kind = _ENDED.get(status, "dead")
    if kind == "clear error" and words[0] != "check":  # which lists its errors on the output
        # Steps and notes come before the error on the same stream.
        last = said.splitlines()[-1] if said else ""
        kind = "clear error" if last.startswith("Error: ") else "unclear error"
    if "Traceback" in said:
        kind = "traceback"
    if memory > MEMORY_MB:
        kind = "memory"
    _load_too(folder / _LOADED)
    if kind == "traceback":
        said = _place(folder)
    elif kind in ("dead", "hang"):
        said = f"signal or code {status}: {said[-200:]}"
    else:
        said = said.splitlines()[-1] if said else ""
    return Outcome(kind, " ".join(words), change, said, seconds, memory)


def _be_child(words: list[str], folder: Path, told: Path, limit: int) -> None:
    """Become the command: never returns."""
    code = 2
    _stop_when_asked()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKED)
        os.chdir(folder)
        os.setsid()
        temporary = folder / ".tmp"
        temporary.mkdir(exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.dup2(handle, 2)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        from zones.cli.main import run as zones_run
        from zones.cli.terminal.language import set_language

        warnings.simplefilter("ignore")
        set_language("en")
        loaded = set(sys.modules)
        code = zones_run([word.replace("_", " ") for word in words])
        sys.stderr.flush()
        (folder / _LOADED).write_text("\n".join(sorted(set(sys.modules) - loaded)), "utf-8")
    finally:
        os._exit(code)


def _load_too(list_of_modules: Path) -> None:
    """Load here what a child had to load: the next one of its kind has it."""
    names = list_of_modules.read_text("utf-8").split() if list_of_modules.exists() else []
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if names:
        gc.freeze()  # or every child writes to, and so copies, what it only looks at


def _wait(child: int, limit: int) -> tuple[int | None, resource.struct_rusage]:
    """Exit code of a child (negative: the signal it died of), None where it had to be ended."""
    # The processor's time is limited to so much; on a busy machine that may take much longer.
    deadline = time.monotonic() + _PATIENCE * limit
    while time.monotonic() < deadline:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), used
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, _, used = os.wait4(child, 0)
    return None, used


def _place(folder: Path) -> str:
    """Kind of an error and the deepest line of ours in its traceback."""
    reports = list((folder / ".tmp").glob("zones-report-*.txt"))
    if not reports:
        return "no report"
    text = reports[0].read_text("utf-8", errors="replace")
    frames = re.findall(r'File "[^"]*/((?:layers|maps|zones)/[^"]+)", line (\d+), in (\w+)', text)
    last = text.strip().splitlines()[-1][:160]
    where = f"{frames[-1][0]}:{frames[-1][1]} {frames[-1][2]}" if frames else "?"
    return f"{where}: {last}"
