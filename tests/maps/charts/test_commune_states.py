"""Names on the map of who has reported: where they fit, on as few lines as need be."""

from __future__ import annotations

import pytest
import shapely

from maps.charts.commune_states import fitting_name


@pytest.mark.parametrize(
    ("wide", "high", "expected"),
    [(60, 10, "Lộc Bình"), (18, 30, "Lộc\nBình"), (10, 10, None), (60, 3, None)],
)
def test_a_name_stands_inside_its_commune(wide: float, high: float, expected: str | None) -> None:
    # Letters of 5 m: eight of them take 23 m, four 12 m; a line is 6.25 m high.
    assert fitting_name("Lộc Bình", shapely.box(0, 0, wide, high), 5.0) == expected


def test_a_name_crosses_no_hole_and_no_other_commune() -> None:
    ring = shapely.box(0, 0, 60, 20).difference(shapely.box(20, 2, 40, 18))
    assert fitting_name("Lộc Bình", ring, 5.0) in (None, "Lộc\nBình")
