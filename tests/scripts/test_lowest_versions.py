"""Lower bounds of the dependencies as constraints for pip."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lowest_versions import lowest_versions

ROOT = Path(__file__).resolve().parents[2]


def test_every_dependency_has_a_lowest_version() -> None:
    lines = lowest_versions(ROOT / "pyproject.toml")
    assert len(lines) > 20
    assert all("==" in line and line.endswith(".*") for line in lines)


def test_a_dependency_without_a_lower_bound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\ndependencies = ["numpy>=2.0,<3", "scipy"]\n', "utf-8")
    with pytest.raises(SystemExit, match="'scipy'"):
        lowest_versions(path)
    path.write_text('[project]\ndependencies = ["numpy>=2.0,<3"]\n', "utf-8")
    assert lowest_versions(path) == ["numpy==2.0.*"]
