"""Mutants: small faults put into the modules that compute hectares; the tests must see them.

A sample of mutants (comparisons turned round, other signs, lost terms, constants, keywords, twins
such as min and max) is put one by one into a copy of the tree, and the tests of the module run on
it, without real data. Each run is a fork of a process that has loaded the libraries; a mutant that
takes longer than its limit counts as seen, one that cannot even be loaded is not counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas  # noqa: F401  loaded once, before the forks; nothing of ours may be
import hypothesis
import numba  # noqa: F401
import pytest
import rasterio  # noqa: F401
import scipy.optimize  # noqa: F401

from benchmarks._mutations import Mutant, mutants_of
from benchmarks._side_by_side import Bars, describe_machine

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(__file__).parent / ".cache"
BAR = 0.9
LEAST = 300
#: Seconds for the tests of one mutant, at least, and in terms of those of the module as it is.
LIMIT_S, LIMIT_RATIO = 30.0, 4.0
MEMORY = 6 << 30
BROKEN = 4  # as pytest says that it cannot even begin

_ENGINE = "tests/layers/engine/"
_OVERLAY = tuple(
    f"{_ENGINE}test_{name}.py"
    for name in ("overlay", "other_programs", "overlay_properties", "overlay_file", "repair")
)
_TABULATE = tuple(
    _ENGINE + name
    for name in ("test_tabulate.py", "test_other_programs.py", "test_tabulate_properties.py")
)
_OVERLAPS = (_ENGINE + "test_overlaps.py",)
_COVER = ("tests/zones/forest/test_cover.py",)
_MEASURE = ("tests/zones/measure",)
_ALLOCATION = tuple(
    f"tests/zones/allocation/{name}.py"
    for name in ("test_checks", "test_land_years", "test_cover_target", "test_allocate")
)
#: Module → the tests that hold it.
TESTS: dict[str, tuple[str, ...]] = {
    "layers/engine/overlay.py": _OVERLAY,
    "layers/engine/overlay_rules.py": _OVERLAY,
    "layers/engine/overlay_tasks.py": _OVERLAY,
    "layers/engine/overlaps.py": (*_OVERLAPS, *_OVERLAY),
    "layers/engine/shared_area.py": (_ENGINE + "test_shared_area.py", *_OVERLAPS, *_OVERLAY),
    "layers/engine/tabulate.py": _TABULATE,
    "layers/engine/tabulate_tasks.py": _TABULATE,
    "layers/engine/cell_area.py": _TABULATE,
    "layers/engine/cell_coverage.py": _TABULATE,
    "layers/engine/row_weights.py": _TABULATE,
    "layers/engine/class_sums.py": _TABULATE,
    "zones/forest/cover.py": _COVER,
    "zones/measure/present.py": _MEASURE,
    "zones/measure/targets.py": _MEASURE,
    "zones/measure/measure.py": _MEASURE,
    "zones/allocation/model.py": _ALLOCATION,
    "zones/rounding/to_totals.py": ("tests/zones/rounding",),
    "zones/rounding/programme.py": ("tests/zones/rounding",),
}
#: What changes seconds, memory or the shapes of a map, never a figure (tests of layouts hold that).
NO_FIGURES = frozenset(
    [
        *("TASK_PLOTS", "FEW_COMMUNES", "EDGES_PER_BIN", "MARGIN", "ENTRIES", "TABLES", "groups"),
        *("_neighbours", "_batches", "piece_shapes", "_wider"),
    ]
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests said of one mutant; it can be read back from a file."""

    module: str
    line: int
    before: str
    after: str
    digest: str
    tests: str
    outcome: str
    seconds: float


