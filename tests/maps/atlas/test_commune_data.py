"""What a commune's sheet draws and its legend lists: plots with ground in the commune."""

from __future__ import annotations

import shapely

from maps.atlas.commune_data import plots_inside


def test_a_plot_that_touches_from_outside_is_not_on_the_sheet() -> None:
    commune = shapely.box(0, 0, 1000, 1000)
    plots = [
        shapely.box(1000, 0, 1100, 100),  # Beside it
        shapely.box(100, 100, 200, 200),  # Inside
        shapely.box(950, 500, 1050, 600),  # Across the boundary
        shapely.box(999.999, 700, 1100, 800),  # Beside it, to the dust of coordinates
    ]
    assert plots_inside(shapely.STRtree(plots), commune).tolist() == [1, 2]
