"""A seeded sample of ``python -m benchmarks fuzz``: what is damaged is told in one line."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks._damage import mutate

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(sys.platform == "win32", reason="tries are forks of one process")
def test_a_sample_of_damaged_inputs_and_legal_projects_ends_well() -> None:
    # In a process of its own: threads of a solver that ran here would not come along into a fork.
    command = [sys.executable, "-m", "benchmarks", "fuzz", "--tries", "14", "--projects", "1"]
    command += ["--kills", "2", "--signals", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills and signals" in done.stdout
    assert "damage" not in done.stdout
    counts = dict(re.findall(r"(clear error|problems|accepted) (\d+)", done.stdout))
    assert sum(map(int, counts.values())) == 15
    assert int(counts["clear error"]) > 0


def test_the_same_seed_makes_the_same_damage(tmp_path: Path) -> None:
    made = []
    for number in range(40):
        path = tmp_path / "a.csv"
        path.write_text("code,ha\n06148,1\n06184,2.5\n", "utf-8")
        mutate(path, random.Random(number % 20))
        made.append(path.read_bytes())
    assert made[:20] == made[20:]
    assert len(set(made)) > 10
