"""Runs a script of the tests with QGIS's own Python, where QGIS is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest


def tell_in_qgis(script: str, *arguments: str, home: Path) -> dict[str, Any]:
    """What a script beside this file says as JSON; skips the test where QGIS is missing."""
    python = shutil.which("python3", path="/usr/bin")
    probe = [python or "python3", "-c", "import qgis.core"]
    if python is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not installed for the system's Python (Debian: python3-qgis)")
    run = subprocess.run(
        [python, str(Path(__file__).with_name(script)), *arguments],
        capture_output=True, check=True, text=True,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)},
    )  # fmt: skip
    told: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return told
