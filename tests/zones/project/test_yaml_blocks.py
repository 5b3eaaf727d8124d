"""Blocks of lines in a project file: what is written reads as it was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from zones.project.yaml import parse_document
from zones.project.yaml_blocks import put_list


@pytest.mark.parametrize("plans", ["plans:\n- x\n# why\n- y\n", "plans: [x,\n  y]\n"])
def test_plans_stand_in_the_order_that_is_asked(plans: str) -> None:
    made = put_list(f"{plans}title: T\n", "plans", ["y", "z: 1"], ["x", "y"])
    read = parse_document(made, Path("project.yaml"))
    assert (read["plans"], read["title"]) == (["y", "z: 1"], "T")
