"""Print the lowest version of each dependency that is allowed, as constraints for pip."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path


def lowest_versions(pyproject: Path) -> list[str]:
    """Lines such as ``numpy==2.0.2.*``: the newest repair of the lowest version of each."""
    lines = []
    for text in tomllib.loads(pyproject.read_text("utf-8"))["project"]["dependencies"]:
        found = re.fullmatch(r"([A-Za-z0-9._-]+)>=([\d.]+)(,<[\d.]+)?", text)
        if found is None:
            raise SystemExit(f"{pyproject}: expected NAME>=VERSION[,<VERSION], found {text!r}")
        lines.append(f"{found[1]}=={found[2]}.*")
    return lines


if __name__ == "__main__":
    lines = lowest_versions(Path(__file__).resolve().parents[1] / "pyproject.toml")
    sys.stdout.write("\n".join([*lines, ""]))
