"""The raster of heights that the allocation reads is checked with the other inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.factories import EAST, NORTH, write_project
from zones.inputs.read import read_inputs
from zones.project.model import load_project

HERE = Affine(100, 0, EAST, 0, -100, NORTH + 2000)


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        (HERE, None),
        (Affine(100, 0, EAST + 50_000, 0, -100, NORTH + 2000), r"shows 0\.00 % of the communes"),
        (Affine(100, 5, EAST, 5, -100, NORTH + 2000), "the raster is rotated"),
    ],
    ids=["here", "off the province", "rotated"],
)
def test_check_says_what_the_allocation_would(
    transform: Affine, said: str | None, tmp_path: Path
) -> None:
    path = write_project(tmp_path / "p")
    with rasterio.open(
        path.parent / "cao.tif", "w", driver="GTiff", width=20, height=20, count=1,
        dtype="float32", crs="EPSG:9215", transform=transform,
    ) as raster:  # fmt: skip
        raster.write(np.full((1, 20, 20), 300.0, "float32"))
    path.write_text(f"{path.read_text('utf-8')}allocation: {{elevation: cao.tif}}\n", "utf-8")
    errors = read_inputs(load_project(path)).findings.of("error")
    if said is None:
        assert errors == []
    else:
        (error,) = errors
        assert error.source == "allocation.elevation"
        assert said.replace("\\", "") in error.message.en