def run(arguments: list[str]) -> int:
    """Try a sample of mutants; what was tried of unchanged modules is not tried again."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks mutants")
    parser.add_argument("--count", type=int, default=330, help="mutants of all modules together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", help="only modules whose path holds this")
    options = parser.parse_args(arguments)
    modules = [m for m in TESTS if any(part in m for part in options.module or [""])]
    print(describe_machine("numba", "pytest", "hypothesis"))
    chosen = _sample(options.count, options.seed)
    kept = CACHE / f"mutants-{options.seed}.jsonl"
    kept.parent.mkdir(exist_ok=True)
    known, tests = _read(kept), {module: _tests_digest(module) for module in TESTS}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = _copy(Path(folder))
        for module in modules:
            new = {
                key: mutant
                for key, mutant in chosen[module].items()
                if key not in known
                or (known[key].outcome == "survived" and known[key].tests != tests[module])
            }
            for verdict in _try(tree, module, new, tests[module]) if new else ():
                known[verdict.digest] = verdict
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(_record(verdict)) + "\n")
    verdicts = [known[key] for module in modules for key in chosen[module]]
    return _report(verdicts, modules, whole=len(modules) == len(TESTS))


def _sample(count: int, seed: int) -> dict[str, dict[str, Mutant]]:
    """Mutants of each module by their digests, about as many of each, in the order of the text."""
    each = -(-count // len(TESTS))
    chosen = {}
    for module in TESTS:
        mutants = mutants_of((ROOT / module).read_text(encoding="utf-8"), NO_FIGURES)
        digests = [_digest(str(seed), module, mutant.source) for mutant in mutants]
        picked = sorted(range(len(mutants)), key=digests.__getitem__)[:each]
        chosen[module] = {digests[i]: mutants[i] for i in sorted(picked)}
    return chosen


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _tests_digest(module: str) -> str:
    """Key of the tests that judge a module: what survived others is tried again."""
    places = [ROOT / place for place in TESTS[module]]
    files = [file for p in places for file in ([p] if p.is_file() else sorted(p.rglob("*.py")))]
    return _digest(*(file.read_text(encoding="utf-8") for file in files))


def _read(path: Path) -> dict[str, Verdict]:
    if not path.exists():
        return {}
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {record["digest"]: Verdict(**record) for record in records}


def _record(verdict: Verdict) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in Verdict.__slots__}


def _copy(folder: Path) -> Path:
    """Copy the tree without real data beside it; its byte code is made once."""
    tree = folder / "tree"
    names = ("layers", "maps", "zones", "tests", "data", "pyproject.toml")
    tree.mkdir()
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)
        else:
            shutil.copy(ROOT / name, tree / name)
    command = [sys.executable, "-m", "compileall", "-q", *names[:4]]
    subprocess.run(command, cwd=tree, check=True)
    return tree


def _try(tree: Path, module: str, mutants: dict[str, Mutant], tests: str) -> Iterator[Verdict]:
    """Judge the mutants of one module, after the module as it is."""
    path = tree / module
    original = path.read_text(encoding="utf-8")
    outcome, _ = _judge(tree, module, 600.0)  # compiles the kernels
    outcome, seconds = _judge(tree, module, 600.0)
    if outcome != "survived":
        raise SystemExit(f"{module}: the tests fail on the module as it is; nothing was tried")
    limit = max(LIMIT_S, LIMIT_RATIO * seconds)
    print(f"{module}: {len(mutants)} mutants, {seconds:.1f} s for its tests", flush=True)
    try:
        for digest, mutant in mutants.items():
            path.write_text(mutant.source, encoding="utf-8")
            outcome, seconds = _judge(tree, module, limit)
            told = f"{module}:{mutant.line}: {mutant.before} → {mutant.after}"
            print(f"  {outcome:8} {seconds:5.1f} s  {told}", flush=True)
            about = (module, mutant.line, mutant.before, mutant.after)
            yield Verdict(*about, digest, tests, outcome, seconds)
    finally:
        path.write_text(original, encoding="utf-8")


def _judge(tree: Path, module: str, limit: float) -> tuple[str, float]:
    """Run the tests of a module in a fork: survived, killed, timeout or broken."""
    for stale in (tree / module).parent.glob(f"__pycache__/{Path(module).stem}.cpython-*.pyc"):
        stale.unlink()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = BROKEN
        try:
            code = _tests(tree, TESTS[module])
        finally:
            os._exit(code)
    while time.perf_counter() - start < limit:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            outcome = {0: "survived", 1: "killed"}.get(code, "broken" if code > 1 else "killed")
            return outcome, time.perf_counter() - start
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "timeout", limit


def _tests(tree: Path, places: tuple[str, ...]) -> int:
    """Run tests in this process, a fork; pytest's exit code."""
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(tree)
    os.environ.pop("NUMBA_CACHE_DIR", None)
    sys.dont_write_bytecode = True
    sys.path[:] = [str(tree), *(part for part in sys.path if part not in ("", str(ROOT)))]
    # A failure need not be made small; the same examples meet every mutant.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutants", phases=phases, derandomize=True, database=None, deadline=None
    )
    hypothesis.settings.load_profile("mutants")
    return int(pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", *places]))


def _report(verdicts: list[Verdict], modules: list[str], *, whole: bool) -> int:
    """Print the ratio by module, and the survivors."""
    print(f"\n{'module':34} tried  seen  ratio")
    for module in modules:
        mine = [v for v in verdicts if v.module == module and v.outcome != "broken"]
        seen = sum(v.outcome != "survived" for v in mine)
        print(f"{module:34} {len(mine):5} {seen:5}  {seen / max(len(mine), 1):.2f}")
    counted = [v for v in verdicts if v.outcome != "broken"]
    survivors = [v for v in counted if v.outcome == "survived"]
    print("\nSurvivors:")
    for v in survivors:
        print(f"  {v.module}:{v.line}: {v.before} → {v.after}")
    ratio = 1 - len(survivors) / max(len(counted), 1)
    bars = Bars()
    if whole:
        bars.check(f"{len(counted)} mutants", met=len(counted) >= LEAST, bar=f"≥ {LEAST}")
    bars.check(f"{ratio:.1%} of {len(counted)} seen", met=ratio >= BAR, bar=f"≥ {BAR:.0%}")
    return bars.code()
